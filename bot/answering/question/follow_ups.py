"""Follow-up questions: how far one depends on the exchange before it, and what it takes from it. No I/O."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from index.store.manifest import ArticleEntry

from bot.answering.question.choice import Choice, asked_order, choose_articles, first_in_order
from bot.answering.question.forms import SOMEBODY, any_of, asks_who_is_quoted, asks_who_speaks
from bot.answering.question.kinds import Kind, classify
from bot.answering.types import Turn

CONTEXT_CHARS = 600
# A question continues at most so many before it, each of which continues the one before.
MAX_DEPTH = 3

_CONTINUES = any_of(
    r"^\W*(?:and|but|so|or|then|also|really|ok(?:ay)?|what about|how about|why not|since when|says who|no)\b"
)
_REFERS_BACK = any_of(
    r"\b(?:it|its|they|them|their|theirs|that|this|these|those|there|then|such|ones?|same|else|others?|too|instead"
    r"|either)\b"
)
_PERSON = any_of(rf"\b(?:he|she|him|her|his|hers)\b|\b(?:the|this|that) {SOMEBODY}\b")
_NEW_SUBJECT = any_of(r"\W*(?:(?:and|or|but|then|ok) (?:what about |how about )?|what about |how about )[^?]+\W*$")
_MAX_NEW_SUBJECT = 5
# A question of at most so many content words is seldom complete by itself.
_FEW = 2

# What a bare question word asks of the article that the question before was about.
_BARE: dict[str, tuple[Kind, ...]] = {
    "when": ("date",),
    "where": ("source",),
    "who": ("author",),
    "by whom": ("author",),
    "how long": ("length",),
}
_BARE_QUESTION = re.compile(
    rf"\W*(?:and |but |ok |so )*(?P<asks>{'|'.join(_BARE)})(?: exactly| was (?:that|it|this))?\W*", re.IGNORECASE
)
# What is left of a question that only names an article.
_MERE_NAME = re.compile(
    r"\W*(?:(?:i mean|and|but|or|ok|then|what about|how about|the one|that|by|of|from|in|on)\s+)*"
    r"(?:(?:the|his|he) article(?: he)?|he|his)\W*",
    re.IGNORECASE,
)
_OTHER = any_of(r"\bthe other (?:one|article|piece|essay|text|column)\b")
_SAME_ARTICLE = any_of(
    r"\b(?:he|she|him|her|his|hers|it|its|(?:the|this|that) (?:author|writer|article|piece|essay|text|column|letter))\b"
)
_ANYBODY = any_of(r"\b(?:others?|anybody|anyone|somebody|someone|else|any|all|both|every|each|articles|authors)\b")
_WHICH = any_of(
    r"\b(?:which|what|any)(?: other)? (?:of (?:them|these|those|the articles)|articles?|pieces?|essays?|texts?|columns?"
    r"|ones?)\b(?= (?:\w+ )?(?:mentions?|mentioned|names?|is|are|talks?|deals?|discuss(?:es)?|covers?|says?|writes?"
    r"|uses?|refers?|does))"
)
_ALL = any_of(
    r"\b(?:both|all|each|every)(?: of)?(?: the| these| those| your)?(?: (?:two|three|four|five|six|\d+))?(?: \w+)?"
    r" (?:articles?|pieces?|essays?|texts?|columns?|letters?|them|one)\b",
    r"\bboth\W*$",
)
_THEM = any_of(r"\b(?:them|these|those|(?:the|your) (?:articles|pieces|essays|texts|columns)|they|their)\b")
# Kinds that are about an article, or about a word in it.
_OF_NO_ARTICLE: frozenset[Kind] = frozenset(
    ("library_count", "library_authors", "library_articles", "library_topics", "library_order", "opinion", "comments")
)
_OF_WRITER: frozenset[Kind] = frozenset(("library_articles", "library_count"))
_WRITER = any_of(r"\b(?:he|she|him|her|they|them|the author|the same author|this author)\b")
_OF_WORDS: frozenset[Kind] = frozenset(("mentions", "how_often"))


class Subject(NamedTuple):
    """What a question of a conversation is about.

    Attributes:
        kinds: its kinds, or those of the question that it continues; none if it asks for what articles say.
        named: the articles that it names itself.
        articles: the articles that it is about: those it names, or those of the question that it continues or refers
            back to; empty for all, and for a question for what articles say that depends on none before.
        each: it asks about each of several articles.
    """

    kinds: tuple[Kind, ...]
    named: Choice
    articles: tuple[ArticleEntry, ...] = ()
    each: bool = False


def find_subject(
    text: str, history: Sequence[Turn], entries: Sequence[ArticleEntry], recent: str | None, depth: int = MAX_DEPTH
) -> Subject:
    """Find what a question is about, alone or as the continuation of the one before it.

    Args:
        text: the question.
        history: the turns before it, oldest first.
        entries: the articles that it may be about.
        recent: the id of the article that the last answer quoted.
        depth: how many questions before it are read.
    """
    named = choose_articles(text, entries)
    kinds = () if history and _BARE_QUESTION.fullmatch(text) else kinds_of(text, named)
    if kinds and (named.articles or len(entries) < 2):
        return Subject(kinds, named, tuple(e for e in named.articles if e.id == recent) or named.articles)
    is_alone = kinds and not named.articles and not _OTHER.search(text)
    if is_alone and (alone := _of_the_library(text, kinds, named, entries)) is not None:
        return alone
    before = _before(history, entries, depth)
    last = _articles_of(before, entries, recent) if before else _entry(entries, recent)
    if not kinds and before is not None:
        kinds, named = _continued(text, before, named, entries)
    if len(last) == 1 < len(entries) and _OTHER.search(text) and (kinds := kinds or (before.kinds if before else ())):
        others = tuple(entry for entry in entries if entry not in last)
        return Subject(kinds, Choice(others, _OTHER.sub("the article", text), certain=True), others)
    if named.articles:
        return Subject(kinds, named, named.articles if kinds or named.certain else ())
    if kinds:
        if (alone := _of_the_library(text, kinds, named, entries)) is not None:
            return alone
        return Subject(kinds, named, last, each=not last and bool(_THEM.search(text)))
    if asks_who_is_quoted(text) or asks_who_speaks(text):
        return Subject((), named, last)
    follows = before is not None and (asked_again(text) or _SAME_ARTICLE.search(text)) and not _ANYBODY.search(text)
    return Subject((), named, (before.articles or (last if before.kinds else ())) if before and follows else ())


def _of_the_library(
    text: str, kinds: tuple[Kind, ...], named: Choice, entries: Sequence[ArticleEntry]
) -> Subject | None:
    """Return the subject of a question about all articles, whatever was asked before it; None for another question."""
    if "library_order" in kinds:
        return Subject(kinds, named, first_in_order(asked_order(text), entries) if asked_order(text) else ())
    if _ALL.search(text):
        return Subject(kinds, named, each=True)
    if _OF_WRITER.intersection(kinds) and _WRITER.search(text):
        return None
    return Subject(kinds, named) if _OF_NO_ARTICLE.intersection(kinds) or _WHICH.search(text) else None


def kinds_of(text: str, named: Choice) -> tuple[Kind, ...]:
    """Return the kinds of a question that names some articles."""
    own = classify(text).kinds
    if named.text == text or "library_order" in own:
        return own
    return classify(named.text).kinds or own


def _before(history: Sequence[Turn], entries: Sequence[ArticleEntry], depth: int) -> Subject | None:
    """Return what the question before this one was about, None if there was none."""
    if not depth:
        return None
    at = max((n for n, turn in enumerate(history) if turn.role == "user"), default=None)
    return find_subject(history[at].text, history[:at], entries, None, depth - 1) if at is not None else None


def _articles_of(before: Subject, entries: Sequence[ArticleEntry], recent: str | None) -> tuple[ArticleEntry, ...]:
    """Return the article that "it" is after a question: that which it was about, else that which was quoted last."""
    if before.kinds and len(before.articles) == 1:
        return before.articles
    return _entry(entries, recent)


def _entry(entries: Sequence[ArticleEntry], name: str | None) -> tuple[ArticleEntry, ...]:
    return tuple(entry for entry in entries if entry.id == name)


def _continued(
    text: str, before: Subject, named: Choice, entries: Sequence[ArticleEntry]
) -> tuple[tuple[Kind, ...], Choice]:
    """Return the kinds of a question that continues the one before, and what it names: "when?", "and Oslo?"."""
    kinds = before.kinds
    if not kinds:
        return (), named
    of_article = not _OF_NO_ARTICLE.intersection(kinds) or "library_order" in kinds
    if of_article and (bare := _BARE_QUESTION.fullmatch(text)):
        return _BARE[bare["asks"].lower()], named
    if "library_order" in kinds and asked_again(text) and asked_order(text):
        return kinds, named
    if asked_again(text) and (
        _OF_WORDS.intersection(kinds) or (kinds[:1] == ("paragraph",) and any(c.isdigit() for c in text))
    ):
        return kinds[:1], before.named
    # "the second one", "and Roe's?", "and the railway?"
    for written in (text, f"{text.rstrip(' ?.!')} article"):
        new = choose_articles(written, entries)
        if of_article and new.articles and _MERE_NAME.fullmatch(new.text):
            return kinds, new
    return (), named


def context_dependence(question: str, content_terms: int) -> float:
    """Estimate how far a question needs the exchange before it to be understood, 0 (not at all) to 1.

    "he" often means the author, so it counts less than "it".

    Args:
        question: The question.
        content_terms: The number of content terms in the question.
    """
    if content_terms == 0:
        return 1.0
    if _REFERS_BACK.search(question):
        return 1.0 if content_terms <= 3 else 0.6
    if _CONTINUES.search(question):
        return 0.6
    return 0.4 if _PERSON.search(question) or content_terms <= _FEW else 0.0


def asked_again(question: str) -> bool:
    """Whether a question is only a new subject for the question before it: "and Oslo?"."""
    return bool(_NEW_SUBJECT.match(question)) and len(question.split()) <= _MAX_NEW_SUBJECT


def refers_back(question: str) -> bool:
    """Whether a question contains a pronoun such as "it" or "that", which may stand for something said before."""
    return bool(_REFERS_BACK.search(question))


def last_exchange(history: Sequence[Turn]) -> str:
    """Return the last question and the first quote of the last reply, cut at CONTEXT_CHARS characters."""
    question = next((turn.text for turn in reversed(history) if turn.role == "user"), "")
    reply = next((turn.text for turn in reversed(history) if turn.role == "bot"), "")
    quotes = [line.removeprefix(">").split(" — ¶")[0].strip() for line in reply.splitlines() if line.startswith(">")]
    return " ".join(" ".join([question, *(quotes[:1] or [reply])]).split())[:CONTEXT_CHARS]
