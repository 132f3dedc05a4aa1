"""The health report, written every few seconds for `byline health`: event loop delay, and a canary question."""

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

# Seconds between two measurements of the delay, two reports, and two canary questions.
TICK, WRITE_EVERY, CANARY_EVERY = 1.0, 5.0, 30.0
# At the end, a report that is being written is waited for, so many seconds at most.
_LAST_WRITE = 2.0
# The report holds the worst delay of so many measurements.
_MEASUREMENTS = 60


class Connection(Protocol):
    """A client that knows how long it has been without a connection."""

    @property
    def offline(self) -> float:
        """Seconds without a connection, 0.0 while connected."""


async def report_health(client: Connection, service: AnswerService, path: Path) -> None:
    """Write health reports to a file until this is cancelled, then remove the file; raises nothing else."""
    monitor = _Monitor(client, service)
    canary = asyncio.create_task(monitor.ask_canary(), name="canary")
    written, ready = 0.0, False
    writing: asyncio.Task[None] | None = None
    loop = asyncio.get_running_loop()
    try:
        while True:
            # A disk that hangs does not stop the loop; the file only becomes older.
            if (writing is None or writing.done()) and (loop.time() - written >= WRITE_EVERY or not written):
                written = loop.time()
                writing = asyncio.create_task(_write(path, monitor.report()), name="health-file")
            ready = ready or (service.queue.ready.is_set() and not client.offline)
            notify("READY=1\nWATCHDOG=1" if ready else "WATCHDOG=1")
            before = loop.time()
            await asyncio.sleep(TICK)
            monitor.lags.append(loop.time() - before - TICK)
    finally:
        canary.cancel()
        notify("STOPPING=1")
        if writing is not None:  # its thread would create the file again
            await asyncio.wait({writing}, timeout=_LAST_WRITE)
        with suppress(OSError):
            path.unlink(missing_ok=True)


class _Monitor:
    """Measures what a report contains."""

    def __init__(self, client: Connection, service: AnswerService) -> None:
        self.lags: deque[float] = deque([0.0], maxlen=_MEASUREMENTS)
        self._client = client
        self._service = service
        self._started = time.time()
        self._canary = ""
        self._count = 0
        self._answered = time.monotonic()

    async def ask_canary(self) -> None:
        """Ask the canary question every CANARY_EVERY seconds."""
        await self._service.queue.ready.wait()
        self._answered = time.monotonic()
        while True:
            error = await self._service.canary()
            if error is not None:
                self._canary = error
                self._answered = self._answered if error else time.monotonic()
            await asyncio.sleep(CANARY_EVERY)

    def report(self) -> HealthReport:
        service = self._service
        if service.metrics.answered != self._count:
            self._count, self._answered = service.metrics.answered, time.monotonic()
        return HealthReport(
            at=time.time(),
            started=self._started,
            pid=os.getpid(),
            loaded=service.queue.ready.is_set() and service.generation is not None,
            offline=round(self._client.offline, 1),
            lag=round(max(self.lags), 3),
            unanswered=round(time.monotonic() - self._answered, 1),
            canary=self._canary,
            waiting=service.queue.pending,
            hung=service.queue.hung,
            generation=service.generation,
            trouble=service.index_error,
        )


async def _write(path: Path, report: HealthReport) -> None:
    try:
        await asyncio.to_thread(write_report, path, report)
    except OSError as error:
        log.warning("health not written error=%s", error.strerror)
