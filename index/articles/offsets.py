"""Texts that remember where each of their characters stands in the file."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Maps offsets in an article's text to offsets in the decoded file. Both are code points, and neither decreases.

    Attributes:
        starts: Start offset of each segment in the article's text; the first is 0.
        offsets: Offset in the file of the first character of each segment; its other characters follow there too.
    """

    starts: tuple[int, ...] = (0,)
    offsets: tuple[int, ...] = (0,)

    def to_file(self, offset: int) -> int:
        """Return the offset in the file of the character at an offset of the text.

        A character that replaces others (the "f" of a ligature) or that stands between table cells is at the offset
        of what it replaces.
        """
        segment = bisect_right(self.starts, offset) - 1
        return self.offsets[segment] + offset - self.starts[segment]

    def to_text(self, offset: int) -> int:
        """Return the first offset in the text whose character is at an offset of the file or behind it."""
        segment = bisect_left(self.offsets, offset)
        if segment == 0:
            return self.starts[0]
        inside = self.starts[segment - 1] + offset - self.offsets[segment - 1]
        return min(inside, self.starts[segment]) if segment < len(self.starts) else inside

    def file_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest span of the file that holds the characters of a span of the text, which is not empty."""
        return self.to_file(start), self.to_file(end - 1) + 1


class Edit(NamedTuple):
    """A change of a text: what stands between two offsets is replaced.

    Attributes:
        start: Offset of the first character that is replaced.
        end: Offset after the last one; equal to `start` for an insertion.
        text: What stands there instead.
    """

    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class MappedText:
    """A text with its offset map.

    Attributes:
        text: The text.
        map: Maps its offsets to those of the file.
    """

    text: str
    map: OffsetMap = field(default_factory=OffsetMap)

    def cut(self, start: int, end: int) -> "MappedText":
        """Return the part between two offsets."""
        if len(self.map.starts) == 1:
            return MappedText(self.text[start:end], OffsetMap((0,), (self.map.offsets[0] + start,)))
        builder = _Builder()
        builder.keep(self, start, end)
        return builder.build()

    def edit(self, edits: Iterable[Edit]) -> "MappedText":
        """Apply edits, which are sorted and do not overlap."""
        builder, at = _Builder(), 0
        for start, end, text in edits:
            builder.keep(self, at, start)
            builder.insert(text, self.map.to_file(start))
            at = end
        if at == 0 and not builder.parts:
            return self
        builder.keep(self, at, len(self.text))
        return builder.build()


def join(parts: Sequence[MappedText]) -> MappedText:
    """Concatenate texts."""
    builder = _Builder()
    for part in parts:
        builder.keep(part, 0, len(part.text))
    return builder.build()


class _Builder:
    """Builds a text from pieces of others, and its map with as few segments as possible."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._starts: list[int] = []
        self._offsets: list[int] = []
        self._length = 0

    def keep(self, source: MappedText, start: int, end: int) -> None:
        """Append what stands between two offsets of a text."""
        if start >= end:
            return
        starts, offsets = source.map.starts, source.map.offsets
        self._add_segment(self._length, source.map.to_file(start))
        for segment in range(bisect_right(starts, start), bisect_left(starts, end)):
            self._add_segment(self._length + starts[segment] - start, offsets[segment])
        self.parts.append(source.text[start:end])
        self._length += end - start

    def insert(self, text: str, offset: int) -> None:
        """Append a text all of whose characters stand for one offset of the file."""
        for index in range(len(text)):
            self._add_segment(self._length + index, offset)
        self.parts.append(text)
        self._length += len(text)

    def build(self) -> MappedText:
        """Return the text."""
        if not self._starts:
            return MappedText("")
        return MappedText("".join(self.parts), OffsetMap(tuple(self._starts), tuple(self._offsets)))

    def _add_segment(self, start: int, offset: int) -> None:
        if not self._starts or self._offsets[-1] - self._starts[-1] != offset - start:
            self._starts.append(start)
            self._offsets.append(offset)
