"""Invented evidence, passages and readings for the tests of this package."""

import numpy as np

from index.search import Hit
from index.text.passages import Passage, Sentence

from bot.answering.evidence.network import WindowReading
from bot.answering.evidence.windows import SentenceWindow
from bot.answering.types import UNREAD, Evidence

# What `reading` gives to the other two columns of each sentence.
CORRECTION, CONTINUATION = -3.0, -5.0


def sentences_of(texts: tuple[str, ...], paragraph: int) -> tuple[Sentence, ...]:
    """Return the sentences of a paragraph, whose offset is a thousand times its number."""
    sentences, at = [], paragraph * 1_000
    for text in texts:
        sentences.append(Sentence(at, at + len(text), paragraph, text))
        at += len(text) + 1
    return tuple(sentences)


def passage(texts: tuple[str, ...], paragraph: int, article: str = "a.txt") -> Passage:
    """Return a passage of one paragraph."""
    sentences = sentences_of(texts, paragraph)
    return Passage(f"{article}-{paragraph}", article, sentences[0].start, sentences[-1].end, " ".join(texts), sentences)


def hit(texts: tuple[str, ...], paragraph: int, score: float = 0.0, cosine: float = 0.3) -> Hit:
    """Return a passage of one paragraph as a search result."""
    return Hit(passage(texts, paragraph), score, cosine, 0.0, tuple(cosine for _ in texts))


def evidence(
    of: Passage, number: int = 0, *, score: float = 1.0, answers: float = 1.0, useful: float = 0.5
) -> Evidence:
    """Return the evidence of one sentence of a passage."""
    return Evidence(of, of.sentences[number], score, 0.5, 0.5, answer_logit=answers, usefulness=useful)


def reading(*answers: float) -> WindowReading:
    """Return a reading with these logits that a sentence answers."""
    rows = np.array([(value, CORRECTION, CONTINUATION) for value in answers], dtype=np.float32).reshape(-1, 3)
    return WindowReading(rows, np.full(4, UNREAD, np.float32))


def window(*texts: str, before: str = "") -> SentenceWindow:
    """Return a window of one paragraph."""
    return SentenceWindow(sentences_of(texts, 1), before)


def texts(found: list[Evidence]) -> list[str]:
    """Return the sentences of evidence."""
    return [one.sentence.text for one in found]
