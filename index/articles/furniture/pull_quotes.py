"""Recognise pull quotes: sentences of the text that the page repeats in large type."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+(?:[’'\-]\w+)*")
_SENTENCE = re.compile(r"[.!?…][\"”»“’)\]*_]*$")
_WINDOW = 5
_MIN_SHARE = 0.8
_MAX_WORDS = 45
_LONGER = 1.5


def pull_quotes(texts: Sequence[str]) -> list[int]:
    """Return the positions of the blocks that repeat a sentence of a longer block.

    Args:
        texts: The text of each block of an article's body, in order.
    """
    words = [_WORD.findall(text.lower()) for text in texts]
    candidates = {
        number: set(_runs(words[number]))
        for number, text in enumerate(texts)
        if _WINDOW <= len(words[number]) <= _MAX_WORDS and not text.startswith("#") and _SENTENCE.search(text.strip())
    }
    wanted = {run for runs in candidates.values() for run in runs}
    longest: dict[tuple[str, ...], int] = {}
    for block in words:
        for run in _runs(block):
            if run in wanted:
                longest[run] = max(longest.get(run, 0), len(block))
    return [
        number
        for number, runs in candidates.items()
        if sum(longest[run] >= _LONGER * len(words[number]) for run in runs) >= _MIN_SHARE * len(runs)
    ]


def _runs(words: Sequence[str]) -> "zip[tuple[str, ...]]":
    """Return the sequences of five words."""
    return zip(*(words[i:] for i in range(_WINDOW)), strict=False)
