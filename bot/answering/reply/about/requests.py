"""Answer questions about the text itself or the library, by their kind; nothing is searched for."""

import re
from collections.abc import Sequence

from index.formatting import count
from index.generation import Generation
from index.store.manifest import ArticleEntry

from bot.answering.question.choice import asked_order, choose_articles, written_by
from bot.answering.question.details import SummaryForm, asked_word, paragraph_numbers, summary_form
from bot.answering.question.forms import asks_who_is_quoted, asks_who_speaks
from bot.answering.question.kinds import Kind
from bot.answering.question.names import asked_author, is_name_like
from bot.answering.question.parsing import ParsedQuestion
from bot.answering.reply import languages, wording
from bot.answering.reply.about import library, overview
from bot.answering.reply.about.mentions import describe_mentions, find_mentions, not_mentioned
from bot.answering.reply.about.opposing import quote_opposing
from bot.answering.reply.about.places import quote_paragraphs
from bot.answering.reply.about.reported import (
    answer_for_person,
    asks_in_general,
    asks_what_it_says,
    describe_reported,
)
from bot.answering.reply.about.speakers import describe_speakers
from bot.answering.reply.extractive import NEAR
from bot.answering.types import Abstention, Answer, Reply

# The certainty of a reply that is read from the article itself, and of one that tells that it has nothing.
CERTAIN, CERTAINLY_NOT = 0.95, 0.05
# Kinds that are answered together when one question asks for several; of the others, only the most probable.
_TOGETHER: frozenset[Kind] = frozenset(
    ("author", "affiliation", "date", "title", "source", "translation", "length", "genre", "topic", "thesis",
     "summary", "beginning", "ending")
)  # fmt: skip
_MENTIONS: frozenset[Kind] = frozenset(("mentions", "how_often"))
_LIBRARY: frozenset[Kind] = frozenset(
    ("library_count", "library_authors", "library_articles", "library_topics", "library_order")
)
# "is there an article about tolls?"
_SUBJECT = re.compile(
    r"\b(?:about|on|cover(?:s|ed)?|discuss(?:es)?|deals? with) (?:the |a |an )?(?P<subject>[^?]+?)\W*$", re.IGNORECASE
)
# The most articles that one reply describes, and the kinds whose answers are quotes.
_MAX_EACH = 6
_OVERVIEWS: frozenset[Kind] = frozenset(("topic", "thesis", "summary", "beginning", "ending"))
# A subject of so many words is a phrase, which an article may express in other words.
_MAX_NAME_WORDS = 3


def answer_request(
    asked: str,
    parsed: ParsedQuestion,
    generation: Generation,
    scope: Sequence[ArticleEntry],
) -> Reply | None:
    """Answer a question of the kinds in `parsed`; None if it has to be searched for after all.

    Args:
        asked: the question as it was asked.
        parsed: the parsed question.
        generation: the generation to answer from.
        scope: the articles that it is about.
    """
    if len(scope) == 1 and asks_who_speaks(parsed.text):
        speakers = describe_speakers(generation.articles[scope[0].id])
        if speakers is not None:
            return Answer(asked, speakers, (), CERTAIN)
    if asks_who_is_quoted(parsed.text) and languages.readable(scope):
        if len(scope) > 1:
            return Abstention(asked, library.which_article(scope), (), 0.0, "not_addressed")
        return describe_reported(asked, generation.articles[scope[0].id])
    if not parsed.kinds and (reply := answer_for_person(asked, parsed.text, generation, languages.readable(scope))):
        return reply
    in_general = asks_what_it_says(parsed.text) or (parsed.named.articles and asks_in_general(parsed.text))
    asked_kinds = ("thesis",) if not parsed.kinds and in_general else parsed.kinds
    kinds = _combined(languages.answerable(asked_kinds, scope))
    if not kinds:
        return None
    if "comments" in kinds:
        return Abstention(asked, wording.NO_COMMENTS, (), CERTAINLY_NOT, "not_addressed")
    if "library_articles" in kinds and (subject := _SUBJECT.search(parsed.text)):
        return _mentions(asked, parsed, generation, scope, subject["subject"])
    if _LIBRARY.intersection(kinds):
        return _library(asked, parsed, kinds)
    if _MENTIONS.intersection(kinds):
        return _mentions(asked, parsed, generation, scope, asked_word(parsed.text))
    if "opinion" in kinds:
        return Abstention(asked, wording.NO_OPINION, (), CERTAINLY_NOT, "not_addressed")
    if "unsaid" in kinds:
        return Abstention(asked, wording.NOT_UNSAID, (), CERTAINLY_NOT, "not_addressed")
    if len(scope) > 1 and (parsed.subject.each or not parsed.kinds) and set(kinds) <= _TOGETHER:
        return _each(asked, parsed, kinds, generation, scope)
    if len(scope) > 1:
        lead = library.which_article(scope)
        lead = f"{wording.NO_TRANSLATION} {lead}" if "translate" in kinds else lead
        return Abstention(asked, lead, (), 0.0, "not_addressed")
    article = generation.articles[scope[0].id]
    if "paragraph" in kinds or ("translate" in kinds and paragraph_numbers(parsed.text, 1)):
        numbers = paragraph_numbers(parsed.text, len(article.paragraphs))
        if not numbers:
            return None
        lead, quotes = quote_paragraphs(article, numbers)
        if "translate" in kinds:
            return Abstention(asked, f"{wording.NO_TRANSLATION} {lead}", tuple(quotes), NEAR, "closest")
        if not quotes:
            return Abstention(asked, lead, (), CERTAINLY_NOT, "not_addressed")
        return Answer(asked, lead, tuple(quotes), CERTAIN)
    if "opposing" in kinds:
        opposing = quote_opposing(article)
        if not opposing:
            return Abstention(asked, wording.NO_COUNTERARGUMENT, (), CERTAINLY_NOT, "not_addressed")
        return Abstention(asked, wording.OPPOSING, opposing, NEAR, "closest")
    if "translate" in kinds:
        others = tuple(kind for kind in parsed.kinds if kind in _TOGETHER) or ("thesis",)
        about = overview.answer_kinds(generation, article, others[:1], summary_form(parsed.text))
        return Abstention(asked, f"{wording.NO_TRANSLATION} {about.lead}", about.quotes, NEAR, "closest")
    about = overview.answer_kinds(generation, article, kinds, _form(parsed.text, kinds))
    if about.answered:
        return Answer(asked, about.lead, about.quotes, CERTAIN)
    return Abstention(asked, about.lead, (), CERTAINLY_NOT, "not_addressed")


def _library(asked: str, parsed: ParsedQuestion, kinds: Sequence[Kind]) -> Reply | None:
    """Describe the library, or the articles by somebody whom the question names; None for no order that is known."""
    entries = parsed.candidates
    if "library_order" in kinds:
        if not (order := asked_order(parsed.text)):
            return None
        lead = library.describe_order(entries, order)
        return Answer(asked, lead, (), CERTAIN) if lead else _nothing(asked, "No article has a date.")
    named = parsed.named.articles
    name = asked_author(parsed.text) if {"library_articles", "library_count"}.intersection(kinds) else ""
    if not named and parsed.subject.articles:  # "what else did she write?"
        same = {author for entry in parsed.subject.articles for author in entry.authors}
        named, name = tuple(entry for entry in entries if same.intersection(entry.authors)), ""
    by_name = written_by(name, entries) if name else ()
    if name and not named and not by_name and is_name_like(name):
        return _nothing(asked, library.nothing_by(name, entries))
    entries = by_name or named or entries
    authors = list(dict.fromkeys(author for entry in entries for author in entry.authors)) if by_name or named else []
    return Answer(asked, library.describe_library(entries, kinds, authors), (), CERTAIN)


def _nothing(asked: str, lead: str) -> Abstention:
    return Abstention(asked, lead, (), CERTAINLY_NOT, "not_addressed")


def _each(
    asked: str, parsed: ParsedQuestion, kinds: Sequence[Kind], generation: Generation, scope: Sequence[ArticleEntry]
) -> Reply:
    """Answer a question about each of several articles: what is known of them, or quotes from the first of them."""
    form = _form(parsed.text, kinds)
    shown = scope[:_MAX_EACH]
    about = [overview.answer_kinds(generation, generation.articles[entry.id], kinds, form) for entry in shown]
    more = len(scope) - len(shown)
    left = f"{count(more, 'more article')} {'is' if more == 1 else 'are'} not shown" if more else ""
    if _OVERVIEWS.intersection(kinds):
        sentences = max(1, (form.quotes or _MAX_EACH) // len(shown))
        quotes = tuple(quote for part in about for quote in part.quotes[:sentences])
        lead = f"{wording.IN_SHORT.removesuffix(':')}, article by article{f' ({left})' if left else ''}:"
        return Answer(asked, lead, quotes, CERTAIN)
    lines = [f"{wording.describe(entry)}: {part.lead}" for entry, part in zip(shown, about, strict=True)]
    return Answer(asked, " ".join(lines) + (f" ({left}.)" if left else ""), (), CERTAIN)


def _mentions(
    asked: str, parsed: ParsedQuestion, generation: Generation, scope: Sequence[ArticleEntry], word: str
) -> Reply | None:
    """Say how often, or whether, articles mention a word; None if it is not certain what they might call it."""
    if not word or len(word.split()) > _MAX_NAME_WORDS:
        return None
    named = parsed.named.articles
    if named and len(parsed.candidates) > 1 and choose_articles(word, parsed.candidates).articles == named:
        # "how often is Roe mentioned?" does not mean in Roe's articles.
        scope = choose_articles(parsed.text.replace(word, " "), parsed.candidates).articles or parsed.candidates
    mentions = find_mentions(generation, [entry.id for entry in scope], word)
    counted = "how_often" in parsed.kinds
    if mentions.total:
        articles = [generation.articles[name] for name in mentions.sentences]
        lead, quotes = describe_mentions(mentions, articles, of=len(scope), counted=counted)
        return Answer(asked, lead, quotes, CERTAIN)
    # A thing may be called by another word; a name may not.
    if counted or is_name_like(word):
        return Abstention(asked, not_mentioned(word, len(scope)), (), CERTAINLY_NOT, "not_addressed")
    return None


def _form(text: str, kinds: Sequence[Kind]) -> SummaryForm:
    """Return how much is wanted: "the last sentence" is one."""
    if {"beginning", "ending"}.intersection(kinds):
        return SummaryForm(quotes=1) if re.search(r"\b(?:sentence|line)\b", text, re.IGNORECASE) else SummaryForm()
    return summary_form(text)


def _combined(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """Return the kinds that one reply answers; a summary has the topic and the thesis."""
    if not kinds or kinds[0] not in _TOGETHER:
        return tuple(kinds[:1])
    together = [kind for kind in kinds if kind in _TOGETHER]
    return tuple(kind for kind in together if "summary" not in kinds or kind not in ("topic", "thesis"))
