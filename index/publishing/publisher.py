"""The interface of a publisher: where generations are stored, and which of them is current."""

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
"""The current generation and the two before it, for processes that still open or use an older one."""

NAME_PATTERN = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
"""A generation's name: the time of its creation in UTC and a random suffix."""


class Publisher(Protocol):
    """Storage for generations, one of which is current: a folder (folder.py) or a Chroma server (server.py).

    Methods raise a subclass of IndexUnusable where an index is missing, damaged, outdated or unreachable.
    """

    @property
    def root(self) -> Path:
        """The local folder for the rebuild lock and the staging folders."""

    def peek_current_name(self) -> str | None:
        """Read the name of the current generation without checking it, to notice a change; None if unreadable."""

    def current_name(self) -> str:
        """Return the name of the current generation."""

    def manifest(self, name: str | None = None) -> Manifest:
        """Load the manifest of a generation, by default the current one."""

    def read_file(self, name: str, path: str) -> bytes:
        """Read one file of a generation; `path` is relative to the generation."""

    def is_intact(self, name: str, manifest: Manifest) -> bool:
        """Tell whether a generation is stored as it was written. This is cheap: no collection is searched."""

    def copy_to(self, name: str, folder: Path) -> None:
        """Copy a generation's files into an existing folder.

        Raises:
            IndexDamaged: The files differ from those that the rebuild wrote.
        """

    def open_collections(self, name: str, folder: Path) -> "CollectionPair":
        """Open the collections of a generation whose files are in `folder`."""

    def check(self, name: str, folder: Path, manifest: Manifest) -> CheckResult:
        """Check the collections of a generation by searching them; slow. `folder` is a private copy of its files."""

    def begin_rebuild(self) -> AbstractContextManager[Path]:
        """Lock the publisher against other rebuilds and create a staging folder for a new generation.

        Until the generation is published, `open_collections` and `check` take the staging folder's name for its name.
        Leftovers of killed rebuilds are removed on entry; the staging folder is removed on exit.

        Raises:
            IndexLocked: Another rebuild is running.
        """

    def publish(self, staging: Path) -> None:
        """Switch to the generation in the staging folder, and remove generations that are no longer needed.

        A folder names the generation now; a Chroma server named it when the rebuild began, as its collections have
        that name.
        """


def next_name(names: Iterable[str]) -> str:
    """Return a name for a new generation that sorts after all of `names`, even if the clock was set back."""
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    last = max((name[:21] for name in names), default="")
    if NAME_PATTERN.fullmatch(f"{last}-00000000") and last >= now:
        now = f"{last[:9]}{int(last[9:]) + 1:012d}"
    return f"{now}-{secrets.token_hex(4)}"
