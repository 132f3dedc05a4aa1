"""Measure the cost, speed and recall of indexes of growing sizes, each in a separate process.

    python benchmarks/scale.py [ARTICLES …] [--sizes 1000,10000] [--cache .bench/vectors.sqlite]

The articles are varied from those in the folders, by default the project's. Vectors are cached between runs, so the
build time excludes embedding. Sizes are in passages; 100,000 take an hour or more of embedding the first time, 3 GB of
disk and 3 GB of memory.
"""

import argparse
import json
import random
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import corpus
import numpy as np
import psutil
from measure import Figure, command, report, seconds

from index.embedding import QUESTION_THREADS, Vectors, load_embedder, model_identity
from index.generation import Generation, open_current
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild
from index.search import search_vector
from index.store.chroma import read_rows, to_vectors
from index.text.words import terms

from bot.answering.answerer import MAX_PASSAGES, Answerer
from bot.answering.types import Question

ASKED, TOP, STARTS = 200, 10, 5
# When an index is built, rows with equal vectors are moved apart by less than this, in cosines.
EQUAL = 1e-4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="*", type=Path, default=[Path("articles")])
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--cache", type=Path, default=Path(".bench", "vectors.sqlite"))
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.one, options.cache)))
        return
    results = []
    for size in map(int, options.sizes.split(",")):
        build(options.articles, size, options.cache)
        output = command(
            Path(__file__), "--one", str(size), "--cache", options.cache, folder=options.cache.parent / "empty"
        )
        results.append(json.loads(output.splitlines()[-1]))
    show(results)


def build(originals: list[Path], size: int, cache: Path) -> None:
    """Build an index with so many passages, and record the time."""
    root = cache.parent / f"scale-{size}"
    shutil.rmtree(root, ignore_errors=True)
    articles = corpus.write_varied(corpus.read(originals), root / "articles", passages=size)
    embedder = corpus.CachedEmbedder(load_embedder(None), cache)
    publisher = FolderPublisher(root / "index")
    elapsed = seconds(lambda: rebuild(root / "articles", publisher, model_identity(None), lambda: embedder))
    (root / "built.json").write_text(json.dumps({"articles": articles, "seconds": elapsed - embedder.seconds}))


def measured(size: int, cache: Path) -> dict[str, Any]:
    """Measure one size; return the figures by name, times as lists in seconds."""
    root = cache.parent / f"scale-{size}"
    publisher = FolderPublisher(root / "index")
    embedder = load_embedder(None, QUESTION_THREADS)
    embedder.embed_query("Warm?")
    process = psutil.Process()
    import chromadb  # noqa: F401  # loaded beforehand, so that the memory is that of the index
    from bm25s import BM25  # noqa: F401

    started, before = [], process.memory_info().rss
    for _ in range(STARTS):
        with LiveIndex(publisher, model_identity(None)) as live:
            started.append(seconds(partial(_open, live)))
    with open_current(publisher, model_identity(None)) as generation:
        _search(generation, "What about it?", embedder.embed_query("What about it?"))
        memory = process.memory_info().rss - before
        texts = _questions(generation)
        vectors = [embedder.embed_query(text) for text in texts]
        searches = [
            seconds(partial(_search, generation, text, vector)) for text, vector in zip(texts, vectors, strict=True)
        ]
        recall, exact = _recall(generation, vectors)
        manifest = generation.manifest
    with LiveIndex(publisher, model_identity(None)) as live:
        answerer = Answerer(live, embedder)
        answers = [seconds(partial(answerer.ask, Question(text))) for text in texts]
    disk = sum(path.stat().st_size for path in publisher.current_folder().rglob("*") if path.is_file())
    return {
        **json.loads((root / "built.json").read_text()),
        "passages": manifest.passages,
        "sentences": manifest.sentences,
        "start": started,
        "search": searches,
        "answer": answers[10:],
        "recall": recall,
        "exact": exact,
        "memory": memory,
        "disk": disk,
    }


def show(sizes: list[dict[str, Any]]) -> None:
    first = sizes[0]
    for one in sizes:
        n = one["passages"]
        at = f"at {n:,} passages"
        report(
            Figure(f"search {at}", tuple(1000 * t for t in one["search"]), unit=" ms"),
            Figure(f"search {at} / an exact search in memory", (median(one["search"]) / median(one["exact"]),)),
            Figure(f"answer {at}", tuple(1000 * t for t in one["answer"]), unit=" ms"),
            Figure(f"recall@{TOP} of the passages {at}", (one["recall"][0],), ">= 0.99"),
            Figure(f"recall@{TOP} of the sentences {at}", (one["recall"][1],), ">= 0.99"),
            Figure(f"the same, counting any within {EQUAL:g} {at}", (one["recall"][2],)),
            Figure(f"start-up {at}", tuple(one["start"]), unit=" s"),
            Figure(f"build a passage, without embedding, {at}", (1000 * one["seconds"] / n,), unit=" ms"),
            Figure(f"memory a passage {at}", (one["memory"] / n / 1024,), unit=" KiB"),
            Figure(f"disk a passage {at}", (one["disk"] / n / 1024,), unit=" KiB"),
        )
        if one is not first:
            than = f"{at} / at {first['passages']:,}"
            later = median(one["start"]) - median(first["start"])
            report(
                Figure(f"search {than}", (median(one["search"]) / median(first["search"]),), "<= 2.5"),
                Figure(f"answer {than}", (median(one["answer"]) / median(first["answer"]),)),
                Figure(f"start-up {than.replace('/', '-')}", (later,), "<= 2", " s"),
                Figure(f"build a passage {than}", (one["seconds"] / n / (first["seconds"] / first["passages"]),)),
            )


def _open(live: LiveIndex) -> None:
    with live.lease():
        pass


def _search(generation: Generation, text: str, vector: Vectors) -> None:
    search_vector(generation, vector, dict.fromkeys(terms(text), 1.0), MAX_PASSAGES)


def _questions(generation: Generation) -> list[str]:
    """Return questions about articles from all parts of the index."""
    rng = random.Random(0)
    articles = rng.choices(list(generation.articles), k=ASKED)
    return [corpus.questions([generation.articles[name]], 1, n)[0] for n, name in enumerate(articles)]


def _recall(generation: Generation, questions: list[Vectors]) -> tuple[tuple[float, float, float], list[float]]:
    """Return the recall of the search against an exact search, and the seconds of each exact search.

    The recalls are those of passages, of sentences, and of sentences counting any that is as near as the last, such as
    a copy. The exact search multiplies all vectors in memory with the question's: the minimum of any search.
    """
    manifest = generation.manifest
    passages, _, passage_times = _share(generation._passages, manifest.passages, generation.nearest_passages, questions)
    sentences, copies, sentence_times = _share(
        generation._sentences, manifest.sentences, generation.nearest_sentences, questions
    )
    return (passages, sentences, copies), [sum(pair) for pair in zip(passage_times, sentence_times, strict=True)]


def _share(
    rows: Any, number: int, near: Callable[[Vectors, int], dict[int, float]], questions: list[Vectors]
) -> tuple[float, float, list[float]]:
    vectors = np.empty((number, len(questions[0])), dtype=np.float32)
    for positions, result in read_rows(rows, range(number), ["embeddings"]):
        vectors[positions] = to_vectors(result)
    right, as_near, times = 0, 0, []
    for question in questions:
        began = time.perf_counter()
        cosines = vectors @ question
        exact = np.argpartition(-cosines, TOP)[:TOP]
        times.append(time.perf_counter() - began)
        nearest = list(near(question, TOP))
        right += len(set(exact.tolist()) & set(nearest))
        as_near += int((cosines[nearest] >= cosines[exact].min() - EQUAL).sum())
    total = TOP * len(questions)
    return right / total, as_near / total, times


if __name__ == "__main__":
    main()
