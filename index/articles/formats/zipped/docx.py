"""Read Word documents with python-docx: the running text with headings, lists and quotations."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from index.articles.formats.html.stated import clean_authors, clean_title, find_names
from index.articles.formats.markdown import Block, to_markdown
from index.articles.formats.result import FormatResult, StatedMetadata
from index.articles.formats.zipped.archive import DAMAGED, open_archive
from index.errors import ArticleRejected

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT_BOX = f"{_W}txbxContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT = frozenset({f"{_W}del", f"{_W}moveFrom", _TEXT_BOX, _FALLBACK})
_HEADING = re.compile(r"heading (\d)", re.I)
_QUOTATION = re.compile(r"quot|block text|zitat|citation", re.I)
_MAX_BASES = 5


def read_docx(data: bytes) -> FormatResult:
    """Read a Word document without tables, text boxes, notes, comments, captions and deleted or hidden text.

    Raises:
        ArticleRejected: It is encrypted, damaged, or has no text.
    """
    from docx import Document
    from docx.opc.exceptions import OpcError

    open_archive(data).close()
    try:
        document = Document(io.BytesIO(data))
    except (OpcError, KeyError, ValueError) as error:
        raise ArticleRejected(DAMAGED) from error
    blocks = list(_read_blocks(document, tables=False)) or list(_read_blocks(document, tables=True))
    if not any(map(str.isalpha, "".join(block.text for block in blocks))):
        raise ArticleRejected("it contains no text")
    return FormatResult(to_markdown(blocks), is_markdown=True, stated=_read_stated(document, blocks))


def _read_blocks(document: Any, tables: bool) -> Iterator[Block]:
    formats = _number_formats(document)
    styles = {style.style_id: style for style in document.styles}
    counters: Counter[tuple[str, int]] = Counter()
    for paragraph in document.element.body.iter(f"{_W}p"):
        outer = {ancestor.tag for ancestor in paragraph.iterancestors()}
        if outer & _LEFT_OUT or (f"{_W}tbl" in outer and not tables):
            continue
        text = "".join(_texts(paragraph))
        names = _style_names(styles, paragraph)
        if not text.strip() or any("caption" in name or name.startswith("toc ") for name in names):
            continue
        heading = next(filter(None, map(_HEADING.fullmatch, names)), None)
        number = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
        level = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")
        if "title" in names:
            yield Block("heading", text)
        elif heading is not None:
            yield Block("heading", text, int(heading[1]) + ("title" in names))
        elif any(_QUOTATION.search(name) for name in names):
            yield Block("quotation", text)
        elif number is not None or any(name.startswith(("list bullet", "list number")) for name in names):
            depth = int(level.get(f"{_W}val", "0")) if level is not None else 0
            key = (number.get(f"{_W}val", "") if number is not None else names[0], depth)
            counters[key] += 1
            is_numbered = formats.get(key[0], "bullet") != "bullet" or any(n.startswith("list number") for n in names)
            yield Block("item", text, min(depth, 3) + 1, counters[key] if is_numbered else None)
        else:
            yield Block("paragraph", text)


def _texts(paragraph: Any) -> Iterator[str]:
    """Yield the text of a paragraph's runs that are shown."""
    for element in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        ancestors = list(element.iterancestors())
        ancestors = ancestors[: ancestors.index(paragraph)]
        if any(
            ancestor.tag in _LEFT_OUT or ancestor.tag == f"{_W}pPr" or _is_hidden(ancestor) for ancestor in ancestors
        ):
            continue
        if element.tag == f"{_W}t":
            yield element.text or ""
        elif element.tag == f"{_W}noBreakHyphen":
            yield "-"
        else:
            yield " " if element.tag == f"{_W}tab" or element.get(f"{_W}type") else "\n"


def _is_hidden(run: Any) -> bool:
    if run.tag != f"{_W}r":
        return False
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    for name in ("vanish", "webHidden"):
        mark = properties.find(f"{_W}{name}")
        if mark is not None and mark.get(f"{_W}val", "1") not in ("0", "false", "off"):
            return True
    color, size = properties.find(f"{_W}color"), properties.find(f"{_W}sz")
    has_background = any(properties.find(f"{_W}{name}") is not None for name in ("shd", "highlight"))
    is_white = color is not None and color.get(f"{_W}val", "").upper() == "FFFFFF" and not has_background
    value = size.get(f"{_W}val", "") if size is not None else ""
    return is_white or (value.isdigit() and int(value) <= 4)


def _style_names(styles: dict[str, Any], paragraph: Any) -> list[str]:
    """Return the names, in lower case, of a paragraph's style and of those that it is based on."""
    element = paragraph.find(f"{_W}pPr/{_W}pStyle")
    style = styles.get(element.get(f"{_W}val", "")) if element is not None else None
    names: list[str] = []
    while style is not None and len(names) < _MAX_BASES:
        names.append((style.name or "").lower())
        style = getattr(style, "base_style", None)
    return names


def _number_formats(document: Any) -> dict[str, str]:
    """Return the format ("bullet", "decimal") of each list of the document."""
    try:
        numbering = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}
    formats = {
        abstract.get(f"{_W}abstractNumId"): level.get(f"{_W}val", "bullet")
        for abstract in numbering.iter(f"{_W}abstractNum")
        for level in list(abstract.iter(f"{_W}numFmt"))[:1]
    }
    return {
        number.get(f"{_W}numId", ""): formats.get(reference.get(f"{_W}val"), "bullet")
        for number in numbering.iter(f"{_W}num")
        for reference in number.iter(f"{_W}abstractNumId")
    }


def _read_stated(document: Any, blocks: list[Block]) -> StatedMetadata:
    """Return title and author if the text has them too: programs fill in templates and the names of their users."""
    text = " ".join(" ".join(block.text.split()) for block in blocks).casefold()
    properties = document.core_properties
    title = clean_title(properties.title)
    authors = clean_authors(re.split(r"[;,]", properties.author or ""))
    printed = clean_authors(find_names(blocks))
    return StatedMetadata(
        title=title if title and title.casefold() in text else None,
        authors=printed or tuple(name for name in authors if " " in name and name.casefold() in text),
    )
