"""Rebuilds in subprocesses that are killed at random times."""

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

from tests.support.fakes import FAKE_MODEL, WordLengths, check_in_process

# The fork server imports Chroma and the index once; each rebuild is forked from it.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["tests.support.killing", "chromadb", "index.generation", "index.publishing.server", "httpx"]
)


def make_publisher(root: Path, url: str | None) -> Publisher:
    if url is None:
        return FolderPublisher(root, check_in_process)
    from index.publishing.server import ServerPublisher

    return ServerPublisher(root, url)


def run_rebuild(folder: Path, root: Path, url: str | None) -> None:
    with contextlib.suppress(BylineError):
        fake = Embedder(WordLengths(), FAKE_MODEL)
        rebuild(folder, make_publisher(root, url), FAKE_MODEL, lambda: fake, force=True)


def start_rebuild(folder: Path, root: Path, url: str | None = None) -> BaseProcess:
    process = PROCESSES.Process(target=run_rebuild, args=(folder, root, url))
    with pytest.MonkeyPatch.context() as patch:  # the fork server does not inherit pytest's sys.path
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        process.start()
    return process


def kill_rebuilds_at_random(folder: Path, root: Path, url: str | None, number: int, seed: int) -> Iterator[bool]:
    """Start rebuilds and kill each at a random time within a usual run; yield whether it was still running."""
    start_rebuild(folder, root, url).join()
    started = time.monotonic()
    start_rebuild(folder, root, url).join()
    seconds = time.monotonic() - started
    chance = random.Random(seed)
    for _ in range(number):
        process = start_rebuild(folder, root, url)
        process.join(chance.uniform(0.0, seconds))
        was_running = process.exitcode is None
        process.kill()
        process.join()
        yield was_running


def kill_count() -> int:
    """Return how many rebuilds a test kills; the environment variable KILLS sets it."""
    return int(os.environ.get("KILLS", "10"))
