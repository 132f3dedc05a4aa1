"""Whose claim a sentence is: the author's, the author's with a hedge, or somebody's whom the author reports. Pure."""

import re

from index.articles import Article

AUTHOR, HEDGED, BYLINE, UNNAMED = "author", "author_hedged", "byline", "reported:unnamed"


def _any_of(*alternatives: str) -> str:
    return "(?:" + "|".join(alternatives) + ")"


_SAYING = _any_of(
    r"accuse[sd]?|add(?:ed|s)|admit(?:s|ted)|announce[sd]|argue[sd]?|ask(?:ed|s)|assert(?:ed|s)|assure[sd]|believe[sd]",
    r"call(?:ed|s)|claim(?:ed|s)|complain(?:ed|s)|concede[sd]|confirm(?:ed|s)|declare[sd]|demand(?:ed|s)|den(?:ied|ies)",
    r"describe[sd]|estimate[sd]|explain(?:ed|s)|fear(?:ed|s)|hope[sd]|insist(?:ed|s)|maintain(?:ed|s)|notice[sd]",
    r"object(?:ed|s)|point(?:ed|s) out|predict(?:ed|s)|promise[sd]|propose[sd]|quote[sd]|reali[sz]e[sd]|recall(?:ed|s)",
    r"remark(?:ed|s)|repl(?:ied|ies)|report(?:ed|s)|respond(?:ed|s)|said|says|state[sd]|suggest(?:ed|s)|swears?|swore",
    r"tells?|told|thinks?|thought|threaten(?:ed|s)|urge[sd]|vow(?:ed|s)|warn(?:ed|s)|wonder(?:ed|s)|writes?|wrote",
)
_AUXILIARY = (
    r"(?:(?:has|have|had|was|were|will|would|is|are|also|already|once|later|then|even|often|always|never)\s+){0,3}"
)
_NAME = (
    r"(?:[A-Z][\w’'.\-]*|[A-Z]\.)"
    r"(?:\s+(?:of|the|de|van|von|al|el|bin|der|for|and)\s+[A-Z][\w’'.\-]*|\s+[A-Z][\w’'.\-]*)*"
)
_NAMES = re.compile(_NAME)

# "NAME said", "NAME, the minister, has warned"; "…", said NAME; according to NAME.
_NAMED = re.compile(rf"(?P<name>{_NAME})(?:\s*,[^,;]{{1,80}},)?\s+{_AUXILIARY}{_SAYING}\b")
_INVERTED = re.compile(rf"[\"”’']\s*,?\s*{_SAYING}\s+(?P<name>{_NAME})")
_ACCORDING = re.compile(rf"\b(?:[Aa]ccording to|[Ii]n the words of)\s+(?P<name>{_NAME})(?=\s*[,.;])")

# Somebody says something to somebody: the verb with what it introduces, wherever its subject stands.
_SPEECH = re.compile(
    rf"(?<!\bbe )(?<!\bI )\b(?:{_SAYING}|answer(?:ed|s)?|puts? it|said it|say|tell|speaks?)"
    r"(?:\s+(?:me|us|him|her|them|it|to me|in private|simply))*(?=\s+that\b|\s*:|\s*,?\s*[\"“])"
    r"|,\s+(?:he|she|they|it)\s+(?:said|says|told|writes?|wrote|adds?|added)\b"
)
_FIRST_PERSON = re.compile(r"\b(?:I|we|me|let me)(?:\s+\w+){0,3}\s*$", re.IGNORECASE)

_SOMEBODY = _any_of(
    r"they|people|some|many|critics|opponents|supporters|experts|officials|sources|others|observers|analysts|friends",
    r"defenders|colleagues|advocates|residents|neighbou?rs",
    r"the (?:minister|ministry|government|paper|report|study|mayor|council|company|board|president|editors?)",
    r"an? (?:friend|reader|colleague|man|woman|critic|minister|official|study|report)",
    r"my (?:friends?|opponents?|critics|mother|father|grandfather|grandmother|neighbou?r|colleague|wife|husband)",
)
_UNNAMED = re.compile(
    _any_of(
        r"\bit (?:is|was|has been) (?:also |often )?"
        r"(?:said|reported|claimed|alleged|argued|suggested|believed|announced|hinted)\b",
        r"\b(?:has|have|was|were|is|are)(?: always| often| long| also)? (?:been )?"
        r"(?:called|said to|reported to|accused of|described as|known as)\b",
        r"\b(?:hint|rumou?r|report|claim|suggestion)s? (?:was|were|is|(?:has|have) been) (?:voiced|made|published)\b",
        rf"\b{_SOMEBODY}\s+{_AUXILIARY}{_SAYING}\b|\baccording to {_SOMEBODY}\b",
        r"\b(?:I am|I was|we are) told\b|\baccording to (?:him|her|them)\b|\bis said\b|\breportedly\b",
    ),
    re.IGNORECASE,
)

_HEDGE = re.compile(
    _any_of(
        r"\bI (?:think|believe|suspect|guess|suppose|fear|doubt|expect|hope|imagine|wonder|assume|reckon)\b",
        r"\bI (?:should|would) (?:guess|think|say|expect|like to think|be (?:less |more )?surprised)\b",
        r"\bI (?:would not|should not|do not|cannot|can't) (?:bet|be surprised|rule|exclude|know|prove|say|be sure)\b",
        r"\bI am (?:not (?:sure|certain)|inclined|afraid)\b|\bI (?:may|could|might) be wrong\b|\bmy guess\b",
        r"\b(?:seem(?:s|ed|ingly)?|apparently|allegedly|supposedly|perhaps|maybe|probably|possibly|presumably)\b",
        r"\b(?:arguably|likely|unlikely|uncertain|conceivably|not impossible|is possible|potential to|a risk)\b",
        r"\bin my (?:view|opinion|judge?ment|estimate)\b|\bas far as I (?:know|can)\b|\bto my mind\b",
        r"\b(?:rule|ruled|be excluded|exclude) (?:it |this )?out\b|\bcannot be (?:ruled out|excluded)\b",
        r"\bappears? to\b|\blooks? (?:as if|like)\b|\btends? to\b",
        r"\b(?:may|might|could)\b(?! (?:not )?be (?:\w+ed|seen|said|found|made|known|shown)\b)",
    ),
    re.IGNORECASE,
)
# Capitalised where they open a sentence, and no part of a name.
_OPENERS = frozenset(
    (
        "i he she it we they you this that these those there here who what when where why how if but and so as one "
        "the a an in on at for first second then now yet not no my our his her their its some many most all after "
        "before"
    ).split()
)


def voice_of(article: Article, start: int, end: int) -> str:
    """The voice of the span between two offsets of an article."""
    if article.note_span is not None and start >= article.note_span[0]:
        return BYLINE
    if any(line.start <= start < line.end for line in article.head):
        return BYLINE
    text = article.text[start:end]
    reporter = _reporter(text, article.authors)
    if reporter is not None:
        return f"reported:{reporter}" if reporter else UNNAMED
    return HEDGED if _HEDGE.search(text) else AUTHOR


def _reporter(text: str, authors: tuple[str, ...]) -> str | None:
    """The name of whoever the sentence reports; "" where nobody is named; None where it reports nobody."""
    for pattern in (_ACCORDING, _NAMED, _INVERTED):
        for match in pattern.finditer(text):
            name = _clean(match.group("name"))
            if name and not any(name in author or author in name for author in authors):
                return name
    for match in _SPEECH.finditer(text):
        before = text[: match.start()]
        if not _FIRST_PERSON.search(before):
            names = [name for name in map(_clean, _NAMES.findall(before)) if name]
            return next((name for name in reversed(names) if " " in name), "")
    return "" if _UNNAMED.search(text) else None


def _clean(name: str) -> str:
    """A name without the sentence's first word where that is no part of it, and without possessives."""
    words = name.split()
    while words and words[0].lower().strip(".,") in _OPENERS:
        words = words[1:]
    return re.sub(r"['’]s$", "", " ".join(words)).strip(" .,")
