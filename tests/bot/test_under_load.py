"""A bot process that is asked continuously survives faults of its index, and answers or apologises to each user.

The faults: killed rebuilds, damaged files, full disks, a Chroma server that hangs or is killed.

UNDER_LOAD multiplies the kills, and the bots that are started on a spoilt index.
"""

import asyncio
import itertools
import os
import random
import re
import resource
import shutil
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.embedding import Embedder, model_identity
from index.publishing.folder import FolderPublisher
from index.publishing.server import ServerPublisher
from index.rebuild import rebuild
from index.store.article_table import read_articles

from bot.discord.rendering.markup import unescape
from bot.discord.service import NO_INDEX
from bot.health import HealthReport, read_report

from tests.bot.discord.process import BotProcess, run_bot
from tests.servers.chroma import ChromaServer
from tests.servers.discord.server import DiscordServer, Message
from tests.support.command import Run
from tests.support.editions import (
    QUESTIONS,
    SUBJECTS,
    editions,
    rebuild_in_background,
    start_rebuild_process,
    write_edition,
)

TIMES = int(os.environ.get("UNDER_LOAD", "1"))
EVERY = 0.3
# An answer that takes longer than this counts as lost; an apology has to come sooner.
LOST, TIMELY = 60.0, 10.0
FREELY = {"QUESTIONS_PER_MINUTE": "1000"}
# Bytes beyond which no file of a rebuild may grow: Chroma's, the articles, and Chroma's largest.
SMALL = (50_000, 2_000, 200_000)


@dataclass(slots=True)
class Asked:
    question: Message
    began: float
    answer: Message | None = None
    seconds: float = LOST

    @property
    def text(self) -> str:
        return unescape(self.answer.text) if self.answer else ""

    @property
    def apology(self) -> bool:
        return NO_INDEX in self.text


class Stream:
    """Users who ask at regular intervals without waiting for answers; all answers are recorded."""

    def __init__(self, server: DiscordServer, folder: Path, process: BotProcess) -> None:
        self.all: list[Asked] = []
        self._server = server
        self._folder = folder
        self._process = process
        self._room = server.guild("Readers").channel("general")
        self._people = [server.user(f"Reader {n}") for n in range(20)]
        self._questions = itertools.cycle(QUESTIONS)
        self._written: set[str] = set()
        self._waiting: set[asyncio.Task[Asked]] = set()
        self.learn()

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    def learn(self) -> None:
        """Add the articles' present sentences to those that may be quoted."""
        self._written |= {p for subject in SUBJECTS for p in _paragraphs(self._folder / f"{subject}.txt")}

    async def flow(self) -> None:
        while True:
            self._waiting.add(asyncio.create_task(self.ask()))
            await asyncio.sleep(EVERY)

    async def ask(self) -> Asked:
        text = f"{self._server.bot.mention} {next(self._questions)}"
        person = self._people[len(self.all) % len(self._people)]
        asked = Asked(await self._server.say(self._room, person, text), time.monotonic())
        self.all.append(asked)
        try:
            asked.answer = await self._server.reply_to(asked.question, LOST)
        except AssertionError:
            return asked
        asked.seconds = time.monotonic() - asked.began
        return asked

    async def answered(self, edition: int | None = None, within: float = 30.0) -> None:
        """Ask until there is an answer (of this edition) to a question that was asked from now on."""
        end = time.monotonic() + within
        while True:
            asked = await self.ask()
            if not asked.apology and asked.answer and edition in (None, *editions([asked.text])):
                return
            assert time.monotonic() < end, f"no answer of edition {edition}: {asked.text}"
            await asyncio.sleep(EVERY)

    async def settle(self) -> None:
        """Wait for all that was asked."""
        await asyncio.gather(*self._waiting)

    def check(self, since: int = 0, until: int | None = None, *, apologies: bool = False) -> list[Asked]:
        """Check that each question was answered once: with quotes of one edition, or with an apology where allowed."""
        part = self.all[since:until]
        for asked in part:
            mine = [one for one in asked.question.replies if one.author is self._server.bot]
            assert len(mine) == 1, f"{len(mine)} replies to {asked.question.content}"
            if asked.apology:
                assert apologies, "it apologised"
                assert asked.seconds < TIMELY
                continue
            quotes = re.findall("“([^“”]+)”", asked.text)
            assert quotes, f"nothing is quoted: {asked.text}"
            assert not [quote for quote in quotes if quote not in self._written]
            assert len(editions(quotes)) == 1, asked.text
        return part


def _paragraphs(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").strip().split("\n\n")[1:]


@asynccontextmanager
async def _asked_all_the_while(
    index: Path, folder: Path, state: Path, **settings: str
) -> AsyncIterator[tuple[Stream, BotProcess]]:
    async with DiscordServer() as server, run_bot(server, index, state, FREELY | settings) as process:
        ending = asyncio.create_task(process.communicate())
        stream = Stream(server, folder, process)
        await server.online(60)
        await stream.answered(within=90)
        flowing = asyncio.create_task(stream.flow())
        try:
            yield stream, process
            await stream.answered()
            flowing.cancel()
            await stream.settle()
        finally:
            flowing.cancel()
        assert process.returncode is None
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(ending, 30)
        log = errors.decode()
        assert process.returncode == 0, log
        assert "Traceback" not in log
        assert " ERROR " not in log, log


@asynccontextmanager
async def _phase(stream: Stream, name: str, *, apologies: bool = False) -> AsyncIterator[None]:
    """Run one fault, check all answers given meanwhile, and ask a question afterwards."""
    since, began = len(stream.all), time.monotonic()
    yield
    await stream.answered()
    until = len(stream.all)
    await stream.settle()
    part = stream.check(since, until, apologies=apologies)
    assert stream.alive
    apologised = [asked for asked in part if asked.apology]
    slowest = max(asked.seconds for asked in part)
    print(f"\n{name}: {len(part)} asked, {len(part) - len(apologised)} answered, {len(apologised)} apologies", end="")
    print(f"; {len(editions(a.text for a in part))} generations; {slowest:.1f} s at most", end="")
    print(f"; took {time.monotonic() - began:.0f} s", end="")


# A folder


@pytest.mark.slow
async def test_kills_damage_and_full_disks_never_keep_a_bot_from_answering(
    folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    index, state = tmp_path / "index", tmp_path / "bot"
    state.mkdir()
    write_edition(folder, 0)
    rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
    async with _asked_all_the_while(index, folder, state) as (stream, process):
        async with _phase(stream, "rebuilds killed"):
            await _kills(stream, folder, index)
        async with _phase(stream, "the disk of a rebuild full"):
            await _no_room_for_a_rebuild(folder, index)
        async with _phase(stream, "the bot's own disk full"):
            await _no_room_for_the_bot(stream, folder, index, state, process)
        async with _phase(stream, "files spoilt"):
            await _damage(stream, folder, index, tmp_path)
    stream.check()


async def _kills(stream: Stream, folder: Path, index: Path) -> None:
    """Rebuilds are killed while they begin, load the model, embed and write."""
    chance = random.Random(5)
    await asyncio.to_thread(write_edition, folder, 1)
    stream.learn()
    for number in range(3 * TIMES):
        await rebuild_in_background(folder, index, 0.7 * (number % 3 + chance.random()))


async def _no_room_for_a_rebuild(folder: Path, index: Path) -> None:
    """Remove one article before each rebuild, so that there is something to write."""
    before = FolderPublisher(index).peek_current_name()
    (edition,) = editions(article.text for article in read_articles(FolderPublisher(index).current_folder()))
    await asyncio.to_thread(write_edition, folder, edition)
    for size, subject in zip(SMALL, SUBJECTS, strict=False):
        (folder / f"{subject}.txt").unlink()
        status, told = await _limited(folder, index, size)
        lines = [line for line in told.splitlines() if not line.startswith("Embedding")]
        assert (status, len(lines)) == (1, 2), told
        assert "cannot be written" in lines[0]
        assert FolderPublisher(index).peek_current_name() == before
    assert not list(index.glob("staging-*"))


async def _limited(folder: Path, index: Path, size: int) -> tuple[int | None, str]:
    """A rebuild none of whose files may grow beyond a size: its exit status, and what it said."""
    process = await asyncio.to_thread(start_rebuild_process, folder, index, largest_file=size)
    _, errors = await process.communicate()
    return process.returncode, errors.decode()


async def _no_room_for_the_bot(stream: Stream, folder: Path, index: Path, state: Path, process: BotProcess) -> None:
    """The bot cannot write its private copy of a new generation: it keeps the old one until there is room."""
    await asyncio.to_thread(write_edition, folder, 2)
    stream.learn()
    old = _pulse(state).generation
    with _files_of(process, 50_000):
        await rebuild_in_background(folder, index)
        await _until(lambda: (_pulse(state).trouble or "").startswith("The newest index cannot be opened"))
        await stream.answered()
        assert _pulse(state).generation == old != FolderPublisher(index).peek_current_name()
    await stream.answered(edition=2, within=60)
    await _until(lambda: _pulse(state).trouble is None)


@contextmanager
def _files_of(process: BotProcess, size: int) -> Iterator[None]:
    """Let no file of another process grow beyond a size."""
    before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)


def _pulse(state: Path) -> HealthReport:
    pulse = read_report(state / "state-health.json")
    assert pulse is not None
    return pulse


async def _until(true: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.2)


def _missing(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _randomised(path: Path) -> None:
    path.write_bytes(random.Random(path.name).randbytes(path.stat().st_size))


_WAYS = (_missing, _cut, _zeroed, _randomised)


async def _damage(stream: Stream, folder: Path, index: Path, place: Path) -> None:
    """The running bot answers from its private copy, whatever is spoilt; one that is started refuses."""
    generation = FolderPublisher(index).current_folder()
    files = sorted(path for path in generation.rglob("*") if path.is_file() and path.stat().st_size)
    assert {"manifest.json", "articles.json", "chroma.sqlite3", "data_level0.bin"} <= {path.name for path in files}
    for path, way in itertools.product(files, _WAYS):
        whole = path.read_bytes()
        way(path)
        await asyncio.sleep(0.02)
        path.write_bytes(whole)
    await stream.answered()
    # Which files, and how: each of some kinds at least once.
    kinds = ("chroma.sqlite3", "data_level0.bin", "manifest.json", "articles.json")
    chosen = [(next(path for path in files if path.name == name), way) for name, way in zip(kinds, _WAYS, strict=True)]
    # Chroma leaves room in some files, which zeros do not change.
    spoilt = (pair for pair in itertools.product(files, _WAYS) if any(pair[0].read_bytes()) or pair[1] is not _zeroed)
    rest = [pair for pair in spoilt if pair not in chosen]
    random.Random(6).shuffle(rest)
    chosen += rest[: 4 * (TIMES - 1)]
    for start in range(0, len(chosen), 4):
        part = chosen[start : start + 4]
        await asyncio.gather(*(_refused(index, path, way, place) for path, way in part))
    # The next rebuild takes nothing from a spoilt generation, and the bot follows.
    _zeroed(generation / "chroma" / "chroma.sqlite3")
    await asyncio.to_thread(write_edition, folder, 3)
    stream.learn()
    await rebuild_in_background(folder, index)
    await stream.answered(edition=3)


async def _refused(index: Path, path: Path, way: Callable[[Path], None], place: Path) -> None:
    """A bot that is started on an index with a spoilt file says in one sentence why it does not answer."""
    what = f"{way.__name__} {path.name}"
    spoilt, state = place / what / "index", place / what / "bot"
    await asyncio.to_thread(shutil.copytree, index, spoilt)
    state.mkdir()
    way(spoilt / path.relative_to(index))
    async with DiscordServer() as server, run_bot(server, spoilt, state) as process:
        _, errors = await asyncio.wait_for(process.communicate(), 60)
    told = [line for line in errors.decode().splitlines() if " INFO " not in line]
    assert (process.returncode, len(told)) == (1, 2), (what, told)
    assert told[0].startswith("The index is damaged"), (what, told)
    assert "byline rebuild" in told[1], (what, told)


# A Chroma server


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaServer]:
    files = tmp_path / "chroma"
    files.mkdir()
    server = ChromaServer(files)
    server.start()
    yield server
    server.kill()


@pytest.mark.slow
async def test_a_chroma_server_that_stops_or_vanishes_is_apologised_for_until_it_is_back(
    folder: Path, tmp_path: Path, embedder: Embedder, chroma: ChromaServer
) -> None:
    index, state = tmp_path / "index", tmp_path / "bot"
    state.mkdir()
    write_edition(folder, 0)
    rebuild(folder, ServerPublisher(index, chroma.url), model_identity(None), lambda: embedder)
    async with _asked_all_the_while(index, folder, state, CHROMA_URL=chroma.url) as (stream, _):
        async with _phase(stream, "the server stopped", apologies=True):
            chroma.suspend()
            await asyncio.sleep(6)
            await _apologised(stream)
            chroma.resume()
        async with _phase(stream, "the server killed", apologies=True):
            await asyncio.to_thread(chroma.kill)
            await asyncio.sleep(2)
            await _apologised(stream)
            await asyncio.to_thread(chroma.start)
        async with _phase(stream, "afterwards"):
            await asyncio.sleep(3)
    stream.check(apologies=True)


async def _apologised(stream: Stream) -> None:
    asked = await stream.ask()
    assert asked.apology, asked.text
    assert asked.seconds < TIMELY


@pytest.mark.parametrize("arguments", [("run",), ("ask", QUESTIONS[0])], ids=lambda value: value[0])
def test_a_chroma_server_that_is_not_there_at_the_start_is_told_in_one_sentence(
    command: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = command("bot", *arguments, CHROMA_URL="http://127.0.0.1:9", DISCORD_TOKEN="a.b.c")
    sentence, hint = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence.startswith("The Chroma server does not answer")
    assert "CHROMA_URL" in hint
