"""Answer a question: parse it, find passages, score their sentences, choose and verify quotes."""

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
# The certainty of replies from an article's metadata, for which nothing is searched.
KNOWN = 0.95
# How many questions are suggested in place of one that is not answered.
SUGGESTIONS = 3
# A question with a lower topic probability is not answered, whatever the reader's scores.
OFF_TOPIC = 0.08
# The aspects of a text itself that a chat model may put into its own words.
WRITTEN = frozenset(("topic", "thesis", "summary", "ending"))
# A longer article is never given to a chat model as a whole.
WHOLE_CHARS = 200_000
# How many words of a passage the canary question uses.
_CANARY = 12


class Answerer:
    """Answers questions from the current generation of an index; each reply comes from one generation."""

    def __init__(self, index: LiveIndex, embedder: Embedder, reranker: Reranker | None = None) -> None:
        """Create an answerer; raises ModelError if the packaged reader cannot be loaded.

        Args:
            index: the index, followed as it is rebuilt.
            embedder: embeds the questions.
            reranker: scores sentences; None loads the packaged reader.
        """
        self._index = index
        self._embedder = embedder
        self._reranker = reranker or load_reranker(None)

    def articles(self) -> Mapping[str, Article]:
        """Return the articles that can be asked about, by id."""
        with self._index.lease(searching=False) as generation:
            return generation.articles

    def current(self) -> Generation:
        """Return the current generation. Its name, articles and entries stay readable after it was replaced."""
        with self._index.lease(searching=False) as generation:
            return generation

    def hold(self) -> AbstractContextManager[Generation]:
        """Return a context in which all questions of this thread are answered from one generation."""
        return self._index.lease()

    def canary(self) -> bool:
        """Whether a question made of the first passage finds evidence, which uses every part of the search."""
        with self._index.lease() as generation:
            passage = generation.passages([0])[0].passage
            words = " ".join(re.findall(r"\w+", passage.text)[:_CANARY])
            parsed = parse_question(Question(f"What about {words}?"), generation.lexical.counts)
            return bool(self.find(parsed, generation, generation.manifest.articles)[0])

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

    def prefetch(self, questions: Sequence[Question]) -> None:
        """Embed in one batch the questions that will be asked one by one afterwards."""
        texts: dict[str, None] = {}
        with suppress(IndexUnusable), self._index.lease(searching=False) as generation:
            for question in questions:
                with suppress(UsageError):  # reported when it is asked
                    parsed = parse_question(question, generation.lexical.counts)
                    query = _without_author_names(parsed, scope_of(generation, parsed.text, question.article))
                    texts.update(dict.fromkeys(filter(None, (query.text, query.context))))
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
        """Parse a question, search for it, and write the extractive reader's verified reply."""
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
        self, asked: str, parsed: ParsedQuestion, generation: Generation, scope: Sequence[ArticleEntry]
    ) -> tuple[Reply, list[Evidence]]:
        """Write the extractive reader's reply, and return with it the evidence that it was chosen from, if any."""
        reply = self._reply_without_search(asked, parsed, generation, scope)
        if reply is not None:
            return reply, []
        ranked, features = self.find(parsed, generation, scope)
        certain, topic = answer_probability(features), topic_probability(features)
        if topic < OFF_TOPIC or asks_about_unknown_subject(parsed, _vocabulary_test(generation, scope)):
            certain = min(certain, extractive.CLOSEST)
        return extractive.answer(asked, parsed, ranked, certain, topic, generation), ranked

    def _reply_without_search(
        self, asked: str, parsed: ParsedQuestion, generation: Generation, scope: Sequence[ArticleEntry]
    ) -> Reply | None:
        """Reply to what needs no search, small talk and questions about the text itself; None for other questions."""
        if (small := small_talk.reply(asked, len(generation.articles))) is not None:
            return Abstention(asked, small, (), 0.0, "not_addressed")
        if parsed.aspects and len(scope) > 1:
            return Abstention(asked, wording.WHICH_ARTICLE.format(n=len(scope)), (), 0.0, "not_addressed")
        if parsed.aspects:
            found = overview.about(generation, generation.articles[scope[0].id], parsed.aspects)
            if found.known:
                return Answer(asked, found.lead, found.quotes, KNOWN)
            return Abstention(asked, found.lead, (), 1 - KNOWN, "not_addressed")
        return None

    def find(
        self, parsed: ParsedQuestion, generation: Generation, scope: Sequence[ArticleEntry]
    ) -> tuple[list[Evidence], CertaintyFeatures]:
        """Find the sentences that may answer, best first, and the features for the certainty."""
        parsed = _without_author_names(parsed, scope)
        within = [article.id for article in scope] if len(scope) < len(generation.articles) else ()
        hits = search_vector(generation, self._vector(parsed), parsed.term_weights, PASSAGES, within)
        similar = collect_evidence(hits, parsed.term_weights, generation.lexical.idf, parsed.context)
        read = choose_windows(similar, hits)
        ranked = rerank(similar, read, self._reranker.score(parsed.text, parsed.context, read))
        return ranked, certainty_features(parsed, ranked, hits)

    def _vector(self, parsed: ParsedQuestion) -> Vectors:
        """Embed a question as a unit vector, moved towards the context that it depends on."""
        vector = self._embedder.embed_query(parsed.text)
        if not parsed.context:
            return vector
        moved = vector + parsed.context_weight * self._embedder.embed_query(parsed.context)
        return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _LookUp:
    """A question with the articles in scope, the extractive reply, and the evidence that it was chosen from."""

    parsed: ParsedQuestion
    scope: tuple[ArticleEntry, ...]
    reply: Reply
    ranked: list[Evidence]


def _verify(reply: Reply, generation: Generation) -> None:
    for quote in reply.quotes:
        verify(generation.articles[quote.article], quote)


def _without_author_names(parsed: ParsedQuestion, scope: Sequence[ArticleEntry]) -> ParsedQuestion:
    """Replace the names of the authors in scope by pronouns, as the question is searched for."""
    authors = dict.fromkeys(author for article in scope for author in article.authors)
    return replace(parsed, text=replace_authors(parsed.text, authors))


def scope_of(generation: Generation, question: str, article: str | None) -> tuple[ArticleEntry, ...]:
    """Choose the articles to search: the given one, else those by authors that the question names, else all."""
    everything = generation.manifest.articles
    if article is not None:
        return (find_article(everything, article),)
    named = tuple(a for a in everything if any(names_person(question, surname(author)) for author in a.authors))
    return named or everything


def _overlap(one: str, other: str) -> bool:
    return one in other or other in one


def _vocabulary_test(generation: Generation, scope: Sequence[ArticleEntry]) -> Callable[[str], bool]:
    if len(scope) > 1:
        return generation.lexical.__contains__
    return _vocabulary(generation.articles[scope[0].id].text).__contains__


@lru_cache(maxsize=64)
def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(terms(text))
