"""How long rebuilds take: everything, one article, nothing; the first beside the bare embedding of the same texts.

    python benchmarks/rebuild_time.py [ARTICLES]

Without a folder of articles, 85 are varied from those of the project. The full build and the bare embedding
have the same threads, all that torch takes; `python -m index rebuild` leaves half the cores to others.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import corpus
import tutorial
from measure import Figure, report, seconds

from index.articles import SUFFIXES
from index.embedding import Embedder, load_embedder, model_identity
from index.generations import Generations
from index.passages import split
from index.rebuild import rebuild, with_header
from index.sentences import sentence_spans

ARTICLES = 85
TIMES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?", type=Path)
    given: Path | None = parser.parse_args().articles
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "articles")
        if given:
            shutil.copytree(given, folder)
        else:
            corpus.write_varied(corpus.read([Path("articles")]), folder, articles=ARTICLES)
        measure(folder, Path(name))


def measure(folder: Path, scratch: Path) -> None:
    embedder = load_embedder(None)
    articles = corpus.read([folder])
    texts = dict.fromkeys(_texts(folder))
    in_one_call = sorted(texts, key=len)
    embedder.documents(in_one_call[:32])
    generations = Generations(scratch / "index")

    def full() -> None:
        rebuild(folder, generations, model_identity(None), lambda: embedder, force=True)

    ours = seconds(full)
    bare = seconds(lambda: _encode(embedder, in_one_call))
    again = seconds(full)
    name = f"{len(articles)} articles, {len(texts):,} texts"
    report(
        Figure(f"full build of {name} / model.encode", (ours / bare, again / bare), "<= 1.25"),
        Figure("full build", (ours, again), unit=" s"),
    )
    whole = min(ours, again)
    changed = []
    path = next(path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES)
    for n in range(TIMES):
        path.write_text(f"{path.read_text(encoding='utf-8')}\n\nOne more paragraph, the {n + 1}th.\n", encoding="utf-8")
        changed.append(_command(folder, scratch / "index"))
    unchanged = [_command(folder, scratch / "index") for _ in range(TIMES)]
    report(
        Figure(
            "one of them changed, the whole command / full build", tuple(took / whole for took in changed), "<= 0.05"
        ),
        Figure("one of them changed, the whole command", tuple(changed), unit=" s"),
        Figure("nothing changed, the whole command", tuple(unchanged), "<= 1", " s"),
        Figure("modules of torch that it imports", (_imported(folder, scratch / "index"),), "<= 0"),
    )
    took = seconds(lambda: tutorial.build([a.text for a in articles], embedder.embeddings, scratch / "tutorial"))
    report(Figure("the tutorial's build / model.encode", (took / bare,)))


def _texts(folder: Path) -> list[str]:
    """Everything that a build embeds: passages behind their heads, and sentences."""
    found = []
    for article in corpus.read([folder]):
        passages = split(article, sentence_spans)
        found += [with_header(article, passage.text) for passage in passages]
        found += [sentence.text for passage in passages for sentence in passage.sentences]
    return found


def _encode(embedder: Embedder, texts: list[str]) -> None:
    embedder.embeddings._client.encode(texts)  # type: ignore[attr-defined]  # the bare model


def _command(folder: Path, index: Path) -> float:
    command = [sys.executable, "-m", "index", "rebuild", "--articles", str(folder), "--index", str(index)]
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))


def _imported(folder: Path, index: Path) -> int:
    code = (
        "import json, sys; from index.__main__ import app\n"
        "try: app(sys.argv[1:])\n"
        "except SystemExit: print(json.dumps([name for name in sys.modules if name.split('.')[0] == 'torch']))"
    )
    command = [sys.executable, "-c", code, "rebuild", "--articles", str(folder), "--index", str(index)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return len(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
