"""An answer shown while a chat model is still writing it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.answering.types import Response
from bot.logs import log_failure

log = logging.getLogger(__name__)

# Seconds between two edits of a draft.
INTERVAL = 1.0

ShowDraft = Callable[[Response], Awaitable[bool]]


class DraftUpdater:
    """Shows the newest draft of an answer, at most once an interval; drafts in between are skipped."""

    def __init__(self, show: ShowDraft, interval: float = INTERVAL) -> None:
        """Create an updater.

        Args:
            show: sends or edits a message, and returns whether that worked; after a failure, or an exception, which is
                logged, it is not called again.
            interval: seconds between two calls of `show`.
        """
        self._show = show
        self._interval = interval
        self._newest: Response | None = None
        self._stopped = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def __call__(self, draft: Response) -> None:
        """Show a draft as soon as the interval allows, unless a newer one replaces it before."""
        self._newest = draft
        if not self._stopped.is_set() and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run(), name="drafts")

    async def stop(self) -> None:
        """Show no more drafts; return once the current one is sent and the interval after it has passed."""
        self._newest = None
        self._stopped.set()
        if self._task is not None:
            await asyncio.wait({self._task})  # unlike awaiting the task, this does not cancel it when cancelled itself

    async def abandon(self) -> None:
        """Show no more drafts; return as soon as the current one is sent."""
        self._interval = 0.0
        await self.stop()

    async def _run(self) -> None:
        while self._newest is not None:
            draft, self._newest = self._newest, None
            shown_at = asyncio.get_running_loop().time()
            try:
                shown = await self._show(draft)
            except Exception as error:  # the finished answer does not depend on a draft
                log_failure(log, "draft", error)
                shown = False
            if not shown:
                self._stopped.set()
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self._interval)
            if self._stopped.is_set():
                await asyncio.sleep(shown_at + self._interval - asyncio.get_running_loop().time())
