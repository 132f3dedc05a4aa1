"""How likely a question takes something for granted that the article denies. No I/O."""

from collections.abc import Sequence

from bot.answering.evidence.logistic import probability
from bot.answering.types import Evidence

# How many of the best sentences are considered.
SENTENCES = 3
# Fitted by training/reader/fit.py. What a question looks like ("why …", "… says") adds nothing to the reader's logit.
WEIGHT, BIAS = 1.02, -2.24


def best_correction(ranked: Sequence[Evidence]) -> float:
    """Return the highest logit that one of the best sentences corrects what the question takes for granted."""
    return max(evidence.correction_logit for evidence in ranked[:SENTENCES])


def false_premise_probability(ranked: Sequence[Evidence]) -> float:
    """Return the probability, 0 to 1, that the best sentences deny a premise of a question that they answer."""
    return probability(BIAS, [(WEIGHT, best_correction(ranked))])
