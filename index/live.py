"""The index for a long-running process: the newest generation that can be opened, refreshed in the background."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Self

import numpy as np

from index.errors import REBUILD_HINT, IndexDamaged, IndexUnreachable, IndexUnusable
from index.generation import Generation, open_current
from index.publishing.publisher import Publisher

log = logging.getLogger(__name__)

# Seconds between two polls for a new generation, and after which a poll is given up.
INTERVAL, TIMEOUT = 0.5, 60.0
# A generation that cannot be opened is retried with exponential backoff, from INTERVAL up to this many seconds.
MAX_BACKOFF = 60.0
# Polls that hang keep their threads; with this many, no further poll is started.
MAX_HANGING = 3


@dataclass(slots=True, eq=False)
class _OpenGeneration:
    """An open generation, the number of the poll that opened it, and how many leases of it are in use."""

    generation: Generation
    poll: int
    leases: int = 0


class _Worker:
    """A thread that runs one poll after another.

    All polls share one thread, because glibc gives each new thread a memory arena of its own: with a thread a poll,
    memory grew by 190 KiB with each new generation.
    """

    def __init__(self, poll: Callable[[int], None]) -> None:
        self._poll = poll
        self._numbers: SimpleQueue[int | None] = SimpleQueue()
        self._done = threading.Event()
        threading.Thread(target=self._work, name="index-poll", daemon=True).start()

    @property
    def busy(self) -> bool:
        return not self._done.is_set()

    def run(self, number: int, timeout: float) -> bool:
        """Run a poll; return whether it finished within the timeout. If not, it goes on."""
        self._done.clear()
        self._numbers.put(number)
        return self._done.wait(timeout)

    def stop(self) -> None:
        """End the thread after its current poll."""
        self._numbers.put(None)

    def _work(self) -> None:
        while (number := self._numbers.get()) is not None:
            with suppress(BaseException):  # a poll records its own errors; the thread must survive
                self._poll(number)
            self._done.set()


class LiveIndex:
    """Opens the current generation on the first lease, and follows the publisher from then on; thread-safe.

    A new generation is opened and warmed up in the background, and serves the leases that begin afterwards. If it
    cannot be opened, the previous one goes on answering, and opening is retried with exponential backoff.

    After one timeout of the Chroma server, later leases for a search fail fast, until the watcher reaches the server
    again.

    Attributes:
        last_error: Why the newest generation is not the one that answers; None if it is.
    """

    def __init__(
        self, publisher: Publisher, model: str, *, interval: float = INTERVAL, timeout: float = TIMEOUT
    ) -> None:
        """Create a live index; nothing is opened yet.

        Args:
            publisher: Where generations are published.
            model: The identity of the embedding model that will embed the questions.
            interval: Seconds between two polls for a new generation.
            timeout: Seconds after which a poll is given up.
        """
        self.last_error: IndexUnusable | None = None
        self._publisher = publisher
        self._model = model
        self._interval = interval
        self._timeout = timeout
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None
        self._thread = threading.local()
        self._current: _OpenGeneration | None = None
        self._replaced: list[_OpenGeneration] = []
        self._worker: _Worker | None = None
        self._hanging: list[_Worker] = []
        self._polls = 0
        self._failed: str | None = None
        self._backoff = 0.0
        self._retry_at = 0.0
        self._unreachable: IndexUnreachable | None = None
        self._subscribers: list[Callable[[], None]] = []
        self._reported: tuple[str | None, str] = (None, "")

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call `callback` from the watcher thread whenever the current generation or `last_error` has changed.

        The watcher runs from the first lease on. It calls each subscriber once for that first generation, unless it
        subscribes later. A callback should return quickly; what it raises is logged.
        """
        self._subscribers.append(callback)

    @contextmanager
    def lease(self, *, searching: bool = True) -> Iterator[Generation]:
        """Use the newest generation, which stays open until the block ends; nested leases share one generation.

        Args:
            searching: Whether Chroma will be queried. If so, and its server is known to be unreachable, fail fast.

        Raises:
            IndexUnusable: No generation can be opened.
        """
        outer: Generation | None = getattr(self._thread, "generation", None)
        if outer is not None:
            yield outer
            return
        if searching and self._unreachable is not None:
            raise IndexUnreachable(self._unreachable.message, self._unreachable.hint)
        leased = self._acquire()
        self._thread.generation = leased.generation
        try:
            yield leased.generation
        except IndexUnreachable as error:
            self._unreachable = IndexUnreachable(error.message, error.hint)
            raise
        finally:
            self._thread.generation = None
            with self._lock:
                leased.leases -= 1

    def close(self) -> None:
        """Stop watching, and close all generations that are not leased; the others are closed when the process ends."""
        self._closed.set()
        if self._watcher is not None:
            self._watcher.join(self._interval + 5.0)
        if self._worker is not None:
            self._worker.stop()
        with self._lock:
            if self._current is not None:
                self._replaced.append(self._current)
                self._current = None
        self._close_replaced()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _acquire(self) -> _OpenGeneration:
        while True:
            with self._lock:
                if self._current is not None:
                    self._current.leases += 1
                    return self._current
            self._open_first()

    def _open_first(self) -> None:
        """Open the first generation, and start the watcher."""
        with self._opening:
            if self._closed.is_set():
                raise RuntimeError("the index is closed")
            if self._current is not None:
                return
            self._retry_at = 0.0  # no backoff while there is nothing to answer from
            self._run_poll()
            if self._current is None:
                raise self.last_error or IndexUnusable("There is no index that can be opened.", REBUILD_HINT)
            self._watcher = threading.Thread(target=self._watch, name="index", daemon=True)
            self._watcher.start()

    def _watch(self) -> None:
        self._notify()
        while not self._closed.wait(self._interval):
            self._run_poll()
            self._notify()
            self._close_replaced()

    def _notify(self) -> None:
        with self._lock:
            state = (self._current.generation.name if self._current else None, str(self.last_error or ""))
        if state == self._reported:
            return
        self._reported = state
        for callback in self._subscribers:
            try:
                callback()
            except Exception:
                log.exception("A subscriber of the index failed")

    def _close_replaced(self) -> None:
        """Close replaced generations that are not leased; called by the watcher, so that no question waits for it."""
        with self._lock:
            unused = [replaced for replaced in self._replaced if not replaced.leases]
            self._replaced = [replaced for replaced in self._replaced if replaced.leases]
        for replaced in unused:
            replaced.generation.close()

    def _run_poll(self) -> None:
        """Poll for a new generation; a poll that hangs is given up, but its result is used if it ends after all."""
        self._hanging = [worker for worker in self._hanging if worker.busy]
        if len(self._hanging) >= MAX_HANGING:
            return
        self._polls += 1
        self._worker = self._worker or _Worker(self._poll)
        if not self._worker.run(self._polls, self._timeout):
            self._worker.stop()
            self._hanging.append(self._worker)
            self._worker = None
            message = f"The index did not open within {self._timeout:g} seconds."
            self._record_failure(
                self._polls, None, IndexUnusable(message, "Check the disk or the server where it is stored.")
            )

    def _poll(self, number: int) -> None:
        """Open the current generation of the publisher unless it is open, and record why if that fails."""
        name = None
        try:
            name = self._publisher.peek_current_name()
            if name is not None:
                self._unreachable = None
            if self._is_up_to_date(name):
                return
            generation = open_current(self._publisher, self._model)
        except IndexUnusable as error:
            if not isinstance(error, IndexUnreachable):
                self._unreachable = None
            if name is None or name == self._publisher.peek_current_name():  # otherwise a newer one has replaced it
                self._record_failure(number, name, error)
        except BaseException as error:  # chromadb's Rust core panics with exceptions that are not Exceptions
            message = f"The index cannot be opened ({type(error).__name__})."
            self._record_failure(number, name, IndexDamaged(message, REBUILD_HINT))
        else:
            self._adopt(number, name, generation)

    def _is_up_to_date(self, name: str | None) -> bool:
        """Whether there is nothing to open: the generation is open already, or it failed and its backoff lasts."""
        with self._lock:
            if self._current is not None and name == self._current.generation.name:
                self._failed = self.last_error = None
                return True
            return self.last_error is not None and name == self._failed and monotonic() < self._retry_at

    def _adopt(self, number: int, name: str | None, generation: Generation) -> None:
        """Make a generation the current one, unless it does not answer or a later poll has opened another."""
        try:
            _warm_up(generation)
        except BaseException as error:
            with suppress(BaseException):
                generation.close()
            if not isinstance(error, IndexUnusable):
                error = IndexDamaged(f"The index cannot be searched ({type(error).__name__}).", REBUILD_HINT)
            self._record_failure(number, name, error)
            return
        opened = _OpenGeneration(generation, number)
        with self._lock:
            current = self._current
            late = current is not None and (current.poll > number or current.generation.name == generation.name)
            if late or self._closed.is_set():
                self._replaced.append(opened)
            else:
                self._current = opened
                self._replaced += [current] if current else []
            self._failed = self.last_error = None
            self._backoff = 0.0
        if self._closed.is_set():
            self._close_replaced()

    def _record_failure(self, number: int, name: str | None, error: IndexUnusable) -> None:
        with self._lock:
            if number != self._polls:  # a later poll has run since
                return
            repeated = self._backoff and name == self._failed
            self._backoff = min(MAX_BACKOFF, 2 * self._backoff) if repeated else self._interval
            self._retry_at = monotonic() + self._backoff
            self._failed = name
            self.last_error = error


def _warm_up(generation: Generation) -> None:
    """Search a generation once, so that what is read lazily is read now; raises IndexDamaged if it finds nothing."""
    dimension = generation.manifest.dimension
    vector = np.full(dimension, dimension**-0.5, dtype=np.float32)
    if not generation.nearest_passages(vector, 1) or not generation.nearest_sentences(vector, 1):
        raise IndexDamaged("The index is damaged: a search finds nothing.", REBUILD_HINT)
