"""The commands with a chat model, in processes of their own and over HTTP; no output contains a key."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answering.chat.prompts import NOT_ADDRESSED

from tests.bot.answering.chat.scene import claim, faithful, model_reply
from tests.servers.chat.replies import Hang, Status, Text, Usage
from tests.servers.chat.server import ChatServer
from tests.support.command import Run

WHY = "Why does Russia back Maduro?"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as started:
        yield started


@pytest.fixture
def settings(server: ChatServer, shipped_index: Path) -> dict[str, str]:
    return {
        "INDEX_DIR": str(shipped_index),
        "CHAT_MODEL": f"openai:{server.model}",
        "CHAT_BASE_URL": server.base_url,
        "CHAT_API_KEY": server.key,
        "CHAT_TIMEOUT": "5",
    }


def test_ask_prints_claims_and_quotes(command: Run, server: ChatServer, settings: dict[str, str]) -> None:
    server.script(faithful())
    done = command("bot", "ask", WHY, **settings)
    assert done.returncode == 0, done.stderr
    blocks = done.stdout.split("\n\n")
    assert [block.startswith('> "') for block in blocks] == [False, True] * 3
    assert not done.stderr


def test_ask_as_json_names_the_reader(command: Run, server: ChatServer, settings: dict[str, str]) -> None:
    settings["CHAT_API_KEY"] += "\n"  # a key read from a file may end in a line break
    server.script(faithful(), Status(500), Status(500), Status(500))
    answer = json.loads(command("bot", "ask", "--json", WHY, **settings).stdout)
    assert answer["reader"] == "openai:scripted"
    assert len(answer["claims"]) == len(answer["quotes"]) == 3
    answer = json.loads(command("bot", "ask", "--json", WHY, **settings).stdout)
    assert answer["reader"] == "extractive"
    assert answer["note"] == "it failed (status 500)"
    assert answer["text"].endswith("(No chat model: it failed (status 500).)")


def test_debug_shows_the_raw_reply_and_the_dropped_claims_without_the_key(
    command: Run, server: ChatServer, settings: dict[str, str]
) -> None:
    server.script(model_reply(claim("It is red.", "The ferry is painted red.")), Status(401))
    done = command("bot", "--debug", "ask", WHY, **settings)
    assert "The ferry is painted red." in done.stderr
    assert "do not occur in the passages" in done.stderr
    assert "(No chat model: it rejected the API key.)" in done.stdout
    assert server.key not in done.stdout + done.stderr


def test_a_budget_is_shared_by_successive_commands(command: Run, server: ChatServer, settings: dict[str, str]) -> None:
    server.set_default_reply(faithful())
    limited = {**settings, "CHAT_QUESTIONS_PER_DAY": "1"}
    assert "No chat model" not in command("bot", "ask", WHY, **limited).stdout
    assert "(No chat model: today's limit is used up.)" in command("bot", "ask", WHY, **limited).stdout


@pytest.mark.slow
def test_eval_reports_claims_fallbacks_tokens_and_cost(
    command: Run, server: ChatServer, settings: dict[str, str], tmp_path: Path
) -> None:
    lines = [{"id": str(n), "question": WHY, "answerable": True} for n in range(4)] + [{"question": "who wrote this?"}]
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    used = Usage(1000, 100)
    server.script(
        faithful(),
        model_reply(claim("It is red.", "The ferry is painted red."), usage=used),
        Text(text="no", usage=used),
        model_reply(verdict=NOT_ADDRESSED, usage=used),
        Hang(30),
    )
    arguments = ("eval", "questions.jsonl", "--price-in", "2", "--price-out", "10", "--json")
    done = command("bot", *arguments, "--reader", "chat", **{**settings, "CHAT_TIMEOUT": "2"})
    assert done.returncode == 0, done.stderr
    chat = json.loads(done.stdout)["chat"]
    assert chat["asked"] == 4
    assert (chat["claims_kept"], chat["claims_dropped"]) == (3, 1)
    assert chat["claims_relabelled"] <= 3
    assert chat["fallbacks"] == 2
    assert chat["cost"] == pytest.approx((2 * chat["tokens_in"] + 10 * chat["tokens_out"]) / 1e6)
    assert chat["tokens_in"] > 3000
    assert not (tmp_path / "byline.sqlite").exists()  # an evaluation does not count for the budget

    server.set_default_reply(faithful())
    table = command("bot", "eval", "questions.jsonl", "--price-in", "2", **settings).stdout
    for label in (
        "claims kept",
        "claims dropped",
        "claims relabelled",
        "answered without the model",
        "tokens in",
        "cost",
    ):
        assert label in table
    before = len(server.requests)
    assert "claims" not in command("bot", "eval", "questions.jsonl", "--reader", "extractive", **settings).stdout
    assert len(server.requests) == before


def test_eval_counts_the_tokens_of_rewording_a_follow_up(
    command: Run, server: ChatServer, settings: dict[str, str], tmp_path: Path
) -> None:
    line = {"question": "and china?", "history": [{"role": "user", "text": WHY}]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(line))
    server.script(
        Text(text="What of China?", usage=Usage(70, 8)), model_reply(verdict=NOT_ADDRESSED, usage=Usage(1000, 100))
    )
    chat = json.loads(command("bot", "eval", "questions.jsonl", "--json", **settings).stdout)["chat"]
    assert (chat["tokens_in"], chat["tokens_out"]) == (1070, 108)


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [
        ({"CHAT_MODEL": "gpt-4"}, ("ask", WHY), "The setting CHAT_MODEL is not of the form provider:model: gpt-4."),
        ({"CHAT_MODEL": "anthropic:x"}, ("ask", WHY), "pip install --editable '.[anthropic]'"),
        ({"CHAT_MODEL": "ollama:x"}, ("run",), "pip install --editable '.[ollama]'"),
        ({"CHAT_MODEL": "nosuch:x"}, ("ask", WHY), "names a provider that LangChain does not know: nosuch."),
        ({"CHAT_MODEL": "openai:x"}, ("ask", WHY), "There is no key for the chat model openai:x."),
        ({"CHAT_BASE_URL": "nowhere"}, ("ask", WHY), "The setting CHAT_BASE_URL is not a web address."),
        (
            {"CHAT_CONTEXT_TOKENS": "1500", "CHAT_MAX_TOKENS": "1500"},
            ("ask", WHY),
            "must be greater than CHAT_MAX_TOKENS",
        ),
        (
            {"CHAT_API_KEY": "klíč"},
            ("ask", WHY),
            "The setting CHAT_API_KEY contains characters that are not allowed in a key.",
        ),
        ({"CHAT_TIMEOUT": "soon"}, ("ask", WHY), "The setting CHAT_TIMEOUT cannot be used"),
        ({}, ("eval", "q.jsonl", "--reader", "chat"), "No chat model is set."),
    ],
    ids=["name", "anthropic", "ollama", "unknown", "key", "address", "context size", "key's form", "timeout", "eval"],
)
def test_an_invalid_setting_is_reported_in_one_sentence_and_one_hint(
    light_command: Run,
    shipped_index: Path,
    tmp_path: Path,
    environment: dict[str, str],
    arguments: tuple[str, ...],
    expected: str,
) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "why?"}\n')
    for package in ("langchain_anthropic", "langchain_ollama"):  # as if they were not installed
        (tmp_path / f"{package}.py").write_text("raise ImportError\n")
    paths = {"PYTHONPATH": str(tmp_path), "INDEX_DIR": str(shipped_index), "DISCORD_TOKEN": "x"}
    done = light_command("bot", *arguments, **paths, **environment)
    assert done.returncode == 2
    assert expected in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_a_key_in_a_providers_environment_variable_is_not_printed(
    command: Run, server: ChatServer, settings: dict[str, str]
) -> None:
    server.key = "marked-key-0123456789"
    del settings["CHAT_API_KEY"]
    server.script(Text(text=f"I was sent {server.key}."), faithful())
    done = command("bot", "--debug", "ask", WHY, **settings, OPENAI_API_KEY=server.key)
    assert "I was sent …." in done.stderr
    assert server.key not in done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [("ask",), ("--debug", "ask"), ("--debug", "ask", "--json")], ids=" ".join)
def test_no_secret_of_any_setting_is_printed(
    command: Run, server: ChatServer, settings: dict[str, str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Not if the provider echoes the key, an address contains a password, or a setting is invalid."""
    body = {"error": {"message": f"Wrong key {server.key}", "type": "x", "code": server.key}}
    marked = {**settings, "DISCORD_TOKEN": "marked-discord-secret", "CHAT_BASE_URL": server.base_url}
    hidden = {**marked, "CHAT_BASE_URL": "http://user:marked-password@127.0.0.1:9/v1"}
    broken = {**marked, "CHAT_MAX_TOKENS": "marked"}
    server.set_default_reply(Status(401, body))
    for environment in (marked, hidden, broken):
        done = command("bot", *arguments, WHY, **environment)
        printed = done.stdout + done.stderr
        assert printed
        for secret in (server.key, "marked-discord-secret", "marked-password"):
            assert secret not in printed
