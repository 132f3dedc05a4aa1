"""Parse the bytes of one article file into an `Article`."""

import re

from index.articles.article import NOTE_KINDS, Article, Kind, Paragraph, text_digest
from index.articles.formats import read_format, skip_markdown_mark
from index.articles.furniture.blocks import classify_blocks
from index.articles.furniture.lines import url_in
from index.articles.lines import HeadLine, Line
from index.articles.metadata.fields import names_value, publication_date, text_value
from index.articles.metadata.foot import read_foot, read_note
from index.articles.metadata.front_matter import read_front_matter
from index.articles.metadata.head import read_head
from index.errors import ArticleRejected

_HEADING_MARK = re.compile(r"#{1,6}[ \t]+")


def parse(name: str, data: bytes, fallback: str | None = None) -> Article:
    """Parse one file.

    Args:
        name: Path relative to the articles folder, which becomes the article's id; its suffix selects the format.
        data: The content of the file.
        fallback: Encoding of a file that has no byte order mark and is not UTF-8.

    Raises:
        ArticleRejected: The file cannot be read or contains no text.
    """
    content = read_format(name, data, fallback)
    text, stated = content.text, content.stated
    if not text.strip():
        raise ArticleRejected("it is empty")
    meta, meta_end = read_front_matter(text)
    blocks = _split_blocks(text, meta_end)
    if not any(c.isalnum() for block in blocks for line in block for c in line.text):
        raise ArticleRejected("it has no text below its front matter" if meta else "it contains no words")
    title = text_value(meta, "title") or stated.title
    authors = names_value(meta.get("author")) or stated.authors

    kinds = classify_blocks(blocks)
    # The head is read from what is not set aside, from web addresses, which may be the source, and from ornaments.
    kept = [
        block for block, kind in zip(blocks, kinds, strict=True) if kind == "body" or _is_address_or_ornament(block)
    ]
    foot = read_foot(kept)
    above_foot = kept[: len(kept) - len({line.paragraph for line in foot})]
    head = read_head(above_foot, title, authors)
    read = {line.end for line in (*head.lines, *foot)}
    aside = [
        HeadLine("furniture", line.start, line.end, line.paragraph)
        for block, kind in zip(blocks, kinds, strict=True)
        if kind != "body" and kind not in NOTE_KINDS
        for line in block
        if line.end not in read
    ]
    head_lines = tuple(sorted((*head.lines, *foot, *aside), key=lambda line: line.start))
    head_ends = {line.end for line in head_lines}
    authors = authors or head.authors
    last = above_foot[-1]
    note = read_note(text, last, authors) if len(above_foot) > 2 and last[0].end not in head_ends else None
    if note and note.author and not authors:
        authors = (note.author,)
    note_span = (note.start, note.end) if note else head.note

    paragraphs = tuple(
        _make_paragraph(
            number, block, kind, _body_start(name, text, block, head_ends), note_start=note.start if note else None
        )
        for number, (block, kind) in enumerate(zip(blocks, kinds, strict=True), 1)
    )
    if not any(c.isalnum() for p in paragraphs for c in text[p.body_start : p.end]):
        raise ArticleRejected("it contains no words below its head")
    return Article(
        id=name,
        digest=text_digest(text),
        text=text,
        title=title or head.title,
        authors=authors,
        published=publication_date(meta) or stated.published or head.published,
        source=text_value(meta, "source") or stated.source or head.source,
        note=text_value(meta, "note") or (text[slice(*note_span)].strip("*_ ") if note_span else None),
        paragraphs=paragraphs,
        head=head_lines,
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


def _is_address_or_ornament(block: list[Line]) -> bool:
    """Whether a block is nothing but a web address, or has no words."""
    words = any(c.isalnum() for line in block for c in line.text)
    return not words or (len(block) == 1 and url_in(block[0].text.strip()) is not None)


def _make_paragraph(
    number: int, block: list[Line], kind: Kind, body_start: int, *, note_start: int | None
) -> Paragraph:
    """Make a paragraph; its kind is "note" if it is the author note, and "head" if it consists of head lines."""
    start, end = block[0].start, block[-1].end
    if kind == "body" and note_start is not None and start == note_start:
        kind = "note"
    elif kind == "body" and body_start == end:
        kind = "head"
    return Paragraph(number, start, end, body_start, kind)


def _body_start(name: str, text: str, block: list[Line], head_ends: set[int]) -> int:
    """Return where the author's text starts in a paragraph; its end if all its lines are head lines.

    head_ends: the end offsets of all head lines.
    """
    for line in block:
        if line.end not in head_ends:
            heading = _HEADING_MARK.match(text, line.start, line.end)
            return heading.end() if heading else skip_markdown_mark(name, text, line.start, line.end)
    return block[-1].end
