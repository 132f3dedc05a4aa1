"""Locks that allow one rebuild at a time: in a folder, and on a Chroma server that several machines share."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import time
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from index.errors import BylineError, IndexLocked
from index.store.chroma import create_if_free, delete_exactly, find_collection, list_collections, translate_errors

if TYPE_CHECKING:
    from index.store.chroma import ClientAPI

SERVER_LOCK = "byline-rebuild"
HEARTBEAT_SECONDS = 10.0
STALE_SECONDS = 60.0
_WAIT_HINT = "Wait until it is done."


@contextmanager
def folder_lock(root: Path) -> Iterator[None]:
    """Lock a folder against other rebuilds, and remove the temporary files of killed ones.

    Raises:
        IndexLocked: Another rebuild is running.
        OSError: The folder cannot be created or written.
    """
    if root.exists() and not root.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "it is not a folder")
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(root / "rebuild.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexLocked("Another rebuild is running.", _WAIT_HINT) from None
    try:
        for leftover in root.glob("staging-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for pointer in root.glob("CURRENT-*"):
            pointer.unlink(missing_ok=True)
        yield
    finally:
        lock.release()


def remove_leftovers(root: Path) -> None:
    """Remove the temporary files of killed rebuilds, unless another rebuild is running or the folder is read-only."""
    with suppress(IndexLocked, OSError), folder_lock(root):
        pass  # taking the lock removes them


@contextmanager
def server_lock(client: "ClientAPI", owner: str) -> Iterator[Callable[[], None]]:
    """Lock a Chroma server against other rebuilds.

    The lock is a collection: the server creates a name once and refuses it to everybody else. The owner renews a
    timestamp in its metadata, so that the lock of a dead process becomes stale.

    Args:
        client: A client of the server.
        owner: A name for the index folder, which the caller has locked. A lock with the same owner is stale.

    Yields:
        A function that raises IndexLocked if another rebuild has taken the lock over.

    Raises:
        IndexLocked: Another rebuild is running.
    """
    with translate_errors():
        lock = _acquire(client, owner)

    def check() -> None:
        with translate_errors():
            current = find_collection(client, SERVER_LOCK)
        if current is None or current.id != lock.id:
            raise IndexLocked("Another rebuild has taken over on the Chroma server.", _WAIT_HINT)

    done = Event()
    heartbeat = Thread(target=_renew, args=(lock, owner, done), daemon=True)
    heartbeat.start()
    try:
        yield check
    finally:
        done.set()
        heartbeat.join(HEARTBEAT_SECONDS)
        with suppress(BylineError), translate_errors():  # a lock that cannot be removed becomes stale
            delete_exactly(client, lock)


def _acquire(client: "ClientAPI", owner: str) -> Any:
    holder = find_collection(client, SERVER_LOCK)
    if holder is not None and _is_stale(holder.metadata or {}, owner):
        delete_exactly(client, holder)
    lock = create_if_free(client, SERVER_LOCK, _metadata(owner))
    if lock is None:
        raise IndexLocked("Another rebuild is running on the Chroma server.", _WAIT_HINT)
    for leftover in list(list_collections(client)):
        if leftover.name.startswith(f"{SERVER_LOCK}-"):
            delete_exactly(client, leftover)
    return lock


def _renew(lock: Any, owner: str, done: Event) -> None:
    while not done.wait(HEARTBEAT_SECONDS):
        with suppress(BylineError), translate_errors():
            lock.modify(metadata=_metadata(owner))


def _metadata(owner: str) -> dict[str, Any]:
    return {"owner": owner, "at": time()}


def _is_stale(metadata: dict[str, Any], owner: str) -> bool:
    at = metadata.get("at")
    return metadata.get("owner") == owner or not isinstance(at, int | float) or abs(time() - at) > STALE_SECONDS
