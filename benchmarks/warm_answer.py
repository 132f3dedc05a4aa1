"""Time a warm answer, from the question to the verified reply, compared with one call of the embedding model.

python benchmarks/warm_answer.py [ARTICLES] [--pairs 200]
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

import corpus
import tutorial
from measure import Figure, paired, ratios, report, seconds

from index.embedding import QUESTION_THREADS, load_embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild
from index.search import search_vector
from index.text.words import terms

from bot.answering.answerer import MAX_PASSAGES, Answerer
from bot.answering.evidence.network import WindowReading
from bot.answering.evidence.reranker import load_reranker
from bot.answering.evidence.windows import SentenceWindow
from bot.answering.types import Question

WARM = 20


class TimedReader:
    """The packaged reader, with the seconds that its last question took."""

    name = "timed"
    only_skims = False

    def __init__(self) -> None:
        self._reader = load_reranker(None)
        self.last_seconds = 0.0

    def skim(self, question: str, context: str, windows: Sequence[SentenceWindow]) -> list[WindowReading]:
        results: list[list[WindowReading]] = []
        self.last_seconds = seconds(lambda: results.append(self._reader.skim(question, context, windows)))
        return results[0]

    def read(
        self, question: str, context: str, windows: Sequence[SentenceWindow], skimmed: Sequence[WindowReading]
    ) -> list[WindowReading]:
        results: list[list[WindowReading]] = []
        self.last_seconds += seconds(lambda: results.append(self._reader.read(question, context, windows, skimmed)))
        return results[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?", type=Path, default=Path("articles"))
    parser.add_argument("--pairs", type=int, default=200)
    options = parser.parse_args()
    embedder = load_embedder(None, QUESTION_THREADS)
    encode: Callable[[str], object] = embedder.embeddings._client.encode  # type: ignore[attr-defined]  # the bare model
    reader = TimedReader()
    with tempfile.TemporaryDirectory() as folder:
        publisher = FolderPublisher(Path(folder, "index"))
        rebuild(options.articles, publisher, model_identity(None), lambda: embedder)
        articles = corpus.read([options.articles])
        store = tutorial.build([article.text for article in articles], embedder.embeddings, Path(folder, "tutorial"))
        questions = cycle(corpus.questions(articles, 20))
        with LiveIndex(publisher, model_identity(None)) as live:
            answerer = Answerer(live, embedder, reader)

            def find(question: str) -> None:
                with live.lease() as generation:
                    question_terms = dict.fromkeys(terms(question), 1.0)
                    search_vector(generation, embedder.embed_query(question), question_terms, MAX_PASSAGES)

            def pairs(way: Callable[[str], object], less: Callable[[], float] = float) -> list[tuple[float, float]]:
                times = []
                for n in range(options.pairs + WARM):
                    question = next(questions)
                    ours, bare = paired(lambda: way(question), lambda: encode(question), n)  # noqa: B023
                    times.append((ours - less(), bare))
                return times[WARM:]

            def show(claim: str, times: Sequence[tuple[float, float]], target: str = "") -> None:
                report(Figure(f"{claim} / model.encode", ratios(times), target))
                report(Figure(f"{claim}", tuple(1000 * ours for ours, _ in times), unit=" ms"))

            show("a warm answer", pairs(lambda question: answerer.ask(Question(question))), "<= 1.6")
            without = pairs(lambda question: answerer.ask(Question(question)), lambda: reader.last_seconds)
            show("a warm answer without the reader", without)
            show("Byline's search", pairs(find))
            show("the tutorial's search", pairs(lambda question: tutorial.search(store, question)))


if __name__ == "__main__":
    main()
