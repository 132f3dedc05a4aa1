"""Corrections beside an answer: added where they concern a quote, never in place of the argument."""

import pytest

from index.articles.article import Article
from index.articles.parse import parse
from index.search import Hit
from index.text.passages import split
from index.text.sentences import sentence_spans

from bot.answering.reply.citations import quote
from bot.answering.reply.corrections import with_corrections, without_corrections
from bot.answering.types import Abstention, Answer

BODY = (
    "The trawler landed 412 tonnes of herring in its last year, more than the whole harbour lands today.",
    "Visitors were promised instead, and visitors came for one summer, and left nothing behind but dearer rooms.",
    "The harbourmaster resigned in May, and nobody on the council has ever thanked him for his candour.",
)


def article_with(correction: str) -> Article:
    return parse("x.txt", "\n\n".join((*BODY, correction)).encode())


def answer(article: Article, paragraph: int) -> Answer:
    chosen = article.paragraphs[paragraph - 1]
    return Answer("?", "Quill argues:", (quote(article, chosen.body_start, chosen.end),), 0.9)


@pytest.mark.parametrize(
    ("correction", "paragraph", "shown"),
    [
        ("Correction: the trawler landed 421 tonnes of herring, not 412.", 1, True),
        ("An earlier version of this article said that the harbourmaster was dismissed.", 3, True),
        ("Correction: the trawler landed 421 tonnes, not 412.", 2, False),
        ("This article was amended on 3 May 2024.", 3, False),
    ],
)
def test_a_correction_is_added_to_the_quotes_that_it_concerns(correction: str, paragraph: int, shown: bool) -> None:
    article = article_with(correction)
    reply = with_corrections(answer(article, paragraph), {"x.txt": article})
    assert [q.text for q in reply.quotes[1:]] == [correction] * shown
    assert all(q.voice == "byline" for q in reply.quotes[1:])


def test_an_abstention_and_an_answer_that_quotes_the_correction_stay_as_they_are() -> None:
    article = article_with("Correction: the trawler landed 421 tonnes of herring, not 412.")
    quoted = answer(article, 1).quotes + answer(article, 4).quotes
    for reply in (Abstention("?", "", quoted[:1], 0.2, "closest"), Answer("?", "", quoted, 0.9)):
        assert with_corrections(reply, {"x.txt": article}) is reply


def hits(article: Article) -> list[Hit]:
    return [Hit(passage, 1.0, 0.9, 0.9, (0.9,) * len(passage.sentences)) for passage in split(article, sentence_spans)]


@pytest.mark.parametrize(
    ("question", "kept"), [("How much did the trawler land?", False), ("What did the editors correct?", True)]
)
def test_a_correction_is_found_only_if_it_is_asked_for(question: str, kept: bool) -> None:
    article = article_with("Correction: the trawler landed 421 tonnes of herring, not 412.")
    found = without_corrections(hits(article), question, {"x.txt": article})
    assert any("421" in hit.passage.text for hit in found) is kept
    assert any("412 tonnes of herring in" in hit.passage.text for hit in found)
