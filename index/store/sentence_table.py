"""Where the sentences of a generation's passages are, as numbers in mapped files: only what is asked for is read."""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.errors import REBUILD_HINT, IndexDamaged
from index.text.passages import Passage, Sentence

FIRST, SENTENCES = "passages.npy", "sentences.npy"
_DAMAGED = "The index is damaged: it does not say which sentences its passages have."


class SentenceTable:
    """first: the position of each passage's first sentence, and how many there are; shape (passages + 1,).

    places: start, end and paragraph of each sentence in its article; shape (sentences, 3).
    """

    def __init__(self, first: NDArray[np.int64], places: NDArray[np.int32]) -> None:
        self._first = first
        self._places = places

    @classmethod
    def from_passages(cls, passages: Sequence[Passage]) -> Self:
        first = list(accumulate((len(passage.sentences) for passage in passages), initial=0))
        places = [(s.start, s.end, s.paragraph) for passage in passages for s in passage.sentences]
        return cls(np.asarray(first, dtype=np.int64), np.asarray(places, dtype=np.int32).reshape(-1, 3))

    @classmethod
    def load(cls, folder: Path, passages: int, sentences: int) -> Self:
        """Those in a generation's folder, of so many passages and sentences; raises IndexDamaged."""
        try:
            first = np.load(folder / FIRST, mmap_mode="r")
            places = np.load(folder / SENTENCES, mmap_mode="r")
        except (OSError, ValueError, EOFError):
            raise IndexDamaged(_DAMAGED, REBUILD_HINT) from None
        if first.shape != (passages + 1,) or first[-1] != sentences or places.shape != (sentences, 3):
            raise IndexDamaged(_DAMAGED, REBUILD_HINT)
        return cls(first, places)

    def save(self, folder: Path) -> None:
        np.save(folder / FIRST, self._first)
        np.save(folder / SENTENCES, self._places)

    def sentences_of(self, passage: int) -> range:
        """The positions of a passage's sentences."""
        return range(int(self._first[passage]), int(self._first[passage + 1]))

    def offsets(self, sentences: range) -> list[tuple[int, int]]:
        """The offsets of sentences in their article."""
        return [(start, end) for start, end, _ in self._places[sentences.start : sentences.stop].tolist()]

    def read_sentences(self, passage: int, start: int, text: str) -> tuple[Sentence, ...]:
        """The sentences of a passage whose text begins at an offset in its article."""
        own = self.sentences_of(passage)
        places = self._places[own.start : own.stop].tolist()
        return tuple(
            Sentence(low, high, paragraph, text[low - start : high - start]) for low, high, paragraph in places
        )
