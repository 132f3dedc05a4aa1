"""Train the reader on examples: windows of one question together, so that its sentences compete with each other."""

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, pad

from training.examples import Example, LabelledWindow
from training.model import Reader

from bot.answering.evidence.encoding import EncodedWindow, WindowEncoder

EASY = 0.4
"""The probability that one of a question's windows is chosen at random."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The hyperparameters of one training run.

    Attributes:
        batch, windows: Questions in a batch, and the most windows of each.
        rate, head_rate: The peak learning rates of the encoder and the head.
        positive: The weight of positive sentences in the pointwise loss.
        competing, premise: The weights of the two other losses.
        typos: The share of questions that get artificial typos.
        frozen: Whether the word vectors are frozen.
    """

    epochs: float = 2.0
    batch: int = 6
    windows: int = 7
    rate: float = 1e-4
    head_rate: float = 5e-4
    warmup: float = 0.08
    decay: float = 0.01
    positive: float = 3.0
    competing: float = 1.0
    premise: float = 0.3
    typos: float = 0.15
    frozen: bool = True
    seed: int = 13


def train(
    model: Reader,
    examples: Sequence[Example],
    encoder: WindowEncoder,
    plan: Plan,
    report: Callable[[str], None] = print,
) -> None:
    """Fine-tune in place: AdamW, linear warm-up and decay, bfloat16 if the processor supports it."""
    torch.manual_seed(plan.seed)
    model.encoder.embeddings.requires_grad_(not plan.frozen)
    rng = random.Random(plan.seed)
    encoding, head = (
        list(model.encoder.parameters()),
        [p for name, p in model.named_parameters() if not name.startswith("encoder.")],
    )
    optimizer = torch.optim.AdamW(
        [{"params": encoding, "lr": plan.rate}, {"params": head, "lr": plan.head_rate}], weight_decay=plan.decay
    )
    steps = math.ceil(plan.epochs * len(examples) / plan.batch)
    warm = max(1, int(plan.warmup * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min((n + 1) / warm, max(0.0, (steps - n) / max(1, steps - warm)))
    )
    model.train()
    started, total = time.perf_counter(), 0.0
    for step, batch in enumerate(_batches(examples, plan, steps, rng), 1):
        loss = _loss(model, batch, encoder, plan, rng)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        total += float(loss.detach())
        if step % 25 == 0 or step == steps:
            report(f"step {step}/{steps}  loss {total / min(25, step):.4f}  {time.perf_counter() - started:.0f} s")
            total = 0.0
    model.eval()


def _batches(examples: Sequence[Example], plan: Plan, steps: int, rng: random.Random) -> Iterator[list[Example]]:
    done = 0
    while done < steps:
        order = list(examples)
        rng.shuffle(order)
        for first in range(0, len(order), plan.batch):
            yield order[first : first + plan.batch]
            done += 1
            if done == steps:
                return


def choose(example: Example, most: int, rng: random.Random) -> list[LabelledWindow]:
    """Return the windows that contain the answer, then the best others, and sometimes a random one."""
    bearing = [w for w in example.windows if max(w.labels) >= 1][:most]
    others = [w for w in example.windows if max(w.labels) < 1]
    room = most - len(bearing)
    chosen = bearing + others[:room]
    if room > 1 and len(others) > room and rng.random() < EASY:
        chosen[-1] = rng.choice(others[room - 1 :])
    return chosen


def _loss(model: Reader, batch: Sequence[Example], encoder: WindowEncoder, plan: Plan, rng: random.Random) -> Tensor:
    encoded, owner, targets = [], [], []
    for n, example in enumerate(batch):
        question = add_typos(example.question, rng) if rng.random() < plan.typos else example.question
        for window in choose(example, plan.windows, rng):
            encoded.append(encoder.encode(question, example.context, window.before, window.sentences))
            owner += [n] * len(encoded[-1].sentence_spans)
            targets += list(window.labels[: len(encoded[-1].sentence_spans)])
    logits = scores(model, encoded)
    answers, premise = logits[:, 0], logits[:, 1]
    target = torch.tensor(targets)
    whose = torch.tensor(owner)
    weight = 1 + (plan.positive - 1) * target
    pointwise = binary_cross_entropy_with_logits(answers, target, weight=weight, reduction="sum") / weight.sum()
    competing = torch.stack([_competing(answers[whose == n], target[whose == n]) for n in range(len(batch))]).mean()
    loss = 10 * pointwise / math.log(8) + plan.competing * competing
    gold = target >= 1
    known = torch.tensor([batch[n].source not in ("squad2", "selqa", "clapnq") for n in owner]) & gold
    if bool(known.any()):
        false = torch.tensor([float(batch[n].kind == "false_premise") for n in owner])[known]
        loss = loss + plan.premise * binary_cross_entropy_with_logits(
            premise[known], false, pos_weight=torch.tensor(4.0)
        )
    return loss


def _competing(answers: Tensor, target: Tensor) -> Tensor:
    """Return the softmax loss over the sentences and "none of them", whose logit is 0."""
    everything = torch.logsumexp(torch.cat([answers, answers.new_zeros(1)]), 0)
    right = answers[target >= 1]
    return everything - (torch.logsumexp(right, 0) if len(right) else answers.new_zeros(()))


def scores(model: Reader, encoded: Sequence[EncodedWindow], chunk: int = 14) -> Tensor:
    """Return the logits of every sentence in the order of the windows, shape (sentences, 2).

    Windows of similar length are batched together.
    """
    order = sorted(range(len(encoded)), key=lambda n: len(encoded[n].ids))
    rows_of: list[Tensor | None] = [None] * len(encoded)
    for first in range(0, len(order), chunk):
        rows = order[first : first + chunk]
        part = [encoded[n] for n in rows]
        logits = _forward(model, part)
        for n, row in zip(rows, logits, strict=True):
            rows_of[n] = row[: len(encoded[n].sentence_spans)]
    return torch.cat([row for row in rows_of if row is not None])


def _forward(model: Reader, part: Sequence[EncodedWindow]) -> Tensor:
    width = max(len(e.ids) for e in part)
    tall = max(len(e.sentence_spans) for e in part)
    ids = torch.stack([pad(torch.tensor(e.ids), (0, width - len(e.ids))) for e in part])
    types = torch.stack([pad(torch.tensor(e.segments), (0, width - len(e.segments))) for e in part])
    mask = torch.stack([pad(torch.ones(len(e.ids), dtype=torch.long), (0, width - len(e.ids))) for e in part])
    pool = torch.from_numpy(np.stack([e.pooling_matrix(tall, width) for e in part]))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden: Tensor = model(ids, mask, types, pool)
    return hidden.float()


def word_pieces(folder: Path) -> WindowEncoder:
    """Return an encoder of windows with the tokenizer of a model's folder."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    @lru_cache(maxsize=100_000)
    def ids(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False).ids)

    return WindowEncoder(lambda texts: [ids(text) for text in texts])


def add_typos(text: str, rng: random.Random) -> str:
    """Add typos: in one or two longer words, two letters are swapped, or one is lost or doubled."""
    words = text.split()
    long = [n for n, word in enumerate(words) if len(word) > 3]
    for n in rng.sample(long, min(len(long), rng.choice((1, 1, 2)))):
        word = words[n]
        i = rng.randrange(1, len(word) - 1)
        words[n] = rng.choice(
            (
                word[:i] + word[i + 1] + word[i] + word[i + 2 :],
                word[:i] + word[i + 1 :],
                word[:i] + word[i] + word[i:],
            )
        )
    return " ".join(words)
