"""Answers lead to the address of the article: the title of one, a list for several, a line in plain text."""

from dataclasses import replace
from typing import Any

from index.articles.article import Article
from index.articles.parse import parse

from bot.answering.reply.citations import quote
from bot.answering.types import Answer, Response
from bot.discord.rendering.answers import render_answer, render_response
from bot.discord.rendering.markup import CONTENT, size
from bot.discord.rendering.read_back import read_back

from tests.servers.discord.limits import check_message

SENTENCE = "The ferry should stay free."


def article(name: str, source: str | None, title: str = "The Ferry") -> Article:
    return replace(parse(name, f"---\nauthor: Jane Roe\n---\n\n{SENTENCE}\n".encode()), source=source, title=title)


def answer(*articles: Article) -> Response:
    quotes = [quote(one, one.text.index(SENTENCE), one.text.index(SENTENCE) + len(SENTENCE)) for one in articles]
    return Response(Answer("Free?", "Roe argues:", tuple(quotes), 0.9), {article.id: article for article in articles})


def plain(response: Response, remark: str = "") -> str:
    body = render_response(response, embeds=False, remark=remark)
    check_message(body)
    return str(body["content"])


class Sent:
    """Enough of a message to be read back."""

    def __init__(self, embed: Any = None, content: str = "") -> None:
        self.embeds = [embed] if embed else []
        self.content = content
        self.components: list[Any] = []


def test_the_title_of_the_only_article_is_a_link() -> None:
    embed = render_answer(answer(article("a.txt", "https://example.org/ferry(1)")))
    assert (embed.author.name, embed.author.url) == ("The Ferry", "https://example.org/ferry%281%29")
    assert not embed.fields
    assert render_answer(answer(article("a.txt", "javascript:alert(1)"))).author.url is None
    check_message({"embeds": [embed.to_dict()]})


def test_several_articles_are_listed_with_their_addresses() -> None:
    several = answer(
        article("a.txt", "https://example.org/1", "Free [ferries](https://evil.example) for @everyone"),
        article("b.txt", None),
        article("c.txt", "https://example.org/3"),
    )
    embed = render_answer(several)
    assert embed.author.name is None
    assert [field.name for field in embed.fields] == ["Sources"]
    first, second = (embed.fields[0].value or "").splitlines()
    assert first.startswith(r"Free \[ferries\](https\://evil\.example) for \@everyone: <https://example.org/1>")
    assert second == "The Ferry: <https://example.org/3>"
    assert plain(several).endswith(f"\n\n{first}\n{second}")


def test_plain_text_ends_with_the_address_however_long_the_answer() -> None:
    one = answer(article("a.txt", "https://example.org/ferry"))
    assert plain(one).endswith("¶1\n\nSource: <https://example.org/ferry>")
    many = replace(
        one, suggestions=("Why is the ferry free?" * 5,) * 10, reply=replace(one.reply, quotes=one.reply.quotes * 60)
    )
    foot = "\n\nNot read.\nSource: <https://example.org/ferry>"
    assert plain(many, remark="Not read.").endswith(foot)
    assert size(plain(many)) <= CONTENT


def test_addresses_are_no_part_of_the_conversation() -> None:
    several = answer(article("a.txt", "https://example.org/1"), article("b.txt", "https://example.org/2"))
    for sent in (Sent(render_answer(several)), Sent(content=plain(several))):
        shown = read_back(sent)  # type: ignore[arg-type]
        assert shown is not None
        assert shown.quotes == (SENTENCE, SENTENCE)
        assert "example.org" not in shown.text
