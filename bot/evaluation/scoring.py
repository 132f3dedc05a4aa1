"""Score answers against gold quotes.

A gold quote is covered if 70% of its words occur, in order, in one returned quote of the same paragraph; case,
punctuation and white space do not matter.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, get_args

from rapidfuzz.distance import LCSseq

from bot.answering.types import Degree, Response
from bot.evaluation.questions import EvalQuestion

# The share of a gold quote's words that a quote must contain.
COVERED = 0.7
# The kind of unanswerable questions that the AUROC compares with answerable ones.
NEAR_MISS = "near_miss"
# An answer with more words does not count for the score.
SHORT_WORDS = 120


@dataclass(frozen=True, slots=True)
class EvalResult:
    """The score of one reply.

    Attributes:
        item: the question.
        degree: the degree of the reply.
        certainty: the certainty of the reply.
        abstained: whether the reply is an abstention.
        quotes: how many quotes the reply has.
        exact: how many of them are verbatim.
        words: how many words an answer quotes; 0 for an abstention.
        relevant: how many quotes of an answer overlap a gold quote.
        complete: whether every needed gold quote is covered; None if the question has no gold.
        hit: whether any needed gold quote is covered; None if the question has no gold.
        seconds: how long the reply took.
    """

    item: EvalQuestion
    degree: Degree
    certainty: float
    abstained: bool
    quotes: int
    exact: int
    words: int
    relevant: int
    complete: bool | None
    hit: bool | None
    seconds: float


def judge(item: EvalQuestion, response: Response, seconds: float) -> EvalResult:
    """Compare one reply with the gold quotes of its question."""
    reply = response.reply
    answering = () if reply.abstained else reply.quotes
    covered = [any(covers(quote.paragraph, quote.text, gold) for quote in answering) for gold in item.gold]
    needed = {i for i, gold in enumerate(item.gold) if gold.get("role") == "must"}
    met = {i for i in needed if covered[i]}
    for i, gold in enumerate(item.gold):
        if covered[i]:
            met |= needed & set(gold.get("replaces") or ())
    has_gold = item.answerable is True and bool(item.gold)
    return EvalResult(
        item=item,
        degree=reply.degree,
        certainty=reply.certainty,
        abstained=reply.abstained,
        quotes=len(reply.quotes),
        exact=sum(response.articles[q.article].text[q.start : q.end] == q.text for q in reply.quotes),
        words=sum(_words(quote.text) for quote in answering),
        relevant=sum(any(overlaps(q.paragraph, q.text, gold) for gold in item.gold) for q in answering),
        complete=not reply.abstained and met == needed if has_gold else None,
        hit=bool(met) if has_gold else None,
        seconds=seconds,
    )


def summary(results: list[EvalResult]) -> dict[str, float | int | None]:
    """Compute the figures of a run: rates from 0 to 1, seconds, words; None where nothing can be measured."""
    answerable = [r for r in results if r.item.answerable is True]
    unanswerable = [r for r in results if r.item.answerable is False]
    answers = [r for r in results if not r.abstained]
    answered = [r for r in answerable if not r.abstained]
    recall_short = mean(r.complete and r.words <= SHORT_WORDS for r in answerable if r.complete is not None)
    true_abstain = mean(r.abstained for r in unanswerable)
    false_abstain = mean(r.abstained for r in answerable)
    balanced = mean(rate for rate in (true_abstain, _complement(false_abstain)) if rate is not None)
    times = sorted(r.seconds for r in results)
    return {
        "questions": len(results),
        "evidence_recall": mean(r.complete for r in answerable if r.complete is not None),
        "evidence_recall_120_words": recall_short,
        "hit_rate": mean(r.hit for r in answerable if r.hit is not None),
        "quote_precision": _ratio(sum(r.relevant for r in answered), sum(r.quotes for r in answered)),
        "quote_exactness": _ratio(sum(r.exact for r in results), sum(r.quotes for r in results)),
        "true_abstain": true_abstain,
        "false_abstain": false_abstain,
        "balanced_abstention": balanced,
        "certainty_auroc": _auroc(
            [r.certainty for r in answerable], [r.certainty for r in unanswerable if r.item.kind == NEAR_MISS]
        ),
        "words_quoted_median": median(r.words for r in answers) if answers else None,
        "seconds_median": median(times),
        "seconds_p95": _percentile(times, 95),
        "seconds_p99": _percentile(times, 99),
        "score": None if balanced is None else _harmonic(recall_short or 0.0, balanced),
    }


def by_kind(results: list[EvalResult]) -> dict[str, dict[str, float | int | None]]:
    """Compute the same figures for each kind of question, in the order of the file."""
    kinds = dict.fromkeys(r.item.kind for r in results)
    return {kind: summary([r for r in results if r.item.kind == kind]) for kind in kinds if kind}


def by_degree(results: list[EvalResult]) -> dict[str, dict[str, float | int | None]]:
    """Compute for each degree the number of questions, the share of answerable ones, and the hit rate of answers."""
    figures = {}
    for degree in dict.fromkeys(get_args(Degree)):
        chosen = [r for r in results if r.degree == degree and r.item.answerable is not None]
        figures[degree] = {
            "questions": len(chosen),
            "answerable": mean(r.item.answerable for r in chosen),
            "hit_rate": mean(bool(r.hit) for r in chosen) if degree == "answers" else None,
        }
    return figures


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Compute the probability that a positive scores higher than a negative, ties counting half."""
    if not positive or not negative:
        return None
    ordered = sorted(negative)
    below = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in positive)
    return below / (2 * len(positive) * len(negative))


def _tokens(text: str) -> list[str]:
    """Split into lower-case words at white space and punctuation."""
    return re.findall(r"\w+(?:'\w+)*", unicodedata.normalize("NFKC", text).replace("’", "'").lower())


def _words(text: str) -> int:
    """Count the words; a dash by itself is not a word."""
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def covers(paragraph: int, text: str, gold: Mapping[str, Any]) -> bool:
    """Whether a quote covers a gold quote."""
    return paragraph == gold.get("paragraph") and _share(_tokens(str(gold.get("quote", ""))), _tokens(text)) >= COVERED


def overlaps(paragraph: int, text: str, gold: Mapping[str, Any]) -> bool:
    """Whether a quote covers a gold quote, or is covered by it."""
    inside = (
        paragraph == gold.get("paragraph") and _share(_tokens(text), _tokens(str(gold.get("quote", "")))) >= COVERED
    )
    return inside or covers(paragraph, text, gold)


def _share(part: list[str], whole: list[str]) -> float:
    """Compute the share of the words of `part` that occur in `whole` in order (longest common subsequence)."""
    return LCSseq.similarity(part, whole) / len(part) if part else 0.0


def mean(values: Iterable[Any]) -> float | None:
    """Compute the mean; None for no values."""
    numbers = [float(value) for value in values]
    return fmean(numbers) if numbers else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _complement(rate: float | None) -> float | None:
    return None if rate is None else 1 - rate


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one and other else 0.0


def _percentile(ordered: list[float], percent: int) -> float:
    """Return a percentile by the nearest-rank method."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]
