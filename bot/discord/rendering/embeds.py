"""What all embeds share: colours, notices, titles, dates, and Discord's limit for the whole of an embed."""

from datetime import date

import discord

from index.articles.article import Article
from index.articles.lookup import name_of

from bot.discord.rendering.markup import EMBED_DESCRIPTION, EMBED_TOTAL, shorten, size

NEUTRAL_COLOUR = 0x37474F


def render_notice(text: str) -> discord.Embed:
    """Show a sentence or two."""
    return discord.Embed(description=shorten(text, EMBED_DESCRIPTION), colour=NEUTRAL_COLOUR)


def title_of(article: Article) -> str:
    """Return an article's title, or what else a person would call it."""
    return name_of(article)


def format_date(published: str | None) -> str:
    """Write "2019-03-26" as "26 March 2019"; return anything else as it is."""
    try:
        day = date.fromisoformat(published or "")
    except ValueError:
        return published or ""
    return f"{day.day} {day:%B %Y}"


def drop_overlong_fields(embed: discord.Embed) -> discord.Embed:
    """Remove the last fields until all texts of an embed together fit Discord's limit."""
    while embed.fields and _total_size(embed) > EMBED_TOTAL:
        embed.remove_field(len(embed.fields) - 1)
    return embed


def _total_size(embed: discord.Embed) -> int:
    texts = [embed.title, embed.description, embed.footer.text, embed.author.name]
    texts += [text for field in embed.fields for text in (field.name, field.value)]
    return sum(size(text) for text in texts if text)
