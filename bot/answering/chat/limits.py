"""What keeps a chat model from costing too much time or money: budgets and a circuit breaker. Pure but for a clock."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

FAILURES = 5
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 600.0


@dataclass(frozen=True, slots=True)
class Budget:
    """How many questions and tokens a chat model may be asked in a day, by one user and by all; 0: any number."""

    questions: int = 0
    tokens: int = 0
    all_questions: int = 0
    all_tokens: int = 0


class Ledger(Protocol):
    """Keeps what was used; it outlives a restart."""

    def begin(self, user: int, budget: Budget) -> bool:
        """Count a question, unless a limit of today's is reached."""
        ...

    def has_room(self, user: int, budget: Budget) -> bool:
        """Whether no limit of today's is reached."""
        ...

    def spend(self, user: int, tokens: int) -> None:
        """Count tokens."""
        ...


class CircuitBreaker:
    """Opens after FAILURES failures in a row, for a pause that doubles with each failure after it.

    Once the pause is over one call is let through; whether it works decides.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._until = 0.0
        self._trying = False
        self._why = ""

    @property
    def seconds(self) -> float:
        """How long it stays open; 0.0 while it is closed."""
        return max(0.0, self._until - self._clock())

    def admits(self) -> bool:
        """Whether a call may be made; it must be followed by `worked`, `failed` or `left`."""
        if self._failures < FAILURES:
            return True
        if self.seconds or self._trying:
            return False
        self._trying = True
        return True

    def worked(self) -> None:
        self._failures, self._trying, self._until = 0, False, 0.0

    def failed(self, why: str) -> None:
        if self.seconds:
            return  # it began before the pause, as several may: together they are one more reason, not a longer pause
        self._failures += 1
        self._trying = False
        self._why = why
        if self._failures >= FAILURES:
            pause = FIRST_PAUSE * 2.0 ** min(16, self._failures - FAILURES)
            self._until = self._clock() + min(LONGEST_PAUSE, pause)

    def left(self) -> None:
        """A call ended without telling anything: its asker had gone."""
        self._trying = False

    def __str__(self) -> str:
        if self._failures < FAILURES:
            return "working" if not self._failures else f"{self._failures} failures in a row: {self._why}"
        return f"paused for {self.seconds:.0f} s after {self._failures} failures in a row: {self._why}"
