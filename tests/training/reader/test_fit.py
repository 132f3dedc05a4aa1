"""The probabilities that are fitted: on which questions and sentences, and what they follow."""

from dataclasses import astuple, fields, replace
from math import exp

import pytest

from training.reader.fit import (
    FITTED,
    Found,
    fit_certainty,
    fit_premise,
    fit_skimmed,
    fit_usefulness,
    near_miss_auroc,
)

from bot.answering.evidence.certainty import CertaintyFeatures
from bot.answering.evidence.usefulness import usefulness_features
from bot.answering.types import UNREAD, Evidence, Question
from bot.evaluation.questions import EvalQuestion

from tests.bot.answering.evidence.evidences import evidence, passage

NOTHING = CertaintyFeatures(**dict.fromkeys((field.name for field in fields(CertaintyFeatures)), 0.0))


def sentence(number: int, text: str = "It rains.") -> Evidence:
    return evidence(passage((text,), number + 1))


def found(
    *ranked: Evidence,
    kind: str = "factual",
    answerable: bool = True,
    gold: str = "",
    skimmed: float = 0.0,
    **features: float,
) -> Found:
    """Return a question whose gold quote is that text in the first paragraph."""
    quotes = ({"paragraph": 1, "quote": gold, "role": "must"},) if gold else ()
    item = EvalQuestion("1", Question("Is it raining?"), kind, answerable, quotes)
    return Found(item, False, list(ranked), replace(NOTHING, **features), skimmed)


def test_the_certainty_follows_the_fitted_features_only() -> None:
    noise = [0.1 * (n % 3) for n in range(20)]
    asked = [
        found(answerable=n % 2 == 0, best_logit=(0.3 if n % 2 == 0 else -0.3) + noise[n], cosine=0.5 - n % 2)
        for n in range(20)
    ]
    weights, bias = fit_certainty(asked)
    assert weights.best_logit > 0
    assert {field.name for field in fields(weights) if getattr(weights, field.name) != 0} <= set(FITTED)
    assert weights.cosine == 0
    assert isinstance(bias, float)


def test_answerable_and_unanswerable_questions_weigh_the_same() -> None:
    _, bias = fit_certainty([found(answerable=n < 90) for n in range(100)])
    assert bias == pytest.approx(0, abs=0.01)


def test_the_certainty_of_skimmed_windows_is_fitted_on_the_logit_itself() -> None:
    logits = [-4.0, -2.0, 1.0, -1.0, 2.0, 4.0] * 5
    asked = [found(answerable=n % 6 >= 3, skimmed=logit) for n, logit in enumerate(logits)]
    weight, bias = fit_skimmed(asked)
    probabilities = [1 / (1 + exp(-(bias + weight * logit))) for logit in (-4.0, 4.0)]
    assert probabilities[0] < 0.2
    assert probabilities[1] > 0.8


def test_the_usefulness_is_fitted_on_sentences_that_were_read_for_answerable_questions() -> None:
    right, wrong = "It has rained since the morning.", "Bees had a good year."

    def asked(logit: float, *, answerable: bool = True) -> Found:
        ranked = [
            replace(sentence(0, right), answer_logit=logit, coverage=0.8),
            replace(sentence(1, wrong), answer_logit=logit - 3, coverage=0.1),
            replace(sentence(2), answer_logit=UNREAD, coverage=1.0, score=9.0),
        ]
        return found(*ranked, gold=right if answerable else "", answerable=answerable)

    answerable = [asked(logit) for logit in (-2.0, 0.0, 2.0, 4.0)]
    weights, bias = fit_usefulness(answerable)
    assert weights.below_best > 0
    assert weights.coverage > 0
    assert weights.similarity == pytest.approx(0)  # it differs only where nothing was read
    assert fit_usefulness([*answerable, asked(3.0, answerable=False)]) == (weights, bias)
    read = answerable[0].ranked[:2]
    logits = [
        bias + sum(w * value for w, value in zip(astuple(weights), astuple(features), strict=True))
        for features in usefulness_features(read, asks_for_several=False)
    ]
    assert logits[0] > 0 > logits[1]


def test_a_false_premise_is_fitted_on_answerable_questions() -> None:
    def asked(kind: str, logit: float, *, answerable: bool = True) -> Found:
        return found(replace(sentence(0), correction_logit=logit), kind=kind, answerable=answerable)

    false = [asked("false_premise", 2.0 + 0.1 * n) for n in range(5)]
    known = [*false, *(asked("factual", -0.3 * n) for n in range(5))]
    weight, bias = fit_premise(known)
    assert weight > 0
    assert fit_premise([*known, asked("near_miss", 9.0, answerable=False)]) == (weight, bias)


def test_near_misses_are_told_from_answerable_questions_and_other_kinds_are_left_out() -> None:
    asked = [
        found(),
        found(),
        found(kind="near_miss", answerable=False),
        found(kind="near_miss", answerable=False),
        found(kind="offtopic", answerable=False),
    ]
    assert near_miss_auroc(asked, [0.9, 0.4, 0.5, 0.1, 1.0]) == 0.75
