"""Messages that ask more than one question."""

import pytest

from bot.answering.question.kinds import classify
from bot.answering.question.parts import split_question


def split(text: str) -> tuple[str, ...]:
    return split_question(text, lambda part: classify(part).kinds)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1. Who is the mayor? 2. What does he say about the toll?", 2),
        ("a) who is the mayor b) why is the ferry free", 2),
        ("Who is the mayor? What does the toll cost?", 2),
        ("Who wrote this and what does she think of the toll?", 2),
        ("who wrote this, why is she against the bridge?", 2),
        ("Why is the ferry free? Who wrote this?", 2),
    ],
)
def test_separate_questions_are_split(text: str, parts: int) -> None:
    found = split(text)
    assert len(found) == parts
    assert all(part in text for part in found)


@pytest.mark.parametrize(
    "text",
    [
        "What does he say about China and its investments?",
        "who should pay for a bridge and what would it cost?",
        "who wrote this and when was it published?",
        "and what about the toll?",
        ", what does he say about the toll",
        "quick one, can the mayor raise the toll on his own",
        "does he expect a war? why?",
        "would a toll help? has that been tried elsewhere?",
        "why did the fare rise by 1. 5 percent?",
        "what happened on 3. May and 4. May?",
    ],
)
def test_what_belongs_together_is_one_question(text: str) -> None:
    assert split(text) == (text,)
