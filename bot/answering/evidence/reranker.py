"""Score how well each sentence answers a question.

The packaged reader is two networks: a small one skims all windows, and a large one reads those that it likes best
(training/README.md describes their training). A cross-encoder chosen by the user scores sentences one by one.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.answering.evidence.network import ADDRESSED, ANSWERS, ReaderNetwork, WindowReading, best_answer, unread
from bot.answering.evidence.windows import OVERHEAD, SentenceWindow

PairScorer = Callable[[Sequence[tuple[str, str]]], NDArray[np.float32]]

# The name of the packaged reader without its large network.
SMALL = "small"
# The words of the windows that the small network reads of one question if it is alone, with OVERHEAD for each.
SMALL_WORDS = 600
# The words that the large network reads of one question, with OVERHEAD for each window. They hold what is needed for 91
# of 100 questions; 700 words, for 88.
READ_WORDS = 900
# What one place in the order of similarity is worth, beside the small network's logit; a window that promises less than
# the best one by HOPELESS is not read, unless it is the second. Both chosen on the questions that training/README.md
# names for fitting.
RANK_WEIGHT, HOPELESS = 0.2, 4.0


class Reranker(Protocol):
    """Scores the sentences of windows for a question.

    Attributes:
        only_skims: Whether `read` returns what `skim` has found, with the small network.
    """

    name: str
    only_skims: bool

    def skim(self, question: str, context: str, windows: Sequence[SentenceWindow]) -> list[WindowReading]:
        """Read windows quickly.

        Args:
            question: The question.
            context: The exchange that it depends on, or "".
            windows: The windows.

        Returns:
            A reading of each window.
        """
        ...

    def read(
        self, question: str, context: str, windows: Sequence[SentenceWindow], skimmed: Sequence[WindowReading]
    ) -> list[WindowReading]:
        """Read the most promising windows well.

        Args:
            question: The question.
            context: The exchange that it depends on, or "".
            windows: The windows, the most similar to the question first.
            skimmed: Their readings by `skim`.

        Returns:
            A reading of each window; all logits of those that were not read are UNREAD.
        """
        ...


class PackagedReader:
    """The reader that is part of Byline."""

    name = "byline-reader"

    def __init__(self, small: ReaderNetwork, large: ReaderNetwork | None = None) -> None:
        """Create a reader from its networks, or from the small one alone; see `load`."""
        self._small = small
        self._large = large
        self.only_skims = large is None

    @classmethod
    def load(cls, folder: Path | None = None, *, small: bool = False) -> "PackagedReader":
        """Load the networks `small` and `large` from a folder, by default those in the package.

        Args:
            folder: The folder.
            small: Whether to load the small one alone, which then reads what it has skimmed.

        Raises:
            ModelError: They cannot be loaded.
        """
        weights = folder or Path(str(files("bot.answering.evidence") / "weights"))
        return cls(ReaderNetwork.load(weights / "small"), None if small else ReaderNetwork.load(weights / "large"))

    def skim(self, question: str, context: str, windows: Sequence[SentenceWindow]) -> list[WindowReading]:
        """Read windows with the small network (see Reranker.skim); if it is alone, only the most similar ones."""
        read = windows if self._large else windows[: _count_fitting(windows, SMALL_WORDS)]
        return [*self._small.read(question, context, read), *map(unread, windows[len(read) :])]

    def read(
        self, question: str, context: str, windows: Sequence[SentenceWindow], skimmed: Sequence[WindowReading]
    ) -> list[WindowReading]:
        """Read the best windows with the large network (see Reranker.read); without it, return what was skimmed."""
        if self._large is None:
            return list(skimmed)
        chosen = _most_promising(windows, skimmed)
        found = self._large.read(question, context, [windows[n] for n in chosen])
        readings = [unread(window) for window in windows]
        for n, reading in zip(chosen, found, strict=True):
            readings[n] = reading
        return readings


class CrossEncoderReader:
    """A cross-encoder of pairs: it scores the question with each sentence, preceded by the sentence before."""

    only_skims = False

    def __init__(self, predict: PairScorer, name: str) -> None:
        """Create a reader; `predict` maps (question, text) pairs to logits of shape (pairs,)."""
        self.name = name
        self._predict = predict

    def skim(self, question: str, context: str, windows: Sequence[SentenceWindow]) -> list[WindowReading]:
        """Read windows; a window answers as well as its best sentence, and all other logits are UNREAD."""
        question = f"{context} {question}".strip()
        pairs = [
            (question, f"{before} {text}".strip())
            for window in windows
            for before, text in pairwise((window.before, *window.texts))
        ]
        logits = iter(self._predict(pairs))
        readings = [unread(window) for window in windows]
        for reading in readings:
            for row in reading.sentences:
                row[ANSWERS] = next(logits)
            reading.window[ADDRESSED] = reading.sentences[:, ANSWERS].max()
        return readings

    def read(
        self, question: str, context: str, windows: Sequence[SentenceWindow], skimmed: Sequence[WindowReading]
    ) -> list[WindowReading]:
        """Return what was skimmed: there is no other network."""
        del question, context, windows
        return list(skimmed)


def load_reranker(model: str | None) -> Reranker:
    """Load a sentence-transformers cross-encoder by name or path, or for None or SMALL the packaged reader.

    Raises:
        ModelError: The model cannot be loaded.
    """
    if model is None or model == SMALL:
        return _load_packaged(small=model == SMALL)
    from index.embedding import load_pair_scorer

    return CrossEncoderReader(load_pair_scorer(model), Path(model).name)


def promise(skimmed: WindowReading, place: int) -> float:
    """Return how much a window promises to answer.

    Args:
        skimmed: Its reading by the small network.
        place: Its place in the order of similarity, from 0.
    """
    return best_answer([skimmed]) - RANK_WEIGHT * place


def _count_fitting(windows: Sequence[SentenceWindow], words: int) -> int:
    """Return how many of the windows, from the first one on, have no more words; at least one."""
    totals = accumulate(window.words + OVERHEAD for window in windows)
    return max(1, sum(total <= words for total in totals))


@lru_cache
def _load_packaged(*, small: bool) -> PackagedReader:
    """Load the packaged reader and keep it; it may be used by several threads."""
    return PackagedReader.load(small=small)


def _most_promising(windows: Sequence[SentenceWindow], skimmed: Sequence[WindowReading]) -> list[int]:
    """Return the indexes of the windows to read, as many as READ_WORDS allow; the best is read even if it is longer."""
    promises = [promise(reading, place) for place, reading in enumerate(skimmed)]
    chosen: list[int] = []
    left = READ_WORDS
    for n in sorted(range(len(windows)), key=lambda n: -promises[n]):
        if len(chosen) > 1 and promises[n] < promises[chosen[0]] - HOPELESS:
            break
        size = windows[n].words + OVERHEAD
        if not chosen or size <= left:
            chosen.append(n)
            left -= size
    return chosen
