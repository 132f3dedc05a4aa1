"""A fake Discord server for tests: an unmodified discord.py client connects to it over loopback sockets.

    async with DiscordServer(shards=2) as server:
        guild = server.guild("Readers")
        channel, ann = guild.channel("general"), server.user("Ann")
        # point the bot at server.api with server.token, then
        await server.online()
        question = await server.say(channel, ann, f"{server.bot.mention} What does she argue?")
        answer = await server.reply_to(question)
        asked = await server.slash(ann, channel, "ask", {"question": "Why?"})
        assert asked.acknowledged_after < 1 and "¶" in (await asked.wait()).text

discord.py needs two addresses: set `discord.http.Route.BASE` to `server.api`, and
`discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY`, which it uses after a session that cannot be resumed, to
`server.gateway_address`.

The other modules: world.py (users, guilds, channels, messages), gateway.py, rest.py (routes), http.py (requests and
faults), interactions.py, limits.py (validation), rules.py (constants and permissions).
"""

import asyncio
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.servers.discord.gateway import Drop, Gateway, Heartbeat
from tests.servers.discord.http import PREFIX, Fault, Request
from tests.servers.discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
    Interactions,
    attachments_of,
)
from tests.servers.discord.limits import Json, length
from tests.servers.discord.rest import Rest
from tests.servers.discord.rules import (
    DEFAULT,
    MEMBERS,
    MESSAGE_CONTENT,
    PRESENCES,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    REPLY,
    THREAD_CREATED,
    THREAD_STARTER,
    User,
    bits,
    pings,
)
from tests.servers.discord.world import Channel, Guild, Message, World

__all__ = ["Channel", "DiscordServer", "Fault", "Guild", "Heartbeat", "Interaction", "Message", "Request", "User"]

T = TypeVar("T")

CHAT_INPUT, MESSAGE_MENU = 1, 3
SUBCOMMAND, SUBGROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)
PYTHON_TYPES: dict[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float)}


class DiscordServer:
    """A Discord server with gateway and REST API; its methods also act as the users.

    Args:
        shards: The recommended number of shards.
        message_content: Whether the application was granted this privileged intent; likewise `members`, `presences`.
        heartbeat_interval: The seconds between the heartbeats that a client must send.
        identify_limit: How often clients may identify in total.
        identify_interval: The minimum seconds between two identifies (Discord: 5).
        message_rate: How many messages a channel accepts in how many seconds before a 429 (Discord: about 5 in 5).
    """

    def __init__(
        self,
        *,
        shards: int = 1,
        message_content: bool = True,
        members: bool = False,
        presences: bool = False,
        heartbeat_interval: float = 41.25,
        identify_limit: int = 1000,
        identify_interval: float = 0.0,
        message_rate: tuple[int, float] | None = None,
    ) -> None:
        self.token = f"{secrets.token_urlsafe(18)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(27)}"
        granted = MESSAGE_CONTENT * message_content | MEMBERS * members | PRESENCES * presences
        self.gateway = Gateway(
            self.token,
            granted=granted,
            heartbeat_interval=heartbeat_interval,
            identify_limit=identify_limit,
            changed=self._wake,
        )
        self.gateway.identify_interval = identify_interval
        self._waiting: set[asyncio.Event] = set()
        self.world = self.gateway.world = World(shards=shards, emit=self.gateway.emit)
        self.interactions = Interactions(self.world, self.until)
        self._rest = Rest(self.world, self.interactions, self.gateway, self._wake, message_rate)
        self._runner: web.AppRunner | None = None
        self.api = ""

    async def __aenter__(self) -> Self:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        self.api, self.gateway.address = f"http://{address}{PREFIX}", f"ws://{address}/ws"
        self._runner = web.AppRunner(self._rest.application(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.gateway.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    # The state of the server

    @property
    def gateway_address(self) -> str:
        return self.gateway.address

    @property
    def bot(self) -> User:
        """The bot's own user; its id is also the application's."""
        return self.world.bot

    @property
    def requests(self) -> list[Request]:
        """All REST requests, in order."""
        return self._rest.requests

    @property
    def heartbeats(self) -> list[Heartbeat]:
        return self.gateway.heartbeats

    @property
    def closes(self) -> list[int]:
        """The close codes of the gateway's connections, such as 1000 (closed by the client) and 1006 (aborted)."""
        return self.gateway.closes

    @property
    def commands(self) -> list[Json]:
        """The globally registered commands."""
        return self._rest.commands[None]

    def guild(self, name: str, *, shard: int = 0) -> Guild:
        """Create a guild that belongs to this shard and has the bot as a member."""
        return self.world.guild(name, shard=shard)

    def user(self, name: str, *, bot: bool = False, admin: bool = False, manage_guild: bool = False) -> User:
        """Create a user; `admin` and `manage_guild` apply to every guild."""
        return self.world.user(name, bot=bot, admin=admin, manage_guild=manage_guild)

    def dm(self, user: User) -> Channel:
        """Return the channel of direct messages between a user and the bot."""
        return self.world.dm(user)

    def messages(self, channel: Channel) -> list[Message]:
        """Return the messages in a channel, oldest first, without ephemeral ones."""
        return [channel.messages[one] for one in sorted(channel.messages)]

    def answers(self, channel: Channel) -> list[Message]:
        """Return the bot's messages in a channel, without “thinking” messages and thread starters."""
        by_bot = [one for one in self.messages(channel) if one.author is self.bot and not one.loading]
        return [one for one in by_bot if one.kind not in (THREAD_STARTER, THREAD_CREATED)]

    # Waiting

    async def until(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:
        """Wait until a condition is true, and return its value; it is checked at every change and every 50 ms."""
        deadline = time.monotonic() + timeout
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not (result := predicate()):
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise AssertionError(f"the condition did not become true within {timeout} s")
                timer = asyncio.get_running_loop().call_later(min(remaining, 0.05), event.set)
                await event.wait()
                timer.cancel()
                event.clear()
            return result
        finally:
            self._waiting.discard(event)

    async def online(self, timeout: float = 20.0) -> None:
        """Wait until every shard is connected."""
        await self.until(lambda: len(self.gateway.online()) >= self.world.shards, timeout)

    async def reply_to(self, message: Message, timeout: float = 10.0) -> Message:
        """Wait for the bot's first answer to a message: a reply, or a message in the thread opened from it."""

        def answers() -> list[Message]:
            replies = [one for one in message.replies if one.author is self.bot and one.kind == REPLY]
            return replies + (self.answers(message.thread) if message.thread else [])

        return (await self.until(answers, timeout))[0]

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()

    # Acting as a user

    async def say(
        self,
        channel: Channel,
        user: User,
        text: str,
        *,
        reply_to: Message | None = None,
        ping: bool = True,
        webhook: bool = False,
        kind: int | None = None,
        files: Iterable[str] = (),
        thread_start: bool = False,
    ) -> Message:
        """Send a message as a user; a reply mentions the author of `reply_to` unless `ping` is false.

        `webhook` sends it through a webhook with the user's name; `kind` makes it a system message (7: user join);
        `files` are names of attachments; `thread_start` gives it the id of its thread, as the first one of a forum post
        has.
        """
        if length(text) > 4000:
            raise ValueError("A message can have at most 4,000 characters.")
        author = User(self.world.new_id(), user.name, bot=True) if webhook else user
        replied = reply_to.author if reply_to and ping else None
        uploaded = [{"filename": name, "size": 3000, "content_type": "text/plain; charset=utf-8"} for name in files]
        message = Message(
            channel.id if thread_start else self.world.new_id(),
            channel,
            author,
            text,
            attachments=attachments_of({}, uploaded, self.world.new_id, []),
            kind=kind if kind is not None else REPLY if reply_to else DEFAULT,
            reference=reply_to,
            webhook=webhook,
            pinged=pings(text, None, replied),
        )
        return self.world.post(message)

    async def edit(self, message: Message, text: str) -> None:
        """Edit a user's message; it mentions then whom the new text mentions, but notifies nobody."""
        replied = message.reference.author if message.reference and message.kind == REPLY else None
        mentioned = pings(text, None, replied if replied in message.mentions else None).users
        message.mentions = [self.world.users[one] for one in sorted(mentioned) if one in self.world.users]
        self.world.edit(message, {"content": text})

    async def post(self, forum: Channel, user: User, title: str, text: str) -> Message:
        """Write a post in a forum: a thread with its first message."""
        thread = self.world.thread(forum, title, user, None, PUBLIC_THREAD)
        return await self.say(thread, user, text, thread_start=True)

    async def delete(self, message: Message) -> None:
        self.world.delete(message)

    async def thread(
        self, channel: Channel, user: User, name: str, *, start: Message | None = None, private: bool = False
    ) -> Channel:
        """Open a thread, from the message `start` if it is given; the bot sees private ones, as with Manage Threads."""
        return self.world.thread(channel, name, user, start, PRIVATE_THREAD if private else PUBLIC_THREAD)

    async def slash(self, user: User, channel: Channel, name: str, options: Json | None = None) -> Interaction:
        """Use a slash command ("ask" or "group sub"); raise LookupError if Discord would not offer or accept it."""
        return self.interactions.send(COMMAND, user, channel, self._slash(user, channel, name, options or {}, None))

    async def autocomplete(
        self, user: User, channel: Channel, name: str, option: str, partial: str, others: Json | None = None
    ) -> list[Json]:
        """Return the choices that the bot suggests for a partially typed option."""
        data = self._slash(user, channel, name, {**(others or {}), option: partial}, option)
        interaction = self.interactions.send(AUTOCOMPLETE, user, channel, data)
        await interaction.acknowledged()
        return interaction.choices or []

    async def menu(self, user: User, channel: Channel, name: str, message: Message) -> Interaction:
        """Use a message context menu; the target's content is sent regardless of the intents."""
        command = self._command(user, channel, name, MESSAGE_MENU)
        data = {**_command_fields(command), "target_id": str(message.id)}
        data["resolved"] = {"messages": {str(message.id): message.payload()}}
        return self.interactions.send(COMMAND, user, channel, data)

    async def press(self, user: User, message: Message, button: str, values: list[str] | None = None) -> Interaction:
        """Press a button, given by its custom id, label or emoji; or choose `values` of a select menu."""
        if message.deleted or message.only_for not in (None, user):
            raise LookupError(f"{user.name} cannot see this message")
        part = message.find_component(button)
        data: Json = {"custom_id": part["custom_id"], "component_type": part["type"]}
        if values is not None:
            data["values"] = values
        return self.interactions.send(COMPONENT, user, message.channel, data, message)

    async def submit(self, interaction: Interaction, values: dict[str, str]) -> Interaction:
        """Fill in the modal that an interaction opened, with values by custom id, and submit it."""
        form = interaction.modal
        assert form is not None, "no modal was opened"
        rows = []
        for row in form["components"]:
            inputs = [row["component"]] if "component" in row else row.get("components") or []
            filled = [
                {**_component_fields(one), "value": values.get(one["custom_id"], one.get("value") or "")}
                for one in inputs
            ]
            fields = {"type": row["type"], "id": row.get("id", 0)}
            rows.append({**fields, **({"component": filled[0]} if "component" in row else {"components": filled})})
        data = {"custom_id": form["custom_id"], "components": rows}
        return self.interactions.send(MODAL_SUBMIT, interaction.user, interaction.channel, data, interaction.source)

    def _slash(self, user: User, channel: Channel, name: str, options: Json, focused: str | None) -> Json:
        first, *rest = name.split()
        command = self._command(user, channel, first, CHAT_INPUT)
        resolved: Json = {}
        chosen = self._options(command, rest, options, focused, resolved)
        data = {**_command_fields(command), "options": chosen}
        return {**data, **({"resolved": resolved} if resolved else {})}

    def _command(self, user: User, channel: Channel, name: str, kind: int) -> Json:
        """Return the registered command that Discord offers this user in this channel."""
        guild = channel.guild
        guild_commands = self._rest.commands.get(guild.id, []) if guild else []
        command = next(
            (one for one in guild_commands + self.commands if (one["name"], one["type"]) == (name, kind)), None
        )
        if command is None:
            raise LookupError(f"no command {name!r} is registered")
        if command["contexts"] is not None and (0 if guild else 1) not in command["contexts"]:
            raise LookupError(f"{name!r} is not offered here")
        if guild is None and command.get("dm_permission") is False:
            raise LookupError(f"{name!r} is not offered in direct messages")
        needed = int(command["default_member_permissions"] or 0)
        if guild and not user.admin and channel.permissions(user) & needed != needed:
            raise LookupError(f"{user.name} may not use {name!r}")
        if guild and not channel.may(user, "use_application_commands"):
            raise LookupError("commands are not allowed in this channel")
        return command

    def _options(self, command: Json, path: list[str], given: Json, focused: str | None, resolved: Json) -> list[Json]:
        """Return the options as Discord sends them, after the checks of Discord's own client."""
        known = {option["name"]: option for option in command.get("options") or []}
        if path:
            inner = known[path[0]]
            within = self._options(inner, path[1:], given, focused, resolved)
            return [{"name": path[0], "type": inner["type"], "options": within}]
        missing = [name for name, option in known.items() if option.get("required") and name not in given]
        if missing and focused is None:
            raise LookupError(f"missing options: {', '.join(missing)}")
        return [self._option(known[name], value, name == focused, resolved) for name, value in given.items()]

    def _option(self, option: Json, value: Any, focused: bool, resolved: Json) -> Json:
        kind, sent = option["type"], {"name": option["name"], "type": option["type"]}
        if focused:
            if not option.get("autocomplete"):
                raise LookupError(f"{option['name']!r} has no autocompletion")
            return {**sent, "value": value, "focused": True}
        if isinstance(value, User):
            resolved.setdefault("users", {})[str(value.id)] = value.payload()
            return {**sent, "value": str(value.id)}
        if isinstance(value, Channel):
            shown = {**value.payload(), "permissions": str(bits("view_channel"))}
            resolved.setdefault("channels", {})[str(value.id)] = shown
            return {**sent, "value": str(value.id)}
        if not isinstance(value, PYTHON_TYPES[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
            raise LookupError(f"{option['name']!r} does not accept {value!r}")
        _check_value(option, value)
        return {**sent, "value": value}

    # Faults

    def fail(
        self,
        method: str,
        path: str,
        *,
        status: int = 500,
        times: float = 1,
        code: int = 0,
        retry_after: float = 0.1,
        via: bool = True,
        global_: bool = False,
        reset: bool = False,
        after: bool = False,
        delay: float = 0.0,
    ) -> Fault:
        """Make the next `times` requests with this method ("*": any) and path fail; the returned fault counts its hits.

        aiohttp itself repeats a GET, PUT or DELETE once if a reused connection was reset.

        Args:
            method: The HTTP method.
            path: A regular expression for the whole path below the API's address; "/ws" is the gateway.
            status: The status of the response; with 200 the request succeeds after the delay.
            times: The number of requests that fail.
            code: Discord's JSON error code.
            retry_after: The seconds in a 429 response.
            via: Whether a 429 comes from Discord instead of the proxy in front of it.
            global_: Whether a 429 is for the global rate limit.
            reset: Whether to reset the TCP connection instead of responding.
            after: Whether to execute the request before it fails.
            delay: The seconds before the response.
        """
        fault = Fault(method, path, status, times, code, retry_after, via, global_, reset, after, delay)
        self._rest.faults.append(fault)
        return fault

    async def drop(self, kind: Drop = "reconnect", *, shard: int | None = None, code: int = 4000) -> None:
        """End the gateway connections of all shards, or of one.

        "reconnect" sends op 7, after which the client should resume; "resumable" and "invalid" send op 9; "close" sends
        the close code `code`; "abort" aborts the TCP connection. Events are stored until the client resumes, except
        after "invalid".
        """
        self.gateway.drop(kind, shard=shard, code=code)
        await asyncio.sleep(0)

    def replay(self, count: int) -> None:
        """Make each resume repeat this many events that the client has already received, as Discord may do."""
        self.gateway.replay_count = count


def _command_fields(command: Json) -> Json:
    """Return the fields by which an interaction identifies its command."""
    return {key: command[key] for key in ("id", "name", "type", "guild_id") if key in command}


def _component_fields(part: Json) -> Json:
    return {key: part[key] for key in ("type", "custom_id", "id") if key in part}


def _check_value(option: Json, value: Any) -> None:
    """Check the limits and choices of an option, which Discord's own client enforces."""
    name, choices = option["name"], option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise LookupError(f"{value!r} is not a choice of {name!r}")
    size = length(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    most = option.get(high, 6000 if isinstance(value, str) else None)
    if (most is not None and size > most) or size < option.get(low, size):
        raise LookupError(f"{name!r} is out of bounds")
