"""Ask the questions of folders of opinion articles, and print the figures of each folder and of all together.

    python benchmarks/opinions.py FOLDER [FOLDER …] [--answers FOLDER] [--plot PICTURE]

A folder holds articles and a questions.jsonl in the form that `byline eval` reads, with gold quotes and kinds. An index
is built of each. With --answers, the answers to a folder's questions are written to NAME.jsonl, as `byline eval` does.
With --plot, the share of questions that the articles answer is drawn by certainty. `RERANKER_MODEL` chooses the reader.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.embedding import Embedder, load_embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import Reranker, load_reranker
from bot.answering.reply.extractive import ANSWER_THRESHOLD
from bot.evaluation.questions import read_questions
from bot.evaluation.report import as_line, table, to_json
from bot.evaluation.scoring import EvalResult, judge, summary

BINS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    embedder, reranker = load_embedder(None), load_reranker(os.environ.get("RERANKER_MODEL") or None)
    results: list[EvalResult] = []
    for folder in options.folders:
        lines: list[str] = []
        found = list(ask(folder, embedder, reranker, lines))
        figures = summary(found)
        shown = ("score", "certainty_auroc", "quote_precision", "evidence_recall_120_words", "seconds_median")
        print(folder.name, *(f"{key} {figures[key]:.3f}" for key in shown if figures[key] is not None), flush=True)
        if options.answers:
            options.answers.mkdir(parents=True, exist_ok=True)
            (options.answers / f"{folder.name}.jsonl").write_text("".join(f"{line}\n" for line in lines))
        results += found
    print()
    for line in table(results):
        print(line)
    if options.plot:
        plot(results, options.plot)


def ask(folder: Path, embedder: Embedder, reranker: Reranker, lines: list[str]) -> Iterator[EvalResult]:
    """Build an index of a folder, ask its questions, and yield the scores; the replies are added to `lines` as JSON."""
    with tempfile.TemporaryDirectory() as root:
        rebuild(folder, FolderPublisher(Path(root)), model_identity(None), lambda: embedder)
        with LiveIndex(FolderPublisher(Path(root)), model_identity(None)) as live:
            answerer = Answerer(live, embedder, reranker)
            for item in read_questions(folder / "questions.jsonl"):
                started = time.perf_counter()
                response = answerer.ask(item.question)
                seconds = time.perf_counter() - started
                lines.append(as_line(to_json(response, seconds, item.id)))
                yield judge(item, response, seconds)


def plot(results: Sequence[EvalResult], picture: Path) -> None:
    """Draw how many of the questions have an answer in their article, by certainty, with the number of questions."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    bins: list[list[EvalResult]] = [[] for _ in range(BINS)]
    for result in results:
        if result.item.answerable is not None:
            bins[min(BINS - 1, int(result.certainty * BINS))].append(result)
    used = [found for found in bins if found]
    certainties = [sum(r.certainty for r in found) / len(found) for found in used]
    shares = [sum(bool(r.item.answerable) for r in found) / len(found) for found in used]
    drawing, axes = plt.subplots(figsize=(6, 4.2), layout="constrained")
    axes.plot([0, 1], [0, 1], color="gray", linewidth=1, label="as certain as right")
    axes.plot(certainties, shares, marker="o", label="measured")
    for x, y, found in zip(certainties, shares, used, strict=True):
        axes.annotate(str(len(found)), (x, y), textcoords="offset points", xytext=(5, -12), fontsize=8)
    axes.axvline(ANSWER_THRESHOLD, color="gray", linestyle=":", label="answered from here on")
    axes.set(xlabel="certainty", ylabel="share that the article answers", xlim=(0, 1), ylim=(0, 1.02))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, loc="lower right")
    drawing.savefig(picture, dpi=110)


if __name__ == "__main__":
    main()
