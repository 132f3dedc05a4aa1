"""The index as a long-running reader sees it: the newest generation that can be opened, followed in the background."""

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

# Seconds between two looks at what is published, and until a look is given up.
EVERY, PATIENCE = 0.5, 60.0
# A generation that cannot be opened is tried again after EVERY seconds, then after twice as long, up to this.
SLOWEST = 60.0
# Looks that hang are left to themselves, but not any number of them.
HANGING = 3


@dataclass(slots=True, eq=False)
class _Open:
    """A generation with the number of those who read it, and that of the look that opened it."""

    generation: Generation
    look: int
    readers: int = 0


class _Looker:
    """A thread that looks when it is told to, one look after another.

    All looks have one thread, for glibc gives a new one an arena of its own: with a thread a look, memory grew
    by 190 KiB with each new generation.
    """

    def __init__(self, look: Callable[[int], None]) -> None:
        self._look = look
        self._numbers: SimpleQueue[int | None] = SimpleQueue()
        self._done = threading.Event()
        threading.Thread(target=self._run, name="index-look", daemon=True).start()

    @property
    def busy(self) -> bool:
        return not self._done.is_set()

    def look(self, number: int, patience: float) -> bool:
        """Whether the look with this number ended within so many seconds; if not, it goes on."""
        self._done.clear()
        self._numbers.put(number)
        return self._done.wait(patience)

    def end(self) -> None:
        """Let the thread end, once it has ended its look."""
        self._numbers.put(None)

    def _run(self) -> None:
        while (number := self._numbers.get()) is not None:
            with suppress(BaseException):  # what a look meets it tells itself; the thread is needed for the next
                self._look(number)
            self._done.set()


class LiveIndex:
    """Follows what is published from the first lease on; any thread may lease.

    A new generation is opened and asked a first time beside the questions, and takes over for those that
    come then. What was opened goes on answering when the new one cannot be opened: `last_error` says why, and
    it is tried again, ever more rarely.

    A server that did not answer one reader is not waited for by the next: it is told so at once, until the
    watcher hears from the server.
    """

    def __init__(self, publisher: Publisher, model: str, *, every: float = EVERY, patience: float = PATIENCE) -> None:
        """model: the identity of the embedding model that will ask. every, patience: in seconds."""
        self._publisher = publisher
        self._model = model
        self._every = every
        self._patience = patience
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None
        self._here = threading.local()
        self._now: _Open | None = None
        self._old: list[_Open] = []
        self._looker: _Looker | None = None
        self._hanging: list[_Looker] = []
        self._looks = 0
        self._failed: str | None = None
        self._pause = 0.0
        self._again = 0.0
        self._unreachable: IndexUnreachable | None = None
        self.last_error: IndexUnusable | None = None
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
        """The newest generation, which stays open until the lease ends; a lease within another has the same one.

        The first lease opens it; it raises IndexUnusable if that fails. searching: whether the store will be
        asked; if so, IndexUnreachable is raised at once where its server is known not to answer.
        """
        outer: Generation | None = getattr(self._here, "generation", None)
        if outer is not None:
            yield outer
            return
        if searching and self._unreachable is not None:
            raise IndexUnreachable(self._unreachable.message, self._unreachable.hint)
        held = self._take()
        self._here.generation = held.generation
        try:
            yield held.generation
        except IndexUnreachable as error:
            self._unreachable = IndexUnreachable(error.message, error.hint)
            raise
        finally:
            self._here.generation = None
            with self._lock:
                held.readers -= 1

    def close(self) -> None:
        """Follow no longer, and close what nobody reads; what somebody still reads goes with the process."""
        self._closed.set()
        if self._watcher is not None:
            self._watcher.join(self._every + 5.0)
        if self._looker is not None:
            self._looker.end()
        with self._lock:
            if self._now is not None:
                self._old.append(self._now)
                self._now = None
        self._tidy()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self) -> _Open:
        while True:
            with self._lock:
                if self._now is not None:
                    self._now.readers += 1
                    return self._now
            self._begin()

    def _begin(self) -> None:
        """Open the first generation, and follow from then on."""
        with self._opening:
            if self._closed.is_set():
                raise RuntimeError("the index was closed")
            if self._now is not None:
                return
            self._again = 0.0  # whoever asks is told how it is now
            self._look_in_time()
            if self._now is None:
                raise self.last_error or IndexUnusable("There is no index that can be opened.", REBUILD_HINT)
            self._watcher = threading.Thread(target=self._watch, name="index", daemon=True)
            self._watcher.start()

    def _watch(self) -> None:
        self._notify()
        while not self._closed.wait(self._every):
            self._look_in_time()
            self._notify()
            self._tidy()

    def _notify(self) -> None:
        with self._lock:
            state = (self._now.generation.name if self._now else None, str(self.last_error or ""))
        if state == self._reported:
            return
        self._reported = state
        for callback in self._subscribers:
            try:
                callback()
            except Exception:
                log.exception("A subscriber of the index failed")

    def _tidy(self) -> None:
        """Close what was replaced and is read no more: here, where no question waits for it."""
        with self._lock:
            done = [one for one in self._old if not one.readers]
            self._old = [one for one in self._old if one.readers]
        for one in done:
            one.generation.close()

    def _look_in_time(self) -> None:
        """Look whether there is something new; a look that hangs is given up, and counts if it ends after all."""
        self._hanging = [looker for looker in self._hanging if looker.busy]
        if len(self._hanging) >= HANGING:
            return
        self._looks += 1
        self._looker = self._looker or _Looker(self._look)
        if not self._looker.look(self._looks, self._patience):
            self._looker.end()
            self._hanging.append(self._looker)
            self._looker = None
            why = f"The index did not open within {self._patience:g} seconds."
            self._fail(self._looks, None, IndexUnusable(why, "Look at the disk or the server that it is on."))

    def _look(self, number: int) -> None:
        newest = None
        try:
            newest = self._publisher.peek_current_name()
            if newest is not None:
                self._unreachable = None
            if self._known(newest):
                return
            opened = open_current(self._publisher, self._model)
        except IndexUnusable as error:
            if not isinstance(error, IndexUnreachable):
                self._unreachable = None
            if newest is None or newest == self._publisher.peek_current_name():  # else it was removed for a newer one
                self._fail(number, newest, error)
        except BaseException as error:  # chromadb's Rust core panics with what is no Exception
            why = f"The index cannot be opened ({type(error).__name__})."
            self._fail(number, newest, IndexDamaged(why, REBUILD_HINT))
        else:
            self._opened(number, newest, opened)

    def _known(self, newest: str | None) -> bool:
        """Whether there is nothing to open: it is open, or it failed and its time has not come."""
        with self._lock:
            if self._now is not None and newest == self._now.generation.name:
                self._failed = self.last_error = None
                return True
            return self.last_error is not None and newest == self._failed and monotonic() < self._again

    def _opened(self, number: int, newest: str | None, opened: Generation) -> None:
        try:
            _ask(opened)
        except BaseException as error:
            with suppress(BaseException):
                opened.close()
            why = f"The index cannot be asked ({type(error).__name__})."
            self._fail(number, newest, error if isinstance(error, IndexUnusable) else IndexDamaged(why, REBUILD_HINT))
            return
        with self._lock:
            before = self._now
            old = before is not None and (before.look > number or before.generation.name == opened.name)
            if old or self._closed.is_set():
                self._old.append(_Open(opened, number))
            else:
                self._now = _Open(opened, number)
                self._old += [before] if before else []
            self._failed = self.last_error = None
            self._pause = 0.0
        if self._closed.is_set():
            self._tidy()

    def _fail(self, number: int, newest: str | None, trouble: IndexUnusable) -> None:
        with self._lock:
            if number != self._looks:  # it comes too late: another has looked since
                return
            self._pause = min(SLOWEST, 2 * self._pause) if self._pause and newest == self._failed else self._every
            self._again = monotonic() + self._pause
            self._failed = newest
            self.last_error = trouble


def _ask(generation: Generation) -> None:
    """Ask something of a generation, so that what is read at the first question is read now; raises IndexDamaged."""
    dimension = generation.manifest.dimension
    vector = np.full(dimension, dimension**-0.5, dtype=np.float32)
    if not generation.nearest_passages(vector, 1) or not generation.nearest_sentences(vector, 1):
        raise IndexDamaged("The index is damaged: it finds nothing.", REBUILD_HINT)
