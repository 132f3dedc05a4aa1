"""A real Chroma server, and a publisher on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.publishing.server import ServerPublisher
from index.rebuild import rebuild
from index.store.chroma import connect_server, list_collections

from tests.index.rebuilding import ANTS, BEES, Build
from tests.servers.chroma import ChromaServer
from tests.support.fakes import FAKE_MODEL


@pytest.fixture(scope="package")
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
