"""The bot's pulse: how late its event loop is, whether a canary question is answered; for `byline health`."""

import asyncio
import logging
import os
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from bot.discord.service import AnswerService
from bot.health import HealthReport, notify, write_report

log = logging.getLogger(__name__)

TICK, WRITE_EVERY, CANARY_EVERY = 1.0, 5.0, 30.0
# What is being written when the bot ends is waited for, so many seconds at most.
_LAST = 2.0
# How long the worst delay is remembered, in ticks.
_MINUTE = 60


class Connected(Protocol):
    """What tells how long a client has been without a connection, in seconds."""

    @property
    def offline(self) -> float: ...


async def beat(client: Connected, desk: AnswerService, path: Path) -> None:
    """Write the pulse until this is cancelled, and take it away then; never raises anything else."""
    pulse = _Beat(client, desk)
    canary = asyncio.create_task(pulse.ask(), name="canary")
    written, ready = 0.0, False
    writing: asyncio.Task[None] | None = None
    loop = asyncio.get_running_loop()
    try:
        while True:
            # A disk that hangs is no reason to fall silent: only the file grows old then.
            if (writing is None or writing.done()) and (loop.time() - written >= WRITE_EVERY or not written):
                written = loop.time()
                writing = asyncio.create_task(_write(path, pulse.now()), name="pulse-file")
            ready = ready or (desk.answers.ready.is_set() and not client.offline)
            notify("READY=1\nWATCHDOG=1" if ready else "WATCHDOG=1")
            before = loop.time()
            await asyncio.sleep(TICK)
            pulse.lags.append(loop.time() - before - TICK)
    finally:
        canary.cancel()
        notify("STOPPING=1")
        if writing is not None:  # its thread would put the file back
            await asyncio.wait({writing}, timeout=_LAST)
        with suppress(OSError):
            path.unlink(missing_ok=True)


class _Beat:
    def __init__(self, client: Connected, desk: AnswerService) -> None:
        self.lags: deque[float] = deque([0.0], maxlen=_MINUTE)
        self._client = client
        self._desk = desk
        self._started = time.time()
        self._canary = ""
        self._count = 0
        self._answered = time.monotonic()

    async def ask(self) -> None:
        """Ask the canary question every so often."""
        await self._desk.answers.ready.wait()
        self._answered = time.monotonic()
        while True:
            kind = await self._desk.canary()
            if kind is not None:
                self._canary = kind
                self._answered = self._answered if kind else time.monotonic()
            await asyncio.sleep(CANARY_EVERY)

    def now(self) -> HealthReport:
        desk = self._desk
        if desk.figures.answered != self._count:
            self._count, self._answered = desk.figures.answered, time.monotonic()
        return HealthReport(
            at=time.time(),
            started=self._started,
            pid=os.getpid(),
            loaded=desk.answers.ready.is_set() and desk.generation is not None,
            offline=round(self._client.offline, 1),
            lag=round(max(self.lags), 3),
            unanswered=round(time.monotonic() - self._answered, 1),
            canary=self._canary,
            waiting=desk.answers.waiting,
            hung=desk.answers.hung,
            generation=desk.generation,
            trouble=desk.trouble,
        )


async def _write(path: Path, pulse: HealthReport) -> None:
    try:
        await asyncio.to_thread(write_report, path, pulse)
    except OSError as error:
        log.warning("health not written error=%s", error.strerror)
