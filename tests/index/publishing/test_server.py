"""Publishing to a real Chroma server: same behaviour as a folder; a server that is down is reported in time."""

import errno
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from index.embedding import Embedder, model_identity
from index.errors import IndexDamaged, IndexLocked, IndexMissing, IndexOutdated, IndexUnreachable, IndexUnusable
from index.generation import open_current, read_articles
from index.live import LiveIndex
from index.publishing import locks
from index.publishing.folder import FolderPublisher
from index.publishing.publisher import GENERATIONS_KEPT
from index.publishing.server import POINTER, ServerPublisher
from index.publishing.verification import verify_current
from index.rebuild import RebuildReport, rebuild
from index.store import chroma
from index.store.chroma import connect_server, list_collections, set_metadata

from tests.servers.chroma import ChromaServer
from tests.support.command import Run
from tests.support.fakes import FAKE_MODEL
from tests.support.killing import kill_count, kill_rebuilds_at_random

Build = Callable[..., RebuildReport]

ANTS = "The ants came in May.\n\nNobody had asked them to, least of all the council."
BEES = "The bees left in June.\n\nThey took the honey, and who can blame them?"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    chroma_server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    chroma_server.start()
    yield chroma_server
    chroma_server.kill()


@pytest.fixture
def server_publisher(running: ChromaServer, tmp_path: Path) -> Iterator[ServerPublisher]:
    """A publisher on a Chroma server without collections."""
    yield ServerPublisher(tmp_path / "index", running.url)
    for collection in list(list_collections(connect_server(running.url))):
        connect_server(running.url).delete_collection(collection.name)


@pytest.fixture
def build_on_server(folder: Path, server_publisher: ServerPublisher, fake: Embedder) -> Build:
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    return lambda **options: rebuild(folder, server_publisher, FAKE_MODEL, lambda: fake, **options)


def collection_names(server_publisher: ServerPublisher) -> list[str]:
    return sorted(collection.name for collection in list_collections(server_publisher._client))


def lock_names(server_publisher: ServerPublisher) -> list[str]:
    return [name for name in collection_names(server_publisher) if name.startswith(locks.SERVER_LOCK)]


def generations_of(server_publisher: ServerPublisher) -> list[str]:
    return sorted(
        {
            name.split("-files")[0].removeprefix("byline-")
            for name in collection_names(server_publisher)
            if name.endswith("-files")
        }
    )


def texts(server_publisher: ServerPublisher | FolderPublisher) -> list[str]:
    with open_current(server_publisher, FAKE_MODEL) as generation:
        return [row.passage.text for row in generation.passages(generation.positions().tolist())]


def test_a_generation_on_a_server_gives_the_same_results_as_one_in_a_folder(
    build_on_server: Build, server_publisher: ServerPublisher, build: Build, publisher: FolderPublisher, fake: Embedder
) -> None:
    build_on_server()
    build()
    vector = fake.embed_query("The bees left in June.")
    with open_current(server_publisher, FAKE_MODEL) as on_server, open_current(publisher, FAKE_MODEL) as in_folder:
        assert list(on_server.articles.values()) == list(in_folder.articles.values())
        assert on_server.passages([1, 0]) == in_folder.passages([1, 0])
        assert on_server.nearest_passages(vector, 2) == pytest.approx(in_folder.nearest_passages(vector, 2), abs=1e-6)
        assert on_server.nearest_sentences(vector, 9).keys() == in_folder.nearest_sentences(vector, 9).keys()
        assert on_server.sentence_vectors("bees.txt")[0] == in_folder.sentence_vectors("bees.txt")[0]
        assert on_server.lexical.scores({"honey": 1.0}).tolist() == in_folder.lexical.scores({"honey": 1.0}).tolist()


def test_a_machine_without_local_files_reads_the_index_through_the_url(
    build_on_server: Build, server_publisher: ServerPublisher, running: ChromaServer, tmp_path: Path
) -> None:
    build_on_server()
    elsewhere = ServerPublisher(tmp_path / "elsewhere", running.url)
    assert texts(elsewhere) == [ANTS, BEES]
    assert [article.id for article in read_articles(elsewhere)] == ["ants.txt", "bees.txt"]
    assert elsewhere.peek_current_name() == server_publisher.peek_current_name() == server_publisher.current_name()
    assert not elsewhere.root.exists()


def test_a_rebuild_embeds_only_changed_articles(
    folder: Path, build_on_server: Build, server_publisher: ServerPublisher, fake: Embedder
) -> None:
    def refuse() -> Embedder:
        raise AssertionError("the model was loaded")

    build_on_server()
    assert not rebuild(folder, server_publisher, FAKE_MODEL, refuse).built
    (folder / "ants.txt").unlink()
    assert rebuild(folder, server_publisher, FAKE_MODEL, refuse).plan.removed == ("ants.txt",)
    assert texts(server_publisher) == [BEES]


def test_only_the_newest_generations_are_kept(build_on_server: Build, server_publisher: ServerPublisher) -> None:
    built = []
    for _ in range(GENERATIONS_KEPT + 1):
        build_on_server(force=True)
        built.append(server_publisher.current_name())
    assert generations_of(server_publisher) == built[-GENERATIONS_KEPT:]
    assert len(collection_names(server_publisher)) == 3 * GENERATIONS_KEPT + 1


def test_a_generation_that_fails_its_check_is_removed_and_not_published(
    build_on_server: Build, server_publisher: ServerPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_on_server()
    before = collection_names(server_publisher)

    def fail(*_: object) -> None:
        raise IndexDamaged("The index is damaged: the check failed.")

    monkeypatch.setattr("index.publishing.server.check_collections", fail)
    with pytest.raises(IndexDamaged, match="not published"):
        build_on_server(force=True)
    assert collection_names(server_publisher) == before


def test_a_damaged_file_or_collection_is_detected_and_rebuilt(
    build_on_server: Build, server_publisher: ServerPublisher
) -> None:
    build_on_server()
    name = server_publisher.current_name()
    files = server_publisher._collection(name, "files")
    first = files.get(where={"path": "articles.json"})
    files.update(ids=first["ids"][:1], documents=["AAAA" + first["documents"][0][4:]], embeddings=[[1.0]])
    with pytest.raises(IndexDamaged):
        open_current(server_publisher, FAKE_MODEL)
    with pytest.raises(IndexDamaged):
        verify_current(server_publisher)
    build_on_server(force=True)
    server_publisher._collection(server_publisher.current_name(), "sentences").delete(ids=["1"])
    with pytest.raises(IndexDamaged):
        open_current(server_publisher, FAKE_MODEL)
    assert build_on_server().plan.stale == "the index was damaged"
    assert texts(server_publisher) == [ANTS, BEES]


def test_a_file_in_many_pieces_is_read_in_pages_and_a_missing_piece_is_reported_as_damage(
    build_on_server: Build, server_publisher: ServerPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.publishing.server._PIECE_CHARS", 40)
    monkeypatch.setattr("index.store.chroma.PAGE", 3)
    build_on_server()
    assert texts(server_publisher) == [ANTS, BEES]
    name = server_publisher.current_name()
    files = server_publisher._collection(name, "files")
    assert len(files.get(where={"path": "articles.json"})["ids"]) > 3
    files.delete(where={"$and": [{"path": "articles.json"}, {"part": 1}]})
    with pytest.raises(IndexDamaged, match=r"articles\.json cannot be read"):
        server_publisher.read_file(name, "articles.json")


def test_a_manifest_that_lists_a_file_outside_the_generation_is_reported_as_damage(
    build_on_server: Build, server_publisher: ServerPublisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_on_server()
    manifest = server_publisher.manifest()
    listed = replace(manifest, files={**manifest.files, "../outside": "0"})
    monkeypatch.setattr(server_publisher, "manifest", lambda name: listed)
    (tmp_path / "copy").mkdir()
    with pytest.raises(IndexDamaged, match="outside its folder"):
        server_publisher.copy_to(server_publisher.current_name(), tmp_path / "copy")
    assert not (tmp_path / "outside").exists()


def test_a_full_disk_for_temporary_files_is_reported(
    build_on_server: Build, server_publisher: ServerPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_on_server()

    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(IndexUnusable, match=r"cannot be copied to .*: No space left on device\.") as caught:
        verify_current(server_publisher)
    assert "TMPDIR" in caught.value.hint


@pytest.mark.parametrize("pointer", ["", "../../etc", "20200101T000000000000-00000000"])
def test_an_invalid_pointer_is_rejected_and_repaired_by_the_next_rebuild(
    build_on_server: Build, server_publisher: ServerPublisher, pointer: str
) -> None:
    build_on_server()
    set_metadata(server_publisher._client, POINTER, {"generation": pointer})
    with pytest.raises((IndexDamaged, IndexMissing)):
        open_current(server_publisher, FAKE_MODEL)
    build_on_server()
    assert texts(server_publisher) == [ANTS, BEES]


def test_another_model_or_dimension_is_rejected_with_a_hint(
    build_on_server: Build, server_publisher: ServerPublisher
) -> None:
    build_on_server()
    with pytest.raises(IndexOutdated) as caught:
        open_current(server_publisher, "another")
    assert "byline rebuild" in caught.value.hint
    with open_current(server_publisher, FAKE_MODEL) as generation, pytest.raises(IndexOutdated, match="16 numbers"):
        generation.nearest_passages(np.ones(17, dtype=np.float32), 1)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to count file handles")
def test_opening_many_times_leaks_no_file_handles(
    build_on_server: Build, server_publisher: ServerPublisher, fake: Embedder
) -> None:
    def reopen(times: int) -> int:
        for _ in range(times):
            with open_current(server_publisher, FAKE_MODEL) as generation:
                assert generation.nearest_passages(fake.embed_query("bees"), 2)
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    build_on_server()
    before = reopen(5)
    assert reopen(int(os.environ.get("REOPENINGS", "40")) // 2) <= before + 2


# Only one rebuild at a time


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


# A server that is suspended, killed or restarted


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChromaServer]:
    """A Chroma server for one test, which may suspend and kill it."""
    monkeypatch.setattr(chroma, "TIMEOUT_SECONDS", 0.7)
    (tmp_path / "own").mkdir()
    chroma_server = ChromaServer(tmp_path / "own")
    chroma_server.start()
    yield chroma_server
    chroma_server.kill()


@pytest.fixture
def publisher_on_own_server(folder: Path, own_server: ChromaServer, tmp_path: Path, fake: Embedder) -> ServerPublisher:
    """A publisher of an index with one article on `own_server`."""
    server_publisher = ServerPublisher(tmp_path / "index", own_server.url)
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    rebuild(folder, server_publisher, FAKE_MODEL, lambda: fake)
    return server_publisher


@pytest.mark.timeout(60)
def test_a_suspended_or_killed_server_is_reported_within_seconds_and_used_again_once_it_is_back(
    folder: Path, own_server: ChromaServer, publisher_on_own_server: ServerPublisher, fake: Embedder
) -> None:
    server_publisher = publisher_on_own_server
    vector = fake.embed_query("bees")
    requests: list[Callable[[], object]] = [
        lambda: generation.nearest_passages(vector, 1),
        lambda: generation.sentence_vectors("bees.txt"),
        lambda: open_current(server_publisher, FAKE_MODEL),
        lambda: rebuild(folder, server_publisher, FAKE_MODEL, lambda: fake),
    ]
    with open_current(server_publisher, FAKE_MODEL) as generation:
        for take_down, bring_back in ((own_server.suspend, own_server.resume), (own_server.kill, own_server.start)):
            take_down()
            for send in requests:
                started = time.monotonic()
                with pytest.raises(IndexUnreachable, match="does not answer") as caught:
                    send()
                assert time.monotonic() - started < 4
                assert "CHROMA_URL" in caught.value.hint
            assert server_publisher.peek_current_name() is None
            bring_back()
            assert generation.nearest_passages(vector, 1).keys() == {0}
            assert server_publisher.peek_current_name() == generation.name
    assert connect_server(own_server.url) is connect_server(own_server.url)


@pytest.mark.timeout(60)
def test_after_one_timeout_on_a_suspended_server_later_readers_fail_fast(
    folder: Path, own_server: ChromaServer, publisher_on_own_server: ServerPublisher, fake: Embedder
) -> None:
    server_publisher = publisher_on_own_server
    vector = fake.embed_query("bees")

    def ask(live: LiveIndex) -> float:
        """Return the seconds until the server was reported as unreachable; 0.0 if it answers."""
        started = time.monotonic()
        try:
            with live.lease() as generation:
                assert generation.nearest_passages(vector, 1).keys() == {0}
        except IndexUnreachable:
            return time.monotonic() - started
        return 0.0

    with LiveIndex(server_publisher, FAKE_MODEL, interval=0.1) as live:
        assert not ask(live)
        own_server.suspend()
        assert ask(live) > 0.5
        assert 0 < sum(ask(live) for _ in range(10)) < 0.5
        with live.lease(searching=False) as generation:
            assert list(generation.articles) == ["bees.txt"]
        own_server.resume()
        deadline = time.monotonic() + 20
        while ask(live):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_rebuild_fails_if_the_server_is_killed_meanwhile_and_the_next_one_succeeds(
    folder: Path, own_server: ChromaServer, publisher_on_own_server: ServerPublisher, fake: Embedder
) -> None:
    server_publisher = publisher_on_own_server
    before = server_publisher.current_name()
    with pytest.raises(IndexUnreachable):
        rebuild(
            folder,
            server_publisher,
            FAKE_MODEL,
            lambda: fake,
            force=True,
            progress=lambda done, total: own_server.kill(),
        )
    own_server.start()
    assert server_publisher.current_name() == before
    assert texts(server_publisher) == [BEES]
    assert rebuild(folder, server_publisher, FAKE_MODEL, lambda: fake, force=True).built
    assert not lock_names(server_publisher)


# A proxy with authentication, and the command line

PROXY_SECRET = "Bearer s3cret-of-the-proxy"


@pytest.fixture
def proxy(running: ChromaServer) -> Iterator[str]:
    """A proxy that forwards requests with the secret header to the Chroma server, and rejects others."""

    class Proxy(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != PROXY_SECRET:
                status, content = 403, b"no"
            else:
                with httpx.Client() as client:
                    kind = {"Content-Type": "application/json"}
                    reply = client.request(self.command, running.url + self.path, content=body, headers=kind)
                status, content = reply.status_code, reply.content
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as http_server:
        threading.Thread(target=http_server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http_server.server_port}"
        http_server.shutdown()


def test_a_proxy_accepts_the_configured_header_and_a_missing_header_is_reported(
    folder: Path, server_publisher: ServerPublisher, proxy: str, fake: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    via_proxy = ServerPublisher(server_publisher.root, proxy, ("Authorization", PROXY_SECRET))
    with caplog.at_level(logging.DEBUG):
        rebuild(folder, via_proxy, FAKE_MODEL, lambda: fake)
        assert texts(via_proxy) == [BEES]
    assert PROXY_SECRET not in caplog.text
    with pytest.raises(IndexUnreachable, match="refuses access") as caught:
        ServerPublisher(server_publisher.root, proxy).manifest()
    assert "CHROMA_HEADER" in caught.value.hint


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"{}", b"[]", b"null", b'"x"', b""], ids=str)
def test_a_web_server_other_than_chroma_is_reported(body: bytes, tmp_path: Path) -> None:
    class OtherServer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), OtherServer) as http_server:
        threading.Thread(target=http_server.serve_forever, daemon=True).start()
        with pytest.raises(IndexUnreachable, match="not a Chroma server") as caught:
            ServerPublisher(tmp_path, f"http://127.0.0.1:{http_server.server_port}").manifest()
        http_server.shutdown()
    assert "CHROMA_URL" in caught.value.hint


def test_the_index_commands_work_with_a_server(
    command: Run, folder: Path, server_publisher: ServerPublisher, proxy: str, fake: Embedder, running: ChromaServer
) -> None:
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    rebuild(folder, server_publisher, model_identity(None), lambda: fake)
    settings = {"CHROMA_URL": proxy, "CHROMA_HEADER": f"Authorization: {PROXY_SECRET}"}
    status = command("index", "status", "--json", **settings)
    assert (status.returncode, status.stderr) == (0, "")
    assert json.loads(status.stdout)["generation"] == server_publisher.current_name()
    verified = command("index", "verify", **settings)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.startswith(f"Generation {server_publisher.current_name()} is intact")
    assert command("index", "rebuild", **settings).stdout.startswith("Nothing has changed")
    for wrong in ("Authorization: Bearer another-secret", "Authorization another-secret"):
        refused = command("index", "verify", "--debug", CHROMA_URL=proxy, CHROMA_HEADER=wrong)
        assert refused.returncode in (1, 2)
        assert "another-secret" not in refused.stderr + refused.stdout


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://host", "http://", "http://user:hidden@host", "http://host:x", "http://h?q=hidden"]
)
def test_an_invalid_url_is_a_settings_error(command: Run, url: str) -> None:
    done = command("index", "status", CHROMA_URL=url)
    sentence, hint = done.stderr.splitlines()
    assert done.returncode == 2
    assert "CHROMA_URL" in sentence
    assert hint.strip()
    assert "hidden" not in done.stderr


def test_a_url_without_a_listening_server_is_reported_in_one_sentence(command: Run) -> None:
    done = command("index", "status", CHROMA_URL="http://127.0.0.1:9")
    sentence, hint = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence.startswith("The Chroma server does not answer")
    assert "CHROMA_URL" in hint
