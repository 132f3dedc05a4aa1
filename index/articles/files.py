"""Find and read the article files below a folder. The only module of this package that does I/O."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from index.articles.article import Article, fingerprint
from index.articles.formats import FORMATS
from index.articles.parse import parse
from index.errors import ArticleRejected, ArticlesError
from index.formatting import printable

SUFFIXES = tuple(FORMATS)
"""Suffixes of the files that are read, in lower case; see `index.articles.formats` to add one."""

SUFFIX_LIST = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
"""The same in a sentence."""

MAX_BYTES = FORMATS[".txt"].max_bytes
"""Size limit of a text file; larger ones are skipped."""


class SkippedFile(NamedTuple):
    """A file or folder that was not read.

    Attributes:
        name: Path relative to the articles folder, safe to print; a folder ends with "/".
        reason: Completes the sentence "NAME was skipped: …".
    """

    name: str
    reason: str


class FolderContents(NamedTuple):
    """What was read below the articles folder.

    Attributes:
        articles: The articles in the order of their file names, without duplicates.
        skipped: The skipped files in the order of their names.
    """

    articles: tuple[Article, ...]
    skipped: tuple[SkippedFile, ...]


def read_folder(
    folder: Path,
    only: tuple[Path, ...] = (),
    fallback: str | None = None,
    indexed: Mapping[str, str] | None = None,
) -> FolderContents:
    """Read all articles below a folder.

    Args:
        folder: The articles folder.
        only: Files or folders below it to read; empty for all.
        fallback: Encoding of files that have no byte order mark and are not UTF-8; None rejects them.
        indexed: Digest by id of the articles in the current index. Of several files with the same text, one that is
            indexed is preferred, else the first by name.

    Raises:
        ArticlesError: The folder is missing or cannot be listed.
    """
    if not folder.exists():
        raise ArticlesError(
            f"The articles folder {folder} does not exist.",
            f"Create it and put {SUFFIX_LIST} files there, or set ARTICLES_DIR.",
        )
    if not folder.is_dir():
        raise ArticlesError(
            f"{folder} is not a folder.", "Give the folder that contains the articles, or set ARTICLES_DIR."
        )
    parsed: list[Article] = []
    paths, skipped = _list_files(folder, only)
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            if name != name.encode("utf-8", "replace").decode("utf-8"):
                raise ArticleRejected("its name is not valid UTF-8 (rename it)")
            parsed.append(read_article(path, name, fallback))
        except ArticleRejected as error:
            skipped.append(SkippedFile(name, error.message))
    articles, duplicates = _deduplicate(parsed, indexed or {})
    skipped = sorted(skipped + duplicates)
    return FolderContents(tuple(articles), tuple(SkippedFile(printable(name), reason) for name, reason in skipped))


def read_article(path: Path, name: str, fallback: str | None = None) -> Article:
    """Read one file.

    Args:
        path: The file.
        name: Id of the article.
        fallback: Encoding of a file that has no byte order mark and is not UTF-8; None rejects it.

    Raises:
        ArticleRejected: It cannot be read or contains no text.
    """
    return parse(name, read_bytes(path), fallback)


def _deduplicate(parsed: list[Article], indexed: Mapping[str, str]) -> tuple[list[Article], list[SkippedFile]]:
    """Keep one article of each text: an unchanged indexed one, else a changed indexed one, else the first."""
    originals: dict[str, Article] = {}
    for article in sorted(parsed, key=lambda a: (indexed.get(a.id) != a.digest, a.id not in indexed)):
        originals.setdefault(fingerprint(article.text), article)
    pairs = [(article, originals[fingerprint(article.text)]) for article in parsed]
    unique = [article for article, original in pairs if article is original]
    return unique, [
        SkippedFile(article.id, f"it has the same text as {printable(original.id)}")
        for article, original in pairs
        if article is not original
    ]


def _list_files(folder: Path, only: tuple[Path, ...]) -> tuple[list[Path], list[SkippedFile]]:
    """List the files below a folder that have a known suffix, and the folders that cannot be listed.

    Links to folders are not followed; hidden files and folders are ignored.
    """
    base = folder.absolute()
    skipped: list[SkippedFile] = []

    def on_error(error: OSError) -> None:
        if Path(error.filename) == base:
            raise ArticlesError(
                f"The articles folder {folder} cannot be read: {error.strerror}.", "Check its permissions."
            )
        name = Path(error.filename).relative_to(base).as_posix()
        skipped.append(SkippedFile(f"{name}/", f"it cannot be read ({error.strerror})"))

    paths: list[Path] = []
    for parent, folders, names in os.walk(base, onerror=on_error):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(parent, name).is_symlink()]
        paths += [Path(parent, n) for n in names + links if n.lower().endswith(SUFFIXES) and not n.startswith(".")]
    if only:
        roots = [path.absolute() for path in only]
        paths = [path for path in paths if any(path == root or root in path.parents for root in roots)]
    return sorted((folder / path.relative_to(base) for path in paths), key=lambda path: path.as_posix()), skipped


def read_bytes(path: Path) -> bytes:
    """Read a file without blocking on a pipe, following a link or reading more than its format allows."""
    max_bytes = FORMATS[path.suffix.lower()].max_bytes if path.suffix.lower() in FORMATS else MAX_BYTES
    if path.is_symlink():
        raise ArticleRejected("it is a link (copy the file into the folder instead)")
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ArticleRejected("it is not a regular file")
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise ArticleRejected(f"it cannot be read ({error.strerror})") from None
    if len(data) > max_bytes:
        raise ArticleRejected(f"it is larger than {max_bytes // 1024 // 1024} MB")
    return data
