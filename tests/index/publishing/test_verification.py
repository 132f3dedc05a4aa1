"""What a rebuild built is checked before it is published, and what is published can be checked at any time."""

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
from tests.support.fakes import check_here
from tests.support.paths import REPOSITORY

Build = Callable[..., RebuildReport]

ANTS = "The ants came in May.\n\nNobody had asked them to, least of all the council."


@pytest.fixture
def built(folder: Path, publisher: FolderPublisher, build: Build) -> FolderPublisher:
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "bees.txt").write_text("The bees left. " * 200, encoding="utf-8")
    build()
    return publisher


def spoilt(publisher: FolderPublisher, statement: str) -> Path:
    """A copy of the current generation whose SQLite file was changed behind Chroma's back."""
    copy = publisher.root.parent / "copy"
    shutil.copytree(publisher.current_folder(), copy)
    with sqlite3.connect(copy / "chroma" / "chroma.sqlite3") as database:
        database.execute(statement)
    return copy


def test_a_sound_generation_is_found_sound_in_a_process_of_its_own(built: FolderPublisher, tmp_path: Path) -> None:
    manifest = built.manifest()
    shutil.copytree(built.current_folder(), tmp_path / "copy")
    found = check_in_subprocess(tmp_path / "copy", manifest)
    assert (found.passages, found.sentences) == (manifest.passages, manifest.sentences)
    assert found.found == found.searched == found.passages + found.sentences


def test_the_process_that_checks_imports_no_torch(built: FolderPublisher, tmp_path: Path) -> None:
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
        pytest.param("DELETE FROM embeddings WHERE id = 1", "damaged", id="a row that is gone"),
    ],
)
def test_what_the_counts_and_texts_betray_is_damage(built: FolderPublisher, statement: str, problem: str) -> None:
    manifest = built.manifest()
    with pytest.raises(IndexDamaged, match=problem):
        check_here(spoilt(built, statement), manifest)


def test_a_store_that_crashes_whoever_opens_it_is_damage(
    built: FolderPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(IndexDamaged, match="crashes"):
        check_in_subprocess(built.current_folder(), built.manifest())


def test_a_store_that_hangs_is_given_up_in_time(
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


def test_what_fails_its_check_is_not_published_and_leaves_nothing(
    folder: Path, built: FolderPublisher, fake: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vectors that are lost on their way into Chroma, as two writers on one folder lose them."""
    before = built.current_folder()

    def lossy(client: object, name: str, vectors: Vectors, *rest: object, effort: object = None) -> None:
        create(client, name, vectors[:1], *(part[:1] for part in rest))  # type: ignore[arg-type, index]

    create = index.store.chroma.create_collection
    monkeypatch.setattr("index.generation.create_collection", lossy)
    with pytest.raises(IndexDamaged, match=r"^The new index was not published: [^.]*\.$") as caught:
        rebuild(folder, built, fake.model, lambda: fake, force=True)
    assert caught.value.exit_status == 1
    assert caught.value.hint == "The previous index is unchanged."
    assert built.current_folder() == before
    assert sorted(path.name for path in built.root.iterdir()) == ["CURRENT", "generations", "rebuild.lock"]
    with open_current(built, fake.model) as generation:
        assert list(generation.articles) == ["ants.txt", "bees.txt"]


def test_passages_that_do_not_find_themselves_are_damage(
    folder: Path, built: FolderPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_folder(built.current_folder() / "chroma")
    to_vectors = index.store.chroma.to_vectors
    monkeypatch.setattr("index.store.chroma.to_vectors", lambda found: np.roll(to_vectors(found), 1, axis=1))
    with pytest.raises(IndexDamaged, match="do not find themselves"):
        index.store.self_check.check_collections(place, built.manifest())
    place.close()


def test_hundreds_of_equal_passages_hide_no_other(folder: Path, publisher: FolderPublisher, build: Build) -> None:
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "long.txt").write_text(f"{'x' * 400_000}\n\nThe end.", encoding="utf-8")
    build()
    name, found = verify_current(publisher)
    assert name == publisher.current_folder().name
    assert found.found == found.searched


def test_the_published_generation_can_be_checked_from_the_command_line(command: Run, built: FolderPublisher) -> None:
    place = ("--index", str(built.root))
    done = command("index", "verify", *place)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Generation {built.current_folder().name} is sound: ")
    assert done.stdout.count("\n") == 1
    told = json.loads(command("index", "verify", "--json", *place).stdout)
    assert (told["sound"], told["generation"]) == (True, built.current_folder().name)
    assert told["found"] == told["searched"] > 0


@pytest.mark.parametrize("file", ["articles.json", "chroma/chroma.sqlite3", "lexical/words.tsv", "manifest.json"])
def test_a_damaged_generation_is_told_in_one_sentence(command: Run, built: FolderPublisher, file: str) -> None:
    (built.current_folder() / file).write_bytes(b"{}")
    done = command("index", "verify", "--json", "--index", str(built.root))
    sentence, hint = done.stderr.splitlines()
    assert done.returncode == 1
    assert sentence.startswith("The index is damaged")
    assert "byline rebuild" in hint
    assert json.loads(done.stdout)["sound"] is False


def test_without_an_index_there_is_nothing_to_check(command: Run) -> None:
    done = command("index", "verify")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("There is no index yet.")


def test_a_check_never_writes_to_what_is_published(built: FolderPublisher) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.current_folder().rglob("*")}
    verify_current(built)
    assert {path: path.stat().st_mtime_ns for path in built.current_folder().rglob("*")} == before
