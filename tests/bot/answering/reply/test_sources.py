"""The address of an article is shown if it is one of the web, encoded so that it cannot end a link early."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.article import Article
from index.articles.parse import parse

from bot.answering.reply.citations import quote
from bot.answering.reply.sources import MAX_CHARS, quoted_articles, source_url
from bot.answering.reply.wording import as_text
from bot.answering.types import Abstention, Answer, Response

ARTICLE = parse("ferry.txt", b"---\ntitle: The Ferry\nauthor: Jane Roe\n---\n\nThe ferry should stay free.\n")


def at(source: str | None, name: str = "ferry.txt") -> Article:
    return replace(ARTICLE, source=source, id=name)


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("https://example.org/ferry?page=2#top", "https://example.org/ferry?page=2#top"),
        (" http://example.org ", "http://example.org"),
        ("https://Example.org:8080/a_b*c~d", "https://example.org:8080/a_b*c~d"),
        ("https://example.org/wiki/Ferry_(boat)", "https://example.org/wiki/Ferry_%28boat%29"),
        ('https://example.org/a>b"c[d]e|f', "https://example.org/a%3Eb%22c%5Bd%5De%7Cf"),
        ("https://example.org/100%?a=5%zz", "https://example.org/100%25?a=5%25zz"),
        ("https://example.org/%D0%BF", "https://example.org/%D0%BF"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
    ],
)
def test_a_web_address_is_encoded(source: str, url: str) -> None:
    assert source_url(at(source)) == url


@pytest.mark.parametrize(
    "source",
    [
        None,
        "",
        "The Morning Post, page 4",
        "example.org/ferry",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,hi",
        "https://",
        "https://good.example@evil.example/",
        "https://exa mple.org/",
        "https://example.org/ @everyone",
        "https://example.org/\u202egpj",
        "https://example.org:port/",
        "https://[::1/",
        "https://a..b/",
        "https://localhost/article",
        "http://127.0.0.1/",
        "https://-example.org/",
        "https://example.org/" + "a" * MAX_CHARS,
    ],
)
def test_anything_else_is_not_shown(source: str | None) -> None:
    assert source_url(at(source)) is None


@given(st.text(max_size=60))
def test_an_address_never_holds_what_could_end_a_link(rest: str) -> None:
    url = source_url(at(f"https://example.org/{rest}"))
    assert url is None or (not set('<>()[]{}"\\`| \n') & set(url) and url.isascii())


def answer(*articles: Article) -> Response:
    quotes = [quote(one, one.text.index("The ferry"), one.text.index("The ferry") + 27) for one in articles]
    by_id = {article.id: article for article in articles}
    return Response(Answer("Free?", "Roe argues:", tuple(quotes), 0.9), by_id)


def test_the_address_follows_the_quotes_in_a_terminal_once() -> None:
    one = answer(at("https://example.org/ferry"))
    assert as_text(one).endswith("— ¶1\n\nSource: https://example.org/ferry")
    twice = replace(one, reply=replace(one.reply, quotes=one.reply.quotes * 2))
    assert as_text(twice).count("https://") == 1
    without = answer(at("The Morning Post"))
    assert "Source" not in as_text(without)


def test_several_articles_have_their_own_addresses() -> None:
    several = answer(at("https://example.org/1"), at(None, "b.txt"), at("https://example.org/3", "c.txt"))
    assert [article.id for article in quoted_articles(several)] == ["ferry.txt", "b.txt", "c.txt"]
    assert as_text(several).endswith(
        "Source of “The Ferry”: https://example.org/1\nSource of “The Ferry”: https://example.org/3"
    )


def test_without_quotes_nothing_is_the_source() -> None:
    none = Response(
        Abstention("Why?", "The article does not address that.", (), 0.0, "not_addressed"),
        {"a": at("https://example.org")},
    )
    assert as_text(none) == "The article does not address that."
