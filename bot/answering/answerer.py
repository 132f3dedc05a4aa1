"""Answer a question: parse it, search for passages, score their sentences, select and verify quotes."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from index.articles.article import Article
from index.articles.lookup import find_article
from index.embedding import Embedder, Vectors
from index.errors import BylineError, IndexMissing, IndexUnusable, UsageError
from index.generation import Generation
from index.live import LiveIndex
from index.search import search_vector
from index.store.manifest import ArticleEntry
from index.text.passages import Passage

from bot.answering.evidence.certainty import (
    CertaintyFeatures,
    answer_probability,
    certainty_features,
    skimmed_answer_probability,
    topic_probability,
)
from bot.answering.evidence.reranker import Reranker, load_reranker
from bot.answering.evidence.selection import collect_evidence, names_all, replace_questions, rerank
from bot.answering.evidence.windows import choose_windows
from bot.answering.question import choice, small_talk
from bot.answering.question.details import without_addresses
from bot.answering.question.forms import asks_what_is_said
from bot.answering.question.names import known_names, replace_authors
from bot.answering.question.parsing import ParsedQuestion, clean_question, content_terms, parse_question
from bot.answering.question.parts import MAX_PARTS, split_question
from bot.answering.reply import extractive, languages, wording
from bot.answering.reply.about import overview, reported
from bot.answering.reply.about.requests import CERTAIN, answer_request
from bot.answering.reply.citations import share_words
from bot.answering.reply.combined import combine
from bot.answering.reply.corrections import with_corrections, without_corrections
from bot.answering.reply.suggestions import MAIN_ARGUMENT, Candidate, make_candidates, windows_naming
from bot.answering.types import Abstention, Answer, Evidence, PreparedQuestion, Question, Reply, Response, Turn

# How many passages are retrieved for a question.
MAX_PASSAGES = 24
# How many questions are suggested in place of one that is not answered.
MAX_SUGGESTIONS = 3
# Below this topic probability, a question is not answered, whatever the reader's scores.
_OFF_TOPIC = 0.08
# The questions about the text itself that a chat model may answer in its own words.
_CHAT_KINDS = frozenset(("topic", "thesis", "summary", "beginning", "ending", "opposing", "translate"))
# A longer article is never given to a chat model as a whole.
_MAX_WHOLE_CHARS = 200_000
# How many words of a passage the canary question contains.
_CANARY_WORDS = 12


class Answerer:
    """Answers questions from the current generation of an index; each reply comes from one generation."""

    def __init__(self, index: LiveIndex, embedder: Embedder, reranker: Reranker | None = None) -> None:
        """Create an answerer; raises ModelError if the packaged reader cannot be loaded.

        Args:
            index: the index, which switches to each new generation.
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
        """Return the current generation; its name, articles and entries stay readable after it is replaced."""
        with self._index.lease(searching=False) as generation:
            return generation

    def lease(self) -> AbstractContextManager[Generation]:
        """Return a context manager that keeps one generation current for this thread."""
        return self._index.lease()

    def canary(self) -> bool:
        """Check every part of the search: whether a question made of the first passage's words finds evidence."""
        with self._index.lease() as generation:
            passage = generation.passages([0])[0].passage
            words = " ".join(re.findall(r"\w+", passage.text)[:_CANARY_WORDS])
            parsed = parse_question(Question(f"What about {words}?"), generation.lexical.counts)
            return bool(self.find_evidence(parsed, generation, generation.manifest.articles)[0])

    def index_error(self) -> BylineError | None:
        """Return why the newest index could not be opened, if an older one answers instead."""
        error = self._index.last_error
        if isinstance(error, IndexMissing):  # an index was open before, and its copy answers
            return IndexMissing("The index was deleted.", error.hint)
        return error

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call `callback`, from another thread, when `current` or `index_error` has changed."""
        self._index.subscribe(callback)

    def ask(self, question: Question) -> Response:
        """Answer a question without a chat model.

        Raises:
            UsageError: the question cannot be asked.
            IndexUnusable: there is no index.
        """
        with self._index.lease() as generation:
            return Response(self._look_up(question, None, generation).reply, generation.articles)

    def prefetch(self, questions: Sequence[Question]) -> None:
        """Embed questions in one batch, before they are asked one by one."""
        texts: dict[str, None] = {}
        with suppress(IndexUnusable), self._index.lease(searching=False) as generation:
            for question in questions:
                with suppress(UsageError):  # raised again when the question is asked
                    parsed = _parse(question, generation)
                    query = _without_author_names(parsed, _scope(generation, parsed, question.article))
                    texts.update(dict.fromkeys(filter(None, (query.text, query.context))))
        self._embedder.prefetch(list(texts))

    def prepare(self, question: Question, standalone: str | None = None) -> PreparedQuestion:
        """Answer a question, and collect what a chat model needs to write another answer.

        Args:
            question: the question as it was asked.
            standalone: the question reworded so that it is complete without the conversation.

        Raises:
            UsageError: the question cannot be asked.
            IndexUnusable: there is no index.
        """
        with self._index.lease() as generation:
            result = self._look_up(question, standalone, generation)
            asked, reply, ranked = question.text, result.reply, result.ranked
            if not ranked and not (reply.quotes and _CHAT_KINDS.intersection(result.parsed.kinds)):
                return PreparedQuestion(asked, result.parsed.text, reply, generation.articles)
            if ranked and len(languages.readable(result.scope)) < len(result.scope):  # a chat model reads them all
                ranked, _ = self.find_evidence(result.parsed, generation, result.scope)
            whole_article = self._whole_article(generation, result.scope)
            quoted = tuple(p for p in whole_article if any(p.start < q.end and q.start < p.end for q in reply.quotes))
            return PreparedQuestion(
                asked,
                standalone or clean_question(asked),
                reply,
                generation.articles,
                extractive.decline(asked, ranked, generation) if ranked else None,
                tuple({e.passage.id: e.passage for e in ranked}.values()) or quoted,
                whole_article,
                for_chat_model=True,
            )

    def _look_up(self, question: Question, standalone: str | None, generation: Generation) -> "_LookUp":
        """Parse a message, search for its questions, and write the extractive reader's verified reply."""
        asked = Question(standalone, article=question.article) if standalone else question
        text = without_addresses(clean_question(asked.text))
        if not any(character.isalnum() for character in text):
            no_links = Abstention(question.text, wording.NO_LINKS, (), 0.0, "not_addressed")
            return _LookUp(_parse(asked, generation), generation.manifest.articles, no_links, [])
        asked = replace(asked, text=text)
        parts = split_question(text, lambda part: _parse(replace(asked, text=part), generation).kinds)
        if len(parts) == 1:
            return self._look_up_one(asked, question.text, generation)
        results: list[_LookUp] = []
        for part in parts[:MAX_PARTS]:
            results.append(self._look_up_one(replace(asked, text=part), part, generation))
            turns = Turn("user", part), Turn("bot", wording.as_text(Response(results[-1].reply, generation.articles)))
            asked = replace(asked, history=(*asked.history, *turns))
        first = results[0]
        reply = combine(question.text, parts, [result.reply for result in results], generation.articles)
        return _LookUp(first.parsed, first.scope, reply, [e for result in results for e in result.ranked])

    def _look_up_one(self, question: Question, asked: str, generation: Generation) -> "_LookUp":
        """Parse one question, search for it, and write a reply to the question as it was asked."""
        parsed = _parse(question, generation)
        scope = _scope(generation, parsed, question.article)
        reply, ranked = self._reply(asked, parsed, generation, scope)
        return _LookUp(parsed, scope, reply, ranked)

    def _whole_article(self, generation: Generation, scope: Sequence[ArticleEntry]) -> tuple[Passage, ...]:
        """Return all passages of the article in scope; none if it is too long or there are several."""
        if len(scope) > 1 or len(generation.articles[scope[0].id].text) > _MAX_WHOLE_CHARS:
            return ()
        return tuple(stored.passage for stored in generation.passages(generation.positions([scope[0].id])))

    def find_more(self, question: Question, shown: Collection[str]) -> Response:
        """Quote further evidence for a question; abstain if there is none.

        Args:
            question: the question as it was asked.
            shown: the texts of the quotes that were shown before, which are left out.

        Raises:
            UsageError: the question cannot be asked.
            IndexUnusable: there is no index.
        """
        with self._index.lease() as generation:
            parsed = _parse(question, generation)
            ranked, features = self.find_evidence(parsed, generation, _scope(generation, parsed, question.article))
            unseen = [e for e in ranked if not any(share_words(e.sentence.text, text) for text in shown)]
            reply = extractive.quote_further(question.text, unseen, self._certainty(features), generation)
            return Response(reply, generation.articles)

    def summarize(self, article: str) -> Response:
        """Quote the central claims of an article in its order; raises UsageError if there is no such article."""
        with self._index.lease() as generation:
            entry = find_article(generation.manifest.articles, article)
            asked = f"What does {wording.describe(entry)} argue?"
            if not languages.readable([entry]):
                return Response(languages.abstain(asked, (), [entry], generation), generation.articles)
            quotes = overview.quote_central_claims(generation, generation.articles[entry.id])
            return Response(Answer(asked, wording.IN_SHORT, quotes, CERTAIN), generation.articles)

    def suggest(self, response: Response, within: str | None = None) -> tuple[str, ...]:
        """Suggest at most MAX_SUGGESTIONS questions in place of one that was not answered.

        Each is likely to be answered, judging by the sentences that name its subject; searching for each took ten
        times as long. The question for the main argument of a single article is always suggested.

        Args:
            response: the reply that did not answer.
            within: the id of the only article that was searched; None for all.
        """
        articles = response.articles
        scope = {within: articles[within]} if within and within in articles else articles
        nearby = [quote for quote in response.reply.quotes if quote.article in scope]
        last = (MAIN_ARGUMENT,) if len(scope) == 1 else ()
        with self._index.lease() as generation:
            likely = (
                candidate.question
                for candidate in make_candidates(nearby, scope, 3 * MAX_SUGGESTIONS)
                if self._is_likely_answered(candidate, generation)
            )
            return (*islice(likely, MAX_SUGGESTIONS - len(last)), *last)

    def _is_likely_answered(self, candidate: Candidate, generation: Generation) -> bool:
        """Whether the sentences that name a candidate's subject answer its question."""
        entry = generation.entries.get(candidate.article)
        if entry is None or not languages.readable([entry]):  # removed since the reply, or not English
            return False
        stored = generation.passages(generation.positions([candidate.article]))
        windows = windows_naming(candidate.subject, [row.passage for row in stored])
        readings = self._reranker.skim(replace_authors(candidate.question, entry.authors), "", windows)
        return skimmed_answer_probability(readings) >= extractive.ANSWER_THRESHOLD

    def _reply(
        self, asked: str, parsed: ParsedQuestion, generation: Generation, scope: Sequence[ArticleEntry]
    ) -> tuple[Reply, list[Evidence]]:
        """Write the extractive reader's reply; return it with the evidence that it was selected from, if any."""
        if (lead := small_talk.reply(asked, len(generation.articles))) is not None:
            return Abstention(asked, lead, (), 0.0, "not_addressed"), []
        if (reply := answer_request(asked, parsed, generation, scope)) is not None:
            return reply, []
        read = languages.readable(scope)
        if parsed.language or not read:
            ranked, _ = self.find_evidence(parsed, generation, scope)
            return languages.abstain(asked, ranked, scope, generation), ranked
        ranked, features = self.find_evidence(parsed, generation, read)
        certainty, topic = self._certainty(features), topic_probability(features)
        known = known_names(generation, scope)
        masked = _without_author_names(parsed, scope).text
        if asks_what_is_said(masked) and names_all(
            extractive.sentences_to_quote(ranked, parsed), content_terms(masked)
        ):
            certainty = max(certainty, extractive.ANSWER_THRESHOLD)
        unheard = reported.find_unheard(known, parsed.text, masked, ranked, generation)
        unknown = unheard or known.unknown_names(parsed.text)
        if topic < _OFF_TOPIC or unknown:
            certainty = min(certainty, extractive.NEAR)
        reply = extractive.answer(asked, parsed, ranked, certainty, topic, generation, len(scope))
        if unheard:
            reply = reported.tell_unheard(unheard, reply, parsed.text, [generation.articles[a.id] for a in scope])
        reply = with_corrections(reply, generation.articles)
        terms = dict.fromkeys(content_terms(parsed.text), 1.0)
        on_topic, named = topic >= extractive.TOPIC_THRESHOLD, parsed.named.articles
        return languages.mention_unread(reply, terms, scope, generation, on_topic=on_topic, named=named), ranked

    def find_evidence(
        self, parsed: ParsedQuestion, generation: Generation, scope: Sequence[ArticleEntry]
    ) -> tuple[list[Evidence], CertaintyFeatures]:
        """Return the sentences that may answer, best first, and the features that the certainty is computed from."""
        parsed = _without_author_names(parsed, scope)
        within = [article.id for article in scope] if len(scope) < len(generation.articles) else ()
        hits = search_vector(generation, self.embed(parsed), parsed.term_weights, MAX_PASSAGES, within)
        hits = without_corrections(hits, parsed.text, generation.articles)
        evidence = collect_evidence(hits, parsed.term_weights, generation.lexical.idf, parsed.context)
        evidence = replace_questions(evidence, generation.articles)
        windows = choose_windows(evidence, hits)
        skimmed = self._reranker.skim(parsed.text, parsed.context, windows)
        readings = self._reranker.read(parsed.text, parsed.context, windows, skimmed)
        ranked = rerank(evidence, windows, readings, asks_for_several=parsed.asks_for_several)
        ranked = reported.prefer_words_of(parsed.text, ranked, generation)
        return ranked, certainty_features(parsed, ranked, hits, readings)

    def _certainty(self, features: CertaintyFeatures) -> float:
        return answer_probability(features, only_skimmed=self._reranker.only_skims)

    def embed(self, parsed: ParsedQuestion) -> Vectors:
        """Embed a question as a unit vector, shifted towards its context by the context's weight."""
        vector = self._embedder.embed_query(parsed.text)
        if not parsed.context:
            return vector
        shifted = vector + parsed.context_weight * self._embedder.embed_query(parsed.context)
        return np.asarray(shifted / np.linalg.norm(shifted), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _LookUp:
    """A parsed question with the articles in scope, the extractive reply, and the evidence for it."""

    parsed: ParsedQuestion
    scope: tuple[ArticleEntry, ...]
    reply: Reply
    ranked: list[Evidence]


def _without_author_names(parsed: ParsedQuestion, scope: Sequence[ArticleEntry]) -> ParsedQuestion:
    """Replace the names of the authors in scope by pronouns: names do not help the search."""
    authors = dict.fromkeys(author for article in scope for author in article.authors)
    return replace(parsed, text=replace_authors(parsed.text, authors))


def _parse(question: Question, generation: Generation) -> ParsedQuestion:
    """Parse a question, which may name articles of a generation."""
    entries = generation.manifest.articles
    named = (find_article(entries, question.article),) if question.article is not None else entries
    return parse_question(question, generation.lexical.counts, named)


def choose_scope(generation: Generation, question: str, article: str | None) -> tuple[ArticleEntry, ...]:
    """Choose the articles to search: the given one, else those that the question surely names, else all."""
    entries = generation.manifest.articles
    return (find_article(entries, article),) if article is not None else choice.choose_scope(entries, question)


def _scope(generation: Generation, parsed: ParsedQuestion, article: str | None) -> tuple[ArticleEntry, ...]:
    """Choose the articles that a parsed question is about, in its conversation."""
    if article is None and (parsed.subject.articles or parsed.kinds):
        return parsed.subject.articles or generation.manifest.articles
    return choose_scope(generation, parsed.text, article)
