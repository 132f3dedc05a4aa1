"""Mixed traffic during rebuilds and disconnections: each question is answered exactly once.

Every third rebuild is killed with SIGKILL at a random time.

SOAK_MINUTES is the duration; `make soak` uses 60. Runs of ten minutes or more also check that memory, file handles and
the event loop's lag do not grow.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import psutil
import pytest

from index.embedding import Embedder, model_identity
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.discord.rendering.markup import unescape
from bot.health import read_report

from tests.bot.discord.process import run_bot
from tests.servers.discord.server import Channel, DiscordServer, Interaction, Message, User
from tests.support.editions import QUESTIONS, editions, rebuild_in_background, write_edition

SECONDS = 60 * float(os.environ.get("SOAK_MINUTES", "0.15"))
# In a shorter run, caches are still filling, so growth is not a leak.
LEAK_CHECK_SECONDS = 600
ASK_EVERY, SAMPLE_EVERY, REBUILD_EVERY, DROP_EVERY, RECONNECT_SECONDS = 0.6, 5.0, 60.0, 90.0, 8.0
WARM_UP_PART, SAMPLE_PART = 0.25, 0.1


@dataclass(slots=True)
class Sample:
    rss: int
    handles: int
    lag: float


@dataclass
class Traffic:
    """Users who ask in all possible ways, the answers they received, and measurements of the bot's process."""

    server: DiscordServer
    users: list[User]
    channels: list[Channel]
    chance: random.Random = field(default_factory=lambda: random.Random(6))
    messages: list[Message] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    samples: list[Sample] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    answers: list[Message] = field(default_factory=list)
    last_drop: float = 0.0

    async def run(self, end: float) -> None:
        """Ask at random intervals until `end` without waiting for answers; then wait for all answers.

        The run is extended until the first rebuild has finished, which may take longer on a busy machine.
        """
        asking: set[asyncio.Task[None]] = set()
        while (now := time.monotonic()) < end or (len(self.seen) < 2 and now < end + 90):
            task = asyncio.create_task(self._measure(self._ask()))
            asking.add(task)
            task.add_done_callback(asking.discard)
            await asyncio.sleep(ASK_EVERY * self.chance.uniform(0.2, 1.8))
        await asyncio.gather(*asking)

    def _ask(self) -> Awaitable[Message]:
        methods: list[Callable[[], Awaitable[Message]]] = [self._mention, self._mention, self._direct]
        # Discord does not deliver interactions while the bot has no session.
        if self.server.gateway.online() and time.monotonic() - self.last_drop > RECONNECT_SECONDS:
            methods += [self._slash, self._slash]
            methods += [self._press, self._follow_up] if self.answers else []
        return self.chance.choice(methods)()

    async def _measure(self, reply: Awaitable[Message]) -> None:
        started = time.monotonic()
        try:
            answer = await reply
        except AssertionError as error:
            self.failed.append(str(error))
            return
        self.seconds.append(time.monotonic() - started)
        editions_seen = editions([unescape(answer.text)])
        self.seen |= editions_seen
        if len(editions_seen) > 1:
            self.mixed.append(answer.text)

    async def _say(self, channel: Channel, text: str, reply_to: Message | None = None) -> Message:
        question = await self.server.say(channel, self.chance.choice(self.users), text, reply_to=reply_to)
        self.messages.append(question)
        answer = await self.server.reply_to(question, 60)
        self.answers = [*self.answers[-20:], answer]
        return answer

    def _mention(self) -> Awaitable[Message]:
        text = f"{self.server.bot.mention} {self.chance.choice(QUESTIONS)}"
        return self._say(self.chance.choice(self.channels), text)

    def _follow_up(self) -> Awaitable[Message]:
        answer = self.chance.choice(self.answers)
        return self._say(answer.channel, f"and {self.chance.choice(QUESTIONS)}", answer)

    async def _direct(self) -> Message:
        user = self.chance.choice(self.users)
        question = await self.server.say(self.server.dm(user), user, self.chance.choice(QUESTIONS))
        self.messages.append(question)
        return await self.server.reply_to(question, 60)

    async def _slash(self) -> Message:
        options = {"question": self.chance.choice(QUESTIONS)}
        user, channel = self.chance.choice(self.users), self.chance.choice(self.channels)
        self.interactions.append(await self.server.slash(user, channel, "ask", options))
        return await self.interactions[-1].wait(60)

    async def _press(self) -> Message:
        answer = self.chance.choice(self.answers)
        label = self.chance.choice([label for label in answer.labels if label != "Thread"] or ["Thread"])
        self.interactions.append(await self.server.press(self.chance.choice(self.users), answer, label))
        return await self.interactions[-1].wait(60)

    async def drop_connections(self) -> None:
        """Drop the connection at intervals, and replay some events after each resume."""
        while True:
            await asyncio.sleep(min(DROP_EVERY, SECONDS / 3))
            self.server.replay(self.chance.randrange(6))
            self.last_drop = time.monotonic()
            await self.server.drop(self.chance.choice(("resumable", "reconnect", "abort")))

    async def measure_process(self, process: psutil.Process, health: Path) -> None:
        while True:
            report = read_report(health)
            if report is not None:
                self.samples.append(Sample(process.memory_info().rss, process.num_fds(), report.lag))
            await asyncio.sleep(SAMPLE_EVERY)

    def not_answered_once(self) -> list[str]:
        wrong = [
            f"{m.content}: {len(m.replies)}"
            for m in self.messages
            if len([r for r in m.replies if r.author is self.server.bot]) != 1
        ]
        return wrong + [str(one.id) for one in self.interactions if len(one.messages) > 1]


async def _rebuild_repeatedly(folder: Path, index: Path) -> None:
    edition, chance = 0, random.Random(7)
    while True:
        await asyncio.sleep(min(REBUILD_EVERY, SECONDS / 4))
        edition += 1
        await asyncio.to_thread(write_edition, folder, edition)
        await rebuild_in_background(folder, index, chance.uniform(0.5, 8) if edition % 3 == 0 else None)


@pytest.mark.slow
async def test_traffic_during_rebuilds_and_drops_is_answered_once_from_one_generation_without_leaks(
    folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    index = tmp_path / "index"
    write_edition(folder, 0)
    rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
    settings = {"QUESTIONS_PER_MINUTE": "1000"}
    async with DiscordServer() as server, run_bot(server, index, tmp_path, settings) as process:
        output = asyncio.create_task(process.communicate())
        guilds = [server.guild(name) for name in ("Readers", "Elsewhere")]
        channels = [guild.channel(name) for guild in guilds for name in ("general", "talk")]
        traffic = Traffic(server, [server.user(f"Reader {n}") for n in range(20)], channels)
        await server.online(60)
        await server.until(lambda: server.commands, 20)
        first = await server.slash(traffic.users[0], channels[0], "ask", {"question": QUESTIONS[0]})
        await first.wait(60)
        background = [
            asyncio.create_task(_rebuild_repeatedly(folder, index)),
            asyncio.create_task(traffic.drop_connections()),
            asyncio.create_task(traffic.measure_process(psutil.Process(process.pid), tmp_path / "state-health.json")),
        ]
        await traffic.run(time.monotonic() + SECONDS)
        for task in background:
            task.cancel()
        results = await asyncio.gather(*background, return_exceptions=True)
        assert not [result for result in results if not isinstance(result, asyncio.CancelledError)]
        await asyncio.sleep(1)
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(output, 20)
        log = errors.decode()
        assert process.returncode == 0, log
    _report(traffic, log)


def _report(traffic: Traffic, log: str) -> None:
    first, last = _first_and_last(traffic.samples)
    growth = median(s.rss for s in last) / median(s.rss for s in first) - 1
    total, wrong = len(traffic.messages) + len(traffic.interactions), traffic.not_answered_once()
    print(f"\n{total:,} questions and buttons in {SECONDS / 60:.1f} min, ", end="")
    print(f"{len(traffic.seen)} generations, {len(traffic.server.gateway.resumes)} resumes")
    print(f"{len(traffic.failed)} lost, {len(wrong)} not answered once, {len(traffic.mixed)} mixed")
    for name, part in (("after the warm-up", first), ("at the end", last)):
        rss, handles = median(s.rss for s in part) / 2**20, median(s.handles for s in part)
        print(f"{name}: {rss:.0f} MiB, {handles:.0f} handles, lag {max(s.lag for s in part) * 1000:.0f} ms at most")
    print(f"memory grew by {growth:.1%}; lag at most {max(s.lag for s in traffic.samples) * 1000:.0f} ms in all")
    p50, p95, p99, most = np.percentile(traffic.seconds, [50, 95, 99, 100]) * 1000
    print(f"from question to answer: median {p50:.0f} ms, 95th {p95:.0f}, 99th {p99:.0f}, longest {most:.0f} ms")
    assert not traffic.failed
    assert not wrong
    assert not traffic.mixed
    assert len(traffic.seen) > 1
    assert " ERROR " not in log, log
    if SECONDS >= LEAK_CHECK_SECONDS:
        assert growth < 0.05
        assert median(s.handles for s in last) <= median(s.handles for s in first) + 5
        assert max(s.lag for s in last) < 1


def _first_and_last(samples: list[Sample]) -> tuple[list[Sample], list[Sample]]:
    """Return the samples of the tenth of the run after the warm-up, and those of the last tenth."""
    start, length = int(len(samples) * WARM_UP_PART), max(1, int(len(samples) * SAMPLE_PART))
    return samples[start : start + length], samples[-length:]
