"""Private copies in the temporary folder: each has an owner who holds its lock, so what a killed one left can go."""

import errno
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = "byline-"
_LOCK = "owner.lock"
_ATTEMPTS = 5


class PrivateCopy:
    """An empty folder of this process alone, at `path`; removed when it is closed, or by another process's next start.

    A lock says whether the owner lives: it goes with the process, whatever ends it.
    """

    def __init__(self) -> None:
        _sweep()
        for _ in range(_ATTEMPTS):
            self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
            self._lock = FileLock(Path(self._folder.name, _LOCK))
            try:
                self._lock.acquire(timeout=0)
                self.path = Path(self._folder.name, "index")
                self.path.mkdir()
            except (Timeout, FileNotFoundError):  # another start took it for one without an owner in this moment
                self.close()
            else:
                return
        raise OSError(errno.EBUSY, f"no private folder can be made in {tempfile.gettempdir()}")

    def close(self) -> None:
        self._lock.release()
        self._folder.cleanup()


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder's content into one that is there; raises OSError with the reason of the first file that fails."""
    try:
        shutil.copytree(source, target, dirs_exist_ok=True)
    except shutil.Error as error:
        why = str(error.args[0][0][2]) if error.args and error.args[0] else str(error)
        raise OSError(errno.EIO, re.sub(r"^\[Errno \d+\] |: '.*", "", why, flags=re.DOTALL)) from None


def _sweep() -> None:
    """Remove the copies of this user's whose owners are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        lock = folder / _LOCK
        with suppress(OSError, Timeout):
            if _ours(folder, stat.S_ISDIR) and _ours(lock, stat.S_ISREG):
                held = FileLock(lock)
                held.acquire(timeout=0)
                try:
                    shutil.rmtree(folder, ignore_errors=True)
                finally:
                    held.release()


def _ours(path: Path, kind: Callable[[int], bool]) -> bool:
    found = path.lstat()
    return kind(found.st_mode) and (not hasattr(os, "geteuid") or found.st_uid == os.geteuid())
