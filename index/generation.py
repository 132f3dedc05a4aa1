"""A generation: one complete built index. Write a new one, and open the current one for reading.

Which generation is current is decided elsewhere: a rebuild switches to its new one in `publish`
(index/publishing/folder.py or server.py), and a running bot follows in index/live.py.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.articles.article import Article
from index.embedding import Vectors
from index.errors import REBUILD_HINT, IndexDamaged, IndexOutdated, IndexUnusable
from index.publishing.copies import PrivateFolder
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

_MAX_CACHED = 10_000
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
    """Write a generation, except for its manifest: its files and its Chroma collections.

    Args:
        publisher: Opens the collections.
        folder: The staging folder. Its name is passed to `open_collections`; where a Chroma server publishes, it is
            the generation's name.
        articles: All articles.
        passages: The passages of all articles, in order; a passage's id in Chroma is its position here.
        passage_texts: The text of each passage that BM25 indexes.
        passage_vectors: Shape (passages, dimension).
        sentence_vectors: Shape (sentences of all passages in order, dimension).
    """
    (folder / ARTICLES).write_bytes(dump_articles(articles))
    BM25Index.build(passage_texts).save(folder / "lexical")
    SentenceTable.from_passages(passages).save(folder)
    with translate_write_errors():
        collections = publisher.open_collections(folder.name, folder)
        try:
            create_collection(
                collections.client,
                collections.passages,
                passage_vectors,
                [{"article": p.article, "key": p.id, "start": p.start, "end": p.end} for p in passages],
                [p.text for p in passages],
                effort=HIGH_EFFORT,
            )
            # Sentences are stored without texts, as offsets in their articles (SentenceTable): Chroma would write each
            # text three times.
            create_collection(
                collections.client,
                collections.sentences,
                sentence_vectors,
                [{"article": passage.article} for passage in passages for _ in passage.sentences],
            )
        finally:
            collections.close()


def read_articles(publisher: Publisher, name: str | None = None) -> tuple[Article, ...]:
    """Read all articles of a generation (by default the current one) as they were indexed; raises IndexUnusable."""
    return load_articles(publisher.read_file(name or publisher.current_name(), ARTICLES))


def open_articles(publisher: Publisher, name: str, manifest: Manifest) -> Mapping[str, Article]:
    """Return the articles of a generation by id; each is parsed when it is looked up."""
    return ArticleTable(publisher.read_file(name, ARTICLES), [entry.id for entry in manifest.articles])


def open_current(publisher: Publisher, model: str) -> "Generation":
    """Open the current generation; if a rebuild removes it meanwhile, its successor.

    Args:
        publisher: Where generations are published.
        model: The identity of the embedding model that will embed the questions.

    Raises:
        IndexUnusable: There is no generation that can be opened, or it was built with another model or version.
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
        files = PrivateFolder()
        try:
            publisher.copy_to(name, files.path)
            return Generation(name, files, publisher.open_collections(name, files.path), manifest)
        except BaseException:
            files.close()
            raise


class Generation:
    """An open generation. It reads from a private copy of the files, because Chroma writes when it opens a folder.

    A position is the number of a passage or sentence among all of the generation, from 0. Methods raise IndexUnusable
    if the store fails. Close the generation when nothing uses it any more; that removes the copy.

    Attributes:
        name: The generation's name.
        manifest: What it contains and how it was built.
        articles: The articles by id; each is parsed when it is looked up.
        entries: The manifest's entries by article id: titles, authors, dates and sizes.
        lexical: The BM25 index of the passages.
    """

    def __init__(self, name: str, files: PrivateFolder, collections: CollectionPair, manifest: Manifest) -> None:
        self.name = name
        self.manifest = manifest
        self._files = files
        self._collections = collections
        try:
            self.articles: Mapping[str, Article] = ArticleTable.open(files.path, [a.id for a in manifest.articles])
            self.entries: Mapping[str, ArticleEntry] = {entry.id: entry for entry in manifest.articles}
            self._sentence_table = SentenceTable.load(files.path, manifest.passages, manifest.sentences)
            self.lexical = BM25Index.load(files.path / "lexical")
            self._passages = get_collection(collections.client, collections.passages, manifest.passages)
            self._sentences = get_collection(collections.client, collections.sentences, manifest.sentences)
            _check_dimension(self._passages, manifest)
        except BaseException:
            collections.close()
            raise
        self._positions = _positions(manifest)
        self._cache: dict[int, StoredPassage] = {}

    def close(self) -> None:
        """Close the collections and remove the private copy."""
        self._collections.close()
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def positions(self, articles: Sequence[str] = ()) -> Positions:
        """Return the positions of the passages of some articles, or of all; shape (passages,)."""
        if not articles:
            return np.arange(self.manifest.passages)
        return np.concatenate([self._positions[article] for article in articles])

    def nearest_passages(self, vector: Vectors, n: int, articles: Sequence[str] = ()) -> dict[int, float]:
        """Return {position: cosine} of the n passages nearest to a unit vector, in some articles or in all."""
        return self._nearest(self._passages, vector, n, articles)

    def nearest_sentences(self, vector: Vectors, n: int, articles: Sequence[str] = ()) -> dict[int, float]:
        """Return {position: cosine} of the n sentences nearest to a unit vector, in some articles or in all."""
        return self._nearest(self._sentences, vector, n, articles)

    def sentences_of(self, position: int) -> range:
        """Return the positions of the sentences of a passage."""
        return self._sentence_table.sentences_of(position)

    def sentence_vectors(self, article: str) -> tuple[list[tuple[int, int]], Vectors]:
        """Return the offsets of an article's sentences in order, and their vectors of shape (sentences, dimension)."""
        passages = self._positions[article]
        sentences = range(self.sentences_of(int(passages[0])).start, self.sentences_of(int(passages[-1])).stop)
        vectors = np.empty((len(sentences), self.manifest.dimension), dtype=np.float32)
        with translate_errors():
            for positions, rows in read_rows(self._sentences, sentences, ["embeddings"]):
                vectors[np.asarray(positions) - sentences.start] = to_vectors(rows)
        return self._sentence_table.offsets(sentences), vectors

    def reusable_vectors(
        self, texts: Collection[str], embedded_text: Callable[[str, str], str]
    ) -> Iterator[tuple[str, Vectors]]:
        """Yield (text, vector) for those of the given texts that this generation embedded.

        Of several vectors of a text only the first is exact; `create_collection` adds noise to those that repeat it.

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
                    own = self._sentence_table.read_sentences(position, meta["start"], text)
                    sentences |= zip(self.sentences_of(position), (sentence.text for sentence in own), strict=True)
            for positions, rows in read_rows(self._sentences, range(self.manifest.sentences), ["embeddings"]):
                yield from _select([sentences[position] for position in positions], rows, texts)

    def passages(self, positions: Iterable[int]) -> list["StoredPassage"]:
        """Read the passages at some positions, in that order."""
        wanted = list(positions)
        passages = {position: self._cache[position] for position in wanted if position in self._cache}
        missing = [position for position in dict.fromkeys(wanted) if position not in passages]
        if missing:
            with translate_errors():
                passages |= self._fetch(missing)
            if len(self._cache) + len(passages) > _MAX_CACHED:
                self._cache.clear()
            self._cache |= passages
        return [passages[position] for position in wanted]

    def _nearest(self, rows: Any, vector: Vectors, n: int, articles: Sequence[str]) -> dict[int, float]:
        if len(vector) != self.manifest.dimension:
            raise IndexOutdated(
                f"The index holds vectors of {self.manifest.dimension} numbers, but the model makes {len(vector)}.",
                "Rebuild it with: byline rebuild --force",
            )
        with translate_errors():
            nearest = rows.query(query_embeddings=[vector], n_results=n, where=_where(articles), include=["distances"])
        return {int(i): 1 - d for i, d in zip(nearest["ids"][0], nearest["distances"][0], strict=True)}

    def _fetch(self, positions: list[int]) -> "dict[int, StoredPassage]":
        stored = {}
        for page, rows in read_rows(self._passages, positions, ["documents", "metadatas"]):
            for position, text, meta in zip(page, rows["documents"], rows["metadatas"], strict=True):
                sentences = self._sentence_table.read_sentences(position, meta["start"], text)
                passage = Passage(meta["key"], meta["article"], meta["start"], meta["end"], text, sentences)
                stored[position] = StoredPassage(position, self.sentences_of(position).start, passage)
        return stored


class StoredPassage(NamedTuple):
    """A passage with its position and the position of its first sentence."""

    position: int
    first_sentence: int
    passage: Passage


def check_compatible(manifest: Manifest, model: str) -> None:
    """Raise IndexOutdated if an index was built with another embedding model or another version of the splitter."""
    if manifest.model != model:
        raise IndexOutdated(
            f"The index was built with the embedding model {manifest.model}, but the current setting is {model}.",
            "Rebuild it with: byline rebuild",
        )
    if manifest.splitter != SPLITTER_VERSION:
        raise IndexOutdated(
            f"The index was built by version {manifest.splitter} of the splitter; this is version {SPLITTER_VERSION}.",
            "Rebuild it with: byline rebuild",
        )


def _check_dimension(passages: Any, manifest: Manifest) -> None:
    first = to_vectors(passages.get(ids=["0"], include=["embeddings"]))
    if first.shape != (1, manifest.dimension):
        raise IndexDamaged("The index is damaged: its vectors have the wrong dimension.", REBUILD_HINT)


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
