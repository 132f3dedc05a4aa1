"""Parse the bytes of one article file into an `Article`.

How to add a file format:

1. Write a function that turns the file's bytes into plain text: paragraphs separated by blank lines, with title, byline
   and date as lines above them or as YAML front matter. It removes the format's own markup (directives, underlines of
   headings, emphasis), because quotes show its result as it is. It raises ArticleRejected with the reason for a
   file that it cannot read.
2. Add the file's suffix, with that function, to the table `FORMATS`. Set `is_markdown` if "-", "1." and ">" at the
   start of a line still mark lists and quotations; these marks are then left out of quotes.

The rest is the same for all formats: `index.articles.files` reads the files whose suffix is in `FORMATS`, and `parse`
splits the text into paragraphs, separates head and foot from the body and collects the metadata. In every format, a
line that starts with "# " to "###### " is a heading, whose mark is left out of quotes.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from index.articles.article import Article, Paragraph, text_digest
from index.articles.foot import read_foot, read_note
from index.articles.front_matter import date_value, names_value, read_front_matter, text_value
from index.articles.head import read_head
from index.articles.lines import Line
from index.errors import ArticleRejected
from index.formatting import strip_control_characters

_MARKDOWN_MARK = re.compile(
    r"[ \t]*(?:>[ \t]?)+(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)?|[ \t]*(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)"
)
_HEADING_MARK = re.compile(r"#{1,6}[ \t]+")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_CONTROL_CHARACTERS = 10


def decode(data: bytes, fallback: str | None = None) -> str:
    """Decode a text file: by its byte order mark, else as strict UTF-8, else with the fallback encoding.

    Encodings are never guessed, because some of them decode any bytes. A few control characters are removed; a file
    with many of them is not text.

    Raises:
        ArticleRejected: The file is not text, or its encoding is not known.
    """
    try:
        text = next((data.decode(encoding) for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
        if text is None:
            text = _decode_utf8(data, fallback)
    except (UnicodeDecodeError, UnicodeError):
        raise ArticleRejected(
            "it is not UTF-8 text (save it as UTF-8, or set ARTICLES_ENCODING to the encoding of such files)"
        ) from None
    if "\x00" in text:
        raise ArticleRejected("it is not a text file (it contains NUL characters)")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    controls = sum(unicodedata.category(c) == "Cc" and c not in "\n\t\f\v" for c in text[:10_000])
    if controls > _MAX_CONTROL_CHARACTERS:
        raise ArticleRejected("it is not a text file (it contains control characters)")
    return strip_control_characters(text)


def _decode_utf8(data: bytes, fallback: str | None) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if fallback is None:
            raise
        return data.decode(fallback)


class Format(NamedTuple):
    """How the files of one suffix are read.

    Attributes:
        to_text: Turns the file's bytes into text, with line feeds as line ends and without control characters; its
            second argument is the fallback encoding. Raises ArticleRejected.
        is_markdown: Whether "-", "1." and ">" at the start of a line mark a list or a quotation.
    """

    to_text: Callable[[bytes, str | None], str]
    is_markdown: bool = False


FORMATS = {
    ".txt": Format(decode),
    ".text": Format(decode),
    ".md": Format(decode, is_markdown=True),
    ".markdown": Format(decode, is_markdown=True),
}
"""Format by suffix, in lower case."""


def _format_of(name: str) -> Format:
    return FORMATS.get(PurePosixPath(name).suffix.lower(), FORMATS[".txt"])


def parse(name: str, data: bytes, fallback: str | None = None) -> Article:
    """Parse one file.

    Args:
        name: Path relative to the articles folder, which becomes the article's id; its suffix selects the format.
        data: The content of the file.
        fallback: Encoding of a file that has no byte order mark and is not UTF-8.

    Raises:
        ArticleRejected: The file cannot be read or contains no text.
    """
    text = _format_of(name).to_text(data, fallback)
    if not text.strip():
        raise ArticleRejected("it is empty")
    meta, meta_end = read_front_matter(text)
    blocks = _split_blocks(text, meta_end)
    if not any(c.isalnum() for block in blocks for line in block for c in line.text):
        raise ArticleRejected("it has no text below its front matter" if meta else "it contains no words")
    title, authors = text_value(meta, "title"), names_value(meta.get("author", meta.get("authors")))

    foot = read_foot(blocks)
    above_foot = blocks[: len(blocks) - len({line.paragraph for line in foot})]
    head = read_head(above_foot, title, authors)
    head_ends = {line.end for line in (*head.lines, *foot)}
    authors = authors or head.authors
    last = above_foot[-1]
    note = read_note(text, last, authors) if len(above_foot) > 2 and last[0].end not in head_ends else None
    if note and note.author and not authors:
        authors = (note.author,)
    note_span = (note.start, note.end) if note else head.note

    paragraphs = tuple(
        Paragraph(number, block[0].start, block[-1].end, _body_start(name, text, block, head_ends))
        for number, block in enumerate(blocks, 1)
    )
    if not any(c.isalnum() for p in paragraphs for c in text[p.body_start : p.end]):
        raise ArticleRejected("it contains no words below its head")
    return Article(
        id=name,
        digest=text_digest(text),
        text=text,
        title=title or head.title,
        authors=authors,
        published=date_value(meta, "published") or date_value(meta, "date") or head.published,
        source=text_value(meta, "source") or text_value(meta, "url") or head.source,
        note=text_value(meta, "note") or (text[slice(*note_span)].strip("*_ ") if note_span else None),
        paragraphs=paragraphs,
        head=(*head.lines, *foot),
        note_span=(note.start, note.end) if note else None,
    )


def _split_blocks(text: str, start: int) -> list[list[Line]]:
    """Split the text from an offset on into paragraphs, which blank lines separate, and these into lines."""
    blocks: list[list[Line]] = [[]]
    for line in text[start:].split("\n"):
        end = start + len(line)
        if line.strip():
            number = len(blocks)
            blocks[-1].append(Line(line, start, end, number))
        elif blocks[-1]:
            blocks.append([])
        start = end + 1
    return blocks if blocks[-1] else blocks[:-1]


def skip_markdown_mark(name: str, text: str, start: int, end: int) -> int:
    """Return where a line's text starts after the mark of a list or quotation; its start if it has none.

    Args:
        name: File name of the article; only Markdown files have such marks.
        text: Text of the article.
        start: Start offset of the line.
        end: Offset where the mark must end at the latest.
    """
    match = _MARKDOWN_MARK.match(text, start, end) if _format_of(name).is_markdown else None
    return match.end() if match else start


def _body_start(name: str, text: str, block: list[Line], head_ends: set[int]) -> int:
    """Return where the author's text starts in a paragraph; its end if all its lines are head lines.

    head_ends: the end offsets of all head lines.
    """
    for line in block:
        if line.end not in head_ends:
            heading = _HEADING_MARK.match(text, line.start, line.end)
            return heading.end() if heading else skip_markdown_mark(name, text, line.start, line.end)
    return block[-1].end
