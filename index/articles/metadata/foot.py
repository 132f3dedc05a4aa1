"""Recognise the lines below the body: the note about the author or the text, and page furniture."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.articles.article import Kind
from index.articles.furniture.lines import is_furniture
from index.articles.lines import HeadLine, Line
from index.articles.metadata.names import is_name, strip_markup, surname

MAX_NOTE_WORDS = 60
_MAX_FOOT_BLOCKS = 6
_MAY_BE_NOTE = frozenset({"body", "note", "furniture", "signature"})
_OPEN, _CLOSE = "*_[(", "*_])"
_VERBS = (
    r"(?:is|was|are|were|has|had|served|serves|teaches|taught|writes|wrote|works|worked|lives|edits|edited|covers|runs|ran"
    r"|owns|farmed|practises|practices|directs|heads|chairs|keeps|kept|maintains|repairs|retired|spent|advised|leads|led)\b"
)
# Verbs that count only after the known author's name.
_MORE_VERBS = (
    r"(?:studies|studied|researches|contributes|contributed|hosts|publishes|blogs|reports|reported|represents|represented"
    r"|manages|managed|founded|co-founded|co-\w+s|grew|won|can be|tweets|sits|joined|reads|received|declares|does not"
    r"|did not|thanks|wishes|would like)\b"
)
_AUTHOR = re.compile(
    rf"(?:the|this) (?:author|writer|columnist)s?(?:,[^,.]{{1,120}},)? (?:{_VERBS}|{_MORE_VERBS}|of (?:\d|one|two|three"
    r"|four|five|six|seven|eight|nine|ten|several|many|numerous|the (?:books?|novels?)|[“\"'‘*_]))"
    r"|(?:der autor|die autorin|l['’]auteure?|el autor|la autora|o autor|l['’]autore|l['’]autrice|autor|autorka|автор"
    r"|авторка)"
    r" (?:ist|war|lehrt|leitet|arbeitet|lebt|est|était|es|fue|é|è|jest|є|был|была|работает|працює|—|–|-) ",
    re.I,
)
_END = re.compile(r"[.!?…][\"”’)\]*_]*$")


@dataclass(frozen=True, slots=True)
class AuthorNote:
    """The note at the foot about the author or the text.

    Attributes:
        start: Start offset in the article's text.
        end: End offset in the article's text.
        author: The author's name if only the note gives it.
    """

    start: int
    end: int
    author: str | None = None


def read_foot(blocks: Sequence[Sequence[Line]]) -> tuple[HeadLine, ...]:
    """Return the furniture lines of the last paragraphs in order. The first two paragraphs are never taken."""
    lines: list[HeadLine] = []
    for block in reversed(blocks[2:][-_MAX_FOOT_BLOCKS:]):
        if not all(is_furniture(strip_markup(line.text)) for line in block):
            break
        lines[:0] = [HeadLine("furniture", line.start, line.end, line.paragraph) for line in block]
    return tuple(lines)


def find_note(
    text: str,
    blocks: Sequence[Sequence[Line]],
    kinds: Sequence[Kind],
    read: Collection[int],
    authors: tuple[str, ...],
) -> AuthorNote | None:
    """Return the author note: the last paragraph of the body, its last line, or a block that is set aside below it.

    Args:
        text: Text of the article.
        blocks: The lines of each block.
        kinds: The kind of each block.
        read: End offsets of the lines of head and foot.
        authors: Known authors.
    """
    last = max((n for n, kind in enumerate(kinds) if kind == "body" and blocks[n][0].end not in read), default=0)
    for number in range(last, len(blocks)):
        block, kind = blocks[number], kinds[number]
        if number == last or (kind in _MAY_BE_NOTE and block[0].end not in read):
            note = read_note(text, block, authors)
            # What the classifier takes for something else must name the author; brackets suffice only right below.
            plain = kind in ("body", "note") or number == last + 1
            if note and (plain or note.author or text[note.start] not in _OPEN):
                return note
    return None


def read_note(text: str, block: Sequence[Line], authors: tuple[str, ...]) -> AuthorNote | None:
    """Return the author note: the last paragraph, or only its last line if that describes the author.

    Args:
        text: Text of the article. An author whom only the note names must not appear above it.
        block: Lines of the last paragraph.
        authors: Known authors.
    """
    emphasised = all(line.emphasised for line in block)
    whole = _note(text, block[0].start, block[-1].end, authors, emphasised=emphasised)
    if whole or len(block) < 2 or not _END.search(block[-2].text.rstrip()):
        return whole
    last = _note(text, block[-1].start, block[-1].end, authors, emphasised=block[-1].emphasised)
    return last if last and any(_describes(strip_markup(block[-1].text), author) for author in authors) else None


def _note(text: str, start: int, end: int, authors: tuple[str, ...], *, emphasised: bool) -> AuthorNote | None:
    stripped = text[start:end].strip()
    words = stripped.strip(_OPEN + _CLOSE + " ").strip()
    if not words or len(words.split()) > MAX_NOTE_WORDS:
        return None
    if any(_describes(words, author) for author in authors) or _AUTHOR.match(words):
        return AuthorNote(start, end)
    name = _leading_name(words)
    if name and not authors and name not in text[:start]:
        return AuthorNote(start, end, author=name)
    set_apart = emphasised or (stripped[0] in _OPEN and stripped[-1] in _CLOSE)
    return AuthorNote(start, end) if set_apart else None


def describes_author(line: str, author: str) -> bool:
    """Whether a short line describes the author: the name and a verb in the third person."""
    words = strip_markup(line)
    titled = re.match(r"(?:Mr|Mrs|Ms|Dr|Prof|Professor|Sir|Dame|Lord|Lady)\b\.?\s", words)
    starts_with_name = words.casefold().startswith(author.casefold())
    return (
        len(words.split()) <= MAX_NOTE_WORDS // 2
        and bool(titled or starts_with_name)
        and _describes(words, author, strict=True)
    )


def _describes(text: str, author: str, *, strict: bool = False) -> bool:
    """Whether a text starts like a note about an author. strict: a verb must follow the full name too."""
    name = re.escape(author) if strict else ""
    if not strict and re.match(re.escape(author) + r"(?!\w)", text, re.I):
        return True
    last = rf"(?:\S+\s+){{0,3}}{re.escape(surname(author))}"
    verb = rf"(?:,\s+(?:an?|the|who)\b|\s+(?:who\b|{_VERBS}|{_MORE_VERBS}))"
    return bool(re.match(rf"(?:{name}{verb}|{last}{verb})" if strict else last + verb, text))


def _leading_name(text: str) -> str | None:
    match = re.match(r"((?:[^\W\d_][\w.'’\-]*\s+){2,5}?)" + _VERBS, text)
    name = match.group(1).strip() if match else ""
    return name if is_name(name) else None
