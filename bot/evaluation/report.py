"""Format answers and figures as JSON or as tables, and write answers to a file."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import BylineError, UsageError
from index.formatting import printable

from bot.answering.chat.request import ChatOutcome
from bot.answering.reply.wording import as_text
from bot.answering.types import Answer, Response
from bot.evaluation.scoring import SHORT_WORDS, EvalResult, by_degree, by_kind, mean, summary

# Characters that JSON allows unescaped but a terminal or a line reader acts on; and surrogates.
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def to_json(response: Response, seconds: float, identity: str | None = None) -> dict[str, Any]:
    """Convert a response to the JSON form of `ask --json` and `eval --answers`."""
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
    """Write JSON in one line, with everything escaped that a terminal or a line reader would act on."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))


def table(results: list[EvalResult]) -> Iterator[str]:
    """Yield the figures as lines of a table."""
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
        yield f"{label:<46}{_format(key, total[key]):>8}"
    degrees = by_degree(results)
    if any(figures["questions"] for figures in degrees.values()):
        yield ""
        yield f"{'degree':<16}{'n':>5}{'answerable':>12}{'hit':>8}"
        for degree, figures in degrees.items():
            answerable, hit_rate = _format("rate", figures["answerable"]), _format("rate", figures["hit_rate"])
            yield f"{degree:<16}{figures['questions']:>5}{answerable:>12}{hit_rate:>8}"
    kinds = by_kind(results)
    if len(kinds) > 1:
        yield ""
        yield f"{'kind':<16}{'n':>5}{'recall':>9}{'hit':>8}{'precision':>11}{'abstained':>11}"
        for kind, figures in kinds.items():
            abstained = mean(r.abstained for r in results if r.item.kind == kind)
            cells = (figures["evidence_recall"], figures["hit_rate"], figures["quote_precision"], abstained)
            rates = [_format("rate", cell) for cell in cells]
            yield f"{kind:<16}{figures['questions']:>5}{rates[0]:>9}{rates[1]:>8}{rates[2]:>11}{rates[3]:>11}"


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of a million tokens that a chat model reads and writes, in any currency."""

    million_in: float = 0.0
    million_out: float = 0.0


def chat_summary(outcomes: list[ChatOutcome], prices: Prices) -> dict[str, float | int | None]:
    """Sum up the chat model's work: questions, claims, fallbacks, tokens, and their cost."""
    asked = [outcome for outcome in outcomes if outcome.raw_replies or outcome.reply.note]
    tokens_in = sum(outcome.tokens_in for outcome in outcomes)
    tokens_out = sum(outcome.tokens_out for outcome in outcomes)
    return {
        "asked": len(asked),
        "claims_kept": sum(outcome.counts.kept for outcome in outcomes),
        "claims_dropped": sum(outcome.counts.dropped for outcome in outcomes),
        "claims_relabelled": sum(outcome.counts.relabelled for outcome in outcomes),
        "claims_renumbered": sum(outcome.counts.renumbered for outcome in outcomes),
        "fallbacks": sum(bool(outcome.reply.note) for outcome in outcomes),
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "cost": (tokens_in * prices.million_in + tokens_out * prices.million_out) / 1_000_000,
    }


def chat_table(outcomes: list[ChatOutcome], prices: Prices) -> Iterator[str]:
    """Yield the figures of `chat_summary` as lines of a table, with the reasons for fallbacks."""
    total = chat_summary(outcomes, prices)
    labels = {
        "asked": "questions put to the chat model",
        "claims_kept": "claims kept",
        "claims_dropped": "claims dropped",
        "claims_relabelled": "claims relabelled",
        "claims_renumbered": "claims that named the wrong passage",
        "fallbacks": "answered without the model",
        "tokens_in": "tokens in",
        "tokens_out": "tokens out",
    }
    yield ""
    for key, label in labels.items():
        yield f"{label:<46}{total[key]:>8,}"
    if prices != Prices():
        yield f"{'cost':<46}{total['cost']:>8.4f}"
    for note, times in Counter(outcome.reply.note for outcome in outcomes if outcome.reply.note).items():
        yield f"  {times:>4} × {note}"


def _format(key: str, value: float | int | None) -> str:
    if value is None:
        return "–"
    if key in ("questions", "words_quoted_median"):
        return f"{value:g}"
    return f"{value:.3f}" if key.startswith("seconds") or key in ("score", "certainty_auroc") else f"{100 * value:.1f}%"


@contextmanager
def line_writer(path: Path | None, questions: Path) -> Iterator[Callable[[str], None]]:
    """Yield a function that writes a line to a file and flushes it, so that an interrupted run keeps its results.

    The file is opened at once, and truncated only when the first line is written.

    Args:
        path: the file; None writes nothing.
        questions: the file of questions, which must not be overwritten.
    """
    if path is None:
        yield lambda _: None
        return
    if path.exists() and path.samefile(questions):
        raise UsageError("The answers would overwrite the questions.", "Name another file with --answers.")

    def write_failure(error: OSError) -> BylineError:
        message = f"The answers cannot be written to {printable(str(path))}: {error.strerror}."
        return BylineError(message, "Name another file with --answers.")

    try:
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise write_failure(error) from None
    truncated = False

    def write(line: str) -> None:
        nonlocal truncated
        try:
            if not truncated and file.seekable():
                file.truncate(0)
            truncated = True
            file.write(line + "\n")
            file.flush()
        except OSError as error:
            raise write_failure(error) from None

    try:
        yield write
    finally:
        with suppress(OSError):  # the failed write was already reported
            file.close()


def figures(results: list[EvalResult], outcomes: list[ChatOutcome], prices: Prices) -> dict[str, Any]:
    """Collect all figures of a run for `eval --json`."""
    chat = {"chat": chat_summary(outcomes, prices)} if outcomes else {}
    return {"total": summary(results), "kinds": by_kind(results), "degrees": by_degree(results), **chat}
