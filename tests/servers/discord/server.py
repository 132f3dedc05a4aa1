"""A fake Discord server for tests: an unmodified discord.py logs in, resumes and answers over loopback sockets.

    async with DiscordServer(shards=2) as server:
        guild = server.guild("Readers")
        channel, ann = guild.channel("general"), server.user("Ann")
        # point the bot at server.api with server.token, then
        await server.online()
        question = await server.say(channel, ann, f"{server.bot.mention} What does she argue?")
        answer = await server.reply_to(question)
        asked = await server.slash(ann, channel, "ask", {"question": "Why?"})
        assert asked.acknowledged_after < 1 and "¶" in (await asked.wait()).text

discord.py needs two addresses: `discord.http.Route.BASE` is `server.api`; after a session that cannot be resumed it
goes to `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY`, which is `server.gateway_address`.

The files beside this one: discord_world (what exists), discord_gateway, discord_rest (routes), discord_http (requests
and faults), discord_interactions, discord_limits (what is refused).
"""

import asyncio
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.servers.discord.gateway import Drop, Gateway, Heartbeat
from tests.servers.discord.http import PREFIX, Fault, Request
from tests.servers.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction, Interactions
from tests.servers.discord.limits import Json, length
from tests.servers.discord.rest import Rest
from tests.servers.discord.rules import (
    DEFAULT,
    MEMBERS,
    MESSAGE_CONTENT,
    PRESENCES,
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
    """The whole of it. Options: `shards` to recommend, which privileged intents the application was granted, how often
    a client must send heartbeats (seconds), how often it may identify in all, and at what interval (Discord: 5 s), and
    how many messages a channel takes in how many seconds before a 429 (Discord: about 5 in 5; None: any number)."""

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

    # What there is

    @property
    def gateway_address(self) -> str:
        return self.gateway.address

    @property
    def bot(self) -> User:
        """The bot's own user; its id is also the application's."""
        return self.world.bot

    @property
    def requests(self) -> list[Request]:
        """Every REST request, in order."""
        return self._rest.requests

    @property
    def heartbeats(self) -> list[Heartbeat]:
        return self.gateway.heartbeats

    @property
    def closes(self) -> list[int]:
        """How the gateway's connections ended, by close code: 1000 where the client left, 1006 where the line broke."""
        return self.gateway.closes

    @property
    def commands(self) -> list[Json]:
        """The commands that are registered globally."""
        return self._rest.commands[None]

    def guild(self, name: str, *, shard: int = 0) -> Guild:
        """A new guild, whose id belongs to this shard, with the bot in it."""
        return self.world.guild(name, shard=shard)

    def user(self, name: str, *, bot: bool = False, admin: bool = False, manage_guild: bool = False) -> User:
        """A new user; `admin` and `manage_guild` hold in every guild."""
        return self.world.user(name, bot=bot, admin=admin, manage_guild=manage_guild)

    def dm(self, user: User) -> Channel:
        """The direct messages between a user and the bot."""
        return self.world.dm(user)

    def messages(self, channel: Channel) -> list[Message]:
        """The messages in a channel, oldest first, without ephemeral ones."""
        return [channel.messages[one] for one in sorted(channel.messages)]

    def answers(self, channel: Channel) -> list[Message]:
        """The bot's messages in a channel, without “thinking” and thread starters."""
        mine = [one for one in self.messages(channel) if one.author is self.bot and not one.loading]
        return [one for one in mine if one.kind not in (THREAD_STARTER, THREAD_CREATED)]

    # Waiting

    async def until(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:
        """Wait until a condition is true, and return its value; checked at every change, and twenty times a second."""
        end = time.monotonic() + timeout
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not (result := predicate()):
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {timeout} s")
                alarm = asyncio.get_running_loop().call_later(min(left, 0.05), event.set)
                await event.wait()
                alarm.cancel()
                event.clear()
            return result
        finally:
            self._waiting.discard(event)

    async def online(self, timeout: float = 20.0) -> None:
        """Wait until every shard is connected."""
        await self.until(lambda: len(self.gateway.online()) >= self.world.shards, timeout)

    async def reply_to(self, message: Message, timeout: float = 10.0) -> Message:
        """Wait for the bot's first answer to a message: a reply, or a message in the thread opened from it."""

        def found() -> list[Message]:
            replies = [one for one in message.replies if one.author is self.bot and one.kind == REPLY]
            return replies + (self.answers(message.thread) if message.thread else [])

        return (await self.until(found, timeout))[0]

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()

    # Acting as a person

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
    ) -> Message:
        """Write a message; a reply mentions its target's author unless `ping` is false.

        `webhook` says it through one with the user's name; `kind` makes it a system message, such as 7, a user's join.
        """
        if length(text) > 4000:
            raise ValueError("nobody can write more than 4,000 characters")
        author = User(self.world.new_id(), user.name, bot=True) if webhook else user
        replied = reply_to.author if reply_to and ping else None
        message = Message(
            self.world.new_id(),
            channel,
            author,
            text,
            kind=kind if kind is not None else REPLY if reply_to else DEFAULT,
            reference=reply_to,
            webhook=webhook,
            pinged=pings(text, None, replied),
        )
        return self.world.post(message)

    async def edit(self, message: Message, text: str) -> None:
        """Change what a person wrote."""
        self.world.edit(message, {"content": text})

    async def delete(self, message: Message) -> None:
        self.world.delete(message)

    async def thread(self, channel: Channel, user: User, name: str, *, start: Message | None = None) -> Channel:
        """Open a public thread, from a message if one is given."""
        return self.world.thread(channel, name, user, start, PUBLIC_THREAD)

    async def slash(self, user: User, channel: Channel, name: str, options: Json | None = None) -> Interaction:
        """Use a slash command ("ask", or "group sub"); LookupError where Discord would not offer or accept it."""
        return self.interactions.send(COMMAND, user, channel, self._slash(user, channel, name, options or {}, None))

    async def autocomplete(
        self, user: User, channel: Channel, name: str, option: str, partial: str, others: Json | None = None
    ) -> list[Json]:
        """Return the choices that the bot suggests for an option typed so far."""
        data = self._slash(user, channel, name, {**(others or {}), option: partial}, option)
        interaction = self.interactions.send(AUTOCOMPLETE, user, channel, data)
        await interaction.acknowledged()
        return interaction.choices or []

    async def menu(self, user: User, channel: Channel, name: str, message: Message) -> Interaction:
        """Use a message menu; its target comes with its content, whatever the intents."""
        command = self._command(user, channel, name, MESSAGE_MENU)
        data = {**_named(command), "target_id": str(message.id)}
        data["resolved"] = {"messages": {str(message.id): message.payload()}}
        return self.interactions.send(COMMAND, user, channel, data)

    async def press(self, user: User, message: Message, what: str, values: list[str] | None = None) -> Interaction:
        """Press a button, by custom id, label or emoji; or choose `values` of a menu."""
        if message.deleted or message.only_for not in (None, user):
            raise LookupError("they cannot see this message")
        part = message.find_part(what)
        data: Json = {"custom_id": part["custom_id"], "component_type": part["type"]}
        if values is not None:
            data["values"] = values
        return self.interactions.send(COMPONENT, user, message.channel, data, message)

    async def submit(self, interaction: Interaction, values: dict[str, str]) -> Interaction:
        """Fill in the form that an interaction opened, by custom id, and send it."""
        form = interaction.modal
        assert form is not None, "no form was opened"
        rows = []
        for row in form["components"]:
            inputs = [row["component"]] if "component" in row else row.get("components") or []
            filled = [{**_typed(one), "value": values.get(one["custom_id"], one.get("value") or "")} for one in inputs]
            about = {"type": row["type"], "id": row.get("id", 0)}
            rows.append({**about, **({"component": filled[0]} if "component" in row else {"components": filled})})
        data = {"custom_id": form["custom_id"], "components": rows}
        return self.interactions.send(MODAL_SUBMIT, interaction.user, interaction.channel, data, interaction.source)

    def _slash(self, user: User, channel: Channel, name: str, options: Json, focused: str | None) -> Json:
        first, *rest = name.split()
        command = self._command(user, channel, first, CHAT_INPUT)
        resolved: Json = {}
        chosen = self._options(command, rest, options, focused, resolved)
        data = {**_named(command), "options": chosen}
        return {**data, **({"resolved": resolved} if resolved else {})}

    def _command(self, user: User, channel: Channel, name: str, kind: int) -> Json:
        """A registered command that this person is offered here."""
        guild = channel.guild
        known = self._rest.commands.get(guild.id, []) if guild else []
        command = next((one for one in known + self.commands if (one["name"], one["type"]) == (name, kind)), None)
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
            raise LookupError("no commands here")
        return command

    def _options(self, at: Json, path: list[str], given: Json, focused: str | None, resolved: Json) -> list[Json]:
        """The options as Discord sends them, after the checks that its client makes."""
        known = {option["name"]: option for option in at.get("options") or []}
        if path:
            inner = known[path[0]]
            within = self._options(inner, path[1:], given, focused, resolved)
            return [{"name": path[0], "type": inner["type"], "options": within}]
        missing = [name for name, option in known.items() if option.get("required") and name not in given]
        if missing and focused is None:
            raise LookupError(f"missing: {', '.join(missing)}")
        return [self._option(known[name], value, name == focused, resolved) for name, value in given.items()]

    def _option(self, option: Json, value: Any, focused: bool, resolved: Json) -> Json:
        kind, sent = option["type"], {"name": option["name"], "type": option["type"]}
        if focused:
            if not option.get("autocomplete"):
                raise LookupError(f"{option['name']!r} suggests nothing")
            return {**sent, "value": value, "focused": True}
        if isinstance(value, User):
            resolved.setdefault("users", {})[str(value.id)] = value.payload()
            return {**sent, "value": str(value.id)}
        if isinstance(value, Channel):
            shown = {**value.payload(), "permissions": str(bits("view_channel"))}
            resolved.setdefault("channels", {})[str(value.id)] = shown
            return {**sent, "value": str(value.id)}
        if not isinstance(value, PYTHON_TYPES[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
            raise LookupError(f"{option['name']!r} takes no {value!r}")
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
        """Let the next `times` requests of this method ("*": any) and path fail; the returned fault counts its hits.

        `path` is a regular expression for the whole path below the API's address ("/ws" is the gateway's). A 429 with
        `via` is Discord's, without it the proxy's. `reset` resets the TCP connection; `after` carries the request out
        before it fails. `delay` comes first; with status 200 it is all there is. aiohttp by itself repeats a GET, PUT
        or DELETE once where a kept connection was reset.
        """
        fault = Fault(method, path, status, times, code, retry_after, via, global_, reset, after, delay)
        self._rest.faults.append(fault)
        return fault

    async def drop(self, kind: Drop = "reconnect", *, shard: int | None = None, code: int = 4000) -> None:
        """End the gateway connections of all shards, or of one.

        "reconnect": op 7, the client should resume; "resumable" and "invalid": op 9; "close": this close code; "abort":
        the TCP connection breaks. What is sent before the client resumes waits for it, except after "invalid".
        """
        self.gateway.drop(kind, shard=shard, code=code)
        await asyncio.sleep(0)

    def replay(self, count: int) -> None:
        """Let each resume repeat this many events that the client already received, as Discord may do."""
        self.gateway.replay_again = count


def _named(command: Json) -> Json:
    """How an interaction names its command; one of a single guild comes with that guild's id."""
    return {key: command[key] for key in ("id", "name", "type", "guild_id") if key in command}


def _typed(part: Json) -> Json:
    return {key: part[key] for key in ("type", "custom_id", "id") if key in part}


def _check_value(option: Json, value: Any) -> None:
    """The bounds and choices of an option, which Discord's own client enforces."""
    name, choices = option["name"], option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise LookupError(f"{value!r} is no choice of {name!r}")
    size = length(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    most = option.get(high, 6000 if isinstance(value, str) else None)
    if (most is not None and size > most) or size < option.get(low, size):
        raise LookupError(f"{name!r} is out of bounds")
