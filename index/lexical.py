"""Words: how text becomes terms, and BM25 over them; the only door to bm25s and the stemmer."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import bm25s

STOP_WORDS = frozenset(
    (
        "a about above acc according after again against all also am an and any are as at be because been before "
        "being below between both but by can could did do does doing don down during each few for from further had "
        "has have having he her here hers herself him himself his how i if in into is it its itself just may me "
        "might more most must my myself no nor not now of off on once only or other our ours out over own same "
        "shall she should so some such than that the their theirs them themselves then there these they this those "
        "through to too under until up upon us very was we were what when where which while who whom whose why "
        "will with would you your yours s t d ll re ve m isn aren wasn weren hasn haven hadn won wouldn don doesn "
        "didn can couldn shouldn mustn"
    ).split()
)

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*|[^\W_]+(?:['’][^\W_]+)*")


def words(text: str) -> list[str]:
    """The lower-case words of a text: "U.S." is one word, a possessive loses its "'s"."""
    found = []
    for token in _TOKEN.findall(text):
        word = token.lower().replace("’", "'").rstrip(".")
        found.append(word.removesuffix("'s"))
    return found


def terms(text: str) -> list[str]:
    """The stemmed words of a text that are no stop words nor contractions of them, in order."""
    return [stem(word) for word in words(text) if word.partition("'")[0] not in STOP_WORDS]


def stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


class LexicalIndex:
    """BM25 scores of passages, with the words they hold."""

    def __init__(self, model: "bm25s.BM25", counts: dict[str, int]) -> None:
        self._model = model
        self.counts = counts
        self._vocabulary: dict[str, int] = model.vocab_dict
        self._documents = int(model.scores["num_docs"])
        indptr = np.asarray(model.scores["indptr"])
        self._frequency = np.diff(indptr)

    @classmethod
    def build(cls, texts: Sequence[str]) -> "LexicalIndex":
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
    def load(cls, folder: Path) -> "LexicalIndex":
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


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
