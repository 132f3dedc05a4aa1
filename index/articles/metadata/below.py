"""Read who wrote an article, and when, from what stands below it, a signature or a licence, or from its opening."""

import re
from collections import Counter
from collections.abc import Sequence

from index.articles.lines import Line
from index.articles.metadata.bylines import authors_in
from index.articles.metadata.dates import split_date
from index.articles.metadata.fields import without_links
from index.articles.metadata.names import (
    BY,
    MAX_LINE_CHARS,
    as_printed_name,
    is_name,
    is_role,
    parse_authors,
    strip_markup,
)

_MAX_BLOCKS = 8
_CLOSING = re.compile(
    r"(?:yours(?: (?:sincerely|faithfully|truly|ever|etc\.?|respectfully))?"
    r"|(?:very |most )?(?:sincerely|respectfully|faithfully|truly|cordially)(?: yours)?"
    r"|(?:kind|best|warm|with best|with kind)? ?(?:regards|wishes)|in solidarity|with thanks|signed"
    r"|respectfully submitted"
    r"|i am,? sir,? .{0,40}|mit freundlichen grüßen|hochachtungsvoll|cordialement|atentamente|з повагою|с уважением)"
    r"\s*[,.:]?",
    re.I,
)
_SIGNED = re.compile(r"^(?:[—–]|--|-)\s*(?P<name>[^\W\d_].*)$|^signed:?\s+(?P<signed>[^\W\d_].*)$", re.I)
_NAME = r"(?P<name>[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){0,4}?)"
_LICENSED = re.compile(
    r"\b(?:licen[cs]ed?|cc[ -]by|cc0|public domain|creative commons|all rights reserved|distributed under)\b", re.I
)
_LICENCE = (
    re.compile(rf"\bby\s+{_NAME}\s+(?:is|are)\b", re.I),
    re.compile(
        rf"^(?:copyright|©|\(c\))[\s,©]*(?:\(c\)\s*)?(?:(?:19|20)\d\d(?:\s*[-–]\s*(?:(?:19|20)\d\d|present))?[,\s]*)?{_NAME}\s*(?=[,.]|$)",
        re.I,
    ),
)
_SPEAKER = re.compile(
    r"^(?:Mr|Mrs|Ms|Miss|Dr|Senator|Representative)\.?\s+(?P<name>[A-Z][A-Z'’-]+(?:\s[A-Z][A-Z'’-]+)?)\.\s"
)
_MAX_NAME_WORDS = 4
_MAX_SIGNATURE_WORDS = 10


def read_below(blocks: Sequence[Sequence[Line]]) -> tuple[tuple[str, ...], str | None]:
    """Return the authors and the date that the last paragraphs give; page furniture is among them.

    A name counts if it signs a letter, stands behind a dash, is the last line, or is the licensor's.
    """
    last = [block for block in blocks[1:][-_MAX_BLOCKS:] if sum(len(line.text) for line in block) < 4 * MAX_LINE_CHARS]
    lines = [_plain(line) for block in last for line in block]
    return _signature(last, lines) or _licensor(lines, blocks), _date(last)


def read_speaker(blocks: Sequence[Sequence[Line]]) -> tuple[str, ...]:
    """Return who speaks according to the record of a parliament: "Mr. ROE. Mr. President, I rise …"."""
    for block in blocks[:6]:
        if match := _SPEAKER.match(block[0].text):
            return (as_printed_name(match["name"]),)
    return ()


def _plain(line: Line) -> str:
    return strip_markup(without_links(line.text[: 4 * MAX_LINE_CHARS]))


def _signature(last: Sequence[Sequence[Line]], lines: Sequence[str]) -> tuple[str, ...]:
    for number, text in enumerate(lines[:-1]):
        if _CLOSING.fullmatch(text):
            names = parse_authors(lines[number + 1], frozenset(), is_byline=True)
            return tuple(name for name in names if not is_role(name))
    for text in lines[-4:]:
        if (match := _SIGNED.match(text)) and len(text.split()) <= _MAX_SIGNATURE_WORDS:
            name = (match["name"] or match["signed"]).partition(",")[0].rstrip(" .")
            if is_name(name) and not is_role(name):
                return (name,)
    for block in last[-2:]:
        first = _plain(block[0]).rstrip(" .")
        if len(block) <= 3 and len(first.split()) <= _MAX_NAME_WORDS and BY.match(first) and is_name(BY.sub("", first)):
            return authors_in(first, frozenset())
    if not last or len(last[-1]) > 3:
        return ()
    first = _plain(last[-1][0])
    if is_name(first) and len(first.split()) <= _MAX_NAME_WORDS and not is_role(first):
        above = _plain(last[-2][-1]) if len(last) > 1 else ""
        return (first,) if above.endswith((".", "!", "?", "”", '"', "…")) else ()
    return ()


def _licensor(lines: Sequence[str], blocks: Sequence[Sequence[Line]]) -> tuple[str, ...]:
    for text in lines:
        if not _LICENSED.search(text):
            continue
        for pattern in _LICENCE:
            match = pattern.search(text)
            name = match["name"].strip() if match else ""
            if is_name(name) and not is_role(name):
                return (name,)
            if pattern is _LICENCE[1] and re.fullmatch(r"[^\W\d_]{3,}", name) and name[0].isupper():
                full = _full_name(name, blocks)
                return (full,) if full else ()
    return ()


def _full_name(surname: str, blocks: Sequence[Sequence[Line]]) -> str | None:
    """Return the name with this surname that the article has most often."""
    pattern = re.compile(rf"\b(?:[A-Z][\w.'’-]*\s+){{1,3}}{re.escape(surname)}\b")
    found = Counter(m.group() for block in blocks for line in block for m in pattern.finditer(line.text[:5_000]))
    return next((name for name, _ in found.most_common(3) if is_name(name) and not is_role(name)), None)


def _date(last: Sequence[Sequence[Line]]) -> str | None:
    """Return the date below the article: a line of its own, or one behind nothing but a name and a place."""
    for block in reversed(last[-6:]):
        if any(len(line.text.split()) > 12 or line.text.lstrip()[:1].islower() for line in block):
            continue
        for line in block:
            dated = split_date(_plain(line))
            signed = all(word[0].isupper() for word in dated.leftover.replace(",", " ").strip("—–- ").split())
            if dated.date and signed and not dated.updated:
                return dated.date
    return None
