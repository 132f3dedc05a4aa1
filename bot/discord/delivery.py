"""Sending: repeated where Discord or the network fails for a moment, quiet where a message can no longer be sent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import random
from typing import TypeVar

import aiohttp
import discord

log = logging.getLogger(__name__)

T = TypeVar("T")

TRIES = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
# discord.py repeats 500, 502, 504 and most 429; what it leaves to us is a 503, a 429 of the proxy in
# front of Discord, and a connection that broke.
NETWORK = (aiohttp.ClientError, TimeoutError, ConnectionError)
_PASSING = {429, 500, 502, 503, 504, 524}
UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED = 10062, 40060
TYPING_AFTER, TYPING_LASTS = 0.7, 8.0


async def persist(send: Callable[[], Awaitable[T]]) -> T:
    """What `send` returns, tried again with growing pauses; `send` must be harmless when it is repeated.

    Raises what it raised at last.
    """
    for n in range(TRIES - 1):
        try:
            return await send()
        except discord.HTTPException as error:
            if error.status not in _PASSING:
                raise
            pause = max(_pause(n), _retry_after(error))
        except (aiohttp.ClientConnectionError, TimeoutError, ConnectionError):
            pause = _pause(n)
        await asyncio.sleep(pause)
    return await send()


async def attempt(what: str, send: Callable[[], Awaitable[T]]) -> T | None:
    """Like `persist`; what cannot be sent ends in a log line: a deleted question, a lost permission, a lost network."""
    try:
        return await persist(send)
    except discord.HTTPException as error:
        log.warning("not sent %s status=%d code=%d", what, error.status, error.code)
    except NETWORK as error:
        log.warning("not sent %s error=%s", what, type(error).__name__)
    return None


async def acknowledge(interaction: discord.Interaction, *, private: bool) -> bool:
    """Tell Discord within its three seconds that an answer will follow; False if it no longer waits for one."""
    try:
        await persist(lambda: interaction.response.defer(ephemeral=private, thinking=True))
    except discord.InteractionResponded:
        return True
    except discord.HTTPException as error:
        if error.code == ALREADY_ACKNOWLEDGED:  # the first try arrived, though its reply did not
            return True
        log.warning("not acknowledged interaction=%d status=%d code=%d", interaction.id, error.status, error.code)
        return False
    except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
        log.warning("not acknowledged interaction=%d error=%s", interaction.id, type(error).__name__)
        return False
    return True


async def typing_while(work: Awaitable[T], channel: discord.abc.Messageable) -> T:
    """The result of `work`; while it takes longer than a moment, the channel shows that the bot is typing."""
    typing = asyncio.create_task(_type(channel))
    try:
        return await work
    finally:
        typing.cancel()


async def _type(channel: discord.abc.Messageable) -> None:
    """Show that an answer is being written; a channel that does not let us see to it waits without."""
    await asyncio.sleep(TYPING_AFTER)
    with suppress(discord.HTTPException, aiohttp.ClientError, TimeoutError, ConnectionError):
        while True:
            await channel.typing()
            await asyncio.sleep(TYPING_LASTS)


def _pause(n: int) -> float:
    return float(min(_FIRST_PAUSE * 2**n, _LONGEST_PAUSE) * (1 + random() / 4))  # noqa: S311


def _retry_after(error: discord.HTTPException) -> float:
    """The pause that the answer asks for in seconds, as far as it is bearable."""
    try:
        return min(float(error.response.headers.get("Retry-After", 0)), _LONGEST_PAUSE)
    except ValueError:
        return 0.0
