"""Rebuilds in processes of their own, to be killed at any moment."""

import contextlib
import multiprocessing
import os
import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

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
    process.start()
    return process


def kill_at_random(folder: Path, root: Path, url: str | None, kills: int, seed: int) -> int:
    """Kill rebuilds, each at a moment of its own within the time one takes; how many had not come to their end."""
    started = time.monotonic()
    begin(folder, root, url).join()
    seconds = time.monotonic() - started
    moments = random.Random(seed)
    killed = 0
    for _ in range(kills):
        process = begin(folder, root, url)
        process.join(moments.uniform(0.0, seconds))
        killed += process.exitcode is None
        process.kill()
        process.join()
    return killed


def kills() -> int:
    return int(os.environ.get("KILLS", "10"))
