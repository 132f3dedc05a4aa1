"""Slash commands and the message menu. `COMMANDS` lists them, in the order in which people should see them."""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, Literal

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
from bot.discord.buttons import can_open_thread, make_buttons
from bot.discord.conversation import NOT_READ, attachments_of, text_of, words_of
from bot.discord.delivery import acknowledge
from bot.discord.interactions import (
    Interaction,
    ServiceClient,
    request_info,
    respond_with_answer,
    send_embeds,
    send_notice,
)
from bot.discord.rendering.button_ids import article_key, find_by_key
from bot.discord.rendering.catalogue import render_article, render_catalogue
from bot.discord.rendering.embeds import NEUTRAL_COLOUR
from bot.discord.rendering.markup import FIELD_VALUE, shorten
from bot.discord.rendering.paragraphs import render_paragraph
from bot.discord.service import WENT_WRONG
from bot.logs import log_failure

log = logging.getLogger(__name__)

# Discord's limits: the number of choices, and the length of the name and of the value of each.
MAX_CHOICES, MAX_CHOICE = 25, 100
CHOOSE = "Choose one from the list that appears while you type."
NEEDED_PERMISSIONS = frozenset({"view_channel", "send_messages", "embed_links", "read_message_history"})
NEEDED_IN_THREADS = NEEDED_PERMISSIONS - {"send_messages"} | {"send_messages_in_threads"}
NEEDS_CONTENT = (
    "I will answer questions here as soon as I can read them: switch on Message Content Intent (Discord Developer "
    "Portal → my application → Bot → Privileged Gateway Intents) and restart me. Until then, mention me."
)
NOT_DONE = "I could not do that. The person who runs me can find the reason in my log."
HELP = """\
**Ask me what an author argues, and I answer in the author's own words.** Each quote is exactly what the article says, \
with the number of its paragraph (¶). Where a view is not plainly the author's, I say whose it is.

**Ways to ask**
• `/ask` with your question; with `private`, only you see the answer
• mention me, or reply to one of my answers; I take the conversation into account
• press *Thread* below an answer and continue there, or send me a direct message
• a message's menu → Apps → *Ask about this*
• edit your question, and I edit my answer

**Commands**
`/article` what I have read · `/summary` its central claims · `/passage` one paragraph

If the article does not address your question, I say so."""


async def suggest_articles(interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer the articles whose title, author or id contains what was typed so far."""
    wanted = current.casefold()
    choices: list[Choice[str]] = []
    for entry in interaction.client.service.entries.values():
        name = wording.describe(entry)
        if wanted in name.casefold() or wanted in entry.id.casefold():
            value = entry.id if len(entry.id) <= MAX_CHOICE else article_key(entry.id)
            choices.append(Choice(name=shorten(name, MAX_CHOICE, escaped=False), value=value))
            if len(choices) == MAX_CHOICES:
                break
    return choices


@app_commands.command(name="ask", description="Ask what an author argues; the answer is in the author's own words.")
@app_commands.describe(
    question="Your question, in plain words.",
    article="Ask only about this article.",
    private="Show the answer to you alone.",
)
@app_commands.autocomplete(article=suggest_articles)
async def ask(
    interaction: Interaction, question: Range[str, 1, MAX_CHARS], article: str | None = None, private: bool = False
) -> None:
    """Answer a question about one article or all of them."""
    scope = _find(interaction, article).id if article else None
    service, asked = interaction.client.service, words_of(question)
    await respond_with_answer(
        interaction,
        "ask",
        lambda request, on_partial: service.ask(Question(asked, article=scope), request, on_partial),
        private=private,
        make_buttons=_button_maker(interaction, scope, private=private),
    )


@app_commands.command(name="article", description="What I have read: title, author, date, length, source.")
@app_commands.describe(article="Which article; leave empty for a list.")
@app_commands.autocomplete(article=suggest_articles)
async def show_article(interaction: Interaction, article: str | None = None) -> None:
    """Show what is known about an article, or list all articles."""
    articles = interaction.client.service.articles
    await send_embeds(
        interaction, [render_article(_find(interaction, article)) if article else render_catalogue(articles)]
    )


@app_commands.command(name="summary", description="The central claims of an article, each in the author's words.")
@app_commands.describe(article="Which article, if there are several.")
@app_commands.autocomplete(article=suggest_articles)
async def summary(interaction: Interaction, article: str | None = None) -> None:
    """Quote the central claims of an article."""
    chosen, service = _find_or_only(interaction, article), interaction.client.service
    thread = can_open_thread(interaction.channel)
    await respond_with_answer(
        interaction,
        "summary",
        lambda request, _: service.summary(chosen.id, request),
        private=False,
        make_buttons=lambda response: make_buttons(response.reply, chosen.id, more=False, thread=thread),
    )


@app_commands.command(name="passage", description="One paragraph of an article, with its neighbours.")
@app_commands.describe(n="The paragraph number, after the sign ¶.", article="Which article, if there are several.")
@app_commands.autocomplete(article=suggest_articles)
async def passage(interaction: Interaction, n: Range[int, 1, 100_000], article: str | None = None) -> None:
    """Show a paragraph with its neighbours."""
    chosen = _find_or_only(interaction, article)
    if await acknowledge(interaction, private=True):
        embeds = await asyncio.to_thread(render_paragraph, chosen, n)
        await send_embeds(interaction, embeds, separately=True)


@app_commands.command(name="help", description="What I can do, and how to ask.")
async def show_help(interaction: Interaction) -> None:
    """Explain how to ask."""
    await send_embeds(interaction, [discord.Embed(description=HELP, colour=NEUTRAL_COLOUR)])


# A server may grant these two to anybody (Server Settings → Integrations). They check the permissions all the same:
# /channel changes what the bot does for everybody in a channel, and /status shows facts about its operation.
@app_commands.command(name="channel", description="Answer every question in this channel, or only when asked.")
@app_commands.describe(
    answer="on: I answer every question here. off: only when mentioned, replied to or asked with /ask."
)
@app_commands.default_permissions(manage_guild=True)
@app_commands.checks.has_permissions(manage_guild=True)
@app_commands.guild_only()
async def set_channel(interaction: Interaction, answer: Literal["on", "off"]) -> None:
    """Start or stop answering every question in a channel."""
    service, channel = interaction.client.service, interaction.channel
    assert interaction.channel_id is not None
    assert interaction.guild_id is not None
    chosen, where, needed = interaction.channel_id, "in this channel and its threads", NEEDED_PERMISSIONS
    if isinstance(channel, discord.Thread) and channel.parent is not None:
        # A thread has the setting of its channel; that of a forum can only be chosen in one of its posts.
        chosen, needed = channel.parent_id, NEEDED_IN_THREADS
        kind = "posts" if isinstance(channel.parent, discord.ForumChannel) else "threads"
        where = f"in #{channel.parent.name} and all of its {kind}"
        if answer == "off":  # older versions stored the threads themselves
            await service.set_answering(channel.id, interaction.guild_id, on=False)
    await service.set_answering(chosen, interaction.guild_id, on=answer == "on")
    if answer == "off":
        text = f"From now on I answer {where} only when I am asked: by mention, reply or /ask."
    elif missing := [name for name, may in interaction.app_permissions if name in needed and not may]:
        permissions = _format_permissions(missing)
        text = f"I will answer here once I have permission: Edit Channel → Permissions → my role → {permissions}."
    elif service.sees_content:
        text = f"From now on I answer every question {where} and ignore other messages."
    else:
        text = NEEDS_CONTENT
    await send_notice(interaction, text)


@app_commands.command(name="status", description="How I am doing; for administrators.")
@app_commands.default_permissions(administrator=True)
@app_commands.checks.has_permissions(administrator=True)
@app_commands.guild_only()
async def status(interaction: Interaction) -> None:
    """Show administrators the state of the bot and its statistics."""
    client, service = interaction.client, interaction.client.service
    metrics, hung = service.metrics, service.queue.hung
    try:
        manifest = await asyncio.to_thread(service.read_manifest)
        index = f"{count(len(service.articles), 'article')}, {count(manifest.passages, 'passage')}"
        rebuilt = manifest.created
    except BylineError as error:
        index, rebuilt = error.message, "not known"
    embed = discord.Embed(title="Status", colour=NEUTRAL_COLOUR)
    facts = {
        "Index": index,
        "Generation": service.generation or "still being opened",
        "Last rebuild": rebuilt,
        "Embedding model": service.model,
        "Reader": service.describe_reader(),
        "Questions": f"{metrics.answered:,} answered, {metrics.declined:,} declined, {metrics.failed:,} failed, "
        f"{service.queue.pending:,} pending",
        "Latency": metrics.latency(),
        "Up for": _format_duration(monotonic() - metrics.started),
        "Gateway": f"{count(client.shard_count or 1, 'shard')}, {_format_latency(client.latency)}",
        "Problems": service.index_error or (f"{count(hung, 'answer')} did not finish" if hung else "none"),
    }
    for name, value in facts.items():
        embed.add_field(name=name, value=shorten(value, FIELD_VALUE), inline=len(value) < 40)
    await send_embeds(interaction, [embed])


@app_commands.context_menu(name="Ask about this")
async def ask_about_message(interaction: Interaction, message: discord.Message) -> None:
    """Answer what somebody's message says, as a question."""
    text, attached = shorten(text_of(message), MAX_CHARS, escaped=False), bool(attachments_of(message))
    if not text and attached:
        raise UsageError(NOT_READ, "")
    if not text:
        raise UsageError("There is no text in that message to ask about.", "Choose another one.")
    service = interaction.client.service
    await respond_with_answer(
        interaction,
        "menu",
        lambda request, on_partial: service.ask(Question(text), request, on_partial),
        private=False,
        make_buttons=_button_maker(interaction, None, private=False),
        remark=NOT_READ if attached else "",
    )


COMMANDS: tuple[app_commands.Command[Any, ..., Any] | app_commands.ContextMenu, ...] = (
    ask, show_article, summary, passage, show_help, set_channel, status, ask_about_message,
)  # fmt: skip


async def handle_error(interaction: Interaction, error: app_commands.AppCommandError) -> None:
    """Tell the user alone what is wrong, whatever a command raised."""
    cause = getattr(error, "original", error)
    if isinstance(cause, app_commands.MissingPermissions):
        needed = _format_permissions(cause.missing_permissions)
        await send_notice(interaction, f"This command needs the permission {needed}. Ask somebody who has it.")
    elif isinstance(cause, UsageError):
        await send_notice(interaction, f"{cause.message} {cause.hint}")
    elif isinstance(cause, BylineError):  # its message may contain paths
        log.warning("failed %s reason=%s", request_info(interaction, "command"), cause.message)
        await send_notice(interaction, NOT_DONE)
    else:
        log_failure(log, request_info(interaction, "command"), cause)
        await send_notice(interaction, WENT_WRONG)


def add_commands(tree: "app_commands.CommandTree[ServiceClient]") -> None:
    """Add all commands and their error handler to a tree."""
    for command in COMMANDS:
        tree.add_command(command)
    tree.error(handle_error)


def _find(interaction: Interaction, name: str) -> Article:
    """The article that somebody typed the name of, or chose; raises UsageError."""
    service = interaction.client.service
    chosen = find_by_key(name, service.entries)
    if chosen is None:
        chosen = find_article(service.entries.values(), name[:MAX_CHOICE], CHOOSE).id
    return service.articles[chosen]


def _find_or_only(interaction: Interaction, name: str | None) -> Article:
    """The article of this name, or the only one there is; raises UsageError."""
    articles = interaction.client.service.articles
    if name:
        return _find(interaction, name)
    if len(articles) == 1:
        return next(iter(articles.values()))
    raise UsageError(f"I have {count(len(articles), 'article')}.", "Say which one with the option article.")


def _button_maker(
    interaction: Interaction, scope: str | None, *, private: bool
) -> Callable[[Response], discord.ui.View | None]:
    thread = not private and can_open_thread(interaction.channel)
    return lambda response: make_buttons(response.reply, scope, thread=thread)


def _format_permissions(names: Iterable[str]) -> str:
    """The names of permissions as Discord's settings show them."""
    return ", ".join(name.replace("_", " ").replace("guild", "server").title() for name in names)


def _format_duration(seconds: float) -> str:
    minutes, hours = int(seconds // 60) % 60, int(seconds // 3600)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {int(seconds % 60)} s"


def _format_latency(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if math.isfinite(seconds) else "not measured yet"
