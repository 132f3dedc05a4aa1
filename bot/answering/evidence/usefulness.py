"""How likely it is that quoting a sentence helps to answer a question: a logistic regression. No I/O."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise

from bot.answering.evidence.logistic import probability
from bot.answering.types import Evidence

# The logit of a neighbour that was not read: about that of a sentence of another subject.
_MIN_NEIGHBOUR = -8.0


@dataclass(frozen=True, slots=True)
class UsefulnessFeatures:
    """A number for each feature of the regression: its value for one sentence, or its weight.

    Attributes:
        logit: The reader's logit that the sentence answers.
        below_best: That logit minus the highest one of the question.
        similarity: The sentence's score before reading minus the highest one.
        coverage: The share of the question's terms that it contains, 0 to 1.
        neighbour: The highest logit of the sentences that were read before and after it in its paragraph.
        several: 1 if the question asks for reasons or a list.
    """

    logit: float
    below_best: float
    similarity: float
    coverage: float
    neighbour: float
    several: float


# Fitted by training/reader/fit.py.
WEIGHTS = UsefulnessFeatures(logit=0.21, below_best=0.43, similarity=1.17, coverage=1.43, neighbour=0.14, several=-0.31)
BIAS = 0.52


def usefulness_features(read: Sequence[Evidence], *, asks_for_several: bool) -> list[UsefulnessFeatures]:
    """Return the features of all sentences that were read for a question."""
    if not read:
        return []
    best = max(e.answer_logit for e in read)
    most_similar = max(e.score for e in read)
    order = sorted(range(len(read)), key=lambda n: (read[n].passage.article, read[n].sentence.start))
    neighbours = dict.fromkeys(order, _MIN_NEIGHBOUR)
    for one, other in pairwise(order):
        if _are_in_one_paragraph(read[one], read[other]):
            neighbours[one] = max(neighbours[one], read[other].answer_logit)
            neighbours[other] = max(neighbours[other], read[one].answer_logit)
    return [
        UsefulnessFeatures(
            logit=e.answer_logit,
            below_best=e.answer_logit - best,
            similarity=e.score - most_similar,
            coverage=e.coverage,
            neighbour=neighbours[n],
            several=float(asks_for_several),
        )
        for n, e in enumerate(read)
    ]


def usefulness(read: Sequence[Evidence], *, asks_for_several: bool) -> list[float]:
    """Return the probability, 0 to 1, that each of the sentences that were read for a question helps to answer it."""
    return [
        probability(BIAS, zip(astuple(WEIGHTS), astuple(features), strict=True))
        for features in usefulness_features(read, asks_for_several=asks_for_several)
    ]


def _are_in_one_paragraph(one: Evidence, other: Evidence) -> bool:
    return one.passage.article == other.passage.article and one.sentence.paragraph == other.sentence.paragraph
