"""Set the metadata of an article by writing the front matter of its file."""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from index.articles.article import Article
from index.articles.files import read_article, read_bytes
from index.articles.furniture.lines import url_in
from index.articles.metadata.edit import edit_front_matter
from index.articles.metadata.fields import date_value
from index.commands.showing import find_file
from index.errors import ArticleRejected, UsageError
from index.formatting import printable

SUFFIXES = (".md", ".markdown", ".txt", ".text")
_MAX_CHARS = 500
_ISO = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


def changes_of(
    title: str | None, authors: Sequence[str], published: str | None, source: str | None
) -> dict[str, str | tuple[str, ...]]:
    """Return the new values by field.

    Raises:
        UsageError: A value is empty, too long, no date or no address; or there is none.
    """
    changes: dict[str, str | tuple[str, ...]] = {}
    texts = [("--title", title), *(("--author", name) for name in authors), ("--date", published), ("--source", source)]
    for option, text in texts:
        if text is not None and not (any(map(str.isalnum, text)) and text.isprintable() and len(text) <= _MAX_CHARS):
            raise UsageError(
                f"The value of {option} is empty, too long or not one line of text.", "Give another value."
            )
    if title is not None:
        changes["title"] = " ".join(title.split())
    if authors:
        changes["author"] = tuple(" ".join(name.split()) for name in authors)
    if published is not None:
        day = date_value({"date": published}, "date")
        if not day or not _ISO.fullmatch(day):
            raise UsageError(
                f"“{printable(published)}” is not a clear date.", "Write it as 2024-03-14, 2024-03 or 2024."
            )
        changes["published"] = day
    if source is not None:
        if not url_in(source.strip()):
            raise UsageError(f"“{printable(source)}” is not a web address.", "Give one that starts with https://.")
        changes["source"] = source.strip()
    if not changes:
        raise UsageError("Nothing to set.", "Give --title, --author, --date or --source.")
    return changes


def edit(name: str, folder: Path, changes: Mapping[str, str | tuple[str, ...]], fallback: str | None = None) -> Article:
    """Write the front matter of an article's file; return the article as it is read now.

    The file is replaced as a whole or not at all, and only if its paragraphs stay what they are.

    Args:
        name: The file or article, as in `index.commands.showing.find_file`.
        folder: The articles folder.
        changes: The new values, from `changes_of`.
        fallback: Encoding of files that have no byte order mark and are not UTF-8.

    Raises:
        UsageError: There is no such article, or its format has no front matter.
        ArticleRejected: The file cannot be read, edited or written.
    """
    before = find_file(name, folder, fallback)
    path = next(
        (path for path in (Path(name), folder / name, folder / before.id) if path.is_file()), folder / before.id
    )
    shown = printable(str(path))
    if not path.name.lower().endswith(SUFFIXES):
        raise UsageError(
            f"{shown} has no front matter: only {', '.join(SUFFIXES[:-1])} and {SUFFIXES[-1]} files do.",
            "Turn it into a Markdown file first: byline add FILE",
        )
    data = read_bytes(path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ArticleRejected(f"{shown} is not UTF-8, so it is left as it is.", "Save it as UTF-8 first.") from None
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    try:
        edited = mark + edit_front_matter(text[len(mark) :], changes)
    except ArticleRejected as error:
        raise ArticleRejected(f"{shown} is left as it is: {error.message}.", "Set the fields by hand.") from None
    after = _replace(path, edited.encode("utf-8"), before, fallback)
    if after is None:
        raise ArticleRejected(
            f"{shown} is left as it is: with front matter, its paragraphs would be read differently.",
            "Save it as Markdown first: byline add FILE",
        )
    return after


def _replace(path: Path, data: bytes, before: Article, fallback: str | None) -> Article | None:
    """Replace a file's content if its paragraphs stay the same; return the article, else None."""
    try:
        mode = path.stat().st_mode & 0o777
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(mode)
            after = read_article(Path(temporary), before.id, fallback)
            if _paragraphs(after) != _paragraphs(before):
                return None
            Path(temporary).replace(path)
            return after
        finally:
            with suppress(FileNotFoundError):
                Path(temporary).unlink()
    except OSError as error:
        raise ArticleRejected(
            f"{printable(str(path))} cannot be written: {error.strerror}.", "Check the permissions and the free space."
        ) from None


def _paragraphs(article: Article) -> list[tuple[int, str]]:
    return [(p.number, article.text[p.start : p.end]) for p in article.paragraphs]
