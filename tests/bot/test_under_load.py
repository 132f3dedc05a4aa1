"""A bot process under constant questions survives faults of its index: each question gets an answer or an apology.

The faults: killed rebuilds, damaged files, full disks, a Chroma server that hangs or is killed.

UNDER_LOAD multiplies the number of killed rebuilds, and of bots that are started on a damaged index.
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
from index.generation import read_articles
from index.publishing.folder import FolderPublisher
from index.publishing.server import ServerPublisher
from index.rebuild import rebuild

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

REPEAT = int(os.environ.get("UNDER_LOAD", "1"))
ASK_EVERY = 0.3
# In seconds: an answer that takes longer counts as lost, an apology that takes longer as late.
ANSWER_TIMEOUT, APOLOGY_TIMEOUT = 60.0, 10.0
NO_RATE_LIMIT = {"QUESTIONS_PER_MINUTE": "1000"}
# Maximum file sizes in bytes at which a rebuild fails: at Chroma's files, at the articles, at Chroma's largest file.
FILE_LIMITS = (50_000, 2_000, 200_000)


@dataclass(slots=True)
class Question:
    message: Message
    started: float
    answer: Message | None = None
    seconds: float = ANSWER_TIMEOUT

    @property
    def text(self) -> str:
        return unescape(self.answer.text) if self.answer else ""

    @property
    def is_apology(self) -> bool:
        return NO_INDEX in self.text


class QuestionStream:
    """Users who ask at regular intervals without waiting for answers. All questions and answers are recorded."""

    def __init__(self, server: DiscordServer, folder: Path, process: BotProcess) -> None:
        self.questions: list[Question] = []
        self._server = server
        self._folder = folder
        self._process = process
        self._channel = server.guild("Readers").channel("general")
        self._users = [server.user(f"Reader {n}") for n in range(20)]
        self._texts = itertools.cycle(QUESTIONS)
        self._paragraphs: set[str] = set()
        self._pending: set[asyncio.Task[Question]] = set()
        self.allow_current_texts()

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    def allow_current_texts(self) -> None:
        """Add the articles' current paragraphs to those that may be quoted."""
        self._paragraphs |= {p for subject in SUBJECTS for p in _paragraphs(self._folder / f"{subject}.txt")}

    async def run(self) -> None:
        while True:
            self._pending.add(asyncio.create_task(self.ask()))
            await asyncio.sleep(ASK_EVERY)

    async def ask(self) -> Question:
        text = f"{self._server.bot.mention} {next(self._texts)}"
        user = self._users[len(self.questions) % len(self._users)]
        question = Question(await self._server.say(self._channel, user, text), time.monotonic())
        self.questions.append(question)
        try:
            question.answer = await self._server.reply_to(question.message, ANSWER_TIMEOUT)
        except AssertionError:
            return question
        question.seconds = time.monotonic() - question.started
        return question

    async def wait_for_answer(self, edition: int | None = None, timeout: float = 30.0) -> None:
        """Ask until a new question is answered, from this edition if one is given."""
        deadline = time.monotonic() + timeout
        while True:
            question = await self.ask()
            if not question.is_apology and question.answer and edition in (None, *editions([question.text])):
                return
            assert time.monotonic() < deadline, f"no answer from edition {edition}: {question.text}"
            await asyncio.sleep(ASK_EVERY)

    async def wait_for_all(self) -> None:
        """Wait for the answers to all questions."""
        await asyncio.gather(*self._pending)

    def check(self, since: int = 0, until: int | None = None, *, apologies_allowed: bool = False) -> list[Question]:
        """Check that each question got one reply: quotes from one edition, or an apology where that is allowed."""
        part = self.questions[since:until]
        for question in part:
            replies = [reply for reply in question.message.replies if reply.author is self._server.bot]
            assert len(replies) == 1, f"{len(replies)} replies to {question.message.content}"
            if question.is_apology:
                assert apologies_allowed, "an apology where none is allowed"
                assert question.seconds < APOLOGY_TIMEOUT
                continue
            quotes = re.findall("“([^“”]+)”", question.text)
            assert quotes, f"nothing is quoted: {question.text}"
            assert not [quote for quote in quotes if quote not in self._paragraphs]
            assert len(editions(quotes)) == 1, question.text
        return part


def _paragraphs(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").strip().split("\n\n")[1:]


@asynccontextmanager
async def _bot_under_questions(
    index: Path, folder: Path, state: Path, **settings: str
) -> AsyncIterator[tuple[QuestionStream, BotProcess]]:
    async with DiscordServer() as server, run_bot(server, index, state, NO_RATE_LIMIT | settings) as process:
        output = asyncio.create_task(process.communicate())
        stream = QuestionStream(server, folder, process)
        await server.online(60)
        await stream.wait_for_answer(timeout=90)
        running = asyncio.create_task(stream.run())
        try:
            yield stream, process
            await stream.wait_for_answer()
            running.cancel()
            await stream.wait_for_all()
        finally:
            running.cancel()
        assert process.returncode is None
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(output, 30)
        log = errors.decode()
        assert process.returncode == 0, log
        assert "Traceback" not in log
        assert " ERROR " not in log, log


@asynccontextmanager
async def _phase(stream: QuestionStream, name: str, *, apologies_allowed: bool = False) -> AsyncIterator[None]:
    """Cause one fault in the body, check all answers given meanwhile, and wait for an answer afterwards."""
    since, started = len(stream.questions), time.monotonic()
    yield
    await stream.wait_for_answer()
    until = len(stream.questions)
    await stream.wait_for_all()
    part = stream.check(since, until, apologies_allowed=apologies_allowed)
    assert stream.alive
    apologies = [question for question in part if question.is_apology]
    slowest = max(question.seconds for question in part)
    print(f"\n{name}: {len(part)} questions, {len(part) - len(apologies)} answered, {len(apologies)} apologies", end="")
    print(f"; {len(editions(a.text for a in part))} generations; {slowest:.1f} s at most", end="")
    print(f"; took {time.monotonic() - started:.0f} s", end="")


# An index in a folder


@pytest.mark.slow
async def test_killed_rebuilds_damaged_files_and_full_disks_do_not_stop_a_bot_from_answering(
    folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    index, state = tmp_path / "index", tmp_path / "bot"
    state.mkdir()
    write_edition(folder, 0)
    rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
    async with _bot_under_questions(index, folder, state) as (stream, process):
        async with _phase(stream, "rebuilds killed"):
            await _kill_rebuilds(stream, folder, index)
        async with _phase(stream, "rebuilds on a full disk"):
            await _rebuild_on_a_full_disk(folder, index)
        async with _phase(stream, "the bot on a full disk"):
            await _fill_the_bots_disk(stream, folder, index, state, process)
        async with _phase(stream, "files damaged"):
            await _damage_files(stream, folder, index, tmp_path)
    stream.check()


async def _kill_rebuilds(stream: QuestionStream, folder: Path, index: Path) -> None:
    """Kill rebuilds while they start, load the model, embed and write."""
    chance = random.Random(5)
    await asyncio.to_thread(write_edition, folder, 1)
    stream.allow_current_texts()
    for number in range(3 * REPEAT):
        await rebuild_in_background(folder, index, 0.7 * (number % 3 + chance.random()))


async def _rebuild_on_a_full_disk(folder: Path, index: Path) -> None:
    """Let rebuilds fail at several file sizes; one article is removed before each, so that it has changes to write."""
    before = FolderPublisher(index).peek_current_name()
    (edition,) = editions(article.text for article in read_articles(FolderPublisher(index)))
    await asyncio.to_thread(write_edition, folder, edition)
    for size, subject in zip(FILE_LIMITS, SUBJECTS, strict=False):
        (folder / f"{subject}.txt").unlink()
        status, errors = await _rebuild_with_limit(folder, index, size)
        lines = [line for line in errors.splitlines() if not line.startswith("Embedding")]
        assert (status, len(lines)) == (1, 2), errors
        assert "cannot be written" in lines[0]
        assert FolderPublisher(index).peek_current_name() == before
    assert not list(index.glob("staging-*"))


async def _rebuild_with_limit(folder: Path, index: Path, size: int) -> tuple[int | None, str]:
    """Run a rebuild whose files are limited to `size` bytes; return its exit status and the text on stderr."""
    process = await asyncio.to_thread(start_rebuild_process, folder, index, largest_file=size)
    _, errors = await process.communicate()
    return process.returncode, errors.decode()


async def _fill_the_bots_disk(
    stream: QuestionStream, folder: Path, index: Path, state: Path, process: BotProcess
) -> None:
    """Limit the bot's files so that it cannot copy a new generation: it keeps the old one until the limit is lifted."""
    await asyncio.to_thread(write_edition, folder, 2)
    stream.allow_current_texts()
    old = _report(state).generation
    with _file_limit(process, 50_000):
        await rebuild_in_background(folder, index)
        await _wait_until(lambda: (_report(state).trouble or "").startswith("The newest index cannot be opened"))
        await stream.wait_for_answer()
        assert _report(state).generation == old != FolderPublisher(index).peek_current_name()
    await stream.wait_for_answer(edition=2, timeout=60)
    await _wait_until(lambda: _report(state).trouble is None)


@contextmanager
def _file_limit(process: BotProcess, size: int) -> Iterator[None]:
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
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true"
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


async def _damage_files(stream: QuestionStream, folder: Path, index: Path, work: Path) -> None:
    """Damage index files: the running bot answers from its private copy, and a newly started bot refuses to start."""
    generation = FolderPublisher(index).current_folder()
    files = sorted(path for path in generation.rglob("*") if path.is_file() and path.stat().st_size)
    assert {"manifest.json", "articles.json", "chroma.sqlite3", "data_level0.bin"} <= {path.name for path in files}
    for path, damage in itertools.product(files, _DAMAGES):
        original = path.read_bytes()
        damage(path)
        await asyncio.sleep(0.02)
        path.write_bytes(original)
    await stream.wait_for_answer()
    # Each kind of damage at least once, to an important file of its own.
    kinds = ("chroma.sqlite3", "data_level0.bin", "manifest.json", "articles.json")
    chosen = [
        (next(path for path in files if path.name == name), damage)
        for name, damage in zip(kinds, _DAMAGES, strict=True)
    ]
    # Some of Chroma's files contain only zeros, so zeroing does not damage them.
    candidates = (
        pair for pair in itertools.product(files, _DAMAGES) if any(pair[0].read_bytes()) or pair[1] is not _zero
    )
    rest = [pair for pair in candidates if pair not in chosen]
    random.Random(6).shuffle(rest)
    chosen += rest[: 4 * (REPEAT - 1)]
    for start in range(0, len(chosen), 4):
        part = chosen[start : start + 4]
        await asyncio.gather(*(_check_refusal(index, path, damage, work) for path, damage in part))
    # The next rebuild reuses nothing of a damaged generation, and the bot switches to the new one.
    _zero(generation / "chroma" / "chroma.sqlite3")
    await asyncio.to_thread(write_edition, folder, 3)
    stream.allow_current_texts()
    await rebuild_in_background(folder, index)
    await stream.wait_for_answer(edition=3)


async def _check_refusal(index: Path, path: Path, damage: Callable[[Path], None], work: Path) -> None:
    """Start a bot on a copy of the index with one damaged file; it must exit with one sentence and a hint."""
    case = f"{damage.__name__} {path.name}"
    copy, state = work / case / "index", work / case / "bot"
    await asyncio.to_thread(shutil.copytree, index, copy)
    state.mkdir()
    damage(copy / path.relative_to(index))
    async with DiscordServer() as server, run_bot(server, copy, state) as process:
        _, errors = await asyncio.wait_for(process.communicate(), 60)
    lines = [line for line in errors.decode().splitlines() if " INFO " not in line]
    assert (process.returncode, len(lines)) == (1, 2), (case, lines)
    assert lines[0].startswith("The index is damaged"), (case, lines)
    assert "byline rebuild" in lines[1], (case, lines)


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
async def test_the_bot_apologises_while_its_chroma_server_is_suspended_or_killed_and_answers_once_it_is_back(
    folder: Path, tmp_path: Path, embedder: Embedder, chroma: ChromaServer
) -> None:
    index, state = tmp_path / "index", tmp_path / "bot"
    state.mkdir()
    write_edition(folder, 0)
    rebuild(folder, ServerPublisher(index, chroma.url), model_identity(None), lambda: embedder)
    async with _bot_under_questions(index, folder, state, CHROMA_URL=chroma.url) as (stream, _):
        async with _phase(stream, "the server suspended", apologies_allowed=True):
            chroma.suspend()
            await asyncio.sleep(6)
            await _check_apology(stream)
            chroma.resume()
        async with _phase(stream, "the server killed", apologies_allowed=True):
            await asyncio.to_thread(chroma.kill)
            await asyncio.sleep(2)
            await _check_apology(stream)
            await asyncio.to_thread(chroma.start)
        async with _phase(stream, "afterwards"):
            await asyncio.sleep(3)
    stream.check(apologies_allowed=True)


async def _check_apology(stream: QuestionStream) -> None:
    question = await stream.ask()
    assert question.is_apology, question.text
    assert question.seconds < APOLOGY_TIMEOUT


@pytest.mark.parametrize("arguments", [("run",), ("ask", QUESTIONS[0])], ids=lambda value: value[0])
def test_a_chroma_server_that_is_unreachable_at_the_start_is_reported_in_one_sentence(
    command: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = command("bot", *arguments, CHROMA_URL="http://127.0.0.1:9", DISCORD_TOKEN="a.b.c")
    sentence, hint = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence.startswith("The Chroma server does not answer")
    assert "CHROMA_URL" in hint
