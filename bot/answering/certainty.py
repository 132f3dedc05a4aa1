"""How likely it is that the article addresses a question at all. Pure.

A logistic regression over a few plain signals. It tells another topic from this one. It cannot tell
a question that the article answers from one that it merely might have: docs/results.md shows how often.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from math import exp

from index.lexical import terms
from index.search import Hit

from bot.answering import intent
from bot.answering.question import Reading
from bot.answering.types import Evidence

_ABOUT_TEXT = re.compile(
    r"\b(?:article|text|piece|author|writer|essay|column|he|she|his|her|they|their|according|argue[sd]?|claims?)\b",
    re.I,
)
_TO_PEOPLE = re.compile(r"\b(?:you|u|ur|your|me|my|mine|our|anyone|anybody|someone|bot|pls|lol)\b|\bI\b")


@dataclass(frozen=True, slots=True)
class Signals:
    """What the certainty is computed from; each lies between 0 and 1, or hardly outside."""

    cosine: float
    cosine_top3: float
    passage: float
    coverage: float
    about_text: float
    to_people: float
    conversation: float


# Fitted by benchmarks/fit_certainty.py, but for two that are held at 1: nobody who goes off topic in the questions it
# learned from says "he" or "the article", or goes on with a conversation, so it would take those for proof.
WEIGHTS = Signals(
    cosine=1.8,
    cosine_top3=9.4,
    passage=2.2,
    coverage=3.2,
    about_text=1.0,
    to_people=-1.5,
    conversation=1.0,
)
BIAS = -4.4


def signals(reading: Reading, ranked: Sequence[Evidence], hits: Sequence[Hit]) -> Signals:
    """The signals of a question, its ranked evidence and the passages it is from; neither may be empty."""
    cosines = sorted((evidence.cosine for evidence in ranked), reverse=True)
    return Signals(
        cosine=cosines[0],
        cosine_top3=sum(cosines[:3]) / len(cosines[:3]),
        passage=max(hit.dense for hit in hits),
        coverage=max(evidence.coverage for evidence in ranked),
        about_text=float(bool(_ABOUT_TEXT.search(reading.text))),
        to_people=float(bool(_TO_PEOPLE.search(reading.text))),
        conversation=reading.weight,
    )


def certainty(found: Signals) -> float:
    """The probability that the article addresses the question, 0 to 1."""
    logit = BIAS + sum(weight * value for weight, value in zip(astuple(WEIGHTS), astuple(found), strict=True))
    return 1 / (1 + exp(-logit))


def names_unknown(reading: Reading, knows: Callable[[str], bool]) -> bool:
    """Whether a question wants the author's word on something that the article never names."""
    subject = terms(intent.subject(reading.text))
    return bool(subject) and not reading.context and not any(map(knows, subject))
