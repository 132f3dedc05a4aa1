"""Parse the bytes of one article file into an `Article`."""

import re
from collections.abc import Collection, Mapping, Sequence

from index.articles.article import NOTE_KINDS, Article, Kind, Paragraph, text_digest
from index.articles.formats import read_format
from index.articles.furniture.blocks import classify_blocks
from index.articles.furniture.lines import url_in
from index.articles.furniture.tails import find_tails
from index.articles.interview import describe_interviewee, find_turns, without_labels
from index.articles.lines import HeadLine, Line
from index.articles.metadata.below import read_below, read_speaker
from index.articles.metadata.dates import dateline_date, settle_date, year_in
from index.articles.metadata.fields import names_value, publication_date, text_value
from index.articles.metadata.foot import find_note, read_foot
from index.articles.metadata.front_matter import read_front_matter
from index.articles.metadata.head import read_head
from index.articles.text.reading import ArticleText, TextBlock, clean, read_text
from index.errors import ArticleRejected

# What may say who wrote the article, beside the lines that the head is read from.
_CREDITS = frozenset({"head", "signature"})
# An article of fewer words may well be a head alone.
_FEWEST_WORDS = 12
_DATELINE_CHARS = 200
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
    result = read_format(name, data, fallback)
    source, stated = clean(result.text), result.stated
    if not source.text.strip():
        raise ArticleRejected("it is empty")
    meta, meta_end = read_front_matter(source.text)
    article_text = read_text(source, meta_end, is_markdown=result.is_markdown)
    text = article_text.content.text
    blocks = _lines(article_text)
    if not any(c.isalnum() for block in blocks for line in block for c in line.text):
        raise ArticleRejected("it has no text below its front matter" if meta else "it contains no words")
    title = text_value(meta, "title") or stated.title
    authors = names_value(meta.get("author")) or stated.authors

    kinds = classify_blocks(blocks)
    # The head is read from what is not set aside, from web addresses, which may be the source, and from ornaments.
    kept = [
        block
        for block, kind in zip(blocks, kinds, strict=True)
        if kind in ("body", "head") or _is_address_or_ornament(block)
    ]
    foot = read_foot(kept)
    above_foot = kept[: len(kept) - len({line.paragraph for line in foot})]
    head = read_head(above_foot, title, authors, name)
    if not title and not head.title:
        # A title above the text that was taken for furniture: what stands beside it in the head tells it apart.
        above = next(n for n, kind in enumerate(kinds) if kind == "body")
        numbers = {block[0].paragraph for block in (*above_foot, *blocks[:above])}
        again = read_head([block for block in blocks if block[0].paragraph in numbers], title, authors, name)
        head = again if again.title else head
    signed, signed_date = read_below(blocks)
    authors = authors or head.authors or signed or read_speaker(blocks)
    read = {line.end for line in (*head.lines, *foot)}
    note = find_note(text, blocks, kinds, read, authors) if len(above_foot) > 2 else None
    if note and note.author and not authors:
        authors = (note.author,)
    kinds_by_number: dict[int, Kind] = {
        block[0].paragraph: "note" if note and note.start == block[0].start else kind
        for block, kind in zip(blocks, kinds, strict=True)
    }
    aside = [
        HeadLine("credit" if kind in _CREDITS else "furniture", line.start, line.end, line.paragraph)
        for block in blocks
        if (kind := kinds_by_number[block[0].paragraph]) != "body" and kind not in NOTE_KINDS
        for line in block
        if line.end not in read
    ]
    head_ends = {line.end for line in (*head.lines, *foot, *aside)}
    tails = _tails(text, blocks, kinds_by_number, head_ends)
    head_lines = tuple(sorted((*head.lines, *foot, *aside, *tails.values()), key=lambda line: line.start))
    note_span = (note.start, note.end) if note else head.note

    paragraphs = tuple(
        _make_paragraph(number, block, kinds_by_number.get(number, "body"), text, head_ends, tails.get(number))
        for number, block in enumerate(article_text.blocks, 1)
    )
    if not _has_words(text, paragraphs) and not meta and len(text.split()) > _FEWEST_WORDS:
        # What looks like a head is all there is, so it is the text.
        head_lines = ()
        paragraphs = tuple(
            _make_paragraph(number, block, "body", text, set()) for number, block in enumerate(article_text.blocks, 1)
        )
    published = (
        publication_date(meta) or stated.published or head.published or _dateline(paragraphs, text) or signed_date
    )
    if not _has_words(text, paragraphs):
        raise ArticleRejected("it contains no words below its head")
    turns = find_turns(text, paragraphs, authors, article_text.is_emphasised)
    paragraphs = describe_interviewee(text, paragraphs, turns, authors)
    paragraphs = tuple(without_labels(paragraph, turns) for paragraph in paragraphs)
    text = article_text.unwrap([part for p in paragraphs for part in p.parts])
    return Article(
        id=name,
        digest=text_digest(text),
        text=text,
        title=title or head.title,
        authors=authors,
        published=settle_date(published, text) if published else None,
        source=text_value(meta, "source") or stated.source or head.source,
        note=text_value(meta, "note") or (text[slice(*note_span)].strip("*_ ") if note_span else None),
        paragraphs=paragraphs,
        head=head_lines,
        note_span=(note.start, note.end) if note else None,
        offsets=article_text.content.map,
        turns=turns,
    )


def _dateline(paragraphs: Sequence[Paragraph], text: str) -> str | None:
    """Return the date at the beginning of the first paragraph of the body."""
    first = next((p for p in paragraphs if p.kind == "body" and p.body_start < p.end), None)
    return dateline_date(text[first.body_start : first.body_start + _DATELINE_CHARS]) if first else None


def _has_words(text: str, paragraphs: tuple[Paragraph, ...]) -> bool:
    return any(c.isalnum() for p in paragraphs for start, end in p.parts for c in text[start:end])


def _lines(article_text: ArticleText) -> list[list[Line]]:
    """Return the lines of each block that may be head, body or foot: not those of footnotes and callouts."""
    blocks = []
    for number, block in enumerate(article_text.blocks, 1):
        lines, start = [], block.start
        for line in article_text.content.text[block.start : block.end].split("\n"):
            end = start + len(line)
            if line.strip():
                inside = start + len(line) - len(line.lstrip()), start + len(line.rstrip())
                lines.append(Line(line, start, end, number, article_text.is_emphasised(*inside)))
            start = end + 1
        if lines and not (block.footnote or block.callout):
            blocks.append(lines)
    return blocks


def _is_address_or_ornament(block: list[Line]) -> bool:
    """Whether a block is nothing but a web address or a year, or has no words."""
    words = any(c.isalnum() for line in block for c in line.text)
    text = block[0].text.strip()
    return not words or (
        len(block) == 1 and (url_in(text) is not None or (text.isdigit() and year_in(text) is not None))
    )


def _tails(
    text: str, blocks: Sequence[Sequence[Line]], kinds: Mapping[int, Kind], read: Collection[int]
) -> dict[int, HeadLine]:
    """Return the furniture at the end of each paragraph that has some, by the number of the paragraph.

    read: the end offsets of the lines that are known to be head or foot.
    """
    spans = [(block[0].start, block[-1].end, block[0].paragraph) for block in blocks]
    found = find_tails([text[start:end] for start, end, _ in spans], [kinds[number] for _, _, number in spans])
    return {
        number: HeadLine("furniture", start + found[at], end, number)
        for at, (start, end, number) in enumerate(spans)
        if at in found and end not in read
    }


def _make_paragraph(
    number: int, block: TextBlock, kind: Kind, text: str, head_ends: Collection[int], tail: HeadLine | None = None
) -> Paragraph:
    """Make a paragraph; its kind is "note" if it is a footnote, "comment" if a callout, and "head" if it is head lines.

    head_ends: the end offsets of all head lines. tail: the furniture at its end.
    """
    if block.callout:
        return Paragraph(number, block.start, block.end, block.end, "comment")
    start = block.start
    while start < block.end:
        line_end = text.find("\n", start, block.end)
        line_end = line_end if line_end >= 0 else block.end
        if line_end not in head_ends and text[start:line_end].strip():
            break
        start = line_end + 1
    if start >= block.end:
        if kind == "body":
            kind = "head" if block.start < block.end else "furniture"
        return Paragraph(number, block.start, block.end, block.end, kind, block.quoted)
    if block.footnote:
        kind = "note"
    heading = _HEADING_MARK.match(text, start, block.end)
    units = block.units(start) or ((block.end, block.end),)
    body_start = heading.end() if heading else units[0][0]
    if tail and tail.start <= body_start:
        return Paragraph(number, block.start, block.end, block.end, "furniture")
    end = tail.start if tail else block.end
    items = tuple((a, min(b, end)) for a, b in ((body_start, units[0][1]), *units[1:]) if a < end)
    items = () if items == ((body_start, block.end),) else items
    return Paragraph(number, block.start, block.end, body_start, kind, block.quoted, block.footnote, items)
