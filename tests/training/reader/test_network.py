"""The network of the reader: what its heads return, and what they depend on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from training.reader.learning import tensors
from training.reader.network import ROLES, VOICES, Reader

from bot.answering.evidence.encoding import WindowEncoder
from bot.answering.evidence.network import ANSWERS, encoder_of

SENTENCES = ["The council sold the ferry.", "It rains."]


@pytest.fixture(scope="module")
def encoder(encoder_folder: Path) -> WindowEncoder:
    return encoder_of(json.loads((encoder_folder / "tokenizer.json").read_text(encoding="utf-8")))


@pytest.fixture
def reader(make_reader: Callable[[], Reader]) -> Reader:
    model: Reader = make_reader().float().eval()
    return model


def inputs(encoder: WindowEncoder, question: str, *sentences: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return tensors([encoder.encode(question, "", "", sentences)], torch.device("cpu"))


def test_the_same_seed_gives_the_same_heads(make_reader: Callable[[], Reader], encoder_folder: Path) -> None:
    one, same, other = make_reader(), make_reader(), Reader.from_folder(encoder_folder, seed=6)
    assert torch.equal(one.sentence_head[0].weight, same.sentence_head[0].weight)
    assert not torch.equal(one.sentence_head[0].weight, other.sentence_head[0].weight)


def test_each_sentence_has_three_logits_and_each_window_four(reader: Reader, encoder: WindowEncoder) -> None:
    with torch.no_grad():
        read = reader(*inputs(encoder, "Who sold it?", *SENTENCES))
    assert read.sentences.shape == (1, 2, 3)
    assert read.windows.shape == (1, 4)


def test_a_sentence_without_a_question_has_a_role_a_voice_and_whether_it_is_key(
    reader: Reader, encoder: WindowEncoder
) -> None:
    with torch.no_grad():
        described = reader.describe(*inputs(encoder, "", *SENTENCES))
    assert described.shape == (1, 2, len(ROLES) + len(VOICES) + 1)


def test_everything_is_what_reading_and_describing_give(reader: Reader, encoder: WindowEncoder) -> None:
    given = inputs(encoder, "Who sold it?", *SENTENCES)
    with torch.no_grad():
        sentences, windows, texts = reader.everything(*given)
        read, described = reader(*given), reader.describe(*given)
    for one, other in ((sentences, read.sentences), (windows, read.windows), (texts, described)):
        torch.testing.assert_close(one, other)


def test_before_training_closeness_to_the_question_decides(reader: Reader, encoder: WindowEncoder) -> None:
    ids, mask, pool = inputs(encoder, "Who sold it?", *SENTENCES)
    pool[:, 0] = pool[:, 1]  # as if the question had the vector of the first sentence
    with torch.no_grad():
        for layer in (reader.sentence_head[0], reader.sentence_head[3]):
            layer.weight.zero_()
            layer.bias.zero_()
        same, other = reader(ids, mask, pool).sentences[0, :, ANSWERS].tolist()
        closest = (reader.closeness + reader.bias)[ANSWERS].item()
    assert same == pytest.approx(closest, abs=1e-4)
    assert same > other
