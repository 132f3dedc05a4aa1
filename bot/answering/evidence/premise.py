"""Whether a question takes for granted what the article denies. Pure."""

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
LOOKED_AT = 3

# Fitted by training/fit.py; a question that is found by them has a false premise every other time.
WEIGHTS = (1.06, 2.24, 1.19)
BIAS = -2.7


def signals(question: str, ranked: Sequence[Evidence]) -> tuple[float, ...]:
    """The highest logit that one of the best sentences corrects; whether the question presumes, and says who claims."""
    return (
        max(evidence.corrects for evidence in ranked[:LOOKED_AT]),
        float(bool(_PRESUMES.search(question))),
        float(bool(_CLAIMS.search(question))),
    )


def false_premise(question: str, ranked: Sequence[Evidence]) -> float:
    """The probability that the best sentences deny what an answered question takes for granted, 0 to 1."""
    logit = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, signals(question, ranked), strict=True))
    return 1 / (1 + exp(-logit))
