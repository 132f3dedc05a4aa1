"""Remove characters that nobody sees, and replace those that only look different."""

import re
import unicodedata
from collections.abc import Iterator

from index.articles.offsets import Edit

# Soft hyphens (one at a line end joins the lines), zero-width spaces, word joiners and byte order marks; joiners only
# between Latin letters, because other scripts and emoji need them; Latin ligatures; letters with a separate accent;
# spaces of other widths.
_CHARACTERS = re.compile(
    "\u00ad[ \t]*\n[ \t]*|[\u00ad\u200b\u2060\ufeff\u180e]+|(?<=[A-Za-zÀ-ɏ])[\u200c\u200d]+(?=[A-Za-zÀ-ɏ])"
    "|[\ufb00-\ufb06]|[^\\W\\d_][\u0300-\u036f]|[\u00a0\u2002-\u200a\u202f\u205f]"
)


def clean_characters(text: str) -> Iterator[Edit]:
    """Yield the edits that remove invisible characters and put plain letters and spaces for others."""
    for match in _CHARACTERS.finditer(text):
        replacement = _replacement(match)
        if replacement != match[0]:
            yield Edit(match.start(), match.end(), replacement)


def plain_characters(text: str) -> str:
    """Return a text without invisible characters, with plain letters and spaces."""
    return _CHARACTERS.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    if "\ufb00" <= match[0] <= "\ufb06":
        return unicodedata.normalize("NFKC", match[0])
    if match[0][:1].isalpha():
        return unicodedata.normalize("NFC", match[0])
    return " " if match[0].isspace() else ""
