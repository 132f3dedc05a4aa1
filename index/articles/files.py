"""Read every article file below a folder."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from index.articles.article import Article, fingerprint
from index.articles.formats import parse
from index.errors import ArticleRejected, ArticlesError
from index.formatting import printable

SUFFIXES = (".txt", ".text", ".md", ".markdown")


MAX_BYTES = 8 * 1024 * 1024


class SkippedFile(NamedTuple):
    """A file that was not indexed, and why: the reason completes "NAME was skipped: …"."""

    name: str
    reason: str


class FolderContents(NamedTuple):
    articles: tuple[Article, ...]
    skipped: tuple[SkippedFile, ...]


def read_folder(
    folder: Path,
    only: tuple[Path, ...] = (),
    fallback: str | None = None,
    indexed: Mapping[str, str] | None = None,
) -> FolderContents:
    """Read every article below a folder, in the order of their names.

    only: files or folders below it that are read; none means all. fallback: the encoding of
    files that are neither marked nor UTF-8. indexed: id → digest of the articles known already; of
    two files with the same text, such a one is kept, else the first. Raises ArticlesError if the
    folder cannot be listed.
    """
    if not folder.exists():
        raise ArticlesError(
            f"The articles folder {folder} does not exist.",
            "Create it and put .txt or .md files there, or set ARTICLES_DIR.",
        )
    if not folder.is_dir():
        raise ArticlesError(
            f"{folder} is not a folder.", "Name the folder that holds the articles, or set ARTICLES_DIR."
        )
    read: list[Article] = []
    files, skipped = _files(folder, only)
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            if name != name.encode("utf-8", "replace").decode("utf-8"):
                raise ArticleRejected("its name is not valid UTF-8 (rename it)")
            read.append(parse(name, _read(path), fallback))
        except ArticleRejected as error:
            skipped.append(SkippedFile(name, error.message))
    known = indexed or {}
    first: dict[str, Article] = {}
    for article in sorted(read, key=lambda a: (known.get(a.id) != a.digest, a.id not in known)):
        first.setdefault(fingerprint(article.text), article)
    twins = [(article, first[fingerprint(article.text)]) for article in read]
    skipped += [
        SkippedFile(a.id, f"it has the same text as {printable(twin.id)}") for a, twin in twins if a is not twin
    ]
    return FolderContents(
        tuple(article for article, twin in twins if article is twin),
        tuple(SkippedFile(printable(name), reason) for name, reason in sorted(skipped)),
    )


def _files(folder: Path, only: tuple[Path, ...]) -> tuple[list[Path], list[SkippedFile]]:
    """The files below a folder that may be articles, and the folders that cannot be listed.

    Links to folders are not followed, hidden files are left out.
    """
    base = folder.absolute()
    skipped: list[SkippedFile] = []

    def refuse(error: OSError) -> None:
        if Path(error.filename) == base:
            raise ArticlesError(
                f"The articles folder {folder} cannot be read: {error.strerror}.", "Check its permissions."
            )
        name = Path(error.filename).relative_to(base).as_posix()
        skipped.append(SkippedFile(f"{name}/", f"it cannot be read ({error.strerror})"))

    wanted = [path.absolute() for path in only]
    found: list[Path] = []
    for parent, folders, names in os.walk(base, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(parent, name).is_symlink()]
        found += [Path(parent, n) for n in names + links if n.lower().endswith(SUFFIXES) and not n.startswith(".")]
    chosen = (path for path in found if not wanted or any(path == w or w in path.parents for w in wanted))
    return sorted((folder / path.relative_to(base) for path in chosen), key=lambda path: path.as_posix()), skipped


def _read(path: Path) -> bytes:
    """The file's bytes; never waits on a pipe, follows a link or reads more than MAX_BYTES."""
    if path.is_symlink():
        raise ArticleRejected("it is a link (copy the file into the folder instead)")
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ArticleRejected("it is not a regular file")
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ArticleRejected(f"it cannot be read ({error.strerror})") from None
    if len(data) > MAX_BYTES:
        raise ArticleRejected(f"it is larger than {MAX_BYTES // 1024 // 1024} MB, which is no article")
    return data
