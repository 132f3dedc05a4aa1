"""Words: how text becomes terms, and BM25 over them; the only door to bm25s and the stemmer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.text.words import terms, words

if TYPE_CHECKING:
    import bm25s


class BM25Index:
    """BM25 scores of passages, with the words they hold."""

    def __init__(self, model: "bm25s.BM25", counts: dict[str, int]) -> None:
        self._model = model
        self.counts = counts
        self._vocabulary: dict[str, int] = model.vocab_dict
        self._documents = int(model.scores["num_docs"])
        indptr = np.asarray(model.scores["indptr"])
        self._frequency = np.diff(indptr)

    @classmethod
    def build(cls, texts: Sequence[str]) -> "BM25Index":
        """Index the texts of passages, in their order."""
        import bm25s

        model = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        # An empty document would have no place in the index; a lone underscore is no term of any question.
        model.index([terms(text) or ["_"] for text in texts], show_progress=False)
        return cls(model, dict(Counter(word for text in texts for word in words(text))))

    def save(self, folder: Path) -> None:
        self._model.save(str(folder), show_progress=False)
        (folder / "words.tsv").write_text(
            "".join(f"{word}\t{count}\n" for word, count in sorted(self.counts.items())), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> "BM25Index":
        """Raises OSError, ValueError or KeyError for files that are not what `save` wrote."""
        import bm25s

        model = bm25s.BM25.load(str(folder), mmap=True, show_progress=False)
        lines = (folder / "words.tsv").read_text(encoding="utf-8").split("\n")
        pairs = (line.split("\t") for line in lines if line)
        return cls(model, {word: int(count) for word, count in pairs})

    def scores(self, query: Mapping[str, float]) -> NDArray[np.float32]:
        """BM25 of each passage for the query's terms, each times its weight; shape (passages,)."""
        total = np.zeros(self._documents, dtype=np.float32)
        for weight in set(query.values()):
            known = [term for term, own in query.items() if own == weight and term in self._vocabulary]
            if known:
                total += np.float32(weight) * np.asarray(self._model.get_scores(known), dtype=np.float32)
        return total

    def idf(self, term: str) -> float:
        """Inverse document frequency as in Lucene's BM25, ln(1 + (N - n + ½) / (n + ½)); n is 0 for an unknown term."""
        place = self._vocabulary.get(term)
        n = int(self._frequency[place]) if place is not None else 0
        return float(np.log1p((self._documents - n + 0.5) / (n + 0.5)))

    def __contains__(self, term: str) -> bool:
        return term in self._vocabulary
