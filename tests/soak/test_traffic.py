"""Mixed traffic, concurrent rebuilds and dropped connections: each question is answered once.

Every third rebuild is killed (kill -9) at a random moment.

SOAK_MINUTES is how long; `make soak` takes 60, and then memory, handles and the event loop's lag must stay as they are.
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
# In a shorter run caches are still being filled, so that growth means nothing.
LONG = 600
EVERY, SAMPLE_EVERY, REBUILD_EVERY, DROP_EVERY, UNSETTLED = 0.6, 5.0, 60.0, 90.0, 8.0
WARM_UP, PART = 0.25, 0.1


@dataclass(slots=True)
class Sample:
    rss: int
    handles: int
    lag: float


@dataclass
class Traffic:
    """Users who ask in every way, the answers they received, and samples of the bot's process."""

    server: DiscordServer
    people: list[User]
    rooms: list[Channel]
    chance: random.Random = field(default_factory=lambda: random.Random(6))
    typed: list[Message] = field(default_factory=list)
    used: list[Interaction] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    samples: list[Sample] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    answers: list[Message] = field(default_factory=list)
    dropped: float = 0.0

    async def go(self, end: float) -> None:
        """Ask at random intervals until the end without waiting for answers; then wait for all of them.

        On a busy machine the first rebuild may not be done by then: it is waited for.
        """
        asking: set[asyncio.Task[None]] = set()
        while (now := time.monotonic()) < end or (len(self.seen) < 2 and now < end + 90):
            task = asyncio.create_task(self._timed(self._one()))
            asking.add(task)
            task.add_done_callback(asking.discard)
            await asyncio.sleep(EVERY * self.chance.uniform(0.2, 1.8))
        await asyncio.gather(*asking)

    def _one(self) -> Awaitable[Message]:
        ways: list[Callable[[], Awaitable[Message]]] = [self._mention, self._mention, self._direct]
        # What is used while no session is there is lost in Discord itself.
        if self.server.gateway.online() and time.monotonic() - self.dropped > UNSETTLED:
            ways += [self._slash, self._slash]
            ways += [self._press, self._follow_up] if self.answers else []
        return self.chance.choice(ways)()

    async def _timed(self, one: Awaitable[Message]) -> None:
        began = time.monotonic()
        try:
            answer = await one
        except AssertionError as error:
            self.failed.append(str(error))
            return
        self.seconds.append(time.monotonic() - began)
        found = editions([unescape(answer.text)])
        self.seen |= found
        if len(found) > 1:
            self.mixed.append(answer.text)

    async def _said(self, room: Channel, text: str, reply_to: Message | None = None) -> Message:
        asked = await self.server.say(room, self.chance.choice(self.people), text, reply_to=reply_to)
        self.typed.append(asked)
        answer = await self.server.reply_to(asked, 60)
        self.answers = [*self.answers[-20:], answer]
        return answer

    def _mention(self) -> Awaitable[Message]:
        text = f"{self.server.bot.mention} {self.chance.choice(QUESTIONS)}"
        return self._said(self.chance.choice(self.rooms), text)

    def _follow_up(self) -> Awaitable[Message]:
        answer = self.chance.choice(self.answers)
        return self._said(answer.channel, f"and {self.chance.choice(QUESTIONS)}", answer)

    async def _direct(self) -> Message:
        person = self.chance.choice(self.people)
        asked = await self.server.say(self.server.dm(person), person, self.chance.choice(QUESTIONS))
        self.typed.append(asked)
        return await self.server.reply_to(asked, 60)

    async def _slash(self) -> Message:
        options = {"question": self.chance.choice(QUESTIONS)}
        person, room = self.chance.choice(self.people), self.chance.choice(self.rooms)
        self.used.append(await self.server.slash(person, room, "ask", options))
        return await self.used[-1].wait(60)

    async def _press(self) -> Message:
        answer = self.chance.choice(self.answers)
        label = self.chance.choice([label for label in answer.labels if label != "Thread"] or ["Thread"])
        self.used.append(await self.server.press(self.chance.choice(self.people), answer, label))
        return await self.used[-1].wait(60)

    async def drops(self) -> None:
        """Drop the connection at intervals, and repeat events on resume."""
        while True:
            await asyncio.sleep(min(DROP_EVERY, SECONDS / 3))
            self.server.replay(self.chance.randrange(6))
            self.dropped = time.monotonic()
            await self.server.drop(self.chance.choice(("resumable", "reconnect", "abort")))

    async def watch(self, process: psutil.Process, health: Path) -> None:
        while True:
            pulse = read_report(health)
            if pulse is not None:
                self.samples.append(Sample(process.memory_info().rss, process.num_fds(), pulse.lag))
            await asyncio.sleep(SAMPLE_EVERY)

    def doubled(self) -> list[str]:
        replies = [
            f"{m.content}: {len(m.replies)}"
            for m in self.typed
            if len([r for r in m.replies if r.author is self.server.bot]) != 1
        ]
        return replies + [str(one.id) for one in self.used if len(one.messages) > 1]


async def _rebuilds(folder: Path, index: Path) -> None:
    edition, chance = 0, random.Random(7)
    while True:
        await asyncio.sleep(min(REBUILD_EVERY, SECONDS / 4))
        edition += 1
        await asyncio.to_thread(write_edition, folder, edition)
        await rebuild_in_background(folder, index, chance.uniform(0.5, 8) if edition % 3 == 0 else None)


@pytest.mark.slow
async def test_traffic_with_rebuilds_and_drops_loses_mixes_and_leaks_nothing(
    folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    index = tmp_path / "index"
    write_edition(folder, 0)
    rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
    freely = {"QUESTIONS_PER_MINUTE": "1000"}
    async with DiscordServer() as server, run_bot(server, index, tmp_path, freely) as process:
        ending = asyncio.create_task(process.communicate())
        guilds = [server.guild(name) for name in ("Readers", "Elsewhere")]
        rooms = [guild.channel(name) for guild in guilds for name in ("general", "talk")]
        traffic = Traffic(server, [server.user(f"Reader {n}") for n in range(20)], rooms)
        await server.online(60)
        await server.until(lambda: server.commands, 20)
        asked = await server.slash(traffic.people[0], rooms[0], "ask", {"question": QUESTIONS[0]})
        await asked.wait(60)
        beside = [
            asyncio.create_task(_rebuilds(folder, index)),
            asyncio.create_task(traffic.drops()),
            asyncio.create_task(traffic.watch(psutil.Process(process.pid), tmp_path / "state-health.json")),
        ]
        await traffic.go(time.monotonic() + SECONDS)
        for task in beside:
            task.cancel()
        ended = await asyncio.gather(*beside, return_exceptions=True)
        assert not [one for one in ended if not isinstance(one, asyncio.CancelledError)]
        await asyncio.sleep(1)
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(ending, 20)
        log = errors.decode()
        assert process.returncode == 0, log
    _report(traffic, log)


def _report(traffic: Traffic, log: str) -> None:
    first, last = _ends(traffic.samples)
    growth = median(s.rss for s in last) / median(s.rss for s in first) - 1
    print(f"\n{len(traffic.typed) + len(traffic.used):,} questions and buttons in {SECONDS / 60:.1f} min, ", end="")
    print(f"{len(traffic.seen)} generations, {len(traffic.server.gateway.resumes)} resumes")
    print(f"{len(traffic.failed)} lost, {len(traffic.doubled())} not answered once, {len(traffic.mixed)} mixed")
    for name, part in (("after the warm-up", first), ("at the end", last)):
        rss, handles = median(s.rss for s in part) / 2**20, median(s.handles for s in part)
        print(f"{name}: {rss:.0f} MiB, {handles:.0f} handles, lag {max(s.lag for s in part) * 1000:.0f} ms at most")
    print(f"memory grew by {growth:.1%}; lag at most {max(s.lag for s in traffic.samples) * 1000:.0f} ms in all")
    p50, p95, p99, most = np.percentile(traffic.seconds, [50, 95, 99, 100]) * 1000
    print(f"from question to answer: median {p50:.0f} ms, 95th {p95:.0f}, 99th {p99:.0f}, longest {most:.0f} ms")
    assert not traffic.failed
    assert not traffic.doubled()
    assert not traffic.mixed
    assert len(traffic.seen) > 1
    assert " ERROR " not in log, log
    if SECONDS >= LONG:
        assert growth < 0.05
        assert median(s.handles for s in last) <= median(s.handles for s in first) + 5
        assert max(s.lag for s in last) < 1


def _ends(samples: list[Sample]) -> tuple[list[Sample], list[Sample]]:
    """The samples of a tenth of the time after the warm-up, and those of the last tenth."""
    start, length = int(len(samples) * WARM_UP), max(1, int(len(samples) * PART))
    return samples[start : start + length], samples[-length:]
