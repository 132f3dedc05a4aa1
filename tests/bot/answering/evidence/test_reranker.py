"""The packaged reader and its weights, and cross-encoders that replace it."""

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from index.embedding import load_pair_scorer, packaged_model
from index.errors import ModelError
from index.text.passages import Sentence

from bot.answering.evidence.reranker import CrossEncoderReader, PackagedReader, load_reranker
from bot.answering.evidence.windows import SentenceWindow
from bot.answering.types import UNREAD


def window(*texts: str, before: str = "") -> SentenceWindow:
    return SentenceWindow(tuple(Sentence(n, n + 1, 1, text) for n, text in enumerate(texts)), before)


FERRY = window(
    "The council sold the ferry to a company from the mainland last spring.",
    "It paid 4.2 million crowns, less than half of what the boat had cost.",
    "I think that this was a mistake.",
)
BEES = window("Bees had a good year.", "The beekeepers of the valley are not so sure.")


@pytest.fixture(scope="module")
def reader() -> PackagedReader:
    return PackagedReader.load()


def test_the_weights_are_those_that_were_measured() -> None:
    folder = files("bot.answering.evidence") / "weights"
    digests = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(digests) == {"reader.onnx"}
    for name, digest in digests.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert sum(len((folder / name).read_bytes()) for name in digests) < 50_000_000


@pytest.mark.parametrize(
    ("question", "best"),
    [("How much was paid for the ferry?", 1), ("Who bought the ferry?", 0), ("Does the author approve?", 2)],
)
def test_the_sentence_that_answers_scores_highest(reader: PackagedReader, question: str, best: int) -> None:
    (scores,) = reader.score(question, "", [FERRY])
    assert scores.shape == (3, 2)
    assert int(scores[:, 0].argmax()) == best


def test_a_sentence_that_answers_scores_higher_than_any_of_another_topic(reader: PackagedReader) -> None:
    ferry, bees = reader.score("How much was paid for the ferry?", "", [FERRY, BEES])
    assert ferry[:, 0].max() > 2 + bees[:, 0].max()


def test_scores_hardly_depend_on_the_other_windows_of_a_batch(reader: PackagedReader) -> None:
    alone = reader.score("Who bought the ferry?", "", [FERRY])[0]
    beside = reader.score("Who bought the ferry?", "", [BEES, FERRY, BEES])[1]
    # Activations are quantized for a whole batch at once.
    np.testing.assert_allclose(alone, beside, atol=0.7)


def test_the_context_is_read(reader: PackagedReader) -> None:
    (without,) = reader.score("and how much?", "", [FERRY])
    (within,) = reader.score("and how much?", "Who bought the ferry?", [FERRY])
    assert within[1, 0] > without[1, 0]


def test_a_window_that_is_too_long_is_read_as_far_as_it_fits(reader: PackagedReader) -> None:
    (scores,) = reader.score("Who?", "", [window("The ferry sails at noon every day. " * 30, *["It rains."] * 40)])
    assert scores.shape == (41, 2)
    assert scores[0, 0] > UNREAD
    assert scores[-1, 0] == UNREAD


def test_no_windows_have_no_scores(reader: PackagedReader) -> None:
    assert reader.score("Who?", "", []) == []


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
    ferry, bees = reranker.score("Who bought it?", "We spoke of a ferry.", [FERRY, BEES])
    assert ferry.shape == (3, 2)
    assert bees.shape == (2, 2)
    expected = load_pair_scorer(str(cross_encoder))(
        [("We spoke of a ferry. Who bought it?", f"{FERRY.texts[0]} {FERRY.texts[1]}")]
    )
    np.testing.assert_allclose(ferry[1, 0], expected[0], atol=1e-4)
    assert len(set(ferry[:, 0].tolist())) == 3


def test_a_cross_encoder_of_pairs_gives_no_logit_for_premises(cross_encoder: Path) -> None:
    (scores,) = load_reranker(str(cross_encoder)).score("Who?", "", [FERRY])
    assert (scores[:, 1] == UNREAD).all()


def test_the_scores_of_pairs_are_split_by_window() -> None:
    def lengths(pairs: object) -> np.ndarray:
        return np.array([len(text) for _, text in list(pairs)], dtype=np.float32)  # type: ignore[call-overload]

    first, second = CrossEncoderReader(lengths, "lengths").score(
        "?", "", [window("ab", "c", before="xyz"), window("de")]
    )
    assert first[:, 0].tolist() == [6, 4]
    assert second[:, 0].tolist() == [2]


@pytest.mark.parametrize("make", [False, True], ids=["no such folder", "an empty folder"])
def test_a_missing_cross_encoder_is_a_model_error(tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "model").mkdir()
    with pytest.raises(ModelError, match="cross-encoder") as caught:
        load_reranker(str(tmp_path / "model"))
    assert "RERANKER_MODEL" in caught.value.hint
