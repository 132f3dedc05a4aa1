"""Rebuilds on a Chroma server at the same time, or killed: one at a time, and the index stays whole."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from index.embedding import Embedder
from index.errors import IndexLocked
from index.publishing import locks
from index.publishing.publisher import GENERATIONS_KEPT
from index.publishing.server import ServerPublisher
from index.rebuild import rebuild
from index.store import chroma
from index.store.chroma import set_metadata

from tests.index.publishing.server_contents import collection_names, generations_of, lock_names, texts
from tests.index.rebuilding import ANTS, BEES, Build
from tests.servers.chroma import ChromaServer
from tests.support.fakes import FAKE_MODEL
from tests.support.killing import kill_count, kill_rebuilds_at_random


def test_a_second_rebuild_is_refused_also_from_another_machine(
    folder: Path,
    build_on_server: Build,
    server_publisher: ServerPublisher,
    running: ChromaServer,
    tmp_path: Path,
    fake: Embedder,
) -> None:
    build_on_server()
    elsewhere = ServerPublisher(tmp_path / "elsewhere", running.url)
    with elsewhere.begin_rebuild():
        with pytest.raises(IndexLocked, match="running"):
            build_on_server(force=True)
        with pytest.raises(IndexLocked, match="running"):
            rebuild(folder, elsewhere, FAKE_MODEL, lambda: fake, force=True)
    assert build_on_server(force=True).built


@pytest.mark.parametrize("holder", ["a killed rebuild of the same folder", "an inactive machine", "unknown"])
def test_a_stale_lock_is_taken_over(build_on_server: Build, server_publisher: ServerPublisher, holder: str) -> None:
    now = time.time()
    holders: dict[str, dict[str, Any]] = {
        "a killed rebuild of the same folder": {
            "owner": f"{socket.gethostname()}:{server_publisher.root.resolve()}",
            "at": now,
        },
        "an inactive machine": {"owner": "elsewhere", "at": now - 2 * locks.STALE_SECONDS},
        "unknown": {"owner": "?"},
    }
    metadata = holders[holder]
    set_metadata(server_publisher._client, locks.SERVER_LOCK, metadata)
    set_metadata(server_publisher._client, f"{locks.SERVER_LOCK}-leftover", metadata)
    assert build_on_server().built
    assert not lock_names(server_publisher)


@pytest.mark.parametrize("stale", [False, True], ids=["free", "stale"])
def test_exactly_one_of_several_competitors_gets_the_lock(server_publisher: ServerPublisher, stale: bool) -> None:
    competitors = 8
    together = threading.Barrier(competitors)

    def compete(number: int) -> bool:
        together.wait()
        try:
            with locks.server_lock(server_publisher._client, f"competitor {number}") as check:
                together.wait()
                check()
                return True
        except IndexLocked:
            together.wait()
            return False

    with ThreadPoolExecutor(competitors) as threads:
        for _ in range(10):
            if stale:
                set_metadata(server_publisher._client, locks.SERVER_LOCK, {"owner": "elsewhere", "at": 0.0})
            assert sum(threads.map(compete, range(competitors))) == 1
            assert not lock_names(server_publisher)


def test_a_former_owner_does_not_remove_the_lock_of_its_successor(server_publisher: ServerPublisher) -> None:
    former, new = (locks.server_lock(server_publisher._client, owner) for owner in ("former", "new"))
    check_former = former.__enter__()
    set_metadata(server_publisher._client, locks.SERVER_LOCK, {"owner": "former", "at": 0.0})
    with new as check_new:
        with pytest.raises(IndexLocked, match="taken over"):
            check_former()
        former.__exit__(None, None, None)
        check_new()
    assert not lock_names(server_publisher)


def test_a_rebuild_that_lost_its_lock_publishes_nothing(
    build_on_server: Build, server_publisher: ServerPublisher
) -> None:
    build_on_server()
    before = server_publisher.current_name()

    def remove_lock(done: int, total: int) -> None:
        for name in lock_names(server_publisher):
            server_publisher._client.delete_collection(name)

    with pytest.raises(IndexLocked, match="taken over"):
        build_on_server(force=True, progress=remove_lock)
    assert server_publisher.current_name() == before
    assert generations_of(server_publisher) == [before]


def test_a_rebuild_keeps_its_long_timeout_after_the_check(
    build_on_server: Build, server_publisher: ServerPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = ServerPublisher.publish
    timeouts: list[float] = []

    def record_timeout(self: ServerPublisher, staging: Path) -> None:
        timeouts.append(server_publisher._client._server._session.timeout.read)  # type: ignore[attr-defined]
        publish(self, staging)

    monkeypatch.setattr(ServerPublisher, "publish", record_timeout)
    build_on_server()
    assert timeouts == [chroma.WRITE_TIMEOUT_SECONDS]
    assert server_publisher._client._server._session.timeout.read == chroma.TIMEOUT_SECONDS  # type: ignore[attr-defined]


def test_a_lock_is_renewed_while_it_is_held(server_publisher: ServerPublisher, monkeypatch: pytest.MonkeyPatch) -> None:
    def renewed_at() -> float:
        lock = chroma.find_collection(server_publisher._client, locks.SERVER_LOCK)
        assert lock is not None
        return float(lock.metadata["at"])

    monkeypatch.setattr(locks, "HEARTBEAT_SECONDS", 0.05)
    with server_publisher.begin_rebuild():
        first = renewed_at()
        time.sleep(0.3)
        assert renewed_at() > first


def test_a_rebuild_killed_at_random_leaves_the_index_unchanged_and_the_next_cleans_up(
    folder: Path, build_on_server: Build, server_publisher: ServerPublisher, running: ChromaServer
) -> None:
    build_on_server()
    killed_early = 0
    for was_running in kill_rebuilds_at_random(
        folder, server_publisher.root, running.url, max(4, kill_count() // 4), seed=7
    ):
        killed_early += was_running
        assert texts(server_publisher) == [ANTS, BEES]
    assert killed_early
    assert build_on_server(force=True).built
    assert len(generations_of(server_publisher)) <= GENERATIONS_KEPT
    assert not lock_names(server_publisher)
    assert len(collection_names(server_publisher)) == 3 * len(generations_of(server_publisher)) + 1
    assert sorted(path.name for path in server_publisher.root.iterdir()) == ["rebuild.lock"]
