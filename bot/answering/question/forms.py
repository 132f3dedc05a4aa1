"""Recognise the form of a question: for several things, for what is said, for who speaks. No I/O."""

import re

SOMEBODY = r"(?:guy|woman|man|person|dude|lady|bloke|journalist)"


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Compile alternative regular expressions into one that ignores case."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


_ASKS = r"\b(?:who|what|when|where|which|why|how)\b"
# Reasons, lists, and two questions in one: one sentence seldom contains all of them.
_SEVERAL = any_of(
    rf"{_ASKS}.+\band {_ASKS}",
    r"\bwhy\b|\bhow come\b|\breasons?\b|\bexplain\b|\barguments?\b",
    r"\blist\b|\bexamples?\b|\bways\b|\bfactors\b|\bevery(?:thing)?\b|\ball (?:the|his|her|their|of)\b",
    r"\bwhat are\b|\bwhich (?:\w+ )?\w+s\b",
    r"\bwhat (?:\w+ )?(?:things|problems|risks|signs|kinds|groups|countries)\b",
)

# Where somebody says something: in the article that is asked about.
_TEXT = r"(?:it|(?:the|this|that)(?: (?:article|interview|text|piece|letter|essay|column))?)"
HERE = rf"(?:\s+(?:here|there|exactly|then|(?:in|about) {_TEXT}))*"
_WHO = r"\bwho(?:'s|’s|s| is| are| was| were)?"
_IN_TALK = (
    r"(?: (?:in|of|for) (?:it|(?:this|the|that)(?: (?:interview|article|text|piece|conversation|talk))?)| here| there)?"
)
_WHO_SPEAKS = re.compile(
    rf"{_WHO} (?:the (?:people|persons?) )?(?:speaking|talking|asking|answering|speaks|talks)(?: (?:the )?questions)?"
    rf"{_IN_TALK}\W*$"
    rf"|{_WHO} (?:being )?interview(?:ed|ing|s)(?: whom?)?{_IN_TALK}\W*$"
    rf"|{_WHO} the (?:interviewe[re]s?|guests?|speakers?)\b{_IN_TALK}\W*$"
    rf"|\bwho (?:asks|answers|asked|answered)(?: the)? questions{_IN_TALK}\W*$",
    re.IGNORECASE,
)
_WHO_IS_QUOTED = re.compile(
    rf"\bwho(?:m|s|'s|’s)?\s+(?:all\s+)?(?:is|are|was|were|gets?|does (?:he|she|the author|{_TEXT}))?\s*"
    rf"(?:quote|cite|report)(?:d|s|ed)?(?: by (?:him|her|the author))?{HERE}\W*$",
    re.IGNORECASE,
)

_WHAT_IS_SAID = re.compile(
    rf"\W*(?:(?:so|ok|and|but|or)\W+)*(?:what (?:does|do|did|has|have) (?:he|she|they|{_TEXT}|the (?:author|writer)s?)"
    r" (?:say|said|write|written|mention)(?:ed)? (?:about|on|of)|(?:what|how) about)\s+\w+(?:\W+\w+){0,3}\W*$",
    re.IGNORECASE,
)


def asks_for_several(question: str) -> bool:
    """Whether a question asks for reasons, a list, or two things."""
    return bool(_SEVERAL.search(question))


def asks_what_is_said(question: str) -> bool:
    """Whether a question only asks what the author says about something, so that a sentence that names it answers."""
    return bool(_WHAT_IS_SAID.match(question))


def asks_who_speaks(question: str) -> bool:
    """Whether a question is for the speakers of an interview."""
    return bool(_WHO_SPEAKS.search(question))


def asks_who_is_quoted(question: str) -> bool:
    """Whether a question is for whom an article quotes or reports."""
    return bool(_WHO_IS_QUOTED.search(question))
