"""Publish generations in a folder: a rebuild writes a new one beside the others, then switches the file CURRENT to it.

INDEX_DIR/
  CURRENT               the name of the current generation
  generations/NAME/     manifest.json and the files that it lists; never changed
  staging-*/            a running rebuild
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
from index.store.manifest import Manifest, read_manifest
from index.store.self_check import CheckResult, check_in_subprocess

if TYPE_CHECKING:
    from index.store.chroma import CollectionPair


class FolderPublisher:
    """A publisher that stores its generations in a folder."""

    def __init__(self, root: Path, check: Callable[[Path, Manifest], CheckResult] = check_in_subprocess) -> None:
        """Use the index folder `root`, and `check` to check a private copy of a generation."""
        self._root = root
        self._check = check

    @property
    def root(self) -> Path:
        """The index folder."""
        return self._root

    def current_folder(self) -> Path:
        """Return the folder of the current generation.

        Raises:
            IndexUnusable: There is no index, or CURRENT cannot be read or does not name a generation.
        """
        try:
            name = (self.root / "CURRENT").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise IndexMissing("There is no index yet.", REBUILD_HINT) from None
        except NotADirectoryError:
            raise IndexMissing(f"{self.root} is not a folder.", "Name the folder of the index with --index.") from None
        except PermissionError:
            raise IndexUnusable(f"There is no permission to read the index in {self.root}.", OWNER_HINT) from None
        except (OSError, UnicodeDecodeError):
            name = ""
        if not NAME_PATTERN.fullmatch(name):
            raise IndexDamaged(f"The file {self.root / 'CURRENT'} does not name an index.", REBUILD_HINT)
        folder = self._folder(name)
        if not folder.is_dir():
            raise IndexMissing("The index was deleted.", REBUILD_HINT)
        return folder

    def current_name(self) -> str:
        """Return the name of the current generation."""
        return self.current_folder().name

    def peek_current_name(self) -> str | None:
        """Read CURRENT without checking it; None if it cannot be read."""
        try:
            return (self.root / "CURRENT").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def manifest(self, name: str | None = None) -> Manifest:
        """Load the manifest of a generation, by default the current one."""
        return read_manifest(self.current_folder() if name is None else self._folder(name))

    def read_file(self, name: str, path: str) -> bytes:
        """Read one file of a generation."""
        try:
            return (self._folder(name) / path).read_bytes()
        except OSError as error:
            raise IndexDamaged(
                f"The index is damaged: {path} cannot be read ({error.strerror}).", REBUILD_HINT
            ) from None

    def is_intact(self, name: str, manifest: Manifest) -> bool:
        """Compare the files of a generation with the checksums in its manifest."""
        return bool(manifest.files) and manifest.matches(self._folder(name))

    def copy_to(self, name: str, folder: Path) -> None:
        """Copy a generation's files and Chroma's own into an existing folder, and verify their checksums."""
        source = self._folder(name)
        try:
            copy_tree(source, folder)
        except OSError as error:
            if not source.is_dir():
                raise IndexMissing("The index was deleted.", REBUILD_HINT) from None
            raise IndexUnusable(f"The index cannot be copied to {folder}: {error.strerror}.", COPY_HINT) from None
        if not read_manifest(folder).matches(folder):
            raise IndexDamaged("The index is damaged: its files are not what the rebuild wrote.", REBUILD_HINT)

    def open_collections(self, name: str, folder: Path) -> "CollectionPair":
        """Open the collections in a private copy of a generation; Chroma writes to the folder."""
        from index.store.chroma import open_folder

        return open_folder(folder / "chroma")

    def check(self, name: str, folder: Path, manifest: Manifest) -> CheckResult:
        """Check a private copy of a generation."""
        return self._check(folder, manifest)

    @contextmanager
    def begin_rebuild(self) -> Iterator[Path]:
        """Lock the index folder and create a staging folder in it."""
        with folder_lock(self.root):
            self._remove_unpublished()
            staging = self.root / f"staging-{secrets.token_hex(4)}"
            try:
                staging.mkdir()  # inside the try block, because a signal may arrive right afterwards
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)

    def publish(self, staging: Path) -> None:
        """Name the generation in the staging folder and switch to it: this is where the current generation changes.

        The folder is flushed to disk and moved to generations/, then CURRENT is replaced atomically, so that other
        processes see either the old or the new generation. Older ones than GENERATIONS_KEPT are removed.
        """
        before = self.peek_current_name()
        name = next_name(folder.name for folder in (self.root / "generations").glob("*"))
        target = self._folder(name)
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
        kept = GENERATIONS_KEPT if before else 1  # without a CURRENT, the others may never have been complete
        for old in sorted(target.parent.iterdir())[:-kept]:
            if old != target:
                shutil.rmtree(old, ignore_errors=True)

    def _folder(self, name: str) -> Path:
        return self.root / "generations" / name

    def _remove_unpublished(self) -> None:
        """Remove generations that a killed rebuild moved into position but did not switch to; needs the lock."""
        current = self.peek_current_name() or ""
        if NAME_PATTERN.fullmatch(current):
            for folder in (self.root / "generations").glob("*"):
                if folder.name > current:
                    shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    """Flush a file or folder to disk before anything refers to it."""
    if os.name == "nt" and path.is_dir():  # Windows cannot open a folder to flush it
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
