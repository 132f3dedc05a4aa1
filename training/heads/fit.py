"""Fit the conditional random field: the likelihood of the labels, with a penalty on large weights."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.sparse import csr_array
from torch import Tensor

from index.articles.metadata.tagging.model import LABELS, STATES, allowed
from training.heads.data import Example

_LEAST = 4
_ROUNDS = 80
_NEVER = -1e4


def fit(examples: Sequence[Example], penalty: float) -> dict[str, Any]:
    """Return the weights in the form that `index.articles.metadata.tagging.model` loads.

    The features are a sparse matrix, whose products scipy takes; torch only differentiates by the scores.
    """
    torch.set_num_threads(1)
    seen = Counter(name for example in examples for names in example.features for name in set(names))
    row = {name: n for n, name in enumerate(sorted(name for name, count in seen.items() if count >= _LEAST))}
    longest = max(len(example.labels) for example in examples)
    count, states = len(examples), len(STATES)
    mask = torch.zeros(count, longest, dtype=torch.bool)
    gold = torch.zeros(count, longest, dtype=torch.long)
    places, columns = [], []
    for number, example in enumerate(examples):
        for place, (found, state) in enumerate(zip(example.features, _states(example.labels), strict=True)):
            known = [row[name] for name in found if name in row]
            places += [number * longest + place] * len(known)
            columns += known
            mask[number, place], gold[number, place] = True, state
    bags = csr_array((np.ones(len(places)), (places, columns)), shape=(count * longest, len(row)))
    turned = bags.T.tocsr()
    heavy = torch.tensor([example.weight for example in examples], dtype=torch.float64)
    heavy = heavy / heavy.sum()
    same_label = np.array([[float(label == other) for other, _ in STATES] for label in LABELS])
    blocked = torch.tensor([[0.0 if allowed(one, other) else _NEVER for other in STATES] for one in STATES])
    first = torch.tensor([0.0 if label == "title" or not titled else _NEVER for label, titled in STATES])
    shapes = [(len(row), len(LABELS)), (len(row), states), (states, states), (states,)]
    sizes = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])

    def unpack(flat: Any) -> list[Any]:
        return [flat[sizes[n] : sizes[n + 1]].reshape(shape) for n, shape in enumerate(shapes)]

    def loss(flat: Any) -> tuple[float, Any]:
        shared, own, links, start = unpack(flat)
        scores = torch.tensor((bags @ (shared @ same_label + own)).reshape(count, longest, states), requires_grad=True)
        linked, started = torch.tensor(links, requires_grad=True), torch.tensor(start, requires_grad=True)
        value = (_negative_likelihood(scores, linked + blocked, started + first, gold, mask) * heavy).sum()
        value.backward()
        by_state = turned @ (scores.grad.numpy().reshape(-1, states))
        parts = [by_state @ same_label.T, by_state, linked.grad.numpy(), started.grad.numpy()]
        gradient = np.concatenate([part.ravel() for part in parts]) + penalty / 100 * flat
        return float(value.detach()) + penalty / 200 * float(flat @ flat), gradient

    found = minimize(loss, np.zeros(sizes[-1]), jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    shared, own, links, start = unpack(found.x)
    emissions = shared @ same_label + own
    return {
        "features": {name: [round(float(v), 2) for v in emissions[number]] for name, number in row.items()},
        "transitions": [[round(float(v), 2) for v in values] for values in links],
        "start": [round(float(v), 2) for v in start],
    }


def average(models: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the mean of several models; a feature that one of them does not know has no weight in it."""
    names = sorted({name for model in models for name in model["features"]})
    nothing = [0.0] * len(STATES)
    mean = {name: [model["features"].get(name, nothing) for model in models] for name in names}
    return {
        "features": {name: _rounded(np.mean(values, axis=0)) for name, values in mean.items()},
        "transitions": [_rounded(row) for row in np.mean([model["transitions"] for model in models], axis=0)],
        "start": _rounded(np.mean([model["start"] for model in models], axis=0)),
    }


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 2) for value in values]


def _states(labels: Sequence[str]) -> list[int]:
    numbers, titled = [], False
    for label in labels:
        titled = titled or label == "title"
        numbers.append(next(n for n, state in enumerate(STATES) if state == (label, titled)))
    return numbers


def _negative_likelihood(scores: Tensor, links: Tensor, start: Tensor, gold: Tensor, mask: Tensor) -> Tensor:
    rows = torch.arange(len(scores))
    alpha = start + scores[:, 0]
    path = start[gold[:, 0]] + scores[rows, 0, gold[:, 0]]
    for place in range(1, scores.shape[1]):
        on = mask[:, place]
        after = torch.logsumexp(alpha[:, :, None] + links, dim=1) + scores[:, place]
        alpha = torch.where(on[:, None], after, alpha)
        step = links[gold[:, place - 1], gold[:, place]] + scores[rows, place, gold[:, place]]
        path = path + torch.where(on, step, torch.zeros_like(step))
    return torch.logsumexp(alpha, dim=1) - path
