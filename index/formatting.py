"""Words that commands and answers share."""

import re

# What a terminal takes for orders: control sequences, strings such as a window title, and single control characters.
_ORDERS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[\x00-\x08\x0e-\x1f\x7f-\x9f]"
)
_BREAKS = str.maketrans({"\v": " ", "\f": " ", "\x85": "\n"})


def printable(name: str) -> str:
    """A file name that is safe to print: no control characters, lone surrogates or marks that turn the line round."""
    return "".join(c if c.isprintable() else "?" for c in name)


def strip_control_characters(text: str) -> str:
    """A text without anything that a terminal would obey; line ends and tabs stay."""
    return _ORDERS.sub("", text.translate(_BREAKS))


def count(n: int, noun: str) -> str:
    """A number with its noun: "1 article", "1,269 words"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
