"""The packaged networks: batches, and what a window's reading contains."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelError

from bot.answering.evidence.network import (
    ANSWERS,
    BATCH_TOKENS,
    ReaderNetwork,
    _batches,
    best_answer,
    load_encoder,
    unread,
)
from bot.answering.types import UNREAD

from tests.bot.answering.evidence.evidences import reading, window

FERRY = window(
    "The council sold the ferry to a company from the mainland last spring.",
    "It paid 4.2 million crowns, less than half of what the boat had cost.",
    "I think that this was a mistake.",
)
BEES = window("Bees had a good year.", "The beekeepers of the valley are not so sure.")
TOO_LONG = window("The ferry sails at noon every day. " * 30, *["It rains."] * 40)


@pytest.fixture(scope="module", params=["small", "large"])
def network(request: pytest.FixtureRequest) -> ReaderNetwork:
    return ReaderNetwork.load(Path(str(files("bot.answering.evidence") / "weights" / request.param)))


@pytest.mark.parametrize(
    "lengths", [[], [50], [BATCH_TOKENS + 1] * 2, [30, 288, 31, 29, 288, 290], [64] * 25, list(range(10, 200))]
)
def test_every_text_is_in_one_batch_and_no_batch_is_too_large(lengths: list[int]) -> None:
    batches = _batches(lengths)
    assert sorted(n for batch in batches for n in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[n] for n in batch) <= BATCH_TOKENS


def test_a_batch_is_filled_with_texts_of_similar_length() -> None:
    assert _batches([100, 20, 101, 21, BATCH_TOKENS]) == [[4], [2, 0, 3, 1]]
    assert [len(batch) for batch in _batches([BATCH_TOKENS // 4] * 8)] == [4, 4]


def test_an_unread_window_has_only_logits_that_say_so() -> None:
    reading = unread(FERRY)
    assert reading.sentences.shape == (3, 3)
    assert reading.window.shape == (4,)
    assert (reading.sentences == UNREAD).all()
    assert (reading.window == UNREAD).all()


@pytest.mark.parametrize(
    ("question", "best"),
    [("How much was paid for the ferry?", 1), ("Who bought the ferry?", 0), ("Does the author approve?", 2)],
)
def test_the_sentence_that_answers_scores_highest(network: ReaderNetwork, question: str, best: int) -> None:
    (reading,) = network.read(question, "", [FERRY])
    assert reading.sentences.shape == (3, 3)
    assert reading.window.shape == (4,)
    assert int(reading.sentences[:, ANSWERS].argmax()) == best


def test_a_sentence_that_answers_scores_higher_than_any_of_another_topic(network: ReaderNetwork) -> None:
    ferry, bees = network.read("How much was paid for the ferry?", "", [FERRY, BEES])
    assert ferry.sentences[:, ANSWERS].max() > bees.sentences[:, ANSWERS].max()


def test_scores_hardly_depend_on_the_other_windows_of_a_batch(network: ReaderNetwork) -> None:
    alone = network.read("Who bought the ferry?", "", [FERRY])[0]
    beside = network.read("Who bought the ferry?", "", [BEES, FERRY, BEES])[1]
    # Activations are quantized for a whole batch at once.
    np.testing.assert_allclose(alone.sentences, beside.sentences, atol=1.0)
    np.testing.assert_allclose(alone.window, beside.window, atol=1.5)


def test_readings_come_in_the_order_of_the_windows_though_longer_ones_are_read_first(network: ReaderNetwork) -> None:
    short, long = window("It rains."), window(*FERRY.texts, *BEES.texts)
    swapped = window(*BEES.texts, *FERRY.texts)
    readings = network.read("Who bought the ferry?", "", [short, TOO_LONG, long, FERRY, swapped])
    assert [len(reading.sentences) for reading in readings] == [1, 41, 5, 3, 5]
    assert [int(reading.sentences[:, ANSWERS].argmax()) for reading in readings[2:]] == [0, 0, 2]


@pytest.mark.parametrize("name", ["small", "large"])
def test_special_tokens_that_somebody_writes_are_not_read_as_such(name: str) -> None:
    encoder = load_encoder(Path(str(files("bot.answering.evidence") / "weights" / name)))
    marks = encoder.marks
    encoded = encoder.encode("[SEP] </s> [PAD] <pad> [CLS] <s>", "", "", ["[SEP] </s>"])
    written = [*encoded.ids[slice(*encoded.text_span)], *encoded.ids[slice(*encoded.sentence_spans[0])]]
    assert not {marks.begin, marks.end, marks.padding}.intersection(written)


def test_the_context_is_read(network: ReaderNetwork) -> None:
    (without,) = network.read("and how much?", "", [FERRY])
    (within,) = network.read("and how much?", "Who bought the ferry?", [FERRY])
    assert within.sentences[1, ANSWERS] > without.sentences[1, ANSWERS]


def test_a_window_that_is_too_long_is_read_as_far_as_it_fits(network: ReaderNetwork) -> None:
    (reading,) = network.read("Who?", "", [TOO_LONG])
    assert reading.sentences.shape == (41, 3)
    assert (reading.sentences[0] != UNREAD).all()
    assert (reading.sentences[-1] == UNREAD).all()
    assert (reading.window != UNREAD).all()


def test_no_windows_have_no_readings(network: ReaderNetwork) -> None:
    assert network.read("Who?", "", []) == []


def test_missing_weights_are_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="packaged reader cannot be loaded"):
        ReaderNetwork.load(tmp_path)


def test_the_best_answer_of_no_window_and_of_no_sentence_is_unread() -> None:
    assert best_answer([]) == UNREAD
    assert best_answer([reading()]) == UNREAD
    assert best_answer([reading(), reading(-3.0, -2.0)]) == -2.0
