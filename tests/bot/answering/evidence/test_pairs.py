"""Windows as word pieces: the spans point at what they say they do, and what does not fit is left out at the end."""

import numpy as np
import pytest

from bot.answering.evidence.pairs import BEFORE, CLS, CONTEXT, LONGEST, QUESTION, SEP, Encoded, Encoder


def word_numbers(texts: list[str]) -> list[list[int]]:
    """A word is a number already."""
    return [[int(word) for word in text.split()] for text in texts]


@pytest.fixture
def encoder() -> Encoder:
    return Encoder(word_numbers)


def pieces(encoded: Encoded, span: tuple[int, int]) -> list[int]:
    return encoded.ids[span[0] : span[1]]


def test_question_and_sentences_stand_where_their_spans_say(encoder: Encoder) -> None:
    encoded = encoder.encode("1 2", "", "3", ["4 5", "6"])
    assert encoded.ids == [CLS, 1, 2, SEP, 3, 4, 5, 6, SEP]
    assert encoded.types == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert pieces(encoded, encoded.asked) == [1, 2]
    assert [pieces(encoded, span) for span in encoded.spans] == [[4, 5], [6]]


def test_what_a_question_leans_on_stands_before_it_and_is_no_part_of_it(encoder: Encoder) -> None:
    encoded = encoder.encode("1 2", "8 9", "", ["4"])
    assert encoded.ids == [CLS, 8, 9, SEP, 1, 2, SEP, 4, SEP]
    assert pieces(encoded, encoded.asked) == [1, 2]


def test_long_texts_are_cut_and_the_sentence_before_keeps_its_end(encoder: Encoder) -> None:
    many = " ".join(str(n) for n in range(1, 101))
    encoded = encoder.encode(many, many, many, ["777"])
    assert len(pieces(encoded, encoded.asked)) == QUESTION
    assert encoded.ids.count(1) == 2
    before = encoded.ids[encoded.types.index(1) : encoded.spans[0][0]]
    assert before == list(range(101 - BEFORE, 101))
    assert len(encoded.ids) == 1 + CONTEXT + 1 + QUESTION + 1 + BEFORE + 1 + 1


def test_sentences_that_do_not_fit_are_missing_at_the_end(encoder: Encoder) -> None:
    long = " ".join(["5"] * (LONGEST - 40))
    encoded = encoder.encode("1", "", "", ["4", long, "6 " * 60, "7"])
    assert len(encoded.ids) <= LONGEST
    assert len(encoded.spans) == 3
    assert len(pieces(encoded, encoded.spans[2])) < 60


def test_pool_averages_over_each_span(encoder: Encoder) -> None:
    encoded = encoder.encode("1 2", "", "", ["4 6", "9"])
    rows = encoded.pool(3, 12)
    ids = np.array([*encoded.ids, *[0] * (12 - len(encoded.ids))], dtype=np.float32)
    np.testing.assert_allclose(rows @ ids, [1.5, 5, 9, 0])


def test_an_empty_question_and_an_empty_sentence_still_have_a_place(encoder: Encoder) -> None:
    encoded = encoder.encode("", "", "", [""])
    assert len(encoded.spans) == 1
    assert np.isfinite(encoded.pool(1, len(encoded.ids))).all()
