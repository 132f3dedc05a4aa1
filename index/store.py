"""The only door to chromadb: writing one generation's collections, and reading a published one."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from index.articles import Article
from index.embedding import Vectors
from index.errors import BylineError, IndexDamaged, IndexOutdated
from index.generations import REBUILD_HINT, Generations, read_manifest
from index.lexical import LexicalIndex
from index.manifest import Manifest, digests
from index.passages import SPLITTER_VERSION, Passage, Sentence

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

Positions = NDArray[np.int64]

PASSAGES, SENTENCES = "passages", "sentences"
_CACHED = 10_000
_ARTICLES = TypeAdapter(tuple[Article, ...])
# Chroma's defaults miss some of the true nearest neighbours; a small index can afford to find them all.
_HNSW = {"hnsw": {"space": "cosine", "ef_construction": 400, "ef_search": 400, "max_neighbors": 32}}


def write(
    folder: Path,
    articles: Sequence[Article],
    passages: Sequence[Passage],
    passage_texts: Sequence[str],
    passage_vectors: Vectors,
    sentence_vectors: Vectors,
) -> None:
    """Write everything of a generation but its manifest into an empty folder.

    passage_texts: what the lexical view reads of each passage. Vectors have shape (passages,
    dimension) and (sentences of all passages in order, dimension). Ids in Chroma are positions.
    """
    (folder / "articles.json").write_bytes(_ARTICLES.dump_json(tuple(articles), indent=1))
    LexicalIndex.build(passage_texts).save(folder / "lexical")
    try:
        _write_vectors(folder / "chroma", passages, passage_vectors, sentence_vectors)
    except Exception as error:  # chromadb raises kinds of its own, of Rust's and of SQLite's
        raise OSError(
            f"Chroma could not write the vectors ({type(error).__name__}), perhaps for want of space"
        ) from error


def _write_vectors(
    folder: Path, passages: Sequence[Passage], passage_vectors: Vectors, sentence_vectors: Vectors
) -> None:
    sentences = [(number, sentence) for number, passage in enumerate(passages) for sentence in passage.sentences]
    first = [0, *accumulate(len(passage.sentences) for passage in passages)]
    client = _client(folder)
    try:
        _add(
            client,
            PASSAGES,
            passage_vectors,
            [p.text for p in passages],
            [
                {
                    "article": p.article,
                    "key": p.id,
                    "start": p.start,
                    "end": p.end,
                    "first": first[n],
                    "count": len(p.sentences),
                }
                for n, p in enumerate(passages)
            ],
        )
        _add(
            client,
            SENTENCES,
            sentence_vectors,
            [s.text for _, s in sentences],
            [
                {"article": passages[n].article, "passage": n, "start": s.start, "end": s.end, "paragraph": s.paragraph}
                for n, s in sentences
            ],
        )
    finally:
        _close(client)


def read_articles(folder: Path) -> tuple[Article, ...]:
    """The articles of a generation as they were indexed; raises IndexDamaged."""
    try:
        return _ARTICLES.validate_json((folder / "articles.json").read_bytes())
    except (OSError, ValueError):
        raise IndexDamaged("The index is damaged: its articles cannot be read.", REBUILD_HINT) from None


class Generation:
    """A published generation, opened from a private copy: Chroma writes on opening and must not share a folder.

    Close it when the last reader is done; the copy is removed then.
    """

    def __init__(self, name: str, folder: "tempfile.TemporaryDirectory[str]", manifest: Manifest) -> None:
        copy = Path(folder.name)
        self.name = name
        self.manifest = manifest
        self._folder = folder
        self.articles: Mapping[str, Article] = {article.id: article for article in read_articles(copy)}
        self.lexical = LexicalIndex.load(copy / "lexical")
        self._client = _client(copy / "chroma")
        try:
            self._passages = _collection(self._client, PASSAGES, manifest.passages)
            self._sentences = _collection(self._client, SENTENCES, manifest.sentences)
        except BaseException:
            _close(self._client)
            raise
        self._positions = _positions(manifest)
        self._cache: dict[int, Stored] = {}

    @classmethod
    def open(cls, generations: Generations, model: str) -> Self:
        """Open the current generation; model: the identity of the embedding model that will ask.

        Raises IndexMissing, IndexOutdated or IndexDamaged.
        """
        source = generations.current()
        manifest = read_manifest(source)
        check(manifest, model)
        folder = tempfile.TemporaryDirectory(prefix="byline-", ignore_cleanup_errors=True)
        try:
            shutil.copytree(source, folder.name, dirs_exist_ok=True)
            found = digests(Path(folder.name))
            if any(found.get(name) != digest for name, digest in manifest.files.items()):
                raise IndexDamaged("The index is damaged: its files are not what the rebuild wrote.", REBUILD_HINT)
            return cls(source.name, folder, manifest)
        except BylineError:
            folder.cleanup()
            raise
        except Exception as error:  # chromadb raises kinds of its own, of Rust's and of SQLite's
            folder.cleanup()
            raise IndexDamaged(f"The index cannot be opened ({type(error).__name__}).", REBUILD_HINT) from error

    def close(self) -> None:
        _close(self._client)
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def positions(self, articles: Sequence[str] = ()) -> Positions:
        """The positions of the passages of some articles, or of all; shape (passages,)."""
        if not articles:
            return np.arange(self.manifest.passages)
        return np.concatenate([self._positions[article] for article in articles])

    def vectorstore(self, embeddings: "Embeddings | None" = None) -> "Chroma":
        """The passages as LangChain's vector store."""
        from langchain_chroma import Chroma

        return Chroma(
            collection_name=PASSAGES,
            embedding_function=embeddings,
            client=self._client,
            create_collection_if_not_exists=False,
        )

    def near_passages(self, vector: Vectors, n: int, articles: Sequence[str] = ()) -> dict[int, float]:
        """Position → cosine of the n passages nearest to a unit vector."""
        found = self._passages.query(
            query_embeddings=[vector], n_results=n, where=_where(articles), include=["distances"]
        )
        return {int(i): 1 - d for i, d in zip(found["ids"][0], _first(found["distances"]), strict=True)}

    def near_sentences(self, vector: Vectors, n: int, articles: Sequence[str] = ()) -> dict[int, tuple[int, float]]:
        """Position → (position of its passage, cosine) of the n sentences nearest to a unit vector."""
        found = self._sentences.query(
            query_embeddings=[vector], n_results=n, where=_where(articles), include=["distances", "metadatas"]
        )
        rows = zip(found["ids"][0], _first(found["metadatas"]), _first(found["distances"]), strict=True)
        return {int(i): (int(meta["passage"]), 1 - d) for i, meta, d in rows}

    def sentence_vectors(self, article: str) -> tuple[list[tuple[int, int]], Vectors]:
        """The offsets of an article's sentences in order, and their vectors of shape (sentences, dimension)."""
        found = self._sentences.get(where={"article": article}, include=["embeddings", "metadatas"])
        metadatas: Any = found["metadatas"]
        order = sorted(range(len(metadatas)), key=lambda i: metadatas[i]["start"])
        vectors = np.asarray(found["embeddings"], dtype=np.float32)[order]
        return [(metadatas[i]["start"], metadatas[i]["end"]) for i in order], vectors

    def passages(self, positions: Iterable[int]) -> list["Stored"]:
        """The passages at positions, in their order."""
        wanted = list(positions)
        missing = [position for position in dict.fromkeys(wanted) if position not in self._cache]
        if missing:
            self._fetch(missing)
        return [self._cache[position] for position in wanted]

    def _fetch(self, positions: list[int]) -> None:
        found = self._passages.get(ids=[str(p) for p in positions], include=["documents", "metadatas"])
        rows = {int(i): (text, meta) for i, text, meta in zip(*_columns(found), strict=True)}
        inside = [n for _, meta in rows.values() for n in range(meta["first"], meta["first"] + meta["count"])]
        found = self._sentences.get(ids=[str(n) for n in inside], include=["documents", "metadatas"])
        sentences = {
            int(i): Sentence(meta["start"], meta["end"], meta["paragraph"], text)
            for i, text, meta in zip(*_columns(found), strict=True)
        }
        if len(self._cache) > _CACHED:
            self._cache.clear()
        for position, (text, meta) in rows.items():
            own = tuple(sentences[n] for n in range(meta["first"], meta["first"] + meta["count"]))
            passage = Passage(meta["key"], meta["article"], meta["start"], meta["end"], text, own)
            self._cache[position] = Stored(position, meta["first"], passage)


def open_current(published: Generations, model: str) -> Generation:
    """Open the generation that answers; model: the identity of the embedding model that will ask.

    Raises IndexMissing, IndexOutdated or IndexDamaged.
    """
    return Generation.open(published, model)


class Stored(NamedTuple):
    """A passage with its position and that of its first sentence."""

    position: int
    first_sentence: int
    passage: Passage


def check(manifest: Manifest, model: str) -> None:
    """Raise IndexOutdated for an index that today's settings cannot ask."""
    if manifest.model != model:
        raise IndexOutdated(
            f"The index was built with the embedding model {manifest.model}, and the setting names {model}.",
            "Rebuild it with: python -m index rebuild",
        )
    if manifest.splitter != SPLITTER_VERSION:
        raise IndexOutdated(
            f"The index was built by version {manifest.splitter} of the splitter; this is version {SPLITTER_VERSION}.",
            "Rebuild it with: python -m index rebuild",
        )


def _client(folder: Path) -> "ClientAPI":
    import chromadb
    from chromadb.config import Settings

    # Without this Chroma takes settings of its own out of the .env in the working directory.
    settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
    return chromadb.PersistentClient(str(folder), settings=settings)


def _close(client: Any) -> None:
    client.close()  # not in the interface, but without it the next client on the folder gets this one's stale system


def _collection(client: "ClientAPI", name: str, count: int) -> Any:
    collection = client.get_collection(name, embedding_function=None)
    if collection.count() != count:
        raise IndexDamaged("The index is damaged: it does not hold the passages that it lists.", REBUILD_HINT)
    return collection


def _add(client: "ClientAPI", name: str, vectors: Vectors, texts: list[str], metadatas: list[dict[str, Any]]) -> None:
    collection = client.create_collection(name, embedding_function=None, configuration=_HNSW)  # type: ignore[arg-type]
    step = client.get_max_batch_size()
    for start in range(0, len(texts), step):
        part = slice(start, start + step)
        collection.add(
            ids=[str(n) for n in range(start, min(start + step, len(texts)))],
            embeddings=vectors[part],
            documents=texts[part],
            metadatas=metadatas[part],  # type: ignore[arg-type]
        )


def _positions(manifest: Manifest) -> dict[str, Positions]:
    ends = list(accumulate((article.passages for article in manifest.articles), initial=0))
    return {
        entry.id: np.arange(start, end) for entry, start, end in zip(manifest.articles, ends, ends[1:], strict=False)
    }


def _where(articles: Sequence[str]) -> Any:
    return {"article": {"$in": list(articles)}} if articles else None


def _first(column: Any) -> Any:
    return column[0]


def _columns(found: Any) -> tuple[Any, Any, Any]:
    return found["ids"], found["documents"], found["metadatas"]
