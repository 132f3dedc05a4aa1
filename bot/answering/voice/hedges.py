"""Hedges: words by which an author expresses doubt, guesses, or predicts. No I/O."""

import re

_HEDGES: dict[str, re.Pattern[str]] = {
    "own belief": re.compile(
        r"\b(?:I|we) (?:\w+ly |still |rather |do |should |would )?(?:think|believe|suspect|guess|suppose|fear"
        r"|expect|hope"
        r"|imagine|assume|reckon)\b(?! (?:in|of|about|no|less|more)\b)|\b(?:I|we) am inclined\b"
        r"|\bI dare ?say\b|\bone (?:suspects|fears|imagines|supposes|wonders)\b|\btempted to (?:think|say|believe)\b",
        re.IGNORECASE,
    ),
    "own disbelief": re.compile(
        r"\b(?:I|we) (?:do|did|can)(?: not|n[’']t|not) (?:believe|think|expect|suppose|imagine|see|know)\b",
        re.IGNORECASE,
    ),
    "should": re.compile(r"\b(?:should|must|ought)\b"),
    "may not": re.compile(r"\b(?:may|might) not\b"),
    "own doubt": re.compile(
        r"\b(?:I|we) (?:\w+ )?(?:doubt|wonder)\b|\b(?:I am|I'm|I’m|we are|am I) (?:\w+ )?(?:not (?:\w+ )?(?:sure"
        r"|certain|optimistic|convinced)"
        r"|doubtful|sceptical|skeptical|unsure|afraid)\b|\b(?:I|we) (?:may|might|could) (?:well )?be (?:wrong"
        r"|mistaken)\b"
        r"|\b(?:I am|we are) (?:wrong|mistaken)\b"
        r"|\bnot holding (?:my|our) breath\b|\b(?:hard|difficult|too early|impossible) to (?:say|tell|know|predict)\b"
        r"|\bremains to be seen\b|\btime will tell\b|\bwho knows\b|\banyone[’']s guess\b|\bno guarantee\b"
        r"|\bcannot be (?:sure|certain)\b",
        re.IGNORECASE,
    ),
    "not excluded": re.compile(
        r"\b(?:would|do|can|could|should)(?: not|n[’']t|not) (?:\w+ )?(?:rule|exclude|bet|swear"
        r"|be (?:\w+ )?(?:surprised|astonished"
        r"|amazed|shocked)|surprise (?:me|us|anyone))\b|\bcannot (?:\w+ )?(?:rule|exclude|be (?:ruled|excluded))\b"
        r"|\bnot (?:be )?(?:impossible|excluded|out of the question|inconceivable|unthinkable|ruled out)\b"
        r"|\bnot \w+ impossible\b|\bI would (?:\w+ )?bet\b|\bless surprised\b",
        re.IGNORECASE,
    ),
    "guess": re.compile(
        r"\b(?:my|our) (?:\w+ )?(?:guess|estimate|expectation|hunch|bet|suspicion|impression|forecast|prediction"
        r"|hope|fear"
        r"|suspicions)\b|\bI[’']d (?:\w+ )?(?:guess|say|bet|wager|expect)\b|\b(?:I|we) (?:would|should"
        r"|will) (?:\w+ )?"
        r"(?:guess|wager|expect|bet|predict|imagine)\b|\b(?:an educated guess|if I had to guess)\b",
        re.IGNORECASE,
    ),
    "adverb": re.compile(
        r"\b(?:perhaps|maybe|probably|possibly|potentially|hopefully|not necessarily|with luck|presumably"
        r"|conceivably|arguably|plausibly|almost certainly"
        r"|in all (?:likelihood|probability)|likelier|likeliest|rather no|rather yes)\b",
        re.IGNORECASE,
    ),
    "doubted": re.compile(
        r"\b(?:allegedly|supposedly|purportedly|reportedly|ostensibly|apparently|seemingly|alleged)\b",
        re.IGNORECASE,
    ),
    "likely": re.compile(
        r"\b(?:likely|unlikely|likelihood|probable|improbable|uncertain|unclear|not certain|doubtful|potential to"
        r"|a risk)\b"
        r"|\b(?:is|was|be|it|even) (?:\w+ )?possible\b|\bpossible\b(?=,? (?:that|even|by))|\bthink it possible\b"
        r"|\b(?:the )?odds (?:are|is)\b|\bthe odds\b|\ba (?:fair |good |real )?chance\b|\bchances are\b",
        re.IGNORECASE,
    ),
    "seems": re.compile(
        r"\bseem(?:s|ed|ing)?\b|\bappears? (?:to|that)\b|\blooks? (?:as if|as though|like|set to|to be)\b"
        r"|\btends? to\b"
        r"|\bit would appear\b|\bto all appearances\b",
        re.IGNORECASE,
    ),
    "may": re.compile(r"\b(?:may|might)\b(?! not\b)(?! (?:not )?be (?:\w+ed|seen|said|found|made|known|shown)\b)"),
    "could": re.compile(r"\bcould(?:n[’']t)?\b"),
    "own view": re.compile(
        r"\b(?:in|to) (?:my|our) (?:\w+ )?(?:view|opinion|judge?ment|estimate|mind|knowledge|reckoning|reading)\b"
        r"|\bas far as (?:I|we) (?:know|can)\b|\bit seems to me\b|\bif I am right\b|\bon a fair reading\b"
        r"|\bhold (?:that|this) view loosely\b",
        re.IGNORECASE,
    ),
    "about": re.compile(r"\b(?:roughly|in about|by about|rough|at most|or so|give or take|some \d)\b", re.IGNORECASE),
    "will": re.compile(r"\b(?:will|shall|won[’']t|[’']ll)\b"),
    "would": re.compile(r"\b(?:would|wouldn[’']t)\b"),
    "to come": re.compile(
        r"\b(?:by|before|until|in|after) (?:\w+ ){0,3}?(?:(?:spring|summer|autumn|winter|election|years?"
        r"|months?)\b|20[2-9]\d\b)"
        r"|\bone (?:day|morning)\b|\bsooner or later\b|\bin the end\b|\beventually\b",
        re.IGNORECASE,
    ),
    "often": re.compile(
        r"\b(?:often|usually|in part|partly|mostly|to some extent|somewhat|sometimes)\b", re.IGNORECASE
    ),
}
# Kinds that often accompany a hedge but are none by themselves.
_WEAK = frozenset(("will", "would", "to come", "about", "often", "could", "should", "may not", "own disbelief"))


def find_hedges(sentence: str) -> set[str]:
    """Find the kinds of hedge in a sentence whose quotations are masked.

    Returns:
        Names of hedge features; "hedged" and "hedged twice" are added for one and for several clear kinds.
    """
    kinds = {name for name, pattern in _HEDGES.items() if pattern.search(sentence)}
    clear = kinds - _WEAK
    if clear:
        kinds.add("hedged")
    if len(clear) > 1:
        kinds.add("hedged twice")
    if "will" in kinds and "to come" in kinds:
        kinds.add("will come")
    return kinds
