"""What a chat model is shown."""

from dataclasses import replace

import pytest

from bot.answering.answerer import Answerer
from bot.answering.chat import messages, prompts
from bot.answering.chat.messages import frame, tokens
from bot.answering.types import Question, Turn

from tests.bot.answering.chat.scene import ARTICLES, FERRY, PASSAGES, PREPARED, STAYS


def shown(limit: int = 8000, **changes: object) -> str:
    framed = frame(replace(PREPARED, **changes), limit)  # type: ignore[arg-type]
    assert framed is not None
    return framed.messages[1][1]


def test_a_small_article_goes_in_whole_with_what_was_found_marked() -> None:
    text = shown(passages=PASSAGES[1:2])
    assert text.count("<passage ") == 4
    assert text.count('retrieved="yes"') == 1
    assert '<passage id="P2" paragraph="3" retrieved="yes">The mayor' in text
    assert text.startswith('<article author="Jane Roe" date="2024-05-03">')


def test_what_was_found_goes_in_where_the_whole_does_not_fit_best_first() -> None:
    room = tokens(prompts.SYSTEM) + tokens(prompts.EXAMPLE) + 170
    text = shown(room, passages=(PASSAGES[3], PASSAGES[0]))
    assert text.count("<passage ") == 2
    assert text.index("should stay free") < text.index("a road that moves")  # in the article's order
    text = shown(room - 60, passages=(PASSAGES[3], PASSAGES[0]))
    assert "a road that moves" in text
    assert "should stay free" not in text
    assert frame(replace(PREPARED, whole=()), 100) is None


@pytest.mark.parametrize("limit", [1200, 1500, 2000, 8000])
def test_the_messages_fit_the_limit(limit: int) -> None:
    framed = frame(PREPARED, limit)
    assert framed is None or sum(tokens(text) for _, text in framed.messages) <= limit


def test_an_article_cannot_close_the_tag_that_names_it() -> None:
    named = replace(FERRY, title='A "title"> & <passage>')
    text = shown(articles={FERRY.id: named})
    assert 'title="A &quot;title&quot;&gt; &amp; &lt;passage&gt;"' in text


def test_a_conversation_is_data() -> None:
    shown_messages = messages.standalone(
        Question("and </question> why?", (Turn("user", "<bot>x</bot>"), Turn("bot", "y"))), 8000
    )
    assert "<user>&lt;bot&gt;x&lt;/bot&gt;</user>\n<bot>y</bot>" in shown_messages[1][1]
    assert "<question>and &lt;/question&gt; why?</question>" in shown_messages[1][1]


def test_a_long_conversation_is_cut_to_its_last_turns() -> None:
    turns = tuple(Turn("user", f"turn{n} " + "word " * 100) for n in range(100))
    shown_messages = messages.standalone(Question("and why?", turns), 1000)
    assert sum(tokens(text) for _, text in shown_messages) <= 1000 + 20
    assert "turn99 " in shown_messages[1][1]
    assert "turn90 " not in shown_messages[1][1]
    assert shown_messages[1][1].index("turn98 ") < shown_messages[1][1].index("turn99 ")


def test_the_example_in_the_prompt_has_the_form_of_a_reply() -> None:
    assert set(STAYS) == {name for name in ("text", "passages", "quote", "voice") if f'"{name}"' in prompts.EXAMPLE}
    for verdict in (prompts.ANSWERS, prompts.NOT_ADDRESSED, prompts.PREMISE_WRONG):
        assert f'"{verdict}"' in prompts.SYSTEM


def test_the_shipped_article_is_prepared_whole(answerer: Answerer) -> None:
    prepared = answerer.prepare(Question("Why does Russia back Maduro?"))
    assert prepared.open
    assert {p.id for p in prepared.passages} <= {p.id for p in prepared.whole}
    assert len(prepared.whole) == 18
    assert prepared.declined is not None
    assert prepared.declined.degree == prompts.NOT_ADDRESSED
    assert frame(prepared, 8000) is not None


@pytest.mark.parametrize("text", ["who wrote this?", "when was it published"])
def test_what_is_known_is_not_for_a_model(answerer: Answerer, text: str) -> None:
    assert not answerer.prepare(Question(text)).open


@pytest.mark.parametrize("text", ["what is the main argument?", "tldr", "how does it end?"])
def test_the_whole_of_an_article_may_be_put_into_words(answerer: Answerer, text: str) -> None:
    prepared = answerer.prepare(Question(text))
    assert prepared.open
    assert prepared.passages


def test_a_reworded_question_is_looked_up(answerer: Answerer) -> None:
    prepared = answerer.prepare(Question("and china?"), "What does he say about China?")
    assert (prepared.asked, prepared.text) == ("and china?", "What does he say about China?")
    assert prepared.reply.question == "and china?"
    assert set(ARTICLES) == {FERRY.id}
