"""Losses, batches and the training loop, which saves a checkpoint every few minutes and resumes at it."""

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, pad

from training.reader.examples import MUST, STANCES, Asked, Text, choose
from training.reader.network import ROLES, STANCE, VOICES, Read, Reader

from bot.answering.evidence.encoding import EncodedWindow, WindowEncoder
from bot.answering.evidence.network import ADDRESSED, ANSWERS, CONTINUES, CORRECTS

# MPNet's padding, by which it counts the positions of a text; BERT only looks at the mask.
_PADDING = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """The hyperparameters of one training run.

    Attributes:
        batch, windows: Questions in a batch, and the most windows of each.
        texts: Windows without a question in a batch.
        rate, head_rate: The peak learning rates of the encoder and the heads.
        positive: The weight of sentences that answer.
        typos: The share of questions that get artificial typos.
        frozen: How many of the lowest layers are frozen, with the word vectors.
        save: Minutes between checkpoints.
        warmup, cooling: The share of all steps in which the rates rise, and in which they fall.
    """

    epochs: float = 2.0
    batch: int = 6
    windows: int = 4
    texts: int = 2
    rate: float = 4e-5
    head_rate: float = 4e-4
    warmup: float = 0.04
    decay: float = 0.01
    positive: float = 3.0
    typos: float = 0.15
    frozen: int = 4
    save: float = 5.0
    cooling: float = 0.35
    seed: int = 13

    def rate_at(self, step: int, steps: int) -> float:
        """Return the share of the peak rates at a step: they rise, stay, and fall to 0 over the last steps."""
        rising = (step + 1) / max(1, self.warmup * steps)
        falling = (steps - step) / max(1, self.cooling * steps)
        return max(0.0, min(1.0, rising, falling))


def learn(
    model: Reader,
    encoder: WindowEncoder,
    asked: Sequence[Asked],
    texts: Sequence[Text],
    plan: Plan,
    checkpoint: Path,
    minutes: float = math.inf,
    report: Callable[[str], None] = print,
) -> bool:
    """Train in place, from the checkpoint on if there is one; return whether the plan is complete."""
    device = next(model.parameters()).device
    model.freeze(plan.frozen)
    copies = {name: p.detach().float().clone() for name, p in model.named_parameters() if p.requires_grad}
    heads = [copy for name, copy in copies.items() if not name.startswith("encoder.")]
    layers = [copy for name, copy in copies.items() if name.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [{"params": layers, "lr": plan.rate}, {"params": heads, "lr": plan.head_rate}],
        weight_decay=plan.decay,
        fused=True,
    )
    steps = math.ceil(plan.epochs * len(asked) / plan.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: plan.rate_at(step, steps))
    first = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        for name, copy in copies.items():
            copy.copy_(state["weights"][name])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        first = state["step"]
    _to_network(model, copies)
    started = saved = time.monotonic()
    total: list[float] = []
    model.train()
    for step, (questions, plain, rng) in enumerate(_batches(asked, texts, plan, steps), 1):
        if step <= first:
            continue
        torch.manual_seed(plan.seed * 100_003 + step)
        loss = _question_loss(model, encoder, questions, plan, rng)
        if plain:
            loss = loss + _text_loss(model, encoder, plain)
        model.zero_grad()
        loss.backward()
        for name, p in model.named_parameters():
            if p.requires_grad:
                copies[name].grad = None if p.grad is None else p.grad.float()
        torch.nn.utils.clip_grad_norm_(copies.values(), 1.0)
        optimizer.step()
        schedule.step()
        _to_network(model, copies)
        total.append(float(loss.detach()))
        now = time.monotonic()
        if step % 10 == 0 or step == steps:
            report(f"step {step}/{steps}  loss {np.mean(total):.4f}  {now - started:.0f} s")
            total = []
        over = now - started > 60 * minutes
        if over or step == steps or now - saved > 60 * plan.save:
            saved = now
            state = {"weights": copies, "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
            temporary = checkpoint.with_suffix(".new")
            torch.save({**state, "step": step}, temporary)
            temporary.replace(checkpoint)
        if over and step < steps:
            return False
    model.eval()
    return True


def _to_network(model: Reader, copies: Mapping[str, Tensor]) -> None:
    """Round the optimizer's float32 weights to those of the network; small steps would be lost in bfloat16."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name in copies:
                p.copy_(copies[name])


def _batches(
    asked: Sequence[Asked], texts: Sequence[Text], plan: Plan, steps: int
) -> Iterator[tuple[list[Asked], list[Text], random.Random]]:
    """Yield the batches of all steps; they are the same in each run, so that a run can resume at any."""
    rng, texts_rng = random.Random(plan.seed), random.Random(plan.seed + 1)
    order: list[Asked] = []
    plain: list[Text] = []
    for step in range(steps):
        if len(order) < plan.batch:
            order += rng.sample(asked, len(asked))
        if texts and len(plain) < plan.texts:
            plain += texts_rng.sample(texts, len(texts))
        batch, order = order[: plan.batch], order[plan.batch :]
        unasked, plain = plain[: plan.texts], plain[plan.texts :]
        yield batch, unasked, random.Random(plan.seed * 1_000_003 + step)


def _question_loss(
    model: Reader, encoder: WindowEncoder, batch: Sequence[Asked], plan: Plan, rng: random.Random
) -> Tensor:
    encoded: list[EncodedWindow] = []
    owner: list[int] = []
    worth: list[list[float]] = []
    continues: list[list[bool]] = []
    for n, example in enumerate(batch):
        question = add_typos(example.question, rng) if rng.random() < plan.typos else example.question
        for window in choose(example, plan.windows, rng):
            encoded.append(encoder.encode(question, example.context, window.before, window.sentences))
            fitting = len(encoded[-1].sentence_spans)
            owner.append(n)
            worth.append(list(window.worth[:fitting]))
            answers = [value >= MUST for value in window.worth[:fitting]]
            continues.append([before and this for before, this in zip([False, *answers], answers, strict=False)])
    read = forward(model, encoded)
    device = read.sentences.device
    present = torch.tensor([[n < len(row) for n in range(read.sentences.shape[1])] for row in worth], device=device)
    logits = read.sentences[present]
    target = torch.tensor([value for row in worth for value in row], device=device)
    whose = torch.tensor([n for n, row in zip(owner, worth, strict=True) for _ in row], device=device)
    answers = logits[:, ANSWERS]
    weight = 1 + (plan.positive - 1) * target
    pointwise = binary_cross_entropy_with_logits(answers, target, weight=weight, reduction="sum") / weight.sum()
    competing = torch.stack([_competing(answers[whose == n], target[whose == n]) for n in range(len(batch))]).mean()
    loss = 10 * pointwise / math.log(8) + competing
    gold = target >= 1
    if bool(gold.any()):
        false = torch.tensor([float(one.kind == "false_premise") for one in batch], device=device)[whose][gold]
        loss = loss + 0.3 * binary_cross_entropy_with_logits(
            logits[gold, CORRECTS], false, pos_weight=torch.tensor(4.0, device=device)
        )
        follows = torch.tensor([float(value) for row in continues for value in row], device=device)[gold]
        loss = loss + 0.2 * binary_cross_entropy_with_logits(logits[gold, CONTINUES], follows)
    windows_of = torch.tensor(owner, device=device)
    addressed = torch.stack([torch.logsumexp(read.windows[windows_of == n, ADDRESSED], 0) for n in range(len(batch))])
    known = torch.tensor([float(one.answerable) for one in batch], device=device)
    loss = loss + binary_cross_entropy_with_logits(addressed, known)
    return loss + _stance_loss(read, batch, owner, worth)


def _stance_loss(read: Read, batch: Sequence[Asked], owner: Sequence[int], worth: Sequence[Sequence[float]]) -> Tensor:
    """Return the loss of the stance, on the windows that answer a question about it."""
    rows, targets = [], []
    for n, (one, values) in enumerate(zip(owner, worth, strict=True)):
        stance = batch[one].stance
        if stance is not None and values and max(values) >= 1:
            rows.append(n)
            targets.append(STANCES.index(stance))
    if not rows:
        return read.windows.sum() * 0
    return 0.5 * cross_entropy(read.windows[rows, STANCE], torch.tensor(targets, device=read.windows.device))


def _competing(answers: Tensor, target: Tensor) -> Tensor:
    """Return the softmax loss over the sentences and "none of them", whose logit is 0."""
    everything = torch.logsumexp(torch.cat([answers, answers.new_zeros(1)]), 0)
    right = answers[target >= 1]
    return everything - (torch.logsumexp(right, 0) if len(right) else answers.new_zeros(()))


def _text_loss(model: Reader, encoder: WindowEncoder, batch: Sequence[Text]) -> Tensor:
    encoded = [encoder.encode("", "", text.before, text.sentences) for text in batch]
    ids, mask, pool = tensors(encoded, next(model.parameters()).device)
    logits = model.describe(ids, mask, pool).float()
    fitting = [len(one.sentence_spans) for one in encoded]
    rows = torch.cat([logits[n, :length] for n, length in enumerate(fitting)])

    def targets(values: Sequence[Sequence[int]]) -> Tensor:
        flat = [value for row, length in zip(values, fitting, strict=True) for value in row[:length]]
        return torch.tensor(flat, device=rows.device)

    roles, voices = len(ROLES), len(VOICES)
    loss = 0.3 * cross_entropy(rows[:, :roles], targets([text.roles for text in batch]))
    loss = loss + 0.5 * cross_entropy(rows[:, roles : roles + voices], targets([text.voices for text in batch]))
    key = targets([[int(value) for value in text.key] for text in batch]).float()
    return loss + 0.3 * binary_cross_entropy_with_logits(
        rows[:, -1], key, pos_weight=torch.tensor(3.0, device=rows.device)
    )


def forward(model: Reader, encoded: Sequence[EncodedWindow], chunk: int = 32) -> Read:
    """Read windows in batches of similar length; sentences that a window does not have get 0."""
    order = sorted(range(len(encoded)), key=lambda n: len(encoded[n].ids))
    tall = max(len(one.sentence_spans) for one in encoded)
    sentences: dict[int, Tensor] = {}
    windows: dict[int, Tensor] = {}
    for first in range(0, len(order), chunk):
        part = order[first : first + chunk]
        ids, mask, pool = tensors([encoded[n] for n in part], next(model.parameters()).device)
        read = model(ids, mask, pool)
        for row, n in enumerate(part):
            found = read.sentences[row].float()
            sentences[n] = pad(found, (0, 0, 0, tall - found.shape[0]))
            windows[n] = read.windows[row].float()
    everything = range(len(encoded))
    return Read(torch.stack([sentences[n] for n in everything]), torch.stack([windows[n] for n in everything]))


def tensors(part: Sequence[EncodedWindow], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids, mask and pool of some windows, padded."""
    rows = max(len(one.sentence_spans) for one in part)
    width = max(len(one.ids) for one in part)
    width += -width % 16  # few different widths: each costs a new kernel
    ids, mask = np.full((len(part), width), _PADDING, dtype=np.int64), np.zeros((len(part), width), dtype=np.int64)
    for n, one in enumerate(part):
        ids[n, : len(one.ids)], mask[n, : len(one.ids)] = one.ids, 1
    pool = np.stack([one.pooling_matrix(rows, width) for one in part])
    return torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device), torch.from_numpy(pool).to(device)


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
