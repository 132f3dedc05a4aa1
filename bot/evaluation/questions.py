"""Read a JSONL file of questions with the passages that answer them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.articles.lookup import ArticleInfo, find_article
from index.errors import UsageError
from index.formatting import printable

from bot.answering.types import Question, Turn


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """One line of a question file; `answerable` is None, and `gold` empty, if the line does not say."""

    id: str
    question: Question
    kind: str
    answerable: bool | None
    gold: tuple[Mapping[str, Any], ...]
    line: int = 0


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
            f"The question file {printable(str(path))} contains no questions.",
            "Give a file with one JSON object a line.",
        )
    return items


def check_articles(
    path: Path, items: Iterable[EvalQuestion], known: Sequence[ArticleInfo], only: str | None = None
) -> None:
    """Raise UsageError for an article that is not indexed, naming its line; only: checked instead, if given."""
    if only is not None:
        find_article(known, only)
        return
    for item in items:
        if item.question.article is not None:
            try:
                find_article(known, item.question.article)
            except UsageError as error:
                raise UsageError(f"Line {item.line} of {printable(str(path))}: {error.message}", error.hint) from None


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
    """Check the types of a gold passage's fields; raises TypeError or KeyError."""
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
