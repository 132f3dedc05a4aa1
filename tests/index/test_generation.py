"""Generations: reading returns what was written, damage is refused, and readers have private copies."""

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.articles.parse import parse
from index.embedding import Embedder
from index.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexUnusable
from index.generation import Generation, open_current
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildReport
from index.text.passages import Passage, split
from index.text.sentences import sentence_spans

Build = Callable[..., RebuildReport]

TEXTS = {
    "ants.txt": "Ants\n\nBy Ines Okafor\n\nThe ants came in May. Nobody had asked them to.\n\n" + "They ate. " * 120,
    "bees.txt": "The bees left in June.\n\nWho can blame them? Nobody can. “Good riddance,” said the mayor of Avel.",
    "noël.md": "---\ntitle: Noël à Genève\nauthor: [Zoë Ångström]\n---\n\nIl neige 🎄 sur le lac.\n\nRien ne bouge.",
}


@pytest.fixture
def built(folder: Path, publisher: FolderPublisher, build: Build) -> FolderPublisher:
    """An index of three articles."""
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    build()
    return publisher


@pytest.fixture
def opened(built: FolderPublisher, fake: Embedder) -> Iterator[Generation]:
    with open_current(built, fake.model) as generation:
        yield generation


def expected() -> list[Passage]:
    parsed = [parse(name, text.encode()) for name, text in TEXTS.items()]
    return [passage for article in parsed for passage in split(article, sentence_spans)]


def stored(generation: Generation) -> list[Passage]:
    return [row.passage for row in generation.passages(range(generation.manifest.passages))]


def test_passages_are_read_as_they_were_split(opened: Generation) -> None:
    assert stored(opened) == expected()


def test_passages_are_read_in_the_requested_order_with_the_position_of_their_first_sentence(opened: Generation) -> None:
    counts = [len(passage.sentences) for passage in expected()]
    rows = opened.passages([2, 0, 1])
    assert [row.position for row in rows] == [2, 0, 1]
    assert [row.first_sentence for row in rows] == [counts[0] + counts[1], 0, counts[0]]


def test_passages_are_read_correctly_when_the_cache_overflows(
    opened: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.generation._MAX_CACHED", 2)
    for positions in ([0], [0, 1], [1, 0, 2], [3, 0, 2, 1]):
        assert [row.passage for row in opened.passages(positions)] == [expected()[n] for n in positions]


def test_articles_are_read_as_they_were_parsed(opened: Generation) -> None:
    assert list(opened.articles.values()) == [parse(name, text.encode()) for name, text in TEXTS.items()]


def test_sentences_are_read_in_order_with_a_vector_each(opened: Generation, fake: Embedder) -> None:
    offsets, vectors = opened.sentence_vectors("bees.txt")
    sentences = [TEXTS["bees.txt"][start:end] for start, end in offsets]
    assert sentences[:3] == ["The bees left in June.", "Who can blame them?", "Nobody can."]
    assert vectors == pytest.approx(fake.embed_documents(sentences), abs=1e-6)


def test_the_manifest_describes_the_articles(opened: Generation) -> None:
    ants, bees, noel = opened.manifest.articles
    assert (ants.title, ants.authors, noel.title, noel.authors) == (
        "Ants",
        ("Ines Okafor",),
        "Noël à Genève",
        ("Zoë Ångström",),
    )
    assert [ants.passages, bees.passages, noel.passages] == [3, 1, 1]
    assert (bees.words, bees.paragraphs, bees.sentences) == (18, 2, 4)


def test_nearest_passages_are_returned_with_their_cosines(opened: Generation, fake: Embedder) -> None:
    text = expected()[3].text
    near = opened.nearest_passages(fake.embed_query(f"\n{text}"), 2)
    assert len(near) == 2
    assert max(near, key=lambda position: near[position]) == 3
    assert near[3] == pytest.approx(1, abs=1e-5)


def test_nearest_passages_and_sentences_stay_within_the_requested_articles(opened: Generation, fake: Embedder) -> None:
    vector = fake.embed_query("The ants came in May.")
    assert set(opened.nearest_passages(vector, 5, ("bees.txt",))) == {3}
    assert set(opened.nearest_passages(vector, 5, ("bees.txt", "noël.md"))) == {3, 4}
    assert set(opened.nearest_sentences(vector, 500, ("bees.txt",))) == set(opened.sentences_of(3))


def test_positions_are_those_of_the_requested_articles(opened: Generation) -> None:
    assert opened.positions().tolist() == [0, 1, 2, 3, 4]
    assert opened.positions(("noël.md", "ants.txt")).tolist() == [4, 0, 1, 2]


def test_an_index_of_another_model_is_outdated_and_the_hint_is_to_rebuild(built: FolderPublisher) -> None:
    with pytest.raises(IndexOutdated, match=r"word-lengths.*another") as caught:
        open_current(built, "another")
    assert "byline rebuild" in caught.value.hint


def test_an_index_of_another_splitter_is_outdated(built: FolderPublisher, fake: Embedder) -> None:
    manifest = built.current_folder() / "manifest.json"
    written = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**written, "splitter": 10_000}), encoding="utf-8")
    with pytest.raises(IndexOutdated, match="splitter") as caught:
        open_current(built, fake.model)
    assert "byline rebuild" in caught.value.hint


DAMAGE: dict[str, Callable[[bytes], bytes | None]] = {
    "removed": lambda data: None,
    "emptied": lambda data: b"",
    "cut in half": lambda data: data[: len(data) // 2],
    "cut by a byte": lambda data: data[:-1],
    "longer by a byte": lambda data: data + b"\n",
    "zeroed": lambda data: bytes(len(data)),
    "random": lambda data: os.urandom(len(data)),
    "one bit turned": lambda data: bytes([data[0] ^ 1]) + data[1:] if data else b"",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_generation_with_any_file_damaged_is_refused(
    built: FolderPublisher, fake: Embedder, copies: Path, damage: Callable[[bytes], bytes | None]
) -> None:
    files = [path for path in built.current_folder().rglob("*") if path.is_file() and path.name != "manifest.json"]
    refused = 0
    for path in files:
        whole = path.read_bytes()
        data = damage(whole)
        if data == whole:  # a file that was empty, or all zeros, before
            continue
        if data is None:
            path.unlink()
        else:
            path.write_bytes(data)
        with pytest.raises(IndexDamaged) as caught:
            open_current(built, fake.model)
        assert "byline rebuild" in caught.value.hint
        path.write_bytes(whole)
        refused += 1
    assert refused >= len(files) // 2
    assert list(copies.iterdir()) == []
    open_current(built, fake.model).close()


MANIFESTS = {
    "removed": None,
    "empty": b"",
    "zeros": bytes(100),
    "cut": b'{"format": 1, "created": "2026',
    "a list": b"[]",
    "a number": b"1",
    "an odd format": b'{"format": "old"}',
    "too little": b'{"format": 4, "articles": []}',
    "odd articles": b'{"format": 4, "articles": [1]}',
    "not UTF-8": b'{"format": "\xff"}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", MANIFESTS.values(), ids=MANIFESTS)
def test_an_unreadable_manifest_is_reported_as_damage(
    built: FolderPublisher, fake: Embedder, content: bytes | None
) -> None:
    manifest = built.current_folder() / "manifest.json"
    manifest.unlink()
    if content is not None:
        manifest.write_bytes(content)
    with pytest.raises(IndexDamaged, match="manifest"):
        open_current(built, fake.model)


def test_an_index_of_another_format_is_outdated_and_the_hint_is_to_rebuild(
    built: FolderPublisher, fake: Embedder
) -> None:
    (built.current_folder() / "manifest.json").write_text('{"format": 1, "articles": []}', encoding="utf-8")
    with pytest.raises(IndexOutdated, match="another version of Byline") as caught:
        open_current(built, fake.model)
    assert "byline rebuild" in caught.value.hint


POINTERS = {
    "empty": b"",
    "white space": b" \n",
    "garbage": os.urandom(40),
    "a path upwards": b"../../etc\n",
    "an absolute path": b"/etc\n",
    "a path within": b"generations\n",
    "two names": b"20260101T000000000000-00000000\n20260101T000000000000-00000000\n",
    "a NUL": b"\x00",
    "a generation that is not there": b"20200101T000000000000-00000000\n",
}


@pytest.mark.parametrize("content", POINTERS.values(), ids=POINTERS)
def test_a_pointer_that_names_no_generation_is_refused(built: FolderPublisher, fake: Embedder, content: bytes) -> None:
    (built.root / "CURRENT").write_bytes(content)
    with pytest.raises((IndexDamaged, IndexMissing)) as caught:
        open_current(built, fake.model)
    assert "byline rebuild" in caught.value.hint


def test_without_a_pointer_there_is_no_index(built: FolderPublisher, fake: Embedder) -> None:
    (built.root / "CURRENT").unlink()
    with pytest.raises(IndexMissing, match="no index"):
        open_current(built, fake.model)


def test_a_pointer_that_is_a_folder_is_refused(built: FolderPublisher, fake: Embedder) -> None:
    (built.root / "CURRENT").unlink()
    (built.root / "CURRENT").mkdir()
    with pytest.raises(IndexUnusable):
        open_current(built, fake.model)


def test_an_index_of_another_user_is_not_reported_as_damaged(
    built: FolderPublisher, fake: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(IndexUnusable, match="no permission to read") as caught:
        open_current(built, fake.model)
    assert "user" in caught.value.hint


def test_a_deleted_index_is_missing(built: FolderPublisher, fake: Embedder) -> None:
    shutil.rmtree(built.root / "generations")
    with pytest.raises(IndexMissing, match="deleted"):
        open_current(built, fake.model)


def test_the_published_files_are_never_written_by_a_reader(built: FolderPublisher, fake: Embedder) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.current_folder().rglob("*")}
    with open_current(built, fake.model) as generation:
        generation.nearest_passages(fake.embed_query("bees"), 2)
    assert {path: path.stat().st_mtime_ns for path in built.current_folder().rglob("*")} == before


def test_a_reader_goes_on_answering_when_the_index_is_deleted(
    opened: Generation, built: FolderPublisher, fake: Embedder
) -> None:
    shutil.rmtree(built.root)
    assert stored(opened) == expected()
    assert len(opened.nearest_passages(fake.embed_query("bees"), 5)) == 5


def test_a_readers_copy_is_removed_when_it_closes(built: FolderPublisher, fake: Embedder, copies: Path) -> None:
    with open_current(built, fake.model):
        assert len(list(copies.iterdir())) == 1
    assert list(copies.iterdir()) == []


def test_a_generation_can_be_open_several_times(built: FolderPublisher, fake: Embedder) -> None:
    with open_current(built, fake.model) as one, open_current(built, fake.model) as other:
        assert stored(one) == stored(other)
        one.close()
        assert len(other.nearest_passages(fake.embed_query("bees"), 5)) == 5
