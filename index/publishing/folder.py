"""Generations on disk: a rebuild writes one beside the others, then switches CURRENT; readers never see half of it.

INDEX_DIR/
  CURRENT               the name of the generation that answers
  generations/NAME/     manifest.json and the files it lists; never written again
  staging-*/            a rebuild at work
  rebuild.lock
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import COPY_HINT, OWNER_HINT, REBUILD_HINT, IndexDamaged, IndexMissing, IndexUnusable
from index.publishing.copies import copy_tree
from index.publishing.locks import folder_lock
from index.publishing.publisher import GENERATIONS_KEPT, NAME_PATTERN, next_name
from index.store.manifest import Manifest, file_digests, read_manifest
from index.store.self_check import CheckResult, check_in_subprocess

if TYPE_CHECKING:
    from index.store.chroma import CollectionPair


class FolderPublisher:
    """The generations below one index folder; check: how the copy of one is checked."""

    def __init__(self, root: Path, check: Callable[[Path, Manifest], CheckResult] = check_in_subprocess) -> None:
        self._root = root
        self._check = check

    @property
    def root(self) -> Path:
        return self._root

    def current_folder(self) -> Path:
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
        if not NAME_PATTERN.fullmatch(name):
            raise IndexDamaged(f"The file {self.root / 'CURRENT'} names no index.", REBUILD_HINT)
        folder = self.root / "generations" / name
        if not folder.is_dir():
            raise IndexMissing("The index was deleted.", REBUILD_HINT)
        return folder

    def current_name(self) -> str:
        return self.current_folder().name

    def peek_current_name(self) -> str | None:
        """What CURRENT names now, read for a change and not checked; None where it cannot be read."""
        try:
            return (self.root / "CURRENT").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def manifest(self, name: str | None = None) -> Manifest:
        """A generation's manifest, by default the current one's; raises IndexUnusable."""
        return read_manifest(self.current_folder() if name is None else self._folder(name))

    def read_file(self, name: str, path: str) -> bytes:
        try:
            return (self._folder(name) / path).read_bytes()
        except OSError as error:
            raise IndexDamaged(
                f"The index is damaged: {path} cannot be read ({error.strerror}).", REBUILD_HINT
            ) from None

    def is_intact(self, name: str, manifest: Manifest) -> bool:
        return bool(manifest.files) and _holds(self._folder(name), manifest)

    def copy_to(self, name: str, folder: Path) -> None:
        source = self._folder(name)
        try:
            copy_tree(source, folder)
        except OSError as error:
            if not source.is_dir():
                raise IndexMissing("The index was deleted.", REBUILD_HINT) from None
            raise IndexUnusable(f"The index cannot be copied to {folder}: {error.strerror}.", COPY_HINT) from None
        if not _holds(folder, read_manifest(folder)):
            raise IndexDamaged("The index is damaged: its files are not what the rebuild wrote.", REBUILD_HINT)

    def open_collections(self, name: str, folder: Path) -> "CollectionPair":
        from index.store.chroma import open_folder

        return open_folder(folder / "chroma")

    def check(self, name: str, folder: Path, manifest: Manifest) -> CheckResult:
        return self._check(folder, manifest)

    def _folder(self, name: str) -> Path:
        return self.root / "generations" / name

    @contextmanager
    def begin_rebuild(self) -> Iterator[Path]:
        """An empty staging folder while no other rebuild runs; whatever was left in it is removed."""
        with folder_lock(self.root):
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
        newest = self.peek_current_name() or ""
        if NAME_PATTERN.fullmatch(newest):
            for folder in (self.root / "generations").glob("*"):
                if folder.name > newest:
                    shutil.rmtree(folder, ignore_errors=True)

    def publish(self, staging: Path) -> None:
        """Make a complete staging folder the current generation, and remove those nobody needs any more."""
        before = self.peek_current_name()
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
        kept = GENERATIONS_KEPT if before else 1  # without a pointer, nothing says that the others were ever whole
        for old in sorted(target.parent.iterdir())[:-kept]:
            if old != target:
                shutil.rmtree(old, ignore_errors=True)


def _holds(folder: Path, manifest: Manifest) -> bool:
    """Whether a folder holds every file of a manifest as it was."""
    found = file_digests(folder)
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
