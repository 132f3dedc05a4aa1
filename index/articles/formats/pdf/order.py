"""Put the lines of a page into reading order: columns from left to right, each from top to bottom."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from index.articles.formats.pdf.lines import PrintedLine

_MIN_LINES = 3  # of a column
_MIN_WIDTH = 0.15  # of a column, as a share of the region's width
_MAX_CUTS = 12
_MAX_SPACE = 3  # within a line, as a multiple of its size

Span = tuple[float, float]


def in_reading_order(lines: Sequence[PrintedLine], gutter: float) -> list[PrintedLine]:
    """Return the lines of one page in reading order.

    A region is cut between its columns; if a line crosses the gutter, as a title does, the region is first cut above or
    below it.

    Args:
        lines: The lines of the page.
        gutter: The least distance of two columns, in points.
    """
    columns = _cut_columns(lines, gutter)
    if len(columns) > 1:
        return [line for column in columns for line in in_reading_order(column, gutter)]
    for at in _gaps(lines):
        above = [line for line in lines if line.bottom <= at]
        below = [line for line in lines if line.bottom > at]
        if len(_cut_columns(above, gutter)) > 1 or len(_cut_columns(below, gutter)) > 1:
            return in_reading_order(above, gutter) + in_reading_order(below, gutter)
    return _join_parts(sorted(lines, key=lambda line: (round(line.top * line.height), line.left)))


def _join_parts(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Join the parts of a line that wide spaces have separated."""
    joined: list[PrintedLine] = []
    for line in lines:
        before = joined[-1] if joined else None
        if (
            before is not None
            and abs(line.bottom - before.bottom) * line.height < 0.3 * line.size
            and -1 < line.left - before.right < _MAX_SPACE * line.size
        ):
            joined[-1] = replace(before, text=f"{before.text} {line.text}", right=line.right)
        else:
            joined.append(line)
    return joined


def _cut_columns(lines: Sequence[PrintedLine], gutter: float) -> list[list[PrintedLine]]:
    """Return the columns of a region; one if it has no others."""
    if len(lines) < 2 * _MIN_LINES:
        return [list(lines)]
    spans = _merge(lines, lambda line: (line.left, line.right), gutter)
    width = spans[-1][1] - spans[0][0]
    columns = [[line for line in lines if left <= line.left <= right] for left, right in spans]
    is_text = all(
        len(column) >= _MIN_LINES and right - left >= _MIN_WIDTH * width
        for column, (left, right) in zip(columns, spans, strict=True)
    )
    return columns if is_text else [list(lines)]


def _gaps(lines: Sequence[PrintedLine]) -> list[float]:
    """Return where a region can be cut horizontally, the widest gaps first."""
    spans = _merge(lines, lambda line: (line.top, line.bottom), 0)
    gaps = sorted(((below[0] - above[1], above[1]) for above, below in pairwise(spans)), reverse=True)
    return [at for _, at in gaps[:_MAX_CUTS]]


def _merge(lines: Sequence[PrintedLine], span_of: Callable[[PrintedLine], Span], distance: float) -> list[Span]:
    """Return the union of the lines' spans; spans that are closer than a distance are one."""
    merged: list[Span] = []
    for start, end in sorted(map(span_of, lines)):
        if merged and start <= merged[-1][1] + distance:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
