"""Show one article as it is understood: its metadata, and its paragraphs with their numbers and kinds."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.articles.article import Article
from index.articles.files import SUFFIX_LIST, SUFFIXES, read_article, read_folder
from index.articles.lookup import find_article
from index.errors import ArticleRejected, UsageError
from index.formatting import count, printable, strip_control_characters

_WIDTH = 80
_NUMBER, _KIND = 6, 12
_HINT = f"Name a {SUFFIX_LIST} file, or an article of the folder by its file name, title or author."


def find_file(name: str, folder: Path, fallback: str | None = None) -> Article:
    """Read the file that a name refers to.

    Args:
        name: Path of a file anywhere; else path below the articles folder; else what `find_article` finds in it.
        folder: The articles folder.
        fallback: Encoding of files that have no byte order mark and are not UTF-8; None rejects them.

    Raises:
        UsageError: There is no such file or article, several match, or the file has another format.
        ArticleRejected: The file cannot be read, or contains no text.
        ArticlesError: The articles folder cannot be read.
    """
    if "\0" in name or not name.strip():
        raise UsageError("That is not a file name.", _HINT)
    for path in (Path(name), folder / name):
        if _exists(path):
            return _read(path, folder, fallback)
    articles = read_folder(folder, fallback=fallback).articles if folder.is_dir() else ()
    return find_article(articles, name, _HINT)


def _exists(path: Path) -> bool:
    try:
        return path.is_symlink() or path.exists()
    except OSError:  # for example a name that is too long
        return False


def _read(path: Path, folder: Path, fallback: str | None) -> Article:
    shown = printable(str(path))
    if path.is_dir():
        raise UsageError(f"{shown} is a folder.", _HINT)
    if not path.name.lower().endswith(SUFFIXES):
        raise UsageError(f"{shown} is not a {SUFFIX_LIST} file.", _HINT)
    inside = path.absolute().is_relative_to(folder.absolute())
    name = path.absolute().relative_to(folder.absolute()).as_posix() if inside else path.name
    try:
        return read_article(path, name, fallback)
    except ArticleRejected as error:
        raise ArticleRejected(
            f"{shown} cannot be shown: {error.message}.", "A rebuild would skip it for the same reason."
        ) from None


def as_fields(article: Article) -> dict[str, Any]:
    """Return an article as `byline show --json` prints it."""
    return {
        "file": article.id,
        "title": article.title,
        "authors": list(article.authors),
        "date": article.published,
        "source": article.source,
        "note": article.note,
        "words": article.word_count,
        "paragraphs": [
            {"n": p.number, "kind": p.kind, "text": article.text[p.start : p.end]} for p in article.paragraphs
        ],
    }


def as_lines(article: Article) -> Iterator[str]:
    """Return an article as `byline show` prints it, in lines of at most 80 columns where words allow it."""
    yield from _wrap(article.title or "(no title)")
    yield from _wrap(f"{' and '.join(article.authors) or '(no author)'} · {article.published or '(no date)'}")
    if article.source:
        yield _clean(article.source)
    size = f"{count(article.word_count, 'word')}, {count(len(article.paragraphs), 'paragraph')}"
    yield from _wrap(f"{printable(article.id)}, {size}")
    for paragraph in article.paragraphs:
        yield ""
        number = f"¶{paragraph.number}".ljust(_NUMBER)
        kind = ("" if paragraph.kind == "body" else paragraph.kind).ljust(_KIND)
        margin = " " * (_NUMBER + _KIND)
        lines = article.text[paragraph.start : paragraph.end].splitlines() or ["(no text)"]
        for position, line in enumerate(lines):
            yield from _wrap(line, margin if position else number + kind, margin)


def _wrap(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        " ".join(_clean(text).split()),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def _clean(text: str) -> str:
    return strip_control_characters(text)
