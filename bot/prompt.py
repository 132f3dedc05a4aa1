"""Lines from a person at a terminal, with editing and a history; the only door to prompt_toolkit."""

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


def line_reader(history: Path) -> Callable[[], str | None]:
    """Reads a line; None at the end. Ctrl-C clears the line, as in a shell; a signal from outside ends the chat."""
    keys = KeyBindings()
    # Typed colours ("\x1b[31m") look like a mouse to prompt_toolkit, which then fails to read where it was clicked.
    keys.add(Keys.Vt100MouseEvent)(lambda _: None)
    with suppress(OSError):  # what was asked is nobody else's business
        os.close(os.open(history, os.O_CREAT | os.O_APPEND, 0o600))
    session: PromptSession[str] = PromptSession(
        history=_LossyHistory(str(history)), key_bindings=keys, interrupt_exception=_Cleared
    )

    def read() -> str | None:
        while True:
            try:
                return asyncio.run(until_signalled(session.prompt_async("\n› ")))
            except _Cleared:
                continue
            except EOFError:
                return None

    return read


class _Cleared(Exception):
    """Ctrl-C was pressed at the prompt."""


class _LossyHistory(FileHistory):
    """A history that forgets rather than fails, where its file cannot be read or written."""

    def load_history_strings(self) -> Iterable[str]:
        with suppress(OSError):
            yield from super().load_history_strings()

    def store_string(self, string: str) -> None:
        with suppress(OSError, UnicodeError):
            super().store_string(string)
