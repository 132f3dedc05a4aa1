"""An answerer that takes its time, as a big index or a busy machine does."""

import time
from collections.abc import Callable
from typing import Any, cast

from bot.answering.answerer import Answerer
from bot.answering.types import Question, Response


class Slow:
    """An answerer that takes its time, as a big index or a busy machine does; it blocks its thread meanwhile."""

    def __init__(self, answerer: Answerer, seconds: float) -> None:
        self._answerer = answerer
        self._seconds = seconds

    def ask(self, question: Question) -> Response:
        time.sleep(self._seconds)
        return self._answerer.ask(question)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answerer, name)


def slow(seconds: float) -> Callable[[Answerer], Answerer]:
    """Make an answerer take so many seconds for each answer."""
    return lambda answerer: cast("Answerer", Slow(answerer, seconds))
