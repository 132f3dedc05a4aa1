"""Hybrid search: three retrievers (passage vectors, sentence vectors, BM25) whose scores are fused into one ranking.

The candidates are the nearest passages and those with the best BM25 scores. The nearest sentences add no candidates;
they only score those.
"""

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

# Weights of the z-scores; benchmarks/search_weights.py compares them, and docs/results.md has the figures.
DENSE, SENTENCE, LEXICAL = 1.0, 1.0, 2.0
NEAR_PASSAGES, NEAR_SENTENCES, LEXICAL_HITS = 64, 256, 64


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    Attributes:
        passage: The passage.
        score: The fused score; comparable only between hits for the same question.
        passage_cosine: The cosine of the question and the passage.
        lexical: The BM25 score of the passage.
        sentence_cosines: The cosine of the question and each sentence of the passage, in order.
        previous_sentence: The sentence before the passage in its article; "" at the beginning.
    """

    passage: Passage
    score: float
    passage_cosine: float
    lexical: float
    sentence_cosines: tuple[float, ...]
    previous_sentence: str = ""

    @property
    def sentence_cosine(self) -> float:
        """The cosine of the question and the nearest sentence of the passage."""
        return max(self.sentence_cosines)


def search(
    generation: Generation, embedder: Embedder, question: str, k: int = 5, article: str | None = None
) -> list[Hit]:
    """Find the best passages for a question.

    Args:
        generation: The open index.
        embedder: The embedding model with which the index was built.
        question: The question.
        k: The number of hits.
        article: The id of an article to search; None searches all.

    Returns:
        At most k hits, the best first.
    """
    articles = () if article is None else (article,)
    return search_vector(generation, embedder.embed_query(question), dict.fromkeys(terms(question), 1.0), k, articles)


def search_vector(
    generation: Generation,
    vector: Vectors,
    question_terms: Mapping[str, float],
    k: int,
    articles: Sequence[str] = (),
) -> list[Hit]:
    """Find the best passages for a question that is already embedded and split into terms.

    Args:
        generation: The open index.
        vector: The embedded question: a unit vector, shape (dimension,).
        question_terms: The stemmed terms of the question with their weights.
        k: The number of hits.
        articles: The ids of the articles to search; empty searches all.

    Returns:
        At most k hits, the best first.
    """
    scope = generation.positions(articles)
    lexical = generation.lexical.scores(question_terms)
    dense = generation.nearest_passages(vector, min(NEAR_PASSAGES, len(scope)), articles)
    sentences = generation.nearest_sentences(vector, NEAR_SENTENCES, articles)
    candidates = sorted({*dense, *_top(lexical, scope, LEXICAL_HITS)})
    # A passage or sentence that its retriever did not return gets the lowest score that it did return: its own is at
    # most that.
    lowest_dense, lowest_sentence = min(dense.values()), min(sentences.values())
    dense_scores = [dense.get(position, lowest_dense) for position in candidates]
    sentence_scores = [
        tuple(sentences.get(n, lowest_sentence) for n in generation.sentences_of(position)) for position in candidates
    ]
    lexical_scores = [float(lexical[position]) for position in candidates]
    fused = (
        DENSE * _z_scores(dense_scores)
        + SENTENCE * _z_scores([max(cosines) for cosines in sentence_scores])
        + LEXICAL * _z_scores(lexical_scores)
    )
    ranking = sorted(range(len(candidates)), key=lambda n: (-fused[n], candidates[n]))[:k]
    # Only the hits are read from the store; the other candidates were ranked by their positions alone.
    best = [candidates[n] for n in ranking]
    stored = generation.passages([*best, *(max(0, position - 1) for position in best)])
    hits, predecessors = stored[: len(best)], stored[len(best) :]
    return [
        Hit(
            hit.passage,
            score=float(fused[n]),
            passage_cosine=dense_scores[n],
            lexical=lexical_scores[n],
            sentence_cosines=sentence_scores[n],
            previous_sentence=_previous_sentence(hit, predecessor),
        )
        for n, hit, predecessor in zip(ranking, hits, predecessors, strict=True)
    ]


class Retriever(BaseRetriever):
    """Byline's search as a LangChain retriever, for use in other chains (see docs/python.md).

    Each Document has the passage's id and text, and as metadata `article`, `paragraph`, `start`, `end` (offsets in the
    article's text) and `score`.

    Attributes:
        generation: The open index.
        embedder: The embedding model with which the index was built.
        k: The number of documents.
        article: The id of an article to search; None searches all.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    generation: Generation
    embedder: Embedder
    k: int = 5
    article: str | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_to_document(hit) for hit in search(self.generation, self.embedder, query, self.k, self.article)]


def _to_document(hit: Hit) -> Document:
    passage = hit.passage
    metadata = {
        "article": passage.article,
        "paragraph": passage.sentences[0].paragraph,
        "start": passage.start,
        "end": passage.end,
        "score": hit.score,
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)


def _previous_sentence(hit: StoredPassage, predecessor: StoredPassage) -> str:
    """Return the last sentence of the passage before, if it is of the same article."""
    if predecessor.position < hit.position and predecessor.passage.article == hit.passage.article:
        return predecessor.passage.sentences[-1].text
    return ""


def _top(scores: Vectors, scope: Positions, n: int) -> list[int]:
    """Return the positions in scope with the n highest scores above zero."""
    in_scope = scores[scope]
    best = np.argpartition(-in_scope, min(n, len(in_scope)) - 1)[:n]
    return [int(scope[i]) for i in best if in_scope[i] > 0]


def _z_scores(scores: list[float]) -> Vectors:
    values = np.asarray(scores, dtype=np.float32)
    standardized: Vectors = (values - values.mean()) / (values.std() + np.float32(1e-6))
    return standardized
