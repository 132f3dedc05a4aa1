"""What the lines above a pasted article say: its title, authors and date.

Pure functions over the text. A line counts as head only while nothing but head lines stood before
it, and only if its form says so: a name, a date, a credit, a short line by itself, or what a web
page puts between these.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from index.articles.dates import is_time, split_date
from index.articles.foot import is_about
from index.articles.furniture import is_furniture, is_kicker, url_in, without_kicker
from index.articles.lines import HeadKind, HeadLine, Line
from index.articles.names import (
    BY,
    authors_in,
    is_name,
    is_shouted_name,
    is_single_name,
    name_part,
    plain,
    surname,
    without_by,
)

__all__ = ["ArticleHead", "read_head", "surname"]

MAX_HEAD_LINES = 9
MAX_FURNITURE = 20
MAX_TITLE_WORDS = 20
MAX_CREDIT_WORDS = 30
_MAX_TITLE_CHARS = 300
_MAX_ROLE_WORDS = 8
_LOOK_AHEAD = 5

_CREDIT = re.compile(
    r"^[\[(*_]*(?:by|from|for|posted|published|updated|first|last|translated|remarks|specially|interview|as told)\b",
    re.I,
)
_ROLE = re.compile(
    r"\b(?:columnist|editor|correspondent|reporter|writer|journalist|contributor|professor|lecturer|fellow|author|novelist"
    r"|critic|analyst|economist|historian|director|chair|founder|student|mp|senator|minister|kolumnist\w*|redakteur\w*"
    r"|journaliste|éditorialiste|chroniqueu\w+|periodista|giornalista|колумніст\w*|колумнист\w*|журналіст\w*|журналист\w*"
    r"|оглядач\w*|обозревател\w*|експерт\w*|эксперт\w*)s?\b",
    re.I,
)
_BOARD = re.compile(
    r"(?:by\s+)?(?:the\s+)?(?:editorial board|editors|editorial team|editorial staff|news ?desk|staff(?: writers?)?)"
    r"|(?:die\s+|la\s+|від\s+|от\s+)?(?:redaktion|rédaction|redacción|redazione|redakcja|редакція|редакции|редакція)",
    re.I,
)
_COUNTER = re.compile(r"\d[\d.,]*\s*[KkMm]?\s+\w+")
_ENDS = (".", "!", "?", "…", ",", ":", ";", "”", '"', "’", ")")


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """What the head says; anything may be missing.

    published: ISO 8601 ("2019-03-26", "2019-03"), else as printed. source: an address that stood
    there. note: the offsets of a line that says who the author is.
    """

    lines: tuple[HeadLine, ...] = ()
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    source: str | None = None
    note: tuple[int, int] | None = None


def read_head(blocks: Sequence[Sequence[Line]], title: str | None, authors: tuple[str, ...]) -> ArticleHead:
    """The head lines of the article's first blocks.

    title and authors: what front matter says already; a line that repeats it is a head line too.
    At least one line is left to the body.
    """
    total = sum(len(block) for block in blocks)
    words = _lower_words(line.text for block in blocks[1:] for line in block)
    found = _Found(title, authors, words)
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else ()
        for position, line in enumerate(block):
            if len(found.lines) >= total - 1 or found.is_full:
                return found.head()
            rest = [below.text for below in block[position + 1 :]]
            kind = _classify(line.text, rest, following, found, inside=position > 0)
            if kind is None:
                return found.head()
            found.add(line, kind)
    return found.head()


@dataclass(slots=True)
class _Found:
    """What the lines above have said."""

    title: str | None
    authors: tuple[str, ...]
    words: frozenset[str]
    given_title: str | None = None
    lines: list[HeadLine] = field(default_factory=list)
    published: str | None = None
    updated: str | None = None
    source: str | None = None
    note: tuple[int, int] | None = None
    last: HeadKind | None = None

    def __post_init__(self) -> None:
        self.given_title, self.signed_above = self.title, bool(self.authors)

    signed_above: bool = False

    @property
    def titled(self) -> bool:
        return any(line.kind == "title" for line in self.lines)

    @property
    def subtitled(self) -> bool:
        return any(line.kind == "subtitle" for line in self.lines)

    @property
    def signed(self) -> bool:
        return bool(self.authors) or any(line.kind == "author" for line in self.lines)

    @property
    def dated(self) -> bool:
        return bool(self.published or self.updated)

    @property
    def is_full(self) -> bool:
        furniture = sum(line.kind == "furniture" for line in self.lines)
        return furniture >= MAX_FURNITURE or len(self.lines) - furniture >= MAX_HEAD_LINES

    def add(self, line: Line, kind: HeadKind) -> None:
        text = plain(line.text)
        self.lines.append(HeadLine(kind, line.start, line.end, line.paragraph))
        self.last = kind
        if kind == "title":
            self.title = self.title or without_kicker(text)
        elif kind == "furniture":
            self.source = self.source or url_in(text)
        elif kind == "credit" and any(is_about(text, author) for author in self.authors):
            self.note = self.note or (line.start, line.end)
        elif kind in ("author", "date", "credit"):
            self._add_byline(text, kind)

    def _add_byline(self, text: str, kind: HeadKind) -> None:
        dated = split_date(text)
        if dated.date and ("|" in text or len(dated.leftover.split()) <= 10 or text.rstrip(" .*_])")[-1:].isdigit()):
            if dated.updated:
                self.updated = self.updated or dated.date
            else:
                self.published = self.published or dated.date
        if not _BOARD.fullmatch(dated.leftover):
            self.authors = self.authors or authors_in(dated.leftover, self.words, named=kind == "author")

    def head(self) -> ArticleHead:
        published = self.published or self.updated
        return ArticleHead(tuple(self.lines), self.title, self.authors, published, self.source, self.note)


def _classify(
    line: str, rest: Sequence[str], following: Sequence[Line], found: _Found, *, inside: bool
) -> HeadKind | None:
    """What a line is; rest: those below it in its block; following: the next block; inside: whether one is above."""
    text = plain(line)
    below = rest[0] if rest else following[0].text if following else ""
    if found.given_title and _same(text, found.given_title):
        return "title"
    if len(text) > _MAX_TITLE_CHARS and not url_in(text):
        return None
    if is_furniture(text) or is_time(text):
        return "furniture"
    if rest and rest[0].lstrip()[:1].islower() and not _is_byline_in_lower_case(plain(rest[0])):
        return None  # a line that goes on in lower case is the first of a hard-wrapped paragraph
    heading = line.lstrip().startswith("#")
    short = len(rest) <= 2 and all(len(line.split()) <= MAX_CREDIT_WORDS for line in (text, *rest))
    near = [*rest[:_LOOK_AHEAD], *([line.text for line in following[:2]] if short else [])] or [below]
    kind = _signed_or_dated(text, found, below)
    if kind is None and not found.titled and not heading:
        kind = _kicker(text, rest, following, found, inside=inside)
    return kind or _unmarked(text, rest, near, found, heading=heading, inside=inside)


def _signed_or_dated(text: str, found: _Found, below: str) -> HeadKind | None:
    """What a line is that bears a date, a "by", or says more of an author who was named."""
    length = len(text.split())
    dated = split_date(text)
    leftover = dated.leftover
    if dated.date and not leftover:
        return "date"
    if length > MAX_CREDIT_WORDS:
        return None
    if any(_same(text, author) or is_about(text, author) for author in found.authors):
        return "credit" if len(text.split()) > 6 else "author" if _same(text, found.authors[0]) else "credit"
    credit, by = bool(_CREDIT.match(text)), bool(BY.match(leftover if dated.date else text))
    named = is_name(name_part(leftover), found.words, shouted=by or (bool(dated.date) and length <= 10))
    # "It ended on 3 May 2021." is a sentence, "Saturday essay | 22 February" is not.
    few = 8 if found.lines and text[-1:].isdigit() else 4
    labelled = "|" in text or (len(leftover.split()) <= few and not text.endswith((".", "!", "?")))
    if dated.date and (credit or named or labelled):
        return "credit" if found.signed or (credit and not by) else "author"
    board = _BOARD.fullmatch(text)
    if (by and is_name(name_part(text), shouted=True)) or is_single_name(text) or (board and not found.signed):
        return "author"
    if credit and (found.titled or found.signed) and length <= 12 and not text.endswith((",", ":")):
        return "credit"
    role = found.last == "author" and length <= _MAX_ROLE_WORDS and not text.endswith(_ENDS) and _ROLE.search(text)
    return "credit" if role and below else None


def _kicker(
    text: str, rest: Sequence[str], following: Sequence[Line], found: _Found, *, inside: bool
) -> HeadKind | None:
    """Whether a line above the title names the newspaper's section."""
    if not (rest or following):
        return None
    next_line = rest[0] if rest else following[0].text
    under_kicker = inside and found.last == "kicker" and bool(following) and not rest and len(text.split()) <= 3
    if under_kicker and not _signs(next_line, found.words, later=True):
        return "kicker" if len(next_line.split()) <= MAX_TITLE_WORDS and not next_line.endswith(".") else None
    if is_kicker(text):
        return None if _signs(next_line, found.words) else "kicker"
    return "kicker" if not rest and len(text.split()) == 1 and text.isupper() and text.isalpha() else None


def _unmarked(
    text: str, rest: Sequence[str], near: Sequence[str], found: _Found, *, heading: bool, inside: bool
) -> HeadKind | None:
    """What a line is that bears no date and no "by": a bare name, a title, a subtitle, or none of these.

    near: the lines below it that may sign it, the first of them the next.
    """
    length, below = len(text.split()), near[0]
    date_below = _is_date_line(below)
    beside_date = (date_below and not _has_name(below, found.words)) or is_time(plain(below)) or found.last == "date"
    name = is_name(name_part(text), frozenset() if beside_date else found.words) or (
        (beside_date or found.titled) and is_shouted_name(name_part(text), found.words)
    )
    # Two names in a row at the very top are a title and its author.
    name_below = not found.titled and not found.dated and is_name(name_part(below), found.words)
    if (
        name
        and ":" not in text
        and not found.signed
        and not heading
        and not name_below
        and (beside_date or found.titled)
    ):
        return "author"
    alone = not rest and length <= MAX_TITLE_WORDS and not text.endswith((".", ",", ";", ":"))
    apart = bool(rest) and length <= MAX_TITLE_WORDS and _stands_apart(text, rest[0])
    signed_below = length <= 2 * MAX_TITLE_WORDS and any(
        _signs(line, found.words) or is_shouted_name(line, found.words) for line in near
    )
    if inside and _COUNTER.fullmatch(text):
        return "furniture"
    if not found.titled and (heading or alone or apart or (signed_below and bool(rest))):
        return "title"
    if found.subtitled or length > 2 * MAX_TITLE_WORDS:
        return "furniture" if apart and found.lines else None
    if signed_below and not found.signed and (alone or inside or bool(rest) or bool(BY.match(below))):
        return "subtitle" if found.titled else "title"
    if date_below and not found.dated and (alone or bool(rest)):
        return "subtitle"
    return "furniture" if apart and found.lines else None


def _stands_apart(line: str, below: str) -> bool:
    """Whether a short line without an end is no part of the long one below it, as it were in hard-wrapped text."""
    return (
        not line.endswith(_ENDS)
        and len(below) >= max(2 * len(line), 60)
        and (below.lstrip()[:1].isupper() or below.lstrip()[:1] in "“\"'‘«„—–")
    )


def _is_byline_in_lower_case(text: str) -> bool:
    dated = split_date(text)
    return without_by(text) != text or is_time(text) or bool(dated.date and not dated.leftover)


def _is_date_line(line: str) -> bool:
    return bool(split_date(line).date) and len(line.split()) <= 12


def _has_name(line: str, words: frozenset[str]) -> bool:
    return is_name(name_part(split_date(line).leftover), words, shouted=True)


def _signs(line: str, words: frozenset[str], *, later: bool = False) -> bool:
    """Whether a line says who wrote the article, or when; later: as the line below the next may, by a bare name too."""
    text = plain(line)
    dated = split_date(text)
    if dated.date and len(dated.leftover.split()) <= (4 if later else 15):
        return True
    by = BY.match(text)
    if _BOARD.fullmatch(text):
        return True
    return bool(by and (is_name(name_part(text), shouted=True) or is_single_name(text))) or is_name(
        name_part(text), words
    )


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _lower_words(lines: Iterable[str]) -> frozenset[str]:
    words: set[str] = set()
    for line in lines:
        words.update(word for word in re.findall(r"[^\W\d_]+", line) if word.islower())
    return frozenset(words)
