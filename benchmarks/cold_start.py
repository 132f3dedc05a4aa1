"""How long `python -m bot ask` takes from a cold start, beside a script that imports, loads and encodes.

python benchmarks/cold_start.py [ARTICLES] [--pairs 7]
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import corpus
from measure import Figure, paired, ratios, report

from index.embedding import packaged_model

BARE = """
import sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1]).encode(sys.argv[2])
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
    model = str(packaged_model())
    with tempfile.TemporaryDirectory() as folder:
        index, store = f"{folder}/index", f"{folder}/tutorial"
        run("-m", "index", "rebuild", "--articles", str(options.articles), "--index", index)
        run("-c", STORE, str(options.articles), store, cwd=Path(__file__).parent)
        question = corpus.questions(corpus.read([options.articles]), 1)[0]

        def bare() -> None:
            run("-c", BARE, model, question)

        ours = [
            paired(lambda: run("-m", "bot", "ask", question, "--index", index), bare, n) for n in range(options.pairs)
        ]
        theirs = [paired(lambda: run("-c", TUTORIAL, model, question, store), bare, n) for n in range(options.pairs)]
    report(
        Figure("python -m bot ask, cold / import, load, encode", ratios(ours), "<= 1.15"),
        Figure("python -m bot ask, cold", tuple(took for took, _ in ours), unit=" s"),
        Figure("the tutorial's search, cold / import, load, encode", ratios(theirs)),
    )


def run(*arguments: str, cwd: Path | None = None) -> None:
    given = [str(Path(a).absolute()) if cwd and Path(a).exists() else a for a in arguments]
    subprocess.run([sys.executable, *given], cwd=cwd, check=True, capture_output=True)


if __name__ == "__main__":
    main()
