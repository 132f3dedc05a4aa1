"""Messages: answered once, again when edited, given up when deleted, read from history when the gateway lost them."""

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import discord

from bot.answering.types import Response
from bot.discord.conversation import NOT_READ, AddressedMessage, build_question, is_among_people, parse_message
from bot.discord.delivery import NETWORK_ERRORS, deliver, typing_while, with_retries
from bot.discord.drafts import DraftUpdater
from bot.discord.messages.reply import ReplyMessage
from bot.discord.queue import QuestionDeclined, ShuttingDown
from bot.discord.rendering.embeds import render_notice
from bot.discord.service import WENT_WRONG, AnswerService, RequestInfo
from bot.logs import log_failure

log = logging.getLogger(__name__)

# The reaction to a question that is declined; how often a user gets the same notice in private, and how long a notice
# in a channel stays, in seconds.
WAIT, NOTICE_EVERY, NOTICE_LASTS = "⏳", 60.0, 20.0
# After a lost session: so many messages are read of each channel, from so many channels at once.
MAX_MISSED, CHANNELS_AT_ONCE = 1000, 5
# How many questions, direct message channels and notices are remembered; the latest ones.
MAX_REMEMBERED = 1000
# A message that was not for the bot is heard if it is edited to be for it within this time.
EDITS_HEARD = timedelta(minutes=1)
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

_CANNOT_DM = 50007


@dataclass(slots=True, eq=False)
class _Asked:
    """A message that was for the bot.

    Attributes:
        addressed: what it says, as far as it is answered or being answered; None if it was declined.
        edited_at: when it was edited last, by Discord's clock.
        reply: the reply to it.
        deleted: whether it was deleted.
        answering: held while it is being answered.
    """

    addressed: AddressedMessage | None = None
    edited_at: datetime | None = None
    reply: ReplyMessage = field(default_factory=ReplyMessage)
    deleted: bool = False
    answering: asyncio.Lock = field(default_factory=asyncio.Lock)


class MessageHandler:
    """Answers the messages that a client receives."""

    def __init__(self, client: discord.Client, service: AnswerService) -> None:
        self._client = client
        self._service = service
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._asked: OrderedDict[int, _Asked] = OrderedDict()
        self._notified: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._fetching: set[asyncio.Task[None]] = set()
        self._dms: OrderedDict[int, discord.DMChannel] = OrderedDict()

    def handle(self, message: discord.Message) -> None:
        """Answer a message if it is for the bot and was not handled before, or was edited since."""
        if isinstance(message.channel, discord.PartialMessageable):
            task = asyncio.create_task(self._fetch_channel(message))
            self._fetching.add(task)
            task.add_done_callback(self._fetching.discard)
            return
        if isinstance(message.channel, discord.DMChannel):
            _remember(self._dms, message.channel.id, message.channel)
        me = self._client.user
        addressed = parse_message(message, me, self._service.answer_channels) if me else None
        if addressed is None or me is None:
            return
        if self._service.seen.add(message.id):
            self._start(message, addressed, me, _Asked())
        elif message.id in self._asked:
            self._answer_again(message, addressed, me, self._asked[message.id])

    def handle_edit(self, message: discord.Message, before: discord.Message | None) -> None:
        """Answer a message again that was edited, or for the first time if it was not for the bot before.

        Args:
            message: the message as it is now.
            before: the message as it was, if discord.py remembers it.
        """
        # Discord also changes messages that nobody edited, such as by the preview of a link.
        if message.edited_at is None or isinstance(message.channel, discord.PartialMessageable):
            return
        me = self._client.user
        addressed = parse_message(message, me, self._service.answer_channels) if me else None
        if addressed is None or me is None:
            return
        if message.id in self._asked:
            self._answer_again(message, addressed, me, self._asked[message.id])
        elif before is None:
            if abs(discord.utils.utcnow() - message.edited_at) < EDITS_HEARD:
                self._service.seen.add(message.id)
                self._start(message, addressed, me, _Asked(), earlier_run=True)
        elif message.content != before.content and _is_edited_soon(message):
            self._service.seen.add(message.id)
            self._start(message, addressed, me, _Asked())

    def _answer_again(
        self, message: discord.Message, addressed: AddressedMessage, me: discord.ClientUser, asked: _Asked
    ) -> None:
        """Answer a message again unless it says what it said before; an older edit does not replace a newer one."""
        edited = message.edited_at
        if edited is None or addressed == asked.addressed or (asked.edited_at and edited <= asked.edited_at):
            return
        task = self._tasks.get(message.id)
        if task and not asked.reply.sending:
            task.cancel()
        log.info("edited id=%d", message.id)
        self._start(message, addressed, me, asked)

    def _start(
        self,
        message: discord.Message,
        addressed: AddressedMessage,
        me: discord.ClientUser,
        asked: _Asked,
        *,
        earlier_run: bool = False,
    ) -> None:
        asked.addressed, asked.edited_at = addressed, message.edited_at
        _remember(self._asked, message.id, asked)
        answer = self._process(message, addressed, me, asked, earlier_run=earlier_run)
        task = self._tasks[message.id] = asyncio.create_task(answer, name=f"message {message.id}")

        def forget(_: object) -> None:
            if self._tasks.get(message.id) is task:
                del self._tasks[message.id]

        task.add_done_callback(forget)

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
        asked, task = self._asked.pop(message_id, None), self._tasks.get(message_id)
        if asked:
            asked.deleted = True
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

    async def _process(
        self,
        message: discord.Message,
        addressed: AddressedMessage,
        me: discord.ClientUser,
        asked: _Asked,
        *,
        earlier_run: bool,
    ) -> None:
        """Answer a message, or tell its author why not, if they certainly spoke to the bot."""
        group = message.guild.id if message.guild else message.author.id
        request = RequestInfo(addressed.way, message.id, message.channel.id, group, message.author.id)
        async with asked.answering:
            try:
                if earlier_run and not await asked.reply.find(message, me) and not _is_edited_soon(message):
                    self._asked.pop(message.id, None)
                    return
                with self._service.queue.slot(request.user, group, charge=addressed.expects_answer):
                    await self._answer(request, message, addressed, me, asked)
            except QuestionDeclined as error:
                asked.addressed = None
                self._service.decline(request, error)
                if addressed.expects_answer:
                    await self._decline(message, error)
            except Exception as error:
                log_failure(log, request, error)
                if addressed.expects_answer or asked.reply.begun:
                    await self._reply(request, message, WENT_WRONG, asked.reply)

    async def _answer(
        self,
        request: RequestInfo,
        message: discord.Message,
        addressed: AddressedMessage,
        me: discord.ClientUser,
        asked: _Asked,
    ) -> None:
        reply = asked.reply
        if not addressed.text and message.reference is None:
            await self._reply(request, message, NOT_READ if addressed.has_attachments else EMPTY, reply)
            return
        name, remark = f"draft {request}", NOT_READ if addressed.has_attachments else ""
        drafts = DraftUpdater(lambda draft: reply.show_draft(message, draft, name))

        async def ask() -> Response:
            nonlocal remark
            question, unread = await build_question(message, addressed, me, self._service.articles)
            remark = NOT_READ if unread else remark
            return await self._service.ask(question, request, drafts)

        try:
            outcome = await typing_while(self._service.respond(request, ask()), message.channel)
            await drafts.stop()
            if not addressed.expects_answer and not reply.begun:
                if isinstance(outcome, str):
                    return
                if outcome.reply.abstained and is_among_people(addressed.text):
                    log.info("left alone %s", request)
                    return
            if not addressed.expects_answer and not isinstance(outcome, str):
                self._service.queue.charge(request.user)
            await self._reply(request, message, outcome, reply, remark)
        except asyncio.CancelledError:  # the question was deleted or edited
            await drafts.abandon()
            if asked.deleted:
                await reply.delete_draft(message, name)
            raise

    async def _reply(
        self,
        request: RequestInfo,
        message: discord.Message,
        outcome: Response | str,
        reply: ReplyMessage,
        remark: str = "",
    ) -> None:
        """Show an answer in the reply to a message; if that fails for good, log it."""
        try:
            await reply.show(message, outcome, remark)
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


def _is_edited_soon(message: discord.Message) -> bool:
    """Whether the last edit of a message followed soon after it was sent."""
    return message.edited_at is not None and message.edited_at - message.created_at <= EDITS_HEARD


def _has_newer(channel: "discord.TextChannel | discord.Thread", since: discord.Object) -> bool:
    return (channel.last_message_id or 0) > since.id


def _remember(store: "OrderedDict[Any, Any]", key: object, value: object) -> None:
    """Store a value as the newest of a limited number."""
    store.pop(key, None)
    store[key] = value
    if len(store) > MAX_REMEMBERED:
        store.popitem(last=False)
