"""Limits of a chat model: budgets that survive a restart, and the circuit breaker."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.answering.chat.errors import Busy, ChatError, Declined, NotAsked, Unusable
from bot.answering.chat.limits import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, PAUSED, Budget, CircuitBreaker
from bot.state import State, StateUnusable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("budget", "others"),
    [
        (Budget(questions=2), True),
        (Budget(all_questions=2), False),
        (Budget(tokens=200), True),
        (Budget(all_tokens=200), False),
    ],
)
def test_a_used_up_budget_stays_so_after_a_restart(path: Path, budget: Budget, others: bool) -> None:
    for _ in range(2):
        state = State(path)
        assert state.count_question(1, budget)
        state.count_tokens(1, 100)
    assert not State(path).count_question(1, budget)
    assert not State(path).has_budget_left(1, budget)
    assert State(path).has_budget_left(2, budget) is others
    assert State(path).count_question(2, budget) is others


def test_a_budget_of_zero_is_no_limit(path: Path) -> None:
    state = State(path)
    state.count_tokens(1, 10**9)
    assert all(state.count_question(1, Budget()) for _ in range(5))


def test_a_new_day_resets_the_budget(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = State(path)
    monkeypatch.setattr("bot.state._today", lambda: "2024-05-03")
    assert state.count_question(1, Budget(questions=1))
    assert not state.count_question(1, Budget(questions=1))
    monkeypatch.setattr("bot.state._today", lambda: "2024-05-04")
    assert state.count_question(1, Budget(questions=1))


def test_users_are_stored_as_digests(path: Path) -> None:
    State(path).count_question(123456789012345678, Budget())
    assert b"123456789012345678" not in path.read_bytes()


def test_concurrent_questions_do_not_exceed_the_budget(path: Path) -> None:
    state = State(path)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda user: state.count_question(user, Budget(all_questions=10)), range(40)))
    assert sum(taken) == 10


def test_an_unusable_state_file_raises_an_error(path: Path) -> None:
    state = State(path)
    path.write_bytes(b"no database")
    with pytest.raises(StateUnusable):
        state.count_question(1, Budget())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: CircuitBreaker, error: BaseException | None = None) -> None:
    error = error or Busy()
    with pytest.raises(type(error)), breaker.guard():
        raise error


def succeed(breaker: CircuitBreaker) -> None:
    with breaker.guard():
        pass


def refuses(breaker: CircuitBreaker) -> bool:
    try:
        with breaker.guard():
            raise asyncio.CancelledError
    except NotAsked as error:
        return error.reason == PAUSED
    except asyncio.CancelledError:
        return False


def opened(clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(clock)
    for _ in range(FAILURES):
        assert not refuses(breaker)
        fail(breaker)
    return breaker


def test_an_open_circuit_lets_one_trial_call_through_after_the_pause() -> None:
    clock = Clock()
    breaker = opened(clock)
    assert refuses(breaker)
    assert str(breaker) == f"paused for {FIRST_PAUSE:.0f} s after {FAILURES} failures in a row: it is busy"
    clock.now = FIRST_PAUSE
    with breaker.guard():
        assert refuses(breaker)
    assert str(breaker) == "working"
    assert not refuses(breaker)


def test_a_trial_call_that_fails_doubles_the_pause_up_to_the_longest() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = FIRST_PAUSE
    fail(breaker)
    assert breaker.remaining == 2 * FIRST_PAUSE
    for _ in range(40):
        clock.now += breaker.remaining
        fail(breaker)
    assert breaker.remaining == LONGEST_PAUSE


def test_a_cancelled_trial_call_leaves_the_circuit_half_open() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = FIRST_PAUSE
    fail(breaker, asyncio.CancelledError())
    assert not breaker.remaining
    assert str(breaker).endswith(f"after {FAILURES} failures in a row: it is busy")
    succeed(breaker)
    assert str(breaker) == "working"


@pytest.mark.parametrize("error", [asyncio.CancelledError(), NotAsked("no budget")], ids=["cancelled", "not asked"])
def test_a_call_that_tells_nothing_counts_neither_way(error: BaseException) -> None:
    breaker = CircuitBreaker(Clock())
    fail(breaker)
    fail(breaker, error)
    assert str(breaker) == "1 failure in a row: it is busy"


@pytest.mark.parametrize("error", [Declined(), Unusable()], ids=["declined", "unusable"])
def test_a_service_that_answers_works_whatever_it_says(error: ChatError) -> None:
    breaker = CircuitBreaker(Clock())
    fail(breaker)
    fail(breaker, error)
    assert str(breaker) == "working"


def test_an_unexpected_error_is_a_failure_and_is_not_quoted() -> None:
    breaker = CircuitBreaker(Clock())
    fail(breaker, KeyError("sk-secret"))
    assert str(breaker) == "1 failure in a row: it failed"


async def test_calls_that_fail_at_the_same_time_do_not_extend_the_pause() -> None:
    breaker = CircuitBreaker(Clock())

    async def call() -> None:
        with breaker.guard():
            await asyncio.sleep(0)
            raise Busy

    results = await asyncio.gather(*(call() for _ in range(FAILURES + 7)), return_exceptions=True)
    assert {type(result) for result in results} == {Busy}
    assert breaker.remaining == FIRST_PAUSE
