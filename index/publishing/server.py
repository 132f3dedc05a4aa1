"""Publish generations on a Chroma server: each has collections of its own, and one collection points to the current.

byline-current               metadata: the name of the current generation
byline-NAME-passages         the vectors of a generation; never changed
byline-NAME-sentences
byline-NAME-files            its files, with manifest.json: compressed, base64, in pieces that are documents
byline-rebuild               the lock of a running rebuild
"""

import base64
import re
import secrets
import shutil
import socket
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import COPY_HINT, REBUILD_HINT, BylineError, IndexDamaged, IndexMissing, IndexUnusable
from index.publishing.locks import folder_lock, server_lock
from index.publishing.publisher import GENERATIONS_KEPT, NAME_PATTERN, next_name
from index.store import chroma
from index.store.manifest import Manifest
from index.store.self_check import CheckResult, check_collections

if TYPE_CHECKING:
    from index.store.chroma import ClientAPI

POINTER = "byline-current"
PASSAGES, SENTENCES, FILES = "passages", "sentences", "files"
# Chroma's hosted service accepts documents of 16,384 bytes.
_PIECE_CHARS = 12_000
_COLLECTION = re.compile(rf"byline-({NAME_PATTERN.pattern})-(?:{PASSAGES}|{SENTENCES}|{FILES})")


class ServerPublisher:
    """A publisher that stores its generations on a Chroma server."""

    def __init__(self, root: Path, url: str, header: tuple[str, str] | None = None) -> None:
        """Use the server at `url`, with an HTTP header for each request, and the local folder `root`."""
        self._root = root
        self._url, self._header = url, header
        self._check_lock: Callable[[], None] = lambda: None
        self._switching = False

    @property
    def root(self) -> Path:
        """The local folder for the rebuild lock and the staging folders."""
        return self._root

    @property
    def _client(self) -> "ClientAPI":
        return chroma.connect_server(self._url, self._header)

    def peek_current_name(self) -> str | None:
        """Return the name of the current generation; None if the server does not tell."""
        try:
            return self.current_name()
        except IndexUnusable:
            return None

    def current_name(self) -> str:
        """Return the name of the current generation."""
        with chroma.translate_errors():
            pointer = chroma.find_collection(self._client, POINTER)
        if pointer is None:
            raise IndexMissing("There is no index yet.", REBUILD_HINT)
        name = str((pointer.metadata or {}).get("generation"))
        if not NAME_PATTERN.fullmatch(name):
            raise IndexDamaged("The Chroma server's pointer does not name an index.", REBUILD_HINT)
        return name

    def manifest(self, name: str | None = None) -> Manifest:
        """Load the manifest of a generation, by default the current one."""
        return Manifest.from_bytes(self.read_file(name or self.current_name(), "manifest.json"))

    def read_file(self, name: str, path: str) -> bytes:
        """Read one file of a generation from its pieces, which Chroma returns in any order."""
        pieces: list[tuple[int, str]] = []
        page: Any = None
        with chroma.translate_errors():
            files = self._collection(name, FILES)
            while page is None or len(page["ids"]) == chroma.PAGE:
                include: Any = ["documents", "metadatas"]
                page = files.get(where={"path": path}, limit=chroma.PAGE, offset=len(pieces), include=include)
                pieces += zip((row["part"] for row in page["metadatas"]), page["documents"], strict=True)
        try:
            return zlib.decompress(base64.b64decode("".join(text for _, text in sorted(pieces)), validate=True))
        except (ValueError, TypeError, zlib.error):
            raise IndexDamaged(f"The index is damaged: {path} cannot be read.", REBUILD_HINT) from None

    def is_intact(self, name: str, manifest: Manifest) -> bool:
        """Compare the sizes of the collections and the names of the files with the manifest."""
        sizes = {PASSAGES: manifest.passages, SENTENCES: manifest.sentences}
        try:
            with chroma.translate_errors():
                stored_sizes = {kind: self._collection(name, kind).count() for kind in sizes}
                first_pieces = self._collection(name, FILES).get(where={"part": 0}, include=["metadatas"])
        except (IndexMissing, IndexDamaged):
            return False
        paths = {row["path"] for row in first_pieces["metadatas"]}
        return stored_sizes == sizes and bool(manifest.files) and manifest.files.keys() <= paths

    def copy_to(self, name: str, folder: Path) -> None:
        """Copy a generation's files into an existing folder and verify their checksums."""
        manifest = self.manifest(name)
        for path in ("manifest.json", *manifest.files):
            target = folder / path
            if not target.resolve().is_relative_to(folder.resolve()):
                raise IndexDamaged("The index is damaged: it lists a file outside its folder.", REBUILD_HINT)
            data = self.read_file(name, path)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            except OSError as error:
                raise IndexUnusable(f"The index cannot be copied to {folder}: {error.strerror}.", COPY_HINT) from None
        if not manifest.matches(folder):
            raise IndexDamaged("The index is damaged: its files are not what the rebuild wrote.", REBUILD_HINT)

    def open_collections(self, name: str, folder: Path) -> chroma.CollectionPair:
        """Return the collections of a generation on the server."""
        return chroma.CollectionPair(
            self._client, _collection_name(name, PASSAGES), _collection_name(name, SENTENCES), shared=True
        )

    def check(self, name: str, folder: Path, manifest: Manifest) -> CheckResult:
        """Check the collections of a generation on the server."""
        with chroma.long_timeout(self._client):
            return check_collections(self.open_collections(name, folder), manifest)

    @contextmanager
    def begin_rebuild(self) -> Iterator[Path]:
        """Lock the server and the local folder, and create a staging folder named after the new generation."""
        owner = f"{socket.gethostname()}:{self.root.resolve()}"
        with (
            folder_lock(self.root),
            server_lock(self._client, owner) as self._check_lock,
            chroma.long_timeout(self._client),
        ):
            self._remove_unpublished()
            name = next_name(self._generations())
            staging = self.root / f"staging-{secrets.token_hex(4)}" / name
            self._switching = False
            try:
                staging.mkdir(parents=True)
                yield staging
            finally:
                shutil.rmtree(staging.parent, ignore_errors=True)
                if not self._switching:  # else the server may have switched, and the next rebuild finds out
                    with suppress(BylineError):
                        self._remove([name])

    def publish(self, staging: Path) -> None:
        """Upload the files and switch to the new generation, in one request that changes the pointer's metadata."""
        name = staging.name
        with chroma.translate_errors():
            self._upload(name, staging)
            self._check_lock()
            self._switching = True
            chroma.set_metadata(self._client, POINTER, {"generation": name})
        with suppress(BylineError):
            self._remove(sorted(other for other in self._generations() if other <= name)[:-GENERATIONS_KEPT])

    def _upload(self, name: str, folder: Path) -> None:
        documents: list[str] = []
        rows: list[dict[str, Any]] = []
        for file in folder.rglob("*"):
            if file.is_file():
                data = base64.b64encode(zlib.compress(file.read_bytes())).decode("ascii")
                pieces = [data[start : start + _PIECE_CHARS] for start in range(0, len(data), _PIECE_CHARS)]
                documents += pieces
                rows += [{"path": file.relative_to(folder).as_posix(), "part": n} for n in range(len(pieces))]
        vectors = np.arange(1, len(documents) + 1, dtype=np.float32)[:, None]  # required by Chroma, never searched
        chroma.create_collection(self._client, _collection_name(name, FILES), vectors, rows, documents)

    def _collection(self, name: str, kind: str) -> Any:
        return self._client.get_collection(_collection_name(name, kind), embedding_function=None)

    def _generations(self) -> set[str]:
        """Return the names of all generations of which the server has a collection."""
        with chroma.translate_errors():
            matches = [_COLLECTION.fullmatch(found.name) for found in chroma.list_collections(self._client)]
        return {match[1] for match in matches if match}

    def _remove_unpublished(self) -> None:
        """Remove generations that a killed rebuild did not switch to; needs the lock."""
        with suppress(IndexDamaged):  # without a valid pointer, any generation may be the last good one
            try:
                current = self.current_name()
            except IndexMissing:
                current = ""
            self._remove(name for name in self._generations() if name > current)

    def _remove(self, names: Iterable[str]) -> None:
        with chroma.translate_errors():
            for name in names:
                for kind in (PASSAGES, SENTENCES, FILES):
                    chroma.delete_collection(self._client, _collection_name(name, kind))


def _collection_name(name: str, kind: str) -> str:
    return f"byline-{name}-{kind}"
