"""Fit and print the weights for the question's topic in bot/answering/evidence/certainty.py.

    python benchmarks/fit_certainty.py FOLDER [FOLDER …]

A folder holds articles and a questions.jsonl in the form that `byline eval` reads, with `kind` and `answerable`.
Answerable questions are one class, those of kind `offtopic` the other, both with equal weight. Weights that are fixed
in certainty.py are not fitted.
"""

import argparse
import tempfile
from dataclasses import asdict, astuple, fields
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from index.embedding import load_embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer, choose_scope
from bot.answering.evidence import certainty
from bot.answering.question import parsing
from bot.evaluation.questions import read_questions

FIXED = ("about_text", "context_weight", "best_logit", "pooled_logit", "addressed_logit")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    folders = parser.parse_args().folders
    rows, labels = [], []
    embedder = load_embedder(None)
    for folder in folders:
        with tempfile.TemporaryDirectory() as index:
            rebuild(folder, FolderPublisher(Path(index)), model_identity(None), lambda: embedder)
            with LiveIndex(FolderPublisher(Path(index)), model_identity(None)) as live, live.lease() as generation:
                answerer = Answerer(live, embedder)
                for item in read_questions(folder / "questions.jsonl"):
                    reading = parsing.parse_question(item.question, generation.lexical.counts)
                    if reading.kinds or not (item.answerable or item.kind == "offtopic"):
                        continue
                    scope = choose_scope(generation, reading.text, item.question.article)
                    rows.append(astuple(answerer.find_evidence(reading, generation, scope)[1]))
                    labels.append(bool(item.answerable))
    table, truth = np.array(rows), np.array(labels)
    names = [field.name for field in fields(certainty.CertaintyFeatures)]
    fixed = np.array([name in FIXED for name in names])
    offset = table[:, fixed] @ np.array(astuple(certainty.TOPIC_WEIGHTS))[fixed]
    weights, bias = fit(table[:, ~fixed], truth, offset)
    print(f"{len(truth)} questions, {int((~truth).sum())} of them off topic")
    for name, weight in zip(np.array(names)[~fixed], weights, strict=True):
        print(f"{name:16}{weight:8.2f}   now {asdict(certainty.TOPIC_WEIGHTS)[name]:.2f}")
    print(f"{'bias':16}{bias:8.2f}   now {certainty.TOPIC_BIAS:.2f}")
    used = [certainty.topic_probability(certainty.CertaintyFeatures(*row)) for row in rows]
    print(f"AUROC of the weights in use: {roc_auc_score(truth, used):.3f}")


def fit(table: np.ndarray, truth: np.ndarray, offset: np.ndarray) -> tuple[np.ndarray, float]:
    """Fit a logistic regression with an offset; return weights of shape (features,) and the bias."""
    from scipy.optimize import minimize

    weight = np.where(truth, 1.0, truth.sum() / max(1, (~truth).sum()))
    sign = np.where(truth, 1.0, -1.0)

    def loss(parameters: np.ndarray) -> float:
        logits = table @ parameters[1:] + parameters[0] + offset
        return float((weight * np.logaddexp(0, -sign * logits)).sum() + (parameters[1:] ** 2).sum() / 6)

    solution = minimize(loss, np.zeros(table.shape[1] + 1)).x
    return solution[1:], float(solution[0])


if __name__ == "__main__":
    main()
