"""Split the lines of a head into pieces: the parts of a line that may be a title, a name or a date of their own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from index.articles.furniture.lines import is_kicker
from index.articles.lines import Line
from index.articles.metadata.dates import split_date
from index.articles.metadata.fields import without_links
from index.articles.metadata.names import BY, MAX_LINE_CHARS, is_honorific_name, is_name, strip_markup

Glue = Literal["", "bar", "dash", "colon", "by", "spaces"]
"""What separates a piece from the piece before it; "" if it is the first of its line."""

MAX_BLOCKS = 14
MAX_LINES = 28
_MAX_SITE_WORDS = 5
_BAR = re.compile(r"\s*[|·•]\s*")
_DASH = re.compile(r"\s+(?:[—–-]|--)\s+")
_SPACES = re.compile(r"\s{2,}|\t+")
_BY_AT_END = re.compile(r"^(?P<title>\S.{3,}?),?\s+(?P<by>by\s+(?P<name>[^\W\d_][^,;|]{3,60}))$", re.I)
_DOMAIN = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}", re.I)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line.

    Attributes:
        text: Its text without Markdown marks and links.
        line: The line it is in.
        glue: What separates it from the piece before it.
        heading: Level of the heading that the line is; 0 if it is none.
    """

    text: str
    line: Line
    glue: Glue
    heading: int


def head_lines(blocks: Sequence[Sequence[Line]]) -> list[Line]:
    """Return the lines that may belong to a head: those of the first paragraphs."""
    return [line for block in blocks[:MAX_BLOCKS] for line in block][:MAX_LINES]


def split_pieces(lines: Sequence[Line]) -> list[Piece]:
    """Split lines into pieces, in order.

    Bars and dots between words always separate; a dash does if it sets off a name, a date or a site, a colon behind a
    name that other lines repeat, and "by" before a name that ends the line.
    """
    texts = [strip_markup(without_links(line.text)).strip("`").strip() for line in lines]
    pieces: list[Piece] = []
    for line, text in zip(lines, texts, strict=True):
        stripped = line.text.lstrip()
        heading = len(stripped) - len(stripped.lstrip("#"))
        if len(text) > MAX_LINE_CHARS:
            pieces.append(Piece(text, line, "", heading))
            continue
        for glue, part in _parts(text, texts):
            pieces.append(Piece(part, line, glue, heading))
    return pieces


def _parts(text: str, texts: Sequence[str]) -> Iterator[tuple[Glue, str]]:
    bars = [part for part in _BAR.split(text) if part] or [text]
    for number, bar in enumerate(bars):
        glue: Glue = "bar" if number else ""
        for other, part in _split_once_more(bar, texts):
            yield other or glue, part


def _split_once_more(text: str, texts: Sequence[str]) -> Iterator[tuple[Glue, str]]:
    spaced = _SPACES.split(text, maxsplit=1)
    if len(spaced) == 2 and is_kicker(spaced[0]):
        yield "", spaced[0]
        yield "spaces", spaced[1]
        return
    dashed = _DASH.split(text)
    if 1 < len(dashed) <= 4 and (any(map(_is_apart, dashed)) or _may_be_site(dashed[-1])):
        for number, part in enumerate(dashed):
            yield "dash" if number else "", part
        return
    before, colon, after = text.partition(":")
    if colon and is_name(before) and after.strip() and sum(before in other for other in texts) > 1:
        yield "", before
        yield from ((glue or "colon", part) for glue, part in _split_once_more(after.strip(), texts))
        return
    match = _BY_AT_END.match(text)
    if (
        match
        and not BY.match(text)
        and not split_date(text).date
        and (is_name(match["name"]) or is_honorific_name(match["name"]))
        and len(match["title"].split()) > 1
    ):
        yield "", match["title"]
        yield "by", match["by"]
        return
    yield "", text


def _may_be_site(part: str) -> bool:
    """Whether the last part of a line may be the name of a site, as in the title of a browser's window."""
    words = part.split()
    return (
        1 < len(words) <= _MAX_SITE_WORDS
        and words[0][0].isupper()
        and all(word[0].isupper() or len(word) <= 3 for word in words)
        and part[-1].isalnum()
    )


def _is_apart(part: str) -> bool:
    dated = split_date(part)
    return (
        is_name(part)
        or is_honorific_name(part)
        or bool(dated.date and not dated.leftover)
        or bool(_DOMAIN.fullmatch(part))
        or bool(BY.match(part))
    )
