"""Recognise questions about the text itself: its author, date, source, length, topic, summary. No I/O."""

import re
from typing import Literal

from index.text.words import terms

Aspect = Literal[
    "author", "affiliation", "date", "title", "source", "translation",
    "length", "genre", "topic", "thesis", "summary", "ending",
]  # fmt: skip


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Compile alternative regular expressions into one that ignores case."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


_TEXT = r"(?:article|piece|text|essay|column|op-?ed|editorial|paper|post|letter|story|thing)"
_NAMED = rf"(?:the|this|that|his|her|their|your)\s+(?:\w+\s+)?{_TEXT}"
_ANY = rf"(?:this|it|{_NAMED})"
# "the letter to the mayor" is not the article.
_IT = rf"(?:this|it|{_NAMED}\b(?!\s+(?:to|from|of|about|for|against|that|which|who|by|on)\b))"
_WRITER = r"(?:the\s+)?(?:author|writer|columnist)"
SOMEBODY = r"(?:guy|woman|man|person|dude|lady|bloke|journalist)"
_PUBLISHED = r"(?:written|published|posted|printed|put up|uploaded|released)"

# "it" and "this" mean the text only where the verb leaves no doubt.
_ASPECTS: dict[Aspect, re.Pattern[str]] = {
    "author": any_of(
        rf"\bwho(?:'s| is|s| was)? (?:wrote|written|writing|writes|authored|penned) (?:all )?(?:that|{_IT})\b",
        rf"\bwho(?:'s| is|s) {_WRITER}\b",
        r"\bwho(?:'s| is| was) (?:this|it|that) (?:written )?by\b",
        rf"\bname of (?:{_WRITER}|the {SOMEBODY} who wrote)",
        rf"{_WRITER}(?:'s)? name\b",
        rf"\bby whom (?:is|was) {_IT}",
        rf"\bwhose (?:{_TEXT}|byline)\b",
        r"^\s*(?:author|by whom?)\s*\?*$",
        # The second half of a question: "when was it published and by whom".
        rf"\b(?:and|&|,)\s+(?:by )?(?:whom?|(?:the |whos? (?:is )?(?:the )?)?{_WRITER})(?: (?:please|pls))?\W*$",
    ),
    "affiliation": any_of(
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
        rf"\b{SOMEBODY}(?:'?s)? (?:background|job|profession)\b",
        r"^\W*who (?:is|are) (?:he|she)(?: (?:anyway|again|exactly|then|really|even))?\W*$",
        rf"^\W*who(?:'s| is|s) (?:this|that|the) {SOMEBODY}\b",
        r"\bis the person writing\b",
        rf"\b(?:is|was|does|has) (?:this|that|the) {SOMEBODY} (?:even |just |really |also |actually )*(?:an?|some"
        rf"|have|know|qualified)\b",
        rf"\b(?:does|has|did) (?:{_WRITER}|(?:this|that|the) {SOMEBODY}) (?:even |really |actually )*(?:have|had"
        rf"|got) (?:any|a|some) "
        r"(?:links?|ties?|connections?|experience|expertise|stake|training|degree|qualifications?)\b",
        r"\b(?:any|what) (?:links?|ties|connections?|experience|expertise) (?:does|has) (?:he|she)\b",
        rf"\bwho is (?:he|she|{_WRITER})\b(?= (?:and|,|-))|^\W*is (?:he|she) (?:even|just|only) (?:an?|some)\b",
        r"\bwhat(?:'s| is|s) (?:his|her|their) (?:\w+ )?(?:background|job|profession|credentials|expertise|day job"
        r"|experience)\b",
    ),
    "date": any_of(
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
    "title": any_of(
        rf"^\W*(?:the )?(?:title|headline)(?: of {_IT})?\W*$",
        r"\bwhat(?:'s| is|s) (?:the|its) (?:title|headline)\b",
        rf"\bwhat(?:'s| is) {_IT} called\b",
    ),
    "source": any_of(
        rf"\b(?:link|url)\b.{{0,20}}\b(?:{_TEXT}|this|it|source|original)\b",
        rf"\b(?:where|on (?:which|what)|in (?:which|what)).{{0,40}}\b(?:was|is|did) {_IT}\b.{{0,20}}"
        rf"\b(?:{_PUBLISHED}|appear|come out|from)\b",
        r"\b(?:which|what) (?:newspaper|website|magazine|outlet|paper|site|blog)\b.{0,40}"
        rf"\b(?:{_PUBLISHED}|appear|ran|run|from|is (?:this|it))\b",
    ),
    "translation": any_of(
        r"\btranslat(?:ion|ed|or)\b", r"\boriginal (?:language|text)\b", rf"\bwhat language was {_IT}\b.{{0,20}}\bin\b"
    ),
    "length": any_of(
        rf"\b(?:length|word ?count) of {_IT}\b",
        rf"\bhow long(?:'s|’s|s) {_IT}\b",
        rf"\bhow long (?:will|would|does) (?:it|{_IT}) (?:take|takes) (?:me )?to read\b|\breading time\b",
        rf"\b(?:is|was) {_IT} (?:very |really |that )?(?:long|short)\W*$",
        rf"\bhow (?:long|many (?:words|paragraphs|pages)) (?:is|are|does|has|in) ?(?:there )?(?:in )?{_IT}\b",
        rf"\bhow many (?:words|paragraphs)\b.{{0,30}}\b(?:{_TEXT}|it|this|long)\b",
        r"\bword count\b",
    ),
    "genre": any_of(
        rf"\b(?:is|was) {_IT}(?: just| really| even)? (?:an? )?(?:news|opinion|op-?ed|fact|editorial|satire"
        rf"|report)\b",
        r"\bnews\b.{0,12}\bor\b.{0,25}\bopinions?\b",
        r"\bopinion or (?:news|fact)\b",
        r"\b(?:news|fact)s?\b.{0,20}\bor (?:just |only |is it )*(?:his|her|their|someone'?s?|an?"
        r"|the author'?s?)? ?opinions?\b",
        rf"\bwhat (?:kind|sort|type) of (?:{_TEXT}|writing) is (?:this|it|that)\b",
        rf"\bis (?:this|it|{_IT}) (?:biased|objective|neutral|propaganda)\b",
    ),
    "topic": any_of(
        rf"\bwhat(?:'s| is|s| are)? (?:that|{_ANY})(?: whole)?(?: {_TEXT})? "
        r"(?:even |actually |really |all |mainly |basically )*about\b",
        rf"\bwhat(?:'s| is) the (?:topic|subject)(?: of {_IT})?\s*\?*$",
        rf"\b(?:topic|subject) of {_IT}\b",
        rf"\bwhat does {_IT} (?:talk about|cover|deal with)\b",
    ),
    "thesis": any_of(
        r"\b(?:main|central|key|core|overall|principal|basic) "
        r"(?:thesis|points?|arguments?|ideas?|claims?|message|takeaways?|thrust|contention|conclusion)\b",
        r"\b(?:thesis|gist|bottom line)\b",
        r"\bin (?:one|a) (?:line|sentence|nutshell)\b",
        rf"\bwhat(?:'s| is) (?:{_WRITER}|he|she|{_IT}) (?:trying to say|getting at|arguing)\b",
        r"\bwhat(?:'s| is) (?:the|his|her|their) point\s*\?*$",
        rf"\bwhat does (?:{_WRITER}|he|she|{_IT}) (?:mainly )?(?:argue|want to say)\s*\?*$",
    ),
    "summary": any_of(
        r"\btl;?\s?dr\b",
        r"\bsum(?:s|med)?(?: \w+)? up\b",
        r"\bsumm?ar(?:y|i[sz]e[sd]?)\b",
        r"\btoo long\b.{0,20}\bread\b",
        r"\bcan'?t read (?:it |this )?all\b",
        r"\brecap\b",
        r"\boverview\b",
        r"\b(?:quick|short) version\b",
    ),
    "ending": any_of(
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

# The most other content words of a question about an aspect, by default 2. Broad aspects are easily asked of something
# else; author, affiliation and translation hardly ever.
_MAX_OTHER_TERMS: dict[Aspect, int] = {
    "topic": 0, "thesis": 0, "summary": 0, "ending": 0, "genre": 1, "affiliation": 4, "translation": 4, "author": 3,
}  # fmt: skip

# Words that give a question no subject of its own.
_FILLER = frozenset(
    terms(
        "article text piece author writer please pls thanks hi hello hey dear bot tell give want know read quick"
        " explain think question different ok okay say says said one two go went day time write written sorry just get"
        " guy woman man person anyway whats stuff subject some plz pls lol thx thanks omg dis u ur so btw actually"
    )
)


def find_aspects(question: str) -> tuple[Aspect, ...]:
    """Find the aspects of the text that a question asks about; none if it is about another subject."""
    question = " ".join(question.split())
    rest = question
    for pattern in _ASPECTS.values():
        rest = pattern.sub(" ", rest)
    other_terms = len(set(terms(rest)) - _FILLER)
    found = tuple(aspect for aspect, pattern in _ASPECTS.items() if pattern.search(question))
    return tuple(aspect for aspect in found if other_terms <= _MAX_OTHER_TERMS.get(aspect, 2))
