"""A linear-chain conditional random field over the pieces of a head, in numpy.

A state is a label and whether the title is above: an article has at most one title, and a name means something else
above it than below.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Label = Literal["title", "author", "date", "kicker", "other", "body"]
LABELS: tuple[Label, ...] = ("title", "author", "date", "kicker", "other", "body")
STATES: tuple[tuple[Label, bool], ...] = (
    *((label, False) for label in LABELS[1:]),
    ("title", True),
    *((label, True) for label in LABELS[1:]),
)
"""Label of a piece, and whether this piece or one above it is the title."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """The learned weights.

    Attributes:
        features: Row of each feature in `emissions`.
        emissions: Weight of each feature for each state.
        transitions: Weight of each pair of states that follow one another; minus infinity if they cannot.
        start: Weight of each state for the first piece.
    """

    features: dict[str, int]
    emissions: Array
    transitions: Array
    start: Array


@dataclass(frozen=True, slots=True)
class Tag:
    """What a piece is.

    Attributes:
        label: The label in the most likely labelling of all pieces.
        certainty: Probability of that label, over all labellings.
        body: Probability that the piece is part of the body.
    """

    label: Label
    certainty: float
    body: float


def allowed(one: tuple[Label, bool], other: tuple[Label, bool]) -> bool:
    """Whether a state may follow another."""
    return one[1] == other[1] and other[0] != "title" if one[1] else (other[0] == "title" or not other[1])


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """Load the weights that ship with the package."""
    return weights_from(json.loads(files(__package__).joinpath("weights.json").read_text(encoding="utf-8")))


def weights_from(stored: dict[str, Any]) -> Weights:
    """Return the weights that `training.heads` has stored."""
    rows = stored["features"]
    blocked = np.array([[0.0 if allowed(one, other) else -np.inf for other in STATES] for one in STATES])
    start = np.array([0.0 if label == "title" or not titled else -np.inf for label, titled in STATES])
    return Weights(
        features={name: row for row, name in enumerate(rows)},
        emissions=np.array(list(rows.values())),
        transitions=np.array(stored["transitions"]) + blocked,
        start=np.array(stored["start"]) + start,
    )


def tag(features: Sequence[Sequence[str]], weights: Weights) -> list[Tag]:
    """Label the pieces with these features."""
    if not features:
        return []
    scores = np.zeros((len(features), len(STATES)))
    for number, names in enumerate(features):
        rows = [weights.features[name] for name in names if name in weights.features]
        scores[number] = weights.emissions[rows].sum(axis=0)
    scores[0] += weights.start
    marginals = _marginals(scores, weights.transitions)
    best = _best_path(scores, weights.transitions)
    by_label = {label: [n for n, state in enumerate(STATES) if state[0] == label] for label in LABELS}
    return [
        Tag(
            STATES[state][0],
            float(marginals[number, by_label[STATES[state][0]]].sum()),
            float(marginals[number, by_label["body"]].sum()),
        )
        for number, state in enumerate(best)
    ]


def _best_path(scores: Array, transitions: Array) -> list[int]:
    best = scores[0]
    back = np.zeros(scores.shape, dtype=int)
    for number in range(1, len(scores)):
        paths = best[:, None] + transitions
        back[number] = paths.argmax(axis=0)
        best = paths.max(axis=0) + scores[number]
    path = [int(best.argmax())]
    for number in range(len(scores) - 1, 0, -1):
        path.append(int(back[number, path[-1]]))
    return path[::-1]


def _marginals(scores: Array, transitions: Array) -> Array:
    forward, backward = scores.copy(), np.zeros(scores.shape)
    for number in range(1, len(scores)):
        forward[number] += np.logaddexp.reduce(forward[number - 1][:, None] + transitions, axis=0)
    for number in range(len(scores) - 2, -1, -1):
        backward[number] = np.logaddexp.reduce(transitions + scores[number + 1] + backward[number + 1], axis=1)
    both = forward + backward
    marginals: Array = np.exp(both - np.logaddexp.reduce(both[0]))
    return marginals
