"""The state file: votes, answer channels, the registered commands' digest, and the chat model's usage."""

import csv
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, TextIO

from index.errors import BylineError

from bot.answering.chat.limits import Budget

Vote = Literal["up", "down"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS votes (
    message INTEGER, voter TEXT, vote TEXT, question TEXT, answer TEXT, at TEXT, PRIMARY KEY (message, voter)
);
CREATE TABLE IF NOT EXISTS channels (channel INTEGER PRIMARY KEY, guild INTEGER, since TEXT);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS chat (day TEXT, user TEXT, questions INTEGER, tokens INTEGER, PRIMARY KEY (day, user));
"""
_COUNT = """
INSERT INTO chat VALUES (?, ?, ?, ?) ON CONFLICT (day, user)
DO UPDATE SET questions = questions + excluded.questions, tokens = tokens + excluded.tokens
"""
_COLUMNS = ("message", "voter", "vote", "question", "answer", "at")


class StateUnusable(BylineError):
    """The state file cannot be opened, read or written."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A vote on one answer. A later vote of the same user on the same message replaces it."""

    message: int
    user: int
    vote: Vote
    question: str
    answer: str


class State:
    """A small SQLite file. Each method opens and closes it, so that any thread may call it."""

    def __init__(self, path: Path) -> None:
        """Create the file, readable by its owner alone, if it does not exist; raises StateUnusable."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise _unusable(path, error.strerror or type(error).__name__) from None
        with self._open() as database:
            database.executescript(_SCHEMA)

    def save_vote(self, feedback: Feedback) -> None:
        """Save a vote. The voter is stored as a keyed digest, not as a user id, and has one vote per message."""
        voter = self._digest(feedback.user)
        row = (feedback.message, voter, feedback.vote, feedback.question, feedback.answer, _now())
        with self._open() as database:
            database.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?, ?)", row)

    def export(self, out: TextIO) -> int:
        """Write the votes as CSV with a header, oldest first; return how many there are."""
        with self._open() as database:
            rows = database.execute(f"SELECT {', '.join(_COLUMNS)} FROM votes ORDER BY at, message").fetchall()  # noqa: S608
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        writer.writerows([[_escape_formula(value) for value in row] for row in rows])
        return len(rows)

    def answer_channels(self) -> frozenset[int]:
        """Return the ids of the channels in which every question is answered."""
        with self._open() as database:
            return frozenset(row[0] for row in database.execute("SELECT channel FROM channels"))

    def set_answer_channel(self, channel: int, guild: int, *, on: bool) -> None:
        """Switch on or off that every question in a channel is answered."""
        with self._open() as database:
            if on:
                database.execute("INSERT OR REPLACE INTO channels VALUES (?, ?, ?)", (channel, guild, _now()))
            else:
                database.execute("DELETE FROM channels WHERE channel = ?", (channel,))

    def get_note(self, name: str) -> str | None:
        """Return the value saved under a name; None if there is none."""
        with self._open() as database:
            row = database.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def save_note(self, name: str, value: str) -> None:
        """Save a value under a name."""
        with self._open() as database:
            database.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def count_question(self, user: int, budget: Budget) -> bool:
        """Count a question for today (UTC) unless a limit of the budget is reached; return whether it was counted."""
        digest = self._digest(user)
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("DELETE FROM chat WHERE day <> ?", (_today(),))
            if not _is_within_budget(database, digest, budget):
                return False
            database.execute(_COUNT, (_today(), digest, 1, 0))
        return True

    def has_budget_left(self, user: int, budget: Budget) -> bool:
        """Whether no limit of the budget is reached today (UTC)."""
        digest = self._digest(user)
        with self._open() as database:
            return _is_within_budget(database, digest, budget)

    def count_tokens(self, user: int, tokens: int) -> None:
        """Count tokens of the chat model for today (UTC)."""
        digest = self._digest(user)
        with self._open() as database:
            database.execute(_COUNT, (_today(), digest, 0, tokens))

    def _digest(self, user: int) -> str:
        """Compute the digest of a user's id, with a key that only this file contains."""
        with self._open() as database:
            database.execute("INSERT OR IGNORE INTO notes VALUES ('key', ?)", (secrets.token_hex(32),))
            key = str(database.execute("SELECT value FROM notes WHERE name = 'key'").fetchone()[0])
        return hmac.new(key.encode(), str(user).encode(), sha256).hexdigest()[:16]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            database = sqlite3.connect(self._path, timeout=1.5)  # in seconds; Discord waits for three
            try:
                with database:
                    yield database
            finally:
                database.close()
        except sqlite3.Error as error:
            raise _unusable(self._path, str(error)) from None


def _unusable(path: Path, reason: str) -> StateUnusable:
    return StateUnusable(
        f"The state file {path} cannot be used: {reason}.", "Repair it, or set STATE_FILE to another path."
    )


def _is_within_budget(database: sqlite3.Connection, digest: str, budget: Budget) -> bool:
    today = (_today(),)
    totals = "SELECT TOTAL(questions), TOTAL(tokens) FROM chat WHERE day = ?"
    of_user = database.execute(f"{totals} AND user = ?", (*today, digest)).fetchone()
    of_all = database.execute(totals, today).fetchone()
    limits = (budget.questions, budget.tokens, budget.all_questions, budget.all_tokens)
    return not any(limit and used >= limit for used, limit in zip((*of_user, *of_all), limits, strict=True))


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _escape_formula(value: object) -> object:
    """Put an apostrophe before a value that a spreadsheet would run as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
