"""Split a message that asks two or more questions. No I/O."""

import re
from collections.abc import Callable, Sequence

from index.text.words import terms

from bot.answering.question.follow_ups import refers_back
from bot.answering.question.kinds import Kind

# More questions of one message are not answered.
MAX_PARTS = 3
_MIN_WORDS, _MIN_TERMS = 3, 2
_ASKS = (
    r"(?:what|how|why|who|whom|whose|where|when|which|does|did|do|is|are|was|were|has|have|can|could|will|would|should"
    r"|whats|whos)"
)
# "this" and "it" need nothing before them where they are the article.
_ABOUT_TEXT = re.compile(
    r"\bwho wrote (?:this|it)\b|\b(?:this|the) (?:article|piece|essay|text|column)\b", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?:^|\s)\(?(?P<n>\d{1,2}|[a-d])[.)]\s+(?=\S)", re.IGNORECASE)
_SENTENCE_END = re.compile(rf"(?<=\?)\s+(?=(?:(?:and|also|then|or)\W+)?{_ASKS}\b)", re.IGNORECASE)
_CLAUSE = re.compile(rf"\s*(?:,|;|\band\b|&|\+)\s*(?:and\s+|also\s+)?(?={_ASKS}\b)", re.IGNORECASE)


def split_question(text: str, kinds_of: Callable[[str], Sequence[Kind]]) -> tuple[str, ...]:
    """Return the questions of a message, in order; a message that is one question as it is.

    Questions are split if they are numbered or whole sentences, or if one half of a sentence asks about the text
    itself and the other for what it says.

    Args:
        text: the message.
        kinds_of: returns the kinds of a question; none for a question for what the text says.
    """
    numbered = _numbered(text)
    if numbered:
        return numbered
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]
    if len(sentences) > 1:
        first, *others = sentences
        complete = _is_complete(first, 1) and all(_is_complete(other, _MIN_TERMS) for other in others)
        return tuple(sentences) if complete else (text,)
    for match in _CLAUSE.finditer(text):
        first, second = text[: match.start()].strip(), text[match.end() :].strip()
        if len(first.split()) < _MIN_WORDS or len(second.split()) <= _MIN_WORDS:
            continue
        if kinds_of(first) and not kinds_of(second):
            return first, second
    return (text,)


def _is_complete(question: str, content: int) -> bool:
    """Whether a question can be understood alone: it begins as one, and has so many content words and no "it"."""
    words = question.split()
    asks = re.match(rf"(?:(?:and|also|then|or)\W+)?{_ASKS}\b", question, re.IGNORECASE)
    if asks is None or len(words) < _MIN_WORDS:
        return False
    return bool(_ABOUT_TEXT.search(question)) or (len(terms(question)) >= content and not refers_back(question))


def _numbered(text: str) -> tuple[str, ...]:
    """Return the parts of "1. … 2. …", none if the numbers do not count up from the first."""
    marks = list(_NUMBERED.finditer(text))
    numbers = [match["n"].lower() for match in marks]
    counted = [str(n) for n in range(1, len(marks) + 1)], list("abcd"[: len(marks)])
    if len(marks) < 2 or numbers not in counted or text[: marks[0].start()].strip(" :"):
        return ()
    ends = [*(match.start() for match in marks[1:]), len(text)]
    return tuple(text[match.end() : end].strip() for match, end in zip(marks, ends, strict=True))
