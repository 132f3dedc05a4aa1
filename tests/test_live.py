"""A long-running reader: it follows new generations, and keeps what it has when there is none to follow."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.errors import IndexDamaged, IndexMissing, IndexOutdated
from index.generations import Generations
from index.live import LiveIndex
from index.rebuild import Report

Build = Callable[..., Report]


@pytest.fixture
def write(folder: Path) -> Callable[[str], None]:
    """Write the one article of the folder."""

    def to(text: str) -> None:
        (folder / "x.txt").write_text(text, encoding="utf-8")

    to("The first text.")
    return to


@pytest.fixture
def live(generations: Generations) -> Iterator[LiveIndex]:
    index = LiveIndex(generations.root, "word-lengths")
    yield index
    index.close()


def text(live: LiveIndex) -> str:
    return live.generation().passages([0])[0].passage.text


def test_a_reader_of_an_index_that_was_never_built_says_so(live: LiveIndex) -> None:
    with pytest.raises(IndexMissing):
        live.generation()


def test_a_reader_that_waited_for_the_first_rebuild_opens_it(
    live: LiveIndex, build: Build, write: Callable[[str], None]
) -> None:
    with pytest.raises(IndexMissing):
        live.generation()
    build()
    assert text(live) == "The first text."
    assert live.trouble is None


def test_a_reader_keeps_a_generation_open_while_it_is_the_newest(
    live: LiveIndex, build: Build, write: Callable[[str], None]
) -> None:
    build()
    assert live.generation() is live.generation()


def test_a_generation_that_cannot_be_opened_is_tried_once(
    live: LiveIndex, build: Build, write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    live.generation()
    write("The second text.")
    build()
    (live._generations.current() / "articles.json").write_text("[]", encoding="utf-8")
    assert text(live) == "The first text."
    tried = []
    monkeypatch.setattr("index.live.Generation.open", lambda *_: tried.append(1))
    assert text(live) == "The first text."
    assert isinstance(live.trouble, IndexDamaged)
    assert not tried


def test_a_reader_follows_a_new_generation(live: LiveIndex, build: Build, write: Callable[[str], None]) -> None:
    build()
    assert text(live) == "The first text."
    write("The second text.")
    build()
    assert text(live) == "The second text."
    assert live.trouble is None


def delete(generations: Generations) -> None:
    shutil.rmtree(generations.root)


def damage(generations: Generations) -> None:
    (generations.current() / "articles.json").write_text("[]", encoding="utf-8")


def point_nowhere(generations: Generations) -> None:
    (generations.root / "CURRENT").write_text("../../etc", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "trouble"),
    [
        pytest.param(delete, IndexMissing, id="the index folder deleted"),
        pytest.param(damage, IndexDamaged, id="the new generation damaged"),
        pytest.param(point_nowhere, IndexDamaged, id="CURRENT names nothing"),
    ],
)
def test_a_reader_answers_on_in_trouble_and_recovers_with_the_next_rebuild(
    live: LiveIndex,
    generations: Generations,
    build: Build,
    write: Callable[[str], None],
    spoil: Callable[[Generations], None],
    trouble: type[Exception],
) -> None:
    build()
    assert text(live) == "The first text."
    write("The second text.")
    build()
    spoil(generations)
    assert text(live) == "The first text."
    assert isinstance(live.trouble, trouble)
    write("The third text.")
    build()
    assert text(live) == "The third text."
    assert live.trouble is None


def test_a_reader_keeps_its_generation_when_the_next_is_of_another_model(
    live: LiveIndex, generations: Generations, build: Build, write: Callable[[str], None]
) -> None:
    build()
    first = live.generation()
    write("The second text.")
    build()
    manifest = generations.current() / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("word-lengths", "another"), encoding="utf-8")
    assert live.generation() is first
    assert isinstance(live.trouble, IndexOutdated)


def test_a_reader_that_follows_leaves_no_copies_behind(
    live: LiveIndex,
    build: Build,
    write: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copies = tmp_path / "temporary"
    copies.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(copies))
    for number in range(3):
        write(f"Text number {number}.")
        build()
        live.generation()
        assert len(list(copies.iterdir())) == 1
    live.close()
    assert list(copies.iterdir()) == []
