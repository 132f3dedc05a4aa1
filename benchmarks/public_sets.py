"""Measure the search and the reader on public question sets that the reader was not trained on.

    python benchmarks/public_sets.py HARNESS.py [--tasks xquad,squad2,clapnq] [--questions 500]

HARNESS.py is a harness for question answering over XQuAD, SQuAD 2.0 and ClapNQ: a module with TASKS,
`squad_sets` and `load_clapnq`, its data beside it. It asks a system to `index` documents, to `search` them,
to pick `sentences` and to return its `confidence`. Training holds out every other SQuAD article and every other pair of
ClapNQ questions (training/README.md); only those are used here. No threshold is tuned.
"""

import argparse
import importlib.util
import json
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding import load_embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.certainty import answer_probability
from bot.answering.question.parsing import parse_question
from bot.answering.types import Evidence, Question

Scope = str | Collection[str] | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A span of a document in the harness's form."""

    doc_id: str
    start: int
    end: int
    text: str
    score: float


class Byline:
    """The bot's search and reader as a system of the harness: documents are articles, hits are passages."""

    name = "byline"

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._embedder = load_embedder(None)
        self._evidence: dict[str, list[Evidence]] = {}

    def index(self, docs: Sequence[Any]) -> None:
        """Index documents, objects with id, text and meta (a mapping that may hold a title)."""
        root = Path(self._folder.name)
        articles = root / "articles"
        articles.mkdir()
        self._names = {doc.id: f"{n:05}.md" for n, doc in enumerate(docs)}
        self._ids = {name: key for key, name in self._names.items()}
        for doc in docs:
            head = f"---\ntitle: {json.dumps(doc.meta.get('title') or '')}\n---\n\n"
            (articles / self._names[doc.id]).write_text(head + doc.text, encoding="utf-8")
        rebuild(articles, FolderPublisher(root / "index"), model_identity(None), lambda: self._embedder)
        self._live = LiveIndex(FolderPublisher(root / "index"), model_identity(None))
        self._answerer = Answerer(self._live, self._embedder)
        known = self._answerer.articles()
        self._shift = {
            self._names[doc.id]: known[self._names[doc.id]].text.find(doc.text)
            for doc in docs
            if self._names[doc.id] in known
        }

    def search(self, queries: Sequence[str], k: int = 10, scopes: Sequence[Scope] | None = None) -> list[list[Hit]]:
        """Return the passages in the order of their best sentence."""
        results = []
        for query, scope in self._each(queries, scopes):
            ranked, _ = self._find(query, scope)
            self._evidence[query] = ranked
            passages = list({e.passage.id: e.passage for e in ranked}.values())[:k]
            results.append([self._hit(p.article, p.start, p.end, place) for place, p in enumerate(passages)])
        return results

    def sentences(self, query: str, hits: Sequence[Hit], n: int = 1) -> list[Hit]:
        """Return the best sentences within hits of the previous search."""
        inside = [
            self._hit(e.passage.article, e.sentence.start, e.sentence.end, place)
            for place, e in enumerate(self._evidence[query])
        ]
        return [
            sentence
            for sentence in inside
            if any(h.doc_id == sentence.doc_id and h.start <= sentence.start < h.end for h in hits)
        ][:n]

    def confidence(self, queries: Sequence[str], scopes: Sequence[Scope] | None = None) -> NDArray[np.float64]:
        """Return the certainty that the documents in scope answer, 0 to 1, shape (queries,)."""
        return np.array(
            [answer_probability(self._find(query, scope)[1]) for query, scope in self._each(queries, scopes)]
        )

    def _each(self, queries: Sequence[str], scopes: Sequence[Scope] | None) -> Iterator[tuple[str, Scope]]:
        return zip(queries, scopes or [None] * len(queries), strict=True)

    def _find(self, query: str, scope: Scope) -> tuple[list[Evidence], Any]:
        wanted = self._names if scope is None else (scope,) if isinstance(scope, str) else sorted(scope)
        with self._live.lease() as generation:
            known = generation.entries
            articles = [known[name] for key in wanted if (name := self._names[key]) in known]
            return self._answerer.find_evidence(
                parse_question(Question(query), generation.lexical.counts), generation, articles
            )

    def _hit(self, article: str, start: int, end: int, place: int) -> Hit:
        """Return a span whose score falls with its place in the order, from 0."""
        text = self._answerer.articles()[article].text[start:end]
        shift = self._shift[article]
        return Hit(self._ids[article], start - shift, end - shift, text, 1 / (1 + place))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness", type=Path)
    parser.add_argument("--tasks", default="xquad,squad2,clapnq")
    parser.add_argument(
        "--questions",
        type=int,
        default=500,
        help="number of answerable and of unanswerable SQuAD questions [default: 500]",
    )
    arguments = parser.parse_args()
    spec = importlib.util.spec_from_file_location("harness", arguments.harness)
    assert spec is not None
    assert spec.loader is not None
    harness: Any = importlib.util.module_from_spec(spec)
    sys.modules["harness"] = harness
    spec.loader.exec_module(harness)
    _hold_out(harness, arguments.questions)
    for task in arguments.tasks.split(","):
        print(json.dumps({"task": task, **harness.TASKS[task](Byline())}, default=float), flush=True)


def _hold_out(harness: Any, questions: int) -> None:
    """Restrict the harness to the questions that training held out."""
    squad_sets, load_clapnq = harness.squad_sets, harness.load_clapnq

    def squad() -> Any:
        docs, answerable, unanswerable, articles, elsewhere = squad_sets()
        docs = [doc for doc in docs if doc.meta["art"] % 2 == 1]
        pairs = [(x, o) for x, o in zip(answerable, elsewhere, strict=True) if x["art"] % 2 == 1 and o[1] % 2 == 1]
        rest = [x for x in unanswerable if x["art"] % 2 == 1]
        articles = {key: value for key, value in articles.items() if key % 2 == 1}
        pairs = pairs[:questions]
        return docs, [x for x, _ in pairs], rest[:questions], articles, [o for _, o in pairs]

    def clapnq() -> Any:
        docs, questions = load_clapnq()
        half = len(questions) // 2
        held_out = [x for n, x in enumerate(questions) if n % half % 2 == 1]
        names = {x["doc"] for x in held_out}
        return [doc for doc in docs if doc.id in names], held_out

    harness.squad_sets, harness.load_clapnq = squad, clapnq


if __name__ == "__main__":
    main()
