"""Find the quotations in a paragraph, whatever marks they stand in. No I/O."""

import re
from collections.abc import Iterator
from typing import NamedTuple

Span = tuple[int, int]
"""Start and end offset."""

# Opening mark → the marks that may close it.
_PAIRS = {
    "“": "”",
    "„": "“”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "「": "」",
    "『": "』",
    "《": "》",
    "＂": "＂",
    '"': '"',
    "”": "”",  # Swedish and Finnish have the same mark at both ends
    "``": "''",
}
_NESTING = frozenset("“«‹「『《")
_MARK = re.compile("``|''|[" + "".join(sorted({c for pair in _PAIRS.items() for c in "".join(pair)} - set("`'"))) + "]")
# A single quotation mark that opens or closes a word, unlike an apostrophe inside it.
_SINGLE_OPENING = re.compile(r"(?<![\w’'])(?:‚|‘(?=\S)|'(?=\w))")
_SINGLE_CLOSING = re.compile(r"(?<=\S)[’'‘](?!\w)")
_ENDING = ".,!?…;:—–"
# Who speaks, between dashes inside the marks: "«A ship sails, — said Ann Bell. — It is late»".
_ASIDE = re.compile(r"(?<=[,.!?…»”\"])\s+[—–]\s+(?=[^\W\d_])(?P<aside>[^—–«»“”\"]{3,120}?[.,!?…]?)\s+[—–](?=\s)")
_ASIDE_AT_END = re.compile(r"(?<=[,.!?…])\s+[—–]\s+(?P<aside>[^—–«»“”\"]{3,160})\Z")
_CREDIT_WORDS = 7
# A dash that opens a line of dialogue.
_DIALOGUE = re.compile(r"\s*[—―–]\s*(?=[^\W\d_]|[¿¡«“])")


class Quotations(NamedTuple):
    """The quotations of a paragraph.

    Attributes:
        spans: Start and end of each outermost quotation with its marks, without what says who speaks inside it.
        is_open: The last one has no closing mark, so that it may go on in the next paragraph.
    """

    spans: tuple[Span, ...]
    is_open: bool


def find_quotations(text: str, *, continued: bool = False) -> Quotations:
    """Find the outermost quotations in the text of a paragraph.

    Args:
        text: The text of the paragraph.
        continued: The last quotation of the paragraph before had no closing mark. It goes on if the first mark closes.
    """
    found = list(_double(text, continued))
    is_open = bool(found) and found[-1][1] > len(text)
    spans = [(start, min(end, len(text))) for start, end in found]
    for single in _single(text):
        crossing = [span for span in spans if span[0] < single[1] and single[0] < span[1]]
        if all(single[0] < start and end < single[1] for start, end in crossing):
            spans = [single, *(span for span in spans if span not in crossing)]
    pieces = [piece for span in sorted(spans) for piece in _without_asides(text, span)]
    return Quotations(tuple(pieces), is_open)


def find_dialogue(text: str) -> tuple[Span, ...]:
    """Return the speech in a paragraph that a dash opens, without what says who speaks; none for other paragraphs."""
    opening = _DIALOGUE.match(text)
    # A name behind a dash says whose words stand above it.
    if opening is None or (len(text.split()) <= _CREDIT_WORDS and not any(mark in text for mark in _ENDING[:-2])):
        return ()
    return tuple(_without_asides(text, (opening.end(), len(text)), at_end=True))


def _double(text: str, continued: bool) -> Iterator[Span]:
    """Yield the outermost quotations in double marks; the end of one without a closing mark is behind the text."""
    marks = [(match.start(), match.group()) for match in _MARK.finditer(text)]
    at = 0
    if continued and marks and marks[0][1] in "”»›」』":
        yield 0, marks[0][0] + 1
        at = 1
    first_guillemet = next((mark for _, mark in marks[at:] if mark in "«»"), "")
    has_curly_opening = any(mark in ("“", "„") for _, mark in marks[at:])
    while at < len(marks):
        start, mark = marks[at]
        opens = (
            mark in _PAIRS
            and (mark not in "«»" or mark == first_guillemet)
            and (mark != "”" or not has_curly_opening)
            and not (mark in '"＂”' and _is_behind_word(text, start))
        )
        if not opens:
            at += 1
            continue
        closing = _PAIRS[mark]
        nests = mark in _NESTING and _is_balanced(text[start:], mark, closing)
        depth = 1
        while depth and at + 1 < len(marks):
            at += 1
            following = marks[at][1]
            if following in closing:
                depth -= 1
            elif nests and following == mark:
                depth += 1
        at += 1
        yield start, marks[at - 1][0] + len(marks[at - 1][1]) if not depth else len(text) + 1


def _is_behind_word(text: str, at: int) -> bool:
    """Whether a straight mark follows a word or number, as that of inches does: it opens nothing."""
    return at > 0 and text[at - 1].isalnum()


def _is_balanced(text: str, opening: str, closing: str) -> bool:
    return text.count(opening) == sum(text.count(mark) for mark in closing)


def _single(text: str) -> Iterator[Span]:
    """Yield the quotations in single marks: to the first mark behind punctuation, else to the first behind a word."""
    at = 0
    while opening := _SINGLE_OPENING.search(text, at):
        start = opening.start()
        following = _SINGLE_OPENING.search(text, opening.end())
        limit = following.start() if following else len(text)
        closings = [match.start() for match in _SINGLE_CLOSING.finditer(text, opening.end(), limit)]
        behind_punctuation = next((close for close in closings if text[close - 1] in _ENDING), None)
        close = behind_punctuation if behind_punctuation is not None else next(iter(closings), None)
        if close is not None:
            yield start, close + 1
        at = close + 1 if close is not None else opening.end()


def _without_asides(text: str, span: Span, *, at_end: bool = False) -> Iterator[Span]:
    """Yield the parts of a quotation between the phrases that say who speaks."""
    start, end = span
    asides = [aside for aside in _ASIDE.finditer(text, start, end) if aside["aside"][0].islower()]
    for aside in asides:
        yield start, aside.start("aside")
        start = aside.end("aside")
    last = _ASIDE_AT_END.search(text[:end], start) if at_end and not asides else None
    if last is not None and last["aside"][0].islower():
        end = last.start("aside")
    if start < end:
        yield start, end
