"""What the tests share: the real model and a real index on disk, and one fake that means something."""

import ast
import gc
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import RLock
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings

from index.chroma import embedded
from index.embedding import Embedder, load_embedder, model_identity
from index.generations import Generations
from index.live import LiveIndex
from index.manifest import Manifest
from index.rebuild import Report, rebuild
from index.selfcheck import Findings, check
from index.store import Generation, open_current

from bot.answering.answerer import Answerer

REPOSITORY = Path(__file__).parent.parent
SHIPPED = REPOSITORY / "articles"
FAKE_MODEL = "word-lengths"

if sys.version_info < (3, 11, 8):
    # There, one ast.parse that begins while another is under way makes that one fail ("AST constructor recursion depth
    # mismatch", python/cpython#106905). The collector lets it: it runs finalizers, which may print a traceback (that
    # parses), and hypothesis' callback, during which other threads go on. pytest parses for each failure it shows.
    _parse, _parsing = ast.parse, RLock()

    def _undisturbed(*arguments: Any, **options: Any) -> Any:
        with _parsing:
            collecting = gc.isenabled()
            gc.disable()
            try:
                return _parse(*arguments, **options)
            finally:
                if collecting:
                    gc.enable()

    ast.parse = _undisturbed


class WordLengths(Embeddings):
    """A vector says how many words of each length a text has: it means something, and costs nothing."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        counts = [0.01] * 16
        for word in text.split():
            counts[min(len(word), 15)] += 1.0
        norm = sum(count * count for count in counts) ** 0.5
        return [count / norm for count in counts]


def check_here(folder: Path, manifest: Manifest) -> Findings:
    """What a rebuild has a process of its own do."""
    place = embedded(folder / "chroma")
    try:
        return check(place, manifest)
    finally:
        place.close()


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real model."""
    return load_embedder(None)


@pytest.fixture(scope="session")
def shipped_index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped article, indexed by the real model into a real Chroma store on disk."""
    root = tmp_path_factory.mktemp("index")
    rebuild(SHIPPED, Generations(root, check_here), model_identity(None), lambda: embedder)
    return root


@pytest.fixture(scope="session")
def shipped(shipped_index: Path) -> Iterator[Generation]:
    """The shipped article's generation, open."""
    with open_current(Generations(shipped_index), model_identity(None)) as generation:
        yield generation


@pytest.fixture(scope="session")
def answerer(shipped_index: Path, embedder: Embedder) -> Iterator[Answerer]:
    """What answers about the shipped article."""
    live = LiveIndex(Generations(shipped_index), model_identity(None))
    yield Answerer(live, embedder)
    live.close()


@pytest.fixture
def fake() -> Embedder:
    """An embedder that loads nothing."""
    return Embedder(WordLengths(), FAKE_MODEL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder of articles."""
    path = tmp_path / "articles"
    path.mkdir()
    return path


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    """An index folder without an index; what is built is checked in this process, where that costs little."""
    return Generations(tmp_path / "index", check_here)


@pytest.fixture
def build(folder: Path, generations: Generations, fake: Embedder) -> Callable[..., Report]:
    """Rebuild `folder` into `generations` with the fake model."""

    def run(**options: object) -> Report:
        return rebuild(folder, generations, FAKE_MODEL, lambda: fake, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def command(tmp_path: Path) -> Run:
    """Run `python -m …` as a person would: another process, an empty working directory, no settings but those given."""

    def run(
        *arguments: str | bytes, cwd: Path = tmp_path, stdin: str = "", **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        clean = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")}
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=cwd,
            env={**clean, "PYTHONPATH": str(REPOSITORY), **environment},
            capture_output=True,
            text=True,
            input=stdin,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where temporary files of this process go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def heeded_sigint() -> Iterator[None]:
    """A shell starts what runs in its background with SIGINT ignored, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
