"""Messages: heard, answered once, given up when they are deleted, read back when the gateway lost them."""

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from time import monotonic
from typing import Any

import discord

from bot.answering.types import Response
from bot.discord.buttons import buttons, can_open_thread
from bot.discord.conversation import AddressedMessage, addressed, is_among_people, question_of
from bot.discord.delivery import NETWORK, attempt, persist, typing_while
from bot.discord.drafts import DraftUpdater
from bot.discord.queue import QuestionDeclined, ShuttingDown
from bot.discord.rendering import replies
from bot.discord.rendering.markup import escape
from bot.discord.service import WENT_WRONG, AnswerService, RequestInfo
from bot.logs import log_failure

log = logging.getLogger(__name__)

WAIT, NOTICE_EVERY, NOTICE_LASTS = "⏳", 60.0, 20.0
READ_BACK, AT_ONCE, KNOWN_PEOPLE = 1000, 5, 1000
EMPTY = (
    "Ask me something about what I have read, such as: what is the main argument? Beside a mention in a reply, I "
    "answer about the message that you reply to."
)
NOT_ALLOWED = (
    "I may not write in #{channel} of {guild}. Somebody who manages that channel can allow it: Edit Channel → "
    "Permissions → my role → View Channel, Send Messages (in threads: Send Messages in Threads), Embed Links, "
    "Read Message History."
)
Room = discord.DMChannel | discord.TextChannel | discord.Thread

_NO_HISTORY, _CANNOT_DM = 160002, 50007


class MessageHandler:
    """Answers the messages of one client."""

    def __init__(self, client: discord.Client, desk: AnswerService) -> None:
        self._client = client
        self._desk = desk
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._told: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._completing: set[asyncio.Task[None]] = set()
        self._dms: OrderedDict[int, discord.DMChannel] = OrderedDict()

    def hear(self, message: discord.Message) -> None:
        """Answer a message if it is for the bot and was not handled before."""
        if isinstance(message.channel, discord.PartialMessageable):
            task = asyncio.create_task(self._complete(message))
            self._completing.add(task)
            task.add_done_callback(self._completing.discard)
            return
        if isinstance(message.channel, discord.DMChannel):
            _keep(self._dms, message.channel.id, message.channel)
        me = self._client.user
        heard = addressed(message, me, self._desk.channels) if me else None
        if heard is None or me is None or not self._desk.recent.first(message.id):
            return
        task = asyncio.create_task(self._take(message, heard, me), name=f"message {message.id}")
        self._tasks[message.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(message.id, None))

    async def _complete(self, message: discord.Message) -> None:
        """Hear a message of a channel that discord.py does not know, such as a thread that was archived for long."""
        try:
            channel = await persist(lambda: self._client.fetch_channel(message.channel.id))
        except (discord.HTTPException, discord.InvalidData, *NETWORK) as error:
            log.info("channel unreadable channel=%d error=%s", message.channel.id, type(error).__name__)
            return
        if isinstance(channel, discord.abc.Messageable):
            message.channel = channel
            self.hear(message)

    def forget(self, number: int) -> None:
        """Give up the answer to a message that was deleted."""
        task = self._tasks.get(number)
        if task:
            log.info("deleted id=%d", number)
            task.cancel()

    async def read_back(self, shard: int, since: discord.Object) -> None:
        """Hear what was said since a message's id in the channels of a shard, as far as it was not heard then.

        Discord does not repeat what a session that could not be resumed has missed.
        """
        guilds = [guild for guild in self._client.guilds if guild.shard_id == shard]
        channels: list[Room] = []
        for guild in guilds:
            channels += [channel for channel in guild.text_channels if _newer(channel, since)]
            channels += [thread for thread in guild.threads if _newer(thread, since)]
        # Nobody says whether a direct message was missed, so each is asked for, the latest correspondents first.
        channels += reversed(self._dms.values()) if shard == 0 else ()
        several = asyncio.Semaphore(AT_ONCE)

        async def read(channel: Room) -> int:
            async with several:
                return await self._missed(channel, since)

        heard = sum(await asyncio.gather(*map(read, channels)))
        log.info("read back shard=%d channels=%d messages=%d", shard, len(channels), heard)

    async def _missed(self, channel: "Room", since: discord.Object) -> int:
        """Hear what a channel holds since then, oldest first; how many messages that was."""

        async def fetch() -> list[discord.Message]:
            return [m async for m in channel.history(limit=READ_BACK, after=since, oldest_first=True)]

        try:
            missed = await persist(fetch)
        except (discord.HTTPException, *NETWORK) as error:
            log.warning("not read back channel=%d error=%s", channel.id, type(error).__name__)
            return 0
        if len(missed) == READ_BACK:
            log.warning("read back in part channel=%d messages=%d", channel.id, READ_BACK)
        for message in missed:
            self.hear(message)
        return len(missed)

    async def _take(self, message: discord.Message, heard: AddressedMessage, me: discord.ClientUser) -> None:
        desk = self._desk
        group = message.guild.id if message.guild else message.author.id
        event = RequestInfo(heard.way, message.id, message.channel.id, group, message.author.id)
        try:
            with desk.answers.place(event.user, group, charge=heard.insists):
                await self._answer(event, message, heard, me)
        except QuestionDeclined as error:
            desk.figures.declined += 1
            log.info("declined %s reason=%s", event, type(error).__name__)
            if heard.insists:
                await self._decline(message, error)
        except Exception as error:
            log_failure(log, event, error)
            if heard.insists:
                await self._send(event, message, replies.notice(WENT_WRONG), escape(WENT_WRONG), None)

    async def _answer(
        self, event: RequestInfo, message: discord.Message, heard: AddressedMessage, me: discord.ClientUser
    ) -> None:
        draft: discord.Message | None = None

        async def show(told: Response) -> bool:
            nonlocal draft
            body: dict[str, Any] = (
                {"embed": replies.draft(told)} if _may_embed(message) else {"content": replies.as_content(told)}
            )
            begun = draft
            if begun is not None:
                return bool(await attempt(f"draft {event}", lambda: begun.edit(**body)))
            draft = await attempt(
                f"draft {event}", lambda: message.reply(**body, mention_author=False, nonce=str(message.id))
            )
            return draft is not None

        async def work() -> Response:
            question = await question_of(message, heard, me, self._desk.articles)
            return await self._desk.ask(question, event.group, event.user, live)

        if not heard.text and message.reference is None:
            await self._send(event, message, replies.notice(EMPTY), escape(EMPTY), None)
            return
        live = DraftUpdater(show)
        try:
            told = await typing_while(self._desk.settle(event, work), message.channel)
            await live.stop()
        except asyncio.CancelledError:  # the question was deleted
            await live.abandon()
            if draft is not None:
                await attempt(f"withdraw {event}", draft.delete)
            raise
        if isinstance(told, str):
            if heard.insists or draft is not None:
                await self._send(event, message, replies.notice(told), escape(told), None, draft)
        elif draft is None and not heard.insists and told.reply.abstained and is_among_people(heard.text):
            log.info("left alone %s", event)
        else:
            if not heard.insists:
                self._desk.answers.charge(event.user)
            view = buttons(told.reply, thread=can_open_thread(message.channel))
            await self._send(event, message, replies.answer(told), replies.as_content(told), view, draft)

    async def _send(
        self,
        event: RequestInfo,
        message: discord.Message,
        embed: discord.Embed,
        content: str,
        view: discord.ui.View | None,
        draft: discord.Message | None = None,
    ) -> None:
        """Reply to a message; with the nonce, Discord itself drops a repeat of what arrived already.

        draft: the reply that was begun, which is finished instead.
        """
        body: dict[str, Any] = {"embed": embed} if _may_embed(message) else {"content": content}
        if view:
            body["view"] = view
        nonce = str(message.id)
        try:
            if draft is not None:
                await persist(lambda: draft.edit(**body))
                return
            try:
                await persist(lambda: message.reply(**body, mention_author=False, nonce=nonce))
            except discord.HTTPException as error:
                if error.code != _NO_HISTORY:
                    raise
                await persist(lambda: message.channel.send(**body, nonce=nonce))
        except discord.Forbidden as error:
            log.warning("not allowed %s code=%d", event, error.code)
            where, guild = getattr(message.channel, "name", "this channel"), message.guild
            if guild and event.way != "channel":
                await self._tell(message.author, NOT_ALLOWED.format(channel=where, guild=guild.name))
        except discord.HTTPException as error:
            log.warning("not sent %s status=%d code=%d", event, error.status, error.code)
        except NETWORK as error:
            log.warning("not sent %s error=%s", event, type(error).__name__)

    async def _decline(self, message: discord.Message, error: QuestionDeclined) -> None:
        """Tell somebody to wait: a mark on each message, and the reason in private, once in a while."""
        if not isinstance(error, ShuttingDown):
            await attempt("mark", lambda: message.add_reaction(WAIT))
        if not await self._tell(message.author, str(error)):
            return
        with suppress(discord.HTTPException, *NETWORK):
            await message.reply(
                embed=replies.notice(str(error)), mention_author=False, delete_after=NOTICE_LASTS, nonce=str(message.id)
            )

    async def _tell(self, user: discord.User | discord.Member, text: str) -> bool:
        """Write to somebody in private unless they were told the same lately; whether they refuse such messages."""
        now = monotonic()
        kind = (text[:20], user.id)
        if now - self._told.get(kind, -NOTICE_EVERY) < NOTICE_EVERY:
            return False
        _keep(self._told, kind, now)
        try:
            await persist(lambda: user.send(embed=replies.notice(text)))
        except discord.HTTPException as error:
            return error.code == _CANNOT_DM
        except NETWORK:
            return True
        return False


def _newer(channel: "discord.TextChannel | discord.Thread", since: discord.Object) -> bool:
    return (channel.last_message_id or 0) > since.id


def _keep(store: "OrderedDict[Any, Any]", key: object, value: object) -> None:
    """Remember something as the newest of a bounded number."""
    store.pop(key, None)
    store[key] = value
    if len(store) > KNOWN_PEOPLE:
        store.popitem(last=False)


def _may_embed(message: discord.Message) -> bool:
    return message.guild is None or message.channel.permissions_for(message.guild.me).embed_links
