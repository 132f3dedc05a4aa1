"""The queue of questions: one worker thread, fair between servers, bounded in total and for each user.

The event loop never waits for an answer, so heartbeats continue while the model loads and while questions are queued.
"""

import asyncio
import itertools
import logging
import queue
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar

from index.formatting import count

from bot.logs import log_failure

log = logging.getLogger(__name__)

T = TypeVar("T")
A = TypeVar("A")

# How many questions a user may ask in a row before the rate per minute applies.
BURST = 5
# How many waiting questions are prepared together at most.
TOGETHER = 32
# How many users the rate limiter keeps levels of; those who asked longest ago are forgotten first.
MAX_USERS = 10_000


class QuestionDeclined(Exception):
    """A question that will not be answered; str(error) tells the asker why in a friendly sentence."""


class RateLimited(QuestionDeclined):
    """A user has asked too many questions in too short a time."""

    def __init__(self, seconds: float) -> None:
        wait = max(1, round(seconds))
        super().__init__(f"You are asking too fast. Please try again in {count(wait, 'second')}.")


class QueueFull(QuestionDeclined):
    """Too many questions are waiting, in total or from one server."""

    def __init__(self) -> None:
        super().__init__("Too many questions are waiting at the moment. Please try again in a minute.")


class ShuttingDown(QuestionDeclined):
    """The bot is stopping."""

    def __init__(self) -> None:
        super().__init__("I am being restarted. Please try again in a minute.")


class AnswerTimedOut(QuestionDeclined):
    """An answer took too long."""

    def __init__(self) -> None:
        super().__init__("That took me too long, so I gave up. Please try again in a minute.")


@dataclass(slots=True, eq=False)
class _Job:
    """A queued function call; `item` is its argument for `prepare`, None if there is nothing (more) to prepare."""

    function: Callable[[Any], Any]
    result: "asyncio.Future[Any]"
    group: int
    item: Any = None


class RateLimiter:
    """A token bucket for each user: BURST questions in a row, `per_minute` in the long run."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate = per_minute / 60
        self._clock = clock
        self._levels: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def seconds_to_wait(self, user: int) -> float:
        """Return how many seconds a user must wait before the next question; 0.0 for none."""
        level = self._level(user)
        return 0.0 if level >= 1 else (1 - level) / self._rate

    def take(self, user: int) -> float:
        """Take a token for a question and return 0.0, or return the seconds to wait if the user has none."""
        wait, level = self.seconds_to_wait(user), self._level(user)
        self._levels.pop(user, None)
        self._levels[user] = (level - 1 if not wait else level, self._clock())
        if len(self._levels) > MAX_USERS:
            self._levels.popitem(last=False)
        return wait

    def _level(self, user: int) -> float:
        now = self._clock()
        level, since = self._levels.get(user, (float(BURST), now))
        return min(float(BURST), level + (now - since) * self._rate)


class AnswerQueue(Generic[A]):
    """Calls functions with an object of type A (an Answerer), one after another, on a worker thread.

    Each call belongs to a group: a server, or a user in direct messages. Groups take turns, and a group may occupy
    at most half of the slots, so that no server waits for the crowd of another.

    Attributes:
        ready: set once the object is loaded.
        hung: how many calls did not return in time; their threads were abandoned.
        deliver_now: set during shutdown, when unfinished answers must be delivered as they are.
    """

    def __init__(
        self,
        load: Callable[[], A],
        *,
        capacity: int,
        time_limit: float,
        rate_limiter: RateLimiter,
        prepare: Callable[[A, Sequence[Any]], None] | None = None,
    ) -> None:
        """Create a queue.

        Args:
            load: makes the object; called once, on the worker thread.
            capacity: how many questions may be waiting or in progress.
            time_limit: seconds that a call may take, including its time in the queue.
            rate_limiter: limits the questions of each user.
            prepare: does work for several waiting calls at once, before the first of them; gets the object and
                the `item` of each call.
        """
        self._load = load
        self._prepare = prepare
        self._capacity = capacity
        self._time_limit = time_limit
        self._rate_limiter = rate_limiter
        self._worker = Worker()
        self._jobs_by_group: OrderedDict[int, deque[_Job]] = OrderedDict()
        self._job_added = asyncio.Event()
        self._slots: Counter[int] = Counter()
        self._idle = asyncio.Event()
        self._idle.set()
        self._current: _Job | None = None
        self._open = True
        self._task: asyncio.Task[None] | None = None
        self._loaded: A | None = None
        self.ready = asyncio.Event()
        self.hung = 0
        self.deliver_now = asyncio.Event()

    @property
    def pending(self) -> int:
        """How many questions are waiting or in progress."""
        return self._slots.total()

    async def loaded(self) -> A:
        """Return the object once it is loaded."""
        await self.ready.wait()
        assert self._loaded is not None
        return self._loaded

    def start(self) -> "asyncio.Task[None]":
        """Load the object, then process calls; the task ends only if loading fails, with the error."""
        self._task = asyncio.create_task(self._process_jobs(), name="answers")
        return self._task

    @contextmanager
    def slot(self, user: int, group: int, *, charge: bool = True) -> Iterator[None]:
        """Occupy a slot for one question until its answer is delivered.

        Args:
            user: who asks.
            group: as for `run`.
            charge: whether to take a token of the user's now. If not, the user must have one, and `charge` is called
                once it is known that the message was a question to the bot.

        Raises:
            QuestionDeclined: there is no slot, or the user has no token.
        """
        if not self._open:
            raise ShuttingDown
        if self._slots.total() >= self._capacity or self._slots[group] >= max(1, self._capacity // 2):
            raise QueueFull
        wait = self._rate_limiter.take(user) if charge else self._rate_limiter.seconds_to_wait(user)
        if wait:
            raise RateLimited(wait)
        self._slots[group] += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._slots[group] -= 1
            if not self._slots[group]:
                del self._slots[group]
            if not self._slots:
                self._idle.set()

    def charge(self, user: int) -> None:
        """Take a token of a user's for a question."""
        self._rate_limiter.take(user)

    async def run(self, group: int, function: Callable[[A], T], item: Any = None) -> T:
        """Return what `function` returns for the object, once it is its turn.

        Args:
            group: the server, or the user in direct messages.
            function: called on the worker thread; what it raises is raised here.
            item: what `prepare` gets for this call if other calls are waiting as well.

        Raises:
            QuestionDeclined: the time limit has passed, or the bot stops before the call returns.
        """
        if not self._open:
            raise ShuttingDown
        job = _Job(function, asyncio.get_running_loop().create_future(), group, item)
        self._jobs_by_group.setdefault(group, deque()).append(job)
        self._job_added.set()
        try:
            async with asyncio.timeout(self._time_limit):
                result: T = await job.result
                return result
        except TimeoutError:
            raise AnswerTimedOut from None
        finally:
            self._discard(job)

    async def drain(self, seconds: float) -> None:
        """Accept nothing new, and return when all answers are delivered, or after so many seconds.

        After four fifths of the time the remaining calls end with ShuttingDown, so that their askers get a response.
        """
        self._open = False
        if not await self._idle_within(0.8 * seconds):
            log.warning("closing with %d questions unanswered", self.pending)
            self.deliver_now.set()
            for job in [self._current, *itertools.chain.from_iterable(self._jobs_by_group.values())]:
                if job is not None and not job.result.done():
                    job.result.set_exception(ShuttingDown())
            await self._idle_within(0.2 * seconds)
        if self._task:
            self._task.cancel()

    async def _idle_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    async def _process_jobs(self) -> None:
        self._loaded = answerer = await self._worker.run(self._load)
        self.ready.set()
        while True:
            job = self._current = self._next()
            if job is None:
                self._job_added.clear()
                await self._job_added.wait()
                continue
            task = asyncio.ensure_future(self._worker.run(self._with_preparation(answerer, job)))
            await asyncio.wait({task}, timeout=self._time_limit)
            if not task.done():
                # The call hangs. Its thread is abandoned, and a new one continues with the other questions.
                self.hung += 1
                log.error("an answer hangs; going on without it")
                self._worker = Worker()
                task.add_done_callback(lambda late: late.cancelled() or late.exception())
                continue
            error = task.exception()
            if not job.result.done():
                job.result.set_result(task.result()) if error is None else job.result.set_exception(error)

    def _with_preparation(self, answerer: A, job: _Job) -> Callable[[], Any]:
        """The call of a job, preceded by the preparation of it and of those that follow it, if there are any."""
        following = itertools.zip_longest(*self._jobs_by_group.values())  # the order in which `_next` takes them
        candidates = itertools.chain([job], *following)
        batch = list(itertools.islice((other for other in candidates if other and other.item is not None), TOGETHER))
        prepare = self._prepare
        if prepare is None or job.item is None or len(batch) < 2:
            return lambda: job.function(answerer)
        items = [other.item for other in batch]
        for other in batch:
            other.item = None

        def prepare_and_call() -> Any:
            try:
                prepare(answerer, items)
            except Exception as error:  # each call works without, and reports its own errors
                log_failure(log, "preparing", error)
            return job.function(answerer)

        return prepare_and_call

    def _next(self) -> _Job | None:
        """Take the oldest job of the group whose turn it is."""
        for group in list(self._jobs_by_group):
            jobs = self._jobs_by_group.pop(group)
            while jobs:
                job = jobs.popleft()
                if not job.result.done():
                    if jobs:
                        self._jobs_by_group[group] = jobs  # behind all other groups
                    return job
        return None

    def _discard(self, job: _Job) -> None:
        """Remove a job that is still waiting; nobody waits for its result any more."""
        jobs = self._jobs_by_group.get(job.group)
        if jobs and job in jobs:
            jobs.remove(job)
        if jobs is not None and not jobs:
            self._jobs_by_group.pop(job.group, None)


class Worker:
    """One daemon thread that calls functions one after another.

    Unlike the threads of an executor, a daemon thread does not keep the process alive when a call hangs.
    """

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._run_forever, name="answers", daemon=True).start()

    async def run(self, function: Callable[[], T]) -> T:
        """Return or raise what `function` returns or raises on the thread."""
        future: Future[T] = Future()
        self._calls.put((function, future))
        return await asyncio.wrap_future(future)

    def _run_forever(self) -> None:
        while True:
            function, future = self._calls.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function())
            except StopIteration:  # an asyncio future does not accept it, and would stay pending
                future.set_exception(RuntimeError("StopIteration"))
            except Exception as error:
                future.set_exception(error)
            except BaseException as error:
                future.set_exception(RuntimeError(type(error).__name__))
