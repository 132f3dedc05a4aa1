"""How likely the article answers a question, and how likely it is on the question's topic at all. No I/O.

Two logistic regressions over the same features. The probability of the topic comes from similarity and from the words
of the question. The probability of an answer comes from the reader's logits, and from how much the question depends on
the exchange before it.
"""

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import exp, log

from index.search import Hit

from bot.answering.evidence.logistic import probability
from bot.answering.evidence.network import ADDRESSED, WindowReading, best_answer
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
        addressed_logit: The log-sum-exp of its logits that a window answers, divided by 10.
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
    addressed_logit: float


POOLED = 8
# Fitted by benchmarks/fit_certainty.py, but for two weights that are fixed at 1: no off-topic question of the training
# set says "he" or "the article" or continues a conversation, so that fitted weights would treat these as proof.
TOPIC_WEIGHTS = CertaintyFeatures(
    cosine=1.8, cosine_top3=9.4, passage_cosine=2.2, coverage=3.2, about_text=1.0, to_people=-1.5, context_weight=1.0,
    best_logit=0.0, pooled_logit=0.0, addressed_logit=0.0,
)  # fmt: skip
TOPIC_BIAS = -4.4
# Fitted by training/reader/fit.py; answerable and unanswerable questions weigh the same. The share of the question's
# words that is found says nothing: near misses share more of them than answerable questions do.
ANSWER_WEIGHTS = CertaintyFeatures(
    cosine=0.0, cosine_top3=0.0, passage_cosine=0.0, coverage=0.0, about_text=0.0, to_people=0.0, context_weight=-0.3,
    best_logit=1.3, pooled_logit=1.7, addressed_logit=3.4,
)  # fmt: skip
ANSWER_BIAS = -0.81
# The same from the logits of sentences that were only skimmed.
SKIMMED_WEIGHT, SKIMMED_BIAS = 0.77, -0.38


def certainty_features(
    question: ParsedQuestion,
    ranked: Sequence[Evidence],
    hits: Sequence[Hit],
    readings: Sequence[WindowReading],
) -> CertaintyFeatures:
    """Compute the features of a question.

    Args:
        question: The question.
        ranked: Its evidence.
        hits: The passages that it came from.
        readings: What the reader found in their windows.
    """
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
        best_logit=logits[0] / 10,
        pooled_logit=_pool(logits[:POOLED]) / 10,
        addressed_logit=_pool([float(reading.window[ADDRESSED]) for reading in readings]) / 10,
    )


def topic_probability(features: CertaintyFeatures) -> float:
    """Return the probability, 0 to 1, that the question is on the article's topic."""
    return probability(TOPIC_BIAS, zip(astuple(TOPIC_WEIGHTS), astuple(features), strict=True))


def answer_probability(features: CertaintyFeatures, *, only_skimmed: bool = False) -> float:
    """Return the probability, 0 to 1, that the article answers the question.

    Args:
        features: The features of the question.
        only_skimmed: Whether its windows were only skimmed.
    """
    if only_skimmed:
        return probability(SKIMMED_BIAS, [(SKIMMED_WEIGHT, 10 * features.best_logit)])
    return probability(ANSWER_BIAS, zip(astuple(ANSWER_WEIGHTS), astuple(features), strict=True))


def skimmed_answer_probability(readings: Sequence[WindowReading]) -> float:
    """Return the same probability where windows were only skimmed."""
    return probability(SKIMMED_BIAS, [(SKIMMED_WEIGHT, best_answer(readings))])


def _pool(logits: Sequence[float]) -> float:
    """Return the log of the sum of the exponentials: several likely sentences are more than one."""
    highest = max(logits)
    return highest + log(sum(exp(logit - highest) for logit in logits))
