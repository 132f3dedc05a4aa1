"""Helpers that make text safe and readable in a terminal or a message."""

import re

# Terminal escape sequences (control sequences, and strings such as a window title) and single control characters.
_CONTROLS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[\x00-\x08\x0e-\x1f\x7f-\x9f]"
)
_LINE_BREAKS = str.maketrans({"\v": " ", "\f": " ", "\x85": "\n"})


def printable(name: str) -> str:
    """Replace control characters, lone surrogates and direction marks in a file name by "?"."""
    return "".join(c if c.isprintable() else "?" for c in name)


def strip_control_characters(text: str) -> str:
    """Remove terminal escape sequences and control characters; keep line feeds, carriage returns and tabs."""
    return _CONTROLS.sub("", text.translate(_LINE_BREAKS))


def count(n: int, noun: str) -> str:
    """Format a number with its noun: "1 article", "1,269 words"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
