"""The only door to chromadb: clients, collections, and what goes wrong with them in words of our own."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
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
SERVER_HINT = "See that it runs and that CHROMA_URL is its address; once it answers again, so does Byline."
HEADER_HINT = "Set CHROMA_HEADER to what the proxy before it asks for, as in: Authorization: Bearer …"
PAGE = 500
_NUDGE = 1e-3
_BATCH, _SYNCED = 500, 20
_PATIENCE, _WRITING = 5.0, 120.0


class Effort(NamedTuple):
    """How many neighbours are looked at for one that is built in, and for one that is searched."""

    construction: int
    search: int


# Chroma's defaults miss some of the true nearest neighbours. Passages that are variations of each other need the larger
# one; what the smaller misses of sentences are others as near (docs/performance.md).
DEFAULT_EFFORT, HIGH_EFFORT = Effort(300, 350), Effort(600, 700)
_NEIGHBOURS = 24


@dataclass(frozen=True, slots=True)
class CollectionPair:
    """Where the two collections of a generation are: a client, and what they are called there."""

    client: "ClientAPI"
    passages: str = PASSAGES
    sentences: str = SENTENCES
    shared: bool = False

    def close(self) -> None:
        """Let go of a folder; the next client on it would get this one's stale system otherwise."""
        if not self.shared:
            self.client.close()  # type: ignore[attr-defined]  # not in the interface


def open_folder(folder: Path) -> CollectionPair:
    """The collections in a folder that no other process has open."""
    import chromadb
    from chromadb.config import Settings

    # Without this Chroma takes settings of its own out of the .env in the working directory.
    settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
    return CollectionPair(chromadb.PersistentClient(str(folder), settings=settings))


@cache
def connect_server(url: str, header: tuple[str, str] | None = None) -> "ClientAPI":
    """The one client of this process for a server; nothing is asked of it yet.

    chromadb's own waits for ever on a server that is stopped, from its construction on, and clients that are
    closed leak handles.
    """
    from chromadb.api.client import Client
    from chromadb.auth import UserIdentity
    from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings

    class Unhurried(Client):
        """Asks the server nothing while it is made."""

        def get_user_identity(self) -> UserIdentity:
            return UserIdentity(user_id="", tenant=DEFAULT_TENANT, databases=[DEFAULT_DATABASE])

        def _validate_tenant_database(self, tenant: str, database: str) -> None:
            pass

    client = Unhurried(
        settings=Settings(
            _env_file=None,  # type: ignore[call-arg]
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host=url,
            chroma_server_http_port=0,  # the address has it
            chroma_server_headers=dict([header]) if header else None,
        )
    )
    _session(client).timeout = _PATIENCE
    return client


@contextmanager
def long_timeout(client: "ClientAPI") -> Iterator[None]:
    """Wait longer for a server, which takes its time to index what it is sent."""
    before = _session(client).timeout
    _session(client).timeout = _WRITING
    try:
        yield
    finally:
        _session(client).timeout = before  # what checks within a rebuild leaves the rebuild its patience


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
    """Make a collection; ids are positions, as strings.

    Chroma writes its graph down every `sync_threshold` rows, and whoever opens the collection adds again, one by one,
    the rows that came after the last time. So the batches are made to end with a writing down, and not to have many.
    """
    vectors = _told_apart(vectors)
    batches = -(-len(vectors) // min(client.get_max_batch_size(), _BATCH))
    synced = -(-batches // -(-batches // _SYNCED))
    ends = np.linspace(0, len(vectors), -(-batches // synced) * synced + 1).astype(int)
    rows = max(2, int(np.diff(ends).min()) * synced)
    graph = {
        "space": "cosine",
        "max_neighbors": _NEIGHBOURS,
        "ef_construction": effort.construction,
        "ef_search": effort.search,
        "sync_threshold": rows,
        "batch_size": min(100, rows),
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
    """A collection that holds `count` rows; raises IndexDamaged where it does not."""
    found = client.get_collection(name, embedding_function=None)
    if found.count() != count:
        raise IndexDamaged("The index is damaged: it does not hold the passages that it lists.", REBUILD_HINT)
    return found


def list_collections(client: "ClientAPI") -> Iterator[Any]:
    """All collections of a client."""
    offset = 0
    while part := client.list_collections(limit=PAGE, offset=offset):
        yield from part
        offset += len(part)


def get_metadata(client: "ClientAPI", name: str) -> dict[str, Any] | None:
    """What a collection says of itself; None where there is no such collection.

    Raises IndexUnreachable where what answers speaks no Chroma, as some other web server does.
    """
    from chromadb.errors import NotFoundError

    try:
        return dict(client.get_collection(name, embedding_function=None).metadata or {})
    except NotFoundError:
        return None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise IndexUnreachable("What answers at CHROMA_URL is no Chroma server.", SERVER_HINT) from None


def set_metadata(client: "ClientAPI", name: str, metadata: dict[str, Any]) -> None:
    """Have a collection say something else of itself, in one step; it is made where there is none."""
    from chromadb.errors import NotFoundError

    try:
        client.get_collection(name, embedding_function=None).modify(metadata=metadata)
    except NotFoundError:
        client.create_collection(name, embedding_function=None, metadata=metadata)


def read_rows(collection: Any, positions: range, include: Sequence[str]) -> Iterator[tuple[list[int], Any]]:
    """The rows at positions, some hundred at a time: their positions and what Chroma gives for them.

    Raises IndexDamaged where rows are missing.
    """
    for start in range(0, len(positions), PAGE):
        ids = [str(n) for n in positions[start : start + PAGE]]
        found = collection.get(ids=ids, include=list(include))
        if len(found["ids"]) != len(ids):
            raise IndexDamaged("The index is damaged: some of its passages are missing.", REBUILD_HINT)
        yield [int(i) for i in found["ids"]], found


def to_vectors(found: Any) -> Vectors:
    """The vectors that Chroma gave; shape (rows, dimension)."""
    return np.asarray(found["embeddings"], dtype=np.float32)


def _told_apart(vectors: Vectors) -> Vectors:
    """The vectors, each that repeats an earlier one moved by a thousandth: a question's cosine by some 0.00005.

    In Chroma's graph a few hundred equal vectors have only each other as neighbours, and hide what lies behind them. A
    tenth of this, below what single precision tells of a cosine, still lost one of 202 in every twentieth build.
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
    moved[repeats] += (_NUDGE * noise).astype(np.float32)
    return moved


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise what chromadb, its Rust core and SQLite raise as one of our errors instead."""
    try:
        yield
    except BylineError:
        raise
    except Exception as error:
        raise _ours(error) from error


@contextmanager
def translate_write_errors() -> Iterator[None]:
    """Raise what goes wrong while collections are written as an OSError: it is mostly the disk."""
    try:
        yield
    except (BylineError, OSError):
        raise
    except Exception as error:
        ours = _ours(error)
        if isinstance(ours, IndexUnreachable):
            raise ours from error
        why = f"Chroma could not write the vectors ({type(error).__name__}), perhaps for want of space"
        raise OSError(why) from error


def _ours(error: Exception) -> BylineError:
    from chromadb.errors import NotFoundError
    from httpx import HTTPStatusError, TransportError

    if isinstance(error, OSError):
        return IndexUnusable(f"The index cannot be opened: {error.strerror or error}.", COPY_HINT)
    if isinstance(error, NotFoundError):
        return IndexMissing("The index was deleted.", REBUILD_HINT)
    if isinstance(error, TransportError):
        return IndexUnreachable(f"The Chroma server does not answer ({type(error).__name__}).", SERVER_HINT)
    status = error.__context__  # where the answer is no error of Chroma's, as a proxy's is not
    if isinstance(status, HTTPStatusError):
        code = status.response.status_code
        if code in (401, 403, 407):
            return IndexUnreachable(f"The Chroma server refuses access ({code}).", HEADER_HINT)
        return IndexUnreachable(f"The Chroma server cannot do its work ({code}).", SERVER_HINT)
    return IndexDamaged(f"The index cannot be read ({type(error).__name__}).", REBUILD_HINT)
