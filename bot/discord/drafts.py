"""An answer that grows while somebody looks on: its newest state, at most once a second."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.answering.types import Response

EVERY = 1.0

Show = Callable[[Response], Awaitable[bool]]


class DraftUpdater:
    """Shows what it is told as soon as it may; what is told meanwhile gives way to the newest.

    show: sends or edits a message; False where that cannot be done, and then it is not tried again.
    """

    def __init__(self, show: Show, every: float = EVERY) -> None:
        self._show = show
        self._every = every
        self._newest: Response | None = None
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def __call__(self, told: Response) -> None:
        """Show this, soon."""
        self._newest = told
        if not self._over.is_set() and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(), name="live")

    async def stop(self) -> None:
        """Show nothing more; returns once what is under way has arrived and the next edit may be made."""
        self._newest = None
        self._over.set()
        if self._task is not None:
            await self._task

    async def abandon(self) -> None:
        """Show nothing more, and wait for nothing but what is under way."""
        self._every = 0.0
        await self.stop()

    async def _run(self) -> None:
        while self._newest is not None:
            told, self._newest = self._newest, None
            shown = asyncio.get_running_loop().time()
            if not await self._show(told):
                self._over.set()
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._every)
            if self._over.is_set():
                await asyncio.sleep(shown + self._every - asyncio.get_running_loop().time())
