"""What the reader learns from: questions with labelled windows, and windows of labelled sentences.

A window is what the network reads at once: whole sentences, at most WINDOW_WORDS words. A sentence that contains the
answer is worth 1, one that only supports it 0.4, all others 0.
"""

import json
import pickle
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rapidfuzz.distance import LCSseq

from index.text.words import words
from training.reader.network import ROLES, VOICES

from bot.answering.evidence.windows import WINDOW_WORDS

MUST, STANDS_IN, SUPPORTS, NONE = 1.0, 1.0, 0.4, 0.0
COVERED = 0.7
STANCES = ("yes", "no", "mixed")


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive sentences, with the sentence before them, and the worth of each as an answer, 0 to 1."""

    before: str
    sentences: tuple[str, ...]
    worth: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all windows of its article, the most similar first.

    Attributes:
        folder: The folder of articles or the public set that it is from.
        stance: The author's answer to a yes/no question: one of STANCES, or None.
    """

    id: str
    folder: str
    kind: str
    question: str
    context: str
    answerable: bool
    stance: str | None
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Consecutive sentences without a question, with the numbers of role and voice, and whether they are key."""

    before: str
    sentences: tuple[str, ...]
    roles: tuple[int, ...]
    voices: tuple[int, ...]
    key: tuple[bool, ...]


def label(sentence: str, paragraph: int, gold: Sequence[Mapping[str, Any]]) -> float:
    """Return how much of the gold quotes a sentence contains, 0 to 1."""
    best = NONE
    for entry in gold:
        if entry["paragraph"] != paragraph:
            continue
        ours, theirs = words(sentence), words(entry["quote"])
        common = LCSseq.similarity(ours, theirs)
        if not theirs or not ours or max(common / len(theirs), common / len(ours)) < COVERED:
            continue
        worth = MUST if entry["role"] == "must" else STANDS_IN if entry.get("replaces") else SUPPORTS
        best = max(best, worth)
    return best


def texts(path: Path) -> Iterator[Text]:
    """Yield the windows of a `sentences.jsonl`, each twice as long as those of a question."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for _, group in groupby(rows, key=lambda row: row["article"]):
        before, run, size = "", list[dict[str, Any]](), 0
        for row in group:
            length = len(row["sentence"].split())
            if run and size + length > 2 * WINDOW_WORDS:
                yield _text(before, run)
                before, run, size = run[-1]["sentence"], [], 0
            run.append(row)
            size += length
        if run:
            yield _text(before, run)


def _text(before: str, rows: Sequence[dict[str, Any]]) -> Text:
    return Text(
        before,
        tuple(row["sentence"] for row in rows),
        tuple(ROLES.index(row["role"]) for row in rows),
        tuple(VOICES.index(row["voice"].partition(":")[0]) for row in rows),
        tuple(bool(row["key"]) for row in rows),
    )


def choose(example: Asked, most: int, rng: random.Random) -> list[Window]:
    """Return at most `most` windows: those that answer, the most similar others, and sometimes a random one."""
    bearing = [w for w in example.windows if max(w.worth) >= MUST]
    rng.shuffle(bearing)
    bearing = bearing[: max(1, most - 1)]
    others = [w for w in example.windows if max(w.worth) < MUST]
    room = most - len(bearing)
    chosen = [*bearing, *others[:room]]
    if room > 1 and len(others) > room and rng.random() < 0.4:
        chosen[-1] = rng.choice(others[room - 1 :])
    return chosen


def load(folder: Path, names: Sequence[str]) -> list[Asked]:
    """Load the questions that `prepare` wrote for some folders."""
    return [one for name in names for one in pickle.loads((folder / f"asked-{name}.pkl").read_bytes())]
