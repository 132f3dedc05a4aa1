"""Rebuilds of some paths only: the others stay, unless the index cannot be trusted."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import UsageError
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildPlan
from index.store.manifest import file_digests

from tests.index.rebuilding import ANTS, BEES, CROWS, Build, indexed


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


@pytest.mark.parametrize("name", ["ants.txt", "more/bees.txt"])
def test_a_path_may_be_relative_to_the_articles_folder(
    articles: Path, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    build()
    monkeypatch.chdir(tmp_path)
    (articles / name).write_text(CROWS, encoding="utf-8")
    assert build(only=(Path(name),)).plan.changed == (name,)


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


def as_an_older_splitter(current: Path, version: int = 0) -> None:
    path = current / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "splitter": version}), encoding="utf-8")


def as_a_newer_splitter(current: Path) -> None:
    as_an_older_splitter(current, 999)


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
        as_an_older_splitter,
        as_a_newer_splitter,
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
