"""Find the points of lists, and the marks before them, which are in no quote."""

import re
from collections.abc import Iterator, Sequence

_MARKDOWN_MARK = re.compile(r"[ \t]*(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)(?:\[[ xX]\][ \t]+)?")
# Private use: the bullets of symbol fonts. "o" and a tab: the second level of a list in Word.
_BULLET = re.compile(r"[ \t]*(?:[•‣▪▫◦●■□◆◇►▶▸➤➢➜→✓✔✅☑❖⁃🔹🔸👉\uf0a7\uf0b7\uf0d8\uf0fc]\ufe0f?[ \t]*|o\t+)(?=\S)")
# What may also begin a line that is no point: these count if several lines have them.
_DASH = re.compile(r"[ \t]*([-–—*+·∙])[ \t]+(?=\S)")
_NUMBER = re.compile(r"[ \t]*\(?(\d{1,3}|[ivx]{1,4}|[a-z])[.)][ \t]+(?=\S)")
_ROMAN = {numeral: number for number, numeral in enumerate("i ii iii iv v vi vii viii ix x xi xii".split(), 1)}
# A dash before direct speech is part of it; one with a remark of the narrator in it is direct speech.
_MAX_DISTANCE = 6
_SPEECH = re.compile(r"[?!…][\"”’»]?\s*$|[,.?!…] [–—-] ", re.M)


def list_marks(texts: Sequence[str], *, is_markdown: bool) -> list[tuple[tuple[int, int], ...]]:
    """Return, for each block of an article, the spans of the marks at the start of its lines.

    Args:
        texts: The blocks. The points of a list may be lines of one block or blocks of their own.
        is_markdown: Whether "-", "*", "+" and "1." mark a list even if only one line has them.
    """
    lines = [(number, start, line) for number, text in enumerate(texts) for start, line in _lines(text)]
    marks: list[list[tuple[int, int]]] = [[] for _ in texts]
    listed = _listed([line for _, _, line in lines])
    for index, (number, start, line) in enumerate(lines):
        mark = _BULLET.match(line) or (_MARKDOWN_MARK.match(line) if is_markdown else None) or listed.get(index)
        if mark:
            marks[number].append((start, start + mark.end()))
    return [tuple(spans) for spans in marks]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _listed(lines: Sequence[str]) -> dict[int, re.Match[str]]:
    """Return the marks, by line, that are marks because a line near by has the same or the next one.

    Lines without a mark may continue a point, but not more than a few.
    """
    marks: dict[int, re.Match[str]] = {}
    last: dict[str, tuple[int, re.Match[str], int]] = {}
    for index, line in enumerate(lines):
        number, dash = _NUMBER.match(line), _DASH.match(line)
        match = number or dash
        if match is None or (dash and dash[1] in "-–—" and _SPEECH.search(line)):
            continue
        for kind, value in _values(match[1]):
            before = last.get(kind)
            if before is not None and index - before[0] <= _MAX_DISTANCE and value in (before[2] + 1, 0):
                marks[before[0]], marks[index] = before[1], match
            last[kind] = index, match, value
    return marks


def _values(mark: str) -> Iterator[tuple[str, int]]:
    """Yield the kinds that a mark may be of, with its number: 0 if the mark has none."""
    if mark.isdigit():
        yield "1", int(mark)
    elif not mark.isalpha():
        yield mark, 0
    if len(mark) == 1 and mark.isalpha():
        yield "a", ord(mark)
    if mark in _ROMAN:
        yield "i", _ROMAN[mark]
