"""What a question about the text names."""

import pytest

from bot.answering.question.details import (
    SummaryForm,
    asked_word,
    paragraph_numbers,
    summary_form,
    without_addresses,
)


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("what does paragraph 6 say?", (6,)),
        ("read me paragraph six", (6,)),
        ("¶9", (9,)),
        ("the third paragraph please", (3,)),
        ("quote the 12th para", (12,)),
        ("the last paragraph", (20,)),
        ("paragraphs 3 to 5", (3, 4, 5)),
        ("para 7 and 9", (7, 9)),
        ("and 8?", (8,)),
        ("what does he say about 8 ships?", ()),
    ],
)
def test_paragraphs_are_named_by_number_or_place(question: str, numbers: tuple[int, ...]) -> None:
    assert paragraph_numbers(question, 20) == numbers


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("how many times does she mention Oslo?", "Oslo"),
        ("does he mention the harbour at all", "harbour"),
        ("is Oslo mentioned anywhere in the article?", "Oslo"),
        ("how often is the mayor named", "mayor"),
        ('how often does she use the word "duty"', "duty"),
        ("how many references to Kant are there", "Kant"),
        ("count the mentions of Oslo", "Oslo"),
        ("does the word solidarity occur?", "solidarity"),
        ("which of the articles mention Oslo", "Oslo"),
        ("and Iceland?", "Iceland"),
    ],
)
def test_the_word_that_a_question_asks_to_find_is_found(question: str, word: str) -> None:
    assert asked_word(question) == word


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("summarise it in 3 bullet points", SummaryForm(quotes=3)),
        ("sum it up in one sentence", SummaryForm(quotes=1)),
        ("a few key takeaways", SummaryForm(quotes=3)),
        ("a summary of 100 words", SummaryForm(words=100)),
        ("summarise it in one paragraph", SummaryForm()),
        ("give me 5,000 bullet points", SummaryForm(quotes=10)),
        ("tl;dr", SummaryForm()),
    ],
)
def test_the_length_of_a_summary_is_read(question: str, form: SummaryForm) -> None:
    assert summary_form(question) == form


def test_addresses_are_left_out() -> None:
    assert without_addresses("https://example.org/a?b=1") == ""
    assert without_addresses("<https://example.org/a> why is the ferry free?") == "why is the ferry free?"
    assert without_addresses("why is e.g. the ferry free?") == "why is e.g. the ferry free?"
