"""Rebuilds in processes of their own, to be killed at any moment."""

import contextlib
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.errors import BylineError
from index.publishing.folder import FolderPublisher
from index.publishing.publisher import Publisher
from index.rebuild import rebuild

from tests.support.fakes import FAKE_MODEL, WordLengths, check_here

# Chroma and the index are imported once; each rebuild is a fork of that.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["tests.support.killing", "chromadb", "index.generation", "index.publishing.server", "httpx"]
)


def place(root: Path, url: str | None) -> Publisher:
    if url is None:
        return FolderPublisher(root, check_here)
    from index.publishing.server import ServerPublisher

    return ServerPublisher(root, url)


def work(folder: Path, root: Path, url: str | None) -> None:
    with contextlib.suppress(BylineError):
        fake = Embedder(WordLengths(), FAKE_MODEL)
        rebuild(folder, place(root, url), FAKE_MODEL, lambda: fake, force=True)


def begin(folder: Path, root: Path, url: str | None = None) -> BaseProcess:
    process = PROCESSES.Process(target=work, args=(folder, root, url))
    with pytest.MonkeyPatch.context() as patch:  # what the processes are forked from knows no sys.path of pytest's
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        process.start()
    return process


def killed_at_random(folder: Path, root: Path, url: str | None, number: int, seed: int) -> Iterator[bool]:
    """Kill rebuilds, each at a moment of its own within the time one takes; whether it had not come to its end."""
    begin(folder, root, url).join()
    started = time.monotonic()
    begin(folder, root, url).join()
    seconds = time.monotonic() - started
    moments = random.Random(seed)
    for _ in range(number):
        process = begin(folder, root, url)
        process.join(moments.uniform(0.0, seconds))
        early = process.exitcode is None
        process.kill()
        process.join()
        yield early


def kills() -> int:
    return int(os.environ.get("KILLS", "10"))
