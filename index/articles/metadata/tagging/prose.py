"""Recognise prose among the first lines, where it is certain whatever the model says."""

from collections.abc import Sequence
from dataclasses import replace

from index.articles.lines import Line
from index.articles.metadata.dates import is_time_line, split_date, year_in
from index.articles.metadata.names import BY, is_handle, strip_markup
from index.articles.metadata.tagging.model import Tag
from index.articles.metadata.tagging.pieces import Piece

_PROSE_WORDS = 18
_NEVER_LAST = frozenset("a an the of and or but to in on at for with from by that which was were is are".split())


def without_dateless(pieces: Sequence[Piece], tags: Sequence[Tag]) -> list[Tag]:
    """Take the label of a date from pieces that have neither a date, a year nor a time."""
    return [
        replace(found, label="other") if found.label == "date" and not _has_date(piece.text) else found
        for piece, found in zip(pieces, tags, strict=True)
    ]


def _has_date(text: str) -> bool:
    return bool(split_date(text).date or year_in(text) or is_time_line(text))


def is_sentence(line: Line) -> bool:
    """Whether a line ends like a sentence and has no mark or capitals of a title."""
    words = strip_markup(line.text).split()
    capitals = sum(not word[0].islower() for word in words)
    return line.text.rstrip(" *_").endswith((".", ",", ";", ":")) and not (
        line.text.lstrip().startswith("#") or capitals > 0.6 * len(words)
    )


def is_prose(line: Line) -> bool:
    """Whether a line is a sentence longer than a title or a byline."""
    return len(line.text.split()) >= _PROSE_WORDS and is_sentence(line)


def is_wrapped(line: Line, below: Line | None) -> bool:
    """Whether a line goes on in small letters in the line below, which is no byline: prose with hard line ends."""
    if below is None or below.paragraph != line.paragraph or not below.text.lstrip()[:1].islower():
        return False
    text = strip_markup(below.text)
    dated = split_date(text)
    return not (BY.match(text) or is_time_line(text) or (dated.date and not dated.leftover) or is_handle(text))


def is_unfinished(line: Line, below: Line | None) -> bool:
    """Whether a line ends with a word that ends no title, above another line of its paragraph."""
    words = line.text.split()
    return below is not None and below.paragraph == line.paragraph and bool(words) and words[-1] in _NEVER_LAST


def last_mark(by_line: Sequence[tuple[Line, list[tuple[Piece, Tag]]]]) -> int:
    """Return where the last line with a title, a name or a date starts, -1 without one; a paragraph ends the head."""
    last = -1
    for line, pieces in by_line:
        labels = {found.label for _, found in pieces}
        if is_prose(line) and labels == {"body"}:
            break
        if (labels & {"author", "date"} and not is_prose(line)) or ("title" in labels and not is_sentence(line)):
            last = line.start
    return last
