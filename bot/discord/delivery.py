"""Requests to Discord: retried after temporary failures, logged where they fail for good."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import aiohttp
import discord
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

log = logging.getLogger(__name__)

T = TypeVar("T")

TRIES = 5
# In seconds.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
NETWORK_ERRORS = (aiohttp.ClientError, TimeoutError, ConnectionError)
# discord.py repeats most of these itself, but neither a 503 nor a 429 from the proxy in front of Discord, nor a request
# whose connection broke.
_TEMPORARY = {429, 500, 502, 503, 504, 524}
_TOO_MANY_REQUESTS = 429
_ALREADY_ACKNOWLEDGED = 40060
# Seconds until the typing indicator appears, and between two requests for it (Discord shows it for ten seconds).
_TYPING_AFTER, _TYPING_EVERY = 0.7, 8.0


async def with_retries(send: Callable[[], Awaitable[T]], *, idempotent: bool = True) -> T:
    """Return the result of `send`, called again after temporary failures with growing, randomised pauses.

    Args:
        send: makes the request; it is called at most TRIES times.
        idempotent: whether a repetition of a request that Discord has carried out is harmless. If not, `send` is
            only repeated where Discord cannot have received the request, or has refused it (429).

    Raises:
        Exception: whatever the last call of `send` raised.
    """

    async def call() -> T:  # tenacity awaits coroutine functions only, and `send` may be a lambda
        return await send()

    retrying = AsyncRetrying(
        stop=stop_after_attempt(TRIES),
        wait=_pause,
        retry=retry_if_exception(_is_temporary if idempotent else _was_not_received),
        reraise=True,
    )
    return await retrying(call)


async def deliver(what: object, send: Callable[[], Awaitable[T]], *, idempotent: bool = True) -> T | None:
    """Like `with_retries`, but log a request that fails for good, and return None.

    It may fail because the question was deleted, a permission was revoked, or the network is down.

    Args:
        what: what is sent, as the log describes it: a word, or where the request for it came from.
        send: makes the request.
        idempotent: whether a repetition is harmless, as for `with_retries`.
    """
    try:
        return await with_retries(send, idempotent=idempotent)
    except discord.HTTPException as error:
        log.warning("not sent %s status=%d code=%d", what, error.status, error.code)
    except NETWORK_ERRORS as error:
        log.warning("not sent %s error=%s", what, type(error).__name__)
    return None


async def acknowledge(interaction: discord.Interaction, *, private: bool) -> bool:
    """Tell Discord, within the three seconds that it allows, that a response will follow.

    Returns:
        Whether Discord still waits for the response.
    """
    try:
        await with_retries(lambda: interaction.response.defer(ephemeral=private, thinking=True))
    except discord.InteractionResponded:
        return True
    except discord.HTTPException as error:
        if error.code == _ALREADY_ACKNOWLEDGED:  # an earlier try arrived, although its response did not
            return True
        log.warning("not acknowledged interaction=%d status=%d code=%d", interaction.id, error.status, error.code)
        return False
    except NETWORK_ERRORS as error:
        log.warning("not acknowledged interaction=%d error=%s", interaction.id, type(error).__name__)
        return False
    return True


async def typing_while(work: Awaitable[T], channel: discord.abc.Messageable) -> T:
    """Return the result of `work`; if it takes long, show meanwhile that the bot is typing."""
    typing = asyncio.create_task(_show_typing(channel))
    try:
        return await work
    finally:
        typing.cancel()


async def _show_typing(channel: discord.abc.Messageable) -> None:
    """Show the typing indicator until this is cancelled or fails; an answer does not depend on it."""
    await asyncio.sleep(_TYPING_AFTER)
    with suppress(discord.HTTPException, *NETWORK_ERRORS):
        while True:
            await channel.typing()
            await asyncio.sleep(_TYPING_EVERY)


def _is_temporary(error: BaseException) -> bool:
    if isinstance(error, discord.HTTPException):
        return error.status in _TEMPORARY
    return isinstance(error, (aiohttp.ClientConnectionError, TimeoutError, ConnectionError))


def _was_not_received(error: BaseException) -> bool:
    """Whether Discord has certainly not carried out a request."""
    if isinstance(error, discord.HTTPException):
        return error.status == _TOO_MANY_REQUESTS
    return isinstance(error, aiohttp.ClientConnectorError)


def _pause(state: RetryCallState) -> float:
    """Seconds until the next try: what Discord asks for, or longer after each failure."""
    pause = wait_exponential_jitter(initial=FIRST_PAUSE, max=LONGEST_PAUSE, jitter=FIRST_PAUSE / 2)(state)
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, discord.HTTPException):
        with suppress(ValueError):
            pause = max(pause, min(float(error.response.headers.get("Retry-After", 0)), LONGEST_PAUSE))
    return pause
