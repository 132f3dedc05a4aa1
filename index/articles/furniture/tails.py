"""Find what a page has added to the end of a paragraph: a sentence on subscribing, a box without a blank line above.

The last sentences of each paragraph are classified as if they were blocks of their own.
"""

import re
from collections.abc import Iterator, Sequence

from index.articles.article import Kind
from index.articles.furniture.marks import marked_kind

_START = re.compile(r"(?:[^\W_]{3}|[)\]”\"’»])[.!?…]+[\"”’»)\]*_]*\s+(?=[^\W_]|[\"“«(\[@#•*-])")
# Below these probabilities that a sentence is the author's text, by itself and among its neighbours, it is set aside.
_ALONE, _AMONG = 0.5, 0.03
_MAX_SENTENCES, _MIN_WORDS, _MAX_WORDS, _MAX_BOX_WORDS = 8, 3, 60, 150
# Each check classifies the whole article.
_MAX_BLOCKS, _MAX_CHECKS = 500, 40
# A shorter article has too little text to tell its parts from, except by a mark.
_FEWEST_WORDS = 120


def find_tails(texts: Sequence[str], kinds: Sequence[Kind]) -> dict[int, int]:
    """Return, by the number of each block that ends with furniture, counted from 0, the offset where that starts.

    Args:
        texts: The text of each block of an article.
        kinds: The kind of each block.
    """
    from index.articles.furniture import classifier

    first = max(0, len(texts) - _MAX_BLOCKS)
    found: dict[int, int] = {}
    checks = 0 if sum(len(text.split()) for text in texts) < _FEWEST_WORDS else _MAX_CHECKS
    for number in reversed(range(first, len(texts))):
        if kinds[number] != "body":
            continue
        text = texts[number]
        end = len(text)
        for start, parts in _candidates(text):
            part = text[start : found.get(number, end)] if parts == "sentence" else text[start:]
            if parts == "box" and marked_kind(part) == "furniture":
                found[number] = start
                continue
            if not checks or classifier.body_alone(part) > _ALONE:
                continue
            checks -= 1
            split = [*texts[first:number], text[:start].rstrip(), part, *texts[number + 1 :]]
            row = classifier.probabilities(split)[number - first + 1]
            if row[0] < _AMONG and classifier.KINDS[1 + int(row[1:].argmax())] == "furniture":
                found[number] = start
    return found


def _candidates(text: str) -> Iterator[tuple[int, str]]:
    """Yield where the last sentences start, from the end on, and whether it may be a sentence or all that follows."""
    for match in list(_START.finditer(text))[: -_MAX_SENTENCES - 1 : -1]:
        start = match.end()
        words = len(text[start:].split())
        if _MIN_WORDS <= words <= _MAX_WORDS:
            yield start, "sentence"
        if "\n" in match.group() and "\n" in text[start:].strip() and words <= _MAX_BOX_WORDS:
            yield start, "box"
