"""Recognise the form of a question: one that asks for several things, or for a view on a subject. No I/O."""

import re

SOMEBODY = r"(?:guy|woman|man|person|dude|lady|bloke|journalist)"


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Compile alternative regular expressions into one that ignores case."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


# Reasons and lists: one sentence seldom contains all of them.
_SEVERAL = any_of(
    r"\bwhy\b|\bhow come\b|\breasons?\b|\bexplain\b|\barguments?\b",
    r"\blist\b|\bexamples?\b|\bways\b|\bfactors\b|\bevery(?:thing)?\b|\ball (?:the|his|her|their|of)\b",
    r"\bwhat are\b|\bwhich (?:\w+ )?\w+s\b",
    r"\bwhat (?:\w+ )?(?:things|problems|risks|signs|kinds|groups|countries)\b",
)

_SUBJECT = re.compile(
    r"\b(?:say|think|write|feel|talk|argue|claim|mention|view|opinion|stance|take|position|word|thoughts)s?\b"
    r"(?:.{0,30}?\b(?:about|of|on|towards?))?\s+(.+)$",
    re.IGNORECASE,
)


def asks_for_several(question: str) -> bool:
    """Whether a question asks for reasons or a list."""
    return bool(_SEVERAL.search(question))


def asked_subject(question: str) -> str:
    """Return SUBJECT of a question like "what does he say about SUBJECT", "" for questions of another form."""
    match = _SUBJECT.search(question)
    return match.group(1) if match else ""
