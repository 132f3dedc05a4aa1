"""Publishing to a real Chroma server: the same behaviour as a folder."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embedding import Embedder
from index.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexUnusable
from index.generation import open_current, read_articles
from index.publishing.folder import FolderPublisher
from index.publishing.publisher import GENERATIONS_KEPT
from index.publishing.server import POINTER, ServerPublisher
from index.publishing.verification import verify_current
from index.rebuild import rebuild
from index.store.chroma import set_metadata

from tests.index.publishing.server_contents import collection_names, generations_of, texts
from tests.index.rebuilding import ANTS, BEES, Build
from tests.servers.chroma import ChromaServer
from tests.support.fakes import FAKE_MODEL


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
