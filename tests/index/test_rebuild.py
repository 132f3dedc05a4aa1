"""A rebuild: what it plans, what it writes, and that whatever goes wrong leaves the index that answered before."""

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
from index.text.passages import header

Build = Callable[..., RebuildReport]

ANTS = "The ants came in May.\n\nNobody had asked them to, least of all the council."
BEES = "The bees left in June.\n\nThey took the honey, and who can blame them?"
CROWS = "The crows stayed all winter.\n\nThey always do."


@pytest.fixture
def articles(folder: Path) -> Path:
    """Two articles, one of them in a folder within."""
    (folder / "more").mkdir()
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "more" / "bees.txt").write_text(BEES, encoding="utf-8")
    return folder


def indexed(publisher: FolderPublisher, model: str) -> dict[str, str]:
    """What the current generation really answers from: article id → text of its passages."""
    with open_current(publisher, model) as generation:
        texts = dict.fromkeys(generation.articles, "")
        for stored in generation.passages(generation.positions().tolist()):
            texts[stored.passage.article] += stored.passage.text
        return texts


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def unharmed(publisher: FolderPublisher, model: str) -> Iterator[None]:
    """Check that the index answers as before, and that nothing half-done lies about."""
    before, current = indexed(publisher, model), publisher.current_folder()
    yield
    assert publisher.current_folder() == current
    assert indexed(publisher, model) == before
    assert names(publisher.root) == ["CURRENT", "generations", "rebuild.lock"]
    assert len(names(publisher.root / "generations")) == 1


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, which Chroma and SQLite meet as they meet a full disk."""
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


def test_a_report_counts_what_the_index_holds(articles: Path, publisher: FolderPublisher, build: Build) -> None:
    report, manifest = build(), publisher.manifest()
    assert (report.passages, report.sentences) == (manifest.passages, manifest.sentences) == (2, 4)


def test_a_rebuild_tells_added_changed_removed_and_unchanged_apart(
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


def test_nothing_is_built_and_no_model_loaded_where_nothing_has_changed(
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


def test_force_builds_again_where_nothing_has_changed(articles: Path, publisher: FolderPublisher, build: Build) -> None:
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
def test_an_index_that_current_does_not_name_is_built_again(
    articles: Path, publisher: FolderPublisher, build: Build, content: bytes
) -> None:
    build()
    (publisher.root / "CURRENT").write_bytes(content)
    assert build().plan.added == ("ants.txt", "more/bees.txt")
    assert len(indexed(publisher, "word-lengths")) == 2


def test_progress_counts_passages_and_sentences(articles: Path, build: Build) -> None:
    told: list[tuple[int, int]] = []
    build(progress=lambda done, total: told.append((done, total)))
    assert told == [(2 + 4, 2 + 4)]


def test_what_is_known_of_an_article_is_indexed_with_each_of_its_passages(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    (articles / "ants.txt").write_text(f"Ants\n\nBy Ines Okafor\n\n3 May 2021\n\n{ANTS}", encoding="utf-8")
    build()
    with open_current(publisher, "word-lengths") as generation:
        assert header(generation.articles["ants.txt"]) == "Ants | Ines Okafor | 2021-05-03"
        assert header(generation.articles["more/bees.txt"]) == ""
        assert generation.lexical.scores({"okafor": 1.0}).tolist()[1] == 0
        assert generation.lexical.scores({"okafor": 1.0}).tolist()[0] > 0


# Only some paths


def test_only_the_named_file_is_looked_at_and_the_others_stay(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    build()
    (articles / "ants.txt").write_text(CROWS, encoding="utf-8")
    (articles / "more" / "bees.txt").write_text("Changed, and not looked at.", encoding="utf-8")
    assert build(only=(articles / "ants.txt",)).plan == RebuildPlan(changed=("ants.txt",), unchanged=("more/bees.txt",))
    assert indexed(publisher, "word-lengths") == {"ants.txt": CROWS, "more/bees.txt": BEES}


def test_to_name_the_whole_folder_is_to_name_nothing(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").unlink()
    (articles / "more" / "bees.txt").write_text(CROWS, encoding="utf-8")
    assert build(only=(articles,)).plan == RebuildPlan(changed=("more/bees.txt",), removed=("ants.txt",))


def test_a_named_file_that_was_deleted_is_removed(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").unlink()
    assert build(only=(articles / "ants.txt",)).plan == RebuildPlan(removed=("ants.txt",), unchanged=("more/bees.txt",))


def test_a_named_folder_is_looked_at_with_everything_in_it(articles: Path, build: Build) -> None:
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


def test_a_path_that_was_never_there_is_a_usage_error(articles: Path, build: Build) -> None:
    build()
    with pytest.raises(UsageError, match=r"typo\.txt"):
        build(only=(articles / "typo.txt",))


def test_a_path_written_in_a_roundabout_way_is_looked_at(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").write_text(CROWS, encoding="utf-8")
    assert build(only=(articles / "more" / ".." / "ants.txt",)).plan.changed == ("ants.txt",)


def test_a_named_file_with_the_text_of_an_indexed_article_is_skipped(articles: Path, build: Build) -> None:
    build()
    (articles / "copy.txt").write_text(ANTS, encoding="utf-8")
    report = build(only=(articles / "copy.txt",))
    assert not report.built
    assert report.skipped == (("copy.txt", "it has the same text as ants.txt"),)


def test_a_bare_name_may_be_that_of_a_file_in_the_folder(
    articles: Path, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    monkeypatch.chdir(tmp_path)
    (articles / "ants.txt").write_text(CROWS, encoding="utf-8")
    assert build(only=(Path("ants.txt"),)).plan.changed == ("ants.txt",)


def test_an_indexed_article_stays_when_a_copy_comes_before_it(articles: Path, build: Build) -> None:
    build()
    (articles / "aaa.txt").write_text(ANTS, encoding="utf-8")
    report = build()
    assert report.plan == RebuildPlan(unchanged=("ants.txt", "more/bees.txt"))
    assert report.skipped == (("aaa.txt", "it has the same text as ants.txt"),)


def test_an_article_that_becomes_a_copy_of_another_does_not_evict_it(articles: Path, build: Build) -> None:
    build()
    (articles / "ants.txt").write_text(BEES, encoding="utf-8")
    assert build().plan == RebuildPlan(removed=("ants.txt",), unchanged=("more/bees.txt",))


# Only some paths of an index that cannot be relied on: nothing of it is taken over


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
def test_the_whole_folder_is_read_where_the_index_cannot_be_relied_on(
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


def test_force_keeps_what_the_named_paths_do_not_cover(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    build()
    (articles / "more" / "bees.txt").write_text("Changed, and not looked at.", encoding="utf-8")
    assert build(only=(articles / "ants.txt",), force=True).built
    assert indexed(publisher, "word-lengths") == {"ants.txt": ANTS, "more/bees.txt": BEES}


# What goes wrong


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


def test_an_article_whose_file_went_bad_is_removed_and_said_to_be_skipped(articles: Path, build: Build) -> None:
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
def test_a_model_that_fails_to_load_leaves_the_old_index_and_nothing_else(
    articles: Path, publisher: FolderPublisher, fake: Embedder, build: Build, problem: BaseException
) -> None:
    def load() -> Embedder:
        raise problem

    build()
    with unharmed(publisher, "word-lengths"), pytest.raises(type(problem)):
        rebuild(articles, publisher, fake.model, load, force=True)


def test_ctrl_c_while_embedding_leaves_the_old_index_and_nothing_else(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    def progress(done: int, total: int) -> None:
        raise KeyboardInterrupt

    build()
    with unharmed(publisher, "word-lengths"), pytest.raises(KeyboardInterrupt):
        build(force=True, progress=progress)


def test_a_full_disk_is_said_in_one_sentence_and_the_old_index_answers(
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
def test_a_file_that_cannot_grow_is_said_in_one_sentence_and_the_old_index_answers(
    articles: Path, publisher: FolderPublisher, build: Build, size: int
) -> None:
    build()
    with unharmed(publisher, "word-lengths"), pytest.raises(BylineError, match="written"), files_up_to(size):
        build(force=True)


def test_an_index_folder_that_may_only_be_read_is_said_in_one_sentence_and_the_index_answers(fake: Embedder) -> None:
    """As a user who may not write there: root may write anywhere."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        Path(place).chmod(0o755)
        folder, publisher = Path(place, "articles"), FolderPublisher(Path(place, "index"))
        folder.mkdir()
        (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
        rebuild(folder, publisher, fake.model, lambda: fake)
        publisher.root.chmod(0o555)
        if root:
            os.seteuid(65534)
        try:
            with pytest.raises(BylineError, match=r"cannot be written: Permission denied\.$") as caught:
                rebuild(folder, publisher, fake.model, lambda: fake, force=True)
        finally:
            if root:
                os.seteuid(0)
            publisher.root.chmod(0o755)
        assert caught.value.hint == "The previous index is unchanged."
        assert indexed(publisher, fake.model) == {"ants.txt": ANTS}


def test_a_switch_that_fails_leaves_the_old_index_and_nothing_else(
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


@pytest.mark.parametrize("place", ["", "rebuild.lock", "generations"], ids=["the folder", "the lock", "generations"])
def test_an_index_folder_that_cannot_be_used_is_said_in_one_sentence(
    articles: Path, publisher: FolderPublisher, build: Build, place: str
) -> None:
    blocked = publisher.root / place
    blocked.parent.mkdir(exist_ok=True)
    if place == "rebuild.lock":
        blocked.mkdir()
    else:
        blocked.write_text("in the way", encoding="utf-8")
    with pytest.raises(BylineError) as caught:
        build()
    assert type(caught.value) is BylineError


def test_a_second_rebuild_at_once_says_that_one_is_running(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
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


def test_what_another_rebuild_did_meanwhile_is_not_undone(
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


def test_nothing_is_built_where_another_rebuild_has_done_it_meanwhile(
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


def test_a_clock_that_was_set_back_loses_no_generation(
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


def test_an_index_folder_that_is_a_file_is_named_and_no_earlier_index_claimed(
    articles: Path, publisher: FolderPublisher, build: Build
) -> None:
    publisher.root.write_text("in the way", encoding="utf-8")
    with pytest.raises(BylineError, match="it is not a folder") as caught:
        build()
    assert str(publisher.root) in caught.value.message
    assert "before" not in caught.value.hint


def test_what_a_killed_rebuild_left_is_removed_by_the_next(
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
def test_a_partial_rebuild_keeps_nothing_of_an_index_that_cannot_be_trusted(
    build: Build, articles: Path, publisher: FolderPublisher, fake: Embedder, harm: Callable[[FolderPublisher], None]
) -> None:
    build()
    harm(publisher)
    (articles / "ants.txt").write_text(CROWS, encoding="utf-8")
    report = build(only=(articles / "ants.txt",))
    assert report.plan.stale
    found = indexed(publisher, fake.model)
    assert set(found) == {"ants.txt", "more/bees.txt"}
    assert "bees left" in found["more/bees.txt"]
    assert build().built is False


def test_what_another_rebuild_published_between_plan_and_lock_is_kept(
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
    found = indexed(publisher, fake.model)
    assert set(found) == {"ants.txt", "crows.txt", "more/bees.txt"}
    assert "They stayed" in found["ants.txt"]


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


def test_a_path_may_be_given_as_it_stands_in_the_folder(
    build: Build, articles: Path, publisher: FolderPublisher, fake: Embedder
) -> None:
    build()
    (articles / "more" / "bees.txt").write_text(CROWS, encoding="utf-8")
    assert build(only=(Path("more/bees.txt"),)).plan.changed == ("more/bees.txt",)
