"""Find the footnotes of plain text: the marks in the text, and the lines at the end that they lead to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Span = tuple[int, int]

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = str.maketrans(_SUPERSCRIPTS, "0123456789")
# A mark follows a word or a punctuation mark without a blank: "crossing.[1]", "crossing¹", but not "km²" or "a[1] = 2".
_MARK = re.compile(
    r"(?:(?<=[.,;:!?…”\"’»)\]%\d])|(?<=[^\W\d_]{3}))\[(\d{1,3})\](?![\w(:])"
    rf"|(?:(?<=[.,;:!?…”\"’»)\]])|(?<=[^\W\d_]{{4}}))([{_SUPERSCRIPTS}]{{1,3}})(?!\w)"
)
# A raised number that lost its form: "crossing.1 The". It is a mark only with footnotes below.
_PLAIN_MARK = re.compile(r"(?:(?<=[^\W\d_]{3}[.,;:!?…])|(?<=[.,!?…][”\"’»)]))(\d{1,2})(?=\s|$)")
_LABEL = re.compile(
    rf"[ \t]*(?:\[(\d{{1,3}})\]:?|\(?(\d{{1,3}})[.)]|([{_SUPERSCRIPTS}]{{1,3}})|(\d{{1,2}})(?=[ \t]))[ \t]*(?=\S)"
)


@dataclass(frozen=True, slots=True)
class Notes:
    """The footnotes of a text, by block.

    Attributes:
        marks: The spans of the marks in each block.
        labels: The spans of the labels at the start of the footnotes in each block.
        blocks: The numbers of the blocks that are footnotes, counted from 0.
    """

    marks: tuple[tuple[Span, ...], ...]
    labels: tuple[tuple[Span, ...], ...]
    blocks: frozenset[int]


def find_notes(texts: Sequence[str]) -> Notes:
    """Find the footnotes of a text. Marks count if they start at 1 and there are several, or footnotes below them."""
    marks = _marks(_MARK, texts)
    numbers = [number for found in marks for number, _ in found]
    footnotes = _footnotes(texts, marks) if 1 in numbers and 0 not in numbers else []
    if not footnotes and (1 not in numbers or 0 in numbers or len(set(numbers)) == 1):
        marks = _marks(_PLAIN_MARK, texts)
        numbers = [number for found in marks for number, _ in found]
        footnotes = _footnotes(texts, marks) if numbers and numbers == list(range(1, len(numbers) + 1)) else []
        if not footnotes:
            return Notes(((),) * len(texts), ((),) * len(texts), frozenset())
    labels: list[list[Span]] = [[] for _ in texts]
    for block, span in footnotes:
        labels[block].append(span)
    first, end = (footnotes[0][0], footnotes[-1][0]) if footnotes else (0, -1)
    return Notes(
        tuple(tuple(span for _, span in found) for found in marks),
        tuple(map(tuple, labels)),
        frozenset(range(first, end + 1)),
    )


def _marks(pattern: re.Pattern[str], texts: Sequence[str]) -> list[list[tuple[int, Span]]]:
    return [[(_number(match), match.span()) for match in pattern.finditer(text)] for text in texts]


def _footnotes(texts: Sequence[str], marks: Sequence[Sequence[tuple[int, Span]]]) -> list[tuple[int, Span]]:
    """Return block and label of footnotes 1, 2, … below the block of the last mark; nothing if some are missing."""
    last = max(block for block, found in enumerate(marks) if found)
    count = max(number for found in marks for number, _ in found)
    found: list[tuple[int, Span]] = []
    for block, number, span in _labels(texts, last):
        if number == len(found) + 1:
            found.append((block, span))
        elif number == 1:
            found = [(block, span)]
    if len(found) < count or found[0][1][0] > 0:
        return []
    return found


def _labels(texts: Sequence[str], last: int) -> Iterator[tuple[int, int, Span]]:
    for block in range(last + 1, len(texts)):
        start = 0
        for line in texts[block].split("\n"):
            label = _LABEL.match(line)
            if label:
                yield block, _number(label), (start, start + label.end())
            start += len(line) + 1


def _number(match: re.Match[str]) -> int:
    return int(next(filter(None, match.groups())).translate(_DIGITS))
