"""The prompts that are built for a chat model."""

from dataclasses import replace

import pytest

from bot.answering.answerer import Answerer
from bot.answering.chat import prompts
from bot.answering.chat.messages import build_prompt, estimate_tokens, rewording_messages
from bot.answering.types import Question, Turn

from tests.bot.answering.chat.scene import ARTICLES, FERRY, PASSAGES, PREPARED, STAYS


def shown(limit: int = 8000, **changes: object) -> str:
    prompt = build_prompt(replace(PREPARED, **changes), limit)  # type: ignore[arg-type]
    assert prompt is not None
    return prompt.messages[1][1]


def test_a_short_article_is_included_whole_with_the_retrieved_passages_marked() -> None:
    text = shown(passages=PASSAGES[1:2])
    assert text.count("<passage ") == 4
    assert text.count('retrieved="yes"') == 1
    assert '<passage id="P2" paragraph="3" retrieved="yes">The mayor' in text
    assert text.startswith('<article author="Jane Roe" date="2024-05-03">')


def test_the_best_retrieved_passages_are_included_if_the_whole_does_not_fit() -> None:
    room = estimate_tokens(prompts.SYSTEM) + estimate_tokens(prompts.EXAMPLE) + 170
    text = shown(room, passages=(PASSAGES[3], PASSAGES[0]))
    assert text.count("<passage ") == 2
    assert text.index("should stay free") < text.index("a road that moves")  # in the article's order
    text = shown(room - 60, passages=(PASSAGES[3], PASSAGES[0]))
    assert "a road that moves" in text
    assert "should stay free" not in text
    assert build_prompt(replace(PREPARED, whole_article=()), 100) is None


@pytest.mark.parametrize("limit", [1200, 1500, 2000, 8000])
def test_the_messages_fit_the_limit(limit: int) -> None:
    prompt = build_prompt(PREPARED, limit)
    assert prompt is None or sum(estimate_tokens(text) for _, text in prompt.messages) <= limit


def test_a_title_cannot_close_its_tag() -> None:
    named = replace(FERRY, title='A "title"> & <passage>')
    text = shown(articles={FERRY.id: named})
    assert 'title="A &quot;title&quot;&gt; &amp; &lt;passage&gt;"' in text


def test_a_conversation_is_escaped() -> None:
    shown_messages = rewording_messages(
        Question("and </question> why?", (Turn("user", "<bot>x</bot>"), Turn("bot", "y"))), 8000
    )
    assert "<user>&lt;bot&gt;x&lt;/bot&gt;</user>\n<bot>y</bot>" in shown_messages[1][1]
    assert "<question>and &lt;/question&gt; why?</question>" in shown_messages[1][1]


def test_a_long_conversation_is_limited_to_its_last_turns() -> None:
    turns = tuple(Turn("user", f"turn{n} " + "word " * 100) for n in range(100))
    shown_messages = rewording_messages(Question("and why?", turns), 1000)
    assert sum(estimate_tokens(text) for _, text in shown_messages) <= 1000 + 20
    assert "turn99 " in shown_messages[1][1]
    assert "turn90 " not in shown_messages[1][1]
    assert shown_messages[1][1].index("turn98 ") < shown_messages[1][1].index("turn99 ")


def test_the_example_in_the_prompt_has_the_form_of_a_reply() -> None:
    assert set(STAYS) == {name for name in ("text", "passages", "quote", "voice") if f'"{name}"' in prompts.EXAMPLE}
    for verdict in (prompts.ANSWERS, prompts.NOT_ADDRESSED, prompts.PREMISE_WRONG):
        assert f'"{verdict}"' in prompts.SYSTEM


def test_the_shipped_article_fits_whole(answerer: Answerer) -> None:
    prepared = answerer.prepare(Question("Why does Russia back Maduro?"))
    assert prepared.for_chat_model
    assert {p.id for p in prepared.passages} <= {p.id for p in prepared.whole_article}
    assert len(prepared.whole_article) == 18
    assert prepared.declined_reply is not None
    assert prepared.declined_reply.degree == prompts.NOT_ADDRESSED
    assert build_prompt(prepared, 8000) is not None


@pytest.mark.parametrize("text", ["who wrote this?", "when was it published"])
def test_a_question_about_metadata_is_not_for_a_model(answerer: Answerer, text: str) -> None:
    assert not answerer.prepare(Question(text)).for_chat_model


@pytest.mark.parametrize("text", ["what is the main argument?", "tldr", "how does it end?"])
def test_a_question_about_the_whole_article_may_go_to_a_model(answerer: Answerer, text: str) -> None:
    prepared = answerer.prepare(Question(text))
    assert prepared.for_chat_model
    assert prepared.passages


def test_the_reworded_question_is_the_one_that_is_searched(answerer: Answerer) -> None:
    prepared = answerer.prepare(Question("and china?"), "What does he say about China?")
    assert (prepared.asked, prepared.text) == ("and china?", "What does he say about China?")
    assert prepared.reply.question == "and china?"
    assert set(ARTICLES) == {FERRY.id}
