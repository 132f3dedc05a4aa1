"""What is indexed, as embeds."""

from collections.abc import Mapping
from itertools import islice

import discord

from index.articles.article import Article
from index.formatting import count, printable

from bot.answering.reply import wording
from bot.discord.rendering.embeds import NEUTRAL_COLOUR, drop_overlong_fields, format_date, title_of
from bot.discord.rendering.markup import EMBED_DESCRIPTION, EMBED_TITLE, FIELD_VALUE, escape, join_blocks, shorten, size

_MAX_LISTED = 200


def render_catalogue(articles: Mapping[str, Article]) -> discord.Embed:
    """List the articles, one line each; a single article is shown with all its details."""
    if len(articles) == 1:
        return render_article(next(iter(articles.values())))
    lines = [f"• {escape(wording.describe(article))}" for article in islice(articles.values(), _MAX_LISTED)]
    rest = f"…and more, {len(articles):,} in all. Use /article and type a name to find one."
    text = join_blocks(lines, EMBED_DESCRIPTION - size(rest) - 1, "\n")
    if text.count("\n") + 1 < len(articles):
        text += f"\n{rest}"
    return discord.Embed(title=count(len(articles), "article"), description=text, colour=NEUTRAL_COLOUR)


def render_article(article: Article) -> discord.Embed:
    """Show what is known about an article: title, authors, date, length, source, note, file."""
    embed = discord.Embed(title=shorten(title_of(article), EMBED_TITLE), colour=NEUTRAL_COLOUR)
    facts = {
        "Author": " and ".join(article.authors),
        "Date": format_date(article.published),
        "Length": f"{count(article.word_count, 'word')}, {count(len(article.paragraphs), 'paragraph')}",
        "Source": article.source or "",
        "About the author": article.note or "",
        "File": printable(article.id),
    }
    for name, value in facts.items():
        if value:
            embed.add_field(name=name, value=shorten(value, FIELD_VALUE), inline=False)
    return drop_overlong_fields(embed)
