"""The only door to chromadb: clients, collections, and what goes wrong with them in words of our own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding import Vectors
from index.errors import BylineError, IndexDamaged, IndexMissing
from index.wording import REBUILD_HINT

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

PASSAGES, SENTENCES = "passages", "sentences"
PAGE = 500
_NUDGE = 1e-4
# Chroma's defaults miss some of the true nearest neighbours; a small index can afford to find them all.
_HNSW = {"hnsw": {"space": "cosine", "ef_construction": 400, "ef_search": 400, "max_neighbors": 32}}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the two collections of a generation are: a client, and what they are called there."""

    client: "ClientAPI"
    passages: str = PASSAGES
    sentences: str = SENTENCES

    def close(self) -> None:
        """Let go of a folder; the next client on it would get this one's stale system otherwise."""
        self.client.close()  # type: ignore[attr-defined]  # not in the interface


def embedded(folder: Path) -> Place:
    """The collections in a folder that no other process has open."""
    import chromadb
    from chromadb.config import Settings

    # Without this Chroma takes settings of its own out of the .env in the working directory.
    settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
    return Place(chromadb.PersistentClient(str(folder), settings=settings))


def create(
    client: "ClientAPI", name: str, vectors: Vectors, texts: Sequence[str], metadatas: Sequence[dict[str, Any]]
) -> None:
    """Make a collection; ids are positions, as strings."""
    vectors = _told_apart(vectors)
    collection = client.create_collection(name, embedding_function=None, configuration=_HNSW)  # type: ignore[arg-type]
    step = client.get_max_batch_size()
    for start in range(0, len(texts), step):
        part = slice(start, start + step)
        collection.add(
            ids=[str(n) for n in range(start, min(start + step, len(texts)))],
            embeddings=vectors[part],
            documents=list(texts[part]),
            metadatas=list(metadatas[part]),
        )


def collection(client: "ClientAPI", name: str, count: int) -> Any:
    """A collection that holds `count` rows; raises IndexDamaged where it does not."""
    found = client.get_collection(name, embedding_function=None)
    if found.count() != count:
        raise IndexDamaged("The index is damaged: it does not hold the passages that it lists.", REBUILD_HINT)
    return found


def pages(collection: Any, count: int, include: Sequence[str]) -> Iterator[tuple[list[int], Any]]:
    """All rows of a collection of `count`, some hundred at a time: their positions and what Chroma gives for them.

    Raises IndexDamaged where rows are missing.
    """
    for start in range(0, count, PAGE):
        ids = [str(n) for n in range(start, min(start + PAGE, count))]
        found = collection.get(ids=ids, include=list(include))
        if len(found["ids"]) != len(ids):
            raise IndexDamaged("The index is damaged: some of its passages are missing.", REBUILD_HINT)
        yield [int(i) for i in found["ids"]], found


def vectors_of(found: Any) -> Vectors:
    """The vectors that Chroma gave; shape (rows, dimension)."""
    return np.asarray(found["embeddings"], dtype=np.float32)


def as_vectorstore(client: "ClientAPI", name: str, embeddings: "Embeddings | None") -> "Chroma":
    """A collection as LangChain's vector store."""
    from langchain_chroma import Chroma

    return Chroma(
        collection_name=name,
        embedding_function=embeddings,
        client=client,
        create_collection_if_not_exists=False,
    )


def _told_apart(vectors: Vectors) -> Vectors:
    """The vectors, each that repeats an earlier one moved by so little that no cosine shows it.

    In Chroma's graph a few hundred equal vectors have only each other as neighbours, and hide what lies behind them.
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
def translated() -> Iterator[None]:
    """Raise what chromadb, its Rust core and SQLite raise as one of our errors instead."""
    try:
        yield
    except BylineError:
        raise
    except Exception as error:
        raise _ours(error) from error


@contextmanager
def writing() -> Iterator[None]:
    """Raise what goes wrong while collections are written as an OSError: it is mostly the disk."""
    try:
        yield
    except (BylineError, OSError):
        raise
    except Exception as error:
        why = f"Chroma could not write the vectors ({type(error).__name__}), perhaps for want of space"
        raise OSError(why) from error


def _ours(error: Exception) -> BylineError:
    from chromadb.errors import NotFoundError

    if isinstance(error, NotFoundError):
        return IndexMissing("The index was deleted.", REBUILD_HINT)
    return IndexDamaged(f"The index cannot be read ({type(error).__name__}).", REBUILD_HINT)
