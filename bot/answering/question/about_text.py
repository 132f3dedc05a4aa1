"""What kind of question it is: about the text itself, for several things, leaning on the last. Pure."""

import re
from typing import Literal

from index.text.words import terms

Aspect = Literal[
    "author", "affiliation", "date", "title", "source", "translation",
    "length", "genre", "topic", "thesis", "summary", "ending",
]  # fmt: skip


def _any_of(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_TEXT = r"(?:article|piece|text|essay|column|op-?ed|editorial|paper|post|letter|story|thing)"
_NAMED = rf"(?:the|this|that|his|her|their|your)\s+(?:\w+\s+)?{_TEXT}"
_ANY = rf"(?:this|it|{_NAMED})"
# "the letter to the mayor" is not the text that was asked about.
_IT = rf"(?:this|it|{_NAMED}\b(?!\s+(?:to|from|of|about|for|against|that|which|who|by|on)\b))"
_WRITER = r"(?:the\s+)?(?:author|writer|columnist)"
_SOMEBODY = r"(?:guy|woman|man|person|dude|lady|bloke|journalist)"
_PUBLISHED = r"(?:written|published|posted|printed|put up|uploaded|released)"

# What a question asks about the text itself. "it" and "this" are read as the text only where the verb leaves no doubt.
_ASPECTS: dict[Aspect, re.Pattern[str]] = {
    "author": _any_of(
        rf"\bwho(?:'s| is|s| was)? (?:wrote|written|writing|writes|authored|penned) (?:all )?(?:that|{_IT})\b",
        rf"\bwho(?:'s| is|s) {_WRITER}\b",
        r"\bwho(?:'s| is| was) (?:this|it|that) (?:written )?by\b",
        rf"\bname of (?:{_WRITER}|the {_SOMEBODY} who wrote)",
        rf"{_WRITER}(?:'s)? name\b",
        rf"\bby whom (?:is|was) {_IT}",
        rf"\bwhose (?:{_TEXT}|byline)\b",
        r"^\s*(?:author|by whom?)\s*\?*$",
        # The second half of a question about the text: "when was it published and by whom".
        rf"\b(?:and|&|,)\s+(?:by )?(?:whom?|(?:the |whos? (?:is )?(?:the )?)?{_WRITER})(?: (?:please|pls))?\W*$",
    ),
    "affiliation": _any_of(
        rf"\b(?:where|who) does (?:{_WRITER}|he|she) work\b",
        rf"\bwhat does {_WRITER} do\b",
        rf"\bwhat (?:is|'s|was) {_WRITER}(?:'s)? (?:job|profession|background|title|role)\b",
        r"\b(?:organi[sz]ation|institute|university|think ?tank|foundation|employer|affiliat\w*)\b.{0,30}"
        rf"\b{_WRITER}\b",
        rf"{_WRITER}.{{0,20}}\b(?:affiliat\w*|job|profession|employer|background|credentials|qualifi\w*|bio\w*)\b",
        rf"\b(?:is|was) {_WRITER} (?:a|an|some)\b",
        r"\bwhat (?:does|did) (?:he|she) do for a living\b",
        r"\bcredentials\b",
        rf"\babout {_WRITER}\s*\?*$",
        rf"\b{_SOMEBODY}(?:'?s)? (?:background|job|profession)\b",
        r"^\W*who (?:is|are) (?:he|she)(?: (?:anyway|again|exactly|then|really|even))?\W*$",
        rf"^\W*who(?:'s| is|s) (?:this|that|the) {_SOMEBODY}\b",
        r"\bis the person writing\b",
        rf"\b(?:is|was|does|has) (?:this|that|the) {_SOMEBODY} (?:even |just |really |also |actually )*(?:an?|some"
        rf"|have|know|qualified)\b",
        rf"\b(?:does|has|did) (?:{_WRITER}|(?:this|that|the) {_SOMEBODY}) (?:even |really |actually )*(?:have|had"
        rf"|got) (?:any|a|some) "
        r"(?:links?|ties?|connections?|experience|expertise|stake|training|degree|qualifications?)\b",
        r"\b(?:any|what) (?:links?|ties|connections?|experience|expertise) (?:does|has) (?:he|she)\b",
        rf"\bwho is (?:he|she|{_WRITER})\b(?= (?:and|,|-))|^\W*is (?:he|she) (?:even|just|only) (?:an?|some)\b",
        r"\bwhat(?:'s| is|s) (?:his|her|their) (?:\w+ )?(?:background|job|profession|credentials|expertise|day job"
        r"|experience)\b",
    ),
    "date": _any_of(
        rf"\bwhen (?:was|is|were) {_IT}(?: \w+)? (?:{_PUBLISHED}|from)\b",
        rf"\bwhen did {_IT} (?:come out|go up|appear|go online|run)\b",
        rf"\bwhen did (?:{_WRITER}|he|she) (?:write|publish|post) {_IT}\b",
        r"\b(?:publication|publishing) date\b",
        rf"\bdate of (?:publication|{_IT})\b",
        rf"\bwhat (?:time|day|date|year|month)\b.{{0,30}}\b(?:{_PUBLISHED}|go(?:es)? up|went up|c[oa]me out)\b",
        rf"\bwhat (?:date|year|month) is {_IT}\b",
        rf"\bwhat(?:'s| is) the date (?:of|on) {_IT}\b",
        rf"\bhow (?:old|recent) is {_IT}\b",
        r"^\W*date\?*$",
        r"\b(?:and|&|,)\s+(?:when|(?:the |its )?date|on (?:what|which) (?:day|date))(?: was (?:it|that|this))?"
        rf"(?: {_PUBLISHED})?(?: (?:please|pls))?\W*$",
        rf"^\W*(?:the )?date of {_IT}\b",
    ),
    "title": _any_of(
        rf"^\W*(?:the )?(?:title|headline)(?: of {_IT})?\W*$",
        r"\bwhat(?:'s| is|s) (?:the|its) (?:title|headline)\b",
        rf"\bwhat(?:'s| is) {_IT} called\b",
    ),
    "source": _any_of(
        rf"\b(?:link|url)\b.{{0,20}}\b(?:{_TEXT}|this|it|source|original)\b",
        rf"\b(?:where|on (?:which|what)|in (?:which|what)).{{0,40}}\b(?:was|is|did) {_IT}\b.{{0,20}}"
        rf"\b(?:{_PUBLISHED}|appear|come out|from)\b",
        r"\b(?:which|what) (?:newspaper|website|magazine|outlet|paper|site|blog)\b.{0,40}"
        rf"\b(?:{_PUBLISHED}|appear|ran|run|from|is (?:this|it))\b",
    ),
    "translation": _any_of(
        r"\btranslat(?:ion|ed|or)\b", r"\boriginal (?:language|text)\b", rf"\bwhat language was {_IT}\b.{{0,20}}\bin\b"
    ),
    "length": _any_of(
        rf"\b(?:length|word ?count) of {_IT}\b",
        rf"\bhow long(?:'s|’s|s) {_IT}\b",
        rf"\bhow long (?:will|would|does) (?:it|{_IT}) (?:take|takes) (?:me )?to read\b|\breading time\b",
        rf"\b(?:is|was) {_IT} (?:very |really |that )?(?:long|short)\W*$",
        rf"\bhow (?:long|many (?:words|paragraphs|pages)) (?:is|are|does|has|in) ?(?:there )?(?:in )?{_IT}\b",
        rf"\bhow many (?:words|paragraphs)\b.{{0,30}}\b(?:{_TEXT}|it|this|long)\b",
        r"\bword count\b",
    ),
    "genre": _any_of(
        rf"\b(?:is|was) {_IT}(?: just| really| even)? (?:an? )?(?:news|opinion|op-?ed|fact|editorial|satire"
        rf"|report)\b",
        r"\bnews\b.{0,12}\bor\b.{0,25}\bopinions?\b",
        r"\bopinion or (?:news|fact)\b",
        r"\b(?:news|fact)s?\b.{0,20}\bor (?:just |only |is it )*(?:his|her|their|someone'?s?|an?"
        r"|the author'?s?)? ?opinions?\b",
        rf"\bwhat (?:kind|sort|type) of (?:{_TEXT}|writing) is (?:this|it|that)\b",
        rf"\bis (?:this|it|{_IT}) (?:biased|objective|neutral|propaganda)\b",
    ),
    "topic": _any_of(
        rf"\bwhat(?:'s| is|s| are)? (?:that|{_ANY})(?: whole)?(?: {_TEXT})? "
        r"(?:even |actually |really |all |mainly |basically )*about\b",
        rf"\bwhat(?:'s| is) the (?:topic|subject)(?: of {_IT})?\s*\?*$",
        rf"\b(?:topic|subject) of {_IT}\b",
        rf"\bwhat does {_IT} (?:talk about|cover|deal with)\b",
    ),
    "thesis": _any_of(
        r"\b(?:main|central|key|core|overall|principal|basic) "
        r"(?:thesis|points?|arguments?|ideas?|claims?|message|takeaways?|thrust|contention|conclusion)\b",
        r"\b(?:thesis|gist|bottom line)\b",
        r"\bin (?:one|a) (?:line|sentence|nutshell)\b",
        rf"\bwhat(?:'s| is) (?:{_WRITER}|he|she|{_IT}) (?:trying to say|getting at|arguing)\b",
        r"\bwhat(?:'s| is) (?:the|his|her|their) point\s*\?*$",
        rf"\bwhat does (?:{_WRITER}|he|she|{_IT}) (?:mainly )?(?:argue|want to say)\s*\?*$",
    ),
    "summary": _any_of(
        r"\btl;?\s?dr\b",
        r"\bsum(?:s|med)?(?: \w+)? up\b",
        r"\bsumm?ar(?:y|i[sz]e[sd]?)\b",
        r"\btoo long\b.{0,20}\bread\b",
        r"\bcan'?t read (?:it |this )?all\b",
        r"\brecap\b",
        r"\boverview\b",
        r"\b(?:quick|short) version\b",
    ),
    "ending": _any_of(
        rf"\bhow does (?:he|she|{_WRITER}|{_IT})(?: \w+)? (?:end|conclude|wrap|finish|close|sum)\b",
        r"\b(?:final|closing|last|concluding) "
        r"(?:point|line|word|sentence|thought|remark|argument|message|paragraph)s?\b",
        r"\bwraps? (?:it|this|things) up\b",
        rf"\bhow {_IT} ends\b",
        r"\bwhat(?:'s| is) (?:the|his|her|their) conclusion\b",
        r"\bends? on\b.{0,20}\bnote\b",
        rf"\bon what note does (?:he|she|{_WRITER}|{_IT}) end\b",
    ),
}

# How many words of its own a question may have beside an aspect; the broad ones are too easily asked of something else.
# Who wrote a text, when, and in what language is hardly ever asked of anything else, once the words fit.
_OWN_SUBJECT: dict[Aspect, int] = {
    "topic": 0, "thesis": 0, "summary": 0, "ending": 0, "genre": 1, "affiliation": 4, "translation": 4, "author": 3,
}  # fmt: skip

# Words that may stand around such a question without giving it a subject of its own.
_FILLER = frozenset(
    terms(
        "article text piece author writer please pls thanks hi hello hey dear bot tell give want know read quick"
        " explain think question different ok okay say says said one two go went day time write written sorry just get"
        " guy woman man person anyway whats stuff subject some plz pls lol thx thanks omg dis u ur so btw actually"
    )
)


# Reasons and lists: one sentence seldom holds them all.
_SEVERAL = _any_of(
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

_GOES_ON = _any_of(
    r"^\W*(?:and|but|so|or|then|also|really|ok(?:ay)?|what about|how about|why not|since when|says who|no)\b"
)
_POINTS_BACK = _any_of(
    r"\b(?:it|its|they|them|their|theirs|that|this|these|those|there|then|such|ones?|same|else|others?|too|instead"
    r"|either)\b"
)
_SOMEBODY_KNOWN = _any_of(rf"\b(?:he|she|him|her|his|hers)\b|\b(?:the|this|that) {_SOMEBODY}\b")
# A question of so few words seldom stands by itself.
_FEW = 2


def aspects(question: str) -> tuple[Aspect, ...]:
    """What is asked about the text itself; nothing where the question has a subject of its own besides."""
    question = " ".join(question.split())
    rest = question
    for pattern in _ASPECTS.values():
        rest = pattern.sub(" ", rest)
    subject = len(set(terms(rest)) - _FILLER)
    found = tuple(aspect for aspect, pattern in _ASPECTS.items() if pattern.search(question))
    return tuple(aspect for aspect in found if subject <= _OWN_SUBJECT.get(aspect, 2))


def subject(question: str) -> str:
    """What a question wants the author's word on, as in "what does he say about SUBJECT"; "" for other questions."""
    match = _SUBJECT.search(question)
    return match.group(1) if match else ""


def asks_for_several(question: str) -> bool:
    """Whether a question asks for reasons or a list."""
    return bool(_SEVERAL.search(question))


def leaning(question: str, content: int) -> float:
    """How far a question needs the one before it to be understood, 0 (not at all) to 1.

    content: how many words of its own it has. "he" often means the author and leans less than "it" does.
    """
    if content == 0:
        return 1.0
    if _POINTS_BACK.search(question):
        return 1.0 if content <= 3 else 0.6
    if _GOES_ON.search(question):
        return 0.6
    return 0.4 if _SOMEBODY_KNOWN.search(question) or content <= _FEW else 0.0
