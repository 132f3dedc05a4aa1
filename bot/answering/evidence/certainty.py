"""How likely it is that the article answers a question, and that it is on the question's topic at all. Pure.

Two logistic regressions over a few plain signals. Similarity tells another topic from this one; whether
a question on the topic is answered, only what the reader makes of the sentences tells.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from math import exp, log

from index.search import Hit
from index.text.words import terms

from bot.answering.question import about_text
from bot.answering.question.parsing import ParsedQuestion
from bot.answering.types import Evidence

_ABOUT_TEXT = re.compile(
    r"\b(?:article|text|piece|author|writer|essay|column|he|she|his|her|they|their|according|argue[sd]?|claims?)\b",
    re.I,
)
_TO_PEOPLE = re.compile(r"\b(?:you|u|ur|your|me|my|mine|our|anyone|anybody|someone|bot|pls|lol)\b|\bI\b")


@dataclass(frozen=True, slots=True)
class Signals:
    """What the certainties are computed from.

    best, together: the reader's logit of the best sentence, and the log-sum-exp of the best eight, in tens. The others
    lie between 0 and 1, or hardly outside.
    """

    cosine: float
    cosine_top3: float
    passage: float
    coverage: float
    about_text: float
    to_people: float
    conversation: float
    best: float
    together: float


# Fitted by training/fit.py. Two of the topic's are held at 1: nobody who goes off topic in the questions it learned
# from says "he" or "the article", or goes on with a conversation, so it would take those for proof.
BEST = 8
TOPIC = Signals(
    cosine=1.8, cosine_top3=9.4, passage=2.2, coverage=3.2, about_text=1.0, to_people=-1.5, conversation=1.0,
    best=0.0, together=0.0,
)  # fmt: skip
TOPIC_BIAS = -4.4
# Of likely sentences several together say more than the best of them alone. Held at 2: that a question goes on with a
# conversation, for few unanswerable ones did so where it was fitted, and it would be taken for proof.
ANSWERED = Signals(
    cosine=0.0, cosine_top3=0.0, passage=0.0, coverage=0.0, about_text=0.0, to_people=0.0, conversation=2.0,
    best=-7.3, together=14.8,
)  # fmt: skip
ANSWERED_BIAS = -0.8
NOTHING = Signals(*[0.0] * 9)


def signals(reading: ParsedQuestion, ranked: Sequence[Evidence], hits: Sequence[Hit]) -> Signals:
    """The signals of a question, its ranked evidence and the passages it is from; neither may be empty."""
    cosines = sorted((evidence.cosine for evidence in ranked), reverse=True)
    answers = sorted((evidence.answers for evidence in ranked), reverse=True)
    return Signals(
        cosine=cosines[0],
        cosine_top3=sum(cosines[:3]) / len(cosines[:3]),
        passage=max(hit.dense for hit in hits),
        coverage=max(evidence.coverage for evidence in ranked),
        about_text=float(bool(_ABOUT_TEXT.search(reading.text))),
        to_people=float(bool(_TO_PEOPLE.search(reading.text))),
        conversation=reading.weight,
        **_of_reader(answers),
    )


def on_topic(found: Signals) -> float:
    """The probability that the question is about what the article is about, 0 to 1."""
    return _logistic(TOPIC_BIAS, TOPIC, found)


def certainty(found: Signals) -> float:
    """The probability that the article answers the question, 0 to 1."""
    return _logistic(ANSWERED_BIAS, ANSWERED, found)


def _logistic(bias: float, weights: Signals, found: Signals) -> float:
    logit = bias + sum(weight * value for weight, value in zip(astuple(weights), astuple(found), strict=True))
    return 1 / (1 + exp(-logit))


def names_unknown(reading: ParsedQuestion, knows: Callable[[str], bool]) -> bool:
    """Whether a question wants the author's word on something that the article never names."""
    subject = terms(about_text.subject(reading.text))
    return bool(subject) and not reading.context and not any(map(knows, subject))


def certainty_of(logits: Sequence[float]) -> float:
    """The same probability of a question of which only the reader's logits of some sentences are known."""
    ordered = sorted(logits, reverse=True)
    return _logistic(ANSWERED_BIAS, ANSWERED, replace(NOTHING, **_of_reader(ordered)))


def _of_reader(ordered: Sequence[float]) -> dict[str, float]:
    """The features that come from the reader's logits, highest first."""
    together = ordered[0] + log(sum(exp(logit - ordered[0]) for logit in ordered[:BEST]))
    return {"best": ordered[0] / 10, "together": together / 10}
