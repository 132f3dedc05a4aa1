"""Rebuilds: plans, and what stands in the index afterwards."""

import sys
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.generation import open_current
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildPlan, rebuild
from index.text.passages import context_header

from tests.index.rebuilding import ANTS, BEES, CROWS, Build, indexed


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
