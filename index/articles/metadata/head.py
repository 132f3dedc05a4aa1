"""Recognise the lines above the body: title, byline, date line, section name, page furniture.

`read_head` classifies lines from the top until one is not a head line. What a line is follows from its form (a date, a
name, "By …", a URL) and from its neighbours: `_classify_byline_or_date` recognises date lines and bylines,
`_classify_kicker` section names, `_classify_by_position` titles, subtitles and bare names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.articles.furniture.lines import is_furniture, is_kicker, url_in, without_kicker
from index.articles.lines import HeadKind, HeadLine, Line
from index.articles.metadata.dates import is_time_line, split_date
from index.articles.metadata.foot import describes_author
from index.articles.metadata.names import (
    BY,
    candidate_name,
    is_all_caps_name,
    is_name,
    is_pen_name,
    lower_case_words,
    parse_authors,
    strip_by,
    strip_markup,
)

MAX_HEAD_LINES = 9
MAX_FURNITURE = 20
MAX_TITLE_WORDS = 20
MAX_CREDIT_WORDS = 30
_MAX_TITLE_CHARS = 300
_MAX_ROLE_WORDS = 8
_LOOK_AHEAD = 5
# How many words a head line may have; a longer line with the same form is prose. The first two limits count the whole
# line, the others what remains of it without the date.
_LINE_WORDS = 12  # a line with a date below a title; "From …" or "For …" without a date
_ALL_CAPS_WORDS = 10  # a name in capitals beside a date; longer capitals are a headline
_LABEL_WORDS = 4  # "Saturday essay, 22 February"; a date line that is not directly below
_LABEL_WORDS_BELOW_HEAD = 8  # a line below another head line that ends with the date: seldom prose
_PUBLISHED_WORDS = 10  # a line whose date is the article's; a longer credit may have another date
_BYLINE_WORDS = 15  # a byline directly below, which may add an office and a newspaper

_CREDIT_START = re.compile(
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
_EDITORIAL_BOARD = re.compile(
    r"(?:by\s+)?(?:the\s+)?(?:editorial board|editors|editorial team|editorial staff|news ?desk|staff(?: writers?)?)"
    r"|(?:die\s+|la\s+|від\s+|от\s+)?(?:redaktion|rédaction|redacción|redazione|redakcja|редакція|редакции|редакція)",
    re.I,
)
_UNKNOWN_COUNTER = re.compile(r"\d[\d.,]*\s*[KkMm]?\s+\w+")
_SENTENCE_ENDS = (".", "!", "?", "…", ",", ":", ";", "”", '"', "’", ")")


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """The head lines and the metadata in them; None or empty where the head does not say.

    Attributes:
        lines: The head lines in order.
        title: Title without markup and without a section name.
        authors: Names of the authors, in the order printed.
        published: ISO 8601 ("2019-03-26", "2019-03"), or as printed if it is ambiguous or has no year.
        source: URL of the article.
        note: Start and end offset of a line that describes the author.
    """

    lines: tuple[HeadLine, ...] = ()
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    source: str | None = None
    note: tuple[int, int] | None = None


def read_head(blocks: Sequence[Sequence[Line]], title: str | None, authors: tuple[str, ...]) -> ArticleHead:
    """Read the head of an article. At least one line remains for the body.

    Args:
        blocks: The lines of each paragraph.
        title: Title from the front matter; a line that repeats it is a head line.
        authors: Authors from the front matter; likewise.
    """
    line_count = sum(len(block) for block in blocks)
    body_words = lower_case_words(line.text for block in blocks[1:] for line in block)
    state = _HeadState(title, authors, body_words)
    for block, next_block in zip(blocks, [*blocks[1:], ()], strict=True):
        for index, line in enumerate(block):
            if len(state.lines) >= line_count - 1 or state.is_full:
                return state.build_head()
            rest = [below.text for below in block[index + 1 :]]
            kind = _classify(line.text, rest, next_block, state, inside=index > 0)
            if kind is None:
                return state.build_head()
            state.add(line, kind)
    return state.build_head()


@dataclass(slots=True)
class _HeadState:
    """What is known from the head lines read so far.

    body_words: words that occur in lower case in the article. given_title: title from the front matter.
    last: kind of the last line.
    """

    title: str | None
    authors: tuple[str, ...]
    body_words: frozenset[str]
    given_title: str | None = field(init=False)
    lines: list[HeadLine] = field(default_factory=list)
    published: str | None = None
    updated: str | None = None
    source: str | None = None
    note: tuple[int, int] | None = None
    last: HeadKind | None = None

    def __post_init__(self) -> None:
        self.given_title = self.title

    @property
    def has_title(self) -> bool:
        return any(line.kind == "title" for line in self.lines)

    @property
    def has_subtitle(self) -> bool:
        return any(line.kind == "subtitle" for line in self.lines)

    @property
    def has_author(self) -> bool:
        return bool(self.authors) or any(line.kind == "author" for line in self.lines)

    @property
    def has_date(self) -> bool:
        return bool(self.published or self.updated)

    @property
    def is_full(self) -> bool:
        furniture = sum(line.kind == "furniture" for line in self.lines)
        return furniture >= MAX_FURNITURE or len(self.lines) - furniture >= MAX_HEAD_LINES

    def add(self, line: Line, kind: HeadKind) -> None:
        text = strip_markup(line.text)
        self.lines.append(HeadLine(kind, line.start, line.end, line.paragraph))
        self.last = kind
        if kind == "title":
            self.title = self.title or without_kicker(text)
        elif kind == "furniture":
            self.source = self.source or url_in(text)
        elif kind == "credit" and any(describes_author(text, author) for author in self.authors):
            self.note = self.note or (line.start, line.end)
        elif kind in ("author", "date", "credit"):
            self._add_byline(text, kind)

    def _add_byline(self, text: str, kind: HeadKind) -> None:
        dated = split_date(text)
        is_short = len(dated.leftover.split()) <= _PUBLISHED_WORDS
        if dated.date and ("|" in text or is_short or text.rstrip(" .*_])")[-1:].isdigit()):
            if dated.updated:
                self.updated = self.updated or dated.date
            else:
                self.published = self.published or dated.date
        if not _EDITORIAL_BOARD.fullmatch(dated.leftover):
            self.authors = self.authors or parse_authors(dated.leftover, self.body_words, is_byline=kind == "author")

    def build_head(self) -> ArticleHead:
        published = self.published or self.updated
        return ArticleHead(tuple(self.lines), self.title, self.authors, published, self.source, self.note)


def _classify(
    line: str, rest: Sequence[str], next_block: Sequence[Line], state: _HeadState, *, inside: bool
) -> HeadKind | None:
    """Return what a line is; None if it belongs to the body.

    rest: lines below it in its paragraph. next_block: lines of the next paragraph. inside: whether a line of the same
    paragraph is above it.
    """
    text = strip_markup(line)
    below = rest[0] if rest else next_block[0].text if next_block else ""
    if state.given_title and _equals(text, state.given_title):
        return "title"
    if len(text) > _MAX_TITLE_CHARS and not url_in(text):
        return None
    if is_furniture(text) or is_time_line(text):
        return "furniture"
    if rest and rest[0].lstrip()[:1].islower() and not _is_byline_in_lower_case(strip_markup(rest[0])):
        return None  # the first line of a hard-wrapped paragraph, which continues in lower case
    heading = line.lstrip().startswith("#")
    in_short_block = len(rest) <= 2 and all(len(line.split()) <= MAX_CREDIT_WORDS for line in (text, *rest))
    near = [*rest[:_LOOK_AHEAD], *([line.text for line in next_block[:2]] if in_short_block else [])] or [below]
    kind = _classify_byline_or_date(text, state, below)
    if kind is None and not state.has_title and not heading:
        kind = _classify_kicker(text, rest, next_block, state, inside=inside)
    return kind or _classify_by_position(text, rest, near, state, heading=heading, inside=inside)


def _classify_byline_or_date(text: str, state: _HeadState, below: str) -> HeadKind | None:
    """Classify a line with a date, with "By" or a credit, or with further information about a known author.

    "date" is a line with nothing but a date. A line with a date and other text is a "credit" if the author is known or
    if it starts like one ("Posted …"), else "author".
    """
    length = len(text.split())
    dated = split_date(text)
    leftover = dated.leftover
    if dated.date and not leftover:
        return "date"
    if length > MAX_CREDIT_WORDS:
        return None
    if any(_equals(text, author) or describes_author(text, author) for author in state.authors):
        return "author" if length <= 6 and _equals(text, state.authors[0]) else "credit"
    credit, by = bool(_CREDIT_START.match(text)), bool(BY.match(leftover if dated.date else text))
    caps_allowed = by or (bool(dated.date) and length <= _ALL_CAPS_WORDS)
    named = is_name(candidate_name(leftover), state.body_words, allow_all_caps=caps_allowed)
    # "It ended on 3 May 2021." is a sentence, "Saturday essay | 22 February" is not.
    max_leftover_words = _LABEL_WORDS_BELOW_HEAD if state.lines and text[-1:].isdigit() else _LABEL_WORDS
    labelled = "|" in text or (len(leftover.split()) <= max_leftover_words and not text.endswith((".", "!", "?")))
    if dated.date and (credit or named or labelled):
        return "credit" if state.has_author or (credit and not by) else "author"
    board = _EDITORIAL_BOARD.fullmatch(text)
    if (
        (by and is_name(candidate_name(text), allow_all_caps=True))
        or is_pen_name(text)
        or (board and not state.has_author)
    ):
        return "author"
    if credit and (state.has_title or state.has_author) and length <= _LINE_WORDS and not text.endswith((",", ":")):
        return "credit"
    role = (
        state.last == "author"
        and length <= _MAX_ROLE_WORDS
        and not text.endswith(_SENTENCE_ENDS)
        and _ROLE.search(text)
    )
    return "credit" if role and below else None


def _classify_kicker(
    text: str, rest: Sequence[str], next_block: Sequence[Line], state: _HeadState, *, inside: bool
) -> HeadKind | None:
    """Classify a line above the title that names the section of the newspaper."""
    if not (rest or next_block):
        return None
    next_line = rest[0] if rest else next_block[0].text
    under_kicker = inside and state.last == "kicker" and bool(next_block) and not rest and len(text.split()) <= 3
    if under_kicker and not _is_byline_or_date(next_line, state.body_words, later=True):
        return "kicker" if len(next_line.split()) <= MAX_TITLE_WORDS and not next_line.endswith(".") else None
    if is_kicker(text):
        return None if _is_byline_or_date(next_line, state.body_words) else "kicker"
    return "kicker" if not rest and len(text.split()) == 1 and text.isupper() and text.isalpha() else None


def _classify_by_position(
    text: str, rest: Sequence[str], near: Sequence[str], state: _HeadState, *, heading: bool, inside: bool
) -> HeadKind | None:
    """Classify a line without a date and without "By": a bare name, a title, a subtitle, furniture, or None.

    near: the next lines, in which a byline or date marks this line as a title.
    """
    length, below = len(text.split()), near[0]
    date_below = _looks_like_date_line(below)
    beside_date = (
        (date_below and not _has_name(below, state.body_words))
        or is_time_line(strip_markup(below))
        or state.last == "date"
    )
    name = is_name(candidate_name(text), frozenset() if beside_date else state.body_words) or (
        (beside_date or state.has_title) and is_all_caps_name(candidate_name(text), state.body_words)
    )
    # Of two names in a row at the top, the first is the title and the second the author.
    name_below = not state.has_title and not state.has_date and is_name(candidate_name(below), state.body_words)
    if (
        name
        and ":" not in text
        and not state.has_author
        and not heading
        and not name_below
        and (beside_date or state.has_title)
    ):
        return "author"
    alone = not rest and length <= MAX_TITLE_WORDS and not text.endswith((".", ",", ";", ":"))
    apart = bool(rest) and length <= MAX_TITLE_WORDS and _stands_apart(text, rest[0])
    byline_below = length <= 2 * MAX_TITLE_WORDS and any(
        _is_byline_or_date(line, state.body_words) or is_all_caps_name(line, state.body_words) for line in near
    )
    if inside and _UNKNOWN_COUNTER.fullmatch(text):
        return "furniture"
    if not state.has_title and (heading or alone or apart or (byline_below and bool(rest))):
        return "title"
    if state.has_subtitle or length > 2 * MAX_TITLE_WORDS:
        return "furniture" if apart and state.lines else None
    if byline_below and not state.has_author and (alone or inside or bool(rest) or bool(BY.match(below))):
        return "subtitle" if state.has_title else "title"
    if date_below and not state.has_date and (alone or bool(rest)):
        return "subtitle"
    return "furniture" if apart and state.lines else None


def _stands_apart(line: str, below: str) -> bool:
    """Whether a short line is separate from the long one below it, and not part of the same hard-wrapped sentence."""
    return (
        not line.endswith(_SENTENCE_ENDS)
        and len(below) >= max(2 * len(line), 60)
        and (below.lstrip()[:1].isupper() or below.lstrip()[:1] in "“\"'‘«„—–")
    )


def _is_byline_in_lower_case(text: str) -> bool:
    dated = split_date(text)
    return strip_by(text) != text or is_time_line(text) or bool(dated.date and not dated.leftover)


def _has_name(line: str, body_words: frozenset[str]) -> bool:
    return is_name(candidate_name(split_date(line).leftover), body_words, allow_all_caps=True)


def _looks_like_date_line(line: str) -> bool:
    """Whether a short line has a date, whatever else it has; `_is_byline_or_date` also accepts a name and no date."""
    return bool(split_date(line).date) and len(line.split()) <= _LINE_WORDS


def _is_byline_or_date(line: str, body_words: frozenset[str], *, later: bool = False) -> bool:
    """Whether a line is a byline or a date line. later: not directly below, so a date must be almost alone."""
    text = strip_markup(line)
    dated = split_date(text)
    if dated.date and len(dated.leftover.split()) <= (_LABEL_WORDS if later else _BYLINE_WORDS):
        return True
    by = BY.match(text)
    if _EDITORIAL_BOARD.fullmatch(text):
        return True
    return bool(by and (is_name(candidate_name(text), allow_all_caps=True) or is_pen_name(text))) or is_name(
        candidate_name(text), body_words
    )


def _equals(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
