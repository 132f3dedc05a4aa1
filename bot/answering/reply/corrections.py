"""Show the editors' corrections beside the quotes that they concern, and never in place of the argument."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.articles.article import Article, Paragraph
from index.search import Hit
from index.text.sentences import sentence_spans

from bot.answering.reply.citations import quote
from bot.answering.types import Quote, Reply

_ASKED = re.compile(
    r"\bcorrect(?:ed|ions?)\b|\bclarifications?\b"
    r"|\b(?:article|text|piece|story) (?:was |been )?(?:amended|updated|changed)\b"
    r"|\b(?:earlier|previous) version\b|\beditors?\b",
    re.I,
)
_DATE = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)? [^\W\d]{3,} \d{4}\b|\b[^\W\d]{3,}\.? \d{1,2},? \d{4}\b|\b\d{4}-\d\d-\d\d\b"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d]{5,}")
# Words that corrections consist of, whatever they correct.
_USUAL = frozenset(
    "article earlier version previous amended corrected correction clarification updated changed clarified stated "
    "which column story piece essay wrongly incorrectly misstated headline error author editor paragraph original "
    "originally published about should have there their figure".split()
)
# A rare word stands in at most this many paragraphs of the body.
_RARE = 2


def without_corrections(hits: Sequence[Hit], question: str, articles: Mapping[str, Article]) -> list[Hit]:
    """Drop the passages that are corrections, unless the question asks for one or nothing else was found.

    Args:
        hits: what a search found.
        question: the question.
        articles: the articles by id.
    """
    if _ASKED.search(question):
        return list(hits)
    kept = [hit for hit in hits if articles[hit.passage.article].paragraph_at(hit.passage.start).kind != "correction"]
    return kept or list(hits)


def with_corrections(reply: Reply, articles: Mapping[str, Article]) -> Reply:
    """Add to a reply the corrections that share a number or a rare word with one of its quotes.

    Args:
        reply: an answer or an abstention with verified quotes.
        articles: the articles by id.
    """
    if reply.abstained:
        return reply
    added: list[Quote] = []
    for name in dict.fromkeys(q.article for q in reply.quotes):
        article, quotes = articles[name], [q for q in reply.quotes if q.article == name]
        for paragraph in article.paragraphs:
            shown = any(q.paragraph == paragraph.number for q in quotes)
            if paragraph.kind == "correction" and not shown and _concerns(article, paragraph, quotes):
                added += _whole(article, paragraph)
    return replace(reply, quotes=(*reply.quotes, *added)) if added else reply


def _concerns(article: Article, correction: Paragraph, quotes: Sequence[Quote]) -> bool:
    text = article.text[correction.body_start : correction.end]
    numbers, words = _numbers(text), _words(text) - _USUAL
    body = [_words(article.text[p.body_start : p.end]) for p in article.paragraphs if p.kind == "body"]
    rare = {word for word in words if 0 < sum(word in paragraph for paragraph in body) <= _RARE}
    return any(numbers & _numbers(q.text) or rare & _words(q.text) for q in quotes)


def _numbers(text: str) -> set[str]:
    """Return the numbers of a text; those of dates, which say when something was corrected, are left out."""
    return set(_NUMBER.findall(_DATE.sub(" ", text)))


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _whole(article: Article, paragraph: Paragraph) -> list[Quote]:
    spans = sentence_spans(article.text[paragraph.body_start : paragraph.end])
    start = paragraph.body_start
    return [quote(article, start + spans[0][0], start + spans[-1][1])] if spans else []
