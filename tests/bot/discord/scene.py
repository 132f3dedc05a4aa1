"""Our bot, as `byline run` assembles it, logged in to the fake Discord server in this process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from index.generation import read_articles
from index.publishing.folder import FolderPublisher

from bot.answering.answerer import Answerer
from bot.discord.gateway import run_bot
from bot.discord.queue import AnswerQueue, RateLimiter
from bot.discord.service import AnswerService
from bot.state import State

from tests.servers.discord.server import Channel, DiscordServer, Guild, Message, User

if TYPE_CHECKING:
    from bot.answering.chat.reader import ChatReader

# A question that the shipped article answers; the request that sends a message.
WHY = "Why does Russia back Maduro?"
POST = ("POST", r"/channels/\d+/messages")


class Scene:
    """The server with a guild, a channel and two people; `service` is the bot's."""

    def __init__(self, server: DiscordServer, make: Callable[[], AnswerService], health: Path | None = None) -> None:
        self.server = server
        self._make = make
        self._health = health
        self.stop = asyncio.Event()
        self.guild: Guild = server.guild("Readers")
        self.channel: Channel = self.guild.channel("general")
        self.ann: User = server.user("Ann")
        self.bob: User = server.user("Bob", admin=True, manage_guild=True)
        self.running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Log the bot in, and wait until it can answer."""
        self.service = self._make()
        self.stop.clear()
        self.running = asyncio.create_task(
            run_bot(
                self.service,
                self.server.token,
                api=self.server.api,
                stop=self.stop,
                ready_timeout=0.1,
                health=self._health,
            )
        )
        online = asyncio.create_task(self.server.online())
        await asyncio.wait({self.running, online}, return_when=asyncio.FIRST_COMPLETED)
        if self.running.done():
            online.cancel()
            self.running.result()
        await self.server.until(lambda: self.service.state.get_note("commands"))

    async def restart(self) -> None:
        """Stop the bot, and start another that remembers nothing but its files."""
        await self.finish()
        await self.start()

    async def finish(self) -> None:
        """Stop the bot as SIGTERM does, and raise what it raised."""
        self.stop.set()
        if self.running is not None:
            running, self.running = self.running, None
            await asyncio.wait_for(running, 15)

    async def ask(self, text: str, **options: Any) -> Message:
        """Mention the bot as Ann, without waiting for the answer."""
        return await self.server.say(self.channel, self.ann, f"{self.server.bot.mention} {text}", **options)

    async def settled(self) -> None:
        """Wait until what was asked before has been answered: a later question is."""
        await self.mention("What does he say about China's investment?", user=self.bob)

    async def mention(self, text: str, *, user: User | None = None, channel: Channel | None = None) -> Message:
        """Mention the bot as a user, and return its answer."""
        asked = await self.server.say(channel or self.channel, user or self.ann, f"{self.server.bot.mention} {text}")
        return await self.server.reply_to(asked)


def service_of(index: Path, state: Path, load: Callable[[], Answerer], **options: Any) -> AnswerService:
    """A service over an index on disk; `load` makes what answers, `chat` what reads with a chat model."""
    publisher = FolderPublisher(index)
    kept = State(state)
    chat: Callable[[State], ChatReader] | None = options.pop("chat", None)
    limits = {"per_minute": 6000, "capacity": 500, "time_limit": 60.0} | options
    rate_limiter = RateLimiter(limits.pop("per_minute"))
    return AnswerService(
        AnswerQueue(load, rate_limiter=rate_limiter, prepare=Answerer.prefetch, **limits),
        kept,
        articles={article.id: article for article in read_articles(publisher)},
        entries={entry.id: entry for entry in publisher.manifest().articles},
        read_manifest=publisher.manifest,
        model="all-MiniLM-L6-v2",
        reader=chat(kept) if chat else None,
    )


@contextlib.asynccontextmanager
async def bot_at(
    index: Path,
    state: Path,
    load: Callable[[], Answerer],
    *,
    service: dict[str, Any] | None = None,
    health: Path | None = None,
    **server: Any,
) -> AsyncIterator[Scene]:
    """The bot, logged in; `service`: its limits, `health`: the file it reports to, `server`: the server's options."""
    async with DiscordServer(**server) as discord:
        scene = Scene(discord, lambda: service_of(index, state, load, **(service or {})), health)
        try:
            await scene.start()
            yield scene
        finally:
            await scene.finish()


def bot_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the options that the marks `bot` of a test give its bot; the nearest mark comes first."""
    options: dict[str, Any] = {}
    for mark in request.node.iter_markers("bot"):
        options = dict(mark.kwargs) | options
    return options
