"""The certainty of an answer depends on the reader's logits, that of the topic on similarity."""

from dataclasses import replace
from math import log

import numpy as np
import pytest

from index.search import Hit
from index.text.passages import Passage, Sentence

from bot.answering.evidence.certainty import (
    POOLED,
    CertaintyFeatures,
    answer_probability,
    certainty_features,
    skimmed_answer_probability,
    topic_probability,
)
from bot.answering.evidence.network import WindowReading
from bot.answering.question.parsing import parse_question
from bot.answering.reply.extractive import ANSWER_THRESHOLD
from bot.answering.types import UNREAD, Evidence, Question

LIKELY = CertaintyFeatures(
    cosine=0.6, cosine_top3=0.5, passage_cosine=0.6, coverage=0.7, about_text=0.0, to_people=0.0, context_weight=0.0,
    best_logit=0.2, pooled_logit=0.3, addressed_logit=0.2,
)  # fmt: skip


def with_logits(logit: float) -> CertaintyFeatures:
    """Return features with all of the reader's logits near one value."""
    return replace(
        LIKELY,
        best_logit=logit / 10,
        pooled_logit=logit / 10 + 0.02,
        addressed_logit=logit / 10,
    )


def evidence(number: int, *, cosine: float = 0.5, coverage: float = 0.5, answers: float = UNREAD) -> Evidence:
    sentence = Sentence(100 * number, 100 * number + 20, number, f"The ferry is number {number}.")
    passage = Passage(str(number), "a.txt", sentence.start, sentence.end, sentence.text, (sentence,))
    return Evidence(passage, sentence, 1.0, cosine, coverage, answer_logit=answers)


def hit(found: Evidence, passage_cosine: float) -> Hit:
    return Hit(found.passage, 0.0, passage_cosine, 0.0, (found.cosine,))


def reading(*answers: float, addressed: float = UNREAD) -> WindowReading:
    sentences = np.array([(value, 5.0, 5.0) for value in answers], dtype=np.float32).reshape(-1, 3)
    return WindowReading(sentences, np.array([addressed, 9.0, 9.0, 9.0], dtype=np.float32))


def features(question: str, ranked: list[Evidence], readings: list[WindowReading]) -> CertaintyFeatures:
    parsed = parse_question(Question(question), {})
    return certainty_features(parsed, ranked, [hit(e, 0.1 * e.sentence.paragraph) for e in ranked], readings)


def test_certainty_is_a_probability() -> None:
    for logit in (-12.0, -5.0, 0.0, 5.0, 12.0):
        assert 0 < answer_probability(with_logits(logit)) < 1


def test_certainty_rises_with_the_readers_logits() -> None:
    certainties = [answer_probability(with_logits(logit)) for logit in (-8.0, -4.0, -2.0, 0.0, 2.0, 4.0)]
    assert certainties == sorted(set(certainties))


def test_a_question_on_the_topic_may_be_unanswered() -> None:
    missed = with_logits(-7.0)
    assert answer_probability(missed) < ANSWER_THRESHOLD < answer_probability(with_logits(5.0))
    assert topic_probability(missed) == topic_probability(LIKELY) > 0.5


def test_low_similarity_means_another_topic() -> None:
    assert topic_probability(replace(LIKELY, cosine=0.1, cosine_top3=0.1, passage_cosine=0.1, coverage=0.0)) < 0.3


def test_the_features_of_similarity_are_those_of_the_most_similar_sentences_and_passage() -> None:
    ranked = [
        evidence(1, cosine=0.2, coverage=0.9),
        evidence(2, cosine=0.8, coverage=0.1),
        evidence(3, cosine=0.6),
        evidence(4, cosine=0.4),
    ]
    found = features("Who bought the ferry?", ranked, [reading(0.0)])
    assert found.cosine == 0.8
    assert found.cosine_top3 == pytest.approx(0.6)
    assert found.passage_cosine == pytest.approx(0.4)
    assert found.coverage == 0.9


def test_one_sentence_is_enough_evidence() -> None:
    found = features("Who bought the ferry?", [evidence(1, cosine=0.3, answers=2.0)], [reading(2.0)])
    assert found.cosine == found.cosine_top3 == 0.3
    assert found.best_logit == found.pooled_logit == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("question", "about_text", "to_people"),
    [
        ("What does the author argue?", 1.0, 0.0),
        ("Can you tell me a joke?", 0.0, 1.0),
        ("Is the ferry old?", 0.0, 0.0),
    ],
)
def test_whom_and_what_a_question_mentions_is_a_feature(question: str, about_text: float, to_people: float) -> None:
    found = features(question, [evidence(1)], [reading(0.0)])
    assert (found.about_text, found.to_people) == (about_text, to_people)


def test_the_best_logits_of_all_sentences_are_pooled() -> None:
    ranked = [evidence(1, answers=-12.0), evidence(2, answers=3.0), evidence(3, answers=3.0)]
    found = features("Who bought the ferry?", ranked, [reading(0.0)])
    assert found.best_logit == pytest.approx(0.3)
    assert found.pooled_logit == pytest.approx((3 + log(2)) / 10, abs=1e-6)


def test_no_more_than_the_highest_logits_are_pooled() -> None:
    ranked = [evidence(n, answers=1.0) for n in range(1, POOLED + 4)]
    found = features("Who bought the ferry?", ranked, [reading(0.0)])
    assert found.pooled_logit == pytest.approx((1 + log(POOLED)) / 10)


def test_the_logits_of_windows_are_pooled_and_other_columns_are_not_used() -> None:
    readings = [reading(0.0, addressed=-1.0), reading(0.0, addressed=-1.0), reading(UNREAD)]
    found = features("Who bought the ferry?", [evidence(1)], readings)
    assert found.addressed_logit == pytest.approx((-1 + log(2)) / 10, abs=1e-5)


def test_the_certainty_of_skimmed_windows_is_a_probability_that_rises_with_the_best_sentence() -> None:
    certainties = [skimmed_answer_probability([reading(best, -9.0)]) for best in (-8.0, -2.0, 0.0, 2.0, 8.0)]
    assert certainties == sorted(set(certainties))
    assert all(0 < certainty < 1 for certainty in certainties)
    assert skimmed_answer_probability([]) < ANSWER_THRESHOLD
    for best, certainty in zip((-8.0, -2.0, 0.0, 2.0, 8.0), certainties, strict=True):
        assert answer_probability(with_logits(best), only_skimmed=True) == pytest.approx(certainty)
