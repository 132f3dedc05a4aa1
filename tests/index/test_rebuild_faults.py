"""Rebuilds that fail, or run at the same time: the previous index goes on answering, and nothing is left behind."""

import errno
import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

import index.publishing.folder
from index.embedding import Embedder
from index.errors import ArticlesError, BylineError, IndexLocked
from index.publishing.folder import FolderPublisher
from index.publishing.publisher import GENERATIONS_KEPT
from index.rebuild import RebuildReport, rebuild

from tests.index.rebuilding import ANTS, CROWS, Build, indexed, names


@contextmanager
def unharmed(publisher: FolderPublisher, model: str) -> Iterator[None]:
    """Check that the index answers as before, and that no unfinished files are left."""
    before, current = indexed(publisher, model), publisher.current_folder()
    yield
    assert publisher.current_folder() == current
    assert indexed(publisher, model) == before
    assert names(publisher.root) == ["CURRENT", "generations", "rebuild.lock"]
    assert len(names(publisher.root / "generations")) == 1


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Limit the size of files that this process writes; to Chroma and SQLite this is like a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_folder_without_articles_is_an_error_and_the_old_index_still_opens(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    build()
    shutil.rmtree(articles)
    articles.mkdir()
    (articles / "empty.txt").write_bytes(b"")
    with unharmed(publisher, "word-lengths"), pytest.raises(ArticlesError, match="no article") as caught:
        build()
    assert caught.value.hint == "empty.txt was skipped: it is empty"


@pytest.mark.parametrize("problem", [RuntimeError("no memory"), KeyboardInterrupt()], ids=["an error", "Ctrl-C"])
def test_if_the_model_fails_to_load_the_old_index_stays_and_nothing_is_left_behind(
    articles: Path, publisher: FolderPublisher, fake: Embedder, build: Build, problem: BaseException
) -> None:
    def load() -> Embedder:
        raise problem

    build()
    with unharmed(publisher, "word-lengths"), pytest.raises(type(problem)):
        rebuild(articles, publisher, fake.model, load, force=True)


def test_on_ctrl_c_while_embedding_the_old_index_stays_and_nothing_is_left_behind(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    def progress(done: int, total: int) -> None:
        raise KeyboardInterrupt

    build()
    with unharmed(publisher, "word-lengths"), pytest.raises(KeyboardInterrupt):
        build(force=True, progress=progress)


def test_a_full_disk_is_one_sentence_and_the_old_index_answers(
    articles: Path, publisher: FolderPublisher, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    build()
    monkeypatch.setattr("index.generation.write_generation", full)
    with unharmed(publisher, "word-lengths"), pytest.raises(BylineError, match="No space left") as caught:
        build(force=True)
    assert caught.value.message.count(".") == 1
    assert caught.value.hint


@pytest.mark.parametrize("size", [1, 500, 5_000, 20_000, 120_000, 160_000])
def test_a_file_size_limit_is_one_sentence_and_the_old_index_answers(
    articles: Path, publisher: FolderPublisher, build: Build, size: int
) -> None:
    build()
    with unharmed(publisher, "word-lengths"), pytest.raises(BylineError, match="written"), files_up_to(size):
        build(force=True)


def test_a_read_only_index_folder_is_one_sentence_and_the_index_answers(fake: Embedder) -> None:
    """Run as a user without write permission, because root can write anywhere."""
    is_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory(dir="/tmp") as root:
        Path(root).chmod(0o755)
        folder, publisher = Path(root, "articles"), FolderPublisher(Path(root, "index"))
        folder.mkdir()
        (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
        rebuild(folder, publisher, fake.model, lambda: fake)
        publisher.root.chmod(0o555)
        if is_root:
            os.seteuid(65534)
        try:
            with pytest.raises(BylineError, match=r"cannot be written: Permission denied\.$") as caught:
                rebuild(folder, publisher, fake.model, lambda: fake, force=True)
        finally:
            if is_root:
                os.seteuid(0)
            publisher.root.chmod(0o755)
        assert caught.value.hint == "The previous index is unchanged."
        assert indexed(publisher, fake.model) == {"ants.txt": ANTS}


def test_if_publishing_fails_the_old_index_stays_and_nothing_is_left_behind(
    articles: Path, publisher: FolderPublisher, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    sync = index.publishing.folder._sync

    def full(path: Path) -> None:
        if path.name.startswith("CURRENT"):
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(path)

    monkeypatch.setattr("index.publishing.folder._sync", full)
    with unharmed(publisher, "word-lengths"), pytest.raises(BylineError, match="No space left"):
        build(force=True)


@pytest.mark.parametrize("path", ["", "rebuild.lock", "generations"], ids=["the folder", "the lock", "generations"])
def test_an_unusable_index_folder_is_one_sentence(
    articles: Path, publisher: FolderPublisher, build: Build, path: str
) -> None:
    blocked = publisher.root / path
    blocked.parent.mkdir(exist_ok=True)
    if path == "rebuild.lock":
        blocked.mkdir()
    else:
        blocked.write_text("in the way", encoding="utf-8")
    with pytest.raises(BylineError) as caught:
        build()
    assert type(caught.value) is BylineError


def test_a_concurrent_rebuild_is_refused(articles: Path, publisher: FolderPublisher, build: Build) -> None:
    build()
    with publisher.begin_rebuild(), pytest.raises(IndexLocked, match="running"):
        build(force=True)
    assert build(force=True).built


@contextmanager
def late(publisher: FolderPublisher, other: Callable[[], object]) -> Iterator[None]:
    """Let another rebuild finish after this one has made its plan and before it takes the lock."""
    real = publisher.begin_rebuild

    def rebuilding() -> AbstractContextManager[Path]:
        other()
        return real()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publisher, "begin_rebuild", rebuilding)
        yield


def test_the_result_of_a_concurrent_rebuild_is_not_undone(
    articles: Path, publisher: FolderPublisher, fake: Embedder, build: Build
) -> None:
    build()
    for name in ("crows", "deer"):
        (articles / f"{name}.txt").write_text(f"The {name} stayed.", encoding="utf-8")
    (articles / "ants.txt").write_text(f"{ANTS} They stayed.", encoding="utf-8")

    def other() -> RebuildReport:
        only = (articles / "crows.txt",)
        return rebuild(articles, FolderPublisher(publisher.root), fake.model, lambda: fake, only=only)

    with late(publisher, other):
        plan = build(only=(articles / "deer.txt", articles / "ants.txt")).plan
    assert (plan.added, plan.changed) == (("deer.txt",), ("ants.txt",))
    texts = indexed(publisher, "word-lengths")
    assert sorted(texts) == ["ants.txt", "crows.txt", "deer.txt", "more/bees.txt"]
    assert texts["ants.txt"].endswith("They stayed.")


def test_nothing_is_built_if_a_concurrent_rebuild_has_done_it(
    articles: Path, publisher: FolderPublisher, fake: Embedder, build: Build
) -> None:
    with late(publisher, lambda: rebuild(articles, FolderPublisher(publisher.root), fake.model, lambda: fake)):
        report = build()
    assert not report.built
    assert report.plan.unchanged == ("ants.txt", "more/bees.txt")


@pytest.mark.parametrize("before", [0, 1, 3])
def test_a_generation_that_was_never_published_does_not_survive_the_next_rebuild(
    articles: Path, publisher: FolderPublisher, build: Build, before: int
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    published = []
    for _ in range(before):
        build(force=True)
        published.append(publisher.current_folder().name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", kill)
        with pytest.raises(Killed):
            build(force=True)
    assert len(names(publisher.root / "generations")) == before + 1
    build(force=True)
    published.append(publisher.current_folder().name)
    assert names(publisher.root / "generations") == published[-GENERATIONS_KEPT:]


def test_no_generation_is_lost_if_the_clock_is_set_back(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    build()
    later = "29990101T000000999999-00000000"
    publisher.current_folder().rename(publisher.root / "generations" / later)
    (publisher.root / "CURRENT").write_text(later, encoding="utf-8")
    for _ in range(2):
        build(force=True)
    assert names(publisher.root / "generations")[0] == later
    assert len(indexed(publisher, "word-lengths")) == 2


def test_an_index_folder_that_is_a_file_is_named_and_no_earlier_index_mentioned(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    publisher.root.write_text("in the way", encoding="utf-8")
    with pytest.raises(BylineError, match="it is not a folder") as caught:
        build()
    assert str(publisher.root) in caught.value.message
    assert "before" not in caught.value.hint
    assert "unchanged" not in caught.value.hint


def test_leftovers_of_a_killed_rebuild_are_removed_by_the_next(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    (publisher.root / "staging-dead" / "chroma").mkdir(parents=True)
    (publisher.root / "CURRENT-dead").write_text("20200101T000000000000-00000000\n", encoding="utf-8")
    build()
    assert names(publisher.root) == ["CURRENT", "generations", "rebuild.lock"]


def test_only_the_newest_generations_are_kept(articles: Path, publisher: FolderPublisher, build: Build) -> None:
    built = []
    for _ in range(GENERATIONS_KEPT + 2):
        build(force=True)
        built.append(publisher.current_folder().name)
    assert GENERATIONS_KEPT == 3
    assert names(publisher.root / "generations") == built[-GENERATIONS_KEPT:]


def test_an_unpublished_generation_of_a_later_date_is_removed(
    build: Build, articles: Path, publisher: FolderPublisher, fake: Embedder
) -> None:
    build()
    current = publisher.current_folder()
    shutil.copytree(current, current.with_name("29990101T000000000000-00000000"))
    (articles / "crows.txt").write_text(CROWS, encoding="utf-8")
    build()
    assert len(names(publisher.root / "generations")) == 2
    assert "crows.txt" in indexed(publisher, fake.model)
