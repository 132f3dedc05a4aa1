"""A small learned classifier of blocks: what each is, from its words, its form and its neighbours.

A logistic regression reads each block alone; a network with one hidden layer reads its scores together with those of
the two blocks before and after, and the block's place. training/furniture trains both; numpy is enough to run them.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from index.articles.article import Kind
from index.articles.furniture.features import hashed, structure

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float32]]

KINDS: tuple[Kind, ...] = ("body", "head", "note", "correction", "caption", "comment", "furniture", "signature")
"""What the classifier tells apart, in the order of its scores."""

NEIGHBOURS = 2
_WEIGHTS = "weights.npz"


@lru_cache(maxsize=1)
def _load() -> "dict[str, Matrix]":
    import numpy as np

    with (files(__package__) / _WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def probabilities(texts: Sequence[str]) -> "Matrix":
    """Return how likely each block is of each kind.

    Args:
        texts: The text of each block of one article, in order.

    Returns:
        One row for each block, one column for each of `KINDS`.
    """
    import numpy as np

    w = _load()
    alone = np.stack([structure(text) for text in texts]).astype(np.float32)
    scores = alone_scores(texts, alone, w)
    inputs = (in_context(alone, scores) - w["mean"]) / w["scale"]
    return softmax(np.maximum(inputs @ w["hidden"] + w["hidden_bias"], 0) @ w["out"] + w["out_bias"])


def body_alone(text: str) -> float:
    """Return how likely a block is the author's text, from its own features.

    Args:
        text: The text of the block.
    """
    import numpy as np

    w = _load()
    return float(softmax(alone_scores([text], np.array([structure(text)], dtype=np.float32), w))[0, 0])


def alone_scores(texts: Sequence[str], alone: "Matrix", w: "dict[str, Matrix]") -> "Matrix":
    """Return the scores of each block from its own features.

    Args:
        texts: The text of each block.
        alone: The structural features of each block.
        w: The weights "words", "word_scale", "form" and "bias".
    """
    import numpy as np

    scores = alone @ w["form"] + w["bias"]
    for row, text in enumerate(texts):
        buckets = hashed(text)
        if buckets:
            scores[row] += w["words"][buckets].sum(axis=0) * w["word_scale"] / np.sqrt(len(buckets))
    return np.asarray(scores, dtype=np.float32)


def in_context(alone: "Matrix", scores: "Matrix") -> "Matrix":
    """Return the features of each block for the second step: scores of the block and its neighbours, form and place.

    Args:
        alone: The structural features of each block.
        scores: The scores of each block from its own features.
    """
    import numpy as np

    n = len(alone)
    likely = softmax(scores)
    sizes = alone[:, :1]
    at = np.arange(n, dtype=np.float32)[:, None]
    text_like = (likely[:, :1] > 0.5) * np.expm1(5 * sizes)
    above = (np.cumsum(text_like, axis=0) - text_like) / max(float(text_like.sum()), 1.0)
    known = np.concatenate([likely, np.clip(scores / 8, -1, 1), sizes, alone[:, 6:7]], axis=1)
    outside = np.zeros((NEIGHBOURS, known.shape[1]), dtype=np.float32)
    padded = np.concatenate([outside, known, outside])
    shifted = [padded[i : i + n] for i in range(2 * NEIGHBOURS + 1)]
    place = [
        np.minimum(at, 12) / 12,
        np.minimum(n - 1 - at, 12) / 12,
        at / n,
        above,
        np.equal(at, 0).astype(np.float32),
        np.equal(at, n - 1).astype(np.float32),
        np.less_equal(above, 0).astype(np.float32),
        np.greater_equal(above, 1).astype(np.float32),
        np.full((n, 1), np.log1p(n) / 5),
        np.full((n, 1), float(np.median(sizes))),
        np.full((n, 1), float(likely[:, 0].mean())),
    ]
    return np.concatenate([alone, *shifted, *place], axis=1).astype(np.float32)


def softmax(scores: "Matrix") -> "Matrix":
    """Return the probabilities of rows of scores."""
    import numpy as np

    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
