"""A secret from the settings never appears in a log, a traceback, the status, the health file or other files."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import SettingsError
from index.publishing.folder import FolderPublisher

from bot.answering.answerer import Answerer
from bot.answering.reply.wording import as_text
from bot.answering.types import Response
from bot.logs import OneLineFormatter
from bot.prompt import make_line_reader
from bot.settings import BotSettings
from bot.state import State

from tests.bot.answering.chat.scene import ARTICLES, PREPARED, reader_of
from tests.bot.discord.process import wait_for_report
from tests.bot.discord.scene import bot_at
from tests.servers.chat.replies import Status
from tests.servers.chat.server import ChatServer
from tests.support.command import Run
from tests.support.paths import REPOSITORY

Handler = logging.StreamHandler[io.StringIO]
SECRET_FORMAT = "marked-{}-0123456789"
ENVIRONMENT = {
    "DISCORD_TOKEN": SECRET_FORMAT.format("token"),
    "CHAT_API_KEY": SECRET_FORMAT.format("key"),
    "DISCORD_API": "http://127.0.0.1:9/api",
    "CHAT_BASE_URL": f"http://user:{SECRET_FORMAT.format('chat')}@127.0.0.1:9/v1",
    "OPENAI_API_KEY": SECRET_FORMAT.format("provider"),
}
SECRETS = [SECRET_FORMAT.format(name) for name in ("token", "key", "chat", "provider")]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> BotSettings:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return BotSettings.load()


def test_the_settings_list_their_secrets_but_do_not_print_them(settings: BotSettings) -> None:
    assert set(SECRETS) <= set(settings.secrets)
    shown = f"{settings!r} {settings} {settings.model_dump_json(include={'discord_token', 'chat_api_key'})}"
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize("form", ["{}", "http://user:{}@127.0.0.1:9/api"])
@pytest.mark.parametrize("name", ["DISCORD_API", "MAX_WAITING", "MESSAGE_CONTENT", "CHAT_TIMEOUT"])
def test_an_error_about_a_setting_does_not_repeat_a_secret_in_its_value(
    name: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, form.format(SECRETS[0]))
    with pytest.raises(SettingsError) as caught:
        BotSettings.load()
    assert name in caught.value.message
    assert SECRETS[0] not in caught.value.message + caught.value.hint


def test_a_failed_start_shows_no_secret_even_in_its_traceback(command: Run, shipped_index: Path) -> None:
    done = command("bot", "--debug", "run", INDEX_DIR=str(shipped_index), CHAT_MODEL="openai:x", **ENVIRONMENT)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "cannot be reached" in done.stderr
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]


def test_the_traceback_of_an_unexpected_exception_shows_no_secret(fresh_command: Run, tmp_path: Path) -> None:
    """A fake library raises an exception whose message contains the whole environment."""
    (tmp_path / "langchain").mkdir()
    (tmp_path / "langchain" / "__init__.py").write_text("import os\nraise RuntimeError(str(dict(os.environ)))\n")
    paths = {"PYTHONPATH": f"{tmp_path}:{REPOSITORY}"}
    done = fresh_command("bot", "--debug", "run", CHAT_MODEL="openai:x", **ENVIRONMENT, **paths)
    assert "RuntimeError" in done.stderr
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]


@pytest.fixture
def full_log(settings: BotSettings) -> Iterator[Handler]:
    """A handler of all log records of all libraries, from level DEBUG."""
    root = logging.getLogger()
    handler = logging.StreamHandler(io.StringIO())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(before)
    root.removeHandler(handler)


async def test_a_running_bot_shows_no_secret_in_its_log_status_or_health_file(
    full_log: Handler,
    settings: BotSettings,
    shipped_index: Path,
    answerer: Answerer,
    tmp_path: Path,
) -> None:
    path = tmp_path / "health.json"
    async with bot_at(shipped_index, tmp_path / "state.sqlite", lambda: answerer, health=path) as scene:
        secrets = (*settings.secrets, scene.server.token)
        full_log.setFormatter(OneLineFormatter(debug=True, secrets=secrets))
        scene.server.fail("PATCH", r"/webhooks/.*", status=503)
        asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": "Why?"})
        await asked.wait()
        await scene.server.drop("abort")
        await scene.mention("What does he say about China's investment?")
        logging.getLogger("x").debug("given %s", ENVIRONMENT)
        status = await scene.server.slash(scene.bob, scene.channel, "status")
        shown = (await status.wait()).text + str(await wait_for_report(path, lambda report: report.loaded))
        tokens = [one.token for one in scene.server.interactions.all]
        written = full_log.stream.getvalue() + shown
        assert len(tokens) == 2
        assert "discord.http" in written
        assert not [secret for secret in (*secrets, *tokens) if secret in written]


async def test_a_key_that_a_chat_model_echoes_appears_in_no_log(
    full_log: Handler,
) -> None:
    with ChatServer() as server:
        full_log.setFormatter(OneLineFormatter(debug=True, secrets=[server.key]))
        server.script(Status(401, {"error": {"message": f"Wrong key {server.key}", "type": "x", "code": server.key}}))
        outcome = await reader_of(server).read(PREPARED)
        assert server.key not in as_text(Response(outcome.reply, ARTICLES))
        assert "401 Unauthorized" in full_log.stream.getvalue()
        assert server.key not in full_log.stream.getvalue()


def test_state_history_and_index_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    State(tmp_path / "state.sqlite")
    make_line_reader(tmp_path / "history")
    with FolderPublisher(tmp_path / "index").begin_rebuild():
        pass
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    assert modes == {"state.sqlite": "0o600", "history": "0o600", "index": "0o700"}
