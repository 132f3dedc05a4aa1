"""Article files: decoding, paragraphs, metadata. Reading files is the only I/O here."""

import codecs
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from index.errors import ArticleRejected, ArticlesError
from index.frontmatter import date_of, names_of, read_front_matter, text_of
from index.heads import read_head
from index.lines import HeadLine, Line
from index.notes import read_foot, read_note
from index.wording import printable, without_controls

SUFFIXES = (".txt", ".text", ".md", ".markdown")
MAX_BYTES = 8 * 1024 * 1024

_MARKDOWN = (".md", ".markdown")
_MARKERS = re.compile(r"[ \t]*(?:>[ \t]?)+(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)?|[ \t]*(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)")
_MARKDOWN_HEADING = re.compile(r"#{1,6}[ \t]+")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A blank-line-separated block, numbered from 1.

    body: where its text starts behind head lines and heading marks; its end where there is none.
    """

    number: int
    start: int
    end: int
    body: int


@dataclass(frozen=True, slots=True)
class Article:
    """One text and what is known about it.

    id: its path below the articles folder, with forward slashes. text: the decoded file with
    "\\n" line ends; every offset in Byline counts its code points. digest: SHA-256 of the text.
    published: ISO 8601 ("2019-03-26", "2019-03"), or as printed where no year is given.
    """

    id: str
    digest: str
    text: str
    title: str | None
    authors: tuple[str, ...]
    published: str | None
    source: str | None
    note: str | None
    paragraphs: tuple[Paragraph, ...]
    head: tuple[HeadLine, ...]
    note_span: tuple[int, int] | None

    @property
    def words(self) -> int:
        return sum(len(self.text[p.body : p.end].split()) for p in self.paragraphs)

    def paragraph_at(self, offset: int) -> Paragraph:
        """The paragraph that holds an offset; ValueError where there is none."""
        for paragraph in self.paragraphs:
            if paragraph.start <= offset < paragraph.end:
                return paragraph
        raise ValueError(f"no paragraph holds offset {offset}")


class Skipped(NamedTuple):
    """A file that was not indexed, and why: the reason completes "NAME was skipped: …"."""

    name: str
    reason: str


class Folder(NamedTuple):
    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]


def read_folder(
    folder: Path,
    only: tuple[Path, ...] = (),
    fallback: str | None = None,
    indexed: Mapping[str, str] | None = None,
) -> Folder:
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
            skipped.append(Skipped(name, error.message))
    known = indexed or {}
    first: dict[str, Article] = {}
    for article in sorted(read, key=lambda a: (known.get(a.id) != a.digest, a.id not in known)):
        first.setdefault(fingerprint(article.text), article)
    twins = [(article, first[fingerprint(article.text)]) for article in read]
    skipped += [Skipped(a.id, f"it has the same text as {printable(twin.id)}") for a, twin in twins if a is not twin]
    return Folder(
        tuple(article for article, twin in twins if article is twin),
        tuple(Skipped(printable(name), reason) for name, reason in sorted(skipped)),
    )


def parse(name: str, data: bytes, fallback: str | None = None) -> Article:
    """Make an Article of one file's bytes; raises ArticleRejected with the reason."""
    text = decode(data, fallback)
    if not text.strip():
        raise ArticleRejected("it is empty")
    meta, body = read_front_matter(text)
    lines = _blocks(text, body)
    if not any(c.isalnum() for block in lines for line in block for c in line.text):
        raise ArticleRejected("it has no text below its front matter" if meta else "it holds no words")
    title, authors = text_of(meta, "title"), names_of(meta.get("author", meta.get("authors")))
    foot = read_foot(lines)
    upper = lines[: len(lines) - len({line.paragraph for line in foot})]
    head = read_head(upper, title, authors)
    in_head = {line.end for line in (*head.lines, *foot)}
    authors = authors or head.authors
    last = upper[-1]
    note = read_note(text, last, authors) if len(upper) > 2 and last[0].end not in in_head else None
    if note and note.author and not authors:
        authors = (note.author,)
    said = (note.start, note.end) if note else head.note
    paragraphs = tuple(
        Paragraph(number, block[0].start, block[-1].end, _body_start(name, text, block, in_head))
        for number, block in enumerate(lines, 1)
    )
    if not any(c.isalnum() for p in paragraphs for c in text[p.body : p.end]):
        raise ArticleRejected("it holds no words below its head")
    return Article(
        id=name,
        digest=text_digest(text),
        text=text,
        title=title or head.title,
        authors=authors,
        published=date_of(meta, "published") or date_of(meta, "date") or head.published,
        source=text_of(meta, "source") or text_of(meta, "url") or head.source,
        note=text_of(meta, "note") or (text[said[0] : said[1]].strip("*_ ") if said else None),
        paragraphs=paragraphs,
        head=(*head.lines, *foot),
        note_span=(note.start, note.end) if note else None,
    )


def decode(data: bytes, fallback: str | None = None) -> str:
    """Byte order mark, then strict UTF-8, then the configured fallback, else ArticleRejected.

    A few stray control characters, which a terminal would obey, are left out; many are no text.
    An encoding is never guessed: some decode any bytes at all.
    """
    try:
        text = next((data.decode(encoding) for mark, encoding in _MARKS if data.startswith(mark)), None)
        if text is None:
            text = _utf8_or(fallback, data)
    except (UnicodeDecodeError, UnicodeError):
        raise ArticleRejected(
            "it is not UTF-8 text (save it as UTF-8, or set ARTICLES_ENCODING to the encoding such files have)"
        ) from None
    if "\x00" in text:
        raise ArticleRejected("it is not a text file (it holds NUL characters)")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    control = sum(unicodedata.category(c) == "Cc" and c not in "\n\t\f\v" for c in text[:10_000])
    if control > 10:
        raise ArticleRejected("it is not a text file (it holds control characters)")
    return without_controls(text)


def _utf8_or(fallback: str | None, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if fallback is None:
            raise
        return data.decode(fallback)


def _files(folder: Path, only: tuple[Path, ...]) -> tuple[list[Path], list[Skipped]]:
    """The files below a folder that may be articles, and the folders that cannot be listed.

    Links to folders are not followed, hidden files are left out.
    """
    base = folder.absolute()
    skipped: list[Skipped] = []

    def refuse(error: OSError) -> None:
        if Path(error.filename) == base:
            raise ArticlesError(
                f"The articles folder {folder} cannot be read: {error.strerror}.", "Check its permissions."
            )
        name = Path(error.filename).relative_to(base).as_posix()
        skipped.append(Skipped(f"{name}/", f"it cannot be read ({error.strerror})"))

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


def _blocks(text: str, body: int) -> list[list[Line]]:
    """The lines of each blank-line-separated block behind the front matter."""
    blocks: list[list[Line]] = [[]]
    start = body
    for line in text[body:].split("\n"):
        end = start + len(line)
        if line.strip():
            number = len(blocks)
            blocks[-1].append(Line(line, start, end, number))
        elif blocks[-1]:
            blocks.append([])
        start = end + 1
    return blocks if blocks[-1] else blocks[:-1]


def marker_end(name: str, text: str, start: int, end: int) -> int:
    """Where a line of a Markdown file begins behind marks of a list or a quotation; its start in other files."""
    if not name.lower().endswith(_MARKDOWN):
        return start
    match = _MARKERS.match(text, start, end)
    return match.end() if match else start


def _body_start(name: str, text: str, lines: list[Line], in_head: set[int]) -> int:
    for line in lines:
        if line.end not in in_head:
            heading = _MARKDOWN_HEADING.match(text, line.start, line.end)
            return heading.end() if heading else marker_end(name, text, line.start, line.end)
    return lines[-1].end


def text_digest(text: str) -> str:
    """SHA-256 of a decoded text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(text: str) -> str:
    """What two files with the same words share."""
    return text_digest(" ".join(text.split()))
