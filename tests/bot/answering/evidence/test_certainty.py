"""The certainty of an answer depends on the reader's logits, that of the topic on similarity."""

from dataclasses import replace

import pytest

from bot.answering.evidence.certainty import (
    CertaintyFeatures,
    answer_probability,
    asks_about_unknown_subject,
    topic_probability,
)
from bot.answering.question.parsing import parse_question
from bot.answering.types import Question

LIKELY = CertaintyFeatures(
    cosine=0.6, cosine_top3=0.5, passage_cosine=0.6, coverage=0.7, about_text=0.0, to_people=0.0, context_weight=0.0,
    best_logit=0.2, pooled_logit=0.3,
)  # fmt: skip


def test_certainty_is_a_probability() -> None:
    for best in (-1.2, -0.5, 0.0, 0.5, 1.0):
        assert 0 < answer_probability(replace(LIKELY, best_logit=best, pooled_logit=best)) < 1


def test_certainty_rises_with_the_best_sentence_and_with_further_likely_ones() -> None:
    features = [
        replace(LIKELY, best_logit=best, pooled_logit=best + more) for best in (-0.4, 0.0, 0.4) for more in (0.02, 0.1)
    ]
    certainties = list(map(answer_probability, features))
    assert certainties == sorted(certainties)


def test_a_question_on_the_topic_may_be_unanswered() -> None:
    missed = replace(LIKELY, best_logit=-0.6, pooled_logit=-0.5)
    assert answer_probability(missed) < 0.3
    assert topic_probability(missed) == topic_probability(LIKELY) > 0.5


def test_low_similarity_means_another_topic() -> None:
    assert topic_probability(replace(LIKELY, cosine=0.1, cosine_top3=0.1, passage_cosine=0.1, coverage=0.0)) < 0.3


@pytest.mark.parametrize(
    ("question", "unknown"),
    [("what does she say about bitcoin?", True), ("what does she say about the ferry?", False), ("why?", False)],
)
def test_a_subject_that_the_article_never_mentions_is_noticed(question: str, unknown: bool) -> None:
    known = {"ferri", "bridg"}
    assert asks_about_unknown_subject(parse_question(Question(question), {}), known.__contains__) == unknown
