"""Read electronic books: the chapters in reading order, as their package lists them."""

import posixpath
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from lxml.etree import XMLParser, XMLSyntaxError, fromstring

from index.articles.formats.html.blocks import to_blocks
from index.articles.formats.html.encoding import decode_html
from index.articles.formats.html.page import parse_html, remove_unread
from index.articles.formats.html.stated import clean_authors, clean_title
from index.articles.formats.markdown import Block, to_markdown
from index.articles.formats.result import FormatResult, StatedMetadata
from index.articles.formats.zipped.archive import DAMAGED, open_archive, read_entry
from index.errors import ArticleRejected

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_MAX_CHAPTER = 8 * 1024 * 1024
_MAX_CHARACTERS = 8 * 1024 * 1024
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_TYPE = "{http://www.idpf.org/2007/ops}type"
_FRONT = frozenset(
    "toc titlepage halftitlepage copyright-page cover landmarks loi lot index imprint colophon footnotes endnotes "
    "rearnotes noteref".split()
)
_OTHER_ROLES = frozenset({"trl", "edt", "ill", "bkp", "pbl", "ctb", "cov", "dsr", "mrk"})


def read_epub(data: bytes) -> FormatResult:
    """Read a book's chapters without cover, table of contents and notes.

    Raises:
        ArticleRejected: It is encrypted, damaged, too long, or has no text.
    """
    with open_archive(data) as archive:
        container = _parse(read_entry(archive, _CONTAINER, _MAX_CHAPTER))
        roots = [element.get("full-path") or "" for element in container.iter("{*}rootfile")]
        if not roots:
            raise ArticleRejected(DAMAGED)
        package = _parse(read_entry(archive, roots[0], _MAX_CHAPTER))
        chapters = _list_chapters(package, posixpath.dirname(roots[0]))
        _check_encryption(archive, chapters)
        blocks: list[Block] = []
        size = 0
        for name in chapters:
            blocks += (chapter := _read_chapter(read_entry(archive, name, _MAX_CHAPTER)))
            size += sum(len(block.text) for block in chapter)
            if size > _MAX_CHARACTERS:
                raise ArticleRejected(f"its text is longer than {_MAX_CHARACTERS // 1024 // 1024} million characters")
    if not any(map(str.isalpha, "".join(block.text for block in blocks))):
        raise ArticleRejected("it contains no text")
    return FormatResult(to_markdown(blocks), is_markdown=True, stated=_read_stated(package))


def _parse(data: bytes) -> Any:
    """Parse XML; entities are not resolved, and nothing is fetched."""
    try:
        return fromstring(data, XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))
    except (XMLSyntaxError, ValueError):
        raise ArticleRejected(DAMAGED) from None


def _list_chapters(package: Any, folder: str) -> list[str]:
    """Return the names of the pages in reading order."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    names = []
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or reference.get("linear") == "no" or "nav" in (item.get("properties") or "").split():
            continue
        if item.get("media-type") in _PAGES and item.get("href"):
            names.append(posixpath.normpath(posixpath.join(folder, unquote(item.get("href")))))
    return list(dict.fromkeys(names))


def _check_encryption(archive: ZipFile, chapters: list[str]) -> None:
    """Reject a book whose chapters are encrypted; encrypted fonts do not matter."""
    if _ENCRYPTION not in archive.namelist():
        return
    listed = _parse(read_entry(archive, _ENCRYPTION, _MAX_CHAPTER))
    if {unquote(element.get("URI") or "") for element in listed.iter("{*}CipherReference")} & set(chapters):
        raise ArticleRejected("it is encrypted (protected against copying)")


def _read_chapter(data: bytes) -> list[Block]:
    tree = parse_html(decode_html(data, "utf-8"))
    for element in list(tree.iter()):
        types = (element.get(_TYPE) or element.get("epub:type") or "").split() if isinstance(element.tag, str) else []
        if not _FRONT.isdisjoint(types):
            if element.tag in ("body", "html"):
                return []
            if element.getparent() is not None:
                element.drop_tree()
    remove_unread(tree)
    body = tree.find(".//body")
    return to_blocks(body if body is not None else tree)


def _read_stated(package: Any) -> StatedMetadata:
    """Return title, authors and source; a book's date is that of its edition."""
    title = next((element.text for element in package.iter("{http://purl.org/dc/elements/1.1/}title")), None)
    roles = {
        (meta.get("refines") or "").lstrip("#"): (meta.text or "").strip()
        for meta in package.iter("{*}meta")
        if meta.get("property") == "role"
    }
    creators = [
        element.text or ""
        for element in package.iter("{http://purl.org/dc/elements/1.1/}creator")
        if (element.get("{http://www.idpf.org/2007/opf}role") or roles.get(element.get("id") or "")) not in _OTHER_ROLES
    ]
    sources = [(element.text or "").strip() for element in package.iter("{http://purl.org/dc/elements/1.1/}source")]
    return StatedMetadata(
        title=clean_title(title),
        authors=clean_authors(creators),
        source=next((source for source in sources if source.startswith(("https://", "http://"))), None),
    )
