"""Passages → sentences that may answer, and how far they can be trusted to. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.search import Hit
from index.text.passages import Sentence
from index.text.words import terms, words

from bot.answering.types import UNREAD, Evidence

Scores = NDArray[np.float32]

# A sentence's score: the reader's logit, its cosine, the share of the question it holds, and what its passage promises.
# Tuned, with the limits of `select`, on opinion articles; docs/results.md has the figures.
READER, COVERAGE, PASSAGE_COSINE, PASSAGE_SCORE = 0.2, 0.1, 1.0, 0.04
# A sentence that the reader was not given, or gives up, may still be quoted for its similarity.
FLOOR = -6.0
# What the reader is given: windows of passages, so many words in all, which take about 30 ms on two cores. A window's
# overhead is the question, which is read again with each, and the sentence before it.
WINDOW_WORDS, READ_WORDS, OVERHEAD = 70, 600, 40
# In a conversation, what was quoted a moment ago gives way, and what follows it in the text comes forward.
SAID, NEXT = -0.2, 0.2
# A question that the author puts seldom answers one.
ASKS = -0.15


def gather(
    hits: Iterable[Hit], question: Mapping[str, float], idf: Callable[[str], float], context: str = ""
) -> list[Evidence]:
    """The sentences of the hits by their similarity, best first; what the article says twice is kept once.

    question: its stemmed terms and their weights. context: the exchange before it.
    """
    before = f" {' '.join(words(context))} "
    worth = {term: weight * idf(term) for term, weight in question.items()}
    total = sum(worth.values()) or 1.0
    found = []
    for hit in hits:
        follows = False
        for sentence, cosine in zip(hit.passage.sentences, hit.sentence_cosines, strict=True):
            held = _held(sentence.text)
            coverage = sum(value for term, value in worth.items() if term in held) / total
            score = cosine + COVERAGE * coverage + PASSAGE_COSINE * hit.dense + PASSAGE_SCORE * hit.score
            said = _was_said(sentence.text, before)
            score += SAID if said else NEXT if follows else 0.0
            score += ASKS if _asks(sentence.text) else 0.0
            follows = said
            found.append(Evidence(hit.passage, sentence, score, cosine, coverage))
    found.sort(key=lambda e: (-e.score, e.sentence.start))
    return _without_repetition([e for e in found if not _is_fragment(e.sentence.text)] or found)


class Window(NamedTuple):
    """Sentences in a row of one passage; before: the one that stands before them, "" at the beginning of an article."""

    sentences: tuple[Sentence, ...]
    before: str = ""


def windows(ranked: Iterable[Evidence], hits: Iterable[Hit], room: int = READ_WORDS) -> list[Window]:
    """What the reader is given: the surroundings of the likeliest sentences, as many as there is room for.

    The first is taken however long it is.
    """
    cut = {hit.passage.id: _cut(hit) for hit in hits}
    chosen: dict[tuple[str, int], Window] = {}
    for evidence in ranked:
        key = evidence.passage.article, evidence.sentence.start
        if key in chosen:
            continue
        window = next(w for w in cut[evidence.passage.id] if evidence.sentence in w.sentences)
        room -= sum(len(sentence.text.split()) for sentence in window.sentences) + OVERHEAD
        if chosen and room < 0:
            break
        chosen |= {(evidence.passage.article, sentence.start): window for sentence in window.sentences}
    return list({id(window): window for window in chosen.values()}.values())


def judge(ranked: Sequence[Evidence], read: Iterable[Window], logits: Iterable[Scores]) -> list[Evidence]:
    """The evidence with what the reader makes of it, best first; logits: (sentences, 2) for each window."""
    found = {
        sentence: (float(answers), float(corrects))
        for window, rows in zip(read, logits, strict=True)
        for sentence, (answers, corrects) in zip(window.sentences, rows, strict=True)
    }
    judged = []
    for evidence in ranked:
        answers, corrects = found.get(evidence.sentence, (UNREAD, UNREAD))
        score = evidence.score + READER * max(answers, FLOOR)
        judged.append(replace(evidence, score=score, answers=answers, corrects=corrects))
    return sorted(judged, key=lambda e: (-e.score, e.sentence.start))


class QuoteLimits(NamedTuple):
    """How much is quoted: so many sentences and words in all, none that scores more than `margin` below the first."""

    quotes: int
    words: int
    margin: float


def select(ranked: Sequence[Evidence], limits: QuoteLimits) -> list[Evidence]:
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


def _cut(hit: Hit) -> list[Window]:
    """A passage in windows of at most WINDOW_WORDS words, a longer sentence by itself."""
    found: list[Window] = []
    run: list[Sentence] = []
    before = hit.previous_sentence
    for sentence in hit.passage.sentences:
        if run and sum(len(s.text.split()) for s in (*run, sentence)) > WINDOW_WORDS:
            found.append(Window(tuple(run), before))
            before, run = run[-1].text, []
        run.append(sentence)
    return [*found, Window(tuple(run), before)]


@lru_cache(maxsize=8_192)
def _held(sentence: str) -> frozenset[str]:
    """The terms of a sentence; those of one article come near most of its questions."""
    return frozenset(terms(sentence))


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
