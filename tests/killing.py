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
from conftest import FAKE_MODEL, WordLengths, check_here

from index.embedding import Embedder
from index.errors import BylineError
from index.generations import Generations, Published
from index.rebuild import rebuild

# Chroma and the index are imported once; each rebuild is a fork of that.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["killing", "chromadb", "index.store", "index.server", "httpx"])


def place(root: Path, url: str | None) -> Published:
    if url is None:
        return Generations(root, check_here)
    from index.server import ServerGenerations

    return ServerGenerations(root, url)


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
