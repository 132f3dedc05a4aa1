"""The bot's reply to a message: one message, which is a draft first, then the answer, and is edited in place."""

import logging
from typing import Any

import discord

from bot.answering.types import Response
from bot.discord.buttons import can_open_thread, make_buttons
from bot.discord.delivery import NETWORK_ERRORS, deliver, with_retries
from bot.discord.rendering.answers import render_response

log = logging.getLogger(__name__)

# The reply to a question of an earlier run is looked for among so many messages after it.
MAX_SEARCHED = 50
_NO_HISTORY = 160002


class ReplyMessage:
    """The reply to one message.

    Attributes:
        message: the reply, None as long as Discord has not confirmed it.
        begun: whether the reply may have arrived.
        sending: whether an answer is being sent; this should be waited for rather than interrupted.
    """

    def __init__(self) -> None:
        self.message: discord.PartialMessage | None = None
        self.begun = False
        self.sending = False
        self._unfinished = False

    async def show_draft(self, question: discord.Message, response: Response, name: str) -> bool:
        """Send or edit the reply while a chat model is still writing it, and return whether that worked."""
        body = render_response(response, embeds=_can_embed(question), unfinished=True)
        sent, self.begun, self._unfinished = self.message, True, True
        if sent is not None:
            return bool(await deliver(name, lambda: sent.edit(**_replacing(body))))
        arrived = await deliver(name, lambda: question.reply(**body, mention_author=False, nonce=str(question.id)))
        self.message = _partial(question, arrived)
        return self.message is not None

    async def show(self, question: discord.Message, outcome: Response | str, remark: str = "") -> None:
        """Send the answer, or put it in place of what the reply shows.

        A repeated request sends nothing twice: discord.py sets `enforce_nonce` wherever a nonce is given, and then
        Discord returns the message that has arrived with this nonce before.

        Args:
            question: the message that is answered.
            outcome: the answer, or a sentence that says why there is none.
            remark: a sentence about the question, shown beside the answer.

        Raises:
            discord.HTTPException: Discord refuses the reply.
            aiohttp.ClientError, TimeoutError, ConnectionError: Discord cannot be reached.
        """
        body = render_response(outcome, embeds=_can_embed(question), remark=remark)
        view = None
        if isinstance(outcome, Response):
            view = make_buttons(outcome.reply, thread=can_open_thread(question.channel))
        self.sending = True
        try:
            sent, replaces = self.message, self.begun or self.message is not None
            if sent is None:
                sent = self.message = _partial(
                    question, await self._send(question, {**body, "view": view} if view else body)
                )
            if replaces and sent is not None:
                await with_retries(lambda: sent.edit(**_replacing({**body, "view": view})))
            self.begun, self._unfinished = True, False
        finally:
            self.sending = False

    async def _send(self, question: discord.Message, body: dict[str, Any]) -> discord.Message:
        nonce = str(question.id)
        try:
            return await with_retries(lambda: question.reply(**body, mention_author=False, nonce=nonce))
        except discord.HTTPException as error:
            if error.code != _NO_HISTORY:
                raise
            return await with_retries(lambda: question.channel.send(**body, nonce=nonce))

    async def delete_draft(self, question: discord.Message, name: str) -> None:
        """Delete the reply if it is unfinished, since the question was deleted."""
        sent = self.message
        if not self._unfinished:
            return
        if sent is None:
            # Discord returns the reply if it has arrived; only if not, this sends a message. It is no reply, since
            # Discord may refuse replies to a deleted message.
            arrived = await deliver(name, lambda: question.channel.send("…", nonce=str(question.id), silent=True))
            sent = _partial(question, arrived)
        if sent is not None:
            await deliver(name, sent.delete)

    async def find(self, question: discord.Message, me: discord.ClientUser) -> bool:
        """Look for a reply that an earlier run of the bot has sent, and return whether there is one."""

        async def search() -> discord.Message | None:
            async for later in question.channel.history(limit=MAX_SEARCHED, after=question, oldest_first=True):
                if later.author.id == me.id and later.reference and later.reference.message_id == question.id:
                    return later
            return None

        try:
            self.message = _partial(question, await with_retries(search))
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.info("history unreadable channel=%d error=%s", question.channel.id, type(error).__name__)
        return self.message is not None


def _partial(question: discord.Message, sent: discord.Message | None) -> discord.PartialMessage | None:
    """Return what is needed to edit or delete a message, without its content: replies are remembered for long."""
    return discord.PartialMessage(channel=question.channel, id=sent.id) if sent is not None else None


def _replacing(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body that replaces all that a message showed before, its buttons included."""
    return {"content": None, "embed": None, "view": None, **body}


def _can_embed(message: discord.Message) -> bool:
    return message.guild is None or message.channel.permissions_for(message.guild.me).embed_links
