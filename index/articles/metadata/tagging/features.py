"""Describe each piece of a head by what a reader of the page sees: its form, its place, its neighbours."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.articles.furniture.lines import is_furniture, is_kicker, url_in
from index.articles.lines import Line
from index.articles.metadata.dates import DatedLine, is_time_line, split_date
from index.articles.metadata.fields import field_of
from index.articles.metadata.names import (
    BY,
    MAX_LINE_CHARS,
    NOT_NAMES,
    candidate_name,
    is_all_caps_name,
    is_handle,
    is_honorific_name,
    is_inverted_name,
    is_name,
    is_pen_name,
)
from index.articles.metadata.tagging.pieces import Piece

LONG_WORDS = 26
"""A piece with so many words is a paragraph of prose, or a standfirst."""

_MAX_LINES = 5_000
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_CREDIT = re.compile(
    r"^[\[(*_“\"]*(?:from|for|posted|published|updated|first|last|translated|translation|edited|edit|illustrat\w+|photo\w*"
    r"|image|picture|filed under|tags?|categor\w+|topics?|cross-?posted|crossposted|originally|reprinted"
    r"|this (?:article|post|essay|piece)|in reply to|listen|read|chapter|part|volume|vol|section|book|by the same"
    r"|copyright|©|with)\b",
    re.I,
)
_REVIEWED = re.compile(r"\b(?:reviewed|review) by\b", re.I)
_ROLE = re.compile(
    r"\b(?:columnist|editor|correspondent|reporter|writer|journalist|contributor|professor|lecturer|fellow|author|novelist"
    r"|critic|analyst|economist|historian|director|chair|founder|student|mp|senator|minister|president|member|department"
    r"|university|institute|school|college|centre|center|kolumnist\w*|redakteur\w*"
    r"|journaliste|éditorialiste|chroniqueu\w+|periodista|giornalista|колумніст\w*|колумнист\w*|журналіст\w*|журналист\w*"
    r"|оглядач\w*|обозревател\w*|експерт\w*|эксперт\w*)s?\b",
    re.I,
)
SITE = re.compile(
    r"\b(?:blog|weblog|news|newsletter|times|journal|magazine|gazette|post|review|herald|tribune|chronicle|observer|guardian"
    r"|courier|mail|press|dot (?:net|com|org)|notes|diary|dispatch|quarterly|weekly|daily|monthly|letters?|archives?)\b"
    r"|\.(?:com|org|net|blog|io|dev|me|co|uk|de|fr|example)\b",
    re.I,
)
_NUMBERED = re.compile(
    r"^(?:chapter|part|book|essay|letter|no\.?|section|lecture)?\s*(?:[IVXLC]+|\d{1,3})[.:—–-]*\s", re.I
)
_CHAPTER = re.compile(r"^(?:chapter|part|book|letter|lecture|section|volume|vol\.?|no\.?)\s+(?:[IVXLC]+|\d+)\.?$", re.I)
# A paper in a numbered series, or an issue: "Policy Brief No. 17".
_SERIES = re.compile(
    r"(?:\b(?:no|nr|n[º°]|number)\.?|#)\s*\d[\d/.-]*$|\b(?:papers?|brief|briefing|note|report|bulletin|newsletter|issue|series)"
    r"\s+[\d/.-]+$",
    re.I,
)
_INTERVIEW = re.compile(r"\binterview(?:ed)?(?:\s\w+)?(?:\s+by\b|:)|\b(?:talks to|in conversation with)\b", re.I)
_YEAR = re.compile(r"^[\[(©]*\s*(?:c\.?\s*|ca\.?\s*|copyright\s+)?1[5-9]\d\d|^[\[(]?20\d\d[\])]?$", re.I)
_COUNTER = re.compile(r"^\d[\d.,]*\s*[KkMm]?(?:\s+\w+)?$")
_POSSESSIVE = re.compile(r"['’]s? (?:blog|weblog|website|site|newsletter|column|notes|journal|diary|substack)\b", re.I)
_SALUTATION = re.compile(
    r"^(?:dear|mr|mrs|ms|madam|sir|ladies|good (?:morning|afternoon|evening)|thank you|fellow)\b", re.I
)
_FUNCTION = frozenset(
    (
        "the a an and or but of to in on at for with by from as is are was were be been has have had it its this that "
        "these "
        "those he she they we you i his her their our your not no so if than then there here who which what when where"
    ).split()
)
_ENDS = {".": "dot", "!": "bang", "?": "ask", ":": "colon", ",": "comma", ";": "comma", "…": "dot"}


@dataclass(frozen=True, slots=True)
class Context:
    """What the pieces are compared with.

    Attributes:
        words: Words that the article has in lower case.
        counts: How often each word occurs in it, in lower case.
        name: The words of the file's name.
        has_title: Whether the title is known without the pieces.
    """

    words: frozenset[str]
    counts: Counter[str]
    name: frozenset[str]
    has_title: bool


def context_of(name: str, lines: Sequence[Line], body_words: frozenset[str], *, has_title: bool) -> Context:
    """Collect what the pieces of an article are compared with."""
    counts: Counter[str] = Counter()
    for line in lines[:_MAX_LINES]:
        counts.update(word.lower() for word in _WORD.findall(line.text[:5_000]))
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return Context(body_words, counts, frozenset(re.findall(r"[^\W\d_]{3,}", stem.lower())), has_title)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is seen of one piece alone."""

    piece: Piece
    words: int
    dated: DatedLine
    own: frozenset[str]
    form: str


def features(pieces: Sequence[Piece], context: Context) -> list[list[str]]:
    """Return the names of the features that each piece has."""
    looks = [_look(piece, context) for piece in pieces]
    lines = [piece.line for piece in pieces]
    blocks = Counter({line.paragraph: 0 for line in lines})
    for start in {line.start: line for line in lines}.values():
        blocks[start.paragraph] += 1
    order = {paragraph: number for number, paragraph in enumerate(dict.fromkeys(line.paragraph for line in lines))}
    line_order = {start: number for number, start in enumerate(dict.fromkeys(line.start for line in lines))}
    seen = Counter(piece.text.casefold() for piece in pieces)
    all_features: list[list[str]] = []
    long_above = 0
    forms_above: set[str] = set()
    for number, look in enumerate(looks):
        piece = look.piece
        before = looks[number - 1] if number else None
        after = looks[number + 1] if number + 1 < len(looks) else None
        later = looks[number + 2] if number + 2 < len(looks) else None
        names = list(look.own)
        names.append(f"block={min(order[piece.line.paragraph], 6)}")
        names.append(f"line={min(line_order[piece.line.start], 8)}")
        names.append(f"block lines={min(blocks[piece.line.paragraph], 4)}")
        names.append(f"glue={piece.glue}")
        opens = before is None or before.piece.line.paragraph != piece.line.paragraph
        closes = after is None or after.piece.line.paragraph != piece.line.paragraph
        names.append(f"opens={opens} closes={closes}")
        names.append(f"long above={min(long_above, 2)}")
        names.append(f"form={look.form}")
        names.append(f"before={before.form if before else 'none'}")
        names.append(f"after={after.form if after else 'none'}")
        names.append(f"later={later.form if later else 'none'}")
        names.append(f"form={look.form} after={after.form if after else 'none'} closes={closes}")
        names.append(f"form={look.form} before={before.form if before else 'none'} opens={opens}")
        window = looks[number + 1 : number + 7]
        if before and before.piece.line is piece.line:
            names.append("same line as before")
        if after and after.piece.line is piece.line:
            names.append("same line as after")
        for form in ("by", "date", "name", "honorific"):
            if any(other.form == form for other in window):
                names.append(f"below:{form}")
            if form in forms_above:
                names.append(f"above:{form}")
        reach = looks[number + 1 : number + 9]
        reach = reach[: next((n for n, other in enumerate(reach) if other.words >= LONG_WORDS), len(reach))]
        names.append(f"title below={any(map(_may_be_title, reach))}")
        names.append(f"title above={any(map(_may_be_title, looks[:number]))}")
        if context.has_title:
            names.append(f"title is known&block={min(order[piece.line.paragraph], 3)}")
            names.append("title is known")
        if any(other.piece.heading == 1 for other in window):
            names.append("below:heading")
        if any(other.words >= LONG_WORDS for other in looks[:number]):
            names.append("above:long")
        if seen[piece.text.casefold()] > 1:
            names.append("repeated" if looks[number:] and seen[piece.text.casefold()] else "")
            names.append(
                "repeated below" if any(_same(other, look) for other in looks[number + 1 :]) else "repeated above"
            )
        if before and not opens and before.piece.text[-1:].isalnum() and piece.text[:1].islower():
            names.append("wrapped")
        if after and not closes and after.piece.text[:1].islower() and after.form not in ("by", "date"):
            names.append("wraps")
        if after and not closes and after.words >= 2 * look.words and after.words > 8:
            names.append("line below is longer")
        names += [f"{name}&{'closes' if closes else 'open'}" for name in look.own if name in _WITH_CLOSES]
        all_features.append([name for name in dict.fromkeys(names) if name])
        long_above += look.words >= LONG_WORDS
        forms_above.add(look.form)
    return all_features


_WITH_CLOSES = frozenset(["end=dot", "end=none", "title case", "words=1", "words=4", "words=8", "words=14"])


def _may_be_title(look: _Look) -> bool:
    return (
        look.form == "short"
        or (look.piece.heading > 0 and look.form != "long")
        or (look.form == "name" and look.words > 2)
    )


def _same(one: _Look, other: _Look) -> bool:
    return one.piece.text.casefold() == other.piece.text.casefold()


def _look(piece: Piece, context: Context) -> _Look:
    text = piece.text
    words = text.split()
    length = len(words)
    dated = split_date(text)
    candidate = candidate_name(dated.leftover if dated.date else text)
    own = {"bias", "end=" + _ENDS.get(text[-1:], "quote" if text[-1:] in "”\"'’»)" else "none")}
    own.add(next((f"words={limit}" for limit in (1, 2, 4, 8, 14, 25, 50) if length <= limit), "words=many"))
    if piece.heading:
        own.add(f"heading={min(piece.heading, 3)}")
    if text.isupper():
        own.add("capitals")
    capitals = [word for word in words if word[:1].isupper()]
    if length > 1 and len(capitals) >= 0.7 * length:
        own.add("title case")
    first = text[:1]
    own.add(
        "starts="
        + ("lower" if first.islower() else "upper" if first.isupper() else "digit" if first.isdigit() else "mark")
    )
    lower = [word.lower().strip(",.;:") for word in words]
    functions = sum(word in _FUNCTION for word in lower if word)
    own.add(f"function words={min(functions, 4)}")
    if re.search(r"[.!?]\s+\S", text) and not dated.date:
        own.add("two sentences")
    if re.search(r"[“\"«„]", text):
        own.add("quotation")
    content = [word.lower() for word in _WORD.findall(text) if len(word) > 3 and word.lower() not in _FUNCTION]
    if content and length < LONG_WORDS:
        # The piece itself is counted too.
        shared = sum(context.counts[word] > 1 for word in content) / len(content)
        own.add("in body=" + ("all" if shared == 1 else "most" if shared >= 0.5 else "some" if shared else "none"))
        named = sum(word in context.name for word in content) / len(content)
        own.add("in file name=" + ("most" if named >= 0.5 else "some" if named else "none"))
    patterns = {
        "credit": _CREDIT,
        "reviewed": _REVIEWED,
        "role": _ROLE,
        "site": SITE,
        "numbered": _NUMBERED,
        "chapter": _CHAPTER,
        "series": _SERIES,
        "interview": _INTERVIEW,
        "possessive": _POSSESSIVE,
        "salutation": _SALUTATION,
        "year": _YEAR,
        "counter": _COUNTER,
    }
    if length <= LONG_WORDS:
        own |= {name for name, pattern in patterns.items() if pattern.search(text)}
    form = _form(text, candidate, dated, context, length)
    if form in ("name", "caps name") and candidate != text:
        own.add("name and more")
    if form == "date":
        own -= {"end=dot"}
    if form == "date" and dated.leftover:
        own.add("date and more")
        own.add(f"leftover={min(len(dated.leftover.split()), 5)}")
        if is_name(candidate, allow_all_caps=True):
            own.add("date and name")
        if dated.updated:
            own.add("updated")
    if is_kicker(text):
        own.add("kicker")
    if is_furniture(text):
        own.add("furniture")
    name, colon, _ = text.partition(":")
    if colon and field_of(name):
        own.add("field")
    return _Look(piece, length, dated, frozenset(own), form)


def _form(text: str, candidate: str, dated: DatedLine, context: Context, length: int) -> str:
    """Return the one word for what a piece looks like, by which its neighbours know it."""
    if url_in(text):
        return "url"
    if length >= LONG_WORDS or len(text) > MAX_LINE_CHARS:
        return "long"
    if dated.date and (not dated.leftover or (length <= 14 and not text.endswith((".", "!")))):
        return "by" if BY.match(dated.leftover) else "date"
    if is_time_line(text):
        return "time"
    if BY.match(text) and (is_name(candidate, allow_all_caps=True) or is_honorific_name(candidate)) and length <= 25:
        return "by"
    if is_pen_name(text) or text.lower() == "by":
        return "by"
    if is_honorific_name(text):
        return "honorific"
    if is_inverted_name(text):
        return "inverted"
    if is_furniture(text):
        return "furniture"
    if is_kicker(text):
        return "kicker"
    if is_name(candidate, context.words) and length <= 12 and not text.endswith((".", "!", "?")):
        return "name" if not NOT_NAMES & {word.lower() for word in candidate.split()} else "short"
    if is_all_caps_name(candidate, context.words):
        return "caps name"
    if is_handle(text):
        return "handle"
    if length <= 14:
        return "sentence" if text.endswith((".", "!", "…")) else "short"
    return "medium"
