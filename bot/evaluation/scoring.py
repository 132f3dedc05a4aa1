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

COVERED = 0.7
NEAR_MISS = "near_miss"
SHORT_WORDS = 120


@dataclass(frozen=True, slots=True)
class EvalResult:
    """The score of one reply; None where the question has no gold."""

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
    """Compare one reply with the item's gold quotes."""
    reply = response.reply
    claimed = () if reply.abstained else reply.quotes
    covering = [any(covers(quote.paragraph, quote.text, gold) for quote in claimed) for gold in item.gold]
    musts = {i for i, gold in enumerate(item.gold) if gold.get("role") == "must"}
    met = {i for i in musts if covering[i]}
    for i, gold in enumerate(item.gold):
        if covering[i]:
            met |= musts & set(gold.get("replaces") or ())
    known = item.answerable is True and bool(item.gold)
    return EvalResult(
        item=item,
        degree=reply.degree,
        certainty=reply.certainty,
        abstained=reply.abstained,
        quotes=len(reply.quotes),
        exact=sum(response.articles[q.article].text[q.start : q.end] == q.text for q in reply.quotes),
        words=sum(_words(quote.text) for quote in claimed),
        relevant=sum(any(overlaps(q.paragraph, q.text, gold) for gold in item.gold) for q in claimed),
        complete=not reply.abstained and met == musts if known else None,
        hit=bool(met) if known else None,
        seconds=seconds,
    )


def summary(results: list[EvalResult]) -> dict[str, float | int | None]:
    """Compute the figures of a run: rates from 0 to 1, seconds, words; None where nothing can be measured."""
    answerable = [r for r in results if r.item.answerable is True]
    unanswerable = [r for r in results if r.item.answerable is False]
    claimed = [r for r in results if not r.abstained]
    answered = [r for r in answerable if not r.abstained]
    recall_short = mean(r.complete and r.words <= SHORT_WORDS for r in answerable if r.complete is not None)
    true_abstain = mean(r.abstained for r in unanswerable)
    false_abstain = mean(r.abstained for r in answerable)
    balanced = mean(half for half in (true_abstain, _not(false_abstain)) if half is not None)
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
        "words_quoted_median": median(r.words for r in claimed) if claimed else None,
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
    """Count for each degree how often it was given, how often the question was answerable, and how often it was hit."""
    found = {}
    for degree in dict.fromkeys(get_args(Degree)):
        chosen = [r for r in results if r.degree == degree and r.item.answerable is not None]
        found[degree] = {
            "questions": len(chosen),
            "answerable": mean(r.item.answerable for r in chosen),
            "hit_rate": mean(bool(r.hit) for r in chosen) if degree == "answers" else None,
        }
    return found


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
    """Count the words; a dash by itself is none."""
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def covers(paragraph: int, text: str, gold: Mapping[str, Any]) -> bool:
    """Whether a quote contains a gold quote."""
    return paragraph == gold.get("paragraph") and _share(_tokens(str(gold.get("quote", ""))), _tokens(text)) >= COVERED


def overlaps(paragraph: int, text: str, gold: Mapping[str, Any]) -> bool:
    """Whether a quote contains a gold quote, or is contained in one."""
    inside = (
        paragraph == gold.get("paragraph") and _share(_tokens(text), _tokens(str(gold.get("quote", "")))) >= COVERED
    )
    return inside or covers(paragraph, text, gold)


def _share(part: list[str], whole: list[str]) -> float:
    """Compute the share of a list of words that is in another, in order: longest common subsequence over length."""
    return LCSseq.similarity(part, whole) / len(part) if part else 0.0


def mean(values: Iterable[Any]) -> float | None:
    """Compute the mean; None of nothing."""
    found = [float(value) for value in values]
    return fmean(found) if found else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _not(rate: float | None) -> float | None:
    return None if rate is None else 1 - rate


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one and other else 0.0


def _percentile(ordered: list[float], percent: int) -> float:
    """Return the nearest-rank percentile."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]
