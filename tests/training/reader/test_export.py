"""The exported reader: its special tokens, word vectors of few bits, and the same logits but for rounding."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from index.embedding import packaged_model
from index.text.passages import Sentence
from training.reader.export import BLOCK, MAX_BYTES, export, mean, quantize_blocks, special_tokens
from training.reader.learning import forward
from training.reader.network import Reader

from bot.answering.evidence.network import ReaderNetwork, encoder_of
from bot.answering.evidence.vocabulary import latin_words
from bot.answering.evidence.windows import SentenceWindow


def test_what_stands_around_the_words_of_the_packaged_encoder_is_written() -> None:
    packaged = json.loads((packaged_model() / "tokenizer.json").read_text(encoding="utf-8"))
    words = latin_words(packaged["model"]["vocab"])
    assert special_tokens(words)["before"] == special_tokens(words)["after"] == []
    around = special_tokens(["<s>", "</s>", *words, "<mask>"])
    assert (around["before"], around["after"]) == (["<s>", "</s>"], ["<mask>"])
    with pytest.raises(ValueError, match="other words"):
        special_tokens([*words[:50], "nowhere", *words[50:]])


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
    encoder = encoder_of(json.loads((encoder_folder / "tokenizer.json").read_text(encoding="utf-8")))
    windows = [SentenceWindow(tuple(Sentence(n, n + 1, 1, text) for n, text in enumerate(sentences)), "It rained.")]
    model = make_reader().float().eval()
    with torch.no_grad():
        expected = forward(model, [encoder.encode("Who paid?", "Hm.", w.before, w.texts) for w in windows])
    export(model, encoder_folder, tmp_path)
    (reading,) = ReaderNetwork.load(tmp_path).read("Who paid?", "Hm.", windows)
    np.testing.assert_allclose(reading.sentences, expected.sentences[0].numpy(), atol=0.3)
    np.testing.assert_allclose(reading.window, expected.windows[0].numpy(), atol=0.2)
    assert (tmp_path / "vocabulary.json").exists()
    assert len(list(tmp_path.glob("reader.*"))) == files
