"""Small talk gets one friendly line; everything else is a question."""

import pytest

from bot.answering.answerer import Answerer
from bot.answering.question.small_talk import is_small_talk, reply
from bot.answering.types import Question


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("hello", "Hello!"),
        ("Hi there!", "Hello!"),
        ("good morning, bot", "Hello!"),
        ("hey 👋", "Hello!"),
        ("thanks", "You are welcome."),
        ("ok, thank you so much!!", "You are welcome."),
        ("bye", "Goodbye."),
        ("what can you do?", "I am Byline."),
        ("Hi! What can I ask?", "I am Byline."),
        ("who are you", "I am Byline."),
        ("help", "I am Byline."),
    ],
)
def test_small_talk_is_answered_with_what_can_be_asked(text: str, opening: str) -> None:
    said = reply(text, 1)
    assert said is not None
    assert said.startswith(f"{opening} Ask me what the article says")
    assert "\n" not in said


@pytest.mark.parametrize(
    "text",
    [
        "hello, why does he say so?",
        "why?",
        "history",
        "his",
        "what is it about?",
        "thanks to whom did they win?",
        "who is he",
        "help for whom?",
        "what can they do?",
        "hi " * 200 + "why?",
        "",
        "???",
    ],
)
def test_a_question_is_not_small_talk(text: str) -> None:
    assert not is_small_talk(text)
    assert reply(text, 1) is None


def test_several_articles_are_counted() -> None:
    assert "the 85 articles say" in str(reply("hello", 85))


@pytest.mark.parametrize("text", ["hello", "thanks!", "what can you do?"])
def test_nothing_is_quoted_in_reply_to_small_talk(answerer: Answerer, text: str) -> None:
    said = answerer.ask(Question(text)).reply
    assert said.abstained
    assert said.quotes == ()
    assert said.lead == reply(text, 1)
