"""The only module that imports chromadb: clients, collections, and the translation of their errors into ours."""

import itertools
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.embedding import Vectors
from index.errors import (
    COPY_HINT,
    REBUILD_HINT,
    BylineError,
    IndexDamaged,
    IndexMissing,
    IndexUnreachable,
    IndexUnusable,
)

if TYPE_CHECKING:
    from chromadb.api import ClientAPI as ClientAPI

PASSAGES, SENTENCES = "passages", "sentences"
SERVER_HINT = "Check that it runs and that CHROMA_URL is its address; Byline recovers once it answers again."
HEADER_HINT = "Set CHROMA_HEADER to the header that the proxy requires, for example: Authorization: Bearer …"
# The most rows of one request; Chroma's hosted service returns no more.
PAGE = 300
_DUPLICATE_NOISE = 1e-3
_BATCH, _BATCHES_PER_SYNC = 500, 20
TIMEOUT_SECONDS, WRITE_TIMEOUT_SECONDS = 5.0, 120.0


class Effort(NamedTuple):
    """How many candidates HNSW examines: `ef_construction` and `ef_search`."""

    construction: int
    search: int


# Chroma's defaults miss some true nearest neighbours. Passages that are near-duplicates of each other need the higher
# effort; the sentences that the default misses are replaced by equally near ones (docs/performance.md).
DEFAULT_EFFORT, HIGH_EFFORT = Effort(300, 350), Effort(600, 700)
_NEIGHBOURS = 24


@dataclass(frozen=True, slots=True)
class CollectionPair:
    """The two collections of a generation.

    Attributes:
        client: The client that has them.
        passages: The name of the collection of passages.
        sentences: The name of the collection of sentences.
        shared: Whether other generations use the same client, so that it must stay open.
    """

    client: "ClientAPI"
    passages: str = PASSAGES
    sentences: str = SENTENCES
    shared: bool = False

    def close(self) -> None:
        """Close the client of a folder; otherwise the next client of the same folder would get stale data."""
        if not self.shared:
            self.client.close()  # type: ignore[attr-defined]  # not in the interface


def open_folder(folder: Path) -> CollectionPair:
    """Open the collections in a folder, which no other process may have open."""
    import chromadb
    from chromadb.config import Settings

    # By default Chroma reads its own settings from the .env in the working directory.
    settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
    return CollectionPair(chromadb.PersistentClient(str(folder), settings=settings))


@cache
def connect_server(url: str, header: tuple[str, str] | None = None) -> "ClientAPI":
    """Return the only client of this process for a server, because closed clients leak handles.

    No request is sent yet, and all requests have a timeout; chromadb's own client has none, and sends requests from its
    constructor.
    """
    from chromadb.api.client import Client
    from chromadb.auth import UserIdentity
    from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings

    class LazyClient(Client):
        """A client whose constructor sends no requests."""

        def get_user_identity(self) -> UserIdentity:
            return UserIdentity(user_id="", tenant=DEFAULT_TENANT, databases=[DEFAULT_DATABASE])

        def _validate_tenant_database(self, tenant: str, database: str) -> None:
            pass

    client = LazyClient(
        settings=Settings(
            _env_file=None,  # type: ignore[call-arg]
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=url,
            chroma_server_http_port=0,  # the URL contains the port
            chroma_server_headers=dict([header]) if header else None,
        )
    )
    _session(client).timeout = TIMEOUT_SECONDS
    return client


@contextmanager
def long_timeout(client: "ClientAPI") -> Iterator[None]:
    """Allow a server more time, for the duration of a rebuild: it indexes vectors before it responds."""
    before = _session(client).timeout
    _session(client).timeout = WRITE_TIMEOUT_SECONDS
    try:
        yield
    finally:
        _session(client).timeout = before  # may be nested: the check of a rebuild keeps the rebuild's timeout


def _session(client: Any) -> Any:
    return client._server._session


def create_collection(
    client: "ClientAPI",
    name: str,
    vectors: Vectors,
    metadatas: Sequence[dict[str, Any]],
    texts: Sequence[str] | None = None,
    *,
    effort: Effort = DEFAULT_EFFORT,
) -> None:
    """Create a collection whose ids are row numbers as strings.

    Chroma persists its graph every `sync_threshold` rows; later rows are replayed one by one whenever the collection is
    opened. The batches are therefore sized so that the last one ends with a sync, with few syncs in all.

    Args:
        client: The client to create it with.
        name: The collection's name.
        vectors: One vector a row; shape (rows, dimension).
        metadatas: One mapping a row.
        texts: One document a row, or None for rows without documents.
        effort: The candidates that HNSW examines.
    """
    vectors = _separate_duplicates(vectors)
    batches = ceil(len(vectors) / min(client.get_max_batch_size(), _BATCH))
    batches_per_sync = ceil(batches / ceil(batches / _BATCHES_PER_SYNC))
    ends = np.linspace(0, len(vectors), ceil(batches / batches_per_sync) * batches_per_sync + 1).astype(int)
    rows_per_sync = max(2, int(np.diff(ends).min()) * batches_per_sync)
    graph = {
        "space": "cosine",
        "max_neighbors": _NEIGHBOURS,
        "ef_construction": effort.construction,
        "ef_search": effort.search,
        "sync_threshold": rows_per_sync,
        "batch_size": min(100, rows_per_sync),
    }
    collection = client.create_collection(name, embedding_function=None, configuration={"hnsw": graph})  # type: ignore[arg-type]
    for start, end in itertools.pairwise(ends.tolist()):
        collection.add(
            ids=[str(n) for n in range(start, end)],
            embeddings=vectors[start:end],
            documents=None if texts is None else list(texts[start:end]),
            metadatas=list(metadatas[start:end]),
        )


def get_collection(client: "ClientAPI", name: str, count: int) -> Any:
    """Return a collection that must have `count` rows.

    Raises:
        IndexDamaged: It has another number of rows.
    """
    collection = client.get_collection(name, embedding_function=None)
    if collection.count() != count:
        raise IndexDamaged("The index is damaged: it does not contain the passages that it lists.", REBUILD_HINT)
    return collection


def list_collections(client: "ClientAPI") -> Iterator[Any]:
    """Iterate over all collections of a client."""
    offset = 0
    while page := client.list_collections(limit=PAGE, offset=offset):
        yield from page
        offset += len(page)


def find_collection(client: "ClientAPI", name: str) -> Any | None:
    """Return a collection, or None if it does not exist.

    Raises:
        IndexUnreachable: The server at CHROMA_URL is not a Chroma server.
    """
    from chromadb.errors import NotFoundError

    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError:
        return None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise IndexUnreachable("The server at CHROMA_URL is not a Chroma server.", SERVER_HINT) from None


def set_metadata(client: "ClientAPI", name: str, metadata: dict[str, Any]) -> None:
    """Replace the metadata of a collection in one step; the collection is created if it does not exist."""
    collection = find_collection(client, name)
    if collection is None:
        client.create_collection(name, embedding_function=None, metadata=metadata)
    else:
        collection.modify(metadata=metadata)


def create_if_free(client: "ClientAPI", name: str, metadata: dict[str, Any]) -> Any | None:
    """Create an empty collection, or return None if the name is taken; the server decides between competitors."""
    from chromadb.errors import ChromaError

    try:
        return client.create_collection(name, embedding_function=None, metadata=metadata)
    except ChromaError:
        if find_collection(client, name) is None:
            raise
        return None


def delete_exactly(client: "ClientAPI", collection: Any) -> None:
    """Delete this collection, but not another one that has taken its name meanwhile.

    Chroma deletes by name but renames by id, so the collection is renamed first.
    """
    from chromadb.errors import ChromaError

    name = f"{collection.name}-{secrets.token_hex(4)}"
    with suppress(ChromaError):  # somebody else has deleted it
        collection.modify(name=name)
        client.delete_collection(name)


def delete_collection(client: "ClientAPI", name: str) -> None:
    """Delete a collection if it exists."""
    from chromadb.errors import NotFoundError

    with suppress(NotFoundError):
        client.delete_collection(name)


def read_rows(collection: Any, positions: Sequence[int], include: Sequence[str]) -> Iterator[tuple[list[int], Any]]:
    """Read rows, up to PAGE at a time.

    Args:
        collection: A collection of `create_collection`.
        positions: The row numbers, without repetitions.
        include: The fields to read, as in Chroma's `get`.

    Yields:
        The row numbers of a page, in Chroma's order, and Chroma's result for them.

    Raises:
        IndexDamaged: Rows are missing.
    """
    for start in range(0, len(positions), PAGE):
        ids = [str(n) for n in positions[start : start + PAGE]]
        result = collection.get(ids=ids, include=list(include))
        if len(result["ids"]) != len(ids):
            raise IndexDamaged("The index is damaged: some of its passages are missing.", REBUILD_HINT)
        yield [int(i) for i in result["ids"]], result


def to_vectors(result: Any) -> Vectors:
    """Return the vectors in a result of Chroma; shape (rows, dimension)."""
    return np.asarray(result["embeddings"], dtype=np.float32)


def _separate_duplicates(vectors: Vectors) -> Vectors:
    """Add noise of length 0.001 to each vector that repeats an earlier one; a cosine changes by about 0.00005.

    In an HNSW graph a few hundred equal vectors have only each other as neighbours, which makes other vectors
    unreachable. With a tenth of the noise, one of 202 vectors was still unreachable in every twentieth build.
    """
    seen: set[int] = set()
    repeats = []
    for position, vector in enumerate(vectors):
        before = len(seen)
        seen.add(hash(vector.tobytes()))
        if len(seen) == before:
            repeats.append(position)
    moved = vectors.copy()
    noise = np.random.default_rng(0).normal(size=(len(repeats), vectors.shape[1])) / np.sqrt(vectors.shape[1])
    moved[repeats] += (_DUPLICATE_NOISE * noise).astype(np.float32)
    return moved


@contextmanager
def translate_errors() -> Iterator[None]:
    """Translate exceptions of chromadb, its Rust core and SQLite into our errors."""
    try:
        yield
    except BylineError:
        raise
    except Exception as error:
        raise _translate(error) from error


@contextmanager
def translate_write_errors() -> Iterator[None]:
    """Translate exceptions while collections are written into OSError, because the cause is mostly the disk."""
    try:
        yield
    except (BylineError, OSError):
        raise
    except Exception as error:
        translated = _translate(error)
        if isinstance(translated, IndexUnreachable):
            raise translated from error
        reason = f"Chroma could not write the vectors ({type(error).__name__}); the disk may be full"
        raise OSError(reason) from error


def _translate(error: Exception) -> BylineError:
    from chromadb.errors import NotFoundError
    from httpx import HTTPStatusError, TransportError

    if isinstance(error, OSError):
        return IndexUnusable(f"The index cannot be opened: {error.strerror or error}.", COPY_HINT)
    if isinstance(error, NotFoundError):
        return IndexMissing("The index was deleted.", REBUILD_HINT)
    if isinstance(error, TransportError):
        return IndexUnreachable(f"The Chroma server does not answer ({type(error).__name__}).", SERVER_HINT)
    cause = error.__context__  # set where the response is not an error of Chroma but, for example, of a proxy
    if isinstance(cause, HTTPStatusError):
        code = cause.response.status_code
        if code in (401, 403, 407):
            return IndexUnreachable(f"The Chroma server refuses access ({code}).", HEADER_HINT)
        return IndexUnreachable(f"The Chroma server failed ({code}).", SERVER_HINT)
    return IndexDamaged(f"The index cannot be read ({type(error).__name__}).", REBUILD_HINT)
