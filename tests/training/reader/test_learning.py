"""The training loop: it learns, resumes at a checkpoint, and leaves out what is frozen."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from training.reader.examples import MUST, NONE, Asked, Text, Window
from training.reader.learning import Plan, add_typos, forward, learn, tensors
from training.reader.network import Reader

from bot.answering.evidence.encoding import WindowEncoder
from bot.answering.evidence.network import ADDRESSED, ANSWERS, encoder_of

FERRY = Window("", ("The council sold the ferry.", "It paid four million crowns.", "It rains."), (NONE, MUST, NONE))
BEES = Window("It rained.", ("Bees had a good year.",), (NONE,))
ASKED = [
    Asked("1", "a", "factual", "How much was paid for the ferry?", "", True, "yes", (FERRY, BEES)),
    Asked("2", "a", "false_premise", "Why was the ferry bought?", "What of the ferry?", True, None, (FERRY,)),
    Asked("3", "a", "offtopic", "Who invented the telephone?", "", False, None, (BEES,)),
]
TEXTS = [Text("", ("The ferry is old.", "Sell it."), (0, 6), (0, 1), (True, False))]
PLAN = Plan(epochs=2, batch=2, windows=2, texts=1, rate=1e-2, head_rate=1e-2, warmup=0, cooling=0, frozen=0)


@pytest.fixture(scope="module")
def encoder(encoder_folder: Path) -> WindowEncoder:
    return encoder_of(json.loads((encoder_folder / "tokenizer.json").read_text(encoding="utf-8")))


def train(model: Reader, encoder: WindowEncoder, checkpoint: Path, plan: Plan = PLAN, **options: float) -> list[str]:
    """Train a reader to the end or for some minutes; return what was reported."""
    reports: list[str] = []
    learn(model, encoder, ASKED, TEXTS, plan, checkpoint, report=reports.append, **options)
    return reports


def weights(model: Reader) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def differing(one: dict[str, Tensor], other: dict[str, Tensor]) -> set[str]:
    return {name for name, value in one.items() if not torch.equal(value, other[name])}


def test_the_rates_rise_stay_and_fall() -> None:
    plan = Plan(warmup=0.1, cooling=0.4)
    rates = [plan.rate_at(step, 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9:61] == [1.0] * 52
    assert rates[80] == pytest.approx(0.5)
    assert rates[100] == 0


def test_a_step_changes_the_weights(make_reader: Callable[[], Reader], encoder: WindowEncoder, tmp_path: Path) -> None:
    model = make_reader()
    before = weights(model)
    reports = train(model, encoder, tmp_path / "checkpoint.pt", replace(PLAN, epochs=0.1))
    assert len(reports) == 1
    assert re.match(r"step 1/1  loss \d", reports[0])
    changed = differing(before, weights(model))
    assert {"sentence_head.0.weight", "window_head.0.weight", "text_head.0.weight", "closeness", "bias"} <= changed
    assert any(name.startswith("encoder.encoder.layer.0.") for name in changed)
    assert not any(name.startswith("encoder.embeddings.") for name in changed)


def test_frozen_layers_stay_as_they_are(
    make_reader: Callable[[], Reader], encoder: WindowEncoder, tmp_path: Path
) -> None:
    model = make_reader()
    before = weights(model)
    train(model, encoder, tmp_path / "checkpoint.pt", replace(PLAN, frozen=1))
    changed = differing(before, weights(model))
    assert any(name.startswith("encoder.encoder.layer.1.") for name in changed)
    assert not any(name.startswith("encoder.encoder.layer.0.") for name in changed)


def test_training_that_is_resumed_after_each_step_gives_the_same_weights(
    make_reader: Callable[[], Reader], encoder: WindowEncoder, tmp_path: Path
) -> None:
    plan = replace(PLAN, cooling=0.7, typos=0.5)  # three steps
    whole, model = make_reader(), make_reader()
    assert learn(whole, encoder, ASKED, TEXTS, plan, tmp_path / "whole.pt", report=lambda _: None)
    finished = []
    for _ in range(3):
        model = make_reader()
        finished.append(
            learn(model, encoder, ASKED, TEXTS, plan, tmp_path / "parts.pt", minutes=0, report=lambda _: None)
        )
    assert finished == [False, False, True]
    assert not differing(weights(whole), weights(model))


def test_a_complete_training_is_not_continued(
    make_reader: Callable[[], Reader], encoder: WindowEncoder, tmp_path: Path
) -> None:
    first, second = make_reader(), make_reader()
    train(first, encoder, tmp_path / "checkpoint.pt")
    assert train(second, encoder, tmp_path / "checkpoint.pt") == []
    assert not differing(weights(first), weights(second))


def test_the_reader_learns_which_sentence_answers_and_which_question_is_answered(
    make_reader: Callable[[], Reader], encoder: WindowEncoder, tmp_path: Path
) -> None:
    model = make_reader()
    train(model, encoder, tmp_path / "checkpoint.pt", replace(PLAN, epochs=40, rate=1e-3, typos=0.0))
    encoded = [
        encoder.encode(one.question, one.context, window.before, window.sentences)
        for one, window in ((ASKED[0], FERRY), (ASKED[1], FERRY), (ASKED[2], BEES))
    ]
    with torch.no_grad():
        read = forward(model, encoded)
    assert read.sentences[:2, :, ANSWERS].argmax(1).tolist() == [1, 1]
    assert read.sentences[0, 1, ANSWERS] > 0 > read.sentences[0, 0, ANSWERS]
    assert read.windows[0, ADDRESSED] > 0 > read.windows[2, ADDRESSED]


def test_windows_are_read_in_batches_and_returned_in_their_order(
    make_reader: Callable[[], Reader], encoder: WindowEncoder
) -> None:
    model = make_reader().float().eval()
    encoded = [encoder.encode("Who paid?", "", w.before, w.sentences) for w in (FERRY, BEES, FERRY)]
    with torch.no_grad():
        together, apart = forward(model, encoded), forward(model, encoded, chunk=1)
        (single,) = model(*tensors(encoded[1:2], torch.device("cpu"))).sentences
    assert together.sentences.shape == (3, 3, 3)
    assert together.windows.shape == (3, 4)
    torch.testing.assert_close(apart.sentences[:, 0], together.sentences[:, 0], atol=1e-4, rtol=0)
    torch.testing.assert_close(apart.windows, together.windows, atol=1e-4, rtol=0)
    torch.testing.assert_close(apart.sentences[1, :1], single, atol=1e-4, rtol=0)


def test_windows_are_padded_without_attention(encoder: WindowEncoder) -> None:
    encoded = [encoder.encode("Who paid?", "", w.before, w.sentences) for w in (FERRY, BEES)]
    ids, mask, pool = tensors(encoded, torch.device("cpu"))
    width = ids.shape[1]
    assert width % 16 == 0
    assert mask.sum(1).tolist() == [len(one.ids) for one in encoded]
    assert ids[1, : len(encoded[1].ids)].tolist() == encoded[1].ids
    assert pool.shape == (2, 1 + 3, width)
    torch.testing.assert_close(pool.sum(2), torch.tensor([[1.0, 1, 1, 1], [1, 1, 0, 0]]))


def test_typos_change_one_or_two_longer_words_by_one_letter() -> None:
    text = "why did the council sell its ferry"
    for seed in range(50):
        changed = add_typos(text, random.Random(seed)).split()
        assert len(changed) == 7
        differences = [(a, b) for a, b in zip(text.split(), changed, strict=True) if a != b]
        assert len(differences) <= 2
        for before, after in differences:
            assert len(before) > 3
            assert before[0] == after[0]
            lost, added = Counter(before) - Counter(after), Counter(after) - Counter(before)
            assert lost.total() + added.total() <= 1
    assert add_typos("why is it so", random.Random(1)) == "why is it so"
