"""The index commands as processes: output, exit statuses, error messages, signals, and which modules are imported."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.embedding import Embedder, model_identity
from index.generation import open_current
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildReport, rebuild

from tests.support.command import Run
from tests.support.imports import run_in_one_interpreter
from tests.support.paths import REPOSITORY

HEAVY = {"torch", "transformers", "sentence_transformers", "chromadb"}

Build = Callable[..., RebuildReport]

ARTICLE = """The Bees Have Left

By Ines Okafor

3 May 2021

The bees left the valley in June, and the beekeepers followed them to the coast.

The council had sprayed the verges twice in a month. It says that it was told to, and will not say by whom.

Without bees the pears came to nothing, and the pear fair was held with plums from the supermarket.
"""


@pytest.fixture
def ready(folder: Path, publisher: FolderPublisher, fake: Embedder) -> FolderPublisher:
    """An index of one article that names the real model, but was built with the fake one."""
    (folder / "bees.txt").write_text(ARTICLE, encoding="utf-8")
    rebuild(folder, publisher, model_identity(None), lambda: fake)
    return publisher


@pytest.mark.slow
def test_rebuild_status_and_search_work_together_with_the_real_model(
    command: Run, fresh_command: Run, folder: Path, tmp_path: Path
) -> None:
    (folder / "bees.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "bad.txt").write_bytes(b"caf\xe9")
    rebuilt = fresh_command("index", "rebuild", "--json")
    report = json.loads(rebuilt.stdout)
    assert rebuilt.returncode == 0
    assert (report["built"], report["plan"]["added"], report["passages"]) == (True, ["bees.txt"], 1)
    assert [skip["name"] for skip in report["skipped"]] == ["bad.txt"]

    status = command("index", "status")
    assert (status.returncode, status.stderr) == (0, "")
    assert "bees.txt  56 words" in status.stdout
    assert "The Bees Have Left · Ines Okafor · 2021-05-03" in status.stdout

    (tmp_path / ".env").write_text("INDEX_DIR=.byline\n", encoding="utf-8")
    searched = command("index", "search", "Who sprayed the verges?", "-k", "1", "--json")
    assert (searched.returncode, searched.stderr) == (0, "")
    (hit,) = json.loads(searched.stdout)
    assert (hit["article"], hit["paragraphs"]) == ("bees.txt", [4, 5, 6])
    assert hit["text"] == ARTICLE[hit["start"] : hit["end"]]


def test_status_as_json_lists_the_indexed_articles(command: Run, ready: FolderPublisher) -> None:
    done = command("index", "status", "--json", "--index", str(ready.root))
    status = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert status["generation"] == ready.current_folder().name
    assert status["articles"][0]["authors"] == ["Ines Okafor"]


def test_status_names_the_articles_that_are_not_in_english(
    command: Run, folder: Path, publisher: FolderPublisher, build: Build
) -> None:
    (folder / "bees.txt").write_text(ARTICLE, encoding="utf-8")
    german = "Die Bienen sind fort, und niemand weiß, wohin sie geflogen sind.\n\nDer Rat schweigt dazu ({}).\n"
    for number in range(7):
        (folder / f"bienen{number}.txt").write_text(german.format(number), encoding="utf-8")
    report = build()
    assert report.unread == {f"bienen{number}.txt": "de" for number in range(7)}
    done = command("index", "status", "--index", str(publisher.root))
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("Not in English"))
    assert line.startswith("Not in English: bienen0.txt (German), ")
    assert line.endswith("bienen4.txt (German), 2 more. Without a chat model, only their closest passages are shown.")


@pytest.mark.parametrize(
    ("arguments", "settings", "status", "message"),
    [
        pytest.param(["status"], {}, 1, "There is no index yet.", id="no index"),
        pytest.param(["search", "why?"], {}, 1, "There is no index yet.", id="nothing to search"),
        pytest.param(["rebuild"], {}, 2, "The articles folder articles does not exist.", id="no folder"),
        pytest.param(["rebuild", "--articles", "empty"], {}, 2, "There is no article in empty", id="no article"),
        pytest.param(["rebuild", "--articles", "full", "x.txt"], {}, 2, "x.txt is not in the articles", id="outside"),
        pytest.param(["status", "--nope"], {}, 2, "No such option: --nope", id="unknown option"),
        pytest.param(["nope"], {}, 2, "No such command 'nope'", id="unknown command"),
        pytest.param(["search"], {}, 2, "Missing argument", id="no question"),
        pytest.param(["search", "x" * 20_000], {}, 2, "The question has 20,000 characters", id="a long question"),
        pytest.param(["rebuild", "--articles", "full/bees.txt"], {}, 2, "full/bees.txt is not a folder.", id="a file"),
        pytest.param(
            ["rebuild", "--articles", "full", "--index", "full/bees.txt"],
            {},
            1,
            "The index in full/bees.txt cannot be written: it is not a folder.",
            id="a file for the index",
        ),
        pytest.param(["status", "--index", "full/bees.txt"], {}, 1, "full/bees.txt is not a folder.", id="no index"),
        pytest.param(["search", "  "], {}, 2, "The question is empty.", id="empty question"),
        pytest.param(["search", "why?", "-k", "0"], {}, 2, "Invalid value for '-k'", id="no hits wanted"),
        pytest.param(
            ["status"], {"ARTICLES_ENCODING": "klingon"}, 2, "The setting ARTICLES_ENCODING", id="bad setting"
        ),
        pytest.param(
            ["rebuild", "--articles", "full"],
            {"EMBEDDING_MODEL": "./nowhere"},
            2,
            "There is no embedding model at ./nowhere",
            id="no such model",
        ),
    ],
)
def test_an_error_is_one_sentence_and_one_hint_on_stderr(
    command: Run, tmp_path: Path, arguments: list[str], settings: dict[str, str], status: int, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "bees.txt").write_text(ARTICLE, encoding="utf-8")
    done = command("index", *arguments, **settings)
    sentence, hint = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (status, "")
    assert sentence.startswith(message)
    assert hint.startswith("  ")
    assert hint.strip()


def test_an_index_of_another_model_is_refused_with_status_2(command: Run, folder: Path, build: Build) -> None:
    (folder / "bees.txt").write_text(ARTICLE, encoding="utf-8")
    build()
    done = command("index", "search", "why?", INDEX_DIR=str(folder.parent / "index"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("The index was built with the embedding model word-lengths")


def test_a_concurrent_rebuild_is_refused_with_status_1(command: Run, ready: FolderPublisher) -> None:
    with ready.begin_rebuild():
        done = command("index", "rebuild", "--force", "--index", str(ready.root))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Another rebuild is running.")


def test_debug_shows_the_traceback_above_the_sentence(command: Run) -> None:
    done = command("index", "status", "--debug")
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    assert done.stderr.splitlines()[-2] == "There is no index yet."


def test_without_arguments_the_help_is_shown(command: Run) -> None:
    done = command("index")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == command("index", "--help").stdout


@pytest.mark.parametrize("name", ["rebuild", "status", "search"])
def test_help_names_the_settings_that_options_default_to(command: Run, name: str) -> None:
    text = " ".join(command("index", name, "--help", COLUMNS="200").stdout.split())
    assert "INDEX_DIR" in text
    assert ("ARTICLES_DIR" in text) == (name == "rebuild")


def test_control_characters_in_an_older_index_do_not_reach_the_terminal(command: Run, ready: FolderPublisher) -> None:
    manifest = ready.current_folder() / "manifest.json"
    text = manifest.read_text(encoding="utf-8").replace("The Bees Have Left", "The \\u001b[31mBees\\u0007")
    manifest.write_text(text, encoding="utf-8")
    done = command("index", "status", "--index", str(ready.root))
    assert "  The Bees · Ines Okafor" in done.stdout


def test_a_dry_run_prints_its_plan_and_writes_nothing(command: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "bees.txt").write_text(ARTICLE, encoding="utf-8")
    done = command("index", "rebuild", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].split() == ["added", "bees.txt"]
    assert not (tmp_path / ".byline").exists()


def test_file_names_are_printed_without_control_characters(command: Run, folder: Path) -> None:
    (folder / "red\x1b[31m\nbees.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "empty\x1b[31m.txt").write_text("", encoding="utf-8")
    done = command("index", "rebuild", "--dry-run")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert len(done.stdout.splitlines()) == 3


def test_deeply_nested_yaml_does_not_stop_a_rebuild(command: Run, folder: Path) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    (folder / "deep.md").write_text(f"---\ntitle: {deep}\n---\n\n{ARTICLE}", encoding="utf-8")
    (folder / "good.txt").write_text("The plums kept.", encoding="utf-8")
    done = command("index", "rebuild", "--dry-run", "--json")
    assert done.returncode == 0
    assert "good.txt" in json.loads(done.stdout)["plan"]["added"]


def test_commands_that_need_no_model_load_none(ready: FolderPublisher) -> None:
    commands = [("status",), ("rebuild",), ("rebuild", "--dry-run", "--force"), ("--help",)]
    folders = {"ARTICLES_DIR": "articles", "INDEX_DIR": "index"}
    results = run_in_one_interpreter("index.cli", commands, ready.root.parent, **folders)
    for command, (_, modules) in zip(commands, results, strict=True):
        assert "typer" in modules
        assert not modules & HEAVY, command


@pytest.mark.timeout(60)
@pytest.mark.usefixtures("heeded_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_during_a_rebuild_leaves_the_index_as_it_was(
    folder: Path, publisher: FolderPublisher, build: Build, number: signal.Signals
) -> None:
    (folder / "bees.txt").write_text(ARTICLE, encoding="utf-8")
    build()
    before = publisher.current_folder()
    (folder / "plums.txt").write_text("The plums kept. " * 2_000, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "index", "rebuild", "--articles", str(folder), "--index", str(publisher.root)],
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(publisher.root.glob("staging-*")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(number)
    out, err = process.communicate(timeout=50)
    assert process.returncode == 130
    assert (out, err) == ("", "Interrupted. The index is unchanged.\n")
    assert sorted(path.name for path in publisher.root.iterdir()) == ["CURRENT", "generations", "rebuild.lock"]
    assert publisher.current_folder() == before
    with open_current(publisher, "word-lengths") as generation:
        assert list(generation.articles) == ["bees.txt"]


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_command_works_with_its_output_closed(ready: FolderPublisher, closed: str) -> None:
    line = f'exec "$0" -m index status --index "$1" {closed}'
    done = subprocess.run(["sh", "-c", line, sys.executable, str(ready.root)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_private_copy_that_is_still_open_is_removed_at_exit(ready: FolderPublisher, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.console import exit_process\n"
        "from index.publishing.folder import FolderPublisher; from index.generation import open_current\n"
        "kept = open_current(FolderPublisher(Path(sys.argv[1])), sys.argv[2])\n"
        "assert list(Path(sys.argv[3]).iterdir()); exit_process(3)"
    )
    copies = tmp_path / "copies"
    copies.mkdir()
    arguments = [str(ready.root), model_identity(None), str(copies)]
    environment = {**os.environ, "TMPDIR": str(copies)}
    done = subprocess.run([sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")
    assert list(copies.iterdir()) == []
