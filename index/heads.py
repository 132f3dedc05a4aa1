"""What the lines above and below a pasted article say: its title, authors, date and author note.

Pure functions over the text. A line counts as head only while nothing but head lines stood
before it, and only if its form says so: a name, a date, a credit, or a short line by itself.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dateutil import parser as dates

HeadKind = Literal["kicker", "title", "subtitle", "author", "date", "credit"]

MAX_HEAD_LINES = 7
MAX_TITLE_WORDS = 20
MAX_CREDIT_WORDS = 30
MAX_NOTE_WORDS = 60

_PARTICLES = frozenset(
    ("al as at av bin da das de del della den der di dos du e el ibn la las le los of the til van von y zu").split()
)
_NAME_PARTICLES = _PARTICLES - {"of", "the", "as", "at"}
_FUNCTION_WORDS = frozenset(
    (
        "a an and are as at be but by for from has have he her his how i if in into is it its me my no nobody not "
        "of on or our out she so that the their them there they this to up us was we were what when where which "
        "who why will with you your"
    ).split()
)
_BY = re.compile(r"^(?:first\s+)?(?:(?:posted|written|published)\s+)?(?:on\s+)?by\s+", re.I)
_CREDIT = re.compile(
    r"^[\[(*_]*(?:by|from|for|posted|published|updated|first|translated|remarks|specially|interview|as told)\b",
    re.I,
)
_ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b")
_MAX_TITLE_CHARS = 300
_MONTH = re.compile(
    r"\b(?:(?i:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)|May|MAY)\b\.?"
)
_DATE_WORDS = re.compile(
    r"\b(?:on|at|the|of|published|posted|updated|date|dated|first|printed|"
    r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?)\b|[\W_]+",
    re.I,
)
_YEAR = re.compile(r"\b1[5-9]\d\d\b|\b20\d\d\b")
_EMPHASIS = " \t*_"
_OPEN, _CLOSE = "*_[(", "*_])"
_THIRD_PERSON = re.compile(
    r"(?:is|was|are|were|has|had|served|serves|teaches|taught|writes|wrote|works|worked|lives|edits|edited|covers|runs|ran|owns"
    r"|farmed|practises|practices|directs|heads|chairs|keeps|kept|maintains|repairs|retired|spent|advised|leads|led)\b"
)
_SENTENCE_END = (".", "!", "?", "…", ".”", '."', "?”", "!”")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block: its offsets in the article and the number of its paragraph."""

    text: str
    start: int
    end: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class HeadLine:
    kind: HeadKind
    start: int
    end: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Head:
    """What the head says; anything may be missing. `published` is ISO 8601 where a year is given, else as printed."""

    lines: tuple[HeadLine, ...] = ()
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """The line at the foot about the author or the text; `author` where only the note names one."""

    start: int
    end: int
    author: str | None = None


def read_head(blocks: Sequence[Sequence[Line]], title: str | None, authors: tuple[str, ...]) -> Head:
    """The head lines of the article's first blocks.

    title and authors: what front matter says already; a line that repeats it is a head line too.
    """
    body_words = _lower_words(line.text for block in blocks[1:] for line in block)
    kinds: list[tuple[Line, HeadKind]] = []
    found_title, found_authors, published = title, authors, None
    total = sum(len(block) for block in blocks)
    for number, block in enumerate(blocks[:MAX_HEAD_LINES]):
        for position, line in enumerate(block):
            if len(kinds) == min(MAX_HEAD_LINES, total - 1):
                return _head(kinds, found_title, found_authors, published)
            below = block[position + 1 :]
            beyond = blocks[number + 1] if not below and number + 1 < len(blocks) else below
            context = _Context(
                rest=tuple(line.text for line in below[:2]),
                following=beyond[0].text if beyond else "",
                titled=any(kind == "title" for _, kind in kinds),
                subtitled=any(kind == "subtitle" for _, kind in kinds),
                signed=bool(found_authors),
                body_words=body_words,
            )
            kind = _classify(line.text, context)
            if title and kind is None and _same(_plain(line.text), title):
                kind = "title"
            if kind is None:
                return _head(kinds, found_title, found_authors, published)
            kinds.append((line, kind))
            if kind == "title":
                found_title = title or _plain(line.text)
            elif kind not in ("kicker", "subtitle"):
                date, leftover = _split_date(line.text)
                if date and (
                    "|" in line.text or len(leftover.split()) <= 8 or line.text.rstrip(" .*_])")[-1:].isdigit()
                ):
                    published = published or date
                found_authors = found_authors or _authors_in(leftover, body_words, named=kind == "author")
    return _head(kinds, found_title, found_authors, published)


def read_note(last: Line, authors: tuple[str, ...], body: str) -> Note | None:
    """The author note, if the article's last paragraph is one.

    body: the text above it, in which an author named only by the note does not appear.
    """
    plain = last.text.strip().strip(_OPEN + _CLOSE + " ").strip()
    words = plain.split()
    if not words or len(words) > MAX_NOTE_WORDS:
        return None
    note = Note(last.start, last.end)
    if any(_starts_with(plain, author) for author in authors) or re.match(
        r"(?:the|this) (?:author|writer)\b", plain, re.I
    ):
        return note
    name = _leading_name(plain)
    if name and not authors and name not in body:
        return Note(last.start, last.end, author=name)
    stripped = last.text.strip()
    wrapped = stripped[0] in _OPEN and stripped[-1] in _CLOSE
    return note if wrapped else None


def read_date(text: str) -> str | None:
    """A printed date as ISO 8601 ("2019-03-26", "2019-03"), or as printed where it has no year; None for no date."""
    return _split_date(text)[0]


def surname(author: str) -> str:
    """The last word of a name, without ranks, titles or anything in brackets behind it."""
    words = [
        word
        for word in re.sub(r"\([^)]*\)", " ", author).split()
        if word.strip(".,").lower() not in {"jr", "sr", "ii", "iii"}
    ]
    return words[-1].strip(".,") if words else author


@dataclass(frozen=True, slots=True)
class _Context:
    """What stands around a line: up to two lines below in its block, the next line anywhere, and what was found."""

    rest: tuple[str, ...]
    following: str
    titled: bool
    subtitled: bool
    signed: bool
    body_words: frozenset[str]


def _classify(line: str, context: _Context) -> HeadKind | None:
    plain = _plain(line)
    words = plain.split()
    wrapped = bool(context.rest) and context.rest[0].lstrip()[:1].islower() and not _BY.match(context.rest[0])
    if not words or len(plain) > _MAX_TITLE_CHARS or wrapped:
        return None  # a line that goes on in lower case is the first of a hard-wrapped paragraph
    first, body_words = not context.titled, context.body_words
    heading = line.lstrip().startswith("#")
    date, leftover = _split_date(plain)
    credit, by = bool(_CREDIT.match(plain)), bool(_BY.match(leftover if date else plain))
    if date and not leftover:
        return "date"
    if len(words) <= MAX_CREDIT_WORDS:
        named = _is_name(_name_part(leftover), body_words, shouted=by)
        # "It ended on 3 May 2021." is a sentence, "Saturday essay | 22 February" is not.
        labelled = "|" in plain or (len(leftover.split()) <= 4 and not plain.endswith((".", "!", "?")))
        if date and (credit or named or labelled):
            return "credit" if context.signed or (credit and not by) else "author"
        if by and _is_name(_name_part(plain), frozenset(), shouted=True):
            return "author"
        if credit and (context.titled or context.signed) and len(words) <= 12 and not plain.endswith((",", ":")):
            return "credit"
    if first and not context.rest and len(words) == 1 and plain.isupper() and context.following:
        return "kicker"
    return _unmarked(plain, len(words), heading, context)


def _unmarked(plain: str, length: int, heading: bool, context: _Context) -> HeadKind | None:
    """What a line is that bears no date and no "by": a bare name, a title, a subtitle, or none of these."""
    first, body_words = not context.titled, context.body_words
    dated = _is_date_line(context.following)
    name = _is_name(_name_part(plain), frozenset() if dated else body_words)
    # Two names in a row at the very top are a title and its author.
    name_below = first and _is_name(_name_part(context.following), body_words)
    if name and not context.signed and not heading and not name_below and (dated or not first):
        return "author"
    alone = not context.rest and length <= MAX_TITLE_WORDS and not plain.endswith((".", ",", ";", ":"))
    below = context.rest or (context.following,)
    signed_below = length <= 2 * MAX_TITLE_WORDS and any(_is_byline(line, body_words) for line in below)
    if first and (heading or alone or (signed_below and bool(context.rest))):
        return "title"
    subtitle = signed_below and not context.signed and not context.subtitled and (alone or bool(context.rest))
    return "subtitle" if subtitle else None


def _is_date_line(line: str) -> bool:
    return bool(_split_date(line)[0]) and len(line.split()) <= 12


def _is_byline(line: str, body_words: frozenset[str]) -> bool:
    date, leftover = _split_date(line)
    return (
        (bool(date) and len(leftover.split()) <= 15)
        or bool(_BY.match(line))
        or _is_name(_name_part(_plain(line)), body_words)
    )


def _head(
    kinds: list[tuple[Line, HeadKind]], title: str | None, authors: tuple[str, ...], published: str | None
) -> Head:
    lines = tuple(HeadLine(kind, line.start, line.end, line.paragraph) for line, kind in kinds)
    return Head(lines, title, authors, published)


def _plain(line: str) -> str:
    return line.strip().lstrip("#").strip(_EMPHASIS).strip()


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _lower_words(lines: Iterable[str]) -> frozenset[str]:
    words: set[str] = set()
    for line in lines:
        words.update(word for word in re.findall(r"[^\W\d_]+", line) if word.islower())
    return frozenset(words)


def _split_date(line: str) -> tuple[str | None, str]:
    """The first date in a line as ISO 8601 (as printed without a year), and what else the line holds."""
    if len(line) > _MAX_TITLE_CHARS or not _has_date(line):
        return None, line
    parts = [part for part in re.split(r";|\bupdated\b", line, flags=re.IGNORECASE) if _has_date(part)]
    text = parts[0] if parts else line
    text = re.sub(r"\b(\d{1,2})\.(\d{2})\b(?!\.?\d)", r"\1:\2", text)  # 10.15 is a time, 03.05.2021 is not
    dotted = bool(re.search(r"\b\d{1,2}\.\d{1,2}\.\d{4}\b", text))
    try:
        parsed, tokens = dates.parse(
            text, fuzzy_with_tokens=True, ignoretz=True, dayfirst=dotted, default=datetime(1, 1, 1)
        )
        other = dates.parse(text, fuzzy=True, ignoretz=True, dayfirst=dotted, default=datetime(1, 1, 2))
    except (ValueError, OverflowError):
        return None, line
    leftover = " ".join("".join(tokens).split()).strip(" |,;:–—-")
    if not _DATE_WORDS.sub("", leftover):
        leftover = ""
    if not _YEAR.search(text) or parsed.year == 1:
        month = _MONTH.search(text)
        name = month.group() if month else ""
        printed = re.search(rf"\d{{1,2}}\.?\s+{re.escape(name)}|{re.escape(name)}\s+\d{{1,2}}", text) if name else None
        return (printed.group() if printed else None), leftover
    return parsed.strftime("%Y-%m" if parsed.day != other.day else "%Y-%m-%d").zfill(7), leftover


def _has_date(text: str) -> bool:
    return bool(_ISO_DATE.search(text) or (_MONTH.search(text) and re.search(r"\d", text)))


def _name_part(line: str) -> str:
    line = _BY.sub("", _plain(line))
    return re.split(r"[,|;:]| – | — | as told to | and | with | & ", line, flags=re.IGNORECASE)[0].strip()


def _is_name(text: str, body_words: frozenset[str], *, shouted: bool = False) -> bool:
    """Two to six capitalised words (particles aside), not all of them ordinary words of the body.

    shouted: whether they may all be in capitals, as behind "BY".
    """
    words = re.sub(r"\([^)]*\)", " ", text).split()
    if not 2 <= len(words) <= 6 or (text.endswith((".", "!", "?")) and not text.endswith(("Jr.", "Sr."))):
        return False
    proper = [word for word in words if word.lower() not in _NAME_PARTICLES]
    if len(proper) < 2 or any(word.lower() in _FUNCTION_WORDS for word in proper):
        return False
    if not all(
        re.fullmatch(r"[^\W\d_][^\W\d_'’.\-]*(?:[-'’.][^\W\d_]+)*\.?", word) and word[0].isupper() for word in proper
    ):
        return False
    if not shouted and all(len(word) > 2 and word.isupper() for word in proper):
        return False
    return not all(word.lower().strip(".") in body_words for word in proper)


def _authors_in(line: str, body_words: frozenset[str], *, named: bool) -> tuple[str, ...]:
    text = _BY.sub("", _plain(line))
    text = re.split(r"\||;| – | — | as told to |(?<=[a-z]{4})\.\s", text)[0].strip(" ,.")
    if not named and not _is_name(_name_part(text), body_words):
        return ()
    parts = [part.strip() for part in re.split(r",?\s+(?:and|with|&)\s+|,\s*", text, flags=re.IGNORECASE)]
    names = [part for part in parts if _is_name(part, frozenset(), shouted=named)]
    return tuple(re.sub(r"\s*\([^)]*\)\s*", " ", name).strip() for name in names)


def _starts_with(text: str, author: str) -> bool:
    return text.casefold().startswith(author.casefold()) or bool(
        re.match(
            r"(?:\S+\s+){0,3}"
            + re.escape(surname(author))
            + r"\b[,\s]+(?:an?\b|the\b|who\b|"
            + _THIRD_PERSON.pattern
            + ")",
            text,
        )
    )


def _leading_name(text: str) -> str | None:
    match = re.match(r"((?:[^\W\d_][\w.'’\-]*\s+){2,5}?)" + _THIRD_PERSON.pattern, text)
    name = match.group(1).strip() if match else ""
    return name if _is_name(name, frozenset()) else None
