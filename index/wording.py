"""Words that commands and answers share."""


def printable(name: str) -> str:
    """A file name that is safe to print: no control characters, lone surrogates or marks that turn the line round."""
    return "".join(c if c.isprintable() else "?" for c in name)


def count(n: int, noun: str) -> str:
    """A number with its noun: "1 article", "1,269 words"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
