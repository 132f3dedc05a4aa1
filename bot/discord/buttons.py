"""The buttons below an answer: how they are made, and what happens when one is pressed (`on_press`).

A button finds all that it needs in its custom id and its message, so it keeps working after a restart: the gateway's
`setup_hook` registers `BUTTONS`, and discord.py makes the button from the custom id of one that is pressed.
"""

import asyncio
import logging
import re
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Self, cast

import discord
from discord.ui import Button, DynamicItem, Item, View

from index.errors import BylineError

from bot.answering.types import Question, Reply, Response
from bot.discord import conversation
from bot.discord.delivery import NETWORK_ERRORS, acknowledge, deliver, with_retries
from bot.discord.interactions import (
    Interaction,
    ServiceClient,
    request_info,
    respond_with_answer,
    send_embeds,
    send_notice,
)
from bot.discord.rendering import button_ids
from bot.discord.rendering.embeds import render_notice
from bot.discord.rendering.markup import flat, shorten
from bot.discord.rendering.paragraphs import render_context
from bot.discord.rendering.read_back import ShownAnswer, read_back
from bot.discord.service import WENT_WRONG, OnPartial, RequestInfo
from bot.logs import log_failure
from bot.state import Feedback, Vote

log = logging.getLogger(__name__)

ARTICLE_CHANGED = "I cannot find these quotes any more: the article has been changed or removed."
ARTICLE_REMOVED = "The article that this answer is about has been removed or renamed."
UNREADABLE = "I cannot read that answer any more."
UNKNOWN_BUTTON = "That button is from another version of me and does not work any more. Please ask again."
NO_THREAD_PERMISSION = (
    "I do not have permission to open a thread here. Somebody who manages this channel can grant it: Edit Channel "
    "→ Permissions → my role → Create Public Threads and Send Messages in Threads."
)
THREAD_EXISTS = "That answer already has a thread: {thread}."
MAX_THREAD_NAME = 100
_THREAD_EXISTS_CODE = 160004


class _AnswerButton(DynamicItem[Button[View]], ABC, template="byline:.*"):
    """A button whose user gets a response when something fails; discord.py would only log it."""

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        try:
            await self.on_press(interaction)
        except Exception as error:
            log_failure(log, request_info(interaction, "button"), error)
            await send_notice(interaction, WENT_WRONG)

    @abstractmethod
    async def on_press(self, interaction: Interaction) -> None:
        """Respond to a press."""


class ContextButton(_AnswerButton, template=button_ids.CONTEXT_PATTERN):
    """Shows the user the paragraphs around the quotes."""

    def __init__(self, positions: str) -> None:
        super().__init__(Button(label="In context", custom_id=f"{button_ids.CONTEXT}{positions}"))
        self.positions = positions

    @classmethod
    async def from_custom_id(  # type: ignore[override]
        cls, _: discord.Interaction[ServiceClient], __: Item[View], match: re.Match[str], /
    ) -> Self:
        """Restore a button from its id."""
        return cls(match["positions"])

    async def on_press(self, interaction: Interaction) -> None:
        """Show the paragraphs to the user alone."""
        shown = _shown_answer(interaction)
        if shown is None:
            await send_notice(interaction, UNREADABLE)
            return
        if not await acknowledge(interaction, private=True):
            return
        articles = interaction.client.service.articles
        embeds = await asyncio.to_thread(render_context, self.positions, shown.quotes, articles)
        await send_embeds(interaction, embeds or [render_notice(ARTICLE_CHANGED)])


class MoreButton(_AnswerButton, template=button_ids.MORE_PATTERN):
    """Shows the user further evidence."""

    def __init__(self, scope: str) -> None:
        super().__init__(Button(label="More", custom_id=f"{button_ids.MORE}{scope}"))
        self.scope = scope

    @classmethod
    async def from_custom_id(  # type: ignore[override]
        cls, _: discord.Interaction[ServiceClient], __: Item[View], match: re.Match[str], /
    ) -> Self:
        """Restore a button from its id."""
        return cls(match["scope"])

    async def on_press(self, interaction: Interaction) -> None:
        """Search again, for what the answer does not quote, and show it to the user alone."""
        shown, service = _shown_answer(interaction), interaction.client.service
        if shown is None:
            await send_notice(interaction, UNREADABLE)
            return
        article = button_ids.find_by_key(self.scope, service.articles)
        if article is None and self.scope != button_ids.ALL_ARTICLES:
            await send_notice(interaction, ARTICLE_REMOVED)
            return

        async def search(request: RequestInfo, _: OnPartial) -> Response:
            question = await _question_of(interaction, shown)
            return await service.more(replace(question, article=article), shown.quotes, request)

        await respond_with_answer(
            interaction,
            "more",
            search,
            private=True,
            make_buttons=lambda response: make_buttons(response.reply, more=False),
        )


class VoteButton(_AnswerButton, template=button_ids.VOTE_PATTERN):
    """Stores what the user thinks of the answer."""

    def __init__(self, vote: str) -> None:
        emoji = {"up": "👍", "down": "👎"}[vote]
        super().__init__(Button(emoji=emoji, custom_id=f"{button_ids.VOTE}{vote}"))
        self.vote = cast("Vote", vote)

    @classmethod
    async def from_custom_id(  # type: ignore[override]
        cls, _: discord.Interaction[ServiceClient], __: Item[View], match: re.Match[str], /
    ) -> Self:
        """Restore a button from its id."""
        return cls(match["vote"])

    async def on_press(self, interaction: Interaction) -> None:
        """Store the vote, in place of an earlier one of the same user."""
        shown = _shown_answer(interaction)
        if shown is None or interaction.message is None:
            await send_notice(interaction, UNREADABLE)
            return
        feedback = Feedback(interaction.message.id, interaction.user.id, self.vote, shown.question, shown.text)
        try:
            await asyncio.to_thread(interaction.client.service.state.save_vote, feedback)
        except BylineError as error:
            log.warning("vote lost reason=%s", error.message)
            await send_notice(interaction, "Thank you, but your vote could not be saved.")
            return
        log.info("vote %s vote=%s", request_info(interaction, "vote"), self.vote)
        thanks = "Thank you. Your vote and this answer are stored, without your name, for the person who runs me."
        await send_notice(interaction, thanks)


class ThreadButton(_AnswerButton, template=button_ids.THREAD):
    """Opens a thread below the answer, in which the conversation continues."""

    def __init__(self) -> None:
        super().__init__(Button(label="Thread", custom_id=button_ids.THREAD))

    @classmethod
    async def from_custom_id(  # type: ignore[override]
        cls, _: discord.Interaction[ServiceClient], __: Item[View], ___: re.Match[str], /
    ) -> Self:
        """Restore a button from its id."""
        return cls()

    async def on_press(self, interaction: Interaction) -> None:
        """Open the thread, add the user to it and say how to continue."""
        shown, message = _shown_answer(interaction), interaction.message
        if shown is None or message is None:
            await send_notice(interaction, UNREADABLE)
            return
        if not await acknowledge(interaction, private=True):
            return
        try:
            name = shorten(shown.question, MAX_THREAD_NAME, escaped=False)
            thread = await with_retries(lambda: message.create_thread(name=name))
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            code = error.code if isinstance(error, discord.HTTPException) else 0
            log.info("no thread %s error=%s code=%d", request_info(interaction, "thread"), type(error).__name__, code)
            if code == _THREAD_EXISTS_CODE:  # a thread that was opened from a message has its id
                text = THREAD_EXISTS.format(thread=f"<#{message.id}>")
                await deliver("notice", lambda: interaction.edit_original_response(content=text))
                return
            notice = render_notice(NO_THREAD_PERMISSION if isinstance(error, discord.Forbidden) else WENT_WRONG)
            await deliver("notice", lambda: interaction.edit_original_response(embed=notice))
            return
        sees_content = interaction.client.service.sees_content
        how = f"Continue here; {'no need to mention me' if sees_content else 'please mention me each time'}."
        await deliver("thread", lambda: thread.send(how, nonce=str(interaction.id)))
        await deliver("thread", lambda: thread.add_user(interaction.user))
        await deliver("notice", lambda: interaction.edit_original_response(content=f"Continue in {thread.mention}."))


class UnknownButton(_AnswerButton, template=button_ids.UNKNOWN_PATTERN):
    """A button that another version of the bot made, and this version does not know."""

    def __init__(self, custom_id: str) -> None:
        super().__init__(Button(custom_id=custom_id))

    @classmethod
    async def from_custom_id(  # type: ignore[override]
        cls, _: discord.Interaction[ServiceClient], __: Item[View], match: re.Match[str], /
    ) -> Self:
        """Restore a button from its id."""
        return cls(match[0])

    async def on_press(self, interaction: Interaction) -> None:
        """Tell the user that the button does nothing any more."""
        await send_notice(interaction, UNKNOWN_BUTTON)


# discord.py calls every button whose pattern matches a custom id, so exactly one of these patterns matches any.
BUTTONS = (ContextButton, MoreButton, VoteButton, ThreadButton, UnknownButton)


def make_buttons(reply: Reply, scope: str | None = None, *, more: bool = True, thread: bool = False) -> View | None:
    """Make the buttons below an answer; None for an answer without quotes.

    Args:
        reply: the answer.
        scope: the id of the article that was asked about, None for all articles.
        more: whether to offer further evidence.
        thread: whether to offer a thread.
    """
    if not reply.quotes:
        return None
    view = View(timeout=None)
    view.add_item(ContextButton(button_ids.format_positions(reply.quotes)))
    if more:
        view.add_item(MoreButton(button_ids.format_scope(scope)))
    if thread:
        view.add_item(ThreadButton())
    view.add_item(VoteButton("up"))
    view.add_item(VoteButton("down"))
    return view


def can_open_thread(channel: object) -> bool:
    """Return whether threads can be opened in a channel."""
    return isinstance(channel, discord.TextChannel)


def _shown_answer(interaction: Interaction) -> ShownAnswer | None:
    return read_back(interaction.message) if interaction.message else None


async def _question_of(interaction: Interaction, shown: ShownAnswer) -> Question:
    """The question of the answer with the button: as the user typed it if that can be read, else as it is shown."""
    message, me = interaction.message, interaction.client.user
    if message is None or me is None:
        return Question(shown.question)
    typed = await conversation.typed_question(message, me)
    history = conversation.turns(await conversation.answers_before(message, me))
    return Question(flat(typed) if typed else shown.question, history)
