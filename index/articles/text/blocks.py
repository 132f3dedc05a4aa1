"""The blocks of an article: what blank lines separate, or lines where every paragraph is one line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.articles.offsets import Edit, MappedText

Span = tuple[int, int]

_LINE = re.compile(r"[^\n]+")
_BLANK_LINE = re.compile(r"^[ \t\f\v]*\n", re.M)
_SENTENCE_END = re.compile(r"[.!?…:;][\"”’»)\]*_]*\s*$")
# A text has one paragraph a line if most of its lines end like a sentence, and some are longer than wrapped ones are.
_MIN_LINES = _MIN_BLOCKS = 3
_LONG_LINE = 90
_SHARE_OF_ENDS = 0.75
_SHARE_OF_BLOCKS = 0.2


@dataclass(frozen=True, slots=True)
class Block:
    """A block of an article, which keeps its number although cleaning may leave nothing of it.

    Attributes:
        content: Its text.
        gap: The white space behind it.
    """

    content: MappedText
    gap: MappedText

    def with_content(self, content: MappedText) -> "Block":
        """Return the block with another text."""
        return replace(self, content=content)


def split_blocks(source: MappedText, start: int) -> tuple[MappedText, list[Block]]:
    """Split a text into what stands above an offset and the blocks below."""
    spans = _block_spans(source.text, start)
    if not spans:
        return source, []
    ends = [*(first for first, _ in spans[1:]), len(source.text)]
    blocks = [
        Block(source.cut(first, last), source.cut(last, end)) for (first, last), end in zip(spans, ends, strict=True)
    ]
    return source.cut(0, spans[0][0]), blocks


def _block_spans(text: str, start: int) -> list[Span]:
    spans: list[Span] = []
    lines: list[Span] = []
    for match in _LINE.finditer(text, start):
        if not match[0].strip():
            continue
        is_next = bool(lines) and lines[-1][1] + 1 == match.start()
        lines.append(match.span())
        if is_next:
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append(match.span())
    return lines if _has_a_paragraph_a_line(text, spans, lines) else spans


def _has_a_paragraph_a_line(text: str, blocks: Sequence[Span], lines: Sequence[Span]) -> bool:
    """Whether single line ends separate paragraphs: few blank lines, and long lines that end like sentences."""
    if len(lines) - len(blocks) < _MIN_LINES or len(blocks) > max(_MIN_BLOCKS, _SHARE_OF_BLOCKS * len(lines)):
        return False
    prose = [text[first:last] for first, last in lines if last - first > _LONG_LINE // 2]
    long = sum(len(line) > _LONG_LINE for line in prose)
    ends = sum(bool(_SENTENCE_END.search(line[-8:])) for line in prose)
    return long >= _MIN_LINES and ends >= _SHARE_OF_ENDS * len(prose)


def without_blank_lines(content: MappedText) -> MappedText:
    """Return the text of a block without the lines of which cleaning has left nothing."""
    cleaned = content.edit(Edit(*match.span()) for match in _BLANK_LINE.finditer(content.text))
    if not cleaned.text.strip():
        return cleaned.cut(0, 0)
    return cleaned.cut(0, len(cleaned.text.rstrip())) if cleaned.text.endswith("\n") else cleaned
