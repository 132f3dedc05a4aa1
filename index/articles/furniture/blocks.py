"""Classify the blocks of an article: the author's text, and the kinds of what is not the argument.

A mark decides where there is one; else the learned classifier does. It must be surer between the paragraphs of the text
than above and below them, since a paragraph that is lost is worse than a box that stays.
"""

import re
from collections.abc import Sequence

from index.articles.article import Kind
from index.articles.furniture.marks import (
    CLOSING,
    COMMENT_MARK,
    COMMENTS_HEADING,
    INITIALS,
    NOTE_HEADING,
    marked_kind,
)
from index.articles.furniture.pull_quotes import pull_quotes
from index.articles.lines import Line

# Below these probabilities that a block is the author's text, it is set aside: above the text, within it, below it.
_TOP, _WITHIN, _BELOW = 0.35, 0.06, 0.2
# Above the text, what may be a part of the head with this probability is left to the reading of the head.
_HEAD = (0.005, 0.02, 0.2)  # of several lines, of one, of a long sentence
_LONG_SENTENCE = 8
_MAX_ENDS = 500
# What never stands above the text, or may be a part of the head there.
_NOT_ABOVE = frozenset({"note", "comment", "signature"})
_HEAD_CHARS, _DATE_WORDS, _TITLE_WORDS = 600, 12, 20
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_HEAD_LINE, _HEAD_SENTENCE = 0.2, 0.01
_SENTENCE = re.compile(r"[.!?…][\"”»“’)\]*_]*$")
# A line of text below other lines, as in a block that is the head and the first paragraph at once.
_TEXT_LINE = re.compile(r"\n(?:\S+[ \t]+){9,}\S+[.!?…:,][\"”»“’)]*\s*$|\n[^\W\d_A-ZÀ-ÞА-Я]\w*\s.*[.!?]\s*$")
_BYLINE = re.compile(r"(?:by|von|par|por|di|door|av|af)\s+(?-i:[^\W\d_a-zß-ÿа-яіїєґ])", re.I)
_FIELD = re.compile(r"^:?(?:title|authors?|by|date|published)\s*:\s*\S", re.I | re.M)
# What is text beyond doubt, which shows where the text begins and ends.
_SURE, _SURE_WORDS = 0.5, 12
# A shorter article has too little text to tell its parts from: marks decide, and above a byline the classifier.
_FEWEST_WORDS = 120
# A heading of comments this far down, by words, needs no comment below it; above, it may be a counter.
_COMMENTS_FROM = 0.6
_LOOK_AHEAD = 4
_SIGNATURE_LINES, _SIGNATURE_CHARS = 6, 90
_NOTES_FROM = 0.7
_FOOT_BLOCKS = 3


def classify_blocks(blocks: Sequence[Sequence[Line]]) -> tuple[Kind, ...]:
    """Classify the blocks of an article, front matter excluded.

    "head" is what stands above the text and looks like a part of its head; the lines of the head are recognised later,
    in it and in the body. If there would be no body, all blocks are.

    Args:
        blocks: The lines of each block.
    """
    texts = ["\n".join(line.text for line in block) for block in blocks]
    marked = [marked_kind(text) for text in texts]
    _sign(marked, texts)
    kinds = _learned(texts, marked)
    above = 0
    for number, text in enumerate(texts):
        if kinds[number] == "salutation" and above > 1:
            kinds[number] = "body"  # an address to the audience in a speech
        above += kinds[number] == "body" and len(text.split()) >= _SURE_WORDS
    for number in range(len(kinds) - 1):
        if kinds[number] == "signature" and kinds[number + 1] == "body":
            kinds[number] = "body"  # the credit of a quotation
    notes = _notes_start(texts)
    if notes is not None:
        kinds[notes:] = ["note" if kind == "body" else kind for kind in kinds[notes:]]
    comments = _comments_start(texts)
    if comments is not None:
        kinds[comments:] = ["comment" if kind in ("body", "note") else kind for kind in kinds[comments:]]
    body = [number for number, kind in enumerate(kinds) if kind == "body"]
    for position in pull_quotes([texts[number] for number in body]):
        kinds[body[position]] = "furniture"
    return tuple(kinds) if "body" in kinds else tuple("body" for _ in kinds)


def _learned(texts: Sequence[str], marked: Sequence[Kind | None]) -> list[Kind]:
    """Complete the kinds that marks show by those that the classifier finds."""
    from index.articles.furniture import classifier

    if len(texts) > 2 * _MAX_ENDS:  # a book; only its ends are read, so that it takes bounded time
        middle = [mark or "body" for mark in marked[_MAX_ENDS:-_MAX_ENDS]]
        start, end = (_learned(texts[part], marked[part]) for part in (slice(_MAX_ENDS), slice(-_MAX_ENDS, None)))
        return [*start, *middle, *end]
    likely = classifier.probabilities(texts)
    sure = [
        number
        for number, text in enumerate(texts)
        if marked[number] is None and likely[number, 0] > _SURE and len(text.split()) >= _SURE_WORDS
    ]
    if not sure:
        return [mark or "body" for mark in marked]
    first, last = sure[0], sure[-1]
    is_short = sum(len(text.split()) for text in texts) < _FEWEST_WORDS
    read_to = next((n for n in range(first) if _BYLINE.match(texts[n].strip())), 0) if is_short else len(texts)
    kinds: list[Kind] = []
    for number, (mark, text) in enumerate(zip(marked, texts, strict=True)):
        limit = _TOP if number < first else _BELOW if number > last else _WITHIN
        kind: Kind = mark or "body"
        if mark is None and likely[number, 0] < limit and number < read_to:
            kind = classifier.KINDS[1 + int(likely[number, 1:].argmax())]
            maybe = float(likely[number, :2].sum()) + (float(likely[number].max()) if kind in _NOT_ABOVE else 0.0)
            # The first block is most often the title.
            share = _head_share(text) if number or _SENTENCE.search(text.strip()) else _HEAD[0] / 4
            if number < first and (_may_be_head(texts, number) or maybe >= share):
                kind = "head" if likely[number, 0] < _head_limit(text, number) else "body"
            elif kind == "head":
                kind = "furniture"
        kinds.append(kind)
    return kinds


def _may_be_head(texts: Sequence[str], number: int) -> bool:
    """Whether a block has a byline or a year, or may be the title above one or above a date."""
    text, below = texts[number].strip(), texts[number + 1].strip() if number + 1 < len(texts) else ""
    if _TEXT_LINE.search(text) or _FIELD.search(text) or any(_BYLINE.match(line.strip()) for line in text.splitlines()):
        return True
    if _YEAR.search(text) and len(text.split()) <= _DATE_WORDS and not _SENTENCE.search(text):
        return True
    title = not _SENTENCE.search(text) and len(text.split()) <= _TITLE_WORDS
    return title and bool(_BYLINE.match(below) or (_YEAR.search(below) and len(below.split()) <= _DATE_WORDS))


def _head_share(text: str) -> float:
    """Return from which probability a block above the text is left to the reading of the head."""
    if "\n" in text.strip():
        return _HEAD[0]
    return _HEAD[2] if _SENTENCE.search(text.strip()) and len(text.split()) >= _LONG_SENTENCE else _HEAD[1]


def _head_limit(text: str, number: int) -> float:
    """Return below which probability a block above the text is set aside though it may be its first paragraph."""
    if _TEXT_LINE.search(text) or len(text) > _HEAD_CHARS:
        return 0.0
    if not _SENTENCE.search(text.strip()):
        return _HEAD_LINE
    return _HEAD_SENTENCE if number and len(text.split()) < _SURE_WORDS else 0.0


def _sign(kinds: list[Kind | None], texts: Sequence[str]) -> None:
    """Mark the names below "Yours sincerely," as part of the signature, and initials at the foot as one."""
    for number in range(max(2, len(texts) - _FOOT_BLOCKS), len(texts)):
        if kinds[number] is None and INITIALS.fullmatch(texts[number].strip()):
            kinds[number] = "signature"
    for number, text in enumerate(texts[:-1]):
        if kinds[number] == "signature" and CLOSING.fullmatch(text.strip()):
            lines = texts[number + 1].strip().splitlines()
            if len(lines) <= _SIGNATURE_LINES and all(len(line) <= _SIGNATURE_CHARS for line in lines):
                kinds[number + 1] = "signature"


def _notes_start(texts: Sequence[str]) -> int | None:
    """Return the number of the heading of acknowledgements or the like near the end, counted from 0, else None."""
    sizes = [len(text.split()) for text in texts]
    for number, text in enumerate(texts):
        if NOTE_HEADING.fullmatch(text.strip()) and sum(sizes[:number]) >= _NOTES_FROM * sum(sizes):
            return number
    return None


def _comments_start(texts: Sequence[str]) -> int | None:
    """Return the number of the heading of the readers' comments, counted from 0; None without one."""
    sizes = [len(text.split()) for text in texts]
    for number, text in enumerate(texts):
        first = text.strip().split("\n")[0]
        if number < 2 or not COMMENTS_HEADING.fullmatch(first.strip()):
            continue
        below = texts[number : number + 1 + _LOOK_AHEAD]
        if sum(COMMENT_MARK.search(part) is not None for part in below) or (
            sum(sizes[:number]) >= _COMMENTS_FROM * sum(sizes)
        ):
            return number
    return None
