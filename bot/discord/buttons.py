"""The buttons below an answer. Whatever they need stands in their id or in the message, so they outlive a restart."""

import asyncio
import logging
import re
from dataclasses import replace
from typing import Self, cast

import discord
from discord.ui import Button, DynamicItem, Item, View

from index.errors import BylineError

from bot.answering.types import Question, Reply, Response
from bot.discord import conversation
from bot.discord.delivery import NETWORK, acknowledge, attempt, persist
from bot.discord.interactions import Host, Interaction, event_of, say, serve, show
from bot.discord.rendering import replies
from bot.discord.rendering.markup import flat, shorten
from bot.discord.rendering.replies import ShownAnswer
from bot.discord.service import WENT_WRONG, OnPartial, RequestInfo
from bot.logs import log_failure
from bot.state import Feedback, Vote

log = logging.getLogger(__name__)

CHANGED = "The article was changed or taken away since; those words are no longer in my index."
GONE = "I cannot read that answer any more."
NO_THREAD = (
    "I may not open a thread here. Somebody who manages this channel can allow it: Edit Channel → Permissions → my "
    "role → Create Public Threads and Send Messages in Threads."
)
THREAD_NAME = 100
_THREAD_EXISTS = 160004


class _BotButton(DynamicItem[Button[View]], template=r"byline:"):
    """A button whose presser is told when something fails; discord.py would only log it."""

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        try:
            await self.pressed(interaction)
        except Exception as error:
            log_failure(log, event_of(interaction, "button"), error)
            await say(interaction, WENT_WRONG)

    async def pressed(self, interaction: Interaction) -> None:
        """What the button does; one that an older version made does nothing any more."""
        await say(interaction, GONE)


class ContextButton(_BotButton, template=r"byline:context:(?P<places>[0-9a-f.;]{1,80})"):
    """Shows the presser the paragraphs that the quotes stand in."""

    def __init__(self, places: str) -> None:
        super().__init__(Button(label="In context", custom_id=f"byline:context:{places}"))
        self.places = places

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Host], __: Item[View], match: re.Match[str], /) -> Self:  # type: ignore[override]
        return cls(match["places"])

    async def pressed(self, interaction: Interaction) -> None:
        shown = _shown(interaction)
        articles = interaction.client.desk.articles
        if not await acknowledge(interaction, private=True):
            return
        embeds = await asyncio.to_thread(replies.context, self.places, shown.quotes if shown else (), articles)
        await show(interaction, embeds or [replies.notice(CHANGED)])


class MoreButton(_BotButton, template=r"byline:more:(?P<scope>[0-9a-f]{8}|-)"):
    """Shows the presser further evidence."""

    def __init__(self, scope: str) -> None:
        super().__init__(Button(label="More", custom_id=f"{replies.MORE}{scope}"))
        self.scope = scope

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Host], __: Item[View], match: re.Match[str], /) -> Self:  # type: ignore[override]
        return cls(match["scope"])

    async def pressed(self, interaction: Interaction) -> None:
        shown, desk = _shown(interaction), interaction.client.desk
        if shown is None:
            await say(interaction, GONE)
            return
        article = next((name for name in desk.articles if replies.key(name) == self.scope), None)
        if article is None and self.scope != "-":
            await say(interaction, CHANGED)
            return

        async def work(event: RequestInfo, _: OnPartial) -> Response:
            asked = await _asked(interaction, shown)
            return await desk.more(replace(asked, article=article), shown.quotes, event.group)

        await serve(interaction, "more", work, private=True, below=lambda told: buttons(told.reply, more=False))


class VoteButton(_BotButton, template=r"byline:vote:(?P<vote>up|down)"):
    """Keeps what the presser thinks of the answer."""

    def __init__(self, vote: str) -> None:
        emoji = {"up": "👍", "down": "👎"}[vote]
        super().__init__(Button(emoji=emoji, custom_id=f"byline:vote:{vote}"))
        self.vote = cast("Vote", vote)

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Host], __: Item[View], match: re.Match[str], /) -> Self:  # type: ignore[override]
        return cls(match["vote"])

    async def pressed(self, interaction: Interaction) -> None:
        shown = _shown(interaction)
        if shown is None or interaction.message is None:
            await say(interaction, GONE)
            return
        feedback = Feedback(interaction.message.id, interaction.user.id, self.vote, shown.question, shown.text)
        try:
            await asyncio.to_thread(interaction.client.desk.state.vote, feedback)
        except BylineError as error:
            log.warning("vote lost reason=%s", error.message)
            await say(interaction, "Thank you, but I could not keep your vote.")
            return
        log.info("vote %s vote=%s", event_of(interaction, "vote"), self.vote)
        await say(interaction, "Thank you. Your vote and this answer are kept for whoever runs me, without your name.")


class ThreadButton(_BotButton, template=r"byline:thread"):
    """Opens a thread below the answer, in which the conversation goes on."""

    def __init__(self) -> None:
        super().__init__(Button(label="Thread", custom_id="byline:thread"))

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Host], __: Item[View], ___: re.Match[str], /) -> Self:  # type: ignore[override]
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        shown, message = _shown(interaction), interaction.message
        if shown is None or message is None or not await acknowledge(interaction, private=True):
            return
        try:
            name = shorten(shown.question, THREAD_NAME, escaped=False)
            thread = await persist(lambda: message.create_thread(name=name))
        except (discord.HTTPException, *NETWORK) as error:
            code = error.code if isinstance(error, discord.HTTPException) else 0
            log.info("no thread %s error=%s code=%d", event_of(interaction, "thread"), type(error).__name__, code)
            text = NO_THREAD if isinstance(error, discord.Forbidden) else WENT_WRONG
            text = "There is a thread below that answer already." if code == _THREAD_EXISTS else text
            await attempt("notice", lambda: interaction.edit_original_response(embed=replies.notice(text)))
            return
        sees = interaction.client.desk.sees_content
        how = "Ask on here; no mention is needed." if sees else "Ask on here, and mention me each time."
        await attempt("thread", lambda: thread.send(how))
        await attempt("thread", lambda: thread.add_user(interaction.user))
        await attempt("notice", lambda: interaction.edit_original_response(content=f"Go on in {thread.mention}."))


ALL = (ContextButton, MoreButton, VoteButton, ThreadButton)


def buttons(reply: Reply, scope: str | None = None, *, more: bool = True, thread: bool = False) -> View | None:
    """What can be done with an answer; scope: the id of the article that it was asked of; None for nothing at all."""
    if not reply.quotes:
        return None
    view = View(timeout=None)
    places = replies.places(reply.quotes)
    if len(places) <= 80:
        view.add_item(ContextButton(places))
    if more:
        view.add_item(MoreButton(replies.key(scope) if scope else "-"))
    if thread:
        view.add_item(ThreadButton())
    view.add_item(VoteButton("up"))
    view.add_item(VoteButton("down"))
    return view


def can_open_thread(channel: object) -> bool:
    return isinstance(channel, discord.TextChannel)


def _shown(interaction: Interaction) -> ShownAnswer | None:
    return replies.read_back(interaction.message) if interaction.message else None


async def _asked(interaction: Interaction, shown: ShownAnswer) -> Question:
    """The question of the answer that was pressed: as it was typed where that can be read, else as the title has it."""
    message, me = interaction.message, interaction.client.user
    if message is None or me is None:
        return Question(shown.question)
    typed = await conversation.typed(message, me)
    history = conversation.turns(await conversation.shown_before(message, me))
    return Question(flat(typed) if typed else shown.question, history)
