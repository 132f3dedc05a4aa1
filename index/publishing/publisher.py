"""What publishes generations: the interface of a folder and of a Chroma server."""

import re
import secrets
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.store.manifest import Manifest
from index.store.self_check import CheckResult

if TYPE_CHECKING:
    from index.store.chroma import CollectionPair


GENERATIONS_KEPT = 3


NAME_PATTERN = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


class Publisher(Protocol):
    """Where generations are published, one of them the current: a folder, or a Chroma server.

    Whatever cannot be had is raised as IndexUnusable.
    """

    @property
    def root(self) -> Path:
        """The folder for the lock, and for what is being built."""

    def peek_current_name(self) -> str | None:
        """The name of the current generation, read for a change and not checked; None where it cannot be read."""

    def current_name(self) -> str:
        """The name of the generation that answers."""

    def manifest(self, name: str | None = None) -> Manifest:
        """The manifest of a generation, or of the current one."""

    def read_file(self, name: str, path: str) -> bytes:
        """One of a generation's files."""

    def is_intact(self, name: str, manifest: Manifest) -> bool:
        """Whether a generation is there as it was written; cheap, no question is asked of it."""

    def copy_to(self, name: str, folder: Path) -> None:
        """Copy a generation's files into a folder, and raise IndexDamaged if they are not what was written."""

    def open_collections(self, name: str, folder: Path) -> "CollectionPair":
        """The collections of a generation of which a folder holds the files."""

    def check(self, name: str, folder: Path, manifest: Manifest) -> CheckResult:
        """Check what a generation holds, of which a private folder has the files, by asking it; slow."""

    def begin_rebuild(self) -> AbstractContextManager[Path]:
        """A folder for a generation to be built, while no other rebuild runs; its name is the generation's in `place`.

        Whatever is left of it, or of a rebuild that was killed, is removed.
        """

    def publish(self, staging: Path) -> None:
        """Make what was built in that folder the current generation, and remove those nobody needs any more."""


def next_name(names: Iterable[str]) -> str:
    """A name that sorts behind all of these, even where the clock was set back."""
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    last = max((name[:21] for name in names), default="")
    if NAME_PATTERN.fullmatch(f"{last}-00000000") and last >= now:
        now = f"{last[:9]}{int(last[9:]) + 1:012d}"
    return f"{now}-{secrets.token_hex(4)}"
