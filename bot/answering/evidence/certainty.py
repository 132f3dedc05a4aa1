"""How likely the article answers a question, and how likely it is on the question's topic at all. No I/O.

Two logistic regressions over the same features. The probability of the topic comes from similarity and from the words
of the question. The probability of an answer comes from the reader's logits, and from how much the question depends on
the exchange before it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from math import exp, log

from index.search import Hit
from index.text.words import terms

from bot.answering.question.forms import asked_subject
from bot.answering.question.parsing import ParsedQuestion
from bot.answering.types import Evidence

_ABOUT_TEXT = re.compile(
    r"\b(?:article|text|piece|author|writer|essay|column|he|she|his|her|they|their|according|argue[sd]?|claims?)\b",
    re.I,
)
_TO_PEOPLE = re.compile(r"\b(?:you|u|ur|your|me|my|mine|our|anyone|anybody|someone|bot|pls|lol)\b|\bI\b")


@dataclass(frozen=True, slots=True)
class CertaintyFeatures:
    """A number for each feature of both regressions: its value for one question, or its weight in a regression.

    TOPIC_WEIGHTS and ANSWER_WEIGHTS are the weights; a feature that a regression does not use has the weight 0.

    Attributes:
        cosine: The cosine of the question to the most similar sentence.
        cosine_top3: The mean of the three highest sentence cosines.
        passage_cosine: The cosine of the question to the most similar passage.
        coverage: The highest share of the question's terms in one sentence, 0 to 1.
        about_text: 1 if the question mentions the text or its author.
        to_people: 1 if it addresses the bot or other users.
        context_weight: How much it depends on the exchange before it, 0 to 1.
        best_logit: The reader's highest logit, divided by 10.
        pooled_logit: The log-sum-exp of its POOLED highest logits, divided by 10.
    """

    cosine: float
    cosine_top3: float
    passage_cosine: float
    coverage: float
    about_text: float
    to_people: float
    context_weight: float
    best_logit: float
    pooled_logit: float


POOLED = 8
# Fitted by benchmarks/fit_certainty.py, but for two weights that are fixed at 1: no off-topic question of the training
# set says "he" or "the article" or continues a conversation, so that fitted weights would treat these as proof.
TOPIC_WEIGHTS = CertaintyFeatures(
    cosine=1.8, cosine_top3=9.4, passage_cosine=2.2, coverage=3.2, about_text=1.0, to_people=-1.5, context_weight=1.0,
    best_logit=0.0, pooled_logit=0.0,
)  # fmt: skip
TOPIC_BIAS = -4.4
# Fitted by training/fit.py. Several likely sentences are stronger evidence than the best one alone. The weight of the
# context is fixed at 2: few unanswerable questions of the training set continue a conversation.
ANSWER_WEIGHTS = CertaintyFeatures(
    cosine=0.0, cosine_top3=0.0, passage_cosine=0.0, coverage=0.0, about_text=0.0, to_people=0.0, context_weight=2.0,
    best_logit=-7.3, pooled_logit=14.8,
)  # fmt: skip
ANSWER_BIAS = -0.8
_NO_FEATURES = CertaintyFeatures(*[0.0] * 9)


def certainty_features(question: ParsedQuestion, ranked: Sequence[Evidence], hits: Sequence[Hit]) -> CertaintyFeatures:
    """Compute the features of a question from its evidence and the passages it came from; neither may be empty."""
    cosines = sorted((evidence.cosine for evidence in ranked), reverse=True)
    logits = sorted((evidence.answer_logit for evidence in ranked), reverse=True)
    return CertaintyFeatures(
        cosine=cosines[0],
        cosine_top3=sum(cosines[:3]) / len(cosines[:3]),
        passage_cosine=max(hit.passage_cosine for hit in hits),
        coverage=max(evidence.coverage for evidence in ranked),
        about_text=float(bool(_ABOUT_TEXT.search(question.text))),
        to_people=float(bool(_TO_PEOPLE.search(question.text))),
        context_weight=question.context_weight,
        **_logit_features(logits),
    )


def topic_probability(features: CertaintyFeatures) -> float:
    """Return the probability, 0 to 1, that the question is on the article's topic."""
    return _logistic(TOPIC_BIAS, TOPIC_WEIGHTS, features)


def answer_probability(features: CertaintyFeatures) -> float:
    """Return the probability, 0 to 1, that the article answers the question."""
    return _logistic(ANSWER_BIAS, ANSWER_WEIGHTS, features)


def answer_probability_from_logits(logits: Sequence[float]) -> float:
    """Return the same probability where only the reader's logits of some sentences are known."""
    features = replace(_NO_FEATURES, **_logit_features(sorted(logits, reverse=True)))
    return _logistic(ANSWER_BIAS, ANSWER_WEIGHTS, features)


def _logit_features(descending: Sequence[float]) -> dict[str, float]:
    highest = descending[0]
    pooled = highest + log(sum(exp(logit - highest) for logit in descending[:POOLED]))
    return {"best_logit": highest / 10, "pooled_logit": pooled / 10}


def _logistic(bias: float, weights: CertaintyFeatures, features: CertaintyFeatures) -> float:
    logit = bias + sum(weight * value for weight, value in zip(astuple(weights), astuple(features), strict=True))
    return 1 / (1 + exp(-logit))


def asks_about_unknown_subject(question: ParsedQuestion, is_known: Callable[[str], bool]) -> bool:
    """Whether a question asks for the author's view on a subject that the article never mentions.

    Args:
        question: The question; one that depends on an earlier exchange never counts.
        is_known: Whether the article contains a stemmed term.
    """
    subject = terms(asked_subject(question.text))
    return bool(subject) and not question.context and not any(map(is_known, subject))
