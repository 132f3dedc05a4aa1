"""The gateway: logging in, hearing events, closing down."""

import asyncio
import hashlib
import json
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from index.errors import BylineError

from bot.discord import buttons, commands
from bot.discord.delivery import NETWORK
from bot.discord.heartbeat import beat
from bot.discord.interactions import Host, Interaction, event_of, say
from bot.discord.messages import MessageHandler
from bot.discord.service import WENT_WRONG, AnswerService
from bot.logs import log_failure
from bot.settings import Shards

log = logging.getLogger(__name__)

T = TypeVar("T")

# A connection can be dead for about a heartbeat before anybody notices.
LOOK_BACK = timedelta(seconds=90)
GRACE = 10.0
_WRONG_TOKEN, _TOO_MANY_SHARDS = 4004, 4011
PORTAL = "Discord Developer Portal → your application → Bot"


class LoginRefused(BylineError):
    """Discord will not let the bot in until somebody changes something; trying again does not help."""

    exit_status = 3


class BylineClient(Host):
    """Hears messages and interactions, and hands them on."""

    def __init__(
        self, desk: AnswerService, *, message_content: bool, ready_timeout: float = 2.0, shards: Shards | None = None
    ) -> None:
        """message_content: whether the privileged intent is asked for. ready_timeout: seconds to wait for guilds.

        shards: None for as many as Discord recommends, all of them here.
        """
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = message_content
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            guild_ready_timeout=ready_timeout,
            shard_ids=list(shards.ids) if shards else None,  # type: ignore[arg-type]  # None is its default
            shard_count=shards.total if shards else None,
        )
        desk.sees_content = message_content
        self.desk = desk
        self.listener = MessageHandler(self, desk)
        self.tree: app_commands.CommandTree[Host] = app_commands.CommandTree(self)
        self._lost: dict[int, discord.Object] = {}
        self._connected: set[int] = set()
        self._offline: float | None = monotonic()
        self._registering: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        commands.add_to(self.tree)
        self.tree.error(self._command_failed)
        self.add_dynamic_items(*buttons.ALL)
        self._registering = asyncio.create_task(self._register(), name="register")

    async def on_message(self, message: discord.Message) -> None:
        self.listener.hear(message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.listener.forget(event.message_id)

    @property
    def offline(self) -> float:
        """For how many seconds a connection has been missing; 0.0 while there are all."""
        return 0.0 if self._offline is None else monotonic() - self._offline

    def _is_connected(self, shard: int) -> None:
        self._connected.add(shard)
        if len(self._connected) >= (len(self.shard_ids or ()) or self.shard_count or 1):
            self._offline = None

    async def on_shard_connect(self, shard: int) -> None:
        self._is_connected(shard)

    async def on_shard_disconnect(self, shard: int) -> None:
        self._connected.discard(shard)
        self._offline = self._offline or monotonic()
        since = discord.utils.utcnow() - LOOK_BACK
        self._lost.setdefault(shard, discord.Object(discord.utils.time_snowflake(since)))
        log.info("disconnected shard=%d", shard)

    async def on_shard_resumed(self, shard: int) -> None:
        self._is_connected(shard)
        self._lost.pop(shard, None)
        log.info("resumed shard=%d", shard)

    async def on_shard_ready(self, shard: int) -> None:
        log.info("ready shard=%d of=%d guilds=%d", shard, self.shard_count or 1, len(self.guilds))
        # This comes some time after a login, when the connection may be lost again already.
        since = self._lost.pop(shard, None) if shard in self._connected else None
        if since:
            await self.listener.read_back(shard, since)

    async def on_error(self, event: str, /, *_: object, **__: object) -> None:
        error = sys.exc_info()[1]
        if error:
            log_failure(log, f"event={event}", error)

    async def _register(self) -> None:
        """Tell Discord of the commands, if they are not what it was told last."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps([self.application_id, payload], sort_keys=True).encode()).hexdigest()
        try:
            if await asyncio.to_thread(self.desk.state.note, "commands") == digest:
                return
            await self.tree.sync()
            await asyncio.to_thread(self.desk.state.keep, "commands", digest)
            log.info("commands registered=%d", len(payload))
        except (discord.HTTPException, app_commands.AppCommandError, BylineError, *NETWORK) as error:
            log.warning("commands not registered error=%s", type(error).__name__)

    async def _command_failed(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        log_failure(log, event_of(interaction, "command"), getattr(error, "original", error))
        await say(interaction, WENT_WRONG)


async def serve(
    desk: AnswerService,
    token: str,
    *,
    api: str | None = None,
    message_content: str = "auto",
    stop: asyncio.Event | None = None,
    ready_timeout: float = 2.0,
    health: Path | None = None,
    shards: Shards | None = None,
) -> None:
    """Run the bot until SIGINT or SIGTERM, or until `stop` is set; then finish what is under way and return.

    api: the base address of the API, if it is not Discord's own. message_content: "on", "off" or
    "auto" (as the application is set up). health: the file for its pulse. shards: those to serve, None for all.
    Raises LoginRefused or BylineError.
    """
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
    if api:
        Route.BASE = api.rstrip("/")
    stop = stop or asyncio.Event()
    _stop_on_signals(stop)
    stopped = asyncio.create_task(stop.wait(), name="stop")
    try:
        granted = await _unless(stopped, _login_check(token, elsewhere=api is not None))
        if granted is None:
            return
        if message_content == "on" and not granted:
            raise _no_content_intent()
        reads = granted and message_content != "off"
        client = BylineClient(desk, message_content=reads, ready_timeout=ready_timeout, shards=shards)
        async with client:
            if await _unless(stopped, _logged_in(client, token)):
                await _work(client, stopped, health)
    finally:
        stopped.cancel()
    log.info("stopped")


async def _work(client: "BylineClient", stopped: "asyncio.Task[Any]", health: Path | None) -> None:
    """Answer until somebody stops the bot or it cannot go on; whoever waits then is answered or told so."""
    desk = client.desk
    work = {
        asyncio.create_task(_translated(client.connect()), name="gateway"),
        asyncio.create_task(desk.follow(), name="follow"),
        desk.answers.start(),
    }
    if health is not None:
        work.add(asyncio.create_task(beat(client, desk, health), name="pulse"))
    try:
        ended, _ = await asyncio.wait({*work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping waiting=%d", desk.answers.waiting)
        await desk.answers.drain(GRACE if stopped in ended else GRACE / 5)
        for task in ended - {stopped}:
            task.result()
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


async def _unless(stopped: "asyncio.Task[Any]", work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` returns, or None if the bot is stopped before."""
    task = asyncio.create_task(work)
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return None


async def _logged_in(client: discord.Client, token: str) -> bool:
    await _translated(client.login(token))
    return True


async def _login_check(token: str, *, elsewhere: bool) -> bool:
    """Whether the application may read message content; raises LoginRefused for a token that Discord does not take.

    elsewhere: the API is not Discord's own, so neither is the gateway that a new session goes to.
    """
    probe = discord.Client(intents=discord.Intents(guilds=True))
    async with probe:
        await _translated(probe.login(token))
        if elsewhere:
            _, gateway, _ = await probe.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        flags = probe.application.flags if probe.application else discord.ApplicationFlags()
        return flags.gateway_message_content or flags.gateway_message_content_limited


async def _translated(work: Coroutine[Any, Any, None]) -> None:
    """Await something of discord.py's; its errors become ours, each a sentence that says what to do."""
    try:
        await work
    except discord.LoginFailure:
        raise _wrong_token() from None
    except discord.PrivilegedIntentsRequired:
        raise _no_content_intent() from None
    except discord.ConnectionClosed as error:
        if error.code == _WRONG_TOKEN:
            raise _wrong_token() from None
        raise LoginRefused(
            f"Discord closed the connection for good (code {error.code}).",
            "discord.com/developers/docs/topics/opcodes-and-status-codes says what the code means.",
        ) from None
    except discord.GatewayNotFound:
        raise BylineError("Discord's gateway cannot be reached.", "Check the network and try again.") from None
    except discord.HTTPException as error:
        raise BylineError(
            f"Discord refused the login (HTTP {error.status}).", "Wait a few minutes and start again."
        ) from None
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise BylineError(
            f"Discord cannot be reached ({type(error).__name__}).", "Check the network, and DISCORD_API if it is set."
        ) from None


def _wrong_token() -> LoginRefused:
    return LoginRefused("Discord does not accept the token.", f"Put the one from {PORTAL} → Reset Token into .env.")


def _no_content_intent() -> LoginRefused:
    return LoginRefused(
        "The bot may not read message content yet.",
        f"Switch on Message Content Intent at {PORTAL} → Privileged Gateway Intents, or set MESSAGE_CONTENT=off.",
    )


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if os.name == "nt":  # Windows has no signal handlers in a loop; Ctrl-C ends the run there
            continue
        if signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:  # as nohup wants it
            continue
        with suppress(ValueError, RuntimeError):  # not in the main thread, where signals do not arrive anyway
            loop.add_signal_handler(getattr(signal, name), stop.set)
