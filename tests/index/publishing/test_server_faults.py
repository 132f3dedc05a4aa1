"""A Chroma server that is suspended, killed, behind a proxy or none at all: reported in time."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from index.embedding import Embedder, model_identity
from index.errors import IndexUnreachable
from index.generation import open_current
from index.live import LiveIndex
from index.publishing.server import ServerPublisher
from index.rebuild import rebuild
from index.store import chroma
from index.store.chroma import connect_server

from tests.index.publishing.server_contents import lock_names, texts
from tests.index.rebuilding import BEES
from tests.servers.chroma import ChromaServer
from tests.support.command import Run
from tests.support.fakes import FAKE_MODEL


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
