"""Encoded windows: spans cover the tokens of their texts, and what does not fit is missing at the end."""

import numpy as np
import pytest

from bot.answering.evidence.encoding import (
    MAX_BEFORE,
    MAX_CONTEXT,
    MAX_QUESTION,
    MAX_TOKENS,
    EncodedWindow,
    Marks,
    WindowEncoder,
)

BEGIN, END, PADDING = 1001, 1002, 1000
BERT = {"[PAD]": PADDING, "[CLS]": BEGIN, "[SEP]": END}
MPNET = {"<s>": 7001, "</s>": 7002, "<pad>": 7000}


def word_numbers(texts: list[str]) -> list[list[int]]:
    """A tokenizer whose words are token ids."""
    return [[int(word) for word in text.split()] for text in texts]


@pytest.fixture
def encoder() -> WindowEncoder:
    return WindowEncoder(word_numbers, Marks.of(BERT.get))


def token_ids(encoded: EncodedWindow, span: tuple[int, int]) -> list[int]:
    return encoded.ids[span[0] : span[1]]


def test_the_marks_of_both_kinds_of_vocabulary_are_found() -> None:
    assert Marks.of(BERT.get) == Marks(begin=BEGIN, end=END, between=(END,), padding=PADDING)
    assert Marks.of(MPNET.get) == Marks(begin=7001, end=7002, between=(7002, 7002), padding=7000)


@pytest.mark.parametrize("missing", ["</s>", "<pad>", "[SEP]", "[CLS]", "[PAD]"])
def test_a_vocabulary_without_a_special_token_is_refused(missing: str) -> None:
    vocabulary = {token: number for token, number in {**BERT, **MPNET}.items() if token != missing}
    if missing in BERT:
        del vocabulary["<s>"]
    with pytest.raises(ValueError, match="lacks a special token"):
        Marks.of(vocabulary.get)


def test_spans_cover_the_question_and_the_sentences(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("1 2", "", "3", ["4 5", "6"])
    assert encoded.ids == [BEGIN, 1, 2, END, 3, 4, 5, 6, END]
    assert token_ids(encoded, encoded.text_span) == [1, 2]
    assert [token_ids(encoded, span) for span in encoded.sentence_spans] == [[4, 5], [6]]


def test_the_context_stands_before_the_question_and_outside_its_span(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("1 2", "8 9", "", ["4"])
    assert encoded.ids == [BEGIN, 8, 9, END, 1, 2, END, 4, END]
    assert token_ids(encoded, encoded.text_span) == [1, 2]


def test_two_tokens_of_mpnet_stand_between_the_question_and_the_window() -> None:
    encoded = WindowEncoder(word_numbers, Marks.of(MPNET.get)).encode("1 2", "8", "3", ["4"])
    assert encoded.ids == [7001, 8, 7002, 1, 2, 7002, 7002, 3, 4, 7002]
    assert token_ids(encoded, encoded.text_span) == [1, 2]
    assert token_ids(encoded, encoded.sentence_spans[0]) == [4]


def test_without_a_question_the_text_span_covers_all_sentences_but_not_the_one_before(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("", "", "3", ["4 5", "6"])
    assert encoded.ids == [BEGIN, 3, 4, 5, 6, END]
    assert token_ids(encoded, encoded.text_span) == [4, 5, 6]
    assert [token_ids(encoded, span) for span in encoded.sentence_spans] == [[4, 5], [6]]


def test_long_texts_are_cut_at_the_end_and_the_sentence_before_at_its_start(encoder: WindowEncoder) -> None:
    many = " ".join(str(n) for n in range(1, 101))
    encoded = encoder.encode(many, many, many, ["777"])
    assert token_ids(encoded, encoded.text_span) == list(range(1, MAX_QUESTION + 1))
    assert encoded.ids[1 : MAX_CONTEXT + 1] == list(range(1, MAX_CONTEXT + 1))
    before = encoded.ids[encoded.text_span[1] + 1 : encoded.sentence_spans[0][0]]
    assert before == list(range(101 - MAX_BEFORE, 101))
    assert len(encoded.ids) == 1 + MAX_CONTEXT + 1 + MAX_QUESTION + 1 + MAX_BEFORE + 1 + 1


def test_sentences_that_do_not_fit_are_missing_at_the_end(encoder: WindowEncoder) -> None:
    long = " ".join(["5"] * (MAX_TOKENS - 40))
    encoded = encoder.encode("1", "", "", ["4", long, "6 " * 60, "7"])
    assert len(encoded.ids) == MAX_TOKENS
    assert encoded.ids[-1] == END
    assert len(encoded.sentence_spans) == 3
    assert 0 < len(token_ids(encoded, encoded.sentence_spans[2])) < 60


def test_a_sentence_without_a_token_hides_none_of_those_after_it(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("1", "", "", ["4", "", "6 7"])
    assert [token_ids(encoded, span) for span in encoded.sentence_spans] == [[4], [END], [6, 7]]


def test_a_question_of_special_tokens_only_is_still_a_question(encoder: WindowEncoder) -> None:
    def without_marks(texts: list[str]) -> list[list[int]]:
        return [[] if text == "</s>" else [4] for text in texts]

    encoded = WindowEncoder(without_marks, encoder.marks).encode("</s>", "", "", ["a"])
    assert token_ids(encoded, encoded.text_span) == [END]


def test_the_pooling_matrix_averages_over_each_span(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("1 2", "", "", ["4 6", "9"])
    rows = encoded.pooling_matrix(3, 12)
    ids = np.array([*encoded.ids, *[0] * (12 - len(encoded.ids))], dtype=np.float32)
    np.testing.assert_allclose(rows @ ids, [1.5, 5, 9, 0])


def test_an_empty_question_and_an_empty_sentence_still_have_a_span(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("", "", "", [""])
    assert len(encoded.sentence_spans) == 1
    rows = encoded.pooling_matrix(1, len(encoded.ids))
    np.testing.assert_allclose(rows.sum(axis=1), [1, 1])
