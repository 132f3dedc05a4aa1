"""The form of a question: for several things, or for a view on a subject."""

import pytest

from bot.answering.question.forms import asked_subject, asks_for_several


@pytest.mark.parametrize(
    "text", ["why did it fail?", "list the signs", "what are the risks?", "give me all his examples", "how come?"]
)
def test_a_question_for_reasons_or_a_list_asks_for_several_things(text: str) -> None:
    assert asks_for_several(text)


@pytest.mark.parametrize("text", ["when did it fail?", "who owns the dam?", "is the dam safe?"])
def test_a_question_for_one_thing_does_not_ask_for_several(text: str) -> None:
    assert not asks_for_several(text)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("What does the author say about tolls?", "tolls"),
        ("his view on the ferry", "the ferry"),
        ("what is her opinion of dams", "dams"),
        ("Who raised the toll?", ""),
    ],
)
def test_the_subject_of_a_question_for_a_view_is_found(text: str, subject: str) -> None:
    assert asked_subject(text).rstrip("?") == subject
