"""Generations as the rest of Byline sees them: writing one, and reading the published one."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.articles.article import Article
from index.embedding import Vectors
from index.errors import REBUILD_HINT, IndexDamaged, IndexOutdated, IndexUnusable
from index.publishing.copies import PrivateCopy
from index.publishing.publisher import Publisher
from index.store.article_table import FILE_NAME as ARTICLES
from index.store.article_table import ArticleTable, dump_articles, load_articles
from index.store.bm25 import BM25Index
from index.store.chroma import (
    HIGH_EFFORT,
    CollectionPair,
    create_collection,
    get_collection,
    read_rows,
    to_vectors,
    translate_errors,
    translate_write_errors,
)
from index.store.manifest import ArticleEntry, Manifest
from index.store.sentence_table import SentenceTable
from index.text.passages import SPLITTER_VERSION, Passage

Positions = NDArray[np.int64]

_CACHED = 10_000
_ATTEMPTS = 3


def write_generation(
    publisher: Publisher,
    folder: Path,
    articles: Sequence[Article],
    passages: Sequence[Passage],
    passage_texts: Sequence[str],
    passage_vectors: Vectors,
    sentence_vectors: Vectors,
) -> None:
    """Write everything of a generation but its manifest: files into its staging folder, collections to their place.

    passage_texts: what the lexical view reads of each passage. Vectors have shape (passages,
    dimension) and (sentences of all passages in order, dimension). Ids in Chroma are positions.
    """
    (folder / ARTICLES).write_bytes(dump_articles(articles))
    BM25Index.build(passage_texts).save(folder / "lexical")
    SentenceTable.from_passages(passages).save(folder)
    with translate_write_errors():
        place = publisher.open_collections(folder.name, folder)
        try:
            create_collection(
                place.client,
                place.passages,
                passage_vectors,
                [{"article": p.article, "key": p.id, "start": p.start, "end": p.end} for p in passages],
                [p.text for p in passages],
                effort=HIGH_EFFORT,
            )
            # Texts and places of sentences are the passages' and the spans': Chroma would write each text three times.
            create_collection(
                place.client,
                place.sentences,
                sentence_vectors,
                [{"article": passage.article} for passage in passages for _ in passage.sentences],
            )
        finally:
            place.close()


def read_articles(publisher: Publisher, name: str | None = None) -> tuple[Article, ...]:
    """All articles of a generation, by default the current one, as they were indexed; raises IndexUnusable."""
    return load_articles(publisher.read_file(name or publisher.current_name(), ARTICLES))


def open_articles(publisher: Publisher, name: str, manifest: Manifest) -> Mapping[str, Article]:
    """The same by id, each read when it is asked for."""
    return ArticleTable(publisher.read_file(name, ARTICLES), [entry.id for entry in manifest.articles])


def open_current(publisher: Publisher, model: str) -> "Generation":
    """Open the generation that answers; model: the identity of the embedding model that will ask.

    One that a rebuild removes meanwhile is given up for its successor. Raises IndexUnusable.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        name = publisher.current_name()
        try:
            return _open(publisher, name, model)
        except IndexUnusable:
            if attempt == _ATTEMPTS or publisher.peek_current_name() in (None, name):
                raise
    raise AssertionError("unreachable")


def _open(publisher: Publisher, name: str, model: str) -> "Generation":
    manifest = publisher.manifest(name)
    check_compatible(manifest, model)
    with translate_errors():
        copy = PrivateCopy()
        try:
            publisher.copy_to(name, copy.path)
            return Generation(name, copy, publisher.open_collections(name, copy.path), manifest)
        except BaseException:
            copy.close()
            raise


class Generation:
    """A published generation: its files, and Chroma's folder if it has one, are a copy, as Chroma writes on opening.

    Close it when the last reader is done; the copy is removed then. Reading raises IndexUnusable where the store fails.
    """

    def __init__(self, name: str, copy: PrivateCopy, place: CollectionPair, manifest: Manifest) -> None:
        self.name = name
        self.manifest = manifest
        self._copy = copy
        self._place = place
        try:
            self.articles: Mapping[str, Article] = ArticleTable.open(copy.path, [a.id for a in manifest.articles])
            self.entries: Mapping[str, ArticleEntry] = {entry.id: entry for entry in manifest.articles}
            self._spans = SentenceTable.load(copy.path, manifest.passages, manifest.sentences)
            self.lexical = BM25Index.load(copy.path / "lexical")
            self._passages = get_collection(place.client, place.passages, manifest.passages)
            self._sentences = get_collection(place.client, place.sentences, manifest.sentences)
            _check_dimension(self._passages, manifest)
        except BaseException:
            place.close()
            raise
        self._positions = _positions(manifest)
        self._cache: dict[int, StoredPassage] = {}

    def close(self) -> None:
        self._place.close()
        self._copy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def positions(self, articles: Sequence[str] = ()) -> Positions:
        """The positions of the passages of some articles, or of all; shape (passages,)."""
        if not articles:
            return np.arange(self.manifest.passages)
        return np.concatenate([self._positions[article] for article in articles])

    def nearest_passages(self, vector: Vectors, n: int, articles: Sequence[str] = ()) -> dict[int, float]:
        """Position → cosine of the n passages nearest to a unit vector."""
        return self._near(self._passages, vector, n, articles)

    def nearest_sentences(self, vector: Vectors, n: int, articles: Sequence[str] = ()) -> dict[int, float]:
        """Position → cosine of the n sentences nearest to a unit vector."""
        return self._near(self._sentences, vector, n, articles)

    def sentences_of(self, position: int) -> range:
        """The positions of the sentences of the passage at a position."""
        return self._spans.sentences_of(position)

    def sentence_vectors(self, article: str) -> tuple[list[tuple[int, int]], Vectors]:
        """The offsets of an article's sentences in order, and their vectors of shape (sentences, dimension)."""
        own = self._positions[article]
        inside = range(self.sentences_of(int(own[0])).start, self.sentences_of(int(own[-1])).stop)
        vectors = np.empty((len(inside), self.manifest.dimension), dtype=np.float32)
        with translate_errors():
            for positions, found in read_rows(self._sentences, inside, ["embeddings"]):
                vectors[np.asarray(positions) - inside.start] = to_vectors(found)
        return self._spans.offsets(inside), vectors

    def reusable_vectors(
        self, texts: Collection[str], embedded_text: Callable[[str, str], str]
    ) -> Iterator[tuple[str, Vectors]]:
        """Yield (text, vector) for those of the given texts that this generation embedded.

        Of several vectors of a text only the first is exact, as Chroma stores repeated vectors slightly moved.

        Args:
            texts: The texts whose vectors are wanted.
            embedded_text: From an article's id and a passage's text, makes the text that was embedded for the passage.
        """
        sentences: dict[int, str] = {}
        fields = ["documents", "embeddings", "metadatas"]
        with translate_errors():
            for positions, rows in read_rows(self._passages, range(self.manifest.passages), fields):
                stored = list(zip(positions, rows["documents"], rows["metadatas"], strict=True))
                yield from _select([embedded_text(meta["article"], text) for _, text, meta in stored], rows, texts)
                for position, text, meta in stored:
                    own = self._spans.read_sentences(position, meta["start"], text)
                    sentences |= zip(self.sentences_of(position), (sentence.text for sentence in own), strict=True)
            for positions, rows in read_rows(self._sentences, range(self.manifest.sentences), ["embeddings"]):
                yield from _select([sentences[position] for position in positions], rows, texts)

    def passages(self, positions: Iterable[int]) -> list["StoredPassage"]:
        """The passages at positions, in their order."""
        wanted = list(positions)
        known = {position: self._cache[position] for position in wanted if position in self._cache}
        missing = [position for position in dict.fromkeys(wanted) if position not in known]
        if missing:
            with translate_errors():
                known |= self._fetch(missing)
            if len(self._cache) + len(known) > _CACHED:
                self._cache.clear()
            self._cache |= known
        return [known[position] for position in wanted]

    def _near(self, rows: Any, vector: Vectors, n: int, articles: Sequence[str]) -> dict[int, float]:
        if len(vector) != self.manifest.dimension:
            raise IndexOutdated(
                f"The index holds vectors of {self.manifest.dimension} numbers, and the model makes {len(vector)}.",
                "Rebuild it with: python -m index rebuild --force",
            )
        with translate_errors():
            found = rows.query(query_embeddings=[vector], n_results=n, where=_where(articles), include=["distances"])
        return {int(i): 1 - d for i, d in zip(found["ids"][0], found["distances"][0], strict=True)}

    def _fetch(self, positions: list[int]) -> "dict[int, StoredPassage]":
        found = self._passages.get(ids=[str(p) for p in positions], include=["documents", "metadatas"])
        if len(found["ids"]) < len(positions):
            raise IndexDamaged("The index is damaged: some of its passages are missing.", REBUILD_HINT)
        stored = {}
        for row, text, meta in zip(found["ids"], found["documents"], found["metadatas"], strict=True):
            position = int(row)
            own = self._spans.read_sentences(position, meta["start"], text)
            passage = Passage(meta["key"], meta["article"], meta["start"], meta["end"], text, own)
            stored[position] = StoredPassage(position, self.sentences_of(position).start, passage)
        return stored


class StoredPassage(NamedTuple):
    """A passage with its position and that of its first sentence."""

    position: int
    first_sentence: int
    passage: Passage


def check_compatible(manifest: Manifest, model: str) -> None:
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


def _check_dimension(passages: Any, manifest: Manifest) -> None:
    found = to_vectors(passages.get(ids=["0"], include=["embeddings"]))
    if found.shape != (1, manifest.dimension):
        raise IndexDamaged("The index is damaged: its vectors are not those that it lists.", REBUILD_HINT)


def _select(texts: Sequence[str], rows: Any, wanted: Collection[str]) -> Iterator[tuple[str, Vectors]]:
    """Yield (text, vector) of wanted texts in the order of their positions, without damaged vectors."""
    stored = zip(map(int, rows["ids"]), texts, to_vectors(rows), strict=True)
    for _, text, vector in sorted(stored, key=lambda row: row[0]):
        if text in wanted and np.isfinite(vector).all():
            yield text, vector


def _positions(manifest: Manifest) -> dict[str, Positions]:
    ends = list(accumulate((article.passages for article in manifest.articles), initial=0))
    return {
        entry.id: np.arange(start, end) for entry, start, end in zip(manifest.articles, ends, ends[1:], strict=False)
    }


def _where(articles: Sequence[str]) -> Any:
    return {"article": {"$in": list(articles)}} if articles else None
