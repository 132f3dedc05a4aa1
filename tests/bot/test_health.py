"""The bot's pulse, and what `byline health` makes of it."""

import asyncio
import errno
import json
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from index.errors import BylineError

from bot.answering.answerer import Answerer
from bot.discord import heartbeat as beating
from bot.health import HealthReport, assess, notify, read_report, write_report

from tests.bot.discord.process import run_bot, wait_for_report
from tests.bot.discord.scene import bot_at
from tests.servers.discord.server import DiscordServer
from tests.support.command import Run

WHY = "Why does Russia back Maduro?"
WELL = HealthReport(
    at=1000.0, started=100.0, pid=7, loaded=True, offline=0.0, lag=0.004, unanswered=12.0, canary="",
    waiting=0, hung=0, generation="20260101T000000000000-00000000", trouble=None,
)  # fmt: skip


def test_a_bot_that_is_well_is_said_to_be_so_in_a_sentence_each() -> None:
    assert [(f.well, f.text) for f in assess(WELL, 1003.0)] == [
        (True, "The bot reported 3 s ago."),
        (True, "It is connected to Discord."),
        (True, "Its event loop was late by 4 ms at most within the last minute."),
        (True, "It answered a question 12 s ago."),
        (True, "It answers from the generation 20260101T000000000000-00000000, with 0 questions waiting."),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": 900.0}, "not reported for 103 s"),
        ({"at": 1200.0}, "not reported"),
        ({"loaded": False}, "still starting, 903 s after"),
        ({"offline": 200.0}, "without a connection to Discord for 200 s"),
        ({"lag": 3.5}, "late by 3,500 ms"),
        ({"unanswered": 400.0}, "answered a question 400 s ago"),
        ({"canary": "IndexDamaged"}, "could not answer the canary question (IndexDamaged)"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_one_bad_finding(change: dict[str, Any], said: str) -> None:
    (bad,) = [f.text for f in assess(replace(WELL, **change), 1003.0) if not f.well]
    assert said in bad


@pytest.mark.parametrize("change", [{"offline": 20.0}, {"trouble": "The newest index cannot be opened."}], ids=str)
def test_what_a_restart_would_not_mend_is_told_and_is_no_reason_for_one(change: dict[str, Any]) -> None:
    found = assess(replace(WELL, **change), 1003.0)
    assert all(f.well for f in found)
    assert found != assess(WELL, 1003.0)


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"at": 1}', "\x00"])
def test_a_file_that_cannot_be_read_is_no_bot(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "health.json"
    if content is not None:
        path.write_text(content)
    assert read_report(path) is None
    assert [f.text for f in assess(None, 0)] == ["No bot is running with this STATE_FILE."]


def test_a_file_of_another_users_is_not_taken_for_no_bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(BylineError, match="no permission to read"):
        read_report(tmp_path / "health.json")


def test_the_file_is_private_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "health.json"
    for waiting in range(3):
        write_report(path, replace(WELL, waiting=waiting))
    assert read_report(path) == replace(WELL, waiting=2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["health.json"]


class Ailing:
    """An answerer that is well but for the canary question."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    def canary(self) -> bool:
        raise OSError("the disk is gone")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answerer, name)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beating, "TICK", 0.05)
    monkeypatch.setattr(beating, "WRITE_EVERY", 0.1)
    monkeypatch.setattr(beating, "CANARY_EVERY", 0.2)


async def test_a_running_bot_tells_of_lag_connection_and_generation(
    quick: None, shipped_index: Path, answerer: Answerer, tmp_path: Path
) -> None:
    path = tmp_path / "health.json"

    async with bot_at(shipped_index, tmp_path / "state", lambda: answerer, health=path) as scene:
        told = await wait_for_report(path, lambda pulse: pulse.loaded and not pulse.offline and bool(pulse.generation))
        assert all(f.well for f in assess(told, time.time()))
        assert told.generation == answerer.current().name
        time.sleep(0.7)
        assert (await wait_for_report(path, lambda pulse: pulse.lag > 0.5)).lag < 5
        # Until it was seen: discord.py may be back after any part of a second.
        away = scene.server.fail("GET", "/ws", status=503, times=float("inf"))
        await scene.server.drop("abort")
        assert (await wait_for_report(path, lambda pulse: pulse.offline > 0)).offline < 5
        away.times = 0
        await wait_for_report(path, lambda pulse: not pulse.offline)
    assert read_report(path) is None


async def test_a_disk_that_is_slow_keeps_no_sign_of_life_back_and_no_file_after_the_end(
    quick: None, shipped_index: Path, answerer: Answerer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "health.json"
    signs: list[str] = []

    def slow(path: Path, pulse: HealthReport) -> None:
        before = len(signs)
        time.sleep(1)
        during.append(len(signs) - before)
        write_report(path, pulse)

    during: list[int] = []
    monkeypatch.setattr(beating, "write_report", slow)
    monkeypatch.setattr(beating, "notify", signs.append)
    async with bot_at(shipped_index, tmp_path / "state", lambda: answerer, health=path):
        await wait_for_report(path, lambda pulse: pulse.loaded)
    assert signs[-1] == "STOPPING=1"
    assert max(during) > 1
    await asyncio.sleep(1.1)
    assert read_report(path) is None


async def test_a_canary_that_fails_is_told_and_questions_go_on(
    quick: None, shipped_index: Path, answerer: Answerer, tmp_path: Path
) -> None:
    path = tmp_path / "health.json"
    ailing = cast("Answerer", Ailing(answerer))
    async with bot_at(shipped_index, tmp_path / "state", lambda: ailing, health=path) as scene:
        await wait_for_report(path, lambda pulse: pulse.canary == "OSError")
        assert "¶" in (await scene.mention(WHY)).text


async def test_the_command_and_systemd_are_told_of_a_bot_in_another_process(
    shipped_index: Path, tmp_path: Path, command: Run
) -> None:
    settings = {"STATE_FILE": str(tmp_path / "state.sqlite")}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        heard: set[str] = set()
        asyncio.get_running_loop().add_reader(systemd, lambda: heard.update(systemd.recv(100).decode().split("\n")))
        listening = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        async with (
            DiscordServer() as server,
            run_bot(server, shipped_index, tmp_path, listening) as process,
        ):
            await wait_for_report(tmp_path / "state-health.json", lambda pulse: pulse.loaded and not pulse.offline)
            told = await asyncio.to_thread(command, "bot", "health", "--json", **settings)
            facts = json.loads(told.stdout)
            assert (told.returncode, facts["well"], facts["pulse"]["pid"]) == (0, True, process.pid), told
            assert server.token not in told.stdout
            await asyncio.sleep(1.1)
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), 15)
            assert process.returncode == 0
        await asyncio.sleep(0.1)
        asyncio.get_running_loop().remove_reader(systemd)
        assert heard == {"READY=1", "WATCHDOG=1", "STOPPING=1"}
    told = await asyncio.to_thread(command, "bot", "health", **settings)
    assert (told.returncode, told.stdout) == (1, "NOT WELL: No bot is running with this STATE_FILE.\n")


def test_a_systemd_that_does_not_listen_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    notify("WATCHDOG=1")  # nobody is there at all
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        for _ in range(1000):
            notify("WATCHDOG=1")
