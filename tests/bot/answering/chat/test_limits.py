"""What a chat model may cost: budgets that outlive a restart, and a circuit that opens."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.answering.chat.limits import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, Budget, CircuitBreaker
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
def test_a_share_is_used_up_and_stays_so_after_a_restart(path: Path, budget: Budget, others: bool) -> None:
    for _ in range(2):
        state = State(path)
        assert state.begin(1, budget)
        state.spend(1, 100)
    assert not State(path).begin(1, budget)
    assert not State(path).has_room(1, budget)
    assert State(path).has_room(2, budget) is others
    assert State(path).begin(2, budget) is others


def test_nothing_is_limited_where_nothing_is_set(path: Path) -> None:
    state = State(path)
    state.spend(1, 10**9)
    assert all(state.begin(1, Budget()) for _ in range(5))


def test_a_new_day_begins_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = State(path)
    monkeypatch.setattr("bot.state._today", lambda: "2024-05-03")
    assert state.begin(1, Budget(questions=1))
    assert not state.begin(1, Budget(questions=1))
    monkeypatch.setattr("bot.state._today", lambda: "2024-05-04")
    assert state.begin(1, Budget(questions=1))


def test_users_are_kept_as_digests(path: Path) -> None:
    State(path).begin(123456789012345678, Budget())
    assert b"123456789012345678" not in path.read_bytes()


def test_many_at_once_get_no_more_than_there_is(path: Path) -> None:
    state = State(path)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda user: state.begin(user, Budget(all_questions=10)), range(40)))
    assert sum(taken) == 10


def test_an_unusable_file_is_an_error_that_says_so(path: Path) -> None:
    state = State(path)
    path.write_bytes(b"no database")
    with pytest.raises(StateUnusable):
        state.begin(1, Budget())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_circuit_opens_tries_once_and_closes() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock)
    for _ in range(FAILURES):
        assert breaker.admits()
        breaker.failed("it is busy")
    assert not breaker.admits()
    assert str(breaker) == f"paused for {FIRST_PAUSE:.0f} s after {FAILURES} failures in a row: it is busy"
    clock.now = FIRST_PAUSE
    assert breaker.admits()
    assert not breaker.admits()  # one at a time
    breaker.failed("it is busy")
    assert breaker.seconds == 2 * FIRST_PAUSE
    clock.now += 2 * FIRST_PAUSE
    assert breaker.admits()
    breaker.left()
    assert breaker.admits()
    breaker.worked()
    assert str(breaker) == "working"
    assert breaker.admits()


def test_a_pause_has_an_end() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock)
    for _ in range(40):
        clock.now += breaker.seconds
        breaker.failed("it failed")
    assert breaker.seconds == LONGEST_PAUSE


def test_calls_that_fail_together_make_no_pause_longer() -> None:
    breaker = CircuitBreaker(Clock())
    for _ in range(FAILURES + 7):
        breaker.failed("it failed")
    assert breaker.seconds == FIRST_PAUSE
