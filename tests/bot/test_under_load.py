"""A bot process that is asked continuously survives faults of its index, and answers or apologises to each user.

The faults: killed rebuilds, damaged files, full disks, a Chroma server that hangs or is killed.

UNDER_LOAD multiplies the kills, and the number of bots that are started on a damaged index.
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
# Seconds between two questions.
INTERVAL = 0.3
# After this many seconds an answer counts as lost; an apology must come earlier.
LOST, MAX_APOLOGY_SECONDS = 60.0, 10.0
NO_RATE_LIMIT = {"QUESTIONS_PER_MINUTE": "1000"}
# File size limits in bytes, under which a rebuild fails at a file of Chroma, the articles, or Chroma's largest file.
SIZE_LIMITS = (50_000, 2_000, 200_000)


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
            await asyncio.sleep(INTERVAL)

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
            await asyncio.sleep(INTERVAL)

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
                assert asked.seconds < MAX_APOLOGY_SECONDS
                continue
            quotes = re.findall("“([^“”]+)”", asked.text)
            assert quotes, f"nothing is quoted: {asked.text}"
            assert not [quote for quote in quotes if quote not in self._written]
            assert len(editions(quotes)) == 1, asked.text
        return part


def _paragraphs(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").strip().split("\n\n")[1:]


@asynccontextmanager
async def _run_under_load(
    index: Path, folder: Path, state: Path, **settings: str
) -> AsyncIterator[tuple[Stream, BotProcess]]:
    async with DiscordServer() as server, run_bot(server, index, state, NO_RATE_LIMIT | settings) as process:
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


# An index in a folder


@pytest.mark.slow
async def test_a_bot_answers_through_killed_rebuilds_full_disks_and_damaged_files(
    folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    index, state = tmp_path / "index", tmp_path / "bot"
    state.mkdir()
    write_edition(folder, 0)
    rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
    async with _run_under_load(index, folder, state) as (stream, process):
        async with _phase(stream, "rebuilds killed"):
            await _kill_rebuilds(stream, folder, index)
        async with _phase(stream, "the disk of a rebuild full"):
            await _fill_disk_of_rebuild(folder, index)
        async with _phase(stream, "the bot's own disk full"):
            await _fill_disk_of_bot(stream, folder, index, state, process)
        async with _phase(stream, "files damaged"):
            await _damage_files(stream, folder, index, tmp_path)
    stream.check()


async def _kill_rebuilds(stream: Stream, folder: Path, index: Path) -> None:
    """Kill rebuilds while they start, load the model, embed and write."""
    chance = random.Random(5)
    await asyncio.to_thread(write_edition, folder, 1)
    stream.learn()
    for number in range(3 * TIMES):
        await rebuild_in_background(folder, index, 0.7 * (number % 3 + chance.random()))


async def _fill_disk_of_rebuild(folder: Path, index: Path) -> None:
    """Remove one article before each rebuild, so that there is something to write."""
    before = FolderPublisher(index).peek_current_name()
    (edition,) = editions(article.text for article in read_articles(FolderPublisher(index).current_folder()))
    await asyncio.to_thread(write_edition, folder, edition)
    for size, subject in zip(SIZE_LIMITS, SUBJECTS, strict=False):
        (folder / f"{subject}.txt").unlink()
        status, errors = await _rebuild_with_small_files(folder, index, size)
        lines = [line for line in errors.splitlines() if not line.startswith("Embedding")]
        assert (status, len(lines)) == (1, 2), errors
        assert "cannot be written" in lines[0]
        assert FolderPublisher(index).peek_current_name() == before
    assert not list(index.glob("staging-*"))


async def _rebuild_with_small_files(folder: Path, index: Path, size: int) -> tuple[int | None, str]:
    """Rebuild with a limit on the size of each file; return the exit status and stderr."""
    process = await asyncio.to_thread(start_rebuild_process, folder, index, largest_file=size)
    _, errors = await process.communicate()
    return process.returncode, errors.decode()


async def _fill_disk_of_bot(stream: Stream, folder: Path, index: Path, state: Path, process: BotProcess) -> None:
    """While the bot cannot copy a new generation, it answers from the old one; later it switches."""
    await asyncio.to_thread(write_edition, folder, 2)
    stream.learn()
    old = _report(state).generation
    with _limit_file_size(process, 50_000):
        await rebuild_in_background(folder, index)
        await _wait_until(lambda: (_report(state).trouble or "").startswith("The newest index cannot be opened"))
        await stream.answered()
        assert _report(state).generation == old != FolderPublisher(index).peek_current_name()
    await stream.answered(edition=2, within=60)
    await _wait_until(lambda: _report(state).trouble is None)


@contextmanager
def _limit_file_size(process: BotProcess, size: int) -> Iterator[None]:
    """Limit the size of the files that another process writes."""
    before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)


def _report(state: Path) -> HealthReport:
    report = read_report(state / "state-health.json")
    assert report is not None
    return report


async def _wait_until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not become true"
        await asyncio.sleep(0.2)


def _delete(path: Path) -> None:
    path.unlink()


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _randomise(path: Path) -> None:
    path.write_bytes(random.Random(path.name).randbytes(path.stat().st_size))


_DAMAGES = (_delete, _truncate, _zero, _randomise)


async def _damage_files(stream: Stream, folder: Path, index: Path, workspace: Path) -> None:
    """A running bot answers from its private copy, whatever file is damaged; a new bot refuses to start."""
    generation = FolderPublisher(index).current_folder()
    files = sorted(path for path in generation.rglob("*") if path.is_file() and path.stat().st_size)
    assert {"manifest.json", "articles.json", "chroma.sqlite3", "data_level0.bin"} <= {path.name for path in files}
    for path, damage in itertools.product(files, _DAMAGES):
        original = path.read_bytes()
        damage(path)
        await asyncio.sleep(0.02)
        path.write_bytes(original)
    await stream.answered()
    # At least one file of each of these kinds, each damaged in another way.
    kinds = ("chroma.sqlite3", "data_level0.bin", "manifest.json", "articles.json")
    chosen = [
        (next(path for path in files if path.name == name), damage)
        for name, damage in zip(kinds, _DAMAGES, strict=True)
    ]
    # Some files of Chroma contain only zeros, so that zeroing does not damage them.
    pairs = (pair for pair in itertools.product(files, _DAMAGES) if any(pair[0].read_bytes()) or pair[1] is not _zero)
    rest = [pair for pair in pairs if pair not in chosen]
    random.Random(6).shuffle(rest)
    chosen += rest[: 4 * (TIMES - 1)]
    for start in range(0, len(chosen), 4):
        part = chosen[start : start + 4]
        await asyncio.gather(*(_check_refusal(index, path, damage, workspace) for path, damage in part))
    # The next rebuild reuses nothing of a damaged generation, and the bot switches to it.
    _zero(generation / "chroma" / "chroma.sqlite3")
    await asyncio.to_thread(write_edition, folder, 3)
    stream.learn()
    await rebuild_in_background(folder, index)
    await stream.answered(edition=3)


async def _check_refusal(index: Path, path: Path, damage: Callable[[Path], None], workspace: Path) -> None:
    """A bot that is started on an index with a damaged file ends with one sentence and one hint."""
    case = f"{damage.__name__} {path.name}"
    damaged, state = workspace / case / "index", workspace / case / "bot"
    await asyncio.to_thread(shutil.copytree, index, damaged)
    state.mkdir()
    damage(damaged / path.relative_to(index))
    async with DiscordServer() as server, run_bot(server, damaged, state) as process:
        _, errors = await asyncio.wait_for(process.communicate(), 60)
    printed = [line for line in errors.decode().splitlines() if " INFO " not in line]
    assert (process.returncode, len(printed)) == (1, 2), (case, printed)
    assert printed[0].startswith("The index is damaged"), (case, printed)
    assert "byline rebuild" in printed[1], (case, printed)


# An index on a Chroma server


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[ChromaServer]:
    files = tmp_path / "chroma"
    files.mkdir()
    server = ChromaServer(files)
    server.start()
    yield server
    server.kill()


@pytest.mark.slow
async def test_a_bot_apologises_while_its_chroma_server_is_suspended_or_dead(
    folder: Path, tmp_path: Path, embedder: Embedder, chroma: ChromaServer
) -> None:
    index, state = tmp_path / "index", tmp_path / "bot"
    state.mkdir()
    write_edition(folder, 0)
    rebuild(folder, ServerPublisher(index, chroma.url), model_identity(None), lambda: embedder)
    async with _run_under_load(index, folder, state, CHROMA_URL=chroma.url) as (stream, _):
        async with _phase(stream, "the server stopped", apologies=True):
            chroma.suspend()
            await asyncio.sleep(6)
            await _check_apology(stream)
            chroma.resume()
        async with _phase(stream, "the server killed", apologies=True):
            await asyncio.to_thread(chroma.kill)
            await asyncio.sleep(2)
            await _check_apology(stream)
            await asyncio.to_thread(chroma.start)
        async with _phase(stream, "afterwards"):
            await asyncio.sleep(3)
    stream.check(apologies=True)


async def _check_apology(stream: Stream) -> None:
    asked = await stream.ask()
    assert asked.apology, asked.text
    assert asked.seconds < MAX_APOLOGY_SECONDS


@pytest.mark.parametrize("arguments", [("run",), ("ask", QUESTIONS[0])], ids=lambda value: value[0])
def test_without_its_chroma_server_a_command_ends_with_one_sentence_and_one_hint(
    command: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = command("bot", *arguments, CHROMA_URL="http://127.0.0.1:9", DISCORD_TOKEN="a.b.c")
    sentence, hint = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence.startswith("The Chroma server does not answer")
    assert "CHROMA_URL" in hint
