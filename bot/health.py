"""Whether the bot is well: what it writes of itself every few seconds, and what a supervisor reads in that."""

import json
import os
import socket
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import OWNER_HINT, BylineError
from index.formatting import count

# Beyond these the bot is not well; in seconds.
SILENT, LAGGING, OFFLINE, UNANSWERED = 30.0, 2.0, 90.0, 180.0
RESTART = "Restart it; if that does not help, its log says more."


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The state of a bot at a moment; at, started: seconds since 1970, the other times how long something lasts.

    offline: without all of its connections to Discord, 0.0 with them. lag: the most by which the event loop was
    late within a minute. unanswered: since the last question was answered, be it the canary's. canary: the kind
    of error that the last canary question ended with, "" if it was answered.
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
    """One sentence, and whether it is good news."""

    well: bool
    text: str


def write(path: Path, pulse: HealthReport) -> None:
    """Replace the file at once, readable by its owner alone; raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(pulse), file)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path) -> HealthReport | None:
    """What a bot wrote last; None if there is nothing that can be read. Raises BylineError for another user's bot."""
    try:
        return HealthReport(**json.loads(path.read_text(encoding="utf-8")))
    except PermissionError:
        raise BylineError(f"The file {path} may not be read.", OWNER_HINT) from None
    except (OSError, ValueError, TypeError):
        return None


def findings(pulse: HealthReport | None, now: float) -> list[Finding]:
    """What there is to say of a bot, a sentence each; it is well if every finding is."""
    if pulse is None:
        return [Finding(False, "No bot is running with this STATE_FILE.")]
    silent = now - pulse.at
    if not -SILENT < silent < SILENT:
        return [Finding(False, f"The bot has given no sign of life for {abs(silent):,.0f} s. {RESTART}")]
    if not pulse.loaded:
        return [Finding(False, f"The bot is still starting, {now - pulse.started:,.0f} s after it was started.")]
    return [
        Finding(True, f"The bot gave a sign of life {max(0.0, silent):.0f} s ago."),
        _gateway(pulse.offline),
        Finding(
            pulse.lag < LAGGING,
            f"Its event loop was late by {pulse.lag * 1000:,.0f} ms at most within the last minute.",
        ),
        _canary(pulse),
        Finding(
            True,
            f"It answers from the generation {pulse.generation}, with {count(pulse.waiting, 'question')} waiting"
            f"{f' and {pulse.hung} given up' if pulse.hung else ''}.",
        ),
        *([Finding(True, pulse.trouble)] if pulse.trouble else []),
    ]


def _gateway(offline: float) -> Finding:
    if not offline:
        return Finding(True, "It is connected to Discord.")
    return Finding(offline < OFFLINE, f"It has been without a connection to Discord for {offline:,.0f} s.")


def _canary(pulse: HealthReport) -> Finding:
    if pulse.canary:
        return Finding(False, f"It could not answer the canary question ({pulse.canary}).")
    return Finding(pulse.unanswered < UNANSWERED, f"It answered a question {pulse.unanswered:,.0f} s ago.")


def notify(message: str) -> None:
    """Tell systemd something, such as READY=1, where it listens (sd_notify(3)); nothing happens elsewhere.

    What systemd has no room for is lost, rather than waited for.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.setblocking(False)
        channel.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        channel.sendall(message.encode())
