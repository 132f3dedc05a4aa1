"""Measure the reader on examples that it did not learn from."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

import numpy as np
import torch

from training.examples import Example
from training.model import Reader
from training.train import scores

from bot.answering.pairs import Encoder


def predict(model: Reader, examples: Sequence[Example], encoder: Encoder, windows: int) -> list[list[np.ndarray]]:
    """For each example and each of its first windows the sentences' logits, shape (sentences, 2)."""
    found = []
    with torch.inference_mode():
        for example in examples:
            encoded = [
                encoder.encode(example.question, example.context, w.before, w.sentences)
                for w in example.windows[:windows]
            ]
            flat = scores(model, encoded).numpy()
            sizes = np.cumsum([len(e.spans) for e in encoded])[:-1]
            found.append(np.split(flat, sizes))
    return found


def figures(examples: Sequence[Example], predicted: Sequence[Sequence[np.ndarray]]) -> dict[str, float]:
    """AUROC of the highest score, on near misses and off topic; a right sentence first, and in the first four."""
    from sklearn.metrics import roc_auc_score

    top: dict[str, list[float]] = defaultdict(list)
    right: dict[str, list[float]] = defaultdict(list)
    hits4: dict[str, list[float]] = defaultdict(list)
    premise: dict[bool, list[float]] = defaultdict(list)
    for example, rows in zip(examples, predicted, strict=True):
        flat = [
            (float(row[0]), label, float(row[1]))
            for window, logits in zip(example.windows, rows, strict=False)
            for row, label in zip(logits, window.labels, strict=False)
        ]
        flat.sort(key=lambda x: -x[0])
        top["answerable" if example.answerable else example.kind].append(flat[0][0])
        if example.answerable:
            right[example.kind].append(float(flat[0][1] >= 1))
            hits4[example.kind].append(float(any(label >= 1 for _, label, _ in flat[:4])))
            if flat[0][1] >= 1:
                premise[example.kind == "false_premise"].append(flat[0][2])
    result = {}
    for kind in ("near_miss", "offtopic", "squad"):
        if top[kind] and top["answerable"]:
            truth = [1] * len(top["answerable"]) + [0] * len(top[kind])
            result[f"auroc {kind}"] = float(roc_auc_score(truth, top["answerable"] + top[kind]))
    if premise[True] and premise[False]:
        truth = [1] * len(premise[True]) + [0] * len(premise[False])
        result["auroc premise"] = float(roc_auc_score(truth, premise[True] + premise[False]))
    result["first"] = fmean(x for values in right.values() for x in values)
    result["in four"] = fmean(x for values in hits4.values() for x in values)
    for kind, values in right.items():
        result[f"first {kind}"] = fmean(values)
        result[f"four {kind}"] = fmean(hits4[kind])
    return result
