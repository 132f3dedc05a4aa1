"""The packaged reader and its weights, and cross-encoders that replace it."""

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from index.embedding import load_pair_scorer, packaged_model
from index.errors import ModelError

from bot.answering.evidence.network import ADDRESSED, ANSWERS, CONTINUES, CORRECTS, unread
from bot.answering.evidence.reranker import (
    HOPELESS,
    RANK_WEIGHT,
    READ_WORDS,
    SMALL_WORDS,
    CrossEncoderReader,
    PackagedReader,
    _most_promising,
    load_reranker,
)
from bot.answering.evidence.windows import OVERHEAD, SentenceWindow
from bot.answering.types import UNREAD

from tests.bot.answering.evidence.evidences import reading, window

# Hosts of repositories reject larger files.
MAX_FILE_BYTES = 100_000_000

FERRY = window(
    "The council sold the ferry to a company from the mainland last spring.",
    "It paid 4.2 million crowns, less than half of what the boat had cost.",
    "I think that this was a mistake.",
)
BEES = window("Bees had a good year.", "The beekeepers of the valley are not so sure.")


def window_of(words: int) -> SentenceWindow:
    return window(" ".join(["rain"] * words))


def was_read(answer: np.ndarray) -> bool:
    return bool((answer != UNREAD).all())


@pytest.fixture(scope="module")
def reader() -> PackagedReader:
    return PackagedReader.load()


def test_the_weights_are_those_that_were_measured() -> None:
    folder = Path(str(files("bot.answering.evidence") / "weights"))
    digests = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(digests) == present - {"manifest.json"}
    assert {"small/reader.onnx", "small/vocabulary.json", "large/reader.onnx", "large/vocabulary.json"} <= present
    for name, digest in digests.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
        assert (folder / name).stat().st_size < MAX_FILE_BYTES, name


@pytest.mark.parametrize(
    ("question", "best"),
    [("How much was paid for the ferry?", 1), ("Who bought the ferry?", 0), ("Does the author approve?", 2)],
)
def test_the_sentence_that_answers_scores_highest_when_skimmed_and_when_read(
    reader: PackagedReader, question: str, best: int
) -> None:
    skimmed = reader.skim(question, "", [BEES, FERRY])
    _, ferry = reader.read(question, "", [BEES, FERRY], skimmed)
    for found in (skimmed[1], ferry):
        assert int(found.sentences[:, ANSWERS].argmax()) == best


def test_a_sentence_and_a_window_that_answer_score_higher_than_those_of_another_topic_when_read(
    reader: PackagedReader,
) -> None:
    ferry, bees = reader.read("How much was paid for the ferry?", "", [FERRY, BEES], [reading(0.0)] * 2)
    assert ferry.sentences[:, ANSWERS].max() > 2 + bees.sentences[:, ANSWERS].max()
    assert ferry.window[ADDRESSED] > bees.window[ADDRESSED]


def test_skimming_and_reading_use_different_networks(reader: PackagedReader) -> None:
    skimmed = reader.skim("Who bought the ferry?", "", [FERRY])
    read = reader.read("Who bought the ferry?", "", [FERRY], skimmed)
    assert not np.allclose(skimmed[0].sentences, read[0].sentences, atol=0.01)


def test_only_the_windows_within_the_word_limit_are_read(reader: PackagedReader) -> None:
    size = READ_WORDS // 2 - OVERHEAD
    windows = [BEES, window_of(size), FERRY, window_of(size)]
    skimmed = [reading(2.0, -9.0), reading(-9.0), reading(-9.0, 2.0, -9.0), reading(5.0)]
    readings = reader.read("How much was paid for the ferry?", "", windows, skimmed)
    assert [found.sentences.shape for found in readings] == [(2, 3), (1, 3), (3, 3), (1, 3)]
    assert [was_read(found.sentences) for found in readings] == [True, False, True, True]
    assert [was_read(found.window) for found in readings] == [True, False, True, True]
    assert int(readings[2].sentences[:, ANSWERS].argmax()) == 1
    assert (readings[1].sentences == UNREAD).all()
    assert (readings[1].window == UNREAD).all()


def test_the_small_network_alone_reads_the_most_similar_windows_only_and_only_once() -> None:
    reader = PackagedReader.load(small=True)
    windows = [FERRY, window_of(SMALL_WORDS // 2), window_of(SMALL_WORDS // 2)]
    skimmed = reader.skim("How much was paid for the ferry?", "", windows)
    assert [was_read(found.sentences) for found in skimmed] == [True, True, False]
    readings = reader.read("How much was paid for the ferry?", "", windows, skimmed)
    assert readings[0] is skimmed[0]
    assert int(readings[0].sentences[:, ANSWERS].argmax()) == 1
    assert reader.skim("Who?", "", []) == []


def test_no_windows_have_no_readings(reader: PackagedReader) -> None:
    assert reader.skim("Who?", "", []) == []
    assert reader.read("Who?", "", [], []) == []


def test_the_windows_with_the_likeliest_sentences_are_read() -> None:
    size = READ_WORDS // 3 - OVERHEAD
    windows = [window_of(size)] * 5
    skimmed = [reading(2.0), reading(3.5), reading(2.0), reading(4.5, -9.0), reading(6.0)]
    assert _most_promising(windows, skimmed) == [4, 3, 1]


def test_a_window_that_does_not_fit_keeps_no_shorter_one_from_being_read() -> None:
    windows = [window_of(100), window_of(READ_WORDS), window_of(100)]
    assert _most_promising(windows, [reading(4.0), reading(3.5), reading(3.0)]) == [0, 2]


def test_a_window_that_promises_much_less_than_the_best_one_is_not_read_unless_it_is_the_second() -> None:
    windows = [window_of(10)] * 4
    far = 6.0 - HOPELESS - 4 * RANK_WEIGHT
    assert _most_promising(windows, [reading(6.0), reading(far), reading(far - 1), reading(6.0)]) == [0, 3]
    assert _most_promising(windows, [reading(6.0), reading(far), reading(far - 1), reading(far - 2)]) == [0, 1]


def test_of_equally_likely_windows_the_most_similar_ones_are_read() -> None:
    windows = [window_of(READ_WORDS // 3 - OVERHEAD)] * 5
    assert _most_promising(windows, [reading(-2.0)] * 5) == [0, 1, 2]


def test_a_place_in_the_order_of_similarity_outweighs_a_small_difference_only() -> None:
    windows = [window_of(READ_WORDS)] * 3
    assert _most_promising(windows, [reading(1.0), reading(1.0), reading(1.0 + 1.9 * RANK_WEIGHT)]) == [0]
    assert _most_promising(windows, [reading(1.0), reading(1.0), reading(1.0 + 2.1 * RANK_WEIGHT)]) == [2]


@pytest.mark.parametrize(("spare", "read"), [(0, [0, 1]), (1, [0, 2])])
def test_a_window_costs_its_words_and_an_overhead(spare: int, read: list[int]) -> None:
    windows = [window_of(100), window_of(READ_WORDS - 100 - 2 * OVERHEAD + spare), window_of(1)]
    assert _most_promising(windows, [reading(0.0)] * 3) == read


def test_the_best_window_is_read_even_if_it_is_too_long() -> None:
    assert _most_promising([window_of(1), window_of(2 * READ_WORDS)], [reading(-9.0), reading(5.0)]) == [1]


def test_windows_whose_sentences_were_not_skimmed_come_last() -> None:
    windows = [window_of(READ_WORDS), window_of(10)]
    assert _most_promising(windows, [unread(windows[0]), reading(-6.0)]) == [1]


def test_missing_weights_are_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="packaged reader cannot be loaded"):
        PackagedReader.load(tmp_path)


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a sentence-transformers cross-encoder of one tiny layer."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("models")
    torch.manual_seed(3)
    config = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder / "plain")
    packaged = packaged_model()
    AutoTokenizer.from_pretrained(packaged).save_pretrained(folder / "plain")
    CrossEncoder(str(folder / "plain"), device="cpu").save_pretrained(str(folder / "tiny-reranker"))
    return folder / "tiny-reranker"


def test_a_cross_encoder_by_path_scores_each_sentence_with_the_one_before(cross_encoder: Path) -> None:
    reranker = load_reranker(str(cross_encoder))
    assert reranker.name == "tiny-reranker"
    ferry, bees = reranker.skim("Who bought it?", "We spoke of a ferry.", [FERRY, BEES])
    assert ferry.sentences.shape == (3, 3)
    assert bees.sentences.shape == (2, 3)
    expected = load_pair_scorer(str(cross_encoder))(
        [("We spoke of a ferry. Who bought it?", f"{FERRY.texts[0]} {FERRY.texts[1]}")]
    )
    np.testing.assert_allclose(ferry.sentences[1, ANSWERS], expected[0], atol=1e-4)
    assert len(set(ferry.sentences[:, ANSWERS].tolist())) == 3


def lengths(pairs: object) -> np.ndarray:
    return np.array([len(text) for _, text in list(pairs)], dtype=np.float32)  # type: ignore[call-overload]


def test_a_cross_encoder_of_pairs_takes_a_window_for_its_best_sentence_and_gives_no_other_logits() -> None:
    (found,) = CrossEncoderReader(lengths, "lengths").skim("Who?", "", [FERRY])
    assert (found.sentences[:, ANSWERS] > 0).all()
    assert (found.sentences[:, [CORRECTS, CONTINUES]] == UNREAD).all()
    assert found.window[ADDRESSED] == found.sentences[:, ANSWERS].max()
    assert (found.window[ADDRESSED + 1 :] == UNREAD).all()


def test_the_scores_of_pairs_are_split_by_window() -> None:
    first, second = CrossEncoderReader(lengths, "lengths").skim(
        "?", "", [window("ab", "c", before="xyz"), window("de")]
    )
    assert first.sentences[:, ANSWERS].tolist() == [6, 4]
    assert second.sentences[:, ANSWERS].tolist() == [2]


def test_a_cross_encoder_reads_nothing_again() -> None:
    reranker = CrossEncoderReader(lengths, "lengths")
    skimmed = reranker.skim("Who?", "", [FERRY, BEES])
    read = reranker.read("Who?", "", [FERRY, BEES], skimmed)
    assert [found.sentences.tolist() for found in read] == [found.sentences.tolist() for found in skimmed]


@pytest.mark.parametrize("make", [False, True], ids=["no such folder", "an empty folder"])
def test_a_missing_cross_encoder_is_a_model_error(tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "model").mkdir()
    with pytest.raises(ModelError, match="cross-encoder") as caught:
        load_reranker(str(tmp_path / "model"))
    assert "RERANKER_MODEL" in caught.value.hint
