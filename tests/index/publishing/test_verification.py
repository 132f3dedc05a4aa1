"""Verification of a generation before it is published, and of the published one on request."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import index.store.chroma
from index.embedding import Embedder, Vectors
from index.errors import IndexDamaged
from index.generation import open_current
from index.publishing.folder import FolderPublisher
from index.publishing.verification import verify_current
from index.rebuild import RebuildReport, rebuild
from index.store.chroma import open_folder
from index.store.self_check import check_in_subprocess

from tests.support.command import Run
from tests.support.fakes import check_in_process
from tests.support.paths import REPOSITORY

Build = Callable[..., RebuildReport]

ANTS = "The ants came in May.\n\nNobody had asked them to, least of all the council."


@pytest.fixture
def built(folder: Path, publisher: FolderPublisher, build: Build) -> FolderPublisher:
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "bees.txt").write_text("The bees left. " * 200, encoding="utf-8")
    build()
    return publisher


def damaged_copy(publisher: FolderPublisher, statement: str) -> Path:
    """Copy the current generation and run a statement on Chroma's SQLite file."""
    copy = publisher.root.parent / "copy"
    shutil.copytree(publisher.current_folder(), copy)
    with sqlite3.connect(copy / "chroma" / "chroma.sqlite3") as database:
        database.execute(statement)
    return copy


def test_an_intact_generation_passes_the_check_in_a_subprocess(built: FolderPublisher, tmp_path: Path) -> None:
    manifest = built.manifest()
    shutil.copytree(built.current_folder(), tmp_path / "copy")
    result = check_in_subprocess(tmp_path / "copy", manifest)
    assert (result.passages, result.sentences) == (manifest.passages, manifest.sentences)
    assert result.found == result.searched == result.passages + result.sentences


def test_the_check_subprocess_does_not_import_torch(built: FolderPublisher, tmp_path: Path) -> None:
    shutil.copytree(built.current_folder(), tmp_path / "copy")
    code = (
        "import sys; from index.store.self_check import main; sys.argv = ['', 'copy']; main();"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    modules = done.stdout.split()
    assert "chromadb" in modules
    assert not {"torch", "transformers", "sentence_transformers", "langchain_core"} & set(modules)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        pytest.param(
            "UPDATE embedding_metadata SET string_value = '' WHERE key = 'chroma:document' AND id % 2",
            "are empty",
            id="empty texts",
        ),
        pytest.param("DELETE FROM embeddings WHERE id = 1", "damaged", id="a missing row"),
    ],
)
def test_wrong_counts_and_empty_texts_are_reported_as_damage(
    built: FolderPublisher, statement: str, problem: str
) -> None:
    manifest = built.manifest()
    with pytest.raises(IndexDamaged, match=problem):
        check_in_process(damaged_copy(built, statement), manifest)


def test_a_store_that_crashes_the_check_subprocess_is_reported_as_damage(
    built: FolderPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(IndexDamaged, match="crashes"):
        check_in_subprocess(built.current_folder(), built.manifest())


def test_the_check_of_a_hanging_store_times_out(
    built: FolderPublisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    sleeper.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    monkeypatch.setattr("index.store.self_check._TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr("index.store.self_check._TIMEOUT_SECONDS_PER_ROW", 0.0)
    with pytest.raises(IndexDamaged, match="within"):
        check_in_subprocess(built.current_folder(), built.manifest())


def test_a_generation_that_fails_its_check_is_removed_and_not_published(
    folder: Path, built: FolderPublisher, fake: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the first row of each batch is written, as can happen with two writers on one folder."""
    before = built.current_folder()

    def create_with_first_row_only(
        client: object, name: str, vectors: Vectors, *rest: object, effort: object = None
    ) -> None:
        create(client, name, vectors[:1], *(part[:1] for part in rest))  # type: ignore[arg-type, index]

    create = index.store.chroma.create_collection
    monkeypatch.setattr("index.generation.create_collection", create_with_first_row_only)
    with pytest.raises(IndexDamaged, match=r"^The new index was not published: [^.]*\.$") as caught:
        rebuild(folder, built, fake.model, lambda: fake, force=True)
    assert caught.value.exit_status == 1
    assert caught.value.hint == "The previous index is unchanged."
    assert built.current_folder() == before
    assert sorted(path.name for path in built.root.iterdir()) == ["CURRENT", "generations", "rebuild.lock"]
    with open_current(built, fake.model) as generation:
        assert list(generation.articles) == ["ants.txt", "bees.txt"]


def test_a_passage_whose_own_vector_does_not_find_it_is_reported_as_damage(
    folder: Path, built: FolderPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    collections = open_folder(built.current_folder() / "chroma")
    to_vectors = index.store.chroma.to_vectors
    monkeypatch.setattr("index.store.chroma.to_vectors", lambda result: np.roll(to_vectors(result), 1, axis=1))
    with pytest.raises(IndexDamaged, match="are not their own nearest neighbour"):
        index.store.self_check.check_collections(collections, built.manifest())
    collections.close()


def test_hundreds_of_identical_passages_do_not_hide_other_passages_from_the_check(
    folder: Path, publisher: FolderPublisher, build: Build
) -> None:
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "long.txt").write_text(f"{'x' * 400_000}\n\nThe end.", encoding="utf-8")
    build()
    name, result = verify_current(publisher)
    assert name == publisher.current_folder().name
    assert result.found == result.searched


def test_the_verify_command_reports_an_intact_generation(command: Run, built: FolderPublisher) -> None:
    index_option = ("--index", str(built.root))
    done = command("index", "verify", *index_option)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Generation {built.current_folder().name} is intact: ")
    assert done.stdout.count("\n") == 1
    response = json.loads(command("index", "verify", "--json", *index_option).stdout)
    assert (response["sound"], response["generation"]) == (True, built.current_folder().name)
    assert response["found"] == response["searched"] > 0


@pytest.mark.parametrize("file", ["articles.json", "chroma/chroma.sqlite3", "lexical/words.tsv", "manifest.json"])
def test_the_verify_command_reports_a_damaged_generation_in_one_sentence(
    command: Run, built: FolderPublisher, file: str
) -> None:
    (built.current_folder() / file).write_bytes(b"{}")
    done = command("index", "verify", "--json", "--index", str(built.root))
    sentence, hint = done.stderr.splitlines()
    assert done.returncode == 1
    assert sentence.startswith("The index is damaged")
    assert "byline rebuild" in hint
    assert json.loads(done.stdout)["sound"] is False


def test_the_verify_command_reports_a_missing_index(command: Run) -> None:
    done = command("index", "verify")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("There is no index yet.")


def test_verification_does_not_write_to_the_generation(built: FolderPublisher) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.current_folder().rglob("*")}
    verify_current(built)
    assert {path: path.stat().st_mtime_ns for path in built.current_folder().rglob("*")} == before
