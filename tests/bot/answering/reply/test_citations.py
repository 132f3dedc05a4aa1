"""Verification of quotes; every kind of wrong quote is refused."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.parse import parse
from index.text.passages import split
from index.text.sentences import sentence_spans

from bot.answering.reply.citations import UnverifiedQuote, balanced, quote, share_words, verify

from tests.support.examples import examples

ARTICLE = parse(
    "ferry.txt",
    b"By Jane Roe\n3 May 2024\nThe ferry should stay free. I think that a bridge would cost more.\n\n"
    b'The mayor said: "Never. Not while I live." Nobody asked her why.\n\nJane Roe was harbour master of Selby.\n',
)
GOOD = [quote(ARTICLE, s.start, s.end) for p in split(ARTICLE, sentence_spans) for s in p.sentences]
HEAD = [quote(ARTICLE, line.start, line.end) for line in ARTICLE.head]


def test_quotes_of_sentences_and_head_lines_pass_verification() -> None:
    assert len(GOOD) == 6
    for good in (*GOOD, *HEAD):
        verify(ARTICLE, good)


def test_a_quote_has_the_number_of_its_paragraph() -> None:
    assert [q.paragraph for q in GOOD] == [1, 1, 2, 2, 2, 3]


def test_only_head_lines_and_the_author_note_have_the_byline_voice() -> None:
    assert {q.voice for q in (*HEAD, GOOD[-1])} == {"byline"}
    assert "byline" not in {q.voice for q in GOOD[:-1]}


@settings(max_examples=examples(400), deadline=None)
@given(st.sampled_from(GOOD), st.data())
def test_a_changed_character_is_refused(good, data) -> None:  # type: ignore[no-untyped-def]
    index = data.draw(st.integers(0, len(good.text) - 1))
    letter = data.draw(st.characters().filter(lambda c: c != good.text[index]))
    with pytest.raises(UnverifiedQuote):
        verify(ARTICLE, replace(good, text=good.text[:index] + letter + good.text[index + 1 :]))


@settings(max_examples=examples(200), deadline=None)
@given(st.sampled_from(GOOD), st.integers(-40, 40).filter(bool), st.integers(-40, 40))
def test_shifted_offsets_are_refused(good, left: int, right: int) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UnverifiedQuote):
        verify(ARTICLE, replace(good, start=good.start + left, end=good.end + right))


@pytest.mark.parametrize("number", [0, 3, 99, -1])
def test_another_paragraph_number_is_refused(number: int) -> None:
    with pytest.raises(UnverifiedQuote):
        verify(ARTICLE, replace(GOOD[0], paragraph=number))


def test_another_article_is_refused() -> None:
    with pytest.raises(UnverifiedQuote):
        verify(ARTICLE, replace(GOOD[0], article="toll.txt"))


def test_a_head_line_joined_to_the_body_is_refused() -> None:
    with pytest.raises(UnverifiedQuote, match="head line"):
        quote(ARTICLE, ARTICLE.head[1].start, GOOD[0].end, "author")


def test_adjacent_head_lines_can_be_quoted_together_if_they_are_whole() -> None:
    first, last = ARTICLE.head[0], ARTICLE.head[1]
    verify(ARTICLE, quote(ARTICLE, first.start, last.end))
    with pytest.raises(UnverifiedQuote):
        quote(ARTICLE, first.start + 3, last.end)


def test_a_quote_across_two_paragraphs_is_refused() -> None:
    with pytest.raises(UnverifiedQuote, match="extends beyond"):
        quote(ARTICLE, GOOD[1].start, GOOD[2].end)


def test_a_byline_with_another_voice_and_another_quote_with_the_byline_voice_are_refused() -> None:
    with pytest.raises(UnverifiedQuote):
        verify(ARTICLE, replace(GOOD[-1], voice="author"))
    with pytest.raises(UnverifiedQuote):
        verify(ARTICLE, replace(GOOD[0], voice="byline"))


def test_an_empty_quote_is_refused() -> None:
    with pytest.raises(UnverifiedQuote):
        quote(ARTICLE, GOOD[0].start, GOOD[0].start)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Never." Not now."', '"Never." Not now.'),
        ('Never."', "Never."),
        ('"Never.', "Never."),
        ('He said "never".', 'He said "never".'),
        ("Never.”", "Never."),
        ("“Never.", "Never."),
        ("“Never.”", "“Never.”"),
    ],
)
def test_an_unpaired_quotation_mark_is_cut_off(text: str, expected: str) -> None:
    start, end = balanced(text, 0)
    assert text[start:end] == expected


@pytest.mark.parametrize(
    ("sentence", "quoted", "shared"),
    [
        ('"We lost the ferry.', "We lost the ferry. We knew it.", True),
        ("We lost\nthe ferry.", "We  lost the ferry.", True),
        ("“We lost the ferry.”", "lost the ferry", True),
        ("We lost the ferry.", "We lost the bridge.", False),
    ],
)
def test_a_sentence_shares_its_words_with_what_was_quoted_of_it(sentence: str, quoted: str, shared: bool) -> None:
    assert share_words(sentence, quoted) == share_words(quoted, sentence) == shared
