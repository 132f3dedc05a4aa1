"""The commands of python -m bot in processes of their own: output, errors, exit statuses, and the terminal prompt."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pexpect.fdpexpect import fdspawn

from index.articles.parse import parse
from index.embedding import Embedder, model_identity
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from tests.support.command import Run
from tests.support.fakes import check_in_process
from tests.support.imports import run_in_one_interpreter
from tests.support.paths import REPOSITORY
from tests.support.preloaded import PRELOADED, PreloadedProcess

HEAVY_LIBRARIES = {"torch", "transformers", "sentence_transformers", "chromadb"}
QUESTION = "Why does Russia back Maduro?"


def error_of(done: "subprocess.CompletedProcess[str]", status: int) -> tuple[str, str]:
    """Return the sentence and the hint of a command that failed with this exit status."""
    assert (done.returncode, done.stdout) == (status, "")
    sentence, hint = done.stderr.splitlines()
    assert hint.startswith("  ")
    return sentence, hint.strip()


# ask


def test_ask_prints_the_lead_and_the_quotes(fresh_command: Run, shipped_index: Path) -> None:
    done = fresh_command("bot", "ask", QUESTION, INDEX_DIR=str(shipped_index))
    assert (done.returncode, done.stderr) == (0, "")
    lead, *quotes = done.stdout.strip().split("\n\n")
    assert lead.endswith(":")
    assert quotes
    assert all(text.startswith('> "') and "— ¶" in text for text in quotes)


def test_ask_as_json_is_one_line_with_the_documented_fields(command: Run, shipped_index: Path) -> None:
    done = command("bot", "ask", QUESTION, "--json", "--index", str(shipped_index))
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert set(answer) == {
        "question", "abstained", "degree", "certainty", "text", "quotes", "reader", "seconds"
    }  # fmt: skip
    assert (answer["question"], answer["abstained"], answer["degree"]) == (QUESTION, False, "answers")
    assert 0 <= answer["certainty"] <= 1
    assert answer["seconds"] > 0
    (path,) = (REPOSITORY / "articles").iterdir()
    article = parse(path.name, path.read_bytes())
    for quote in answer["quotes"]:
        assert set(quote) == {"article", "paragraph", "text", "voice", "start", "end"}
        assert quote["article"] == path.name
        assert article.text[quote["start"] : quote["end"]] == quote["text"]
        assert f"¶{quote['paragraph']}" in answer["text"]


def test_an_abstention_has_exit_status_0(command: Run, shipped_index: Path) -> None:
    done = command("bot", "ask", "hello", "--json", "--index", str(shipped_index))
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["abstained"], answer["quotes"]) == (0, True, [])


@pytest.mark.parametrize(
    ("arguments", "settings", "status", "message"),
    [
        pytest.param(["ask", "why?"], {"INDEX_DIR": "none"}, 1, "There is no index yet.", id="no index"),
        pytest.param(["chat"], {"INDEX_DIR": "none"}, 1, "There is no index yet.", id="no index for a chat"),
        pytest.param(["ask", " "], {}, 2, "The question is empty.", id="empty"),
        pytest.param(["ask", "???"], {}, 2, "The question contains no words.", id="no words"),
        pytest.param(["ask", b"\xff\xfe why"], {}, 2, "The question is not valid UTF-8 text.", id="not UTF-8"),
        pytest.param(["ask", "a\x1bb"], {}, 2, "The question contains control characters.", id="control characters"),
        pytest.param(
            ["ask", "why " * 5000], {}, 2, "The question has 19,999 characters; the limit is 2,000.", id="long"
        ),
        pytest.param(["ask", "why?", "--article", "no\x1bpe"], {}, 2, "No article is called “no?pe”.", id="article"),
        pytest.param(["ask"], {}, 2, "Missing argument", id="no question"),
        pytest.param(["nope"], {}, 2, "No such command 'nope'", id="unknown command"),
        pytest.param(
            ["ask", "why?", "--index", "file"], {}, 2, "The index cannot be at file:", id="a file for an index"
        ),
        pytest.param(["ask", "why?", "--index", "file/x"], {}, 2, "The index cannot be at file/x:", id="below a file"),
        pytest.param(["ask", "why?"], {"EMBEDDING_MODEL": "no/such"}, 2, "The index was built with", id="other model"),
        pytest.param(["eval", "none.jsonl"], {}, 2, "The question file none.jsonl cannot be read", id="no questions"),
        pytest.param(
            ["eval", "bad.jsonl"], {}, 2, "Line 2 of bad.jsonl is not a question.", id="no question in a line"
        ),
        pytest.param(
            ["eval", "lost.jsonl"], {}, 2, "Line 1 of lost.jsonl: No article is called “nope”", id="a line's article"
        ),
        pytest.param(["eval", "good.jsonl", "--article", "x"], {}, 2, "No article is called “x”.", id="eval's article"),
        pytest.param(
            ["eval", "good.jsonl", "--answers", "no/out.jsonl"],
            {},
            1,
            "The answers cannot be written to",
            id="no folder",
        ),
        pytest.param(
            ["eval", "good.jsonl", "--answers", "good.jsonl"], {}, 2, "The answers would overwrite", id="same file"
        ),
    ],
)
def test_an_error_is_one_sentence_and_one_hint_and_loads_no_model(
    light_command: Run,
    shipped_index: Path,
    tmp_path: Path,
    arguments: list[str],
    settings: dict[str, str],
    status: int,
    message: str,
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "good.jsonl").write_text('{"question": "why?"}\n')
    (tmp_path / "bad.jsonl").write_text('{"question": "why?"}\nwhy?\n')
    (tmp_path / "lost.jsonl").write_text('{"question": "why?", "article": "nope"}\n')
    # A torch module that cannot be imported, so that loading a model would fail.
    (tmp_path / "torch.py").write_text("raise SystemExit('torch was imported')")
    done = light_command(
        "bot", *arguments, **{"INDEX_DIR": str(shipped_index), "PYTHONPATH": str(tmp_path), **settings}
    )
    sentence, _ = error_of(done, status)
    assert sentence.startswith(message)
    assert (tmp_path / "good.jsonl").read_text() == '{"question": "why?"}\n'


def test_for_an_index_of_another_model_the_hint_mentions_the_setting_before_a_rebuild(
    command: Run, shipped_index: Path
) -> None:
    done = command("bot", "ask", "why?", INDEX_DIR=str(shipped_index), EMBEDDING_MODEL="no/such-model")
    _, hint = error_of(done, 2)
    assert hint.startswith("Set EMBEDDING_MODEL back, or, if that model is on this machine, rebuild")


def test_help_loads_no_heavy_library_and_describes_the_index_option(tmp_path: Path) -> None:
    commands = [("--help",), ("ask", "--help"), ("chat", "--help"), ("eval", "--help")]
    results = run_in_one_interpreter("bot.cli", commands, tmp_path, COLUMNS="200")
    for command, (shown, modules) in zip(commands, results, strict=True):
        assert "typer" in modules
        assert not HEAVY_LIBRARIES & modules, command
        assert command == ("--help",) or "The folder of the index (default: INDEX_DIR)." in shown, command


# eval


def write_questions(path: Path, *texts: str) -> Path:
    path.write_text("".join(json.dumps({"id": f"q{n}", "question": text}) + "\n" for n, text in enumerate(texts, 1)))
    return path


def test_eval_scores_the_shipped_questions_and_writes_the_answers(
    command: Run, shipped_index: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("an answer of an earlier run, longer than the new ones\n" * 1000)
    file = REPOSITORY / "tests" / "data" / "questions.jsonl"
    done = command("bot", "eval", str(file), "--answers", str(out), "--json", "--index", str(shipped_index))
    assert done.returncode == 0
    # On a slow machine, progress is printed every few seconds.
    assert all(line.startswith("Asking: ") for line in done.stderr.splitlines())
    figures = json.loads(done.stdout)
    asked = [json.loads(line)["id"] for line in file.read_text(encoding="utf-8").splitlines()]
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == asked
    assert figures["total"]["questions"] == len(asked)
    assert figures["total"]["quote_exactness"] == 1
    assert set(figures["kinds"]) > {"direct"}


def test_eval_asks_the_article_that_a_line_names_and_abstains_from_invalid_questions(
    command: Run, shipped_index: Path, tmp_path: Path
) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"question": "\\ud800 ?"}\n{"question": "tldr", "article": "' + shipped_article_name() + '"}\n'
    )
    done = command("bot", "eval", "q.jsonl", "--answers", "out.jsonl", "--index", str(shipped_index))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("questions")
    first, second = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert (first["id"], first["question"], first["abstained"]) == ("1", "\ud800 ?", True)
    assert {quote["article"] for quote in second["quotes"]} == {shipped_article_name()}


def shipped_article_name() -> str:
    (path,) = (REPOSITORY / "articles").iterdir()
    return path.name


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_an_interrupted_eval_keeps_the_answers_written_so_far(
    shipped_index: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out.jsonl"
    file = write_questions(tmp_path / "q.jsonl", *["why?"] * 5000)
    arguments = ("bot", "eval", str(file), "--answers", str(out))
    process = PRELOADED.start(*arguments, cwd=tmp_path, environment={"INDEX_DIR": str(shipped_index)})
    while process.returncode is None and (not out.exists() or out.read_bytes().count(b"\n") < 3):
        time.sleep(0.02)
    process.send_signal(number)
    assert process.join(60) == 130
    assert process.output()[0] == b""
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == [f"q{n}" for n in range(1, len(answers) + 1)]
    assert 3 <= len(answers) < 5000


def test_an_eval_that_fails_before_its_first_answer_does_not_overwrite_the_file(command: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("earlier\n")
    write_questions(tmp_path / "q.jsonl", "why?")
    done = command("bot", "eval", "q.jsonl", "--answers", "out.jsonl", INDEX_DIR="none")
    assert done.returncode == 1
    assert out.read_text() == "earlier\n"


# chat


def test_chat_on_a_pipe_prints_answers_on_stdout_and_errors_on_stderr(command: Run, shipped_index: Path) -> None:
    lines = "\n".join(["/HELP", "why " * 5000, "a\x1bb", "/nosuch\x1b[31m", "who wrote this?", "/QUIT", "never asked"])
    done = command("bot", "chat", stdin=lines, INDEX_DIR=str(shipped_index))
    assert done.returncode == 0
    assert "Ask about" in done.stdout
    assert "/passage N" in done.stdout
    assert "It was written by" in done.stdout
    assert done.stderr.splitlines() == [
        "The question has 19,999 characters; the limit is 2,000.",
        "  Ask it in fewer words.",
        "The question contains control characters.",
        "  Type it again as plain text.",
        "There is no command /nosuch?[31m.",
        "  /help lists them.",
    ]


def test_control_characters_in_an_article_are_not_printed(
    command: Run, embedder: Embedder, folder: Path, tmp_path: Path
) -> None:
    (folder / "red.md").write_text(
        "---\ntitle: Red\nauthor: Jane Roe\n---\n\nThe ferry \x1b[31mshould\x9b2J stay free for want of a road.\n",
        encoding="utf-8",
    )
    rebuild(folder, FolderPublisher(tmp_path / "index", check_in_process), model_identity(None), lambda: embedder)
    done = command("bot", "chat", stdin="the ferry?\n/passage 1\n", INDEX_DIR="index")
    assert (done.returncode, done.stderr) == (0, "")
    assert "should2J" in done.stdout
    assert not {"\x1b", "\x9b"} & set(done.stdout)
    done = command("bot", "ask", "the ferry?", "--json", INDEX_DIR="index")
    assert not {"\x1b", "\x9b"} & set(done.stdout)
    assert "should2J" in json.loads(done.stdout)["quotes"][0]["text"]


PROMPT = "›"
Start = Callable[[Path], "tuple[fdspawn[str], PreloadedProcess]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that opens the chat in a new terminal, up to its prompt."""
    with ExitStack() as opened:

        def run(index: Path) -> "tuple[fdspawn[str], PreloadedProcess]":
            ours, theirs = pty.openpty()
            termios.tcsetwinsize(ours, (40, 120))
            environment = {
                "INDEX_DIR": str(index),
                "TERM": "xterm",
                "PROMPT_TOOLKIT_NO_CPR": "1",  # nobody is there to say where the cursor stands
            }
            process = PRELOADED.start("bot", "chat", cwd=tmp_path, environment=environment, terminal=theirs)
            opened.callback(process.kill)
            os.close(theirs)
            chat = fdspawn(ours, encoding="utf-8", timeout=60)
            opened.callback(chat.close)
            chat.expect("Ask about")
            chat.expect(PROMPT)
            return chat, process

        yield run


@pytest.fixture
def index_copy(shipped_index: Path, tmp_path: Path) -> Path:
    """Copy the index, so that a test can damage it."""
    return Path(shutil.copytree(shipped_index, tmp_path / "own"))


def test_a_chat_at_a_terminal_answers_clears_lines_and_saves_a_history(start: Start, index_copy: Path) -> None:
    chat, process = start(index_copy)
    chat.send("who wrote this?\r")
    chat.expect("It was written by")
    chat.expect(PROMPT)
    chat.send("half a line")
    chat.send("\x03")  # Ctrl-C
    chat.expect(PROMPT)
    chat.send("\x1b[200~/article \x1b[31mred\x1b[201~\r")  # pasted
    chat.expect(r"No article is called “\?\[31mred”")
    chat.expect(PROMPT)
    chat.send("\x1b[31m/HELP\r")  # typed
    chat.expect("/passage N")
    chat.expect(PROMPT)
    chat.send("\x04")  # Ctrl-D
    assert process.join(20) == 0
    assert "who wrote this?" in (index_copy / "history").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_at_the_prompt_ends_the_chat(start: Start, index_copy: Path, number: signal.Signals) -> None:
    chat, process = start(index_copy)
    process.send_signal(number)
    chat.expect("Interrupted")
    assert process.join(20) == 130


def test_a_chat_whose_index_is_deleted_goes_on_answering_and_reports_it(start: Start, index_copy: Path) -> None:
    chat, process = start(index_copy)
    shutil.rmtree(index_copy)
    time.sleep(1.5)  # the index is checked twice a second
    chat.send("who wrote this?\r")
    chat.expect("It was written by")
    chat.expect(PROMPT)
    printed = " ".join(chat.before.split())
    assert (
        "(The index was deleted. I answer from the copy that I opened before. Build it with: byline rebuild" in printed
    )
    assert "Traceback" not in printed
    assert "Press ENTER" not in printed
    chat.send("/quit\r")
    assert process.join(20) == 0
    assert not index_copy.exists()


def test_the_installed_command_is_the_same_program(tmp_path: Path) -> None:
    byline = Path(sys.executable).with_name("byline")
    run = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 60, "check": False}
    shown = subprocess.run([byline, "--help"], **run)  # type: ignore[call-overload]
    assert shown.returncode == 0
    assert all(f" {command} " in shown.stdout for command in ("ask", "chat", "run", "rebuild", "status", "verify"))
    refused = subprocess.run([byline, "nonsense"], **run)  # type: ignore[call-overload]
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "No such command 'nonsense'.\n  Add --help to see how the command is used.\n"
