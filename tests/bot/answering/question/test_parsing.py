"""Questions are cleaned or refused, respelled, and take the last exchange as context where they depend on it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import UsageError

from bot.answering.question.follow_ups import CONTEXT_CHARS
from bot.answering.question.parsing import (
    CONTEXT_WEIGHT,
    MAX_CHARS,
    ParsedQuestion,
    clean_question,
    content_terms,
    parse_question,
)
from bot.answering.types import Question, Turn

from tests.support.examples import examples

VOCABULARY = dict.fromkeys("ferry harbour toll council bridge pool closed raised".split(), 3)
REPLY = (
    'Calloway argues:\n\n> "The pool leaks into the harbour." — ¶3\n\n> "The toll is a joke." — ¶5 (Calloway, hedging)'
)
HISTORY = (Turn("user", "Why was the pool closed?"), Turn("bot", REPLY))


def parse(text: str, *history: Turn) -> ParsedQuestion:
    return parse_question(Question(text, history), VOCABULARY)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t\u00a0 ", id="blank"),
        pytest.param("?!… — «»", id="only punctuation"),
        pytest.param("🙂🙂👍", id="only emoji"),
        pytest.param("\u200b\u200d\ufeff\u2060", id="only zero-width characters"),
        pytest.param("a" * 2_001, id="2,001 characters"),
        pytest.param("why " * 5_000, id="20,000 characters"),
        pytest.param("\x1b[31mwhy is it red", id="an escape sequence"),
        pytest.param("why\x00now", id="NUL"),
        pytest.param("ring the bell\x07", id="a bell"),
        pytest.param("why\x7f", id="delete"),
        pytest.param("why \ud83d now", id="half a surrogate pair"),
    ],
)
def test_text_that_cannot_be_a_question_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        clean_question(text)
    assert refused.value.exit_status == 2
    assert refused.value.message.endswith(".")
    assert refused.value.hint


def test_a_question_that_is_too_long_is_refused_with_its_length_and_the_limit() -> None:
    with pytest.raises(UsageError, match=r"2,001 characters; the limit is 2,000"):
        clean_question("a" * 2_001)


def test_a_question_as_long_as_the_limit_is_accepted() -> None:
    assert clean_question("a" * MAX_CHARS) == "a" * MAX_CHARS


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        pytest.param("  why \n\t was the\u00a0pool  closed? ", "why was the pool closed?", id="white space"),
        pytest.param("w\u200bhy the p\u2060ool\ufeff?", "why the pool?", id="zero-width marks"),
        pytest.param("\u202ewhy the pool?\u202c", "why the pool?", id="direction overrides"),
        pytest.param("har\u00adbour?", "harbour?", id="a soft hyphen"),
        pytest.param("why\u2028now", "why now", id="a line separator"),
    ],
)
def test_white_space_is_normalised_and_invisible_characters_are_removed(typed: str, cleaned: str) -> None:
    assert clean_question(typed) == cleaned


@pytest.mark.parametrize("text", ["WHY DID THEY CLOSE THE POOL", "why 20 °C © — really??", "¿por qué?", "なぜ橋", "7?"])
def test_capitals_signs_and_other_scripts_are_accepted_unchanged(text: str) -> None:
    assert clean_question(text) == text


@pytest.mark.parametrize("text", ["🐟 why the pool??", "why the 👩‍🚒 pool??", "why the pool?? ❤️", "why ☀️ the pool??"])
def test_emoji_are_left_out(text: str) -> None:
    assert clean_question(text) == "why the pool??"


@given(st.text(max_size=300))
@settings(max_examples=examples(200), deadline=None)
def test_cleaning_gives_one_line_or_a_usage_error(text: str) -> None:
    try:
        cleaned = clean_question(text)
    except UsageError:
        return
    assert cleaned == " ".join(cleaned.split())
    assert clean_question(cleaned) == cleaned


def test_a_question_without_history_has_no_context_and_no_weight() -> None:
    alone = parse("and the toll?")
    assert (alone.context, alone.context_weight) == ("", 0.0)


@pytest.mark.parametrize(
    "text", ["and the toll?", "why not the bridge?", "so?", "did they close it?", "what about the others?"]
)
def test_a_question_that_depends_on_the_last_one_takes_it_as_context(text: str) -> None:
    dependent = parse(text, *HISTORY)
    assert dependent.context.startswith("Why was the pool closed?")
    assert 0 < dependent.context_weight <= CONTEXT_WEIGHT


def test_the_context_weighs_more_the_more_a_question_depends_on_it() -> None:
    bare, continues, refers_back = (
        parse(text, *HISTORY) for text in ("and?", "and the toll on the bridge?", "did he pay?")
    )
    assert bare.context_weight == CONTEXT_WEIGHT
    assert bare.context_weight > continues.context_weight > refers_back.context_weight > 0


def test_a_complete_question_takes_no_context() -> None:
    complete = parse("Did the council raise the toll of the harbour bridge?", *HISTORY)
    assert (complete.context, complete.context_weight) == ("", 0.0)


def test_a_question_about_the_text_itself_takes_no_context() -> None:
    about_text = parse("and who wrote it?", *HISTORY)
    assert about_text.kinds == ("author",)
    assert (about_text.context, about_text.context_weight) == ("", 0.0)


def test_the_context_contains_the_first_block_quote_of_the_reply() -> None:
    assert parse("and the toll?", *HISTORY).context == 'Why was the pool closed? "The pool leaks into the harbour."'


def test_a_reply_without_quotes_is_taken_whole() -> None:
    turns = (Turn("user", "Why?"), Turn("bot", "The article does not address that."))
    assert parse("and the toll?", *turns).context == "Why? The article does not address that."


def test_only_the_last_exchange_is_taken() -> None:
    later = (Turn("user", "Who runs the ferry?"), Turn("bot", '> "Nobody runs it." — ¶9'))
    assert parse("and the toll?", *HISTORY, *later).context == 'Who runs the ferry? "Nobody runs it."'


def test_a_long_exchange_is_cut() -> None:
    turns = (Turn("user", "why " * 300), Turn("bot", '> "' + "pool " * 300 + '" — ¶1'))
    assert len(parse("and the toll?", *turns).context) <= CONTEXT_CHARS


def test_the_terms_of_the_context_weigh_less_than_those_of_the_question() -> None:
    weights = parse("and the toll?", *HISTORY).term_weights
    assert weights["toll"] == 1.0
    assert 0 < weights["pool"] < 1.0


def test_the_terms_of_a_long_context_do_not_outweigh_those_of_the_question() -> None:
    turns = (Turn("user", "Why?"), Turn("bot", " ".join(f"word{n}" for n in range(80))))
    weights = parse("and the toll?", *turns).term_weights
    assert sum(weight for term, weight in weights.items() if term != "toll") <= 1.0


def test_words_that_only_ask_for_the_authors_view_are_not_content() -> None:
    assert content_terms("What does the author say about the toll?") == content_terms("toll")


def test_a_question_of_nothing_but_such_words_keeps_them() -> None:
    assert content_terms("What does the author think?")


def test_a_typo_is_respelled_and_reported() -> None:
    parsed = parse("waht is the tlol?")
    assert parsed.text == "what is the toll?"


@pytest.mark.parametrize(("text", "several"), [("why was it closed?", True), ("when was it closed?", False)])
def test_a_question_for_reasons_asks_for_several_things(text: str, several: bool) -> None:
    assert parse(text).asks_for_several is several


STORY = "Hi all, so I read this thing on the bus last night and was quite lost, because my stop came so soon. "


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (STORY + "Who pays the toll of the bridge in the end? Thanks!", "Who pays the toll of the bridge in the end?"),
        (STORY + "The ferry is closed. Why did they close it? Thanks!", "The ferry is closed. Why did they close it?"),
        (STORY + "I would like to know who pays the toll.", STORY + "I would like to know who pays the toll."),
        ("The ferry is closed. Why?", "The ferry is closed. Why?"),
    ],
)
def test_only_the_questions_of_a_long_message_are_used(text: str, asked: str) -> None:
    assert parse(text).text == asked


def test_a_question_of_two_content_words_depends_on_the_last_exchange() -> None:
    assert parse("meaning what exactly", *HISTORY).context.startswith("Why was the pool closed?")


@pytest.mark.parametrize("text", ["\u3164", "\u2800\u2800", " \u115f\u1160 \uffa0"])
def test_invisible_letters_are_an_empty_question(text: str) -> None:
    with pytest.raises(UsageError, match="is empty"):
        clean_question(text)
