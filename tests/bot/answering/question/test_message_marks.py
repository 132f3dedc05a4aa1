"""Emoji, timestamps, mentions and command links of a chat application are left out before a question is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError

from bot.answering.question import small_talk
from bot.answering.question.message_marks import remove_marks
from bot.answering.question.parsing import clean_question

MARKS = [
    "<:thonk:123456789012345678>",
    "<a:party_parrot:123456789012345678>",
    "<t:1618953630>",
    "<t:-62135596800:R>",
    "</ask:123456789012345678>",
    "</group sub ask:123456789012345678>",
    "<@123456789012345678>",
    "<@!123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "<id:customize>",
    "<sound:0:123456789012345678>",
    "@everyone",
    "@here",
]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_left_out_wherever_it_stands(mark: str) -> None:
    question = "Why was the pool closed?"
    for text in (f"{mark} {question}", f"{question} {mark}", f"Why was {mark} the pool\n{mark} closed?"):
        assert clean_question(text).split() == question.split(), text


@pytest.mark.parametrize("mark", MARKS)
def test_a_question_of_marks_alone_is_refused_as_one_without_words(mark: str) -> None:
    with pytest.raises(UsageError, match="contains no words"):
        clean_question(f" {mark} {mark}\n")


@pytest.mark.parametrize(
    "text",
    [
        "is 3 < 5 > 2?",
        "<https://example.org/a:b> what of it?",
        "who is @everyone_else, or jo@here.example?",
        "what does <b>bold</b> mean, and <t>?",
        "why :smile: now?",
        "<@name> or <#general>?",
    ],
)
def test_text_that_only_resembles_a_mark_stays(text: str) -> None:
    assert remove_marks(text) == text


def test_greetings_are_recognised_beside_marks() -> None:
    assert small_talk.is_small_talk("<:wave:123456789012345678> hello <@123456789012345678>!")


def test_a_mark_divides_words() -> None:
    assert clean_question("Why<:pool:123456789012345678>closed<t:1618953630:R>?") == "Why closed ?"


@given(st.lists(st.sampled_from([*MARKS, "pool", "<", ">", ":", "@", "\n"])).map("".join))
def test_nothing_but_marks_is_removed(text: str) -> None:
    kept = remove_marks(text)
    assert kept.count("pool") == text.count("pool")
    assert kept.count("\n") == text.count("\n")
