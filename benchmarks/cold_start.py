"""Time `byline ask` from a cold start, compared with a script that imports, loads and encodes.

    python benchmarks/cold_start.py [ARTICLES] [--pairs 7]

At the end of such a script, Python takes a second to tear down torch; Byline skips that. So the script is measured as
anybody would write it, and a second time ended in the same way.
"""

import argparse
import tempfile
from pathlib import Path

import corpus
from measure import Figure, command, paired, ratios, report

from index.embedding import packaged_model

BARE = """
import sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1]).encode(sys.argv[2])
"""
ENDED = """
import os
os._exit(0)
"""
TUTORIAL = """
import sys
from langchain_chroma import Chroma
from langchain_huggingface import HuggingFaceEmbeddings
store = Chroma(embedding_function=HuggingFaceEmbeddings(model_name=sys.argv[1]), persist_directory=sys.argv[3])
for document in store.similarity_search(sys.argv[2], k=4):
    print(document.page_content)
"""
STORE = """
import sys
from pathlib import Path
import corpus, tutorial
from index.embedding import load_embedder
texts = [article.text for article in corpus.read([Path(sys.argv[1])])]
tutorial.build(texts, load_embedder(None).embeddings, Path(sys.argv[2]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?", type=Path, default=Path("articles"))
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    model = packaged_model()
    question = corpus.questions(corpus.read([options.articles]), 1)[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index, store, empty = folder / "index", folder / "tutorial", folder / "empty"
        command("-m", "index", "rebuild", "--articles", options.articles, "--index", index, folder=empty)
        command("-c", STORE, options.articles, store, folder=empty)

        def ask() -> None:
            command("-m", "bot", "ask", question, "--index", index, folder=empty)

        def bare(end: str = "") -> None:
            command("-c", BARE + end, model, question, folder=empty)

        def search_tutorial() -> None:
            command("-c", TUTORIAL, model, question, store, folder=empty)

        times = [paired(ask, bare, n) for n in range(options.pairs)]
        ended = [paired(ask, lambda: bare(ENDED), n) for n in range(options.pairs)]
        tutorial = [paired(search_tutorial, bare, n) for n in range(options.pairs)]
    report(
        Figure("byline ask, cold / import, load, encode", ratios(times), "<= 1.15"),
        Figure("byline ask, cold / the same without the interpreter's shutdown", ratios(ended)),
        Figure("byline ask, cold", tuple(took for took, _ in times), unit=" s"),
        Figure("the tutorial's search, cold / import, load, encode", ratios(tutorial)),
    )


if __name__ == "__main__":
    main()
