"""Fit the certainty, thresholds and selection on predictions for articles that the reader was not trained on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from training.examples import Example

from bot.answering.answerer import MAX_PASSAGES
from bot.answering.evidence.certainty import CertaintyFeatures, certainty_features
from bot.answering.evidence.false_premise import premise_features
from bot.answering.evidence.reranker import Reranker
from bot.answering.evidence.selection import collect_evidence, rerank, select_quotes
from bot.answering.evidence.windows import choose_windows
from bot.answering.reply.extractive import FEW, SEVERAL
from bot.answering.types import Evidence
from bot.evaluation.scoring import SHORT_WORDS, covers, overlaps

Logits = NDArray[np.float32]
# The features of the certainty whose weights are fitted.
FITTED = ("best_logit", "pooled_logit")
# A fixed weight: few unanswerable questions here continue a conversation, so a fitted weight would be 8, nearly proof.
FIXED = {"context_weight": 2.0}


@dataclass(frozen=True, slots=True)
class EvaluatedQuestion:
    """A question with the evidence and features that the bot would compute."""

    example: Example
    ranked: list[Evidence]
    features: CertaintyFeatures


def evaluate(example: Example, predicted: Sequence[Logits]) -> EvaluatedQuestion | None:
    """Return the evidence and features of a question; None if the bot answers it without a search."""
    reading = example.reading
    if reading is None or reading.kinds:
        return None
    hits = example.hits[:MAX_PASSAGES]
    similar = similar_to(example)
    ranked = rerank(similar, choose_windows(similar, hits), predicted)
    return EvaluatedQuestion(example, ranked, certainty_features(reading, ranked, hits))


def similar_to(example: Example) -> list[Evidence]:
    """Return the evidence before the reader scores it; only for examples with search results."""
    assert example.reading is not None
    hits, reading = example.hits[:MAX_PASSAGES], example.reading
    return collect_evidence(hits, reading.term_weights, lambda term: example.idf.get(term, 0.0), reading.context)


def ask(reader: Reranker, example: Example) -> list[Logits]:
    """Return the logits of the windows that the bot would read."""
    read = choose_windows(similar_to(example), example.hits[:MAX_PASSAGES])
    return reader.score(example.question, example.context, read)


def fit_certainty(rows: Sequence[EvaluatedQuestion]) -> tuple[dict[str, float], float]:
    """Fit "answerable" on the features FITTED, with those FIXED fixed; both classes have equal weight."""
    from scipy.optimize import minimize

    truth = np.array([row.example.answerable for row in rows])
    table = np.array([[getattr(row.features, name) for name in FITTED] for row in rows])
    offset = np.array([sum(weight * getattr(row.features, name) for name, weight in FIXED.items()) for row in rows])
    weight = np.where(truth, 1.0, truth.sum() / max(1, (~truth).sum()))
    sign = np.where(truth, 1.0, -1.0)

    def loss(parameters: NDArray[np.float64]) -> float:
        logits = table @ parameters[1:] + parameters[0] + offset
        return float((weight * np.logaddexp(0, -sign * logits)).sum() + (parameters[1:] ** 2).sum() / 20)

    solution = minimize(loss, np.zeros(len(FITTED) + 1)).x
    return {**dict(zip(FITTED, map(float, solution[1:]), strict=True)), **FIXED}, float(solution[0])


def certainty_of(row: EvaluatedQuestion, weights: Mapping[str, float], bias: float) -> float:
    logit = bias + sum(weight * getattr(row.features, name) for name, weight in weights.items())
    return float(1 / (1 + np.exp(-logit)))


def outcome(rows: Sequence[EvaluatedQuestion], certainties: Sequence[float], threshold: float) -> dict[str, float]:
    """Return the scorer's figures for the quotes of the current selection."""
    complete: dict[str, list[float]] = defaultdict(list)
    abstained: dict[str, list[bool]] = defaultdict(list)
    hit, words = [], []
    relevant = quotes = 0
    for row, certain in zip(rows, certainties, strict=True):
        example = row.example
        answers = certain >= threshold
        abstained["answerable" if example.answerable else "unanswerable"].append(not answers)
        abstained[example.kind].append(not answers)
        chosen = (
            select_quotes(row.ranked, SEVERAL if example.reading and example.reading.asks_for_several else FEW)
            if answers
            else []
        )
        size = sum(len(e.sentence.text.split()) for e in chosen)
        if answers:
            words.append(size)
        if not example.answerable:
            continue
        met = _met(chosen, example.gold)
        musts = {n for n, gold in enumerate(example.gold) if gold["role"] == "must"}
        complete["all"].append(float(met >= musts and size <= SHORT_WORDS))
        complete[example.kind].append(complete["all"][-1])
        hit.append(float(bool(met)))
        if answers:
            quotes += len(chosen)
            relevant += sum(
                any(overlaps(e.sentence.paragraph, e.sentence.text, gold) for gold in example.gold) for e in chosen
            )
    recall = fmean(complete["all"])
    balanced = (fmean(abstained["unanswerable"]) + 1 - fmean(abstained["answerable"])) / 2
    near = [c for row, c in zip(rows, certainties, strict=True) if row.example.kind == "near_miss"]
    yes = [c for row, c in zip(rows, certainties, strict=True) if row.example.answerable]
    return {
        "score": 2 * recall * balanced / (recall + balanced) if recall else 0.0,
        "recall": recall,
        "hit": fmean(hit),
        "precision": relevant / max(1, quotes),
        "words": median(words) if words else 0.0,
        "true abstain": fmean(abstained["unanswerable"]),
        "false abstain": fmean(abstained["answerable"]),
        "near miss": fmean(abstained["near_miss"]),
        "off topic": fmean(abstained["offtopic"]),
        "auroc": float(roc_auc_score([1] * len(yes) + [0] * len(near), yes + near)),
        **{f"recall {kind}": fmean(values) for kind, values in complete.items() if kind != "all"},
    }


def report(answered: Sequence[tuple[Example, Sequence[Logits]]]) -> None:
    """Print the weights of the certainty and the figures at several thresholds."""
    rows = [row for example, predicted in answered if (row := evaluate(example, predicted)) is not None]
    print("premise", fit_premise(rows))
    weights, bias = fit_certainty(rows)
    print({name: round(weight, 2) for name, weight in weights.items()}, round(bias, 2))
    certainties = [certainty_of(row, weights, bias) for row in rows]
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5):
        figures = outcome(rows, certainties, threshold)
        print(threshold, {name: round(value, 3) for name, value in figures.items()})


def _met(chosen: Sequence[Evidence], gold: Sequence[Mapping[str, object]]) -> set[int]:
    musts = {n for n, entry in enumerate(gold) if entry["role"] == "must"}
    met: set[int] = set()
    for n, entry in enumerate(gold):
        if any(covers(e.sentence.paragraph, e.sentence.text, entry) for e in chosen):
            met |= {n} & musts
            replaces = entry.get("replaces") or ()
            met |= musts & set(replaces)  # type: ignore[call-overload]
    return met


def fit_premise(rows: Sequence[EvaluatedQuestion]) -> tuple[list[float], float]:
    """Fit "has a false premise" on the features of false_premise.py, over answerable questions."""
    from sklearn.linear_model import LogisticRegression

    known = [row for row in rows if row.example.answerable]
    table = np.array([premise_features(row.example.question, row.ranked) for row in known])
    truth = np.array([row.example.kind == "false_premise" for row in known])
    model = LogisticRegression(C=1.0, max_iter=2000).fit(table, truth)
    return [float(weight) for weight in model.coef_[0]], float(model.intercept_[0])
