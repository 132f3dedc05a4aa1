"""Read a JSONL file of questions with the gold passages that answer them."""

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
    """One line of a question file.

    Attributes:
        id: its id; by default the line number.
        question: the question with its conversation.
        kind: a label to group results by; "" if there is none.
        answerable: whether the articles answer it; None if the line does not say.
        gold: the passages that answer it, with the fields `paragraph`, `quote`, `role` and `replaces`.
        line: the line number, from 1.
    """

    id: str
    question: Question
    kind: str
    answerable: bool | None
    gold: tuple[Mapping[str, Any], ...]
    line: int = 0


def read_questions(path: Path) -> list[EvalQuestion]:
    """Read a JSONL file of questions; raises UsageError that names the line."""
    try:
        # Not splitlines(): a JSON string may contain U+2028 or U+0085 unescaped.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(
            f"The question file {printable(str(path))} cannot be read: {reason}.",
            "Give a file with one JSON object a line.",
        ) from None
    items = [_parse_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not items:
        raise UsageError(
            f"The question file {printable(str(path))} contains no questions.",
            "Give a file with one JSON object a line.",
        )
    return items


def check_articles(
    path: Path, items: Iterable[EvalQuestion], articles: Sequence[ArticleInfo], only: str | None = None
) -> None:
    """Check that the articles that questions name are indexed.

    Args:
        path: the question file.
        items: its questions.
        articles: the indexed articles.
        only: an article that replaces those of the questions, and is checked instead.

    Raises:
        UsageError: an article is not indexed; the message names its line.
    """
    if only is not None:
        find_article(articles, only)
        return
    for item in items:
        if item.question.article is not None:
            try:
                find_article(articles, item.question.article)
            except UsageError as error:
                raise UsageError(f"Line {item.line} of {printable(str(path))}: {error.message}", error.hint) from None


def _parse_line(path: Path, number: int, line: str) -> EvalQuestion:
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
            gold=tuple(_check_gold(entry) for entry in gold or ()),
            line=number,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            f"Line {number} of {printable(str(path))} is not a question.",
            'Each line is a JSON object such as {"id": "1", "question": "…"}.',
        ) from None


def _check_gold(entry: Any) -> Mapping[str, Any]:
    """Return a gold passage with `replaces` as a list; raises TypeError or KeyError if a field has a wrong type."""
    replaces = [] if entry.get("replaces") is None else entry["replaces"]
    if not (
        type(entry["paragraph"]) is int
        and isinstance(entry["quote"], str)
        and isinstance(entry.get("role"), str | None)
        and isinstance(replaces, list)
        and all(type(index) is int for index in replaces)
    ):
        raise TypeError
    return {**entry, "replaces": replaces}
