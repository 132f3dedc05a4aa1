"""ask(question) → reply: read the question, find passages, let the reader answer, verify."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from index.articles.article import Article
from index.articles.lookup import find_article
from index.articles.names import surname
from index.embedding import Embedder, Vectors
from index.errors import BylineError, IndexMissing, IndexUnusable, UsageError
from index.generation import Generation
from index.live import LiveIndex
from index.search import search_vector
from index.store.manifest import ArticleEntry
from index.text.passages import Passage
from index.text.words import terms

from bot.answering.evidence.certainty import (
    CertaintyFeatures,
    answer_probability,
    answer_probability_from_logits,
    asks_about_unknown_subject,
    certainty_features,
    topic_probability,
)
from bot.answering.evidence.reranker import Reranker, load_reranker
from bot.answering.evidence.selection import collect_evidence, rerank
from bot.answering.evidence.windows import choose_windows
from bot.answering.question import small_talk
from bot.answering.question.author_names import replace_authors
from bot.answering.question.parsing import ParsedQuestion, clean_question, parse_question
from bot.answering.reply import extractive, overview, wording
from bot.answering.reply.citations import verify
from bot.answering.reply.suggestions import MAIN_ARGUMENT, Candidate, candidates, mentions
from bot.answering.types import Abstention, Answer, Evidence, PreparedQuestion, Question, Reply, Response
from bot.answering.voice.people import names_person

PASSAGES = 12
# The certainty of what is read from an article's head and shape, where nothing is searched for.
KNOWN = 0.95
# How many questions are suggested in place of one that is not answered.
SUGGESTIONS = 3
# Less likely to be on the topic than this, a question is not answered, whatever the reader makes of the sentences.
OFF_TOPIC = 0.08
# What a chat model may put into words of its own, of all that is asked about a text itself.
WRITTEN = frozenset(("topic", "thesis", "summary", "ending"))
# A longer article is never handed over whole.
WHOLE_CHARS = 200_000
# How many words the canary question borrows.
_CANARY = 12


class Answerer:
    """Answers from the index as it is at the moment of asking; each reply comes from one generation."""

    def __init__(self, index: LiveIndex, embedder: Embedder, reranker: Reranker | None = None) -> None:
        """reranker: what judges sentences; None loads the packaged one, which may raise ModelError."""
        self._index = index
        self._embedder = embedder
        self._reranker = reranker or load_reranker(None)

    def articles(self) -> Mapping[str, Article]:
        """The articles that can be asked about, by id."""
        with self._index.lease(searching=False) as generation:
            return generation.articles

    def current(self) -> Generation:
        """The generation that answers now; its name, articles and heads may be read after it was replaced."""
        with self._index.lease(searching=False) as generation:
            return generation

    def hold(self) -> AbstractContextManager[Generation]:
        """Within this, everything that is asked on the same thread comes from one generation."""
        return self._index.lease()

    def canary(self) -> bool:
        """Whether a question made of the first passage finds anything: each part that answers has worked then."""
        with self._index.lease() as generation:
            passage = generation.passages([0])[0].passage
            words = " ".join(re.findall(r"\w+", passage.text)[:_CANARY])
            reading = parse_question(Question(f"What about {words}?"), generation.lexical.counts)
            return bool(self.find(reading, generation, generation.manifest.articles)[0])

    def index_error(self) -> BylineError | None:
        """Return why the newest index could not be opened, if an older one answers instead."""
        error = self._index.last_error
        if isinstance(error, IndexMissing):  # there was one: it answers
            return IndexMissing("The index was deleted.", error.hint)
        return error

    def ask(self, question: Question) -> Response:
        """Answer a question without a chat model.

        Raises:
            UsageError: the question cannot be asked.
            IndexUnusable: there is no index.
        """
        with self._index.lease() as generation:
            return Response(self._look_up(question, None, generation).reply, generation.articles)

    def expect(self, questions: Sequence[Question]) -> None:
        """Embed together what questions will be looked up by that are asked one by one afterwards."""
        texts: dict[str, None] = {}
        with suppress(IndexUnusable), self._index.lease(searching=False) as generation:
            for question in questions:
                with suppress(UsageError):  # whoever asks it is told, as of an index that cannot be used
                    reading = parse_question(question, generation.lexical.counts)
                    sought = _sought(reading, scope_of(generation, reading.text, question.article))
                    texts.update(dict.fromkeys(filter(None, (sought.text, sought.context))))
        self._embedder.prefetch(list(texts))

    def prepare(self, question: Question, standalone: str | None = None) -> PreparedQuestion:
        """Answer a question, and collect what a chat model needs to write another answer.

        Args:
            question: as it was asked.
            standalone: the question reworded so that it needs no conversation.

        Raises:
            UsageError: the question cannot be asked.
            IndexUnusable: there is no index.
        """
        with self._index.lease() as generation:
            result = self._look_up(question, standalone, generation)
            asked, reply, ranked = question.text, result.reply, result.ranked
            if not ranked and not (reply.quotes and WRITTEN.intersection(result.parsed.aspects)):
                return PreparedQuestion(asked, result.parsed.text, reply, generation.articles)
            whole = self._whole(generation, result.scope)
            quoted = tuple(p for p in whole if any(p.start < q.end and q.start < p.end for q in reply.quotes))
            return PreparedQuestion(
                asked,
                standalone or clean_question(asked),
                reply,
                generation.articles,
                extractive.declined(asked, ranked, generation) if ranked else None,
                tuple({e.passage.id: e.passage for e in ranked}.values()) or quoted,
                whole,
                open=True,
            )

    def _look_up(self, question: Question, standalone: str | None, generation: Generation) -> "_LookUp":
        """Read a question, search for it, and write the verified reply of the extractive reader."""
        counts = generation.lexical.counts
        parsed = parse_question(question, counts)
        if standalone:
            parsed = parse_question(Question(standalone, article=question.article), counts)
        scope = scope_of(generation, parsed.text, question.article)
        if parsed.aspects and any(article.id == question.recent for article in scope):
            scope = tuple(article for article in scope if article.id == question.recent)
        reply, ranked = self._reply(question.text, parsed, generation, scope)
        _verify(reply, generation)
        return _LookUp(parsed, scope, reply, ranked)

    def _whole(self, generation: Generation, scope: Sequence[ArticleEntry]) -> tuple[Passage, ...]:
        """All passages of the one article in scope; none where it is too long or there are several."""
        if len(scope) > 1 or len(generation.articles[scope[0].id].text) > WHOLE_CHARS:
            return ()
        return tuple(stored.passage for stored in generation.passages(generation.positions([scope[0].id])))

    def more(self, question: Question, shown: Collection[str]) -> Response:
        """Find further evidence for a question beyond the quotes that were shown; an abstention if there is none.

        Raises:
            UsageError: the question cannot be asked.
            IndexUnusable: there is no index.
        """
        with self._index.lease() as generation:
            parsed = parse_question(question, generation.lexical.counts)
            ranked, features = self.find(parsed, generation, scope_of(generation, parsed.text, question.article))
            seen = {" ".join(text.split()) for text in shown}
            rest = [e for e in ranked if not any(_overlap(" ".join(e.sentence.text.split()), text) for text in seen)]
            reply = extractive.further(question.text, rest, answer_probability(features), generation)
            _verify(reply, generation)
            return Response(reply, generation.articles)

    def summary(self, article: str) -> Response:
        """Quote the central claims of an article in its order; raises UsageError if there is no such article."""
        with self._index.lease() as generation:
            chosen = generation.articles[find_article(generation.manifest.articles, article).id]
            asked = f"What does {wording.describe(chosen)} argue?"
            reply = Answer(asked, wording.IN_SHORT, overview.claims(generation, chosen), KNOWN)
            return Response(reply, generation.articles)

    def suggest(self, response: Response, within: str | None = None) -> tuple[str, ...]:
        """Suggest at most SUGGESTIONS questions in place of one that was not answered, each of which would be.

        Whether a question would be answered is judged by the sentences that name its subject alone: looking each up
        like a question of its own took ten times as long.

        Args:
            response: the reply that did not answer.
            within: the id of the article that was asked, None for all.
        """
        articles = response.articles
        scope = {within: articles[within]} if within and within in articles else articles
        nearby = [quote for quote in response.reply.quotes if quote.article in scope]
        found = [MAIN_ARGUMENT] if len(scope) == 1 else []
        with self._index.lease() as generation:
            for candidate in candidates(nearby, scope, 3 * SUGGESTIONS):
                if len(found) == SUGGESTIONS:
                    break
                if self._would_answer(candidate, generation):
                    found.insert(-1 if MAIN_ARGUMENT in found else len(found), candidate.question)
        return tuple(found)

    def _would_answer(self, candidate: Candidate, generation: Generation) -> bool:
        if candidate.article not in generation.entries:  # it was removed since
            return False
        stored = generation.passages(generation.positions([candidate.article]))
        windows = mentions(candidate.subject, [one.passage for one in stored])
        authors = generation.entries[candidate.article].authors
        scores = self._reranker.score(replace_authors(candidate.question, authors), "", windows)
        logits = [float(row[0]) for rows in scores for row in rows]
        return bool(logits) and answer_probability_from_logits(logits) >= extractive.ANSWERS

    def _reply(
        self, asked: str, reading: ParsedQuestion, generation: Generation, scope: Sequence[ArticleEntry]
    ) -> tuple[Reply, list[Evidence]]:
        """The extractive reader's reply, and the sentences that it chose from, if it searched for any."""
        known = self._known(asked, reading, generation, scope)
        if known is not None:
            return known, []
        ranked, signs = self.find(reading, generation, scope)
        sure, topic = answer_probability(signs), topic_probability(signs)
        if topic < OFF_TOPIC or asks_about_unknown_subject(reading, _knows(generation, scope)):
            sure = min(sure, extractive.CLOSEST)
        return extractive.answer(asked, reading, ranked, sure, topic, generation), ranked

    def _known(
        self, asked: str, reading: ParsedQuestion, generation: Generation, scope: Sequence[ArticleEntry]
    ) -> Reply | None:
        """The reply to what needs no search: small talk, or a question about the text itself."""
        if (small := small_talk.reply(asked, len(generation.articles))) is not None:
            return Abstention(asked, small, (), 0.0, "not_addressed")
        if reading.aspects and len(scope) > 1:
            return Abstention(asked, wording.WHICH_ARTICLE.format(n=len(scope)), (), 0.0, "not_addressed")
        if reading.aspects:
            found = overview.about(generation, generation.articles[scope[0].id], reading.aspects)
            if found.known:
                return Answer(asked, found.lead, found.quotes, KNOWN)
            return Abstention(asked, found.lead, (), 1 - KNOWN, "not_addressed")
        return None

    def find(
        self, reading: ParsedQuestion, generation: Generation, scope: Sequence[ArticleEntry]
    ) -> tuple[list[Evidence], CertaintyFeatures]:
        """The sentences that may answer, best first, and what the certainty is computed from."""
        reading = _sought(reading, scope)
        within = [article.id for article in scope] if len(scope) < len(generation.articles) else ()
        hits = search_vector(generation, self._vector(reading), reading.term_weights, PASSAGES, within)
        similar = collect_evidence(hits, reading.term_weights, generation.lexical.idf, reading.context)
        read = choose_windows(similar, hits)
        ranked = rerank(similar, read, self._reranker.score(reading.text, reading.context, read))
        return ranked, certainty_features(reading, ranked, hits)

    def _vector(self, reading: ParsedQuestion) -> Vectors:
        """The question's unit vector, moved towards what it leans on."""
        vector = self._embedder.embed_query(reading.text)
        if not reading.context:
            return vector
        moved = vector + reading.context_weight * self._embedder.embed_query(reading.context)
        return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _LookUp:
    """A question that was looked up: what was understood, the articles in scope, the reply, and the evidence."""

    parsed: ParsedQuestion
    scope: tuple[ArticleEntry, ...]
    reply: Reply
    ranked: list[Evidence]


def _verify(reply: Reply, generation: Generation) -> None:
    for quote in reply.quotes:
        verify(generation.articles[quote.article], quote)


def _sought(reading: ParsedQuestion, scope: Sequence[ArticleEntry]) -> ParsedQuestion:
    """A question as it is looked up in some articles: without their authors' names."""
    authors = dict.fromkeys(author for article in scope for author in article.authors)
    return replace(reading, text=replace_authors(reading.text, authors))


def scope_of(generation: Generation, question: str, article: str | None) -> tuple[ArticleEntry, ...]:
    """The articles a question is about: the one given with it, else those by the authors that it names, else all."""
    everything = generation.manifest.articles
    if article is not None:
        return (find_article(everything, article),)
    named = tuple(a for a in everything if any(names_person(question, surname(author)) for author in a.authors))
    return named or everything


def _overlap(one: str, other: str) -> bool:
    return one in other or other in one


def _knows(generation: Generation, scope: Sequence[ArticleEntry]) -> Callable[[str], bool]:
    if len(scope) > 1:
        return generation.lexical.__contains__
    return _vocabulary(generation.articles[scope[0].id].text).__contains__


@lru_cache(maxsize=64)
def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(terms(text))
