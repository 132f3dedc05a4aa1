"""An unmodified discord.py client that is logged in to the fake Discord server, for the tests of that server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from tests.servers.discord.server import Channel, DiscordServer, Guild, Message, User

Reply = Callable[[discord.Message], Awaitable[object]]


class Client(discord.AutoShardedClient):
    """A client with a command tree that records received messages and answers with functions set by the test."""

    def __init__(self, *, intents: discord.Intents | None = None) -> None:
        super().__init__(intents=intents or discord.Intents(guilds=True, messages=True, message_content=True))
        self.tree = app_commands.CommandTree(self)
        self.received: list[discord.Message] = []
        self.resumed = 0
        self.answer: Reply | None = None
        self.pressed: Callable[[discord.Interaction], Awaitable[object]] | None = None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait five seconds between shards."""

    async def on_message(self, message: discord.Message) -> None:
        self.received.append(message)
        if self.answer is not None and not message.author.bot:
            await self.answer(message)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if self.pressed is not None and interaction.type is not discord.InteractionType.application_command:
            await self.pressed(interaction)

    async def on_resumed(self) -> None:
        self.resumed += 1

    @property
    def texts(self) -> list[str]:
        return [message.content for message in self.received]


class Scene:
    """A server with a guild, a channel and a user, and a client to log in."""

    def __init__(self, server: DiscordServer, client: Client) -> None:
        self.server = server
        self.client = client
        self.guild: Guild = server.guild("Readers")
        self.channel: Channel = self.guild.channel("general")
        self.ann: User = server.user("Ann")

    async def start(self) -> None:
        self.running = asyncio.create_task(self.client.start(self.server.token))
        await self.server.online()

    async def say(self, text: str) -> Message:
        return await self.server.say(self.channel, self.ann, text)

    async def send(self, **content: Any) -> Message:
        """Send a message to the channel with the client, and return it as the server stored it."""
        channel = self.client.get_partial_messageable(self.channel.id)
        sent = await channel.send(**content)
        return self.channel.messages[sent.id]

    async def send_refused(self, **content: Any) -> discord.HTTPException:
        """Send a message that the server must refuse, and return the client's error."""
        with pytest.raises(discord.HTTPException) as caught:
            await self.send(**content)
        return caught.value

    async def register(self, *commands: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu) -> None:
        for command in commands:
            self.client.tree.add_command(command)
        await self.client.tree.sync()


@contextlib.asynccontextmanager
async def logged_in(client: Client | None = None, **options: Any) -> AsyncIterator[Scene]:
    client = client or Client()
    async with DiscordServer(**options) as server:
        use_server(server)
        scene = Scene(server, client)
        try:
            async with client:
                await scene.start()
                yield scene
        finally:
            await asyncio.gather(scene.running, return_exceptions=True)


def use_server(server: DiscordServer) -> None:
    Route.BASE = server.api
    DiscordWebSocket.DEFAULT_GATEWAY = URL(server.gateway_address)
