"""Certainty rises with what speaks for an answer, and names what speaks for a topic apart from it."""

from dataclasses import replace

import pytest

from bot.answering.evidence.certainty import Signals, certainty, names_unknown, on_topic
from bot.answering.question.parsing import read
from bot.answering.types import Question

LIKELY = Signals(
    cosine=0.6, cosine_top3=0.5, passage=0.6, coverage=0.7, about_text=0.0, to_people=0.0, conversation=0.0,
    best=0.2, together=0.3,
)  # fmt: skip


def test_certainty_is_a_probability() -> None:
    for best in (-1.2, -0.5, 0.0, 0.5, 1.0):
        assert 0 < certainty(replace(LIKELY, best=best, together=best)) < 1


def test_certainty_rises_with_the_best_sentence_and_with_others_that_are_likely_too() -> None:
    found = [replace(LIKELY, best=best, together=best + more) for best in (-0.4, 0.0, 0.4) for more in (0.02, 0.1)]
    certainties = list(map(certainty, found))
    assert certainties == sorted(certainties)


def test_on_topic_and_unanswered_are_told_apart() -> None:
    missed = replace(LIKELY, best=-0.6, together=-0.5)
    assert certainty(missed) < 0.3
    assert on_topic(missed) == on_topic(LIKELY) > 0.5


def test_another_topic_is_told_from_similarity() -> None:
    assert on_topic(replace(LIKELY, cosine=0.1, cosine_top3=0.1, passage=0.1, coverage=0.0)) < 0.3


@pytest.mark.parametrize(
    ("question", "unknown"),
    [("what does she say about bitcoin?", True), ("what does she say about the ferry?", False), ("why?", False)],
)
def test_a_word_on_what_is_never_named_is_noticed(question: str, unknown: bool) -> None:
    known = {"ferri", "bridg"}
    assert names_unknown(read(Question(question), {}), known.__contains__) == unknown
