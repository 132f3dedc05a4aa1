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
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from index.copies import copy_tree
from index.errors import IndexDamaged, IndexLocked, IndexMissing, IndexUnusable
from index.manifest import Manifest, digests, read_manifest
from index.selfcheck import Findings, check_apart
from index.wording import COPY_HINT, OWNER_HINT, REBUILD_HINT

if TYPE_CHECKING:
    from index.chroma import Place

KEPT = 3
NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


class Published(Protocol):
    """Where generations are published, one of them the current: a folder, or a Chroma server.

    Whatever cannot be had is raised as IndexUnusable.
    """

    @property
    def root(self) -> Path:
        """The folder for the lock, and for what is being built."""

    def newest(self) -> str | None:
        """The name of the current generation, read for a change and not checked; None where it cannot be read."""

    def current_name(self) -> str:
        """The name of the generation that answers."""

    def manifest(self, name: str | None = None) -> Manifest:
        """The manifest of a generation, or of the current one."""

    def read(self, name: str, path: str) -> bytes:
        """One of a generation's files."""

    def sound(self, name: str, manifest: Manifest) -> bool:
        """Whether a generation is there as it was written; cheap, no question is asked of it."""

    def copy(self, name: str, folder: Path) -> None:
        """Copy a generation's files into a folder, and raise IndexDamaged if they are not what was written."""

    def place(self, name: str, folder: Path) -> "Place":
        """The collections of a generation of which a folder holds the files."""

    def check(self, name: str, folder: Path, manifest: Manifest) -> Findings:
        """Check what a generation holds, of which a private folder has the files, by asking it; slow."""

    def rebuilding(self) -> AbstractContextManager[Path]:
        """A folder for a generation to be built, while no other rebuild runs; its name is the generation's in `place`.

        Whatever is left of it, or of a rebuild that was killed, is removed.
        """

    def publish(self, staging: Path) -> None:
        """Make what was built in that folder the current generation, and remove those nobody needs any more."""


class Generations:
    """The generations below one index folder; check: how the copy of one is checked."""

    def __init__(self, root: Path, check: Callable[[Path, Manifest], Findings] = check_apart) -> None:
        self._root = root
        self._check = check

    @property
    def root(self) -> Path:
        return self._root

    def current(self) -> Path:
        """The folder of the generation that answers; raises IndexUnusable."""
        try:
            name = (self.root / "CURRENT").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise IndexMissing("There is no index yet.", REBUILD_HINT) from None
        except NotADirectoryError:
            raise IndexMissing(f"{self.root} is not a folder.", "Name the folder of the index with --index.") from None
        except PermissionError:
            raise IndexUnusable(f"The index in {self.root} may not be read.", OWNER_HINT) from None
        except (OSError, UnicodeDecodeError):
            name = ""
        if not NAME.fullmatch(name):
            raise IndexDamaged(f"The file {self.root / 'CURRENT'} names no index.", REBUILD_HINT)
        folder = self.root / "generations" / name
        if not folder.is_dir():
            raise IndexMissing("The index was deleted.", REBUILD_HINT)
        return folder

    def current_name(self) -> str:
        return self.current().name

    def newest(self) -> str | None:
        """What CURRENT names now, read for a change and not checked; None where it cannot be read."""
        try:
            return (self.root / "CURRENT").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def manifest(self, name: str | None = None) -> Manifest:
        """A generation's manifest, by default the current one's; raises IndexUnusable."""
        return read_manifest(self.current() if name is None else self._folder(name))

    def read(self, name: str, path: str) -> bytes:
        try:
            return (self._folder(name) / path).read_bytes()
        except OSError as error:
            raise IndexDamaged(
                f"The index is damaged: {path} cannot be read ({error.strerror}).", REBUILD_HINT
            ) from None

    def sound(self, name: str, manifest: Manifest) -> bool:
        return bool(manifest.files) and _holds(self._folder(name), manifest)

    def copy(self, name: str, folder: Path) -> None:
        source = self._folder(name)
        try:
            copy_tree(source, folder)
        except OSError as error:
            if not source.is_dir():
                raise IndexMissing("The index was deleted.", REBUILD_HINT) from None
            raise IndexUnusable(f"The index cannot be copied to {folder}: {error.strerror}.", COPY_HINT) from None
        if not _holds(folder, read_manifest(folder)):
            raise IndexDamaged("The index is damaged: its files are not what the rebuild wrote.", REBUILD_HINT)

    def place(self, name: str, folder: Path) -> "Place":
        from index.chroma import embedded

        return embedded(folder / "chroma")

    def check(self, name: str, folder: Path, manifest: Manifest) -> Findings:
        return self._check(folder, manifest)

    def _folder(self, name: str) -> Path:
        return self.root / "generations" / name

    @contextmanager
    def rebuilding(self) -> Iterator[Path]:
        """An empty staging folder while no other rebuild runs; whatever was left in it is removed."""
        with local_lock(self.root):
            for leftover in self.root.glob("CURRENT-*"):
                leftover.unlink(missing_ok=True)
            self._remove_unpublished()
            staging = self.root / f"staging-{secrets.token_hex(4)}"
            try:
                staging.mkdir()  # within: a signal may come the moment it is there
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)

    def _remove_unpublished(self) -> None:
        """Remove what a rebuild left that was killed before it could switch CURRENT to it; needs the lock."""
        newest = self.newest() or ""
        if NAME.fullmatch(newest):
            for folder in (self.root / "generations").glob("*"):
                if folder.name > newest:
                    shutil.rmtree(folder, ignore_errors=True)

    def publish(self, staging: Path) -> None:
        """Make a complete staging folder the current generation, and remove those nobody needs any more."""
        before = self.newest()
        name = next_name(folder.name for folder in (self.root / "generations").glob("*"))
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


@contextmanager
def local_lock(root: Path) -> Iterator[None]:
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


def next_name(names: Iterable[str]) -> str:
    """A name that sorts behind all of these, even where the clock was set back."""
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    last = max((name[:21] for name in names), default="")
    if NAME.fullmatch(f"{last}-00000000") and last >= now:
        now = f"{last[:9]}{int(last[9:]) + 1:012d}"
    return f"{now}-{secrets.token_hex(4)}"


def _holds(folder: Path, manifest: Manifest) -> bool:
    """Whether a folder holds every file of a manifest as it was."""
    found = digests(folder)
    return all(found.get(name) == digest for name, digest in manifest.files.items())


def _sync(path: Path) -> None:
    """Put a file or folder on disk before anything points to it."""
    if os.name == "nt" and path.is_dir():  # Windows has no handle on a folder to sync
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
