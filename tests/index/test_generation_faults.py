"""Generations under stress: killed rebuilds, generations removed while they are opened, and hundreds of openings."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.embedding import Embedder
from index.errors import IndexDamaged, IndexOutdated
from index.generation import open_current
from index.publishing.folder import FolderPublisher
from index.publishing.publisher import GENERATIONS_KEPT
from index.rebuild import RebuildReport, rebuild

from tests.support.fakes import FAKE_MODEL, check_in_process
from tests.support.killing import kill_count, kill_rebuilds_at_random

Build = Callable[..., RebuildReport]

TEXTS = {"ants.txt": "The ants came in May. " * 40, "bees.txt": "The bees left in June.\n\nWho can blame them?"}


@pytest.fixture
def built(folder: Path, publisher: FolderPublisher, build: Build) -> FolderPublisher:
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    build()
    return publisher


def answers(publisher: FolderPublisher) -> list[str]:
    with open_current(publisher, FAKE_MODEL) as generation:
        return [row.passage.text for row in generation.passages(generation.positions().tolist())]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_after_a_random_kill_the_old_index_answers_and_the_next_rebuild_cleans_up(
    folder: Path, built: FolderPublisher, build: Build
) -> None:
    before = answers(built)
    early = 0
    for killed in kill_rebuilds_at_random(folder, built.root, None, kill_count(), seed=6):
        early += killed
        assert answers(built) == before
    assert early
    assert build(force=True).built
    assert answers(built) == before
    assert names(built.root) == ["CURRENT", "generations", "rebuild.lock"]
    assert len(names(built.root / "generations")) <= GENERATIONS_KEPT


def test_the_successor_is_opened_if_a_generation_is_removed_while_it_is_opened(
    folder: Path, built: FolderPublisher, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = built.copy_to

    def late(name: str, target: Path) -> None:
        monkeypatch.setattr(built, "copy_to", copy)
        (folder / "crows.txt").write_text("The crows stayed.", encoding="utf-8")
        for _ in range(GENERATIONS_KEPT):
            build(force=True)
        assert name not in names(built.root / "generations")
        copy(name, target)

    monkeypatch.setattr(built, "copy_to", late)
    with open_current(built, FAKE_MODEL) as generation:
        assert "crows.txt" in generation.articles
        assert generation.name == built.current_name()


def test_an_index_of_another_dimension_than_the_question_is_refused_with_a_hint(built: FolderPublisher) -> None:
    with open_current(built, FAKE_MODEL) as generation:
        for ask in (generation.nearest_passages, generation.nearest_sentences):
            with pytest.raises(IndexOutdated, match="16 numbers") as caught:
                ask(np.ones(17, dtype=np.float32), 1)
            assert "byline rebuild" in caught.value.hint


def test_vectors_of_another_dimension_than_in_the_manifest_are_reported_as_damage(built: FolderPublisher) -> None:
    manifest = built.current_folder() / "manifest.json"
    text = manifest.read_text(encoding="utf-8").replace('"dimension": 16', '"dimension": 17')
    manifest.write_text(text, encoding="utf-8")
    with pytest.raises(IndexDamaged, match="vectors"):
        open_current(built, FAKE_MODEL)


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="handles are counted as Linux shows them")
def test_repeated_openings_leak_no_handles_and_little_memory(built: FolderPublisher, fake: Embedder) -> None:
    """REOPENINGS sets how many; the first ones fill caches that stay."""

    def reopen(times: int) -> tuple[int, int]:
        for _ in range(times):
            with open_current(built, FAKE_MODEL) as generation:
                assert generation.nearest_passages(fake.embed_query("bees"), 2)
        return len(os.listdir("/proc/self/fd")), resident()  # noqa: PTH208

    times = int(os.environ.get("REOPENINGS", "40"))
    handles, memory = reopen(max(10, times // 4))
    handles_after, memory_after = reopen(times)
    assert handles_after <= handles + 2
    assert memory_after < 1.2 * memory


def test_huge_words_bombs_large_files_and_copies_do_not_stop_the_other_files(
    folder: Path, tmp_path: Path, fake: Embedder
) -> None:
    publisher = FolderPublisher(tmp_path / "index", check_in_process)
    (folder / "word.txt").write_text("x" * 1_000_000, encoding="utf-8")
    (folder / "tags.txt").write_text("The end.\n\n" + "<a " * 20_000, encoding="utf-8")
    (folder / "links.md").write_text("The end.\n\n" + "[a](" * 20_000, encoding="utf-8")
    with (folder / "large.txt").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "bees.txt").write_text(TEXTS["bees.txt"], encoding="utf-8")
    (folder / "copy.txt").write_text(TEXTS["bees.txt"], encoding="utf-8")
    report = rebuild(folder, publisher, FAKE_MODEL, lambda: fake)
    assert [skip.name for skip in report.skipped] == ["copy.txt", "empty.txt", "large.txt"]
    with open_current(publisher, FAKE_MODEL) as generation:
        assert list(generation.articles) == ["bees.txt", "links.md", "tags.txt", "word.txt"]
        assert "".join(answers(publisher)).count("x") >= 1_000_000
