"""Encoded windows: spans cover the tokens of their texts, and what does not fit is missing at the end."""

import numpy as np
import pytest

from bot.answering.evidence.encoding import (
    CLS,
    MAX_BEFORE,
    MAX_CONTEXT,
    MAX_QUESTION,
    MAX_TOKENS,
    SEP,
    EncodedWindow,
    WindowEncoder,
)


def word_numbers(texts: list[str]) -> list[list[int]]:
    """A tokenizer whose words are token ids."""
    return [[int(word) for word in text.split()] for text in texts]


@pytest.fixture
def encoder() -> WindowEncoder:
    return WindowEncoder(word_numbers)


def token_ids(encoded: EncodedWindow, span: tuple[int, int]) -> list[int]:
    return encoded.ids[span[0] : span[1]]


def test_spans_cover_the_question_and_the_sentences(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("1 2", "", "3", ["4 5", "6"])
    assert encoded.ids == [CLS, 1, 2, SEP, 3, 4, 5, 6, SEP]
    assert encoded.segments == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert token_ids(encoded, encoded.question_span) == [1, 2]
    assert [token_ids(encoded, span) for span in encoded.sentence_spans] == [[4, 5], [6]]


def test_the_context_stands_before_the_question_and_outside_its_span(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("1 2", "8 9", "", ["4"])
    assert encoded.ids == [CLS, 8, 9, SEP, 1, 2, SEP, 4, SEP]
    assert token_ids(encoded, encoded.question_span) == [1, 2]


def test_long_texts_are_cut_at_the_end_and_the_sentence_before_at_its_start(encoder: WindowEncoder) -> None:
    many = " ".join(str(n) for n in range(1, 101))
    encoded = encoder.encode(many, many, many, ["777"])
    assert len(token_ids(encoded, encoded.question_span)) == MAX_QUESTION
    assert encoded.ids.count(1) == 2
    before = encoded.ids[encoded.segments.index(1) : encoded.sentence_spans[0][0]]
    assert before == list(range(101 - MAX_BEFORE, 101))
    assert len(encoded.ids) == 1 + MAX_CONTEXT + 1 + MAX_QUESTION + 1 + MAX_BEFORE + 1 + 1


def test_sentences_that_do_not_fit_are_missing_at_the_end(encoder: WindowEncoder) -> None:
    long = " ".join(["5"] * (MAX_TOKENS - 40))
    encoded = encoder.encode("1", "", "", ["4", long, "6 " * 60, "7"])
    assert len(encoded.ids) <= MAX_TOKENS
    assert len(encoded.sentence_spans) == 3
    assert len(token_ids(encoded, encoded.sentence_spans[2])) < 60


def test_the_pooling_matrix_averages_over_each_span(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("1 2", "", "", ["4 6", "9"])
    rows = encoded.pooling_matrix(3, 12)
    ids = np.array([*encoded.ids, *[0] * (12 - len(encoded.ids))], dtype=np.float32)
    np.testing.assert_allclose(rows @ ids, [1.5, 5, 9, 0])


def test_an_empty_question_and_an_empty_sentence_still_have_a_span(encoder: WindowEncoder) -> None:
    encoded = encoder.encode("", "", "", [""])
    assert len(encoded.sentence_spans) == 1
    assert np.isfinite(encoded.pooling_matrix(1, len(encoded.ids))).all()
