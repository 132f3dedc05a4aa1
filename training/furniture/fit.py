"""Fit the two steps of the classifier, and measure them on articles and blocks that were not in the training."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from index.articles.furniture.classifier import KINDS, alone_scores, in_context, softmax
from index.articles.furniture.features import BUCKETS, hashed, structure
from training.furniture.synthetic import FOLDS, Block, Blocks, Mixer, read_templates

Weights = dict[str, Any]
LANGUAGES = "de fr es it nl pl uk ru pt sv".split()
_REAL_WEIGHT = 4.0
_HIDDEN = 32
_THRESHOLDS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Corpus:
    """What is learned from.

    Attributes:
        invented: Invented articles by name.
        real: Labelled real articles by name.
        copies: How many copies of each article get other blocks mixed in.
    """

    invented: Mapping[str, Blocks]
    real: Mapping[str, Blocks]
    copies: int


def fold_of(name: str) -> int:
    """Return the fold of an article."""
    return crc32(name.encode()) % FOLDS


def documents(corpus: Corpus, folds: Iterable[int], seed: int) -> list[tuple[Blocks, float]]:
    """Return articles of some folds, as they are and with blocks of the same folds mixed in, each with its weight."""
    found: list[tuple[Blocks, float]] = []
    for fold in folds:
        templates = read_templates(fold)
        titles = [_title(blocks) for name, blocks in corpus.invented.items() if fold_of(name) == fold]
        templates["headline en"] = [*templates["headline en"], *filter(None, titles)]
        mixer = Mixer(templates, seed + fold)
        for articles, weight in ((corpus.invented, 1.0), (corpus.real, _REAL_WEIGHT)):
            for name, blocks in articles.items():
                if fold_of(name) == fold:
                    found.append((blocks, weight))
                    found += [(mixer.mix(blocks), 1.0) for _ in range(corpus.copies)]
        for language in LANGUAGES:
            found += [(blocks, 1.0) for _ in range(4 * corpus.copies) if (blocks := mixer.foreign(language))]
    return found


def _title(blocks: Blocks) -> str:
    """Return the first line of the head; "" without a head."""
    return next((block.text.splitlines()[0].lstrip("# ") for block in blocks[:1] if block.kind == "head"), "")


def _index(kind: str) -> int:
    """Return the column of a kind; a salutation is learned as the other edge of a letter."""
    return KINDS.index("signature" if kind == "salutation" else kind)


def _alone(blocks: Sequence[Block]) -> tuple[csr_matrix, Any]:
    rows, columns, values = [], [], []
    for row, block in enumerate(blocks):
        buckets = hashed(block.text)
        rows += [row] * len(buckets)
        columns += buckets
        values += [1 / np.sqrt(len(buckets))] * len(buckets)
    words = csr_matrix((values, (rows, columns)), shape=(len(blocks), BUCKETS), dtype=np.float32)
    return words, np.array([structure(block.text) for block in blocks], dtype=np.float32)


def fit_alone(docs: Sequence[tuple[Blocks, float]]) -> Weights:
    """Fit the logistic regression that reads each block alone; blocks that occur several times count once."""
    weights: dict[Block, float] = {}
    for blocks, weight in docs:
        for block in blocks:
            if block.kind is not None:
                weights[block] = max(weight, weights.get(block, 0.0))
    unique = list(weights)
    words, form = _alone(unique)
    scale = 3.0  # the words' features are smaller than the others, and share one penalty with them
    model = LogisticRegression(C=2.0, max_iter=300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(
            hstack([words * scale, csr_matrix(form)], format="csr"),
            [_index(block.kind or "") for block in unique],
            sample_weight=list(weights.values()),
        )
    coefficients = np.zeros((BUCKETS + form.shape[1], len(KINDS)), dtype=np.float32)
    bias = np.full(len(KINDS), -20.0, dtype=np.float32)
    coefficients[:, model.classes_] = model.coef_.T
    bias[model.classes_] = model.intercept_
    return _quantised({"words": coefficients[:BUCKETS] * scale, "form": coefficients[BUCKETS:], "bias": bias})


def _quantised(weights: Weights) -> Weights:
    """Round the weights of the words to 8 bits."""
    largest = np.abs(weights["words"]).max(axis=0) + 1e-9
    words = np.round(weights["words"] / largest * 127).astype(np.int8)
    return {**weights, "words": words, "word_scale": (largest / 127).astype(np.float32)}


def _inputs(docs: Sequence[tuple[Blocks, float]], alone: Weights) -> tuple[Any, Any, Any]:
    features, labels, weights = [], [], []
    floats = {name: value.astype(np.float32) for name, value in alone.items()}
    for blocks, weight in docs:
        texts = [block.text for block in blocks]
        form = np.array([structure(text) for text in texts], dtype=np.float32)
        features.append(in_context(form, alone_scores(texts, form, floats)))
        labels += [-1 if block.kind is None else _index(block.kind) for block in blocks]
        weights += [weight] * len(blocks)
    return np.concatenate(features), np.array(labels), np.array(weights)


def fit_context(parts: Sequence[tuple[Any, Any, Any]], seed: int = 7) -> Weights:
    """Fit the network that reads each block in context."""
    inputs, labels, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    known = labels >= 0
    repeats = np.where(weights[known] > 1, int(_REAL_WEIGHT), 1)
    inputs, labels = np.repeat(inputs[known], repeats, axis=0), np.repeat(labels[known], repeats)
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-3
    model = MLPClassifier(
        (_HIDDEN,), alpha=3e-3, batch_size=256, learning_rate_init=2e-3, max_iter=14, random_state=seed, tol=0.0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit((inputs - mean) / scale, labels)
    out = np.zeros((_HIDDEN, len(KINDS)), dtype=np.float32)
    bias = np.full(len(KINDS), -20.0, dtype=np.float32)
    out[:, model.classes_], bias[model.classes_] = model.coefs_[1], model.intercepts_[1]
    return {
        "mean": mean.astype(np.float32),
        "scale": scale.astype(np.float32),
        "hidden": model.coefs_[0].astype(np.float32),
        "hidden_bias": model.intercepts_[0].astype(np.float32),
        "out": out,
        "out_bias": bias,
    }


def cross_validate(corpus: Corpus) -> list[tuple[Any, Any, Any]]:
    """Print how well each fold is classified by a model of the others; return each fold's inputs for `fit`."""
    parts = []
    for fold in range(FOLDS):
        others = [f for f in range(FOLDS) if f != fold]
        alone = fit_alone(documents(corpus, others, seed=100))
        parts.append(_inputs(documents(corpus, [fold], seed=200), alone))
    predicted, labels, weights = [], [], []
    for fold in range(FOLDS):
        model = fit_context([part for other, part in enumerate(parts) if other != fold])
        inputs, known, weight = parts[fold]
        hidden = np.maximum((inputs - model["mean"]) / model["scale"] @ model["hidden"] + model["hidden_bias"], 0)
        predicted.append(softmax(hidden @ model["out"] + model["out_bias"]))
        labels.append(known)
        weights.append(weight)
    _report(np.concatenate(predicted), np.concatenate(labels), np.concatenate(weights) > 1)
    return parts


def _report(predicted: Any, labels: Any, real: Any) -> None:
    for name, rows in (("real", real), ("with blocks mixed in", ~real)):
        rows = rows & (labels >= 0)
        if not rows.any():
            continue
        body = labels[rows] == 0
        print(f"{name}: {int((~body).sum())} blocks that are not the body, {int(body.sum())} that are")
        for threshold in _THRESHOLDS:
            aside = predicted[rows][:, 0] < threshold
            print(
                f"  p(body) < {threshold:.2f}: {aside[~body].mean():.1%} set aside, {aside[body].mean():.2%} mistaken"
            )
    right = predicted.argmax(axis=1)
    for index, kind in enumerate(KINDS):
        rows = (labels == index) & ~real
        if rows.any():
            print(f"  {kind}: {(right[rows] == index).mean():.1%} of {int(rows.sum())} get this kind")


def fit(corpus: Corpus, parts: Sequence[tuple[Any, Any, Any]]) -> Weights:
    """Fit the classifier that ships: the first step on everything, the second on the inputs of the cross-validation."""
    return {**fit_alone(documents(corpus, range(FOLDS), seed=100)), **fit_context(parts)}


def save(weights: Weights, path: Path) -> None:
    """Write the weights."""
    rounded = {name: value if value.dtype == np.int8 else value.astype(np.float16) for name, value in weights.items()}
    np.savez_compressed(path, **rounded)
