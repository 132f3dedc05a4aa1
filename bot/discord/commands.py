"""Slash commands and the message menu."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Literal

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from index.articles.article import Article
from index.articles.lookup import find_article
from index.errors import BylineError, UsageError
from index.formatting import count

from bot.answering.question.parsing import MAX_CHARS
from bot.answering.reply import wording
from bot.answering.types import Question, Response
from bot.discord.buttons import buttons, can_open_thread
from bot.discord.conversation import text_of
from bot.discord.delivery import acknowledge
from bot.discord.interactions import Host, Interaction, say, serve, show
from bot.discord.rendering import replies
from bot.discord.rendering.markup import shorten

log = logging.getLogger(__name__)

MENU = "Ask about this"
CHOICES, CHOICE = 25, 100
CHOOSE = "Choose one from the list that appears while you type."
NEEDED = ("view_channel", "send_messages", "embed_links", "read_message_history")
NEEDS_CONTENT = (
    "I will answer questions here as soon as I can read them: switch on Message Content Intent (Discord Developer "
    "Portal → my application → Bot → Privileged Gateway Intents) and restart me. Until then, mention me."
)
HELP = """\
**Ask me what an author argues, and I answer in the author's own words.** Each quote is word for word what the article \
says, with its paragraph (¶). Beside it stands whose view it is where it is not plainly the author's.

**Ways to ask**
• `/ask` with your question; `private` shows the answer to you alone
• mention me, or reply to one of my answers; I know what was said before
• press *Thread* below an answer and go on in there, or send me a direct message
• a message's menu → Apps → *Ask about this*

**Commands**
`/article` what I have read · `/summary` its central claims · `/passage` one paragraph

If the article does not address your question, I say so."""


async def ask(interaction: Interaction, question: str, article: str | None, *, private: bool) -> None:
    """Answer a question; article: as the asker named it."""
    try:
        scope = find(interaction, article).id if article else None
    except UsageError as error:
        await say(interaction, f"{error.message} {error.hint}")
        return
    desk = interaction.client.desk
    await serve(
        interaction,
        "ask",
        lambda event, live: desk.ask(Question(question, article=scope), event.group, event.user, live),
        private=private,
        below=_below(interaction, scope, private=private),
    )


async def ask_about(interaction: Interaction, message: discord.Message) -> None:
    """Show what the article says about somebody's message."""
    text = shorten(text_of(message), MAX_CHARS, escaped=False)
    if not text:
        await say(interaction, "There is no text in that message to ask about.")
        return
    desk = interaction.client.desk
    await serve(
        interaction,
        "menu",
        lambda event, live: desk.ask(Question(text), event.group, event.user, live),
        private=False,
        below=_below(interaction, None, private=False),
    )


async def show_article(interaction: Interaction, name: str | None) -> None:
    """Show what is indexed, or one article of it."""
    try:
        found = find(interaction, name) if name else None
    except UsageError as error:
        await say(interaction, f"{error.message} {error.hint}")
        return
    articles = interaction.client.desk.articles
    await show(interaction, [replies.details(found) if found else replies.catalogue(articles)])


async def passage(interaction: Interaction, number: int, name: str | None) -> None:
    """Show a paragraph with its neighbours."""
    try:
        found = only(interaction, name)
    except UsageError as error:
        await say(interaction, f"{error.message} {error.hint}")
        return
    if not await acknowledge(interaction, private=True):
        return
    try:
        embeds = await asyncio.to_thread(replies.passage, found, number)
    except LookupError as error:
        await say(interaction, f"{error.args[0]}.")
    else:
        await show(interaction, embeds, apart=True)


async def summary(interaction: Interaction, name: str | None) -> None:
    """Show the central claims of an article."""
    try:
        found = only(interaction, name)
    except UsageError as error:
        await say(interaction, f"{error.message} {error.hint}")
        return
    desk = interaction.client.desk
    await serve(
        interaction,
        "summary",
        lambda event, _: desk.summary(found.id, event.group),
        private=False,
        below=lambda told: buttons(told.reply, found.id, more=False, thread=can_open_thread(interaction.channel)),
    )


async def channel(interaction: Interaction, answer: Literal["on", "off"]) -> None:
    """Switch a channel to having every question in it answered, or back."""
    desk = interaction.client.desk
    if interaction.guild_id is None or interaction.channel_id is None:
        await say(interaction, "That is for a server's channels; here I answer every message.")
        return
    if not interaction.permissions.manage_guild:
        await say(interaction, "Only members with the permission Manage Server can do that.")
        return
    try:
        await asyncio.to_thread(desk.state.answer_in, interaction.channel_id, interaction.guild_id, on=answer == "on")
    except BylineError as error:
        log.warning("channel setting lost reason=%s", error.message)
        await say(interaction, "I could not keep that; whoever runs me finds the reason in my log.")
        return
    (desk.channels.add if answer == "on" else desk.channels.discard)(interaction.channel_id)
    log.info("channel answer=%s channel=%d guild=%d", answer, interaction.channel_id, interaction.guild_id)
    if answer == "off":
        await say(interaction, "From now on I answer here only when I am asked: by mention, reply or /ask.")
    elif missing := [name for name, may in interaction.app_permissions if name in NEEDED and not may]:
        words = ", ".join(name.replace("_", " ").title() for name in missing)
        await say(interaction, f"I will answer here once I may: Edit Channel → Permissions → my role → {words}.")
    elif desk.sees_content:
        await say(interaction, "From now on I answer every question in this channel and leave other talk alone.")
    else:
        await say(interaction, NEEDS_CONTENT)


async def status(interaction: Interaction) -> None:
    """Tell administrators how the bot is doing."""
    client = interaction.client
    desk, figures, hung = client.desk, client.desk.figures, client.desk.answers.hung
    if interaction.guild_id is None or not interaction.permissions.administrator:
        await say(interaction, "Only a server's administrators can see that.")
        return
    try:
        manifest = await asyncio.to_thread(desk.manifest)
        index = f"{count(len(desk.articles), 'article')}, {count(manifest.passages, 'passage')}"
        rebuilt = manifest.created
    except BylineError as error:
        index, rebuilt = error.message, "not known"
    embed = discord.Embed(title="Status", colour=replies.PLAIN)
    facts = {
        "Index": index,
        "Generation": desk.generation or "still being opened",
        "Last rebuild": rebuilt,
        "Embedding model": desk.model,
        "Reader": desk.reading(),
        "Questions": f"{figures.answered:,} answered, {figures.declined:,} declined, {figures.failed:,} failed, "
        f"{desk.answers.waiting:,} waiting",
        "Latency": figures.latency(),
        "Up for": _duration(monotonic() - figures.started),
        "Gateway": f"{count(client.shard_count or 1, 'shard')}, {_milliseconds(client.latency)}",
        "Trouble": desk.trouble or (f"{count(hung, 'answer')} did not come to an end" if hung else "none"),
    }
    for name, value in facts.items():
        embed.add_field(name=name, value=shorten(value, 1024), inline=len(value) < 40)
    await show(interaction, [embed])


async def suggest_articles(interaction: Interaction, current: str) -> list[Choice[str]]:
    """The articles whose name, title or author holds what was typed so far."""
    wanted = current.casefold()
    found = []
    for one in interaction.client.desk.heads.values():
        name = wording.describe(one)
        if wanted in name.casefold() or wanted in one.id.casefold():
            value = one.id if len(one.id) <= CHOICE else replies.key(one.id)
            found.append(Choice(name=shorten(name, CHOICE, escaped=False), value=value))
            if len(found) == CHOICES:
                break
    return found


def find(interaction: Interaction, name: str) -> Article:
    """The article that somebody named or chose; raises UsageError."""
    desk = interaction.client.desk
    by_key = next((one for one in desk.heads if replies.key(one) == name), None)
    if by_key:
        return desk.articles[by_key]
    return desk.articles[find_article(desk.heads.values(), name[:CHOICE], CHOOSE).id]


def only(interaction: Interaction, name: str | None) -> Article:
    """The article that was named, or the only one there is; raises UsageError."""
    articles = interaction.client.desk.articles
    if name:
        return find(interaction, name)
    if len(articles) == 1:
        return next(iter(articles.values()))
    raise UsageError(f"I have {count(len(articles), 'article')}.", "Say which one with the option article.")


def add_to(tree: "app_commands.CommandTree[Host]") -> None:
    """Register everything in the order in which people should see it."""
    choose = app_commands.autocomplete(article=suggest_articles)

    @tree.command(name="ask", description="Ask what an author argues; the answer is in the author's own words.")
    @app_commands.describe(
        question="Your question, in plain words.",
        article="Ask of this article only.",
        private="Show the answer to you alone.",
    )
    @choose
    async def _ask(
        interaction: Interaction, question: Range[str, 1, MAX_CHARS], article: str | None = None, private: bool = False
    ) -> None:
        await ask(interaction, question, article, private=private)

    @tree.command(name="article", description="What I have read: title, author, date, length, source.")
    @app_commands.describe(article="One of the articles.")
    @choose
    async def _article(interaction: Interaction, article: str | None = None) -> None:
        await show_article(interaction, article)

    @tree.command(name="summary", description="The central claims of an article, each in the author's words.")
    @app_commands.describe(article="One of the articles.")
    @choose
    async def _summary(interaction: Interaction, article: str | None = None) -> None:
        await summary(interaction, article)

    @tree.command(name="passage", description="One paragraph of an article, with its neighbours.")
    @app_commands.describe(n="The number behind the sign ¶.", article="One of the articles.")
    @choose
    async def _passage(interaction: Interaction, n: Range[int, 1, 100_000], article: str | None = None) -> None:
        await passage(interaction, n, article)

    @tree.command(name="help", description="What I can do, and how to ask.")
    async def _help(interaction: Interaction) -> None:
        await show(interaction, [discord.Embed(description=HELP, colour=replies.PLAIN)])

    @tree.command(name="channel", description="Answer every question in this channel, or only when asked.")
    @app_commands.describe(answer="on: every question here is answered.")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def _channel(interaction: Interaction, answer: Literal["on", "off"]) -> None:
        await channel(interaction, answer)

    @tree.command(name="status", description="How I am doing; for administrators.")
    @app_commands.default_permissions(administrator=True)
    @app_commands.guild_only()
    async def _status(interaction: Interaction) -> None:
        await status(interaction)

    @tree.context_menu(name=MENU)
    async def _menu(interaction: Interaction, message: discord.Message) -> None:
        await ask_about(interaction, message)


def _below(
    interaction: Interaction, scope: str | None, *, private: bool
) -> Callable[[Response], discord.ui.View | None]:
    thread = not private and can_open_thread(interaction.channel)
    return lambda told: buttons(told.reply, scope, thread=thread)


def _duration(seconds: float) -> str:
    minutes, hours = int(seconds // 60) % 60, int(seconds // 3600)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {int(seconds % 60)} s"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds == seconds and seconds != float("inf") else "not measured yet"
