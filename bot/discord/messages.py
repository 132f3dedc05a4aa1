"""Messages: answered once each, given up when they are deleted, read from history when the gateway lost them."""

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from time import monotonic
from typing import Any

import discord

from bot.answering.types import Response
from bot.discord.buttons import can_open_thread, make_buttons
from bot.discord.conversation import AddressedMessage, build_question, is_among_people, parse_message
from bot.discord.delivery import NETWORK_ERRORS, deliver, typing_while, with_retries
from bot.discord.drafts import DraftUpdater
from bot.discord.queue import QuestionDeclined, ShuttingDown
from bot.discord.rendering.answers import render_response
from bot.discord.rendering.embeds import render_notice
from bot.discord.service import WENT_WRONG, AnswerService, RequestInfo
from bot.logs import log_failure

log = logging.getLogger(__name__)

# The reaction to a question that is declined; how often a user gets the same notice in private, and how long a notice
# in a channel stays, in seconds.
WAIT, NOTICE_EVERY, NOTICE_LASTS = "⏳", 60.0, 20.0
# After a lost session: so many messages are read of each channel, from so many channels at once.
MAX_MISSED, CHANNELS_AT_ONCE = 1000, 5
# How many direct message channels, and how many notices, are remembered; the latest ones.
MAX_REMEMBERED = 1000
EMPTY = (
    "Ask me something about what I have read, for example: What is the main argument? Or reply to a message and "
    "mention me, and I will answer about that message."
)
NO_WRITE_PERMISSION = (
    "I do not have permission to write in #{channel} of {guild}. Somebody who manages that channel can grant it: "
    "Edit Channel → Permissions → my role → View Channel, Send Messages (in threads: Send Messages in Threads), Embed "
    "Links, Read Message History."
)
ReadableChannel = discord.DMChannel | discord.TextChannel | discord.Thread

_NO_HISTORY, _CANNOT_DM = 160002, 50007


class MessageHandler:
    """Answers the messages that a client receives."""

    def __init__(self, client: discord.Client, service: AnswerService) -> None:
        self._client = client
        self._service = service
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._notified: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._fetching: set[asyncio.Task[None]] = set()
        self._dms: OrderedDict[int, discord.DMChannel] = OrderedDict()

    def handle(self, message: discord.Message) -> None:
        """Answer a message if it is for the bot and was not handled before."""
        if isinstance(message.channel, discord.PartialMessageable):
            task = asyncio.create_task(self._fetch_channel(message))
            self._fetching.add(task)
            task.add_done_callback(self._fetching.discard)
            return
        if isinstance(message.channel, discord.DMChannel):
            _remember(self._dms, message.channel.id, message.channel)
        me = self._client.user
        addressed = parse_message(message, me, self._service.answer_channels) if me else None
        if addressed is None or me is None or not self._service.seen.add(message.id):
            return
        task = asyncio.create_task(self._process(message, addressed, me), name=f"message {message.id}")
        self._tasks[message.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(message.id, None))

    async def _fetch_channel(self, message: discord.Message) -> None:
        """Handle a message of a channel that discord.py does not know, such as a thread that was archived for long."""
        try:
            channel = await with_retries(lambda: self._client.fetch_channel(message.channel.id))
        except (discord.HTTPException, discord.InvalidData, *NETWORK_ERRORS) as error:
            log.info("channel unreadable channel=%d error=%s", message.channel.id, type(error).__name__)
            return
        if isinstance(channel, discord.abc.Messageable):
            message.channel = channel
            self.handle(message)

    def cancel(self, message_id: int) -> None:
        """Give up the answer to a message, since it was deleted."""
        task = self._tasks.get(message_id)
        if task:
            log.info("deleted id=%d", message_id)
            task.cancel()

    async def handle_missed(self, shard: int, since: discord.Object) -> None:
        """Handle the messages after a message's id in all channels of a shard, unless they were handled before.

        Discord does not repeat what a session that could not be resumed has missed.
        """
        channels: list[ReadableChannel] = []
        for guild in self._client.guilds:
            if guild.shard_id == shard:
                channels += [channel for channel in guild.text_channels if _has_newer(channel, since)]
                channels += [thread for thread in guild.threads if _has_newer(thread, since)]
        # Discord does not report whether a direct message was missed, so each channel is read, the latest first.
        channels += reversed(self._dms.values()) if shard == 0 else ()
        semaphore = asyncio.Semaphore(CHANNELS_AT_ONCE)

        async def read(channel: ReadableChannel) -> int:
            async with semaphore:
                return await self._handle_history(channel, since)

        messages = sum(await asyncio.gather(*map(read, channels)))
        log.info("read back shard=%d channels=%d messages=%d", shard, len(channels), messages)

    async def _handle_history(self, channel: ReadableChannel, since: discord.Object) -> int:
        """Handle the messages of a channel since then, oldest first, and return their number."""

        async def fetch() -> list[discord.Message]:
            return [m async for m in channel.history(limit=MAX_MISSED, after=since, oldest_first=True)]

        try:
            missed = await with_retries(fetch)
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("not read back channel=%d error=%s", channel.id, type(error).__name__)
            return 0
        if len(missed) == MAX_MISSED:
            log.warning("read back in part channel=%d messages=%d", channel.id, MAX_MISSED)
        for message in missed:
            self.handle(message)
        return len(missed)

    async def _process(self, message: discord.Message, addressed: AddressedMessage, me: discord.ClientUser) -> None:
        """Answer a message, or tell its author why not, if they certainly spoke to the bot."""
        group = message.guild.id if message.guild else message.author.id
        request = RequestInfo(addressed.way, message.id, message.channel.id, group, message.author.id)
        draft = _Draft(request, message)
        try:
            with self._service.queue.slot(request.user, group, charge=addressed.expects_answer):
                await self._answer(request, message, addressed, me, draft)
        except QuestionDeclined as error:
            self._service.decline(request, error)
            if addressed.expects_answer:
                await self._decline(message, error)
        except Exception as error:
            log_failure(log, request, error)
            if addressed.expects_answer or draft.begun:
                await self._reply(request, message, WENT_WRONG, draft)

    async def _answer(
        self,
        request: RequestInfo,
        message: discord.Message,
        addressed: AddressedMessage,
        me: discord.ClientUser,
        draft: "_Draft",
    ) -> None:
        if not addressed.text and message.reference is None:
            await self._reply(request, message, EMPTY, draft)
            return
        drafts = DraftUpdater(draft.show)

        async def ask() -> Response:
            question = await build_question(message, addressed, me, self._service.articles)
            return await self._service.ask(question, request, drafts)

        try:
            outcome = await typing_while(self._service.respond(request, ask()), message.channel)
            await drafts.stop()
            if not addressed.expects_answer and not draft.begun:
                if isinstance(outcome, str):
                    return
                if outcome.reply.abstained and is_among_people(addressed.text):
                    log.info("left alone %s", request)
                    return
            if not addressed.expects_answer and not isinstance(outcome, str):
                self._service.queue.charge(request.user)
            await self._reply(request, message, outcome, draft)
        except asyncio.CancelledError:  # the question was deleted
            await drafts.abandon()
            await draft.delete()
            raise

    async def _reply(
        self, request: RequestInfo, message: discord.Message, outcome: Response | str, draft: "_Draft"
    ) -> None:
        """Reply to a message, or finish the draft of a reply if one may have arrived.

        A repeated request sends nothing twice: discord.py sets `enforce_nonce` wherever a nonce is given, and then
        Discord returns the message that has arrived with this nonce before.
        """
        body = render_response(outcome, embeds=_can_embed(message))
        view = None
        if isinstance(outcome, Response):
            view = make_buttons(outcome.reply, thread=can_open_thread(message.channel))
        if view:
            body["view"] = view
        nonce = str(message.id)
        sent = draft.message
        try:
            if sent is None:
                try:
                    sent = await with_retries(lambda: message.reply(**body, mention_author=False, nonce=nonce))
                except discord.HTTPException as error:
                    if error.code != _NO_HISTORY:
                        raise
                    sent = await with_retries(lambda: message.channel.send(**body, nonce=nonce))
            if draft.begun:
                await with_retries(lambda: sent.edit(**body))
        except discord.Forbidden as error:
            log.warning("not allowed %s code=%d", request, error.code)
            channel, guild = getattr(message.channel, "name", "this channel"), message.guild
            if guild and request.way != "channel":
                await self._notify(message, "permission", NO_WRITE_PERMISSION.format(channel=channel, guild=guild.name))
        except discord.HTTPException as error:
            log.warning("not sent %s status=%d code=%d", request, error.status, error.code)
        except NETWORK_ERRORS as error:
            log.warning("not sent %s error=%s", request, type(error).__name__)

    async def _decline(self, message: discord.Message, error: QuestionDeclined) -> None:
        """Ask somebody to wait: by a reaction to each message, and by a private notice at most once a minute."""
        if not isinstance(error, ShuttingDown):
            await deliver("mark", lambda: message.add_reaction(WAIT))
        if await self._notify(message, type(error).__name__, str(error)):
            return
        with suppress(discord.HTTPException, *NETWORK_ERRORS):
            await message.reply(
                embed=render_notice(str(error)), mention_author=False, delete_after=NOTICE_LASTS, nonce=str(message.id)
            )

    async def _notify(self, message: discord.Message, kind: str, text: str) -> bool:
        """Write to the author of a message in private, unless they got a notice of the same kind a short time ago.

        Returns:
            False if the author does not accept direct messages, or cannot be reached.
        """
        user, now = message.author, monotonic()
        if now - self._notified.get((kind, user.id), -NOTICE_EVERY) < NOTICE_EVERY:
            return True
        _remember(self._notified, (kind, user.id), now)
        try:
            await with_retries(lambda: user.send(embed=render_notice(text), nonce=str(message.id)))
        except discord.HTTPException as error:
            return error.code != _CANNOT_DM
        except NETWORK_ERRORS:
            return False
        return True


class _Draft:
    """The reply to a message, while a chat model is still writing it.

    Attributes:
        begun: whether the reply may have arrived.
        message: the reply, None as long as Discord has not confirmed it.
    """

    def __init__(self, request: RequestInfo, question: discord.Message) -> None:
        self.message: discord.Message | None = None
        self.begun = False
        self._name = f"draft {request}"
        self._question = question

    async def show(self, response: Response) -> bool:
        """Send or edit the reply, and return whether that worked."""
        body = render_response(response, embeds=_can_embed(self._question), unfinished=True)
        sent, question, self.begun = self.message, self._question, True
        if sent is not None:
            return bool(await deliver(self._name, lambda: sent.edit(**body)))
        self.message = await deliver(
            self._name, lambda: question.reply(**body, mention_author=False, nonce=str(question.id))
        )
        return self.message is not None

    async def delete(self) -> None:
        """Delete the reply, since the question was deleted."""
        sent, question = self.message, self._question
        if sent is None and self.begun:
            # Discord returns the reply if it has arrived; only if not, this sends a message. It is no reply, since
            # Discord may refuse replies to a deleted message.
            sent = await deliver(self._name, lambda: question.channel.send("…", nonce=str(question.id), silent=True))
        if sent is not None:
            await deliver(self._name, sent.delete)


def _has_newer(channel: "discord.TextChannel | discord.Thread", since: discord.Object) -> bool:
    return (channel.last_message_id or 0) > since.id


def _remember(store: "OrderedDict[Any, Any]", key: object, value: object) -> None:
    """Store a value as the newest of a limited number."""
    store.pop(key, None)
    store[key] = value
    if len(store) > MAX_REMEMBERED:
        store.popitem(last=False)


def _can_embed(message: discord.Message) -> bool:
    return message.guild is None or message.channel.permissions_for(message.guild.me).embed_links
