"""Decode the bytes of a plain text file."""

import codecs
import unicodedata

from index.errors import ArticleRejected
from index.formatting import strip_control_characters

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_CONTROL_CHARACTERS = 10


def decode(data: bytes, fallback: str | None = None) -> str:
    """Decode a text file: by its byte order mark, else as strict UTF-8, else with the fallback encoding.

    Encodings are never guessed, because some of them decode any bytes. A few control characters are removed; a file
    with many of them is not text.

    Raises:
        ArticleRejected: The file is not text, or its encoding is not known.
    """
    try:
        text = next((data.decode(encoding) for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
        if text is None:
            text = _decode_utf8(data, fallback)
    except (UnicodeDecodeError, UnicodeError):
        raise ArticleRejected(
            "it is not UTF-8 text (save it as UTF-8, or set ARTICLES_ENCODING to the encoding of such files)"
        ) from None
    if "\x00" in text:
        raise ArticleRejected("it is not a text file (it contains NUL characters)")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    controls = sum(unicodedata.category(c) == "Cc" and c not in "\n\t\f\v" for c in text[:10_000])
    if controls > _MAX_CONTROL_CHARACTERS:
        raise ArticleRejected("it is not a text file (it contains control characters)")
    return strip_control_characters(text)


def _decode_utf8(data: bytes, fallback: str | None) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if fallback is None:
            raise
        return data.decode(fallback)
