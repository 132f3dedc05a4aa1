"""What is asked: refused where it is no question, cleaned, and read in the light of what was said before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import UsageError

from bot.answering.question.parsing import CONTEXT_CHARS, LEANING, MAX_CHARS, ParsedQuestion, clean, content, read
from bot.answering.types import Question, Turn

VOCABULARY = dict.fromkeys("ferry harbour toll council bridge pool closed raised".split(), 3)
REPLY = (
    'Calloway argues:\n\n> "The pool leaks into the harbour." — ¶3\n\n> "The toll is a joke." — ¶5 (Calloway, hedging)'
)
SAID = (Turn("user", "Why was the pool closed?"), Turn("bot", REPLY))


def reading(text: str, *history: Turn) -> ParsedQuestion:
    return read(Question(text, history), VOCABULARY)


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
def test_what_is_no_question_is_refused_with_a_sentence_and_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        clean(text)
    assert refused.value.exit_status == 2
    assert refused.value.message.endswith(".")
    assert refused.value.hint


def test_a_question_that_is_too_long_is_told_its_length_and_the_limit() -> None:
    with pytest.raises(UsageError, match=r"2,001 characters; the limit is 2,000"):
        clean("a" * 2_001)


def test_a_question_as_long_as_the_limit_is_answered() -> None:
    assert clean("a" * MAX_CHARS) == "a" * MAX_CHARS


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
def test_white_space_is_squashed_and_invisible_marks_are_left_out(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@pytest.mark.parametrize("text", ["WHY DID THEY CLOSE THE POOL", "why the pool 😡😡??", "¿por qué?", "なぜ橋", "7?"])
def test_capitals_emoji_and_other_scripts_are_questions_as_they_are(text: str) -> None:
    assert clean(text) == text


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_cleaning_gives_one_line_or_a_usage_error(text: str) -> None:
    try:
        cleaned = clean(text)
    except UsageError:
        return
    assert cleaned == " ".join(cleaned.split())
    assert clean(cleaned) == cleaned


def test_a_question_without_history_has_no_context_and_no_weight() -> None:
    alone = reading("and the toll?")
    assert (alone.context, alone.weight) == ("", 0.0)


@pytest.mark.parametrize(
    "text", ["and the toll?", "why not the bridge?", "so?", "did they close it?", "what about the others?"]
)
def test_a_question_that_leans_on_the_last_one_takes_it_as_context(text: str) -> None:
    leaning = reading(text, *SAID)
    assert leaning.context.startswith("Why was the pool closed?")
    assert 0 < leaning.weight <= LEANING


def test_the_more_a_question_leans_the_more_its_context_counts() -> None:
    bare, goes_on, points_back = (
        reading(text, *SAID) for text in ("and?", "and the toll on the bridge?", "did he pay?")
    )
    assert bare.weight == LEANING
    assert bare.weight > goes_on.weight > points_back.weight > 0


def test_a_question_that_stands_by_itself_takes_no_context() -> None:
    standing = reading("Did the council raise the toll of the harbour bridge?", *SAID)
    assert (standing.context, standing.weight) == ("", 0.0)


def test_a_question_about_the_text_itself_takes_no_context() -> None:
    about_text = reading("and who wrote it?", *SAID)
    assert about_text.aspects == ("author",)
    assert (about_text.context, about_text.weight) == ("", 0.0)


def test_a_block_quote_is_what_is_taken_from_a_turn_of_the_bot() -> None:
    assert reading("and the toll?", *SAID).context == 'Why was the pool closed? "The pool leaks into the harbour."'


def test_a_turn_of_the_bot_without_quotes_is_taken_whole() -> None:
    turns = (Turn("user", "Why?"), Turn("bot", "The article does not address that."))
    assert reading("and the toll?", *turns).context == "Why? The article does not address that."


def test_only_the_last_exchange_is_taken() -> None:
    later = (Turn("user", "Who runs the ferry?"), Turn("bot", '> "Nobody runs it." — ¶9'))
    assert reading("and the toll?", *SAID, *later).context == 'Who runs the ferry? "Nobody runs it."'


def test_a_long_exchange_is_cut() -> None:
    turns = (Turn("user", "why " * 300), Turn("bot", '> "' + "pool " * 300 + '" — ¶1'))
    assert len(reading("and the toll?", *turns).context) <= CONTEXT_CHARS


def test_the_terms_of_the_question_count_fully_and_those_of_its_context_less() -> None:
    weights = reading("and the toll?", *SAID).terms
    assert weights["toll"] == 1.0
    assert 0 < weights["pool"] < 1.0


def test_the_terms_of_a_long_context_do_not_outweigh_those_of_the_question() -> None:
    turns = (Turn("user", "Why?"), Turn("bot", " ".join(f"word{n}" for n in range(80))))
    weights = reading("and the toll?", *turns).terms
    assert sum(weight for term, weight in weights.items() if term != "toll") <= 1.0


def test_a_word_that_only_asks_what_the_author_says_is_no_content() -> None:
    assert content("What does the author say about the toll?") == content("toll")


def test_a_question_of_nothing_but_such_words_keeps_them() -> None:
    assert content("What does the author think?")


def test_a_slip_is_read_as_the_word_that_was_meant_and_reported() -> None:
    slipped = reading("waht is the tlol?")
    assert slipped.text == "what is the toll?"
    assert slipped.corrections == (("waht", "what"), ("tlol", "toll"))


@pytest.mark.parametrize(("text", "several"), [("why was it closed?", True), ("when was it closed?", False)])
def test_a_question_for_reasons_asks_for_several_things(text: str, several: bool) -> None:
    assert reading(text).several is several


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
def test_of_a_long_message_what_it_asks_is_taken(text: str, asked: str) -> None:
    assert reading(text).text == asked


def test_a_question_of_two_words_leans_on_what_was_asked_before() -> None:
    assert reading("meaning what exactly", *SAID).context.startswith("Why was the pool closed?")


@pytest.mark.parametrize("text", ["\u3164", "\u2800\u2800", " \u115f\u1160 \uffa0"])
def test_letters_that_show_nothing_are_no_question(text: str) -> None:
    with pytest.raises(UsageError, match="is empty"):
        clean(text)
