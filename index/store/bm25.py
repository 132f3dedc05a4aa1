"""The BM25 index of passages, over stemmed terms. The only module that imports bm25s."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.text.words import terms, words

if TYPE_CHECKING:
    import bm25s


class BM25Index:
    """A BM25 index of passages.

    Attributes:
        counts: How often each word occurs in the passages, for spelling correction.
    """

    def __init__(self, model: "bm25s.BM25", counts: dict[str, int]) -> None:
        self._model = model
        self.counts = counts
        self._vocabulary: dict[str, int] = model.vocab_dict
        self._documents = int(model.scores["num_docs"])
        indptr = np.asarray(model.scores["indptr"])
        self._frequency = np.diff(indptr)

    @classmethod
    def build(cls, texts: Sequence[str]) -> "BM25Index":
        """Index the texts of passages, in order."""
        import bm25s

        model = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        # bm25s does not index empty documents; "_" never occurs among the terms of a question.
        model.index([terms(text) or ["_"] for text in texts], show_progress=False)
        return cls(model, dict(Counter(word for text in texts for word in words(text))))

    def save(self, folder: Path) -> None:
        """Write the index to a folder."""
        self._model.save(str(folder), show_progress=False)
        (folder / "words.tsv").write_text(
            "".join(f"{word}\t{count}\n" for word, count in sorted(self.counts.items())), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> "BM25Index":
        """Load an index that `save` wrote.

        Raises:
            OSError: A file is missing; ValueError or KeyError if its content is damaged.
        """
        import bm25s

        model = bm25s.BM25.load(str(folder), mmap=True, show_progress=False)
        lines = (folder / "words.tsv").read_text(encoding="utf-8").split("\n")
        pairs = (line.split("\t") for line in lines if line)
        return cls(model, {word: int(count) for word, count in pairs})

    def scores(self, query: Mapping[str, float]) -> NDArray[np.float32]:
        """Return each passage's BM25 score, the sum over terms of weight × score; shape (passages,).

        Args:
            query: Term → weight. Unknown terms are ignored.
        """
        total = np.zeros(self._documents, dtype=np.float32)
        for weight in set(query.values()):
            group = [term for term, value in query.items() if value == weight and term in self._vocabulary]
            if group:
                total += np.float32(weight) * np.asarray(self._model.get_scores(group), dtype=np.float32)
        return total

    def idf(self, term: str) -> float:
        """Return the inverse document frequency as in Lucene's BM25: ln(1 + (N - n + ½) / (n + ½)).

        N is the number of passages, n the number of those with the term: 0 if it is unknown.
        """
        column = self._vocabulary.get(term)
        n = int(self._frequency[column]) if column is not None else 0
        return float(np.log1p((self._documents - n + 0.5) / (n + 0.5)))

    @property
    def terms(self) -> Collection[str]:
        """The stemmed terms of the passages."""
        return self._vocabulary.keys()

    def __contains__(self, term: str) -> bool:
        return term in self._vocabulary
