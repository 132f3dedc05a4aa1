"""Generations on disk: a rebuild writes one beside the others, then switches CURRENT; readers never see half of it.

INDEX_DIR/
  CURRENT               the name of the generation that answers
  generations/NAME/     manifest.json and the files it lists; never written again
  staging-*/            a rebuild at work
  rebuild.lock
"""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import IndexDamaged, IndexLocked, IndexMissing
from index.manifest import Manifest

KEPT = 3
REBUILD_HINT = "Build it with: python -m index rebuild"
_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


class Generations:
    """The generations below one index folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def current(self) -> Path:
        """The folder of the generation that answers; raises IndexMissing or IndexDamaged."""
        try:
            name = (self.root / "CURRENT").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise IndexMissing("There is no index yet.", REBUILD_HINT) from None
        except NotADirectoryError:
            raise IndexMissing(f"{self.root} is not a folder.", "Name the folder of the index with --index.") from None
        except (OSError, UnicodeDecodeError):
            name = ""
        if not _NAME.fullmatch(name):
            raise IndexDamaged(f"The file {self.root / 'CURRENT'} names no index.", REBUILD_HINT)
        folder = self.root / "generations" / name
        if not folder.is_dir():
            raise IndexMissing("The index was deleted.", REBUILD_HINT)
        return folder

    def newest(self) -> str | None:
        """What CURRENT names now, read for a change and not checked; None where it cannot be read."""
        try:
            return (self.root / "CURRENT").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def manifest(self) -> Manifest:
        """The current generation's manifest; raises IndexMissing or IndexDamaged."""
        return read_manifest(self.current())

    @contextmanager
    def rebuilding(self) -> Iterator[Path]:
        """An empty staging folder while no other rebuild runs; whatever was left in it is removed."""
        if self.root.exists() and not self.root.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "it is not a folder")
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(self.root / "rebuild.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise IndexLocked("Another rebuild is running.", "Wait until it is done.") from None
        try:
            for leftover in self.root.glob("staging-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            for leftover in self.root.glob("CURRENT-*"):
                leftover.unlink(missing_ok=True)
            self._remove_unpublished()
            staging = self.root / f"staging-{secrets.token_hex(4)}"
            try:
                staging.mkdir()  # within: a signal may come the moment it is there
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        finally:
            lock.release()

    def _remove_unpublished(self) -> None:
        """Remove what a rebuild left that was killed before it could switch CURRENT to it; needs the lock."""
        newest = self.newest() or ""
        if _NAME.fullmatch(newest):
            for folder in (self.root / "generations").glob("*"):
                if folder.name > newest:
                    shutil.rmtree(folder, ignore_errors=True)

    def publish(self, staging: Path) -> None:
        """Make a complete staging folder the current generation, and remove those nobody needs any more."""
        before, name = self.newest(), self._next_name()
        target = self.root / "generations" / name
        target.parent.mkdir(exist_ok=True)
        for path in [*staging.rglob("*"), staging]:
            _sync(path)
        staging.rename(target)
        _sync(target.parent)
        pointer = self.root / f"CURRENT-{secrets.token_hex(4)}"
        try:
            pointer.write_text(name + "\n", encoding="utf-8")
            _sync(pointer)
            pointer.replace(self.root / "CURRENT")
        except OSError:
            pointer.unlink(missing_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            raise
        _sync(self.root)
        kept = KEPT if before else 1  # without a pointer, nothing says that the others were ever whole
        for old in sorted(target.parent.iterdir())[:-kept]:
            if old != target:
                shutil.rmtree(old, ignore_errors=True)

    def _next_name(self) -> str:
        """A name that sorts behind every other, even where the clock was set back."""
        now = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        last = max((folder.name[:21] for folder in (self.root / "generations").glob("*")), default="")
        if _NAME.fullmatch(f"{last}-00000000") and last >= now:
            now = f"{last[:9]}{int(last[9:]) + 1:012d}"
        return f"{now}-{secrets.token_hex(4)}"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation; raises IndexDamaged."""
    try:
        return Manifest.from_json((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise IndexDamaged("The index is damaged: its manifest cannot be read.", REBUILD_HINT) from None


def _sync(path: Path) -> None:
    """Put a file or folder on disk before anything points to it."""
    if os.name == "nt" and path.is_dir():  # Windows has no handle on a folder to sync
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
