"""Rebuilds during questions: no answer fails or mixes generations, and the newest one is used within two seconds.

REBUILDS and QUERIES set the size; `make soak` uses 50 and 100,000, with rebuilds in separate processes. The short run
rebuilds in this process, which is faster, and asks less often, which leaves the processor to other tests.
"""

import os
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild
from index.search import search_vector
from index.text.words import terms

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker
from bot.answering.types import Question

from tests.support.editions import QUESTIONS, editions, rebuild_in_subprocess, write_edition

REBUILDS = int(os.environ.get("REBUILDS", "2"))
QUERIES = int(os.environ.get("QUERIES", "100"))
READERS, ANSWER_EVERY = 2, 25
PAUSE = 0.003 if QUERIES > 1000 else 0.1
MAX_REBUILDS_IN_PROCESS = 5


class Readers:
    """Threads that search and ask continuously, and record errors, durations and when each edition was first seen."""

    def __init__(self, live: LiveIndex, embedder: Embedder) -> None:
        self._live = live
        self._answerer = Answerer(live, embedder, load_reranker(SMALL))
        self._queries = [
            (question, embedder.embed_query(question), dict.fromkeys(terms(question), 1.0)) for question in QUESTIONS
        ]
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(READERS)]
        self.counts: Counter[str] = Counter()
        self.errors: list[str] = []
        self.seconds: dict[str, list[float]] = {"search": [], "answer": []}
        self.seen: dict[int, float] = {}

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        count = number
        while not self._stop.is_set():
            kind = "answer" if count % ANSWER_EVERY == number else "search"
            started = time.perf_counter()
            try:
                shown = self._answer(count) if kind == "answer" else self._search(count)
            except Exception as error:
                self.errors.append(repr(error))
            else:
                if len(shown) != 1:
                    self.errors.append(f"{kind} {QUESTIONS[count % len(QUESTIONS)]} shows {shown or 'no edition'}")
                for edition in shown:
                    self.seen.setdefault(edition, time.time())
            self.seconds[kind].append(time.perf_counter() - started)
            self.counts[kind] += 1
            count += READERS
            time.sleep(PAUSE)

    def _search(self, count: int) -> set[int]:
        _, vector, words = self._queries[count % len(self._queries)]
        with self._live.lease() as generation:
            hits = search_vector(generation, vector, words, 5)
            sources = [generation.articles[hit.passage.article].text for hit in hits]
        return editions([hit.passage.text for hit in hits]) | editions(sources) if len(hits) == 5 else set()

    def _answer(self, count: int) -> set[int]:
        response = self._answerer.ask(Question(QUESTIONS[count % len(QUESTIONS)]))
        sources = [article.text for article in response.articles.values()]
        quotes = [quote.text for quote in response.reply.quotes]
        return editions(quotes) | editions(sources) if quotes else set()


@pytest.mark.slow
def test_questions_during_rebuilds_never_fail_or_mix_generations(
    folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    index = tmp_path / "index"
    write_edition(folder, 0)
    rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
    process, delays, handles_before = psutil.Process(), [], 0
    with LiveIndex(FolderPublisher(index), model_identity(None)) as live, Readers(live, embedder) as readers:
        for number in range(1, REBUILDS + 1):
            write_edition(folder, number)
            if REBUILDS > MAX_REBUILDS_IN_PROCESS:
                rebuild_in_subprocess(folder, index)
            else:
                rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
            published = (index / "CURRENT").stat().st_mtime
            while number not in readers.seen and time.time() < published + 10:
                time.sleep(0.01)
            delays.append(readers.seen[number] - published)
            if number == 1:
                time.sleep(1)
                handles_before = process.num_fds()
            while readers.counts.total() < QUERIES * number / REBUILDS and not readers.errors:
                time.sleep(0.05)
        time.sleep(1)
        assert live.last_error is None
        handles_after = process.num_fds()
    searches, answers = readers.counts["search"], readers.counts["answer"]
    print(f"\n{REBUILDS} rebuilds, {searches:,} searches and {answers:,} whole answers;")
    print(f"{len(readers.errors)} failed or mixed, {len(readers.seen)} generations seen;")
    print(f"the newest answered after {max(delays):.2f} s at most;", end="")
    print(f" handles {handles_before} before, {handles_after} after;")
    for kind, seconds in readers.seconds.items():
        p50, p99, most = np.percentile(seconds, [50, 99, 100]) * 1000
        print(f"{kind}: median {p50:.0f} ms, 99th percentile {p99:.0f} ms, longest {most:.0f} ms")
    assert readers.errors == []
    assert set(readers.seen) == set(range(REBUILDS + 1))
    assert readers.counts.total() >= QUERIES
    assert max(delays) < 2
    assert handles_after <= handles_before + 5
