"""Generations on a Chroma server: a new set of collections for each, and one whose metadata names the current set.

byline-current               metadata: the name of the generation that answers, and the SHA-256 of its manifest
byline-NAME-passages         never written again
byline-NAME-sentences
byline-NAME-files            a generation's files, among them manifest.json: compressed, in pieces, as documents
byline-rebuild-*             a rebuild at work
"""

import base64
import contextlib
import hashlib
import re
import secrets
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import COPY_HINT, REBUILD_HINT, BylineError, IndexDamaged, IndexMissing, IndexUnusable
from index.publishing.locks import folder_lock, server_lock
from index.publishing.publisher import GENERATIONS_KEPT, NAME_PATTERN, next_name
from index.store.chroma import (
    CollectionPair,
    connect_server,
    create_collection,
    get_metadata,
    list_collections,
    long_timeout,
    set_metadata,
    translate_errors,
)
from index.store.manifest import Manifest, file_digests
from index.store.self_check import CheckResult, check_collections

if TYPE_CHECKING:
    from index.store.chroma import ClientAPI

POINTER = "byline-current"
PASSAGES, SENTENCES, FILES = "passages", "sentences", "files"
_PIECE = 12_000  # characters: what Chroma's hosted service takes as a document
_PAGE = 300
_COLLECTION = re.compile(rf"byline-({NAME_PATTERN.pattern})-({PASSAGES}|{SENTENCES}|{FILES})")


class ServerPublisher:
    """The generations on one Chroma server; root: a folder of this machine, for the lock and what is being built."""

    def __init__(self, root: Path, url: str, header: tuple[str, str] | None = None) -> None:
        self._root = root
        self._url, self._header = url, header
        self._still_ours: Callable[[], None] | None = None
        self._switching = False

    @property
    def root(self) -> Path:
        return self._root

    @property
    def _client(self) -> "ClientAPI":
        return connect_server(self._url, self._header)

    def peek_current_name(self) -> str | None:
        try:
            return self.current_name()
        except IndexUnusable:
            return None

    def current_name(self) -> str:
        return self._pointer()[0]

    def manifest(self, name: str | None = None) -> Manifest:
        current, digest = self._pointer()
        data = self.read_file(name or current, "manifest.json")
        if name in (None, current) and hashlib.sha256(data).hexdigest() != digest:
            raise IndexDamaged("The index is damaged: its manifest is not what the rebuild wrote.", REBUILD_HINT)
        return Manifest.from_bytes(data)

    def read_file(self, name: str, path: str) -> bytes:
        with translate_errors():
            found = self._files(name).get(where={"path": path}, include=["documents", "metadatas"])
        return _joined(path, zip(found["documents"], found["metadatas"], strict=True))

    def is_intact(self, name: str, manifest: Manifest) -> bool:
        expected = {PASSAGES: manifest.passages, SENTENCES: manifest.sentences}
        try:
            with translate_errors():
                counts = {part: self._collection(name, part).count() for part in expected}
                listed = self._files(name).get(where={"part": 0}, include=["metadatas"])
        except (IndexMissing, IndexDamaged):
            return False
        digest = {str(row["path"]): row["sha256"] for row in listed["metadatas"]}
        return counts == expected and bool(manifest.files) and manifest.files.items() <= digest.items()

    def copy_to(self, name: str, folder: Path) -> None:
        pieces: dict[str, list[tuple[str, Any]]] = {}
        with translate_errors():
            files, offset = self._files(name), 0
            while (found := files.get(limit=_PAGE, offset=offset, include=["documents", "metadatas"]))["ids"]:
                for text, row in zip(found["documents"], found["metadatas"], strict=True):
                    pieces.setdefault(str(row["path"]), []).append((text, row))
                offset += len(found["ids"])
        for path, own in pieces.items():
            place = PurePosixPath(path)
            if place.is_absolute() or ".." in place.parts or "\\" in path:
                raise IndexDamaged("The index is damaged: it holds a file that is none of its own.", REBUILD_HINT)
            data = _joined(path, own)
            try:
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                (folder / place).write_bytes(data)
            except OSError as error:
                raise IndexUnusable(f"The index cannot be copied to {folder}: {error.strerror}.", COPY_HINT) from None
        found = file_digests(folder)
        if any(found.get(path) != digest for path, digest in self.manifest(name).files.items()):
            raise IndexDamaged("The index is damaged: its files are not what the rebuild wrote.", REBUILD_HINT)

    def open_collections(self, name: str, folder: Path) -> CollectionPair:
        return CollectionPair(self._client, _called(name, PASSAGES), _called(name, SENTENCES), shared=True)

    def check(self, name: str, folder: Path, manifest: Manifest) -> CheckResult:
        with long_timeout(self._client):
            return check_collections(self.open_collections(name, folder), manifest)

    @contextmanager
    def begin_rebuild(self) -> Iterator[Path]:
        client = self._client
        with folder_lock(self.root), server_lock(client) as self._still_ours, long_timeout(client):
            names = self._remove_unpublished()
            name = next_name(names)
            staging = self.root / f"staging-{secrets.token_hex(4)}"
            self._switching = False
            try:
                (staging / name).mkdir(parents=True)
                yield staging / name
            finally:
                shutil.rmtree(staging, ignore_errors=True)
                # Where the pointer may have been switched and nobody knows, the next rebuild sees to it.
                if not self._switching:
                    with contextlib.suppress(BylineError):
                        self._remove({name})

    def publish(self, staging: Path) -> None:
        name = staging.name
        data = (staging / "manifest.json").read_bytes()
        pointer = {"generation": name, "manifest": hashlib.sha256(data).hexdigest()}
        with translate_errors():
            self._upload(name, staging)
            if self._still_ours is not None:
                self._still_ours()
            self._switching = True
            set_metadata(self._client, POINTER, pointer)
        with contextlib.suppress(BylineError):
            published = sorted(found for found in self._names() if found <= name)
            self._remove(set(published[:-GENERATIONS_KEPT]))

    def _upload(self, name: str, folder: Path) -> None:
        texts, rows = [], []
        for path, digest in file_digests(folder).items():
            data = base64.b64encode(zlib.compress((folder / path).read_bytes())).decode("ascii")
            pieces = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)]
            texts += pieces
            rows += [{"path": path, "part": n, "parts": len(pieces), "sha256": digest} for n in range(len(pieces))]
        # Nobody looks for a file by a vector, but Chroma wants one; one each, as equal ones make bad neighbours.
        create_collection(
            self._client, _called(name, FILES), np.arange(1, len(texts) + 1, dtype=np.float32)[:, None], rows, texts
        )

    def _pointer(self) -> tuple[str, str]:
        """The current generation's name and the SHA-256 of its manifest."""
        with translate_errors():
            found = get_metadata(self._client, POINTER)
        if found is None:
            raise IndexMissing("There is no index yet.", REBUILD_HINT)
        name, digest = str(found.get("generation")), str(found.get("manifest"))
        if not NAME_PATTERN.fullmatch(name):
            raise IndexDamaged("The Chroma server's pointer names no index.", REBUILD_HINT)
        return name, digest

    def _collection(self, name: str, part: str) -> Any:
        return self._client.get_collection(_called(name, part), embedding_function=None)

    def _files(self, name: str) -> Any:
        return self._collection(name, FILES)

    def _names(self) -> set[str]:
        """The generations of which the server has anything."""
        with translate_errors():
            matches = [_COLLECTION.fullmatch(found.name) for found in list_collections(self._client)]
        return {match[1] for match in matches if match}

    def _remove_unpublished(self) -> set[str]:
        """Remove what a rebuild left that was killed before it could switch; the names of what stays."""
        names = self._names()
        with translate_errors():
            pointer = get_metadata(self._client, POINTER)
        current = str((pointer or {}).get("generation"))
        # A pointer that names nothing says nothing about the others: they stay until it names something again.
        gone = (
            set()
            if pointer and not NAME_PATTERN.fullmatch(current)
            else {n for n in names if not pointer or n > current}
        )
        self._remove(gone)
        return names - gone

    def _remove(self, names: set[str]) -> None:
        with translate_errors():
            for found in list(list_collections(self._client)):
                match = _COLLECTION.fullmatch(found.name)
                if match and match[1] in names:
                    self._client.delete_collection(found.name)


def _called(name: str, part: str) -> str:
    return f"byline-{name}-{part}"


def _joined(path: str, pieces: Iterable[tuple[str, Any]]) -> bytes:
    """A file of its pieces in any order; raises IndexDamaged where one is missing or spoilt."""
    ordered = sorted(((row["part"], row["parts"], text) for text, row in pieces), key=lambda piece: piece[0])
    try:
        if not ordered or [part for part, _, _ in ordered] != list(range(ordered[0][1])):
            raise ValueError("a piece is missing")
        return zlib.decompress(base64.b64decode("".join(text for _, _, text in ordered), validate=True))
    except (ValueError, TypeError, zlib.error):
        raise IndexDamaged(f"The index is damaged: {path} cannot be read.", REBUILD_HINT) from None
