"""Private folders for copies of a generation's files, each locked by its owner; those of dead processes are removed."""

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


class PrivateFolder:
    """A private folder of this process in the system's temporary folder. The caller fills it; `close` removes it.

    The owner holds a file lock, which the operating system releases however the process ends. The next one that
    anybody creates removes the folders whose lock is free.

    Attributes:
        path: The folder to copy files into, empty at first.
    """

    def __init__(self) -> None:
        _remove_orphans()
        for _ in range(_ATTEMPTS):
            self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
            self._lock = FileLock(Path(self._folder.name, _LOCK))
            try:
                self._lock.acquire(timeout=0)
                self.path = Path(self._folder.name, "index")
                self.path.mkdir()
            except (Timeout, FileNotFoundError):  # another process removed the folder before it was locked
                self.close()
            else:
                return
        raise OSError(errno.EBUSY, f"no private folder can be created in {tempfile.gettempdir()}")

    def close(self) -> None:
        """Release the lock and remove the folder."""
        self._lock.release()
        self._folder.cleanup()


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder's content into an existing folder.

    Raises:
        OSError: A file cannot be copied; it carries the reason of the first one that failed.
    """
    try:
        shutil.copytree(source, target, dirs_exist_ok=True)
    except shutil.Error as error:
        reason = str(error.args[0][0][2]) if error.args and error.args[0] else str(error)
        raise OSError(errno.EIO, re.sub(r"^\[Errno \d+\] |: '.*", "", reason, flags=re.DOTALL)) from None


def _remove_orphans() -> None:
    """Remove this user's private folders whose owners have died."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        path = folder / _LOCK
        with suppress(OSError, Timeout):
            if _belongs_to_us(folder, stat.S_ISDIR) and _belongs_to_us(path, stat.S_ISREG):
                lock = FileLock(path)
                lock.acquire(timeout=0)
                try:
                    shutil.rmtree(folder, ignore_errors=True)
                finally:
                    lock.release()


def _belongs_to_us(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Tell whether a path is of the given kind, not a link, and owned by this user."""
    status = path.lstat()
    return is_kind(status.st_mode) and (not hasattr(os, "geteuid") or status.st_uid == os.geteuid())
