"""The bot's health: the report that it writes every few seconds, and the findings of `byline health`."""

import json
import os
import socket
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import OWNER_HINT, BylineError
from index.formatting import count

# Limits in seconds; beyond them, the bot is not healthy.
_MAX_REPORT_AGE, _MAX_LAG, _MAX_OFFLINE, _MAX_UNANSWERED = 30.0, 2.0, 90.0, 180.0
_RESTART_HINT = "Restart it; if that does not help, its log says more."


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The state of a bot at one moment.

    Attributes:
        at: when the report was written, in seconds since 1970.
        started: when the bot was started, in seconds since 1970.
        pid: the process id.
        loaded: whether the models and the index are loaded.
        offline: seconds for which a shard has been without a connection to Discord; 0.0 if all are connected.
        lag: the longest delay of the event loop within the last minute, in seconds.
        unanswered: seconds since the last question was answered, the canary question included.
        canary: the type of the error that the last canary question raised; "" if it was answered.
        waiting: how many questions are in the queue.
        hung: how many answers were given up because they took too long.
        generation: the name of the current generation.
        trouble: why a newer generation is not used, in one sentence; None if none is newer.
    """

    at: float
    started: float
    pid: int
    loaded: bool
    offline: float
    lag: float
    unanswered: float
    canary: str
    waiting: int
    hung: int
    generation: str | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about the bot; `well` is false if it is a reason for a restart."""

    well: bool
    text: str


def write_report(path: Path, report: HealthReport) -> None:
    """Write a report to a file, atomically and readable by its owner alone; raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(report), file)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def read_report(path: Path) -> HealthReport | None:
    """Read the last report; None if there is none. Raises BylineError if the file belongs to another user."""
    try:
        return HealthReport(**json.loads(path.read_text(encoding="utf-8")))
    except PermissionError:
        raise BylineError(f"There is no permission to read {path}.", OWNER_HINT) from None
    except (OSError, ValueError, TypeError):
        return None


def assess(report: HealthReport | None, now: float) -> list[Finding]:
    """Assess a report; the bot is healthy if every finding is well.

    Args:
        report: the last report; None if there is none.
        now: the time, in seconds since 1970.
    """
    if report is None:
        return [Finding(False, "No bot is running with this STATE_FILE.")]
    age = now - report.at
    if not -_MAX_REPORT_AGE < age < _MAX_REPORT_AGE:
        return [Finding(False, f"The bot has not reported for {abs(age):,.0f} s. {_RESTART_HINT}")]
    if not report.loaded:
        return [Finding(False, f"The bot is still starting, {now - report.started:,.0f} s after it was started.")]
    return [
        Finding(True, f"The bot reported {max(0.0, age):.0f} s ago."),
        _assess_connection(report.offline),
        Finding(
            report.lag < _MAX_LAG,
            f"Its event loop was late by {report.lag * 1000:,.0f} ms at most within the last minute.",
        ),
        _assess_answers(report),
        Finding(
            True,
            f"It answers from the generation {report.generation}, with {count(report.waiting, 'question')} waiting"
            f"{f' and {report.hung} given up' if report.hung else ''}.",
        ),
        *([Finding(True, report.trouble)] if report.trouble else []),
    ]


def _assess_connection(offline: float) -> Finding:
    if not offline:
        return Finding(True, "It is connected to Discord.")
    return Finding(offline < _MAX_OFFLINE, f"It has been without a connection to Discord for {offline:,.0f} s.")


def _assess_answers(report: HealthReport) -> Finding:
    if report.canary:
        return Finding(False, f"It could not answer the canary question ({report.canary}).")
    return Finding(report.unanswered < _MAX_UNANSWERED, f"It answered a question {report.unanswered:,.0f} s ago.")


def notify(message: str) -> None:
    """Send systemd a message such as READY=1 (see sd_notify(3)); do nothing without systemd.

    The socket does not block: if systemd's buffer is full, the message is lost.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.setblocking(False)
        channel.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        channel.sendall(message.encode())
