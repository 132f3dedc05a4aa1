"""Responses to interactions (commands, menus, buttons): acknowledged at once, edited when the answer is ready."""

import logging
from collections.abc import Awaitable, Callable

import discord

from bot.answering.types import Response
from bot.discord.delivery import acknowledge, deliver
from bot.discord.drafts import DraftUpdater
from bot.discord.queue import QuestionDeclined
from bot.discord.rendering.answers import render_response
from bot.discord.rendering.embeds import render_notice
from bot.discord.service import WENT_WRONG, AnswerService, OnPartial, RequestInfo
from bot.logs import log_failure

log = logging.getLogger(__name__)

INCOMPLETE = "A part of this may not have arrived. Please try again if something is missing."


class ServiceClient(discord.AutoShardedClient):
    """A client with an answer service, as commands and buttons need it."""

    service: AnswerService


Interaction = discord.Interaction[ServiceClient]


async def respond_with_answer(
    interaction: Interaction,
    way: str,
    answer: Callable[[RequestInfo, OnPartial], Awaitable[Response]],
    *,
    private: bool,
    make_buttons: Callable[[Response], discord.ui.View | None],
    remark: str = "",
) -> None:
    """Answer an interaction, once.

    Args:
        interaction: the command or button that was used.
        way: its name for the log.
        answer: makes the answer; gets where the question came from, and a callback for unfinished answers.
        private: whether only the user sees the answer.
        make_buttons: makes the buttons below the answer.
        remark: a sentence about the question, shown beside the answer.
    """
    service = interaction.client.service
    if not service.seen.add(interaction.id):
        return
    request = request_info(interaction, way)
    try:
        with service.queue.slot(request.user, request.group):
            await _answer(interaction, request, answer, private=private, make_buttons=make_buttons, remark=remark)
    except QuestionDeclined as error:
        await send_notice(interaction, service.decline(request, error))


async def _answer(
    interaction: Interaction,
    request: RequestInfo,
    answer: Callable[[RequestInfo, OnPartial], Awaitable[Response]],
    *,
    private: bool,
    make_buttons: Callable[[Response], discord.ui.View | None],
    remark: str,
) -> None:
    acknowledged = await acknowledge(interaction, private=private)
    embeds = interaction.guild_id is None or interaction.app_permissions.embed_links

    async def show_draft(draft: Response) -> bool:
        body = render_response(draft, embeds=embeds, unfinished=True)
        edit = deliver(f"draft {request}", lambda: interaction.edit_original_response(**body))
        return acknowledged and bool(await edit)

    drafts = DraftUpdater(show_draft)
    try:
        outcome = await interaction.client.service.respond(request, answer(request, drafts))
    finally:
        await drafts.stop()
    try:
        view = None if isinstance(outcome, str) else make_buttons(outcome)
        body = render_response(outcome, embeds=embeds, remark=remark)
    except Exception as error:
        log_failure(log, request, error)
        view, body = None, render_response(WENT_WRONG, embeds=embeds)
    if acknowledged:
        await deliver(request, lambda: interaction.edit_original_response(**body, view=view))
        return
    # Discord no longer waits for a response, so the answer goes as a message to where the asker will see it.
    target = interaction.user if private else interaction.channel
    if isinstance(target, discord.abc.Messageable):
        message = {**body, "view": view} if view else body
        await deliver(request, lambda: target.send(**message, nonce=str(interaction.id)))


async def send_notice(interaction: Interaction, text: str) -> None:
    """Send a sentence or two to the user alone."""
    await send_embeds(interaction, [render_notice(text)])


async def send_embeds(interaction: Interaction, embeds: list[discord.Embed], *, separately: bool = False) -> None:
    """Send embeds to the user alone, in one message or, if `separately`, in a message each.

    The first message is the response to the interaction or replaces it, which may be repeated after any failure.
    Discord offers no such thing for the messages that follow: they are not repeated if the first try may have arrived.
    """
    first, *others = [[embed] for embed in embeds] if separately else [embeds]
    request = request_info(interaction, "response")
    response = interaction.response
    if response.type is discord.InteractionResponseType.deferred_channel_message:
        await deliver(request, lambda: interaction.edit_original_response(embeds=first))
    elif not response.is_done():
        await deliver(request, lambda: response.send_message(embeds=first, ephemeral=True))
    else:
        others = [first, *others]
    for group in others:
        if await _follow_up(interaction, group) is None:
            await deliver(request, lambda: interaction.edit_original_response(content=INCOMPLETE))
            return


async def _follow_up(interaction: Interaction, embeds: list[discord.Embed]) -> discord.WebhookMessage | None:
    request = request_info(interaction, "response")
    return await deliver(
        request, lambda: interaction.followup.send(embeds=embeds, ephemeral=True, wait=True), idempotent=False
    )


def request_info(interaction: Interaction, way: str) -> RequestInfo:
    """Return where an interaction came from."""
    group = interaction.guild_id or interaction.user.id
    return RequestInfo(way, interaction.id, interaction.channel_id or 0, group, interaction.user.id)
