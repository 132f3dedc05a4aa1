"""The queue of questions: turns, slots, rate limits."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bot.discord.queue import (
    BURST,
    MAX_USERS,
    TOGETHER,
    AnswerQueue,
    AnswerTimedOut,
    QueueFull,
    RateLimited,
    RateLimiter,
    ShuttingDown,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def queue(
    capacity: int = 10,
    time_limit: float = 5.0,
    load: Callable[[], str] = lambda: "answerer",
    prepare: Callable[[str, Sequence[Any]], None] | None = None,
) -> AnswerQueue[str]:
    return AnswerQueue(load, capacity=capacity, time_limit=time_limit, rate_limiter=RateLimiter(6000), prepare=prepare)


def test_the_rate_limiter_allows_a_burst_and_then_a_rate() -> None:
    clock = Clock()
    limiter = RateLimiter(30, clock)
    assert [limiter.take(1) for _ in range(BURST)] == [0.0] * BURST
    assert limiter.take(1) == pytest.approx(2.0)
    assert limiter.take(2) == 0.0
    clock.now = 1.0
    assert limiter.take(1) == pytest.approx(1.0)
    clock.now = 2.5
    assert limiter.take(1) == 0.0
    assert limiter.take(1) > 0
    clock.now = 1000.0
    assert [limiter.take(1) for _ in range(BURST)] == [0.0] * BURST
    assert limiter.take(1) > 0


def test_the_rate_limiter_forgets_users_beyond_a_number() -> None:
    limiter = RateLimiter(1, Clock())
    for user in range(MAX_USERS + 50):
        limiter.take(user)
    assert len(limiter._levels) == MAX_USERS


async def test_groups_take_turns() -> None:
    answers, order = queue(), []
    gate = threading.Event()
    answers.start()

    def job(name: str) -> Callable[[str], None]:
        def work(_: str) -> None:
            gate.wait(5)
            order.append(name)

        return work

    names = ["a1", "a2", "a3", "a4", "b1", "b2", "c1"]
    waiting = [asyncio.create_task(answers.run(ord(name[0]), job(name))) for name in names]
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(*waiting)
    assert order == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"] or order == [
        "a1",
        "b1",
        "c1",
        "a2",
        "b2",
        "a3",
        "a4",
    ]
    await answers.drain(1)


async def test_waiting_calls_are_prepared_in_one_batch_and_a_single_call_is_not() -> None:
    told: list[list[str]] = []
    order: list[str] = []
    gate = threading.Event()
    answers = queue(prepare=lambda _, about: told.append(list(about)))
    answers.start()

    def job(name: str) -> Callable[[str], None]:
        def work(_: str) -> None:
            gate.wait(5)
            order.append(f"{name} of {len(told)}")

        return work

    alone = asyncio.create_task(answers.run(1, job("alone"), "alone"))
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(answers.run(n, job(f"{n}"), f"{n}" if n < 5 else None)) for n in (2, 3, 4, 5)]
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(alone, *waiting)
    assert told == [["2", "3", "4"]]
    assert order == ["alone of 0", "2 of 1", "3 of 1", "4 of 1", "5 of 1"]
    await answers.drain(1)


async def test_a_batch_holds_the_calls_that_come_next() -> None:
    told: list[list[int]] = []
    gate = threading.Event()
    answers = queue(200, prepare=lambda _, about: told.append(list(about)))
    answers.start()
    first = asyncio.create_task(answers.run(0, lambda _: gate.wait(5)))
    await asyncio.sleep(0.05)
    crowd = [asyncio.create_task(answers.run(1, str.upper, n)) for n in range(100)]
    others = [asyncio.create_task(answers.run(group, str.upper, 1000 + group)) for group in (2, 3)]
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(first, *crowd, *others)
    assert told[0][:5] == [0, 1002, 1003, 1, 2] or told[0][:5] == [0, 1, 1002, 1003, 2]
    assert len(told[0]) == TOGETHER
    assert sorted(n for batch in told for n in batch) == [*range(100), 1002, 1003]
    await answers.drain(1)


async def test_calls_are_made_even_if_their_preparation_fails() -> None:
    def fails(_: str, about: object) -> None:
        raise LookupError("nothing")

    answers = queue(prepare=fails)
    answers.start()
    told = await asyncio.gather(*(answers.run(1, str.upper, n) for n in range(3)))
    assert told == ["ANSWERER"] * 3
    await answers.drain(1)


async def test_slots_are_limited_in_total_and_for_each_group() -> None:
    answers = queue(capacity=4)
    with answers.slot(1, 7), answers.slot(2, 7):
        with pytest.raises(QueueFull), answers.slot(3, 7):
            pass
        with answers.slot(3, 8), answers.slot(4, 9):
            assert answers.pending == 4
            with pytest.raises(QueueFull), answers.slot(5, 10):
                pass
    assert answers.pending == 0
    with answers.slot(1, 7):
        pass


async def test_an_error_is_raised_to_the_caller_and_the_next_call_is_made() -> None:
    answers = queue()
    answers.start()

    def fail(_: str) -> None:
        raise LookupError("nothing")

    with pytest.raises(LookupError):
        await answers.run(1, fail)
    assert await answers.run(1, str.upper) == "ANSWERER"
    await answers.drain(1)


async def test_a_call_beyond_the_time_limit_is_abandoned_and_does_not_block_the_queue() -> None:
    answers = queue(time_limit=0.2)
    answers.start()
    with pytest.raises(AnswerTimedOut):
        await answers.run(1, lambda _: time.sleep(0.5))
    await asyncio.sleep(0.4)
    assert await answers.run(1, str.upper) == "ANSWERER"
    await answers.drain(1)


async def test_a_cancelled_call_is_not_made() -> None:
    answers, done = queue(), []
    answers.start()
    first = asyncio.create_task(answers.run(1, lambda _: time.sleep(0.2)))
    gone = asyncio.create_task(answers.run(1, lambda _: done.append("gone")))
    await asyncio.sleep(0.05)
    gone.cancel()
    await first
    await answers.run(1, lambda _: done.append("last"))
    assert done == ["last"]
    await answers.drain(1)


async def test_draining_finishes_queued_calls_and_accepts_no_new_ones() -> None:
    def slowly(name: str) -> str:
        time.sleep(0.05)
        return name

    answers = queue()
    answers.start()

    async def ask() -> str:
        with answers.slot(1, 1):
            return await answers.run(1, slowly)

    waiting = [asyncio.create_task(ask()) for _ in range(3)]
    await asyncio.sleep(0.01)
    await answers.drain(5)
    assert [task.result() for task in waiting] == ["answerer"] * 3
    with pytest.raises(ShuttingDown), answers.slot(2, 2):
        pass


async def test_draining_declines_calls_that_do_not_finish() -> None:
    answers = queue()
    answers.start()

    async def ask() -> None:
        with answers.slot(1, 1):
            await answers.run(1, lambda _: time.sleep(1))

    waiting = [asyncio.create_task(ask()) for _ in range(3)]
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await answers.drain(0.5)
    assert time.monotonic() - began < 0.9
    assert [type(task.exception()) for task in waiting] == [ShuttingDown] * 3


async def test_a_model_that_does_not_load_ends_the_task_with_its_error() -> None:
    def load() -> str:
        raise OSError("no model")

    with pytest.raises(OSError, match="no model"):
        await queue(load=load).start()


def test_a_rate_limited_user_is_told_how_long_to_wait() -> None:
    assert "Please try again in 7 seconds." in str(RateLimited(6.6))
    assert "Please try again in 1 second." in str(RateLimited(0.1))


@pytest.mark.parametrize("raised", [StopIteration("x"), SystemExit(3), KeyboardInterrupt()], ids=repr)
async def test_the_queue_continues_whatever_a_call_raises(raised: BaseException) -> None:
    answers = queue()
    answers.start()

    def fail(_: str) -> None:
        raise raised

    with pytest.raises(RuntimeError, match=type(raised).__name__):
        await answers.run(1, fail)
    assert await answers.run(1, str.upper) == "ANSWERER"
    await answers.drain(1)


def test_a_slot_that_is_not_charged_takes_no_token_until_it_is() -> None:
    answers: AnswerQueue[str] = AnswerQueue(str, capacity=10, time_limit=1, rate_limiter=RateLimiter(1, Clock()))
    for _ in range(20):
        with answers.slot(1, 1, charge=False):
            pass
    for _ in range(BURST):
        answers.charge(1)
    with pytest.raises(RateLimited), answers.slot(1, 1, charge=False):
        pass
