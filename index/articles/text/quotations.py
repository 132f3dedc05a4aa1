"""Find the quotations of plain text, as mail programs mark them: ">" at the start of every line."""

import re
from collections.abc import Sequence

from index.articles.offsets import Edit, MappedText
from index.articles.text.markdown import MarkdownMarks

# With a letter or a quotation mark behind it: "> 50%" says "more than".
_MARK = re.compile(r"[ \t]*(?:>[ \t]?)+(?=[^\W\d]|[\"“‘«„\[(*•-]|[ \t]*$)")


def read_quotations(blocks: Sequence[tuple[int, int]], source: MappedText) -> MarkdownMarks:
    """Find the blocks of a text that are quotations, and their marks.

    Args:
        blocks: Start and end offset of each block.
        source: The text.
    """
    edits: list[Edit] = []
    quotations = []
    for start, end in blocks:
        if not source.text[start : start + 4].lstrip().startswith(">"):
            continue
        marks, at = [], start
        for line in source.text[start:end].split("\n"):
            mark = _MARK.match(line)
            if mark is None:
                break
            marks.append(Edit(at, at + mark.end()))
            at += len(line) + 1
        else:
            edits += marks
            quotations.append((start, end))
    return MarkdownMarks(tuple(edits), quotations=tuple(quotations))
