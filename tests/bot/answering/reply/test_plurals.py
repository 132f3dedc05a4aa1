"""Leads and labels agree with the number of authors."""

from dataclasses import replace

import pytest

from index.articles.article import Article
from index.articles.parse import parse

from bot.answering.reply.citations import quote
from bot.answering.reply.wording import as_text, lead
from bot.answering.types import Answer, Quote, Response

BODY = "\n\nThe ferry should stay free.\n\nI think a bridge costs more.\n\nMary Poe says that tolls are fair.\n"


def article(byline: str) -> Article:
    return parse("ferry.txt", (byline + BODY).encode())


def quote_with_voice(source: Article, text: str, voice: str) -> Quote:
    start = source.text.index(text)
    verified = quote(source, start, start + len(text))
    return replace(verified, voice=voice)


@pytest.mark.parametrize(
    ("byline", "voice", "expected"),
    [
        ("By Jane Roe", "author", "Roe argues:"),
        ("By Jane Roe and John Doe", "author", "Roe and Doe argue:"),
        ("By Jane Roe, John Doe and Ann Poe", "author", "The authors argue:"),
        ("", "author", "The author argues:"),
        ("By Jane Roe", "reported:Poe", "Roe reports Poe:"),
        ("By Jane Roe and John Doe", "reported:Poe", "Roe and Doe report Poe:"),
        ("By Jane Roe and John Doe", "reported:unnamed", "Roe and Doe report:"),
        ("By Jane Roe and John Doe", "author_hedged", "Roe and Doe, hedging:"),
    ],
)
def test_the_verb_of_a_lead_agrees_with_the_number_of_authors(byline: str, voice: str, expected: str) -> None:
    source = article(byline)
    assert lead([quote_with_voice(source, "The ferry should stay free.", voice)], {source.id: source}) == expected


@pytest.mark.parametrize(
    ("byline", "label"), [("By Jane Roe", "Roe reports"), ("By Jane Roe and John Doe", "Roe and Doe report")]
)
def test_the_verb_of_a_label_agrees_with_the_number_of_authors(byline: str, label: str) -> None:
    source = article(byline)
    text = "Mary Poe says that tolls are fair."
    named, unnamed = (quote_with_voice(source, text, voice) for voice in ("reported:Mary Poe", "reported:unnamed"))
    shown = as_text(Response(Answer("?", "Lead:", (named, unnamed), 0.9), {source.id: source}))
    assert f"({label} Mary Poe)" in shown
    assert f"({label} others)" in shown
