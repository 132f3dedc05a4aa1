"""Responses as embeds, or as plain messages, that fit Discord's limits.

A sentence is never cut: a quote that does not fit is replaced by the number of its paragraph.
"""

from collections.abc import Sequence
from typing import Any

import discord

from index.articles.article import Article

from bot.answering.reply import wording
from bot.answering.reply.sources import quoted_articles, source_url
from bot.answering.types import EXTRACTIVE, Quote, Reply, Response
from bot.discord.rendering.embeds import drop_overlong_fields, format_date, render_notice, title_of
from bot.discord.rendering.markup import (
    CONTENT,
    EMBED_AUTHOR,
    EMBED_DESCRIPTION,
    EMBED_FOOTER,
    EMBED_TITLE,
    FIELD_VALUE,
    escape,
    join_blocks,
    shorten,
    size,
)

_COLOURS = {"answers": 0x2E7D32, "closest": 0xF9A825, "not_addressed": 0x78909C}
_SUGGESTIONS, SOURCES, REMARK = "You could ask", "Sources", "Note"
# The longest lead or claim, suggested question, and title before an address, in UTF-16 code units.
_MAX_LEAD, _MAX_SUGGESTION, _MAX_TITLE = 900, 300, 200


def render_response(
    outcome: Response | str, *, embeds: bool, unfinished: bool = False, remark: str = ""
) -> dict[str, Any]:
    """Render a response, or a sentence that says why there is none, as arguments of discord.py's `send`.

    Args:
        outcome: what to show.
        embeds: whether the bot may embed links in the channel; if not, the message is plain text.
        unfinished: whether a chat model is still writing; such a message is not read back as an answer.
        remark: a sentence about the question, shown beside the answer.
    """
    if isinstance(outcome, str):
        text = f"{outcome} {remark}" if remark and remark not in outcome else outcome
        return {"embed": render_notice(text)} if embeds else {"content": escape(text)}
    if not embeds:
        return {"content": answer_as_text(outcome, remark)}
    embed = render_answer(outcome, remark)
    return {"embed": embed.remove_footer() if unfinished else embed}


def render_answer(response: Response, remark: str = "") -> discord.Embed:
    """Render a response as an embed: the question as title, then the lead, the quotes and suggested questions.

    The article's title leads to its address; if several articles are quoted, a list of their addresses follows.
    """
    reply, articles = response.reply, response.articles
    embed = discord.Embed(title=shorten(reply.question, EMBED_TITLE), colour=_COLOURS[reply.degree])
    sources = list(dict.fromkeys(quote.article for quote in reply.quotes))
    if not sources and len(articles) == 1:
        sources = list(articles)
    embed.description = join_blocks(_blocks(response), EMBED_DESCRIPTION)
    if len(sources) == 1:
        source = articles[sources[0]]
        embed.set_author(name=shorten(title_of(source), EMBED_AUTHOR, escaped=False), url=source_url(source))
    if remark:
        embed.add_field(name=REMARK, value=shorten(remark, FIELD_VALUE), inline=False)
    if len(sources) > 1 and (links := _links(response)):
        embed.add_field(name=SOURCES, value=join_blocks(links, FIELD_VALUE, "\n"), inline=False)
    suggestions = [
        f"• {escape(question)}"
        for question in response.suggestions
        if question.strip() and size(question) < _MAX_SUGGESTION
    ]
    if suggestions:
        embed.add_field(name=_SUGGESTIONS, value=join_blocks(suggestions, FIELD_VALUE, "\n"), inline=False)
    footer = _footer(reply, [articles[source] for source in sources])
    embed.set_footer(text=shorten(footer, EMBED_FOOTER, escaped=False))
    return drop_overlong_fields(embed)


def answer_as_text(response: Response, remark: str = "") -> str:
    """Render a response as a message without an embed."""
    blocks = [f"**{shorten(response.reply.question, EMBED_TITLE)}**", *_blocks(response)]
    if response.suggestions:
        blocks.append(f"{_SUGGESTIONS}: {' '.join(escape(question) for question in response.suggestions)}")
    foot = join_blocks(([escape(remark)] if remark else []) + _links(response), CONTENT // 2, "\n")
    return join_blocks(blocks, CONTENT - size(foot) - 2) + f"\n\n{foot}" * bool(foot)


def _links(response: Response) -> list[str]:
    """The address of each quoted article that has one, in angle brackets, so that Discord shows no preview of it."""
    quoted = quoted_articles(response)
    urls = [(article, source_url(article)) for article in quoted]
    names = {article.id: shorten(title_of(article), _MAX_TITLE) if len(quoted) > 1 else "Source" for article in quoted}
    return [f"{names[article.id]}: <{url}>" for article, url in urls if url]


def _blocks(response: Response) -> list[str]:
    """The lead, and each quote with the claim that rests on it, if any: neither is shown without the other."""
    reply, articles = response.reply, response.articles
    several = len({quote.article for quote in reply.quotes}) > 1
    blocks = [shorten(reply.lead, _MAX_LEAD)] if reply.lead else []
    for n, quote in enumerate(reply.quotes):
        line = _quote_line(quote, articles[quote.article], name_article=several)
        claim = wording.claim_of(reply, n)
        blocks.append(f"{shorten(claim, _MAX_LEAD)}\n{line}" if claim else line)
    return blocks


def _quote_line(quote: Quote, article: Article, *, name_article: bool) -> str:
    label = wording.label(quote, article)
    source = f"¶{quote.paragraph}" + (f" *({escape(label)})*" if label else "")
    source += f", {escape(title_of(article))}" if name_article else ""
    line = f"> “{escape(quote.text)}” — {source}"
    if size(line) > EMBED_DESCRIPTION // 2:
        length = f"{len(quote.text):,} characters"
        return f"> ¶{quote.paragraph} answers in one sentence of {length}; /passage {quote.paragraph} shows it."
    return line


def _footer(reply: Reply, sources: Sequence[Article]) -> str:
    """Author and date if there is one source, and which reader answered."""
    reader = "no chat model" if reply.reader == EXTRACTIVE else reply.reader
    reader += f": {reply.note}" if reply.note else ""
    if len(sources) != 1:
        return reader
    authors = " and ".join(sources[0].authors)
    return " · ".join(part for part in (authors, format_date(sources[0].published), reader) if part)
