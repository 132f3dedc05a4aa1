"""The connection to Discord: login, events, shutdown."""

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
from bot.discord.delivery import NETWORK_ERRORS
from bot.discord.health_report import report_health
from bot.discord.interactions import ServiceClient
from bot.discord.messages.handler import MessageHandler
from bot.discord.service import AnswerService
from bot.logs import log_failure
from bot.settings import Shards

log = logging.getLogger(__name__)

T = TypeVar("T")

# A connection may have been dead for about a heartbeat before that is noticed.
LOOK_BACK = timedelta(seconds=90)
# Seconds that answers in progress have at shutdown.
GRACE = 10.0
_WRONG_TOKEN = 4004
PORTAL = "Discord Developer Portal → your application → Bot"


class LoginRefused(BylineError):
    """Discord refuses the login until a setting is changed; another try does not help."""

    exit_status = 3


class _StoppedEarly(Exception):
    """The bot was stopped while it was logging in."""


class BylineClient(ServiceClient):
    """Receives messages and interactions, and passes them on."""

    def __init__(
        self, service: AnswerService, *, message_content: bool, ready_timeout: float = 2.0, shards: Shards | None = None
    ) -> None:
        """Create a client.

        Args:
            service: answers the questions.
            message_content: whether to request the privileged intent of this name.
            ready_timeout: seconds to wait for each guild after login.
            shards: the shards of this process; None for all, as many as Discord recommends.
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
        service.sees_content = message_content
        self.service = service
        self.message_handler = MessageHandler(self, service)
        self.tree: app_commands.CommandTree[ServiceClient] = app_commands.CommandTree(self)
        self._lost_since: dict[int, discord.Object] = {}
        self._connected: set[int] = set()
        self._offline_since: float | None = monotonic()
        self._registering: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Add commands and buttons before the first connection."""
        commands.add_commands(self.tree)
        self.add_dynamic_items(*buttons.BUTTONS)
        self._registering = asyncio.create_task(self._register(), name="register")

    async def close(self) -> None:
        """Give up the registration of commands, which could only fail on a closed connection, and close."""
        if self._registering:
            self._registering.cancel()
            await asyncio.gather(self._registering, return_exceptions=True)
        await super().close()

    async def on_message(self, message: discord.Message) -> None:
        """Answer a message if it is for the bot."""
        self.message_handler.handle(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Answer a message again if it was edited, or hear it if it is for the bot now."""
        self.message_handler.handle_edit(event.message, event.cached_message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Give up the answer to a message that was deleted."""
        self.message_handler.cancel(event.message_id)

    @property
    def offline(self) -> float:
        """Seconds for which a shard has been without a connection; 0.0 while all are connected."""
        return 0.0 if self._offline_since is None else monotonic() - self._offline_since

    def _mark_connected(self, shard: int) -> None:
        self._connected.add(shard)
        if len(self._connected) >= (len(self.shard_ids or ()) or self.shard_count or 1):
            self._offline_since = None

    async def on_shard_connect(self, shard: int) -> None:
        """Note that a shard is connected."""
        self._mark_connected(shard)

    async def on_shard_disconnect(self, shard: int) -> None:
        """Note when a shard lost its connection."""
        self._connected.discard(shard)
        self._offline_since = self._offline_since or monotonic()
        since = discord.utils.utcnow() - LOOK_BACK
        self._lost_since.setdefault(shard, discord.Object(discord.utils.time_snowflake(since)))
        log.info("disconnected shard=%d", shard)

    async def on_shard_resumed(self, shard: int) -> None:
        """Note that a shard is connected again and has missed nothing."""
        self._mark_connected(shard)
        self._lost_since.pop(shard, None)
        log.info("resumed shard=%d", shard)

    async def on_shard_ready(self, shard: int) -> None:
        """Read the messages that a session that could not be resumed has missed."""
        log.info("ready shard=%d of=%d guilds=%d", shard, self.shard_count or 1, len(self.guilds))
        # Discord.py reports this some time after a login, when the connection may be lost again already.
        since = self._lost_since.pop(shard, None) if shard in self._connected else None
        if since:
            await self.message_handler.handle_missed(shard, since)

    async def on_error(self, event: str, /, *_: object, **__: object) -> None:
        """Log an error in a handler of events."""
        error = sys.exc_info()[1]
        if error:
            log_failure(log, f"event={event}", error)

    async def _register(self) -> None:
        """Register the commands with Discord, if they have changed since they were registered last."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps([self.application_id, payload], sort_keys=True).encode()).hexdigest()
        try:
            if await asyncio.to_thread(self.service.state.get_note, "commands") == digest:
                return
            await self.tree.sync()
            await asyncio.to_thread(self.service.state.save_note, "commands", digest)
            log.info("commands registered=%d", len(payload))
        except (discord.HTTPException, app_commands.AppCommandError, BylineError, *NETWORK_ERRORS) as error:
            log.warning("commands not registered error=%s", type(error).__name__)


async def run_bot(
    service: AnswerService,
    token: str,
    *,
    api: str | None = None,
    message_content: str = "auto",
    stop: asyncio.Event | None = None,
    ready_timeout: float = 2.0,
    health: Path | None = None,
    shards: Shards | None = None,
) -> None:
    """Run the bot until SIGINT, SIGTERM or SIGHUP, or until `stop` is set; then finish the answers in progress.

    Args:
        service: answers the questions.
        token: the bot's token.
        api: the base address of the API, if it is not Discord's own.
        message_content: "on", "off" or "auto" (as the application is set up).
        stop: set by the caller to stop the bot.
        ready_timeout: seconds to wait for each guild after login.
        health: the file for health reports, None for no reports.
        shards: the shards of this process, None for all.

    Raises:
        LoginRefused: Discord refuses the login until a setting is changed.
        BylineError: Discord cannot be reached, or the models or the index cannot be loaded.
    """
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot does not use voice
    if api:
        Route.BASE = api.rstrip("/")
    stop = stop or asyncio.Event()
    _stop_on_signals(stop)
    stopped = asyncio.create_task(stop.wait(), name="stop")
    try:
        granted = await _until_stopped(stopped, _check_login(token, own_api=api is not None))
        if message_content == "on" and not granted:
            raise _no_content_intent()
        use_content = granted and message_content != "off"
        client = BylineClient(service, message_content=use_content, ready_timeout=ready_timeout, shards=shards)
        async with client:
            await _until_stopped(stopped, _translate_errors(client.login(token)))
            await _run_until_stopped(client, stopped, health)
    except _StoppedEarly:
        pass
    finally:
        stopped.cancel()
    log.info("stopped")


async def _run_until_stopped(client: "BylineClient", stopped: "asyncio.Task[Any]", health: Path | None) -> None:
    """Answer until the bot is stopped or fails; then deliver what waits, or decline it."""
    service = client.service
    tasks = {
        asyncio.create_task(_translate_errors(client.connect()), name="gateway"),
        asyncio.create_task(service.follow_index(), name="follow-index"),
        service.queue.start(),
    }
    if health is not None:
        tasks.add(asyncio.create_task(report_health(client, service, health), name="health"))
    try:
        ended, _ = await asyncio.wait({*tasks, stopped}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping pending=%d", service.queue.pending)
        await service.queue.drain(GRACE if stopped in ended else GRACE / 5)
        for task in ended - {stopped}:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_stopped(stopped: "asyncio.Task[Any]", work: Coroutine[Any, Any, T]) -> T:
    """Return the result of `work`; if the bot is stopped before, cancel it and raise _StoppedEarly."""
    task = asyncio.create_task(work)
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    raise _StoppedEarly


async def _check_login(token: str, *, own_api: bool) -> bool:
    """Check the token, and return whether the application may read message content.

    A client's intents are fixed when it is made, so a first client logs in to read what the application is granted.

    Args:
        token: the bot's token.
        own_api: whether the API is not Discord's; then the gateway for new sessions is not Discord's either.

    Raises:
        LoginRefused: Discord does not accept the token.
    """
    probe = discord.Client(intents=discord.Intents(guilds=True))
    async with probe:
        await _translate_errors(probe.login(token))
        if own_api:
            await _use_own_gateway(probe)
        flags = probe.application.flags if probe.application else discord.ApplicationFlags()
        return flags.gateway_message_content or flags.gateway_message_content_limited


async def _use_own_gateway(client: discord.Client) -> None:
    """Make discord.py open new sessions at the gateway that the API names, instead of Discord's."""
    _, gateway, _ = await client.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


async def _translate_errors(work: Coroutine[Any, Any, None]) -> None:
    """Await a call of discord.py's; its errors become BylineErrors, which say what to do."""
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
        "The bot does not have permission to read message content yet.",
        f"Switch on Message Content Intent at {PORTAL} → Privileged Gateway Intents, or set MESSAGE_CONTENT=off.",
    )


def _stop_on_signals(stop: asyncio.Event) -> None:
    if os.name == "nt":  # Windows event loops have no signal handlers; Ctrl-C ends the process there
        return
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:  # as nohup sets it
            continue
        with suppress(ValueError, RuntimeError):  # not in the main thread, which alone receives signals
            loop.add_signal_handler(getattr(signal, name), stop.set)
