"""Plain text in Discord's markdown: escaped, measured, shortened by whole words. Pure."""

import re

# Discord counts characters; which kind is not documented. UTF-16 code units are never fewer than the others.
EMBED_TITLE, EMBED_AUTHOR, EMBED_DESCRIPTION, EMBED_TOTAL = 256, 256, 4096, 6000
FIELD_NAME, FIELD_VALUE, EMBED_FOOTER, CONTENT = 256, 1024, 2048, 2000

# Discord takes a backslash before any ASCII punctuation. These start a mention, a link, a heading, a
# quote, code, emphasis, a spoiler, an emoji or a timestamp wherever they stand.
_ACTIVE = {ord(c): f"\\{c}" for c in "\\*_~|`[]<>@#:"}
# These do so only inside an invite without a scheme, or at the head of a line, as marks of a list.
_INSIDE = re.compile(r"(?<=\w)\.(?=\w)")
_LISTED = re.compile(r"^(\d*)([-+.])")
_SOMETIMES = "-+."
# Marks that hide text or turn its direction round; the joiners that emoji and Persian need stay.
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
    """A text in one line, without marks that hide or reverse what follows."""
    return " ".join(text.translate(_HIDDEN | {ord(c): " " for c in "\t\n\r\v\f\x85"}).split())


def escape(text: str) -> str:
    """A text in one line that Discord shows as it stands: no mention, link, heading, spoiler or emphasis in it."""
    return _LISTED.sub(r"\1\\\2", _INSIDE.sub(r"\\.", flat(text).translate(_ACTIVE)))


def unescape(text: str) -> str:
    """What `escape` made of a text, as the reader sees it."""
    return _ESCAPED.sub(r"\1", text)


def size(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) + sum(c > "\uffff" for c in text)


def shorten(text: str, limit: int, *, escaped: bool = True) -> str:
    """A text in at most `limit` units, escaped unless told otherwise; cut behind a word, with "…", where it is longer.

    A single word that is too long is cut between two characters.
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


def _between(text: str, end: int) -> int:
    """The last offset up to `end` that does not part an emoji from what is joined to it."""
    while end and (text[end : end + 1] in tuple(_JOINERS) or text[end - 1] == _JOINERS[0]):
        end -= 1
    return end
