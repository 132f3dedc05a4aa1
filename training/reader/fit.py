"""Fit the probabilities that the reader's logits stand for, on articles that it did not learn from, and measure them.

Each question is answered as the bot would: the index of its folder is searched, and the packaged reader reads.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.embedding import Embedder, load_embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild
from training.reader.examples import label

from bot.answering.answerer import Answerer, choose_scope
from bot.answering.evidence.certainty import CertaintyFeatures
from bot.answering.evidence.false_premise import best_correction
from bot.answering.evidence.network import WindowReading, best_answer
from bot.answering.evidence.reranker import Reranker
from bot.answering.evidence.usefulness import UsefulnessFeatures, usefulness_features
from bot.answering.evidence.windows import SentenceWindow
from bot.answering.question.parsing import parse_question
from bot.answering.types import UNREAD, Evidence
from bot.evaluation.questions import EvalQuestion, read_questions

# The features of the certainty whose weights are fitted.
FITTED = ("best_logit", "pooled_logit", "addressed_logit", "context_weight")


@dataclass(frozen=True, slots=True)
class Found:
    """A question with its evidence and features, and the highest logit of a sentence that was skimmed for it."""

    item: EvalQuestion
    asks_for_several: bool
    ranked: list[Evidence]
    features: CertaintyFeatures
    skimmed_logit: float


class _Watched:
    """A reader that keeps the highest logit of the windows that it skimmed last."""

    def __init__(self, reader: Reranker) -> None:
        self.name = reader.name
        self.only_skims = reader.only_skims
        self.best = UNREAD
        self._reader = reader

    def skim(self, question: str, context: str, windows: Sequence[SentenceWindow]) -> list[WindowReading]:
        readings = self._reader.skim(question, context, windows)
        self.best = best_answer(readings)
        return readings

    def read(
        self, question: str, context: str, windows: Sequence[SentenceWindow], skimmed: Sequence[WindowReading]
    ) -> list[WindowReading]:
        return self._reader.read(question, context, windows, skimmed)


def ask(folders: Iterable[Path], reader: Reranker, embedder: Embedder | None = None) -> Iterator[Found]:
    """Yield what the bot finds for the questions of some folders; those about the text itself are left out."""
    embedder = embedder or load_embedder(None)
    for folder in folders:
        with tempfile.TemporaryDirectory() as root:
            rebuild(folder, FolderPublisher(Path(root)), model_identity(None), lambda: embedder)
            with LiveIndex(FolderPublisher(Path(root)), model_identity(None)) as live, live.lease() as generation:
                watched = _Watched(reader)
                answerer = Answerer(live, embedder, watched)
                for item in read_questions(folder / "questions.jsonl"):
                    parsed = parse_question(item.question, generation.lexical.counts)
                    if not parsed.kinds:
                        scope = choose_scope(generation, parsed.text, item.question.article)
                        ranked, features = answerer.find_evidence(parsed, generation, scope)
                        yield Found(item, parsed.asks_for_several, ranked, features, watched.best)


def fit_usefulness(found: Sequence[Found]) -> tuple[UsefulnessFeatures, float]:
    """Fit the probability that a sentence helps, on the sentences that were read for answerable questions."""
    rows: list[list[float]] = []
    helps: list[bool] = []
    for one in found:
        if one.item.answerable:
            read = [e for e in one.ranked if e.answer_logit > UNREAD]
            features = usefulness_features(read, asks_for_several=one.asks_for_several)
            rows += [list(asdict(f).values()) for f in features]
            helps += [label(e.sentence.text, e.sentence.paragraph, one.item.gold) > 0 for e in read]
    weights, bias = _logistic(np.array(rows), np.array(helps), balanced=False)
    return UsefulnessFeatures(*weights), bias


def fit_certainty(found: Sequence[Found]) -> tuple[CertaintyFeatures, float]:
    """Fit the probability of an answer; answerable and unanswerable questions weigh the same."""
    rows = np.array([[getattr(one.features, name) for name in FITTED] for one in found])
    weights, bias = _logistic(rows, np.array([bool(one.item.answerable) for one in found]), balanced=True)
    fitted = dict(zip(FITTED, weights, strict=True))
    return CertaintyFeatures(**{field.name: fitted.get(field.name, 0.0) for field in fields(CertaintyFeatures)}), bias


def fit_skimmed(found: Sequence[Found]) -> tuple[float, float]:
    """Fit the probability of an answer on the highest logit of the small network alone."""
    rows = np.array([[one.skimmed_logit] for one in found])
    weights, bias = _logistic(rows, np.array([bool(one.item.answerable) for one in found]), balanced=True)
    return weights[0], bias


def fit_premise(found: Sequence[Found]) -> tuple[float, float]:
    """Fit "has a false premise" on the logit of false_premise.py, over answerable questions."""
    known = [one for one in found if one.item.answerable]
    rows = np.array([[best_correction(one.ranked)] for one in known])
    weights, bias = _logistic(rows, np.array([one.item.kind == "false_premise" for one in known]), balanced=False)
    return weights[0], bias


def near_miss_auroc(found: Sequence[Found], certainties: Sequence[float]) -> float:
    """Return how well the certainties tell answerable questions from near misses."""
    pairs = [
        (bool(one.item.answerable), certainty)
        for one, certainty in zip(found, certainties, strict=True)
        if one.item.answerable or one.item.kind == "near_miss"
    ]
    truth, scores = zip(*pairs, strict=True)
    return float(roc_auc_score(truth, scores))


def _logistic(rows: NDArray[np.float64], truth: NDArray[np.bool_], *, balanced: bool) -> tuple[list[float], float]:
    model = LogisticRegression(max_iter=5_000, class_weight="balanced" if balanced else None).fit(rows, truth)
    return [float(weight) for weight in model.coef_[0]], float(model.intercept_[0])
