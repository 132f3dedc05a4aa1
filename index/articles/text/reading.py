"""Make the article text of a decoded file."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.articles.offsets import Edit, MappedText, join
from index.articles.text.blocks import Block, Span, split_blocks, without_blank_lines
from index.articles.text.characters import clean_characters
from index.articles.text.lists import list_marks
from index.articles.text.markdown import covers, has_markdown_links, read_markdown
from index.articles.text.notes import find_notes
from index.articles.text.pages import undo_pages
from index.articles.text.quotations import read_quotations
from index.articles.text.wrapping import wrapped_line_ends


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A block of the article text.

    Attributes:
        start: Start offset in the article's text.
        end: End offset; equal to `start` if nothing of it is left.
        quoted: Whether it is a block quotation.
        callout: Whether it is a callout, a remark of whoever keeps the file.
        footnote: Whether it is a footnote.
        breaks: Offsets in it at which a sentence ends whatever its punctuation.
        marks: Spans of the list marks at the start of its lines.
        notes: Spans of footnotes and callouts in it.
    """

    start: int
    end: int
    quoted: bool = False
    callout: bool = False
    footnote: bool = False
    breaks: tuple[int, ...] = ()
    marks: tuple[Span, ...] = ()
    notes: tuple[Span, ...] = ()

    def units(self, start: int) -> tuple[Span, ...]:
        """Return the spans, from an offset on, that each consist of whole sentences: a point, a table row, the rest."""
        if not self.breaks and not self.marks:
            return ((start, self.end),)
        cuts = sorted({*(at for at in self.breaks if at > start), *(mark[0] for mark in self.marks if mark[0] > start)})
        after_mark = dict(self.marks)
        spans = zip([start, *cuts], [*cuts, self.end], strict=True)
        return tuple(
            (after_mark.get(first, first), last) for first, last in spans if not covers(self.notes, first, last)
        )


@dataclass(frozen=True, slots=True)
class ArticleText:
    """The article text with its blocks.

    Attributes:
        content: The text with its map; what stands above the first block is as in the file.
        blocks: The blocks of the file in order.
        emphases: Spans in the file that are set in emphasis.
        wrapped: Offsets in the file of the line feeds that only the width of the page made.
    """

    content: MappedText
    blocks: tuple[TextBlock, ...]
    emphases: tuple[Span, ...]
    wrapped: frozenset[int]

    def unwrap(self, parts: Iterable[Span]) -> str:
        """Return the text with spaces for the line feeds in some parts that only the width of a page made."""
        text, to_file = self.content.text, self.content.map.to_file
        if not self.wrapped:
            return text
        pieces, at = [], 0
        for start, end in parts:
            feed = text.find("\n", start, end)
            while feed >= 0:
                if to_file(feed) in self.wrapped:
                    pieces += [text[at:feed], " "]
                    at = feed + 1
                feed = text.find("\n", feed + 1, end)
        return "".join((*pieces, text[at:]))

    def is_emphasised(self, start: int, end: int) -> bool:
        """Whether all between two offsets of the text is set in emphasis."""
        return bool(self.emphases) and start < end and covers(self.emphases, *self.content.map.file_span(start, end))


def clean(text: str) -> MappedText:
    """Return a decoded file without invisible characters, mapped to the file."""
    return MappedText(text).edit(clean_characters(text))


def read_text(source: MappedText, start: int, *, is_markdown: bool) -> ArticleText:
    """Make the article text.

    Args:
        source: The result of `clean`.
        start: Offset in it where the text below the front matter starts.
        is_markdown: Whether the file is Markdown; one of another format is if it has links as Markdown writes them.
    """
    is_markdown = is_markdown or has_markdown_links(source.text)
    above, blocks = split_blocks(source, start)
    marks = read_markdown(source.text, start) if is_markdown else read_quotations(_source_spans(blocks, source), source)
    blocks = _apply(blocks, source, marks.edits)
    wrapped = frozenset(
        block.content.map.to_file(offset) for block in blocks for offset in wrapped_line_ends(block.content.text)
    )
    blocks = undo_pages(blocks)
    plain_notes = find_notes([block.content.text for block in blocks])
    blocks = [_without(block, spans) for block, spans in zip(blocks, plain_notes.marks, strict=True)]
    content = join([above, *(part for block in blocks for part in (block.content, block.gap))])
    spans = _spans(len(above.text), blocks)
    listed = list_marks([content.text[first:last] for first, last in spans], is_markdown=is_markdown)
    to_file = source.map.to_file
    quotations, callouts, footnotes, emphases = (
        tuple((to_file(first), to_file(last)) for first, last in found)
        for found in (marks.quotations, marks.callouts, marks.footnotes, marks.emphases)
    )
    to_text = content.map.to_text
    breaks = sorted({to_text(to_file(offset)) for offset in marks.breaks})
    notes = [(to_text(first), to_text(last)) for first, last in sorted((*footnotes, *callouts))]
    has_spans = bool(marks.quotations or notes or breaks)
    text_blocks = []
    for number, ((first, last), found) in enumerate(zip(spans, listed, strict=True)):
        labels = plain_notes.labels[number]
        block = TextBlock(
            first,
            last,
            footnote=number in plain_notes.blocks,
            marks=tuple(sorted({(first + a, first + b) for a, b in (*found, *labels)})),
        )
        inside = _strip(content.text, first, last) if has_spans else None
        if inside:
            file_span = content.map.file_span(*inside)
            is_footnote, is_callout = covers(footnotes, *file_span), covers(callouts, *file_span)
            block = replace(
                block,
                quoted=covers(quotations, *file_span),
                callout=is_callout,
                footnote=is_footnote or block.footnote,
                breaks=tuple(breaks[bisect_right(breaks, first) : bisect_left(breaks, last)]),
                notes=() if is_footnote or is_callout else _overlapping(notes, first, last),
            )
        text_blocks.append(block)
    return ArticleText(content, tuple(text_blocks), emphases, wrapped)


def _apply(blocks: Sequence[Block], source: MappedText, edits: Sequence[Edit]) -> list[Block]:
    """Apply the edits of a whole text to its blocks."""
    if not edits:
        return list(blocks)
    result, at = [], 0
    for block, (start, end) in zip(blocks, _source_spans(blocks, source), strict=True):
        inside = []
        while at < len(edits) and edits[at].end <= end:
            edit = edits[at]
            if edit.start >= start:
                inside.append(Edit(edit.start - start, edit.end - start, edit.text))
            at += 1
        if inside:
            content = without_blank_lines(block.content.edit(inside))
            blanks = len(content.text) - len(content.text.lstrip()) if inside[0].start == 0 else 0
            block = block.with_content(content.cut(blanks, len(content.text)))
        result.append(block)
    return result


def _without(block: Block, spans: Sequence[Span]) -> Block:
    """Return a block without what stands in some spans."""
    return block.with_content(block.content.edit(Edit(*span) for span in spans)) if spans else block


def _source_spans(blocks: Sequence[Block], source: MappedText) -> list[Span]:
    """Return the spans of blocks in the text that they were cut from."""
    spans, end = [], len(source.text)
    for block in reversed(blocks):
        end -= len(block.gap.text)
        spans.append((end - len(block.content.text), end))
        end -= len(block.content.text)
    return spans[::-1]


def _spans(start: int, blocks: Sequence[Block]) -> list[Span]:
    spans = []
    for block in blocks:
        spans.append((start, start + len(block.content.text)))
        start += len(block.content.text) + len(block.gap.text)
    return spans


def _overlapping(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Return those of some sorted spans that have characters between two offsets."""
    first = bisect_right(spans, start, key=lambda span: span[1])
    return tuple(spans[first : bisect_left(spans, end, key=lambda span: span[0])])


def _strip(text: str, start: int, end: int) -> Span | None:
    """Return a span without white space at its ends; None if nothing else is in it."""
    inside = text[start:end]
    first = start + len(inside) - len(inside.lstrip())
    last = start + len(inside.rstrip())
    return (first, last) if first < last else None
