"""Answers read back from the bot's own messages, so that no conversation needs to be stored."""

import re
from dataclasses import dataclass

import discord

from bot.discord.rendering.button_ids import ALL_ARTICLES, CONTEXT, MORE, parse_positions
from bot.discord.rendering.markup import unescape

_QUOTE = re.compile(r"^> “(?P<text>.*)” — ¶(?P<paragraph>\d+)")
# The address of an article; in other text, "<" is escaped.
_ADDRESS = re.compile(r"^.*: <https?://[^<>\s]+>$", re.MULTILINE)
_BOLD = re.compile(r"^\*\*(?P<question>.+)\*\*$")


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer that a message shows.

    Attributes:
        question: the question as it was shown.
        text: the whole answer.
        quotes: the quoted texts.
        scope: the key of the article that was asked about, None for all articles.
        sources: the keys of the articles that are quoted.
    """

    question: str
    text: str
    quotes: tuple[str, ...]
    scope: str | None = None
    sources: tuple[str, ...] = ()


def read_back(message: discord.Message) -> ShownAnswer | None:
    """Return the answer that a message of the bot shows, or None if it shows none."""
    if message.embeds:
        embed = message.embeds[0]
        question, text = embed.title, embed.description
        if not embed.footer.text:  # only answers have a footer
            return None
    else:
        first, _, text = _ADDRESS.sub("", message.content).partition("\n")
        match = _BOLD.match(first)
        question = match["question"] if match else None
    if not question or not text:
        return None
    quotes = [unescape(match["text"]) for match in map(_QUOTE.match, text.splitlines()) if match]
    scope, sources = _keys(message)
    return ShownAnswer(unescape(question), unescape(text).strip(), tuple(quotes), scope, sources)


def _keys(message: discord.Message) -> tuple[str | None, tuple[str, ...]]:
    """The keys in the ids of a message's buttons: of the article asked about, and of those quoted."""
    scope: str | None = None
    sources: tuple[str, ...] = ()
    for row in message.components:
        for button in row.children if isinstance(row, discord.ActionRow) else ():
            custom_id = getattr(button, "custom_id", None) or ""
            if custom_id.startswith(MORE) and custom_id != MORE + ALL_ARTICLES:
                scope = custom_id.removeprefix(MORE)
            elif custom_id.startswith(CONTEXT):
                sources = tuple(key for key, _ in parse_positions(custom_id.removeprefix(CONTEXT)))
    return scope, sources
