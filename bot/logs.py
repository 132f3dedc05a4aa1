"""Logging: one line per event, without secrets."""

import logging
import re
import sys
import traceback
from collections.abc import Collection

# Shorter secrets are not replaced, as they could be parts of ordinary words.
_MIN_SECRET_CHARS = 6

# Patterns of secrets. With an interaction token, anybody can answer as the bot for 15 minutes.
_SECRETS = (
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.\-]+"), r"\1…"),
    (re.compile(r"([\"']token[\"']\s*:\s*[\"'])[^\"']+"), r"\1…"),  # in the events that discord.py logs at DEBUG
    (re.compile(r"\b(Bot\s+)[\w.\-]{20,}"), r"\1…"),
    (re.compile(r"\b(Bearer\s+)[\w.\-]{8,}"), r"\1…"),
    (re.compile(r"\b(sk-)[\w\-]{12,}"), r"\1…"),  # the form of most chat providers' keys
    (re.compile(r"\b[\w\-]{23,28}\.[\w\-]{6,7}\.[\w\-]{27,}\b"), "…"),  # the form of a Discord token
)


class OneLineFormatter(logging.Formatter):
    """Formats a record as one line, with an exception's type, location and message; with `debug`, its traceback."""

    def __init__(self, *, debug: bool, secrets: Collection[str] = ()) -> None:
        """Create a formatter.

        Args:
            debug: whether to show tracebacks.
            secrets: texts that are replaced wherever they occur.
        """
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._debug = debug
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Format a record, without secrets."""
        error = record.exc_info[1] if record.exc_info else None
        text = super().format(record) if self._debug or error is None else self._format_error(record, error)
        return without_secrets(text if self._debug else " ".join(text.split()), self._secrets)

    def _format_error(self, record: logging.LogRecord, error: BaseException) -> str:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record)
        return f"{self.formatMessage(record)} error={location_of(error)}: {error}"


def location_of(error: BaseException) -> str:
    """Describe an exception by its type and the file and line that raised it, without its message."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return type(error).__name__ + (f" at {last[0].filename}:{last[0].lineno}" if last else "")


def log_failure(log: logging.Logger, event: object, error: BaseException) -> None:
    """Log that an event failed. Only --debug shows the error's message, as it may contain the question."""
    log.error("failed %s error=%s", event, location_of(error))
    log.debug("traceback of the failure", exc_info=error)


def without_secrets(text: str, secrets: Collection[str] = ()) -> str:
    """Replace the given secrets, tokens and keys in a text by "…"."""
    for secret in secrets:
        text = text.replace(secret, "…") if len(secret) >= _MIN_SECRET_CHARS else text
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def log_to_stderr(*, debug: bool, secrets: Collection[str] = (), level: int | None = None) -> None:
    """Log to stderr: the bot's events from INFO on (DEBUG with `debug`), the libraries' from WARNING on.

    Args:
        debug: whether to log the bot's DEBUG events, and tracebacks.
        secrets: texts that are never logged.
        level: the level for the bot's events, if not INFO; ignored with `debug`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLineFormatter(debug=debug, secrets=secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(logging.DEBUG if debug else level or logging.INFO)
