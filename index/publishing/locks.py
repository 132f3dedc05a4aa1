"""One rebuild at a time: in a folder, and on a Chroma server that several machines share."""

import contextlib
import errno
import os
import secrets
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import time
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from index.errors import BylineError, IndexLocked
from index.store.chroma import list_collections, translate_errors

if TYPE_CHECKING:
    from index.store.chroma import ClientAPI


@contextmanager
def folder_lock(root: Path) -> Iterator[None]:
    """Let no other rebuild run in a folder, and remove what one left that was killed."""
    if root.exists() and not root.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "it is not a folder")
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(root / "rebuild.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexLocked("Another rebuild is running.", "Wait until it is done.") from None
    try:
        for leftover in root.glob("staging-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield
    finally:
        lock.release()


PREFIX = "byline-rebuild-"


BEAT = 10.0


DEAD_AFTER = 60.0


_held: set[str] = set()
"""The locks of this very process."""


@contextmanager
def server_lock(client: "ClientAPI") -> Iterator[Callable[[], None]]:
    """Hold the lock of a server; raises IndexLocked if another rebuild has it, as what is yielded does if it was lost.

    Chroma has no locks, so each rebuild that comes puts up a collection of its own and goes if it sees another:
    of two that come together, both may go, but never do both stay. Its metadata says who holds it and when that was
    last true; one whose process is gone, or that has been silent for DEAD_AFTER seconds, is removed.
    """
    name = f"{PREFIX}{secrets.token_hex(8)}"

    def check() -> None:
        with translate_errors():
            if not any(other.name == name for other in list_collections(client)):
                raise IndexLocked("Another rebuild has taken over on the Chroma server.", "Wait until it is done.")

    _held.add(name)  # before it is to be seen: another thread would take it for left over
    done = Event()
    beats: Thread | None = None
    try:
        with translate_errors():
            own = client.create_collection(name, embedding_function=None, metadata=_now())
            others = [other for other in list_collections(client) if other.name.startswith(PREFIX)]
            for other in others:
                if other.name != name and _alive(other.name, other.metadata or {}):
                    raise IndexLocked("Another rebuild is running on the Chroma server.", "Wait until it is done.")
            for other in others:
                if other.name != name:
                    client.delete_collection(other.name)
        beats = Thread(target=_beat, args=(own, done), daemon=True)
        beats.start()
        yield check
    finally:
        _held.discard(name)
        done.set()
        if beats is not None:
            beats.join(BEAT)
        with contextlib.suppress(BylineError), translate_errors():  # what stays is taken for dead later
            client.delete_collection(name)


def _beat(own: Any, done: Event) -> None:
    while not done.wait(BEAT):
        with contextlib.suppress(BylineError), translate_errors():
            own.modify(metadata=_now())


def _now() -> dict[str, Any]:
    return {"host": socket.gethostname(), "process": os.getpid(), "at": time()}


def _alive(name: str, holder: Mapping[str, Any]) -> bool:
    at = holder.get("at")
    if not isinstance(at, int | float) or abs(time() - at) > DEAD_AFTER:
        return False
    process = holder.get("process")
    if holder.get("host") != socket.gethostname() or not isinstance(process, int) or os.name == "nt":
        return True
    if process == os.getpid():
        return name in _held
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
