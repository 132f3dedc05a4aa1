"""Generations on a real Chroma server: what holds for a folder holds there, and one that is gone is said in time."""

import errno
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
from tests.support.killing import killed_at_random, kills

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
def place(running: ChromaServer, tmp_path: Path) -> Iterator[ServerPublisher]:
    """An empty server."""
    yield ServerPublisher(tmp_path / "index", running.url)
    for found in list(list_collections(connect_server(running.url))):
        connect_server(running.url).delete_collection(found.name)


@pytest.fixture
def on_server(folder: Path, place: ServerPublisher, fake: Embedder) -> Build:
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    return lambda **options: rebuild(folder, place, FAKE_MODEL, lambda: fake, **options)


def names(place: ServerPublisher) -> list[str]:
    return sorted(found.name for found in list_collections(place._client))


def lock_names(place: ServerPublisher) -> list[str]:
    return [name for name in names(place) if name.startswith(locks.SERVER_LOCK)]


def generations_of(place: ServerPublisher) -> list[str]:
    return sorted({name.split("-files")[0].removeprefix("byline-") for name in names(place) if name.endswith("-files")})


def texts(place: ServerPublisher | FolderPublisher) -> list[str]:
    with open_current(place, FAKE_MODEL) as generation:
        return [row.passage.text for row in generation.passages(generation.positions().tolist())]


def test_a_server_answers_as_a_folder_does(
    on_server: Build, place: ServerPublisher, build: Build, publisher: FolderPublisher, fake: Embedder
) -> None:
    on_server()
    build()
    vector = fake.embed_query("The bees left in June.")
    with open_current(place, FAKE_MODEL) as there, open_current(publisher, FAKE_MODEL) as here:
        assert list(there.articles.values()) == list(here.articles.values())
        assert there.passages([1, 0]) == here.passages([1, 0])
        assert there.nearest_passages(vector, 2) == pytest.approx(here.nearest_passages(vector, 2), abs=1e-6)
        assert there.nearest_sentences(vector, 9).keys() == here.nearest_sentences(vector, 9).keys()
        assert there.sentence_vectors("bees.txt")[0] == here.sentence_vectors("bees.txt")[0]
        assert there.lexical.scores({"honey": 1.0}).tolist() == here.lexical.scores({"honey": 1.0}).tolist()


def test_a_machine_that_has_only_the_address_reads_everything(
    on_server: Build, place: ServerPublisher, running: ChromaServer, tmp_path: Path
) -> None:
    on_server()
    elsewhere = ServerPublisher(tmp_path / "elsewhere", running.url)
    assert texts(elsewhere) == [ANTS, BEES]
    assert [article.id for article in read_articles(elsewhere)] == ["ants.txt", "bees.txt"]
    assert elsewhere.peek_current_name() == place.peek_current_name() == place.current_name()
    assert not elsewhere.root.exists()


def test_a_rebuild_embeds_what_changed_and_nothing_where_nothing_did(
    folder: Path, on_server: Build, place: ServerPublisher, fake: Embedder
) -> None:
    def refuse() -> Embedder:
        raise AssertionError("the model was loaded")

    on_server()
    assert not rebuild(folder, place, FAKE_MODEL, refuse).built
    (folder / "ants.txt").unlink()
    assert rebuild(folder, place, FAKE_MODEL, refuse).plan.removed == ("ants.txt",)
    assert texts(place) == [BEES]


def test_only_the_newest_generations_are_kept(on_server: Build, place: ServerPublisher) -> None:
    built = []
    for _ in range(GENERATIONS_KEPT + 1):
        on_server(force=True)
        built.append(place.current_name())
    assert generations_of(place) == built[-GENERATIONS_KEPT:]
    assert len(names(place)) == 3 * GENERATIONS_KEPT + 1


def test_what_fails_its_check_is_not_published_and_leaves_nothing(
    on_server: Build, place: ServerPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server()
    before = names(place)

    def fail(*_: object) -> None:
        raise IndexDamaged("The index is damaged: so it is said.")

    monkeypatch.setattr("index.publishing.server.check_collections", fail)
    with pytest.raises(IndexDamaged, match="not published"):
        on_server(force=True)
    assert names(place) == before


def test_a_file_or_a_collection_that_is_not_whole_is_damage_and_is_built_again(
    on_server: Build, place: ServerPublisher
) -> None:
    on_server()
    name = place.current_name()
    files = place._collection(name, "files")
    first = files.get(where={"path": "articles.json"})
    files.update(ids=first["ids"][:1], documents=["AAAA" + first["documents"][0][4:]], embeddings=[[1.0]])
    with pytest.raises(IndexDamaged):
        open_current(place, FAKE_MODEL)
    with pytest.raises(IndexDamaged):
        verify_current(place)
    on_server(force=True)
    place._collection(place.current_name(), "sentences").delete(ids=["1"])
    with pytest.raises(IndexDamaged):
        open_current(place, FAKE_MODEL)
    assert on_server().plan.stale == "the index was damaged"
    assert texts(place) == [ANTS, BEES]


def test_a_full_temporary_folder_is_told(
    on_server: Build, place: ServerPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(IndexUnusable, match=r"cannot be copied to .*: No space left on device\.") as caught:
        verify_current(place)
    assert "TMPDIR" in caught.value.hint


@pytest.mark.parametrize("pointer", ["", "../../etc", "20200101T000000000000-00000000"])
def test_a_pointer_that_names_no_generation_is_refused_and_the_next_rebuild_mends_it(
    on_server: Build, place: ServerPublisher, pointer: str
) -> None:
    on_server()
    set_metadata(place._client, POINTER, {"generation": pointer, "manifest": "0"})
    with pytest.raises((IndexDamaged, IndexMissing)):
        open_current(place, FAKE_MODEL)
    on_server()
    assert texts(place) == [ANTS, BEES]


def test_another_model_or_dimension_is_refused_with_a_hint(on_server: Build, place: ServerPublisher) -> None:
    on_server()
    with pytest.raises(IndexOutdated) as caught:
        open_current(place, "another")
    assert "byline rebuild" in caught.value.hint
    with open_current(place, FAKE_MODEL) as generation, pytest.raises(IndexOutdated, match="16 numbers"):
        generation.nearest_passages(np.ones(17, dtype=np.float32), 1)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="handles are counted as Linux shows them")
def test_many_openings_leave_no_handle(on_server: Build, place: ServerPublisher, fake: Embedder) -> None:
    def reopen(times: int) -> int:
        for _ in range(times):
            with open_current(place, FAKE_MODEL) as generation:
                assert generation.nearest_passages(fake.embed_query("bees"), 2)
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    on_server()
    before = reopen(5)
    assert reopen(int(os.environ.get("REOPENINGS", "40")) // 2) <= before + 2


# One rebuild at a time


def test_a_second_rebuild_says_that_one_is_running_from_another_machine_too(
    folder: Path, on_server: Build, place: ServerPublisher, running: ChromaServer, tmp_path: Path, fake: Embedder
) -> None:
    on_server()
    elsewhere = ServerPublisher(tmp_path / "elsewhere", running.url)
    with elsewhere.begin_rebuild():
        with pytest.raises(IndexLocked, match="running"):
            on_server(force=True)
        with pytest.raises(IndexLocked, match="running"):
            rebuild(folder, elsewhere, FAKE_MODEL, lambda: fake, force=True)
    assert on_server(force=True).built


@pytest.mark.parametrize("holder", ["a killed rebuild of the same folder", "a silent machine", "nobody"])
def test_a_stale_lock_is_taken_over(on_server: Build, place: ServerPublisher, holder: str) -> None:
    now = time.time()
    holders: dict[str, dict[str, Any]] = {
        "a killed rebuild of the same folder": {"owner": f"{socket.gethostname()}:{place.root.resolve()}", "at": now},
        "a silent machine": {"owner": "elsewhere", "at": now - 2 * locks.STALE_SECONDS},
        "nobody": {"owner": "?"},
    }
    metadata = holders[holder]
    set_metadata(place._client, locks.SERVER_LOCK, metadata)
    set_metadata(place._client, f"{locks.SERVER_LOCK}-leftover", metadata)
    assert on_server().built
    assert not lock_names(place)


@pytest.mark.parametrize("stale", [False, True], ids=["free", "stale"])
def test_exactly_one_of_many_that_compete_gets_the_lock(place: ServerPublisher, stale: bool) -> None:
    competitors = 8
    together = threading.Barrier(competitors)

    def compete(number: int) -> bool:
        together.wait()
        try:
            with locks.server_lock(place._client, f"competitor {number}") as check:
                together.wait()
                check()
                return True
        except IndexLocked:
            together.wait()
            return False

    with ThreadPoolExecutor(competitors) as threads:
        for _ in range(int(os.environ.get("LOCK_ROUNDS", "10"))):
            if stale:
                set_metadata(place._client, locks.SERVER_LOCK, {"owner": "elsewhere", "at": 0.0})
            assert sum(threads.map(compete, range(competitors))) == 1
            assert not lock_names(place)


def test_a_lock_that_was_taken_over_is_not_removed_by_its_former_owner(place: ServerPublisher) -> None:
    former, new = (locks.server_lock(place._client, owner) for owner in ("former", "new"))
    check_former = former.__enter__()
    set_metadata(place._client, locks.SERVER_LOCK, {"owner": "former", "at": 0.0})
    with new as check_new:
        with pytest.raises(IndexLocked, match="taken over"):
            check_former()
        former.__exit__(None, None, None)
        check_new()
    assert not lock_names(place)


def test_a_rebuild_whose_lock_was_taken_publishes_nothing(on_server: Build, place: ServerPublisher) -> None:
    on_server()
    before = place.current_name()

    def robbed(done: int, total: int) -> None:
        for name in lock_names(place):
            place._client.delete_collection(name)

    with pytest.raises(IndexLocked, match="taken over"):
        on_server(force=True, progress=robbed)
    assert place.current_name() == before
    assert generations_of(place) == [before]


def test_a_rebuild_stays_patient_when_it_has_checked_what_it_built(
    on_server: Build, place: ServerPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = ServerPublisher.publish
    timeouts: list[float] = []

    def noted(self: ServerPublisher, staging: Path) -> None:
        timeouts.append(place._client._server._session.timeout.read)  # type: ignore[attr-defined]
        publish(self, staging)

    monkeypatch.setattr(ServerPublisher, "publish", noted)
    on_server()
    assert timeouts == [chroma.WRITE_TIMEOUT_SECONDS]
    assert place._client._server._session.timeout.read == chroma.TIMEOUT_SECONDS  # type: ignore[attr-defined]


def test_a_lock_is_renewed_while_it_is_held(place: ServerPublisher, monkeypatch: pytest.MonkeyPatch) -> None:
    def renewed_at() -> float:
        lock = chroma.find_collection(place._client, locks.SERVER_LOCK)
        assert lock is not None
        return float(lock.metadata["at"])

    monkeypatch.setattr(locks, "HEARTBEAT_SECONDS", 0.05)
    with place.begin_rebuild():
        first = renewed_at()
        time.sleep(0.3)
        assert renewed_at() > first


def test_a_rebuild_killed_at_random_leaves_the_old_index_and_the_next_removes_the_rest(
    folder: Path, on_server: Build, place: ServerPublisher, running: ChromaServer
) -> None:
    on_server()
    early = 0
    for killed in killed_at_random(folder, place.root, running.url, max(4, kills() // 4), seed=7):
        early += killed
        assert texts(place) == [ANTS, BEES]
    assert early
    assert on_server(force=True).built
    assert len(generations_of(place)) <= GENERATIONS_KEPT
    assert not lock_names(place)
    assert len(names(place)) == 3 * len(generations_of(place)) + 1
    assert sorted(path.name for path in place.root.iterdir()) == ["rebuild.lock"]


# A server that is gone, or hangs, or comes back


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChromaServer]:
    """A server of a test's own."""
    monkeypatch.setattr(chroma, "TIMEOUT_SECONDS", 0.7)
    (tmp_path / "alone").mkdir()
    chroma_server = ChromaServer(tmp_path / "alone")
    chroma_server.start()
    yield chroma_server
    chroma_server.kill()


@pytest.fixture
def bees_alone(folder: Path, alone: ChromaServer, tmp_path: Path, fake: Embedder) -> ServerPublisher:
    """An index of one article on it."""
    place = ServerPublisher(tmp_path / "index", alone.url)
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    rebuild(folder, place, FAKE_MODEL, lambda: fake)
    return place


@pytest.mark.timeout(60)
def test_a_server_that_is_stopped_or_killed_is_said_in_time_and_answers_again_when_it_is_back(
    folder: Path, alone: ChromaServer, bees_alone: ServerPublisher, fake: Embedder
) -> None:
    place = bees_alone
    vector = fake.embed_query("bees")
    ways: list[Callable[[], object]] = [
        lambda: generation.nearest_passages(vector, 1),
        lambda: generation.sentence_vectors("bees.txt"),
        lambda: open_current(place, FAKE_MODEL),
        lambda: rebuild(folder, place, FAKE_MODEL, lambda: fake),
    ]
    with open_current(place, FAKE_MODEL) as generation:
        for gone, back in ((alone.stop, alone.go_on), (alone.kill, alone.start)):
            gone()
            for ask in ways:
                started = time.monotonic()
                with pytest.raises(IndexUnreachable, match="does not answer") as caught:
                    ask()
                assert time.monotonic() - started < 4
                assert "CHROMA_URL" in caught.value.hint
            assert place.peek_current_name() is None
            back()
            assert generation.nearest_passages(vector, 1).keys() == {0}
            assert place.peek_current_name() == generation.name
    assert connect_server(alone.url) is connect_server(alone.url)


@pytest.mark.timeout(60)
def test_only_the_first_reader_waits_for_a_server_that_is_stopped(
    folder: Path, alone: ChromaServer, bees_alone: ServerPublisher, fake: Embedder
) -> None:
    place = bees_alone
    vector = fake.embed_query("bees")

    def ask(live: LiveIndex) -> float:
        """How long it took to be told that the server does not answer; 0.0 if it does."""
        started = time.monotonic()
        try:
            with live.lease() as generation:
                assert generation.nearest_passages(vector, 1).keys() == {0}
        except IndexUnreachable:
            return time.monotonic() - started
        return 0.0

    with LiveIndex(place, FAKE_MODEL, interval=0.1) as live:
        assert not ask(live)
        alone.stop()
        assert ask(live) > 0.5
        assert 0 < sum(ask(live) for _ in range(10)) < 0.5
        with live.lease(searching=False) as generation:
            assert list(generation.articles) == ["bees.txt"]
        alone.go_on()
        deadline = time.monotonic() + 20
        while ask(live):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_rebuild_that_is_under_way_when_the_server_goes_is_an_error_and_the_next_succeeds(
    folder: Path, alone: ChromaServer, bees_alone: ServerPublisher, fake: Embedder
) -> None:
    place = bees_alone
    before = place.current_name()
    with pytest.raises(IndexUnreachable):
        rebuild(folder, place, FAKE_MODEL, lambda: fake, force=True, progress=lambda done, total: alone.kill())
    alone.start()
    assert place.current_name() == before
    assert texts(place) == [BEES]
    assert rebuild(folder, place, FAKE_MODEL, lambda: fake, force=True).built
    assert not lock_names(place)


# A proxy that authenticates, and the commands

SECRET = "Bearer s3cret-of-the-proxy"


@pytest.fixture
def proxy(running: ChromaServer) -> Iterator[str]:
    """An address that passes on to the server what bears the secret header, and refuses the rest."""

    class Proxy(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Authorization") != SECRET:
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

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def test_the_header_opens_a_proxy_and_its_lack_is_said(
    folder: Path, place: ServerPublisher, proxy: str, fake: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    through = ServerPublisher(place.root, proxy, ("Authorization", SECRET))
    with caplog.at_level(logging.DEBUG):
        rebuild(folder, through, FAKE_MODEL, lambda: fake)
        assert texts(through) == [BEES]
    assert SECRET not in caplog.text
    with pytest.raises(IndexUnreachable, match="refuses access") as caught:
        ServerPublisher(place.root, proxy).manifest()
    assert "CHROMA_HEADER" in caught.value.hint


@pytest.mark.parametrize("said", [b"<html>Welcome</html>", b"{}", b"[]", b"null", b'"x"', b""], ids=str)
def test_a_web_server_that_is_no_chroma_is_said_to_be_none(said: bytes, tmp_path: Path) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        with pytest.raises(IndexUnreachable, match="not a Chroma server") as caught:
            ServerPublisher(tmp_path, f"http://127.0.0.1:{listening.server_port}").manifest()
        listening.shutdown()
    assert "CHROMA_URL" in caught.value.hint


def test_the_commands_work_with_a_server(
    command: Run, folder: Path, place: ServerPublisher, proxy: str, fake: Embedder, running: ChromaServer
) -> None:
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    rebuild(folder, place, model_identity(None), lambda: fake)
    settings = {"CHROMA_URL": proxy, "CHROMA_HEADER": f"Authorization: {SECRET}"}
    status = command("index", "status", "--json", **settings)
    assert (status.returncode, status.stderr) == (0, "")
    assert json.loads(status.stdout)["generation"] == place.current_name()
    verified = command("index", "verify", **settings)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.startswith(f"Generation {place.current_name()} is sound")
    assert command("index", "rebuild", **settings).stdout.startswith("Nothing has changed")
    for wrong in ("Authorization: Bearer another-secret", "Authorization another-secret"):
        refused = command("index", "verify", "--debug", CHROMA_URL=proxy, CHROMA_HEADER=wrong)
        assert refused.returncode in (1, 2)
        assert "another-secret" not in refused.stderr + refused.stdout


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://host", "http://", "http://user:hidden@host", "http://host:x", "http://h?q=hidden"]
)
def test_an_address_that_cannot_be_one_is_a_settings_error(command: Run, url: str) -> None:
    done = command("index", "status", CHROMA_URL=url)
    sentence, hint = done.stderr.splitlines()
    assert done.returncode == 2
    assert "CHROMA_URL" in sentence
    assert hint.strip()
    assert "hidden" not in done.stderr


def test_an_address_where_nothing_listens_is_told_in_one_sentence(command: Run) -> None:
    done = command("index", "status", CHROMA_URL="http://127.0.0.1:9")
    sentence, hint = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence.startswith("The Chroma server does not answer")
    assert "CHROMA_URL" in hint
