"""Limits on what a chat model may cost: daily budgets, and a circuit breaker for a service that fails."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from index.formatting import count

from bot.answering.chat.errors import ChatError, NotAsked

FAILURES = 5
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 600.0
PAUSED = "it is paused after repeated failures"


@dataclass(frozen=True, slots=True)
class Budget:
    """How many questions and tokens a chat model may be asked in a day; 0 means no limit.

    Attributes:
        questions: Questions of one user.
        tokens: Tokens of one user.
        all_questions: Questions of all users together.
        all_tokens: Tokens of all users together.
    """

    questions: int = 0
    tokens: int = 0
    all_questions: int = 0
    all_tokens: int = 0


class Ledger(Protocol):
    """Persistent record of what each user has used today."""

    def count_question(self, user: int, budget: Budget) -> bool:
        """Count a question and return True, unless a limit is reached."""
        ...

    def has_budget_left(self, user: int, budget: Budget) -> bool:
        """Whether no limit is reached."""
        ...

    def count_tokens(self, user: int, tokens: int) -> None:
        """Count tokens."""
        ...


class CircuitBreaker:
    """Stops calls to a service that fails.

    It opens after `FAILURES` failures in a row, for a pause that doubles with each further one. After the pause it
    is half-open: a single trial call goes through, and its outcome closes the circuit or opens it again.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0
        self._trial_running = False
        self._reason = ""

    @property
    def remaining(self) -> float:
        """Seconds until a trial call may be made; 0.0 unless the circuit is open."""
        return max(0.0, self._open_until - self._clock())

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Count the outcome of the call in the `with` block; one that is cancelled counts neither way.

        Raises:
            NotAsked: The circuit is open, or its trial call is still running.
        """
        is_trial = self._failures >= FAILURES
        if is_trial and (self.remaining or self._trial_running):
            raise NotAsked(PAUSED)
        self._trial_running |= is_trial
        try:
            yield
        except Exception as raised:
            error = raised if isinstance(raised, ChatError) else ChatError()
            if error.service_works:
                self._close()
            elif error.service_works is False:
                self._count_failure(error.reason)
            raise
        else:
            self._close()
        finally:
            if is_trial:
                self._trial_running = False

    def _close(self) -> None:
        self._failures, self._open_until = 0, 0.0

    def _count_failure(self, reason: str) -> None:
        if self.remaining:
            return  # the call began before the circuit opened; failures at the same time do not extend the pause
        self._failures += 1
        self._reason = reason
        if self._failures >= FAILURES:
            pause = FIRST_PAUSE * 2.0 ** min(16, self._failures - FAILURES)
            self._open_until = self._clock() + min(LONGEST_PAUSE, pause)

    def __str__(self) -> str:
        if not self._failures:
            return "working"
        failures = f"{count(self._failures, 'failure')} in a row: {self._reason}"
        return failures if self._failures < FAILURES else f"paused for {self.remaining:.0f} s after {failures}"
