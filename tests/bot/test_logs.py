"""Log records are formatted as one line each, without secrets."""

import logging

import pytest

from bot.logs import OneLineFormatter, without_secrets

TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


def record(message: str, *, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("bot", logging.ERROR, "file.py", 1, message, (), info)


def test_an_exception_is_logged_in_the_same_line_with_its_location() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        line = OneLineFormatter(debug=False).format(record("failed id=1", error=error))
    assert "\n" not in line
    assert "failed id=1 error=ValueError at" in line
    assert f"{__file__}:" in line
    assert line.endswith(": two lines")


def test_debug_shows_the_traceback_without_secrets() -> None:
    try:
        raise ValueError(TOKEN)
    except ValueError as error:
        text = OneLineFormatter(debug=True).format(record("failed", error=error))
    assert "Traceback" in text
    assert TOKEN not in text


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bot {TOKEN}",
        f"logging in with {TOKEN}",
        f"POST https://discord.com/api/v10/webhooks/123/{TOKEN}/messages/@original responded with 429",
        f"POST https://discord.com/api/v10/interactions/123/{TOKEN}/callback has returned 204",
    ],
)
def test_tokens_are_replaced(text: str) -> None:
    assert TOKEN not in without_secrets(text)
    assert "…" in without_secrets(text)
