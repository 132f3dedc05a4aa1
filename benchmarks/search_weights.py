"""Compare weights of the scores in index/search.py: is the right paragraph in the first passage?

    python benchmarks/search_weights.py FOLDER [FOLDER …]

A folder holds articles and a questions.jsonl in the form that `byline eval` reads. Each answerable question without
a history is searched in its own article.
"""

import argparse
import tempfile
from pathlib import Path

from index import search
from index.articles.lookup import find_article
from index.embedding import load_embedder, model_identity
from index.generation import open_current
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild
from index.text.words import terms

from bot.evaluation.questions import EvalQuestion, read_questions

WEIGHTS = {
    "passage vectors": (1, 0, 0),
    "sentence vectors": (0, 1, 0),
    "BM25": (0, 0, 1),
    "both vectors": (1, 1, 0),
    "all, BM25 once": (1, 1, 1),
    "all, BM25 twice (in use)": (1, 1, 2),
    "all, BM25 three times": (1, 1, 3),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    embedder = load_embedder(None)
    first: dict[str, list[bool]] = {name: [] for name in WEIGHTS}
    top3: dict[str, list[bool]] = {name: [] for name in WEIGHTS}
    for folder in parser.parse_args().folders:
        with tempfile.TemporaryDirectory() as index:
            rebuild(folder, FolderPublisher(Path(index)), model_identity(None), lambda: embedder)
            with open_current(FolderPublisher(Path(index)), model_identity(None)) as generation:
                for item in read_questions(folder / "questions.jsonl"):
                    if not item.answerable or item.question.history or item.kind == "meta":
                        continue
                    named = item.question.article
                    article = find_article(generation.manifest.articles, named) if named else None
                    vector = embedder.embed_query(item.question.text)
                    for name, weights in WEIGHTS.items():
                        search.DENSE, search.SENTENCE, search.LEXICAL = weights
                        scope = (article.id,) if article else ()
                        hits = search.search_vector(
                            generation, vector, dict.fromkeys(terms(item.question.text), 1.0), 3, scope
                        )
                        right = [_holds(hit, item) for hit in hits]
                        first[name].append(right[0])
                        top3[name].append(any(right))
    print(f"{'scores':28}{'first':>8}{'in 3':>8}   n = {len(next(iter(first.values())))}")
    for name in WEIGHTS:
        print(f"{name:28}{_share(first[name]):8.3f}{_share(top3[name]):8.3f}")


def _holds(hit: search.Hit, item: EvalQuestion) -> bool:
    paragraphs = {sentence.paragraph for sentence in hit.passage.sentences}
    return any(gold["role"] == "must" and gold["paragraph"] in paragraphs for gold in item.gold)


def _share(values: list[bool]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
