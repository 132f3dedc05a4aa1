"""Decode HTML, and recognise it in a file whose name says otherwise."""

import codecs
import re

from index.errors import ArticleRejected

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD = 4096
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{1,40})|<\?xml[^>]{0,100}encoding=["']([\w:.-]{1,40})""", re.I
)
_PROLOGUE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,1000}?-->\s*){0,5}(?:<!doctype\s+html|<html[\s>])", re.I | re.S
)
_TAG_LINE = re.compile(
    r"</?(?:p|div|h[1-6]|article|section|main|body|head|ul|ol|li|blockquote|br|span|table)\b[^<>]{0,500}>", re.I
)
_FRAGMENT_START = re.compile(r"\s*<(?:p|div|h[1-6]|article|section|main|body|head|span|meta)\b[^<>]{0,500}>", re.I)
_MAX_DAMAGED = 0.001


def looks_like_html(data: bytes) -> bool:
    """Return whether a file of another suffix contains a page, or the source of a part of one."""
    mark = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), "latin-1")
    start = data[: 2 * _HEAD].decode(mark, "replace")
    if _PROLOGUE.match(start):
        return True
    if not _FRAGMENT_START.match(start):
        return False
    lines = [line for line in start.split("\n") if line.strip()]
    return (
        sum(bool(_TAG_LINE.search(line)) for line in lines) >= 0.75 * len(lines) and len(_TAG_LINE.findall(start)) >= 4
    )


def decode_html(data: bytes, charset: str | None = None, fallback: str | None = None) -> str:
    """Decode a page: by its byte order mark, as UTF-8 if it is valid, else by what the server or the page declares.

    Args:
        data: The page.
        charset: The encoding that the server declared.
        fallback: Encoding of a page that declares none.

    Raises:
        ArticleRejected: No encoding is declared, or the page is not in the declared one.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    declared = _DECLARED.search(data[:_HEAD])
    in_page = (declared[1] or declared[2]).decode("ascii", "replace") if declared else None
    labels = [label for label in (charset, in_page) if label]
    if b"\x1b" not in data:  # in ISO-2022-JP, all bytes are ASCII
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for label in (*labels, fallback):
        named = _python_encoding(label)
        if named and named != "utf-8":
            try:
                return data.decode(named)
            except (UnicodeDecodeError, LookupError):
                continue
    if any(_python_encoding(label) == "utf-8" for label in labels):
        text = data.decode("utf-8", "replace")
        if text.count("\ufffd") <= _MAX_DAMAGED * len(text):
            return text
    if labels:
        raise ArticleRejected(f"its characters are not in the encoding that it declares ({labels[0][:40]})")
    raise ArticleRejected(
        "it is not UTF-8 and declares no encoding (set ARTICLES_ENCODING to the encoding of such files)"
    )


def _python_encoding(label: str | None) -> str | None:
    """Return Python's name of an encoding as browsers understand its label: "latin1" is windows-1252."""
    if label is None:
        return None
    import webencodings

    known = webencodings.lookup(label)
    if known is not None:
        return str(known.codec_info.name)
    try:
        return codecs.lookup(label).name
    except LookupError:
        return None
