"""Article files: decoding, paragraphs, metadata. Reading files is the only I/O here."""

import codecs
import re
import unicodedata

from index.articles.article import Article, Paragraph, text_digest
from index.articles.foot import read_foot, read_note
from index.articles.front_matter import date_of, names_of, read_front_matter, text_of
from index.articles.head import read_head
from index.articles.lines import Line
from index.errors import ArticleRejected
from index.formatting import strip_control_characters

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
    if not any(c.isalnum() for p in paragraphs for c in text[p.body_start : p.end]):
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
    return strip_control_characters(text)


def _utf8_or(fallback: str | None, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if fallback is None:
            raise
        return data.decode(fallback)


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
