"""Question → ranked passages: dense, sentence and lexical views, fused on their scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.embedding import Embedder, Vectors
from index.generation import Generation, Positions, StoredPassage
from index.text.passages import Passage
from index.text.words import terms

# Weights of the views' z-scores; benchmarks/views.py compares them, docs/results.md has the figures.
DENSE, SENTENCE, LEXICAL = 1.0, 1.0, 2.0
NEAR_PASSAGES, NEAR_SENTENCES, LEXICAL_HITS = 64, 256, 64


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its fused score (comparable within one question only) and the scores of the views.

    dense, sentence: cosines of the question to the passage and to its nearest sentence. lexical:
    BM25. sentences: a cosine for each sentence of the passage, in order. before: the sentence that stands
    before the passage in its article, "" at the beginning.
    """

    passage: Passage
    score: float
    dense: float
    lexical: float
    sentence_cosines: tuple[float, ...]
    previous_sentence: str = ""

    @property
    def sentence_cosine(self) -> float:
        return max(self.sentence_cosines)


def search(
    generation: Generation, embedder: Embedder, question: str, k: int = 5, article: str | None = None
) -> list[Hit]:
    """The k best passages for a question, best first; article: an article's id to stay within."""
    articles = () if article is None else (article,)
    return search_vector(generation, embedder.embed_query(question), dict.fromkeys(terms(question), 1.0), k, articles)


def search_vector(
    generation: Generation,
    vector: Vectors,
    question_terms: Mapping[str, float],
    k: int,
    articles: Sequence[str] = (),
) -> list[Hit]:
    """The same for a question that is a unit vector and stemmed terms with their weights already.

    articles: the ids to stay within; none means all.
    """
    scope = generation.positions(articles)
    lexical = generation.lexical.scores(question_terms)
    dense = generation.nearest_passages(vector, min(NEAR_PASSAGES, len(scope)), articles)
    near = generation.nearest_sentences(vector, NEAR_SENTENCES, articles)
    pool = sorted({*dense, *_top(lexical, scope, LEXICAL_HITS)})
    # What a view did not return is no better than the worst that it did.
    floor, lowest = min(dense.values()), min(near.values())
    cosines = [tuple(near.get(n, lowest) for n in generation.sentences_of(position)) for position in pool]
    near_by = [dense.get(position, floor) for position in pool]
    worded = [float(lexical[position]) for position in pool]
    fused = DENSE * _z(near_by) + SENTENCE * _z([max(own) for own in cosines]) + LEXICAL * _z(worded)
    order = sorted(range(len(pool)), key=lambda n: (-fused[n], pool[n]))[:k]
    # Only what is given back is fetched: the rest of the pool is known by its numbers alone.
    best = [pool[n] for n in order]
    known = generation.passages([*best, *(max(0, position - 1) for position in best)])
    found, earlier = known[: len(best)], known[len(best) :]
    return [
        Hit(stored.passage, float(fused[n]), near_by[n], worded[n], cosines[n], before)
        for n, stored, before in zip(order, found, map(_before, found, earlier), strict=True)
    ]


class Retriever(BaseRetriever):
    """The same search as a LangChain retriever: Documents with article, paragraph, offsets and score as metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    generation: Generation
    embedder: Embedder
    k: int = 5
    article: str | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [to_document(hit) for hit in search(self.generation, self.embedder, query, self.k, self.article)]


def to_document(hit: Hit) -> Document:
    passage = hit.passage
    metadata = {
        "article": passage.article,
        "paragraph": passage.sentences[0].paragraph,
        "start": passage.start,
        "end": passage.end,
        "score": hit.score,
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)


def _before(stored: StoredPassage, earlier: StoredPassage) -> str:
    """The last sentence of the passage before one, where that is of the same article."""
    if earlier.position < stored.position and earlier.passage.article == stored.passage.article:
        return earlier.passage.sentences[-1].text
    return ""


def _top(scores: Vectors, scope: Positions, n: int) -> list[int]:
    """The positions in scope with the n highest scores above zero."""
    inside = scores[scope]
    best = np.argpartition(-inside, min(n, len(inside)) - 1)[:n]
    return [int(scope[i]) for i in best if inside[i] > 0]


def _z(scores: list[float]) -> Vectors:
    values = np.asarray(scores, dtype=np.float32)
    standard: Vectors = (values - values.mean()) / (values.std() + np.float32(1e-6))
    return standard
