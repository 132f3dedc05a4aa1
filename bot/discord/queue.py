"""Questions wait their turn: one at a time on a thread of its own, fair between servers, bounded for everyone.

The event loop never waits for an answer, so heartbeats go on while the model loads and while questions are in line.
"""

import asyncio
import itertools
import logging
import queue
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar

from bot.logs import log_failure

log = logging.getLogger(__name__)

T = TypeVar("T")
A = TypeVar("A")

# How many questions somebody may ask in a row before the minute's rate applies.
BURST = 5
# How many questions in line are prepared together at most.
TOGETHER = 32
# Users are forgotten once their allowance is full again; beyond this many the fullest go first.
REMEMBERED = 10_000


class QuestionDeclined(Exception):
    """A question that is not taken; str(error) tells the asker why in a friendly sentence."""


class RateLimited(QuestionDeclined):
    def __init__(self, seconds: float) -> None:
        wait = max(1, round(seconds))
        super().__init__(f"You are asking faster than I may answer. Ask again in {wait} s, please.")
        self.seconds = seconds


class QueueFull(QuestionDeclined):
    def __init__(self) -> None:
        super().__init__("Too many questions are waiting just now. Ask again in a minute, please.")


class ShuttingDown(QuestionDeclined):
    def __init__(self) -> None:
        super().__init__("I am being restarted. Ask again in a minute, please.")


class AnswerTimedOut(QuestionDeclined):
    def __init__(self) -> None:
        super().__init__("That took me too long, so I gave up. Ask again in a minute, please.")


@dataclass(slots=True, eq=False)
class _Job:
    """about: what `prepare` is told of it, None where there is nothing to prepare, or it was done."""

    work: Callable[[Any], Any]
    done: "asyncio.Future[Any]"
    group: int
    about: Any = None


class RateLimiter:
    """A token bucket for each user: BURST questions in a row, `per_minute` in the long run."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate = per_minute / 60
        self._clock = clock
        self._levels: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def wait(self, user: int) -> float:
        """How many seconds a user must wait before the next question; 0.0 for none."""
        level = self._level(user)
        return 0.0 if level >= 1 else (1 - level) / self._rate

    def take(self, user: int) -> float:
        """0.0 and one question less for the user, or how many seconds are left to wait."""
        wait, level = self.wait(user), self._level(user)
        self._levels.pop(user, None)
        self._levels[user] = (level - 1 if not wait else level, self._clock())
        if len(self._levels) > REMEMBERED:
            self._levels.popitem(last=False)
        return wait

    def _level(self, user: int) -> float:
        now = self._clock()
        level, since = self._levels.get(user, (float(BURST), now))
        return min(float(BURST), level + (now - since) * self._rate)


class AnswerQueue(Generic[A]):
    """Runs jobs with what `load` made (an Answerer); `group` is the server, or the person in direct messages.

    A group may hold half of the places, and groups take turns, so that no server waits for another's crowd.
    """

    def __init__(
        self,
        load: Callable[[], A],
        *,
        waiting: int,
        seconds: float,
        allowance: RateLimiter,
        prepare: Callable[[A, Sequence[Any]], None] | None = None,
    ) -> None:
        """prepare: does at once, before the first of them, what several jobs in line need; told what they are about."""
        self._load = load
        self._prepare = prepare
        self._limit = waiting
        self._seconds = seconds
        self._allowance = allowance
        self._worker = Worker()
        self._lines: OrderedDict[int, deque[_Job]] = OrderedDict()
        self._arrived = asyncio.Event()
        self._places: Counter[int] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()
        self._begun: set[_Job] = set()
        self._open = True
        self._task: asyncio.Task[None] | None = None
        self._loaded: A | None = None
        self.ready = asyncio.Event()
        self.hung = 0
        self.hurried = asyncio.Event()
        """Set when whoever still works on an answer elsewhere should deliver what there is."""

    @property
    def waiting(self) -> int:
        """How many questions are in line or under way."""
        return self._places.total()

    async def loaded(self) -> A:
        """What `load` made, once it is there."""
        await self.ready.wait()
        assert self._loaded is not None
        return self._loaded

    def start(self) -> "asyncio.Task[None]":
        """Load, then work; the task ends only when loading fails, with what it raised."""
        self._task = asyncio.create_task(self._run(), name="answers")
        return self._task

    @contextmanager
    def place(self, user: int, group: int, *, charge: bool = True) -> Iterator[None]:
        """A place for one question, held until its answer is delivered, and charged to the user's allowance.

        Without `charge` the user must have something left, and `charge` is called once it is known that
        they asked at all. Raises QuestionDeclined where there is no place to be had.
        """
        if not self._open:
            raise ShuttingDown
        if self._places.total() >= self._limit or self._places[group] >= max(1, self._limit // 2):
            raise QueueFull
        wait = self._allowance.take(user) if charge else self._allowance.wait(user)
        if wait:
            raise RateLimited(wait)
        self._places[group] += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._places[group] -= 1
            if not self._places[group]:
                del self._places[group]
            if not self._places:
                self._empty.set()

    def charge(self, user: int) -> None:
        """Count a question against somebody's allowance."""
        self._allowance.take(user)

    async def run(self, group: int, work: Callable[[A], T], about: Any = None) -> T:
        """The result of a job, once it is its turn; raises AnswerTimedOut, ShuttingDown, or what the job raises.

        about: what `prepare` is told of it where others wait as well.
        """
        if not self._open:
            raise ShuttingDown
        job = _Job(work, asyncio.get_running_loop().create_future(), group, about)
        self._lines.setdefault(group, deque()).append(job)
        self._arrived.set()
        try:
            async with asyncio.timeout(self._seconds):
                result: T = await job.done
                return result
        except TimeoutError:
            raise AnswerTimedOut from None
        finally:
            self._forget(job)

    async def drain(self, seconds: float) -> None:
        """Take nothing new and see what is under way delivered, within so many seconds; what is left is told we close.

        A fifth of the time is kept for telling them.
        """
        self._open = False
        if not await self._emptied(0.8 * seconds):
            log.warning("closing with %d questions unanswered", self.waiting)
            self.hurried.set()
            for job in [job for line in self._lines.values() for job in line] + list(self._begun):
                if not job.done.done():
                    job.done.set_exception(ShuttingDown())
            await self._emptied(0.2 * seconds)
        if self._task:
            self._task.cancel()

    async def _emptied(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    async def _run(self) -> None:
        self._loaded = answerer = await self._worker.do(self._load)
        self.ready.set()
        while True:
            job = self._next()
            if job is None:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            self._begun = {job}
            work = self._with_others(answerer, job)
            task = asyncio.ensure_future(self._worker.do(work))
            await asyncio.wait({task}, timeout=self._seconds)
            if not task.done():
                # It hangs. Its thread is left to itself, and another goes on with the others' questions.
                self.hung += 1
                log.error("an answer hangs; going on without it")
                self._worker = Worker()
                task.add_done_callback(lambda late: late.cancelled() or late.exception())
                continue
            error = task.exception()
            if job.done.done():
                continue
            if error is None:
                job.done.set_result(task.result())
            else:
                job.done.set_exception(error)

    def _with_others(self, answerer: A, job: _Job) -> Callable[[], Any]:
        """A job's work; before it, what it and those in line behind it need is prepared together, if there are any."""
        turns = itertools.zip_longest(*self._lines.values())  # as `_next` takes them
        near = itertools.chain([job], *turns)
        batch = list(itertools.islice((other for other in near if other and other.about is not None), TOGETHER))
        prepare = self._prepare
        if prepare is None or job.about is None or len(batch) < 2:
            return lambda: job.work(answerer)
        together = [other.about for other in batch]
        for other in batch:
            other.about = None

        def work() -> Any:
            try:
                prepare(answerer, together)
            except Exception as error:  # each job does without, and says itself what is wrong
                log_failure(log, "preparing", error)
            return job.work(answerer)

        return work

    def _next(self) -> _Job | None:
        """The oldest job of the group whose turn it is."""
        for group in list(self._lines):
            line = self._lines.pop(group)
            while line:
                job = line.popleft()
                if not job.done.done():
                    if line:
                        self._lines[group] = line  # behind all others
                    return job
        return None

    def _forget(self, job: _Job) -> None:
        """Take a job out of its line if it is still there: its asker has gone."""
        line = self._lines.get(job.group)
        if line and job in line:
            line.remove(job)
        if line is not None and not line:
            self._lines.pop(job.group, None)


class Worker:
    """One daemon thread that does what it is handed, one thing after another.

    A daemon, unlike an executor's threads, does not keep the process alive when an answer hangs.
    """

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="answers", daemon=True).start()

    async def do(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, run on the thread."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: Exception | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)  # type: ignore[arg-type]
            else:
                future.set_exception(error)

        def task() -> None:
            result: T | None = None
            error: Exception | None = None
            try:
                result = work()
            except Exception as raised:
                # A future takes no StopIteration, and would never be settled.
                error = RuntimeError("StopIteration") if isinstance(raised, StopIteration) else raised
            except BaseException as raised:
                error = RuntimeError(type(raised).__name__)
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, result, error)

        self._tasks.put(task)
        return await future

    def _work(self) -> None:
        while True:
            self._tasks.get()()
