"""The exported reader: a smaller vocabulary, word vectors of few bits, and the same logits but for rounding."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from index.text.passages import Sentence
from training.reader.export import BLOCK, MAX_BYTES, export, mean, prune, quantize_blocks
from training.reader.learning import forward
from training.reader.network import Reader

from bot.answering.evidence.network import ReaderNetwork, load_encoder
from bot.answering.evidence.windows import SentenceWindow


def tokenizer_of(*words: str) -> dict[str, Any]:
    """Return a tokenizer.json of these words, the first of them special."""
    return {
        "added_tokens": [{"id": 0, "content": words[0], "special": True}],
        "post_processor": {"type": "BertProcessing"},
        "model": {"type": "WordPiece", "vocab": {word: number for number, word in enumerate(words)}},
    }


def test_words_in_other_letters_are_removed_and_the_others_renumbered() -> None:
    tokenizer = tokenizer_of("[CLS]", "[unused0]", "ferry", "##ö", "мост", "##橋", "€", "“", "naïve", "7")
    assert prune(tokenizer) == [0, 2, 3, 6, 7, 8, 9]
    assert tokenizer["model"]["vocab"] == {
        "[CLS]": 0, "ferry": 1, "##ö": 2, "€": 3, "“": 4, "naïve": 5, "7": 6,
    }  # fmt: skip


def test_special_tokens_keep_their_word_get_a_new_number_and_are_not_added_by_the_tokenizer() -> None:
    tokenizer = tokenizer_of("[unused0]", "ferry")
    tokenizer["added_tokens"] = [{"id": 1, "content": "ferry", "special": True}]
    del tokenizer["model"]["vocab"]["[unused0]"]
    tokenizer["model"]["vocab"]["мост"] = 0
    assert prune(tokenizer) == [1]
    assert tokenizer["added_tokens"] == [{"id": 0, "content": "ferry", "special": True}]
    assert tokenizer["post_processor"] is None


def test_pruning_a_pruned_tokenizer_changes_nothing() -> None:
    tokenizer = tokenizer_of("[CLS]", "мост", "ferry")
    prune(tokenizer)
    again = copy.deepcopy(tokenizer)
    assert prune(again) == [0, 1]
    assert again == tokenizer


def restored(matrix: np.ndarray) -> np.ndarray:
    """Quantize a matrix, and return what its numbers stand for."""
    numbers, scales, zeros = quantize_blocks(matrix)
    assert numbers.shape == matrix.shape
    assert scales.shape == zeros.shape == (len(matrix), matrix.shape[1] // BLOCK)
    assert numbers.max() <= 15
    blocks = numbers.reshape(len(matrix), -1, BLOCK).astype(np.float32) - zeros[..., None]
    values: np.ndarray = (blocks * scales[..., None]).reshape(matrix.shape)
    return values


def test_rounding_to_blocks_errs_by_a_fifteenth_of_a_blocks_range_at_most_and_by_a_sixtieth_on_average() -> None:
    matrix = np.random.default_rng(3).normal(size=(20, 4 * BLOCK)).astype(np.float32)
    matrix[:, :BLOCK] *= 100  # no other block of a row must suffer from it
    blocks = matrix.reshape(20, 4, BLOCK)
    width = (blocks.max(-1) - blocks.min(-1))[..., None]
    error = np.abs(restored(matrix) - matrix).reshape(20, 4, BLOCK) / width
    assert error.max() < 1.01 / 15
    assert error.mean() < 1.05 / 60


@pytest.mark.parametrize("sign", [1, -1])
def test_zero_stays_zero_in_a_block_of_one_sign(sign: int) -> None:
    matrix = sign * np.linspace(0, 3, BLOCK, dtype=np.float32)[None]
    values = restored(matrix)
    assert values[0, 0] == 0
    np.testing.assert_allclose(values, matrix, atol=0.11)


def test_a_block_of_zeros_stays_one() -> None:
    matrix = np.zeros((2, 2 * BLOCK), dtype=np.float32)
    matrix[0, BLOCK:] = 1
    np.testing.assert_allclose(restored(matrix), matrix, atol=0.01)


def test_the_weights_of_two_runs_are_averaged_and_whole_numbers_are_kept() -> None:
    one = {"weight": torch.tensor([1.0, 2.0]), "places": torch.tensor([3, 4])}
    other = {"weight": torch.tensor([3.0, 6.0]), "places": torch.tensor([3, 4])}
    found = mean([one, other])
    assert found["weight"].tolist() == [2.0, 4.0]
    assert found["places"].tolist() == [3, 4]
    assert mean([one])["weight"].tolist() == [1.0, 2.0]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # to trace a network warns of each shape that is fixed
@pytest.mark.parametrize(("most", "files"), [(MAX_BYTES, 1), (100_000, 2)])
def test_the_exported_reader_gives_nearly_the_same_logits(
    make_reader: Callable[[], Reader],
    encoder_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    files: int,
) -> None:
    pytest.importorskip("onnx", reason="only training needs it (training/README.md)")
    monkeypatch.setattr("training.reader.export.MAX_BYTES", most)
    sentences = ("The council sold the ferry.", "It paid four million crowns.", "It rains.")
    encoder = load_encoder(encoder_folder)
    windows = [SentenceWindow(tuple(Sentence(n, n + 1, 1, text) for n, text in enumerate(sentences)), "It rained.")]
    model = make_reader().float().eval()
    with torch.no_grad():
        expected = forward(model, [encoder.encode("Who paid?", "Hm.", w.before, w.texts) for w in windows])
    export(model, encoder_folder, tmp_path)
    (reading,) = ReaderNetwork.load(tmp_path).read("Who paid?", "Hm.", windows)
    np.testing.assert_allclose(reading.sentences, expected.sentences[0].numpy(), atol=0.3)
    np.testing.assert_allclose(reading.window, expected.windows[0].numpy(), atol=0.2)
    vocabulary = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    assert sorted(vocabulary.values()) == list(range(len(vocabulary)))
    assert len(list(tmp_path.glob("reader.*"))) == files
