"""Passages → sentences that may answer, and how far they can be trusted to. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.lexical import terms, words
from index.search import Hit

from bot.answering.types import UNREAD, Evidence

Scores = NDArray[np.float32]

# A sentence's score: the reader's logit, its cosine, the share of the question it holds, and what its passage promises.
# Tuned, with the limits of `select`, on opinion articles; docs/results.md has the figures.
READER, COVERAGE, PASSAGE_COSINE, PASSAGE_SCORE = 0.1, 0.3, 0.6, 0.02
# In a conversation, what was quoted a moment ago gives way, and what follows it in the text comes forward.
SAID, NEXT = -0.2, 0.2
# A question that the author puts seldom answers one.
ASKS = -0.15


def gather(
    hits: Iterable[Hit],
    question: Mapping[str, float],
    idf: Callable[[str], float],
    context: str = "",
    read: Sequence[Scores] = (),
) -> list[Evidence]:
    """The sentences of the hits, best first; what the article says twice is kept once.

    question: its stemmed terms and their weights. context: the exchange before it. read: the reader's logits for
    the first hits, (sentences, 2) each; sentences of the others come after those.
    """
    before = f" {' '.join(words(context))} "
    worth = {term: weight * idf(term) for term, weight in question.items()}
    total = sum(worth.values()) or 1.0
    found = []
    for hit, logits in zip_longest(hits, read):
        follows = False
        if logits is None:
            logits = np.full((len(hit.sentences), 2), UNREAD)
        for sentence, cosine, (answers, corrects) in zip(hit.passage.sentences, hit.sentences, logits, strict=True):
            held = set(terms(sentence.text))
            coverage = sum(value for term, value in worth.items() if term in held) / total
            score = cosine + COVERAGE * coverage + PASSAGE_COSINE * hit.dense + PASSAGE_SCORE * hit.score
            said = _was_said(sentence.text, before)
            score += SAID if said else NEXT if follows else 0.0
            score += ASKS if _asks(sentence.text) else 0.0
            follows = said
            both = score + READER * float(answers) if read else score
            found.append(
                Evidence(
                    hit.passage,
                    sentence,
                    both,
                    cosine,
                    coverage,
                    similarity=score,
                    answers=float(answers),
                    corrects=float(corrects),
                )
            )
    found.sort(key=lambda e: (-e.score, e.sentence.start))
    return _without_repetition([e for e in found if not _is_fragment(e.sentence.text)] or found)


class Limits(NamedTuple):
    """How much is quoted: so many sentences and words in all, none that scores more than `margin` below the first."""

    quotes: int
    words: int
    margin: float


def select(ranked: Sequence[Evidence], limits: Limits) -> list[Evidence]:
    """The best sentences within the limits; the first is taken however long it is."""
    chosen: list[Evidence] = []
    length = 0
    for evidence in ranked:
        if len(chosen) == limits.quotes or (chosen and chosen[0].score - evidence.score > limits.margin):
            break
        size = len(evidence.sentence.text.split())
        if chosen and length + size > limits.words:
            continue
        chosen.append(evidence)
        length += size
    return chosen


def _is_fragment(text: str) -> bool:
    """Whether a "sentence" says nothing by itself: a signature, a salutation, the mark of a footnote."""
    length = len(text.split())
    return length < 3 or (length < 15 and text.rstrip().endswith(":")) or (length < 5 and not _is_closed(text))


def _asks(sentence: str) -> bool:
    return sentence.rstrip("\"”'’)*_ ").endswith("?")


def _was_said(sentence: str, before: str) -> bool:
    """Whether the exchange before quotes a sentence, or five words in a row of it."""
    found = words(sentence) if before.strip() else []
    return any(f" {' '.join(found[i : i + 5])} " in before for i in range(max(0, len(found) - 4)))


def _without_repetition(ranked: list[Evidence]) -> list[Evidence]:
    """What is said twice is kept once, at its better place: a pull-quote gives way to the sentence that it repeats."""
    kept: dict[str, Evidence] = {}
    for evidence in ranked:
        text = f" {' '.join(words(evidence.sentence.text))} "
        same = next(
            (other for other in kept if text in other or (other in text and len(other) > 0.6 * len(text))), None
        )
        if same is None:
            kept[text] = evidence
        elif not _is_closed(kept[same].sentence.text) and _is_closed(evidence.sentence.text):
            kept[same] = replace(evidence, score=kept[same].score)
    return list(kept.values())


def _is_closed(text: str) -> bool:
    return text.rstrip("\"”'’)*_ ").endswith((".", "!", "?", "…"))
