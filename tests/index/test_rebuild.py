"""Rebuilds: plans, results, and that the previous index goes on answering whatever fails."""

import errno
import json
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

import index.publishing.folder
from index.embedding import Embedder
from index.errors import ArticlesError, BylineError, IndexLocked, UsageError
from index.generation import open_current
from index.publishing.folder import FolderPublisher
from index.publishing.publisher import GENERATIONS_KEPT
from index.rebuild import RebuildPlan, RebuildReport, rebuild
from index.store.manifest import file_digests
from index.text.passages import context_header

Build = Callable[..., RebuildReport]

ANTS = "The ants came in May.\n\nNobody had asked them to, least of all the council."
BEES = "The bees left in June.\n\nThey took the honey, and who can blame them?"
CROWS = "The crows stayed all winter.\n\nThey always do."


@pytest.fixture
def articles(folder: Path) -> Path:
    """Two articles, one of them in a subfolder."""
    (folder / "more").mkdir()
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "more" / "bees.txt").write_text(BEES, encoding="utf-8")
    return folder


def indexed(publisher: FolderPublisher, model: str) -> dict[str, str]:
    """Read from the current generation: article id → text of its passages."""
    with open_current(publisher, model) as generation:
        texts = dict.fromkeys(generation.articles, "")
        for stored in generation.passages(generation.positions().tolist()):
            texts[stored.passage.article] += stored.passage.text
        return texts


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


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


# Plans


def test_the_first_rebuild_adds_every_article(articles: Path, publisher: FolderPublisher, build: Build) -> None:
    report = build()
    assert report.plan == RebuildPlan(added=("ants.txt", "more/bees.txt"))
    assert report.built
    assert indexed(publisher, "word-lengths") == {"ants.txt": ANTS, "more/bees.txt": BEES}


def test_a_report_counts_the_passages_and_sentences_of_the_index(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    report, manifest = build(), publisher.manifest()
    assert (report.passages, report.sentences) == (manifest.passages, manifest.sentences) == (2, 4)


def test_a_rebuild_distinguishes_added_changed_removed_and_unchanged_articles(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    (articles / "owls.txt").write_text("The owls said nothing.", encoding="utf-8")
    build()
    (articles / "ants.txt").write_text(ANTS + "\n\nThey stayed.", encoding="utf-8")
    (articles / "crows.txt").write_text(CROWS, encoding="utf-8")
    (articles / "more" / "bees.txt").unlink()
    assert build().plan == RebuildPlan(("crows.txt",), ("ants.txt",), ("more/bees.txt",), ("owls.txt",))
    assert sorted(indexed(publisher, "word-lengths")) == ["ants.txt", "crows.txt", "owls.txt"]


def test_a_renamed_article_is_removed_and_added(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").rename(articles / "zebras.txt")
    assert build().plan == RebuildPlan(("zebras.txt",), (), ("ants.txt",), ("more/bees.txt",))


def test_nothing_is_built_and_no_model_loaded_if_nothing_has_changed(
    articles: Path, publisher: FolderPublisher, fake: Embedder, build: Build
) -> None:
    def load() -> Embedder:
        raise AssertionError("the model was loaded")

    first = build()
    current = publisher.current_folder()
    report = rebuild(articles, publisher, fake.model, load)
    assert report.plan == RebuildPlan(unchanged=("ants.txt", "more/bees.txt"))
    assert (report.built, report.passages, report.sentences) == (False, first.passages, first.sentences)
    assert publisher.current_folder() == current


def test_force_builds_again_if_nothing_has_changed(articles: Path, publisher: FolderPublisher, build: Build) -> None:
    build()
    current = publisher.current_folder()
    report = build(force=True)
    assert report.built
    assert report.plan.stale == "--force was given"
    assert publisher.current_folder() != current


def test_a_dry_run_plans_and_writes_nothing(articles: Path, publisher: FolderPublisher, build: Build) -> None:
    report = build(dry_run=True)
    assert report.plan.added == ("ants.txt", "more/bees.txt")
    assert not report.built
    assert not publisher.root.exists()


def test_another_model_makes_the_index_stale(
    articles: Path, publisher: FolderPublisher, fake: Embedder, build: Build
) -> None:
    build()
    report = rebuild(articles, publisher, "another", lambda: fake)
    assert report.plan.stale == "the embedding model has changed"
    assert publisher.manifest().model == "another"


def test_another_version_of_the_splitter_makes_the_index_stale(
    articles: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    monkeypatch.setattr("index.rebuild.SPLITTER_VERSION", 10_000)
    assert "splitter" in str(build().plan.stale)


@pytest.mark.parametrize("file", ["articles.json", "lexical/words.tsv", "chroma/chroma.sqlite3"])
def test_a_damaged_index_is_built_again(articles: Path, publisher: FolderPublisher, build: Build, file: str) -> None:
    build()
    with (publisher.current_folder() / file).open("ab") as damaged:
        damaged.write(b"x")
    assert build().plan.stale == "the index was damaged"
    assert indexed(publisher, "word-lengths") == {"ants.txt": ANTS, "more/bees.txt": BEES}


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../../etc"], ids=["empty", "not text", "a path"])
def test_the_index_is_built_again_if_the_pointer_is_invalid(
    articles: Path, publisher: FolderPublisher, build: Build, content: bytes
) -> None:
    build()
    (publisher.root / "CURRENT").write_bytes(content)
    assert build().plan.added == ("ants.txt", "more/bees.txt")
    assert len(indexed(publisher, "word-lengths")) == 2


def test_progress_counts_passages_and_sentences(articles: Path, build: Build) -> None:
    calls: list[tuple[int, int]] = []
    build(progress=lambda done, total: calls.append((done, total)))
    assert calls == [(2 + 4, 2 + 4)]


def test_title_author_and_date_are_indexed_with_each_passage(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    (articles / "ants.txt").write_text(f"Ants\n\nBy Ines Okafor\n\n3 May 2021\n\n{ANTS}", encoding="utf-8")
    build()
    with open_current(publisher, "word-lengths") as generation:
        assert context_header(generation.articles["ants.txt"]) == "Ants | Ines Okafor | 2021-05-03"
        assert context_header(generation.articles["more/bees.txt"]) == ""
        assert generation.lexical.scores({"okafor": 1.0}).tolist()[1] == 0
        assert generation.lexical.scores({"okafor": 1.0}).tolist()[0] > 0


# Only some paths


def test_only_the_named_file_is_read_and_the_others_stay(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    build()
    (articles / "ants.txt").write_text(CROWS, encoding="utf-8")
    (articles / "more" / "bees.txt").write_text("Changed, and not looked at.", encoding="utf-8")
    assert build(only=(articles / "ants.txt",)).plan == RebuildPlan(changed=("ants.txt",), unchanged=("more/bees.txt",))
    assert indexed(publisher, "word-lengths") == {"ants.txt": CROWS, "more/bees.txt": BEES}


def test_naming_the_whole_folder_is_the_same_as_naming_nothing(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").unlink()
    (articles / "more" / "bees.txt").write_text(CROWS, encoding="utf-8")
    assert build(only=(articles,)).plan == RebuildPlan(changed=("more/bees.txt",), removed=("ants.txt",))


def test_a_named_file_that_was_deleted_is_removed(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").unlink()
    assert build(only=(articles / "ants.txt",)).plan == RebuildPlan(removed=("ants.txt",), unchanged=("more/bees.txt",))


def test_a_named_folder_is_read_with_everything_in_it(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").unlink()
    (articles / "more" / "crows.txt").write_text(CROWS, encoding="utf-8")
    assert build(only=(articles / "more",)).plan.added == ("more/crows.txt",)


@pytest.mark.parametrize("path", ["../outside.txt", "..", "../articles-2/x.txt"])
def test_a_path_outside_the_folder_is_a_usage_error(articles: Path, build: Build, path: str) -> None:
    build()
    (articles.parent / "outside.txt").write_text(CROWS, encoding="utf-8")
    with pytest.raises(UsageError, match="is not in the articles folder"):
        build(only=(articles / path,))
    with pytest.raises(UsageError, match="is not in the articles folder"):
        build(only=((articles / path).resolve(),))


def test_a_path_that_never_existed_is_a_usage_error(articles: Path, build: Build) -> None:
    build()
    with pytest.raises(UsageError, match=r"typo\.txt"):
        build(only=(articles / "typo.txt",))


def test_a_path_is_normalized(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").write_text(CROWS, encoding="utf-8")
    assert build(only=(articles / "more" / ".." / "ants.txt",)).plan.changed == ("ants.txt",)


def test_a_named_file_with_the_text_of_an_indexed_article_is_skipped(articles: Path, build: Build) -> None:
    build()
    (articles / "copy.txt").write_text(ANTS, encoding="utf-8")
    report = build(only=(articles / "copy.txt",))
    assert not report.built
    assert report.skipped == (("copy.txt", "it has the same text as ants.txt"),)


def test_a_path_may_be_relative_to_the_articles_folder(
    articles: Path, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    monkeypatch.chdir(tmp_path)
    (articles / "ants.txt").write_text(CROWS, encoding="utf-8")
    assert build(only=(Path("ants.txt"),)).plan.changed == ("ants.txt",)


def test_an_indexed_article_is_preferred_to_a_copy_that_sorts_before_it(articles: Path, build: Build) -> None:
    build()
    (articles / "aaa.txt").write_text(ANTS, encoding="utf-8")
    report = build()
    assert report.plan == RebuildPlan(unchanged=("ants.txt", "more/bees.txt"))
    assert report.skipped == (("aaa.txt", "it has the same text as ants.txt"),)


def test_an_article_that_becomes_a_copy_of_another_does_not_replace_it(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").write_text(BEES, encoding="utf-8")
    assert build().plan == RebuildPlan(removed=("ants.txt",), unchanged=("more/bees.txt",))


# Only some paths of an index that cannot be trusted: nothing of it is reused


def spoil_texts(current: Path) -> None:
    path = current / "articles.json"
    path.write_text(path.read_text(encoding="utf-8").replace("honey", "money"), encoding="utf-8")


def spoil_texts_and_digests(current: Path) -> None:
    spoil_texts(current)
    path = current / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "files": file_digests(current)}), encoding="utf-8")


def forget_files(current: Path) -> None:
    path = current / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "files": {}}), encoding="utf-8")


def spoil_manifest(current: Path) -> None:
    (current / "manifest.json").write_text("{", encoding="utf-8")


def spoil_pointer(current: Path) -> None:
    (current.parent.parent / "CURRENT").write_bytes(b"")


def delete(current: Path) -> None:
    shutil.rmtree(current)


def as_another_splitter(current: Path) -> None:
    path = current / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "splitter": 0}), encoding="utf-8")


@pytest.mark.parametrize("force", [False, True], ids=["", "force"])
@pytest.mark.parametrize(
    "spoil",
    [
        spoil_texts,
        spoil_texts_and_digests,
        forget_files,
        spoil_manifest,
        spoil_pointer,
        delete,
        as_another_splitter,
    ],
)
def test_the_whole_folder_is_read_if_the_index_cannot_be_trusted(
    articles: Path, publisher: FolderPublisher, build: Build, spoil: Callable[[Path], None], force: bool
) -> None:
    build()
    spoil(publisher.current_folder())
    (articles / "ants.txt").write_text(CROWS, encoding="utf-8")
    report = build(only=(articles / "ants.txt",), force=force)
    assert report.plan.stale in (
        "the index was damaged",
        "the index was deleted",
        "the index was built by another version of the splitter",
    )
    assert indexed(publisher, "word-lengths") == {"ants.txt": CROWS, "more/bees.txt": BEES}
    assert build().plan.empty


def test_force_keeps_articles_outside_the_named_paths(articles: Path, publisher: FolderPublisher, build: Build) -> None:
    build()
    (articles / "more" / "bees.txt").write_text("Changed, and not looked at.", encoding="utf-8")
    assert build(only=(articles / "ants.txt",), force=True).built
    assert indexed(publisher, "word-lengths") == {"ants.txt": ANTS, "more/bees.txt": BEES}


# Failures


def test_a_bad_file_is_skipped_by_name_and_the_good_ones_are_indexed(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    (articles / "bad.txt").write_bytes(b"caf\xe9")
    (articles / "empty.md").write_bytes(b"")
    report = build()
    assert [(skip.name, skip.reason.split(" (")[0]) for skip in report.skipped] == [
        ("bad.txt", "it is not UTF-8 text"),
        ("empty.md", "it is empty"),
    ]
    assert sorted(indexed(publisher, "word-lengths")) == ["ants.txt", "more/bees.txt"]


@pytest.mark.parametrize("name", ["two\nlines.txt", *(["caf\udce9.txt"] if sys.platform == "linux" else [])], ids=ascii)
def test_an_odd_file_name_does_not_stop_the_others(
    articles: Path, publisher: FolderPublisher, build: Build, name: str
) -> None:
    (articles / "ants.txt").rename(articles / name)
    build()
    assert indexed(publisher, "word-lengths")["more/bees.txt"] == BEES


def test_an_article_whose_file_became_unreadable_is_removed_and_reported_as_skipped(
    articles: Path, build: Build
) -> None:
    build()
    (articles / "ants.txt").write_bytes(b"\x00")
    report = build()
    assert report.plan.removed == ("ants.txt",)
    assert report.skipped[0].name == "ants.txt"


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

    def other() -> RebuildReport:
        only = (articles / "crows.txt",)
        return rebuild(articles, FolderPublisher(publisher.root), fake.model, lambda: fake, only=only)

    with late(publisher, other):
        assert build(only=(articles / "deer.txt",)).plan.added == ("deer.txt",)
    assert sorted(indexed(publisher, "word-lengths")) == ["ants.txt", "crows.txt", "deer.txt", "more/bees.txt"]


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


def _edit_articles(publisher: FolderPublisher) -> None:
    path = publisher.current_folder() / "articles.json"
    path.write_text(path.read_text(encoding="utf-8").replace("bees", "wolves"), encoding="utf-8")


def _raise_splitter(publisher: FolderPublisher) -> None:
    path = publisher.current_folder() / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"splitter": ', '"splitter": 9'), encoding="utf-8")


def _break_manifest(publisher: FolderPublisher) -> None:
    (publisher.current_folder() / "manifest.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize("harm", [_edit_articles, _raise_splitter, _break_manifest])
def test_a_partial_rebuild_reuses_nothing_of_an_index_that_cannot_be_trusted(
    build: Build, articles: Path, publisher: FolderPublisher, fake: Embedder, harm: Callable[[FolderPublisher], None]
) -> None:
    build()
    harm(publisher)
    (articles / "ants.txt").write_text(CROWS, encoding="utf-8")
    report = build(only=(articles / "ants.txt",))
    assert report.plan.stale
    texts = indexed(publisher, fake.model)
    assert set(texts) == {"ants.txt", "more/bees.txt"}
    assert "bees left" in texts["more/bees.txt"]
    assert build().built is False


def test_articles_that_another_rebuild_published_between_plan_and_lock_are_kept(
    build: Build, articles: Path, publisher: FolderPublisher, fake: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    (articles / "crows.txt").write_text(CROWS, encoding="utf-8")
    (articles / "ants.txt").write_text(f"{ANTS} They stayed.", encoding="utf-8")
    rebuilding = FolderPublisher.begin_rebuild

    def late(self: FolderPublisher) -> object:
        monkeypatch.setattr(FolderPublisher, "begin_rebuild", rebuilding)
        build(only=(articles / "crows.txt",))
        return rebuilding(self)

    monkeypatch.setattr(FolderPublisher, "begin_rebuild", late)
    build(only=(articles / "ants.txt",))
    texts = indexed(publisher, fake.model)
    assert set(texts) == {"ants.txt", "crows.txt", "more/bees.txt"}
    assert "They stayed" in texts["ants.txt"]


def test_a_generation_that_was_never_published_is_removed(
    build: Build, articles: Path, publisher: FolderPublisher, fake: Embedder
) -> None:
    build()
    current = publisher.current_folder()
    shutil.copytree(current, current.with_name("29990101T000000000000-00000000"))
    (articles / "crows.txt").write_text(CROWS, encoding="utf-8")
    build()
    assert len(names(publisher.root / "generations")) == 2
    assert "crows.txt" in indexed(publisher, fake.model)


def test_an_index_folder_that_is_a_file_is_named(folder: Path, tmp_path: Path, fake: Embedder) -> None:
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (tmp_path / "file").write_text("x")
    with pytest.raises(BylineError, match="file") as caught:
        rebuild(folder, FolderPublisher(tmp_path / "file"), fake.model, lambda: fake)
    assert "unchanged" not in caught.value.hint


def test_a_path_may_be_an_article_id(build: Build, articles: Path, publisher: FolderPublisher, fake: Embedder) -> None:
    build()
    (articles / "more" / "bees.txt").write_text(CROWS, encoding="utf-8")
    assert build(only=(Path("more/bees.txt"),)).plan.changed == ("more/bees.txt",)
