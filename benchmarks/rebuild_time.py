"""Time rebuilds of everything, one article and nothing; the first compared with embedding the same texts.

    python benchmarks/rebuild_time.py [ARTICLES]

Without a folder of articles, 85 are varied from those of the project. The full build and the bare embedding (the same
texts in one call, sorted by length) use all of torch's threads. The command itself leaves half of the cores to a
running bot, in a full build as in one of a single article.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import corpus
import tutorial
from measure import Figure, command, paired, ratios, report, seconds

from index.articles.article import Article
from index.articles.files import SUFFIXES
from index.embedding import load_embedder, model_identity
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild
from index.text.passages import split, with_context_header
from index.text.sentences import sentence_spans

ARTICLES = 85
FULL, TIMES = 2, 5
IMPORTED = """
import sys
from index.__main__ import app
try:
    app(sys.argv[1:])
except SystemExit:
    print(sum(name.split(".")[0] == "torch" for name in sys.modules))
"""


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
    texts = sorted(dict.fromkeys(_texts(articles)), key=len)
    chunks = sorted((chunk.page_content for chunk in tutorial.split([a.text for a in articles])), key=len)
    encode: Callable[[list[str]], object] = embedder.embeddings._client.encode  # type: ignore[attr-defined]  # the bare model
    encode(texts[:32])
    index, empty = scratch / "index", scratch / "empty"

    def full() -> None:
        rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder, force=True)

    def build_tutorial() -> None:
        tutorial.build([article.text for article in articles], embedder.embeddings, scratch / "tutorial")

    name = f"{len(articles)} articles"
    tutorial_ratios = ratios([paired(build_tutorial, lambda: encode(chunks), 0)])
    times = [paired(full, lambda: encode(texts), n) for n in range(FULL)]
    report(
        Figure(f"full build of {name}, {len(texts):,} texts / model.encode", ratios(times), "<= 1.25"),
        Figure(f"full build of {name}", tuple(took for took, _ in times), unit=" s"),
        Figure("the tutorial's build / model.encode of its chunks", tutorial_ratios),
    )

    def rebuilt(*more: str) -> float:
        return seconds(
            lambda: command("-m", "index", "rebuild", "--articles", folder, "--index", index, *more, folder=empty)
        )

    whole = rebuilt("--force")
    path = next(path for path in sorted(folder.rglob("*")) if path.suffix in SUFFIXES)
    changed = []
    for n in range(TIMES):
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}\n\nOne more paragraph, number {n + 1}.\n", encoding="utf-8")
        changed.append(rebuilt())
    unchanged = [rebuilt() for _ in range(TIMES)]
    torch = command("-c", IMPORTED, "rebuild", "--articles", folder, "--index", index, folder=empty).splitlines()[-1]
    report(
        Figure(f"byline rebuild, one of {name} changed / --force", tuple(took / whole for took in changed), "<= 0.05"),
        Figure("byline rebuild --force", (whole,), unit=" s"),
        Figure("byline rebuild, one changed", tuple(changed), unit=" s"),
        Figure("byline rebuild, nothing changed", tuple(unchanged), "<= 1", " s"),
        Figure("torch modules that it imports then", (float(torch),), "<= 0"),
    )


def _texts(articles: Sequence[Article]) -> Iterator[str]:
    """Yield every text that a build embeds: passages with their headers, and sentences."""
    for article in articles:
        for passage in split(article, sentence_spans):
            yield with_context_header(article, passage.text)
            yield from (sentence.text for sentence in passage.sentences)


if __name__ == "__main__":
    main()
