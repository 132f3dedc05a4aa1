"""Find the line ends that only the width of a page made."""

from itertools import pairwise

# The width of a page, in characters: lines that are all shorter are verse, an address or a list, or those of a column,
# which are many and all full.
_MIN_WIDTH, _MAX_WIDTH, _MIN_SHARE = 55, 130, 0.6
_MIN_LOWER = 0.4  # of the lines below the first; those of verse begin with capitals
_COLUMN_WIDTH, _COLUMN_LINES, _COLUMN_SHARE = 28, 4, 0.9


def wrapped_line_ends(block: str) -> list[int]:
    """Return the offsets of the line feeds in a block at which the next word had no room, if that is so of most.

    A line that is indented further than the one above it begins something new, and two blanks at the end of a line keep
    its end in Markdown.
    """
    lines = block.split("\n")
    width = max(map(len, map(str.rstrip, lines)))
    is_column = width < _MIN_WIDTH
    if not (_COLUMN_WIDTH if len(lines) >= _COLUMN_LINES else _MIN_WIDTH) <= width <= _MAX_WIDTH:
        return []
    found, end = [], -1
    for line, below in pairwise(lines):
        end += len(line) + 1
        words = below.split(maxsplit=1)
        indented = _indent(below) > _indent(line) + 1
        room = width - len(line.rstrip()) - 1
        if words and not indented and not line.endswith("  ") and len(words[0]) > room:
            found.append(end)
    share = _COLUMN_SHARE if is_column else _MIN_SHARE
    lower = sum(not line.lstrip()[:1].isupper() for line in lines[1:])
    is_prose = lower >= _MIN_LOWER * (len(lines) - 1)
    return found if is_prose and len(found) >= share * (len(lines) - 1) else []


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
