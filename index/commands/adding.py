"""Add an article to the folder: fetch a page or read a file, find its article, and write it as Markdown."""

import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from index.articles.article import Article
from index.articles.files import read_bytes
from index.articles.formats import FORMATS, is_text_format, read_format, read_page
from index.articles.formats.result import FormatResult, StatedMetadata
from index.articles.metadata.fields import text_value
from index.articles.metadata.front_matter import read_front_matter
from index.articles.parse import parse
from index.errors import ArticleRejected, BylineError, UsageError
from index.fetching.download import DEFAULT_LIMITS, Limits, Page, download
from index.formatting import printable

Outcome = Literal["added", "updated", "unchanged"]

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:(?!\\)", re.I)
# The suffix whose format reads each media type.
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
}
_UNKNOWN_TYPES = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-download"})
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one page or file.

    Attributes:
        argument: What was to be added, as given.
        path: The file in the articles folder.
        outcome: Whether that file is new, has changed, or was the same already.
        article: The article as it is understood.
    """

    argument: str
    path: Path
    outcome: Outcome
    article: Article


@dataclass(frozen=True, slots=True)
class Options:
    """How articles are added.

    Attributes:
        folder: The articles folder.
        name: File name to use, with or without a suffix; None to derive it from the title.
        force: Whether a file of the same name with other content is replaced.
        allow_private: Whether a page may be fetched from an address that is not public.
        encoding: Encoding of files that are not UTF-8.
        limits: What a page may cost.
    """

    folder: Path
    name: str | None = None
    force: bool = False
    allow_private: bool = False
    encoding: str | None = None
    limits: Limits = DEFAULT_LIMITS


def add(argument: str, options: Options, fetch: Callable[..., Page] = download) -> Added:
    """Add one page or file; nothing is written if it has no article, and no other article is overwritten.

    Args:
        argument: The address of a page, or the path of a file.
        options: Where and how.
        fetch: Downloads a page.

    Raises:
        UsageError: The argument is neither an address that may be fetched nor a file.
        BylineError: The page cannot be fetched, contains no article, or the file cannot be written.
    """
    try:
        if _SCHEME.match(argument):
            page = fetch(argument, options.limits, options.allow_private)
            content, suffix, address = _read_page(page, options), ".md", page.url
            name = _derive_name(content, unquote(urlsplit(page.url).path))
        else:
            path = _check_file(argument)
            data = read_bytes(path.resolve())
            suffix = path.suffix.lower()
            if suffix not in FORMATS:
                known = ", ".join(FORMATS)
                raise UsageError(f"{printable(path.name)} has no suffix that Byline reads.", f"It reads {known}.")
            if is_text_format(path.name, data):
                return _write(argument, options, _file_name(options.name or path.name, suffix), data, None)
            content, address = read_format(path.name, data, options.encoding), None
            suffix, name = ".md", path.stem
    except ArticleRejected as error:
        raise BylineError(f"{printable(argument)} was not added: {error.message}.") from None
    return _write_markdown(argument, options, content, address, _file_name(options.name or name, suffix))


def _check_file(argument: str) -> Path:
    path = Path(argument).expanduser()
    try:
        exists, is_folder = path.exists(), path.is_dir()
    except (OSError, ValueError):  # for example a name that is too long
        exists = is_folder = False
    if not exists or is_folder:
        problem = "is a folder" if is_folder else "does not exist"
        raise UsageError(f"{printable(argument)} {problem}.", "Give a file, or an address that starts with https://.")
    return path


def _read_page(page: Page, options: Options) -> FormatResult:
    """Read what a server sent, by the type that it names, else by the suffix of the address."""
    suffix = _SUFFIXES.get(page.content_type)
    if suffix is None and page.content_type in _UNKNOWN_TYPES:
        suffix = PurePosixPath(urlsplit(page.url).path).suffix.lower()
        suffix = ".pdf" if page.data.startswith(b"%PDF-") else suffix
    if suffix not in FORMATS:
        raise ArticleRejected(f"it is not an article ({page.content_type or 'of unknown type'})")
    if len(page.data) > FORMATS[suffix].max_bytes:
        raise ArticleRejected(f"it is larger than {FORMATS[suffix].max_bytes // 1024 // 1024} MB")
    return read_page(f"page{suffix}", page.data, options.encoding, page.charset, page.url)


def _write_markdown(argument: str, options: Options, content: FormatResult, address: str | None, name: str) -> Added:
    """Write an article with its metadata as front matter; an article from the same address keeps its file."""
    meta, start = read_front_matter(content.text)
    stated = content.stated if address is None else replace(content.stated, source=content.stated.source or address)
    before = _find_by_source(options.folder, stated.source) if stated.source and options.name is None else None
    if before is not None:
        stated = _keep(stated, before)
        name = before.relative_to(options.folder).as_posix()
    elif stated.source and not options.force:
        name = _free_name(options.folder, name)
    head = "" if meta else _front_matter(stated)
    text = content.text[start:].lstrip("\n") if not meta else content.text
    return _write(argument, options, name, (head + text).encode("utf-8", "replace"), before)


def _write(argument: str, options: Options, name: str, data: bytes, before: Path | None) -> Added:
    """Write an article's file, unless it is no article or would replace another one."""
    target = options.folder / name
    try:
        article = parse(name, data, options.encoding)
    except ArticleRejected as error:
        raise BylineError(f"{printable(argument)} was not added: {error.message}.") from None
    try:
        options.folder.mkdir(exist_ok=True)
        outcome: Outcome = "added"
        if os.path.lexists(target):
            if not target.is_symlink() and target.is_file() and target.read_bytes() == data:
                return Added(argument, target, "unchanged", article)
            if target != before and not options.force:
                raise BylineError(
                    f"The articles folder has another {printable(name)} already.",
                    "Add it under another name with --name, or replace that file with --force.",
                )
            outcome = "updated"
        _replace_file(target, data, is_new=outcome == "added")
    except OSError as error:
        raise BylineError(f"{printable(name)} cannot be written: {error.strerror}.") from None
    return Added(argument, target, outcome, article)


def _replace_file(target: Path, data: bytes, is_new: bool) -> None:
    """Write a file in one step: it is there whole or not at all, and a new one never replaces another."""
    temporary = target.parent / f".{secrets.token_hex(8)}.adding"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _link(temporary, target)
        else:
            temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _link(temporary: Path, target: Path) -> None:
    """Give a file its name if no other has it, also on file systems without links."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(target):
            raise
        temporary.replace(target)


def _find_by_source(folder: Path, source: str) -> Path | None:
    """Return the article of the folder whose front matter names an address as its source."""
    for path in sorted(folder.rglob("*.md")):
        if path.name.startswith(".") or path.is_symlink() or not path.is_file():
            continue
        with suppress(ArticleRejected, OSError), path.open(encoding="utf-8", errors="replace") as file:
            if text_value(read_front_matter(file.read(8_192))[0], "source") == source:
                return path
    return None


def _keep(stated: StatedMetadata, before: Path) -> StatedMetadata:
    """Keep what the file of an article says where its page says nothing: somebody may have added it."""
    try:
        article = parse(before.name, before.read_bytes())
    except (ArticleRejected, OSError):
        return stated
    return StatedMetadata(
        title=stated.title or article.title,
        authors=stated.authors or article.authors,
        published=stated.published or article.published,
        source=stated.source,
    )


def _front_matter(stated: StatedMetadata) -> str:
    """Return the front matter of an article, or nothing if its file states nothing."""
    import yaml

    authors = list(stated.authors)
    fields: dict[str, Any] = {
        "title": stated.title,
        "author": authors[0] if len(authors) == 1 else authors,
        "published": stated.published,
        "source": stated.source,
    }
    known = {key: value for key, value in fields.items() if value}
    if not known:
        return ""
    return f"---\n{yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=10_000)}---\n\n"


def _derive_name(content: FormatResult, path: str) -> str:
    heading = re.match(r"#{1,6} (.+)", content.text)
    return content.stated.title or (heading[1] if heading else "") or PurePosixPath(path).stem or "article"


def _file_name(name: str, suffix: str) -> str:
    """Return a safe file name: words of letters and digits in lower case; a name with its suffix stays as it is."""
    if name.lower().endswith(suffix) and not set("/\\\0") & set(name) and name.isprintable():
        return name.lstrip(".") or f"article{suffix}"
    words = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFC", name)).lower().split()
    slug = ""
    for word in words:
        if slug and len(slug) + len(word) >= _MAX_NAME:
            break
        slug = f"{slug}-{word}" if slug else word[:_MAX_NAME]
    return f"{slug or 'article'}{suffix}"


def _free_name(folder: Path, name: str) -> str:
    """Return a name that no file of the folder has: of two pages with one title, neither replaces the other."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    candidate, number = name, 1
    while os.path.lexists(folder / candidate):
        number += 1
        candidate = f"{stem}-{number}{suffix}"
    return candidate
