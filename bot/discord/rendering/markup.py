"""Plain text as Discord's markdown: escaped, measured, shortened at word boundaries."""

import re
from collections.abc import Iterable

# Discord's limits. Which kind of characters they count is not documented; a text never has fewer UTF-16 code units
# than characters of another kind.
EMBED_TITLE, EMBED_AUTHOR, EMBED_DESCRIPTION, EMBED_TOTAL = 256, 256, 4096, 6000
FIELD_NAME, FIELD_VALUE, EMBED_FOOTER, CONTENT = 256, 1024, 2048, 2000

# Discord accepts a backslash before any ASCII punctuation. These characters can start a mention, a link, a heading, a
# quote, code, emphasis, a spoiler, an emoji or a timestamp anywhere in a text.
_ACTIVE = {ord(c): f"\\{c}" for c in "\\*_~|`[]<>@#:"}
# These have a meaning only inside an invite link without a scheme, or as list markers at the start of a line.
_INSIDE = re.compile(r"(?<=\w)\.(?=\w)")
_LISTED = re.compile(r"^(\d*)([-+.])")
_SOMETIMES = "-+."
# Characters that hide text or reverse its direction. The joiners that emoji and Persian need are kept.
_HIDDEN = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        0xAD,
        0x180E,
        0x200B,
        0x2060,
        0xFEFF,
        *range(0x202A, 0x202F),
        *range(0x2061, 0x206A),
    ]
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_JOINERS = "\u200d\ufe0e\ufe0f"


def flat(text: str) -> str:
    """Return a text as one line, without characters that hide text or reverse its direction."""
    return " ".join(text.translate(_HIDDEN | {ord(c): " " for c in "\t\n\r\v\f\x85"}).split())


def escape(text: str) -> str:
    """Return a text as one line that Discord shows literally: without mentions, links, headings, spoilers, emphasis."""
    return _LISTED.sub(r"\1\\\2", _INSIDE.sub(r"\\.", flat(text).translate(_ACTIVE)))


def unescape(text: str) -> str:
    """Return an escaped text as the reader sees it."""
    return _ESCAPED.sub(r"\1", text)


def size(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) + sum(c > "\uffff" for c in text)


def shorten(text: str, limit: int, *, escaped: bool = True) -> str:
    """Return a text as one line of at most `limit` UTF-16 code units, cut after a word and with "…" if it is longer.

    A single word that is too long is cut between two characters. The result is escaped unless `escaped` is False.
    """
    render = escape if escaped else flat
    text = flat(text)
    if size(rendered := render(text)) <= limit:
        return rendered
    end, used = 0, size("…")
    for c in text:
        used += size(c) + (escaped and (ord(c) in _ACTIVE or c in _SOMETIMES))
        if used > limit:
            break
        end += 1
    word = text.rfind(" ", 0, end + 1)
    cut = text[: word if word > 0 else _between(text, end)]
    return render(cut.rstrip(" ,;:–—-")) + "…"


def join_blocks(blocks: Iterable[str], limit: int, separator: str = "\n\n") -> str:
    """Join as many whole blocks, from the first on, as fit into `limit` UTF-16 code units."""
    text = ""
    for block in blocks:
        longer = f"{text}{separator}{block}" if text else block
        if size(longer) > limit:
            break
        text = longer
    return text


def _between(text: str, end: int) -> int:
    """The last offset up to `end` that does not split a sequence of joined emoji."""
    while end and (text[end : end + 1] in tuple(_JOINERS) or text[end - 1] == _JOINERS[0]):
        end -= 1
    return end
