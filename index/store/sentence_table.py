"""The spans of the sentences of a generation's passages, in memory-mapped arrays."""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.errors import REBUILD_HINT, IndexDamaged
from index.text.passages import Passage, Sentence

FIRST, SENTENCES = "passages.npy", "sentences.npy"
_DAMAGED = "The index is damaged: the table of its sentences cannot be read."


class SentenceTable:
    """The sentences of each passage. Passages and sentences are numbered in the order of the generation."""

    def __init__(self, first: NDArray[np.int64], spans: NDArray[np.int32]) -> None:
        """Use arrays of the files.

        Args:
            first: The number of each passage's first sentence, then the number of sentences; shape (passages + 1,).
            spans: Each sentence's start and end offset and its paragraph in the article; shape (sentences, 3).
        """
        self._first = first
        self._spans = spans

    @classmethod
    def from_passages(cls, passages: Sequence[Passage]) -> Self:
        """Build the table of a new generation."""
        first = list(accumulate((len(passage.sentences) for passage in passages), initial=0))
        spans = [(s.start, s.end, s.paragraph) for passage in passages for s in passage.sentences]
        return cls(np.asarray(first, dtype=np.int64), np.asarray(spans, dtype=np.int32).reshape(-1, 3))

    @classmethod
    def load(cls, folder: Path, passages: int, sentences: int) -> Self:
        """Map the table in a generation's folder.

        Raises:
            IndexDamaged: The files cannot be read, or have not these numbers of passages and sentences.
        """
        try:
            first = np.load(folder / FIRST, mmap_mode="r")
            spans = np.load(folder / SENTENCES, mmap_mode="r")
        except (OSError, ValueError, EOFError):
            raise IndexDamaged(_DAMAGED, REBUILD_HINT) from None
        if first.shape != (passages + 1,) or first[-1] != sentences or spans.shape != (sentences, 3):
            raise IndexDamaged(_DAMAGED, REBUILD_HINT)
        return cls(first, spans)

    def save(self, folder: Path) -> None:
        """Write the table to a folder."""
        np.save(folder / FIRST, self._first)
        np.save(folder / SENTENCES, self._spans)

    def sentences_of(self, passage: int) -> range:
        """Return the numbers of a passage's sentences."""
        return range(int(self._first[passage]), int(self._first[passage + 1]))

    def offsets(self, sentences: range) -> list[tuple[int, int]]:
        """Return the start and end offsets of sentences in their article."""
        return [(start, end) for start, end, _ in self._spans[sentences.start : sentences.stop].tolist()]

    def read_sentences(self, passage: int, start: int, text: str) -> tuple[Sentence, ...]:
        """Return the sentences of a passage, cut from its text.

        Args:
            passage: The number of the passage.
            start: The offset of its text in the article.
            text: Its text.
        """
        numbers = self.sentences_of(passage)
        spans = self._spans[numbers.start : numbers.stop].tolist()
        return tuple(Sentence(low, high, paragraph, text[low - start : high - start]) for low, high, paragraph in spans)
