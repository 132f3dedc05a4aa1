"""`byline run` in a process of its own, as an operator starts it, and what it writes to its health file."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.health import HealthReport, read_report

from tests.servers.discord.server import DiscordServer
from tests.support.paths import REPOSITORY
from tests.support.preloaded import PRELOADED, PreloadedProcess, clean_environment

BotProcess = Process | PreloadedProcess


@asynccontextmanager
async def run_bot(
    server: DiscordServer,
    index: Path,
    state: Path,
    settings: Mapping[str, str] | None = None,
    *,
    debug: bool = False,
    fresh: bool = False,
) -> AsyncIterator[BotProcess]:
    """Start the bot, and kill it in the end if it still runs.

    Args:
        server: The Discord server of the tests that the bot logs in to.
        index: The folder of the index.
        state: The folder of the state file and the working directory.
        settings: Further environment variables.
        debug: Whether the bot gets the option --debug.
        fresh: Whether to start a fresh interpreter, which takes seconds longer than a fork.
    """
    environment = {
        "DISCORD_TOKEN": server.token,
        "DISCORD_API": server.api,
        "INDEX_DIR": str(index),
        "STATE_FILE": str(state / "state.sqlite"),
        **(settings or {}),
    }
    arguments = ("bot", *(["--debug"] if debug else []), "run")
    process: BotProcess
    if fresh:
        environment |= clean_environment() | {"PYTHONPATH": str(REPOSITORY)}
        line = (sys.executable, "-m", *arguments)
        process = await asyncio.create_subprocess_exec(*line, cwd=state, env=environment, stdout=PIPE, stderr=PIPE)
    else:
        process = await asyncio.to_thread(PRELOADED.start, *arguments, cwd=state, environment=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def wait_for_report(path: Path, condition: Callable[[HealthReport], bool]) -> HealthReport:
    """Return the first report in a health file that meets a condition."""
    async with asyncio.timeout(60):
        while (report := read_report(path)) is None or not condition(report):
            await asyncio.sleep(0.05)
    return report
