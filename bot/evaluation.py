"""Score a file of questions against the answers.

A gold quote counts as covered when 70% of its words stand, in order, in one returned quote of the
same paragraph; case, punctuation and white space do not matter. Pure but for reading the file.
"""

import json
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any, get_args

from rapidfuzz.distance import LCSseq

from index.articles.lookup import ArticleInfo, find_article
from index.errors import UsageError
from index.formatting import printable

from bot.answering.chat.request import ChatOutcome
from bot.answering.reply.wording import as_text
from bot.answering.types import Answer, Degree, Question, Response, Turn

COVERED = 0.7
NEAR_MISS = "near_miss"
SHORT_WORDS = 120
# What JSON leaves as it is and a terminal obeys, or a reader of lines breaks at; and halves of characters.
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """One line of a question file; gold is None where the line does not say what the answer should be."""

    id: str
    question: Question
    kind: str
    answerable: bool | None
    gold: tuple[Mapping[str, Any], ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class EvalResult:
    """What one reply is worth; None where the item does not tell."""

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


def read_questions(path: Path) -> list[EvalQuestion]:
    """Read a JSONL file of questions; raises UsageError that names the line."""
    try:
        # Not splitlines(): a JSON string may hold U+2028 or U+0085 as they are.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(
            f"The question file {printable(str(path))} cannot be read: {reason}.",
            "Give a file with one JSON object a line.",
        ) from None
    items = [_item(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not items:
        raise UsageError(
            f"The question file {printable(str(path))} holds no question.", "Give a file with one JSON object a line."
        )
    return items


def check_articles(
    path: Path, items: Iterable[EvalQuestion], known: Sequence[ArticleInfo], only: str | None = None
) -> None:
    """Raise UsageError for an article that is not known, naming its line; only: the one that is asked instead."""
    if only is not None:
        find_article(known, only)
        return
    for item in items:
        if item.question.article is not None:
            try:
                find_article(known, item.question.article)
            except UsageError as error:
                raise UsageError(f"Line {item.line} of {printable(str(path))}: {error.message}", error.hint) from None


def to_json(response: Response, seconds: float, identity: str | None = None) -> dict[str, Any]:
    """A reply in the form that `ask --json` and `eval --answers` print."""
    reply = response.reply
    return {
        **({} if identity is None else {"id": identity}),
        "question": reply.question,
        "abstained": reply.abstained,
        "degree": reply.degree,
        "certainty": round(reply.certainty, 4),
        "text": as_text(response),
        "quotes": [asdict(quote) for quote in reply.quotes],
        **({"claims": list(reply.claims)} if isinstance(reply, Answer) and reply.claims else {}),
        "reader": reply.reader,
        **({"note": reply.note} if reply.note else {}),
        "seconds": round(seconds, 4),
    }


def as_line(value: Any) -> str:
    """JSON in one line that any terminal and any reader of lines takes: what could move either is escaped."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


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
    """The figures of a run: rates between 0 and 1, seconds, words; None where nothing could be measured."""
    answerable = [r for r in results if r.item.answerable is True]
    unanswerable = [r for r in results if r.item.answerable is False]
    claimed = [r for r in results if not r.abstained]
    answered = [r for r in answerable if not r.abstained]
    recall_short = _mean(r.complete and r.words <= SHORT_WORDS for r in answerable if r.complete is not None)
    true_abstain = _mean(r.abstained for r in unanswerable)
    false_abstain = _mean(r.abstained for r in answerable)
    balanced = _mean(half for half in (true_abstain, _not(false_abstain)) if half is not None)
    times = sorted(r.seconds for r in results)
    return {
        "questions": len(results),
        "evidence_recall": _mean(r.complete for r in answerable if r.complete is not None),
        "evidence_recall_120_words": recall_short,
        "hit_rate": _mean(r.hit for r in answerable if r.hit is not None),
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
    """The same figures for each kind of question, in the order of the file."""
    kinds = dict.fromkeys(r.item.kind for r in results)
    return {kind: summary([r for r in results if r.item.kind == kind]) for kind in kinds if kind}


def by_degree(results: list[EvalResult]) -> dict[str, dict[str, float | int | None]]:
    """How often each degree of sureness was given, and how often the article had the answer, and it was quoted."""
    found = {}
    for degree in dict.fromkeys(get_args(Degree)):
        chosen = [r for r in results if r.degree == degree and r.item.answerable is not None]
        found[degree] = {
            "questions": len(chosen),
            "answerable": _mean(r.item.answerable for r in chosen),
            "hit_rate": _mean(bool(r.hit) for r in chosen) if degree == "answers" else None,
        }
    return found


def table(results: list[EvalResult]) -> Iterator[str]:
    """The figures as lines for a person."""
    total = summary(results)
    labels = {
        "questions": "questions",
        "evidence_recall": "evidence recall, every needed passage quoted",
        "evidence_recall_120_words": f"  the same, in at most {SHORT_WORDS} words",
        "hit_rate": "hit rate, one needed passage quoted",
        "quote_precision": "quote precision",
        "quote_exactness": "quote exactness",
        "true_abstain": "abstained where the article has no answer",
        "false_abstain": "abstained where it has one",
        "balanced_abstention": "balanced abstention accuracy",
        "certainty_auroc": "AUROC of the certainty, answerable or near miss",
        "words_quoted_median": "words quoted, median",
        "seconds_median": "seconds, median",
        "seconds_p95": "seconds, 95th percentile",
        "seconds_p99": "seconds, 99th percentile",
        "score": "score",
    }
    for key, label in labels.items():
        yield f"{label:<46}{_shown(key, total[key]):>8}"
    degrees = by_degree(results)
    if any(figures["questions"] for figures in degrees.values()):
        yield ""
        yield f"{'degree':<16}{'n':>5}{'answerable':>12}{'hit':>8}"
        for degree, figures in degrees.items():
            answerable, quoted = _shown("rate", figures["answerable"]), _shown("rate", figures["hit_rate"])
            yield f"{degree:<16}{figures['questions']:>5}{answerable:>12}{quoted:>8}"
    kinds = by_kind(results)
    if len(kinds) > 1:
        yield ""
        yield f"{'kind':<16}{'n':>5}{'recall':>9}{'hit':>8}{'precision':>11}{'abstained':>11}"
        for kind, figures in kinds.items():
            abstained = _mean(r.abstained for r in results if r.item.kind == kind)
            cells = (figures["evidence_recall"], figures["hit_rate"], figures["quote_precision"], abstained)
            shown = [_shown("rate", cell) for cell in cells]
            yield f"{kind:<16}{figures['questions']:>5}{shown[0]:>9}{shown[1]:>8}{shown[2]:>11}{shown[3]:>11}"


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that one of the first scores higher than one of the second, ties counting half."""
    if not positive or not negative:
        return None
    ordered = sorted(negative)
    below = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in positive)
    return below / (2 * len(positive) * len(negative))


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in any currency."""

    million_in: float = 0.0
    million_out: float = 0.0


def chat_summary(reads: list[ChatOutcome], prices: Prices) -> dict[str, float | int | None]:
    """What a chat model made of the questions: claims and tokens counted, fallbacks, the cost in all."""
    asked = [read for read in reads if read.raw_replies or read.reply.note]
    total_in, total_out = sum(read.tokens_in for read in reads), sum(read.tokens_out for read in reads)
    return {
        "asked": len(asked),
        "claims_kept": sum(read.counts.kept for read in reads),
        "claims_dropped": sum(read.counts.dropped for read in reads),
        "claims_relabelled": sum(read.counts.relabelled for read in reads),
        "claims_renumbered": sum(read.counts.renumbered for read in reads),
        "fallbacks": sum(bool(read.reply.note) for read in reads),
        "tokens_in": total_in,
        "tokens_out": total_out,
        "cost": (total_in * prices.million_in + total_out * prices.million_out) / 1_000_000,
    }


def chat_table(reads: list[ChatOutcome], prices: Prices) -> Iterator[str]:
    """The same as lines for a person, and why the extractive reader stood in."""
    total = chat_summary(reads, prices)
    labels = {
        "asked": "questions put to the chat model",
        "claims_kept": "claims kept",
        "claims_dropped": "claims dropped",
        "claims_relabelled": "claims relabelled",
        "claims_renumbered": "claims with another passage's number",
        "fallbacks": "answered without it",
        "tokens_in": "tokens in",
        "tokens_out": "tokens out",
    }
    yield ""
    for key, label in labels.items():
        yield f"{label:<46}{total[key]:>8,}"
    if prices != Prices():
        yield f"{'cost':<46}{total['cost']:>8.4f}"
    why = dict.fromkeys(read.reply.note for read in reads if read.reply.note)
    for note in why:
        yield f"  {sum(read.reply.note == note for read in reads):>4} × {note}"


def _item(path: Path, number: int, line: str) -> EvalQuestion:
    try:
        data = json.loads(line)
        history = tuple(
            Turn("user" if turn["role"] == "user" else "bot", str(turn["text"])) for turn in data.get("history") or ()
        )
        text, article, answerable = data["question"], data.get("article"), data.get("answerable")
        if not (isinstance(text, str) and isinstance(article, str | None) and isinstance(answerable, bool | None)):
            raise TypeError
        identity, kind, gold = data.get("id"), data.get("kind"), data.get("gold")
        return EvalQuestion(
            id=str(number if identity is None else identity),
            question=Question(text, history, article),
            kind="" if kind is None else str(kind),
            answerable=answerable,
            gold=tuple(_gold(entry) for entry in gold or ()),
            line=number,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            f"Line {number} of {printable(str(path))} is not a question.",
            'Each line is a JSON object such as {"id": "1", "question": "…"}.',
        ) from None


def _gold(entry: Any) -> Mapping[str, Any]:
    """A gold passage whose fields have the right types; raises TypeError or KeyError."""
    replaces = [] if entry.get("replaces") is None else entry["replaces"]
    if not (
        type(entry["paragraph"]) is int
        and isinstance(entry["quote"], str)
        and isinstance(entry.get("role"), str | None)
        and isinstance(replaces, list)
        and all(type(position) is int for position in replaces)
    ):
        raise TypeError
    return {**entry, "replaces": replaces}


def _tokens(text: str) -> list[str]:
    """Lower-case words; dashes, quotation marks and other punctuation separate them."""
    return re.findall(r"\w+(?:'\w+)*", unicodedata.normalize("NFKC", text).replace("’", "'").lower())


def _words(text: str) -> int:
    """How many words a person would count: a dash that stands alone is none."""
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def covers(paragraph: int, text: str, gold: Mapping[str, Any]) -> bool:
    """Whether a quote holds a gold quote."""
    return paragraph == gold.get("paragraph") and _share(_tokens(str(gold.get("quote", ""))), _tokens(text)) >= COVERED


def overlaps(paragraph: int, text: str, gold: Mapping[str, Any]) -> bool:
    """Whether a quote holds a gold quote, or lies within one."""
    inside = (
        paragraph == gold.get("paragraph") and _share(_tokens(text), _tokens(str(gold.get("quote", "")))) >= COVERED
    )
    return inside or covers(paragraph, text, gold)


def _share(part: list[str], whole: list[str]) -> float:
    """How much of a list of words stands in another, in order: their longest common subsequence over its length."""
    return LCSseq.similarity(part, whole) / len(part) if part else 0.0


def _mean(values: Iterable[Any]) -> float | None:
    found = [float(value) for value in values]
    return fmean(found) if found else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _not(rate: float | None) -> float | None:
    return None if rate is None else 1 - rate


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one and other else 0.0


def _percentile(ordered: list[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed (the nearest rank)."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def _shown(key: str, value: float | int | None) -> str:
    if value is None:
        return "–"
    if key in ("questions", "words_quoted_median"):
        return f"{value:g}"
    return f"{value:.3f}" if key.startswith("seconds") or key in ("score", "certainty_auroc") else f"{100 * value:.1f}%"
