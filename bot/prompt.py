"""Read lines at a terminal, with line editing and a history; the only module that imports prompt_toolkit."""

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys

from index.console import until_signalled


def make_line_reader(history: Path) -> Callable[[], str | None]:
    """Return a function that reads a line, or returns None at the end of the input.

    Ctrl-C clears the line, as in a shell; SIGTERM and SIGHUP end the chat.

    Args:
        history: the file that keeps the lines.
    """
    keys = KeyBindings()
    # prompt_toolkit takes typed escape sequences ("\x1b[31m") for mouse events, and fails to parse them.
    keys.add(Keys.Vt100MouseEvent)(lambda _: None)
    with suppress(OSError):  # created here so that only its owner may read it
        os.close(os.open(history, os.O_CREAT | os.O_APPEND, 0o600))
    session: PromptSession[str] = PromptSession(
        history=_OptionalHistory(str(history)), key_bindings=keys, interrupt_exception=_LineCleared
    )

    def read() -> str | None:
        while True:
            try:
                return asyncio.run(until_signalled(session.prompt_async("\n› ")))
            except _LineCleared:
                continue
            except EOFError:
                return None

    return read


class _LineCleared(Exception):
    """Ctrl-C was pressed at the prompt."""


class _OptionalHistory(FileHistory):
    """A history file that is ignored if it cannot be read or written."""

    def load_history_strings(self) -> Iterable[str]:
        with suppress(OSError):
            yield from super().load_history_strings()

    def store_string(self, string: str) -> None:
        with suppress(OSError, UnicodeError):
            super().store_string(string)
