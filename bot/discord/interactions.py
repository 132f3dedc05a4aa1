"""Answers to interactions: commands, menus and buttons. Acknowledged at once, edited when the answer is there."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.answering.types import Response
from bot.discord.delivery import acknowledge, attempt
from bot.discord.drafts import DraftUpdater
from bot.discord.queue import QuestionDeclined
from bot.discord.rendering import replies
from bot.discord.rendering.markup import escape
from bot.discord.service import WENT_WRONG, AnswerService, OnPartial, RequestInfo
from bot.logs import log_failure

log = logging.getLogger(__name__)


class Host(discord.AutoShardedClient):
    """A client that has a desk, as commands and buttons know it."""

    desk: AnswerService


Interaction = discord.Interaction[Host]


async def serve(
    interaction: Interaction,
    way: str,
    work: Callable[[RequestInfo, OnPartial], Awaitable[Response]],
    *,
    private: bool,
    below: Callable[[Response], discord.ui.View | None] = lambda _: None,
) -> None:
    """Answer an interaction with what `work` tells; below: the buttons for it.

    work: is given where the question came from, and whom to tell of an answer that is not finished.
    """
    desk = interaction.client.desk
    if not desk.recent.first(interaction.id):
        return
    event = event_of(interaction, way)
    try:
        with desk.answers.place(event.user, event.group):
            await _serve(interaction, event, work, private=private, below=below)
    except QuestionDeclined as error:
        desk.figures.declined += 1
        log.info("declined %s reason=%s", event, type(error).__name__)
        await say(interaction, str(error))


async def _serve(
    interaction: Interaction,
    event: RequestInfo,
    work: Callable[[RequestInfo, OnPartial], Awaitable[Response]],
    *,
    private: bool,
    below: Callable[[Response], discord.ui.View | None],
) -> None:
    desk = interaction.client.desk
    waited_for = await acknowledge(interaction, private=private)

    async def show(told: Response) -> bool:
        body = {"embed": replies.draft(told)} if may_embed(interaction) else {"content": replies.as_content(told)}
        return waited_for and bool(await attempt(f"draft {event}", lambda: interaction.edit_original_response(**body)))

    live = DraftUpdater(show)
    try:
        told = await desk.settle(event, lambda: work(event, live))
    finally:
        await live.stop()
    try:
        view = None if isinstance(told, str) else below(told)
        embed, content = _shown(told)
    except Exception as error:
        log_failure(log, event, error)
        view, (embed, content) = None, _shown(WENT_WRONG)
    body = {"embed": embed} if may_embed(interaction) else {"content": content}
    if waited_for:
        await attempt(str(event), lambda: interaction.edit_original_response(**body, view=view))
        return
    # Discord has stopped waiting, so the answer goes where the asker will see it all the same.
    target = interaction.user if private else interaction.channel
    if isinstance(target, discord.abc.Messageable):
        rest: dict[str, Any] = {**body, "view": view} if view else dict(body)
        await attempt(str(event), lambda: target.send(**rest, nonce=str(interaction.id)))


async def say(interaction: Interaction, text: str) -> None:
    """A few plain words for the asker alone."""
    await show(interaction, [replies.notice(text)])


async def show(interaction: Interaction, embeds: list[discord.Embed], *, apart: bool = False) -> None:
    """Embeds for the asker alone, at once, in one message or, if `apart`, in one each."""
    groups = [[embed] for embed in embeds] if apart else [embeds]
    event = event_of(interaction, "shown")
    await attempt(str(event), lambda: _respond(interaction, groups[0]))
    for group in groups[1:]:
        await attempt(str(event), lambda group=group: interaction.followup.send(embeds=group, ephemeral=True))  # type: ignore[misc]


def event_of(interaction: Interaction, way: str) -> RequestInfo:
    group = interaction.guild_id or interaction.user.id
    return RequestInfo(way, interaction.id, interaction.channel_id or 0, group, interaction.user.id)


def may_embed(interaction: Interaction) -> bool:
    return interaction.guild_id is None or interaction.app_permissions.embed_links


def _shown(told: Response | str) -> tuple[discord.Embed, str]:
    """An answer or a notice as an embed, and as text for where no embed may be."""
    return (
        (replies.notice(told), escape(told))
        if isinstance(told, str)
        else (replies.answer(told), replies.as_content(told))
    )


async def _respond(interaction: Interaction, embeds: list[discord.Embed]) -> None:
    if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        await interaction.edit_original_response(embeds=embeds)
    elif interaction.response.is_done():
        await interaction.followup.send(embeds=embeds, ephemeral=True)
    else:
        await interaction.response.send_message(embeds=embeds, ephemeral=True)
