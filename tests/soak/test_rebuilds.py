"""Rebuilds while questions are asked: none fails, none mixes two generations, the newest answers within two seconds.

REBUILDS and QUERIES set the size; `make soak` takes 50 and 100,000, and rebuilds in separate processes. The short run
rebuilds in a thread, which is faster.
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
from bot.answering.types import Question

from tests.support.editions import QUESTIONS, editions, rebuild_in_subprocess, write_edition

REBUILDS = int(os.environ.get("REBUILDS", "2"))
QUERIES = int(os.environ.get("QUERIES", "300"))
READERS, WHOLE_EVERY, PAUSE = 2, 25, 0.003
SHORT = 5


class Readers:
    """Threads that ask continuously, and record errors and times."""

    def __init__(self, live: LiveIndex, embedder: Embedder) -> None:
        self._live = live
        self._answerer = Answerer(live, embedder)
        self._asked = [
            (question, embedder.embed_query(question), dict.fromkeys(terms(question), 1.0)) for question in QUESTIONS
        ]
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(READERS)]
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
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
            kind = "answer" if count % WHOLE_EVERY == number else "search"
            began = time.perf_counter()
            try:
                found = self._answer(count) if kind == "answer" else self._search(count)
            except Exception as error:
                self.wrong.append(repr(error))
            else:
                if len(found) != 1:
                    self.wrong.append(f"{kind} {QUESTIONS[count % len(QUESTIONS)]} is of {found or 'no edition'}")
                for edition in found:
                    self.seen.setdefault(edition, time.time())
            self.seconds[kind].append(time.perf_counter() - began)
            self.done[kind] += 1
            count += READERS
            time.sleep(PAUSE)

    def _search(self, count: int) -> set[int]:
        _, vector, words = self._asked[count % len(self._asked)]
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
def test_rebuilds_disturb_no_question(folder: Path, tmp_path: Path, embedder: Embedder) -> None:
    index = tmp_path / "index"
    write_edition(folder, 0)
    rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
    process, follows, handles = psutil.Process(), [], 0
    with LiveIndex(FolderPublisher(index), model_identity(None)) as live, Readers(live, embedder) as readers:
        for number in range(1, REBUILDS + 1):
            write_edition(folder, number)
            if REBUILDS > SHORT:
                rebuild_in_subprocess(folder, index)
            else:
                rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
            built = (index / "CURRENT").stat().st_mtime
            while number not in readers.seen and time.time() < built + 10:
                time.sleep(0.01)
            follows.append(readers.seen[number] - built)
            if number == 1:
                time.sleep(1)
                handles = process.num_fds()
            while readers.done.total() < QUERIES * number / REBUILDS and not readers.wrong:
                time.sleep(0.05)
        time.sleep(1)
        assert live.last_error is None
        after = process.num_fds()
    print(f"\n{REBUILDS} rebuilds, {readers.done['search']:,} searches and {readers.done['answer']:,} whole answers;")
    print(f"{len(readers.wrong)} failed or mixed, {len(readers.seen)} generations seen;")
    print(f"the newest answered after {max(follows):.2f} s at most; handles {handles} before, {after} after;")
    for kind, seconds in readers.seconds.items():
        p50, p99, most = np.percentile(seconds, [50, 99, 100]) * 1000
        print(f"{kind}: median {p50:.0f} ms, 99th percentile {p99:.0f} ms, longest {most:.0f} ms")
    assert readers.wrong == []
    assert set(readers.seen) == set(range(REBUILDS + 1))
    assert readers.done.total() >= QUERIES
    assert max(follows) < 2
    assert after <= handles + 5
