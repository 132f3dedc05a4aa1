"""How likely a question takes something for granted that the article denies. No I/O."""

import re
from collections.abc import Sequence
from math import exp

from bot.answering.types import Evidence

_PRESUMES = re.compile(
    r"^\W*(?:\w+\W+){0,3}?(?:why|how come|how can|how could|since|given that|so|if)\b"
    r"|\bwhy (?:does|did|is|do|are|was|were)\b",
    re.IGNORECASE,
)
_CLAIMS = re.compile(
    r"\b(?:claim|say|think|admit|argue|support|praise|want|believe|insist|defend|demand|call)s?\b", re.IGNORECASE
)
# How many of the best sentences are considered.
SENTENCES = 3

# Fitted by training/fit.py. Of the questions classified as such, half have a false premise.
WEIGHTS = (1.06, 2.24, 1.19)
BIAS = -2.7


def premise_features(question: str, ranked: Sequence[Evidence]) -> tuple[float, ...]:
    """Return the features of the regression, in the order of WEIGHTS.

    They are the highest logit that one of the best sentences corrects a premise; whether the question presumes
    something ("why …"); and whether it mentions a claim ("… says").
    """
    return (
        max(evidence.correction_logit for evidence in ranked[:SENTENCES]),
        float(bool(_PRESUMES.search(question))),
        float(bool(_CLAIMS.search(question))),
    )


def false_premise_probability(question: str, ranked: Sequence[Evidence]) -> float:
    """Return the probability, 0 to 1, that the best sentences deny a premise of a question that they answer."""
    features = premise_features(question, ranked)
    logit = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, features, strict=True))
    return 1 / (1 + exp(-logit))
