"""Select what to quote: spans of neighbouring sentences. No I/O."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.answering.types import Evidence

# A sentence that begins so points at the one before it, which is quoted with it. A quotation that begins is somebody's
# answer or a new speaker, whose words must not stand below those of another as if they were one.
_POINTER = re.compile(
    r"[^\w\"“”„«»‘’]*(?:(?:and|but|yet|or|so|nor)\b|(?:it|its|they|them|their|this|that|these|those|such|he|him|his|she|her|both|neither"
    r"|however|instead|otherwise|still|therefore|thus|the\s+(?:same|former|latter|others?))\b)",
    re.IGNORECASE,
)

# The most characters between two sentences that follow one another.
_MAX_SPACE = 2


class QuoteLimits(NamedTuple):
    """Limits on what one reply quotes.

    Attributes:
        sentences: The most sentences that are selected for themselves.
        spans: The most spans of neighbouring sentences.
        words: The most words of all of them together.
        usefulness: The least usefulness of a sentence; the best sentence is taken whatever it is.
    """

    sentences: int
    spans: int
    words: int
    usefulness: float


def select_spans(ranked: Sequence[Evidence], limits: QuoteLimits) -> list[list[Evidence]]:
    """Select the best sentences within the limits, joined with their neighbours.

    The first sentence is taken even if it is too long. A sentence between two selected ones of its paragraph is
    selected too, and one that the beginning of a span points at, if they fit.

    Args:
        ranked: The evidence, best first.
        limits: The limits.

    Returns:
        Spans of adjacent sentences of one paragraph: the one with the best sentence first, the others in text order.
    """
    in_order = sorted(ranked, key=lambda e: (e.passage.article, e.sentence.start))
    place = {id(e): n for n, e in enumerate(in_order)}
    picked: set[int] = set()
    left, chosen = limits.words, 0
    for evidence in ranked:
        if chosen == limits.sentences or (picked and evidence.usefulness < limits.usefulness):
            break
        n = place[id(evidence)]
        # What it points at comes along, so a sentence that leaves no room for that is left out.
        added = {n, *_pointed_at(in_order, {n})} - picked
        size = sum(_length(in_order[m]) for m in added)
        if not picked:
            added, size = {n}, _length(evidence)
        elif size > left or len(_runs(in_order, picked | added)) > limits.spans:
            continue
        picked |= added
        left -= size
        chosen += 1
    best = place[id(ranked[0])] if ranked else 0
    for n in dict.fromkeys(_gaps(in_order, picked) + _pointed_at(in_order, picked)):
        if _length(in_order[n]) <= left:
            picked.add(n)
            left -= _length(in_order[n])
    runs = sorted(_runs(in_order, picked), key=lambda run: best not in run)
    return [[in_order[n] for n in run] for run in runs]


def _gaps(in_order: Sequence[Evidence], picked: set[int]) -> list[int]:
    """Return the sentences between two selected ones of one paragraph."""
    return [
        n + 1
        for n in sorted(picked)
        if n + 1 not in picked and n + 2 in picked
        if _are_neighbours(in_order[n], in_order[n + 1]) and _are_neighbours(in_order[n + 1], in_order[n + 2])
    ]


def _pointed_at(in_order: Sequence[Evidence], picked: set[int]) -> list[int]:
    """Return the sentences before the selected ones that begin with a pointer."""
    return [
        n - 1
        for n in sorted(picked)
        if n and n - 1 not in picked and _are_neighbours(in_order[n - 1], in_order[n])
        if _POINTER.match(in_order[n].sentence.text)
    ]


def _runs(in_order: Sequence[Evidence], picked: set[int]) -> list[list[int]]:
    """Group the selected sentences into runs of neighbours in one paragraph, in text order."""
    numbers = sorted(picked)
    runs = [numbers[:1]] if numbers else []
    for before, after in pairwise(numbers):
        if after == before + 1 and _are_neighbours(in_order[before], in_order[after]):
            runs[-1].append(after)
        else:
            runs.append([after])
    return runs


def _length(evidence: Evidence) -> int:
    return len(evidence.sentence.text.split())


def _are_neighbours(one: Evidence, other: Evidence) -> bool:
    """Whether one sentence is followed by the other in a paragraph, with nothing but white space between them."""
    same = one.passage.article == other.passage.article and one.sentence.paragraph == other.sentence.paragraph
    return same and other.sentence.start - one.sentence.end <= _MAX_SPACE
