"""Replies where the question or the articles are in a language that is not read without a chat model."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from index.generation import Generation
from index.store.manifest import ArticleEntry
from index.text.language import is_read, list_languages

from bot.answering.question.kinds import Kind
from bot.answering.reply import extractive, wording
from bot.answering.types import Abstention, Evidence, Reply

# What needs no reading: metadata, places in the text, counts, and the library.
_IN_ANY_LANGUAGE: frozenset[Kind] = frozenset(
    ("author", "date", "title", "source", "length", "beginning", "ending", "paragraph", "how_often", "mentions",
     "opinion", "unsaid", "translate", "comments", "library_count", "library_authors", "library_articles",
     "library_topics", "library_order")
)  # fmt: skip
# The least share of a question's words that a passage has to contain to be shown.
_COVERAGE = 0.2


def readable(scope: Sequence[ArticleEntry]) -> tuple[ArticleEntry, ...]:
    """Return the articles that are read without a chat model."""
    return tuple(article for article in scope if is_read(article.language))


def answerable(kinds: Sequence[Kind], scope: Sequence[ArticleEntry]) -> tuple[Kind, ...]:
    """Return the kinds of questions that are answered without a chat model: of unread articles not what they mean."""
    return tuple(kind for kind in kinds if kind in _IN_ANY_LANGUAGE or readable(scope))


def abstain(
    question: str, ranked: Sequence[Evidence], scope: Sequence[ArticleEntry], generation: Generation
) -> Abstention:
    """Say which language is not read, and quote the closest passages with words of the question, if any.

    Args:
        question: the question as it was asked.
        ranked: the evidence, best first.
        scope: the articles that were searched.
        generation: the generation that was searched.
    """
    if readable(scope):
        lead = wording.QUESTION_NOT_READ
    else:
        described = wording.describe(scope[0]) if len(scope) == 1 else f"The {len(scope)} articles"
        lead = wording.article_not_read(described, len(scope), list_languages(entry.language for entry in scope))
    return extractive.abstain_unread(question, lead, [e for e in ranked if e.coverage >= _COVERAGE], generation)


def mention_unread(
    reply: Reply,
    question: Mapping[str, float],
    scope: Sequence[ArticleEntry],
    generation: Generation,
    *,
    on_topic: bool,
    named: Collection[ArticleEntry] = (),
) -> Reply:
    """Say in an abstention that articles in scope were not read which may answer the question.

    Those that share words with it or are named by it may, and any where the question is on the topic of the library:
    an article in another script shares no words with it. An answer says it too if the question names one of them.

    Args:
        reply: the reply.
        question: the terms of the question.
        scope: the articles that were asked.
        generation: the generation that was searched.
        on_topic: whether the question is on the topic of the articles that were read.
        named: the articles that the question names.
    """
    unread = [entry for entry in scope if not is_read(entry.language)]
    if not unread or not (isinstance(reply, Abstention) or any(entry in named for entry in unread)):
        return reply
    scores = generation.lexical.scores(question)
    having = sum(
        on_topic or entry in named or bool((scores[generation.positions([entry.id])] > 0).any()) for entry in unread
    )
    return replace(reply, lead=f"{wording.not_all_read(having)} {reply.lead}") if having else reply
