"""Logistic regression: a probability from weighted numbers. No I/O."""

from collections.abc import Iterable
from math import exp


def probability(bias: float, weighted: Iterable[tuple[float, float]] = ()) -> float:
    """Return the logistic function of a bias plus the sum of the products of some (weight, value) pairs, 0 to 1."""
    logit = bias + sum(weight * value for weight, value in weighted)
    return 1 / (1 + exp(-logit))
