"""The health reports that the bot writes, and how `byline health` judges them."""

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
from bot.discord import health_report
from bot.health import HealthReport, assess, notify, read_report, write_report

from tests.bot.discord.process import run_bot, wait_for_report
from tests.bot.discord.scene import bot_at
from tests.servers.discord.server import DiscordServer
from tests.support.command import Run

QUESTION = "Why does Russia back Maduro?"
HEALTHY = HealthReport(
    at=1000.0, started=100.0, pid=7, loaded=True, offline=0.0, lag=0.004, unanswered=12.0, canary="",
    waiting=0, hung=0, generation="20260101T000000000000-00000000", trouble=None,
)  # fmt: skip


def test_a_healthy_report_gives_one_positive_sentence_for_each_check() -> None:
    assert [(f.well, f.text) for f in assess(HEALTHY, 1003.0)] == [
        (True, "The bot reported 3 s ago."),
        (True, "It is connected to Discord."),
        (True, "Its event loop was late by 4 ms at most within the last minute."),
        (True, "It answered a question 12 s ago."),
        (True, "It answers from the generation 20260101T000000000000-00000000, with 0 questions waiting."),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
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
def test_each_problem_gives_exactly_one_negative_finding(change: dict[str, Any], expected: str) -> None:
    (problem,) = [f.text for f in assess(replace(HEALTHY, **change), 1003.0) if not f.well]
    assert expected in problem


@pytest.mark.parametrize("change", [{"offline": 20.0}, {"trouble": "The newest index cannot be opened."}], ids=str)
def test_a_problem_that_a_restart_would_not_fix_is_reported_but_does_not_make_the_bot_unhealthy(
    change: dict[str, Any],
) -> None:
    findings = assess(replace(HEALTHY, **change), 1003.0)
    assert all(f.well for f in findings)
    assert findings != assess(HEALTHY, 1003.0)


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"at": 1}', "\x00"])
def test_a_missing_or_invalid_health_file_means_that_no_bot_is_running(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "health.json"
    if content is not None:
        path.write_text(content)
    assert read_report(path) is None
    assert [f.text for f in assess(None, 0)] == ["No bot is running with this STATE_FILE."]


def test_a_health_file_without_read_permission_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(BylineError, match="no permission to read"):
        read_report(tmp_path / "health.json")


def test_the_health_file_is_private_and_replaced_atomically(tmp_path: Path) -> None:
    path = tmp_path / "health.json"
    for waiting in range(3):
        write_report(path, replace(HEALTHY, waiting=waiting))
    assert read_report(path) == replace(HEALTHY, waiting=2)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["health.json"]


class FailingCanary:
    """An answerer that fails only at the canary question."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    def canary(self) -> bool:
        raise OSError("the disk is gone")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answerer, name)


@pytest.fixture
def short_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_report, "TICK", 0.05)
    monkeypatch.setattr(health_report, "WRITE_EVERY", 0.1)
    monkeypatch.setattr(health_report, "CANARY_EVERY", 0.2)


async def test_a_running_bot_reports_its_lag_connection_and_generation(
    short_intervals: None, shipped_index: Path, answerer: Answerer, tmp_path: Path
) -> None:
    path = tmp_path / "health.json"

    async with bot_at(shipped_index, tmp_path / "state", lambda: answerer, health=path) as scene:
        report = await wait_for_report(
            path, lambda report: report.loaded and not report.offline and bool(report.generation)
        )
        assert all(f.well for f in assess(report, time.time()))
        assert report.generation == answerer.current().name
        time.sleep(0.7)
        assert (await wait_for_report(path, lambda report: report.lag > 0.5)).lag < 5
        # Refuse reconnections until the report shows it: discord.py may reconnect within a fraction of a second.
        refusal = scene.server.fail("GET", "/ws", status=503, times=float("inf"))
        await scene.server.drop("abort")
        assert (await wait_for_report(path, lambda report: report.offline > 0)).offline < 5
        refusal.times = 0
        await wait_for_report(path, lambda report: not report.offline)
    assert read_report(path) is None


async def test_a_slow_disk_delays_no_watchdog_signal_and_leaves_no_health_file_after_the_bot_stopped(
    short_intervals: None, shipped_index: Path, answerer: Answerer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "health.json"
    signals: list[str] = []

    def write_slowly(path: Path, report: HealthReport) -> None:
        before = len(signals)
        time.sleep(1)
        signals_during_write.append(len(signals) - before)
        write_report(path, report)

    signals_during_write: list[int] = []
    monkeypatch.setattr(health_report, "write_report", write_slowly)
    monkeypatch.setattr(health_report, "notify", signals.append)
    async with bot_at(shipped_index, tmp_path / "state", lambda: answerer, health=path):
        await wait_for_report(path, lambda report: report.loaded)
    assert signals[-1] == "STOPPING=1"
    assert max(signals_during_write) > 1
    await asyncio.sleep(1.1)
    assert read_report(path) is None


async def test_a_failed_canary_question_is_reported_and_other_questions_are_answered(
    short_intervals: None, shipped_index: Path, answerer: Answerer, tmp_path: Path
) -> None:
    path = tmp_path / "health.json"
    failing = cast("Answerer", FailingCanary(answerer))
    async with bot_at(shipped_index, tmp_path / "state", lambda: failing, health=path) as scene:
        await wait_for_report(path, lambda report: report.canary == "OSError")
        assert "¶" in (await scene.mention(QUESTION)).text


async def test_the_health_command_and_systemd_see_a_bot_in_another_process(
    shipped_index: Path, tmp_path: Path, command: Run
) -> None:
    settings = {"STATE_FILE": str(tmp_path / "state.sqlite")}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        notifications: set[str] = set()
        asyncio.get_running_loop().add_reader(
            systemd, lambda: notifications.update(systemd.recv(100).decode().split("\n"))
        )
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        async with (
            DiscordServer() as server,
            run_bot(server, shipped_index, tmp_path, environment) as process,
        ):
            await wait_for_report(tmp_path / "state-health.json", lambda report: report.loaded and not report.offline)
            done = await asyncio.to_thread(command, "bot", "health", "--json", **settings)
            facts = json.loads(done.stdout)
            assert (done.returncode, facts["well"], facts["pulse"]["pid"]) == (0, True, process.pid), done
            assert server.token not in done.stdout
            await asyncio.sleep(1.1)
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), 15)
            assert process.returncode == 0
        await asyncio.sleep(0.1)
        asyncio.get_running_loop().remove_reader(systemd)
        assert notifications == {"READY=1", "WATCHDOG=1", "STOPPING=1"}
    done = await asyncio.to_thread(command, "bot", "health", **settings)
    assert (done.returncode, done.stdout) == (1, "NOT WELL: No bot is running with this STATE_FILE.\n")


def test_notify_never_blocks_when_systemd_does_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    notify("WATCHDOG=1")  # the socket does not exist
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        for _ in range(1000):
            notify("WATCHDOG=1")
