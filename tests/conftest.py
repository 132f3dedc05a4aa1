"""Shared fixtures: the real model, an index of the shipped article, commands in processes of their own, and fakes."""

import ast
import gc
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from threading import RLock
from typing import Any

import pytest

from index.embedding import QUESTION_THREADS, Embedder, load_embedder, model_identity
from index.generation import Generation, open_current
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildReport, rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker

from tests.support.command import Run
from tests.support.fakes import FAKE_MODEL, WordLengths, check_in_process
from tests.support.paths import REPOSITORY, SHIPPED
from tests.support.preloaded import COMMAND_LINES, PRELOADED, clean_environment

if sys.version_info < (3, 11, 8):
    # In these versions an ast.parse fails if another one starts meanwhile ("AST constructor recursion depth mismatch",
    # python/cpython#106905). A garbage collection within it can cause that: finalizers may print a traceback, which
    # parses, and hypothesis' callback lets other threads run. So parse one source at a time, without collections.
    _parse, _parsing = ast.parse, RLock()

    def _parse_alone(*arguments: Any, **options: Any) -> Any:
        with _parsing:
            collecting = gc.isenabled()
            gc.disable()
            try:
                return _parse(*arguments, **options)
            finally:
                if collecting:
                    gc.enable()

    ast.parse = _parse_alone


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start slow tests first, so that at the end a worker without tests can take short ones from another."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_configure(config: pytest.Config) -> None:
    """Let all workers fork the same process."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        PRELOADED.share()
        COMMAND_LINES.share()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while the tests are collected: nearly all that is imported and made then stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Exempt the imported libraries from garbage collection: a full one took most of a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The packaged embedding model, with as many threads as in the bot: several workers share the cores."""
    return load_embedder(None, QUESTION_THREADS)


@pytest.fixture(scope="session")
def shipped_index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index of the shipped article, built with the packaged model; tests only read it."""
    root = tmp_path_factory.mktemp("index")
    rebuild(SHIPPED, FolderPublisher(root, check_in_process), model_identity(None), lambda: embedder)
    return root


@pytest.fixture(scope="session")
def shipped(shipped_index: Path) -> Iterator[Generation]:
    """The open generation of the shipped article."""
    with open_current(FolderPublisher(shipped_index), model_identity(None)) as generation:
        yield generation


@pytest.fixture(scope="session")
def answerer(shipped_index: Path, embedder: Embedder) -> Iterator[Answerer]:
    """An answerer about the shipped article that reads with the small network, in a fifth of the time.

    Tests of how well is answered use `full_answerer`.
    """
    live = LiveIndex(FolderPublisher(shipped_index), model_identity(None))
    yield Answerer(live, embedder, load_reranker(SMALL))
    live.close()


@pytest.fixture(scope="session")
def full_answerer(shipped_index: Path, embedder: Embedder) -> Iterator[Answerer]:
    """An answerer about the shipped article, as it ships."""
    live = LiveIndex(FolderPublisher(shipped_index), model_identity(None))
    yield Answerer(live, embedder)
    live.close()


@pytest.fixture
def fake() -> Embedder:
    """An embedder that loads no model."""
    return Embedder(WordLengths(), FAKE_MODEL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder of articles."""
    path = tmp_path / "articles"
    path.mkdir()
    return path


@pytest.fixture
def publisher(tmp_path: Path) -> FolderPublisher:
    """A publisher of an empty index folder, which checks generations in this process because that is fast."""
    return FolderPublisher(tmp_path / "index", check_in_process)


@pytest.fixture
def build(folder: Path, publisher: FolderPublisher, fake: Embedder) -> Callable[..., RebuildReport]:
    """Rebuild the index of `publisher` from `folder` with the fake model."""

    def run(**options: object) -> RebuildReport:
        return rebuild(folder, publisher, FAKE_MODEL, lambda: fake, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def command(tmp_path: Path) -> Run:
    """Run `python -m …` in a process that has no settings but those given, and starts in an empty working directory.

    It is forked from one that has imported the libraries, which saves seconds; see `fresh_command`.
    """

    def run(
        *arguments: str | bytes, cwd: Path = tmp_path, stdin: str = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return PRELOADED.run(*arguments, cwd=cwd, stdin=stdin, environment=environment)

    return run


@pytest.fixture
def light_command(tmp_path: Path) -> Run:
    """Do the same in a fork of a process that has imported the command lines, but neither torch nor other libraries."""

    def run(
        *arguments: str | bytes, cwd: Path = tmp_path, stdin: str = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return COMMAND_LINES.run(*arguments, cwd=cwd, stdin=stdin, environment=environment)

    return run


@pytest.fixture
def fresh_command(tmp_path: Path) -> Run:
    """Do the same with a fresh interpreter, as a person would; once for each command."""

    def run(
        *arguments: str | bytes, cwd: Path = tmp_path, stdin: str = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=cwd,
            env={**clean_environment(), "PYTHONPATH": str(REPOSITORY), **environment},
            capture_output=True,
            text=True,
            input=stdin,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this process's temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def heeded_signals() -> Iterator[None]:
    """Let child processes heed SIGINT, which a shell's background jobs ignore, and SIGHUP, which nohup ignores.

    That a signal is ignored is inherited; that it has a handler is not. The handler of SIGHUP does nothing, so that
    a hangup does not end these tests if they were started to survive it.
    """
    sigint = signal.signal(signal.SIGINT, signal.default_int_handler)
    sighup = signal.signal(signal.SIGHUP, lambda *_: None)
    yield
    signal.signal(signal.SIGINT, sigint)
    signal.signal(signal.SIGHUP, sighup)
