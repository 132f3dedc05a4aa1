"""The form of a question: for one thing, for several, or for what is said about something."""

import pytest

from bot.answering.question.forms import asks_for_several, asks_what_is_said


@pytest.mark.parametrize(
    "text",
    [
        "why did it fail?",
        "list the signs",
        "what are the risks?",
        "give me all his examples",
        "how come?",
        "who paid for the dam and what did it cost?",
    ],
)
def test_a_question_for_reasons_a_list_or_two_things_asks_for_several(text: str) -> None:
    assert asks_for_several(text)


@pytest.mark.parametrize("text", ["when did it fail?", "who owns the dam?", "is the dam safe?"])
def test_a_question_for_one_thing_does_not_ask_for_several(text: str) -> None:
    assert not asks_for_several(text)


@pytest.mark.parametrize(
    "text", ["What does the author say about tolls?", "and what about the old ferry", "what did she write on dams"]
)
def test_a_question_for_what_is_said_about_something_is_recognised(text: str) -> None:
    assert asks_what_is_said(text)


def test_a_very_long_word_is_read_in_no_time() -> None:
    assert not asks_what_is_said("what about " + "a" * 1_900 + " b c d e")


@pytest.mark.parametrize(
    "text",
    [
        "what does the mayor say about tolls?",
        "what does she think of dams",
        "what does he say about tolls that nobody would ever want to pay at night?",
        "who raised the toll?",
    ],
)
def test_a_question_for_somebody_elses_words_or_for_an_opinion_is_not(text: str) -> None:
    assert not asks_what_is_said(text)
