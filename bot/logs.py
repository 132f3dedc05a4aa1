"""Log lines: one an event, with no secret in it."""

import logging
import re
import sys
import traceback
from collections.abc import Collection

# A shorter secret would blank out ordinary words.
SHORTEST = 6

# Whoever holds an interaction's token may answer in the bot's name for a quarter of an hour.
_SECRETS = (
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.\-]+"), r"\1…"),
    (re.compile(r"([\"']token[\"']\s*:\s*[\"'])[^\"']+"), r"\1…"),  # in the events that discord.py logs at DEBUG
    (re.compile(r"\b(Bot\s+)[\w.\-]{20,}"), r"\1…"),
    (re.compile(r"\b(Bearer\s+)[\w.\-]{8,}"), r"\1…"),
    (re.compile(r"\b(sk-)[\w\-]{12,}"), r"\1…"),  # the form of most chat providers' keys
    (re.compile(r"\b[\w\-]{23,28}\.[\w\-]{6,7}\.[\w\-]{27,}\b"), "…"),  # the form of a Discord token
)


class OneLineFormatter(logging.Formatter):
    """A record in one line: an exception as its kind, its words and where it was raised; whole with `debug`."""

    def __init__(self, *, debug: bool, secrets: Collection[str] = ()) -> None:
        """secrets: what is left out wherever it stands."""
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._debug = debug
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        text = super().format(record) if self._debug or error is None else self._brief(record, error)
        return without_secrets(text if self._debug else " ".join(text.split()), self._secrets)

    def _brief(self, record: logging.LogRecord, error: BaseException) -> str:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record)
        return f"{self.formatMessage(record)} error={place_of(error)}: {error}"


def place_of(error: BaseException) -> str:
    """An exception's kind and where it was raised, without what it says."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return type(error).__name__ + (f" at {last[0].filename}:{last[0].lineno}" if last else "")


def failed(log: logging.Logger, what: object, error: BaseException) -> None:
    """Log a failure in one line; what the error says may hold what was asked, so only --debug shows that."""
    log.error("failed %s error=%s", what, place_of(error))
    log.debug("the whole of it", exc_info=error)


def without_secrets(text: str, secrets: Collection[str] = ()) -> str:
    """A text without tokens and keys, nor any of the secrets given."""
    for secret in secrets:
        text = text.replace(secret, "…") if len(secret) >= SHORTEST else text
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def log_to_stderr(*, debug: bool, secrets: Collection[str] = (), level: int | None = None) -> None:
    """Log the bot's events from INFO on (from DEBUG on with `debug`) and the libraries' troubles from WARNING on.

    level: of the bot's events, where it is another.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLineFormatter(debug=debug, secrets=secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(logging.DEBUG if debug else level or logging.INFO)
