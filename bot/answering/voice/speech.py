"""Who says something in a sentence, and how it is brought in: verbs of saying with their subjects. Pure."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from bot.answering.voice.grammar import (
    ADVERBS,
    AUXILIARIES,
    BE,
    DEFINITE,
    DETERMINERS,
    EXPLAINING,
    HABITS,
    INDEFINITE,
    LIGHT,
    NOBODY,
    NOT,
    NOUNS,
    NUMBERS,
    OBJECTS,
    PARTICLES,
    PREPOSITIONS,
    RELATIVES,
    SELF,
    SUPPOSED,
    THIRD,
    VERBS,
    WITH_THAT,
    Group,
)
from bot.answering.voice.mentions import Mention, from_head, is_common, last_place, mention, owns

Complement = Literal["that", "quote", "colon", "aside", "bare", "none"]

# What stands for a quotation in a masked sentence.
QUOTED = "\N{LEFT DOUBLE ANGLE BRACKET}"


class Report(NamedTuple):
    """A verb of saying, or what does its work: who says it, and what follows.

    heard: it is said to the author. place: the token it stands at.
    """

    source: Mention
    group: Group | Literal["according", "passive", "is said to", "author is told", "usual saying"]
    complement: Complement
    negated: bool
    place: int
    heard: bool = False


_TOKEN = re.compile(
    rf"{QUOTED}|(?:[^\W\d_]\.)+(?=\s)|(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Sen)\.|[^\W_]+(?:[’'.\-–/,][^\W_]+)*[’']?|[^\w\s]"
)


# What is passed on without a verb of saying that has a subject.
_HEARSAY: dict[Literal["it is said", "is said to", "author is told", "usual saying"], re.Pattern[str]] = {
    "it is said": re.compile(
        r"\bit (?:is|was|has been|had been) (?:\w+ly |also |often |sometimes )?"
        r"(?:said|reported|claimed|alleged|announced|hinted|rumoured|objected|leaked|suggested|argued|believed)\b"
        r"|\b(?:rumou?r|hint|suggestion|allegation|claim|report)s? (?:was|were|is|are|has been|have been) "
        r"(?:voiced|made|published|heard|circulated|spread|reported)\b|\breportedly\b",
        re.IGNORECASE,
    ),
    "is said to": re.compile(
        r"\b(?:is|are|was|were) (?:\w+ly |also |often )?(?:said|reported|rumoured|alleged|believed|accused)(?: to"
        r"| of)\b"
        r"|\brumou?rs? (?:has it|have it|that|say|says|of)\b",
        re.IGNORECASE,
    ),
    "author is told": re.compile(
        r"\b(?:I|we) (?:am|are|was|were|have been|had been) (?:told|informed|assured)\b|\b(?:I|one|we) hears?\b"
        r"|\bthey (?:tell|told) (?:us|me)\b",
        re.IGNORECASE,
    ),
    "usual saying": re.compile(
        r"\bthe (?:usual|common|standard|obvious|other|official) (?:reply|answer|objection|argument|defence"
        r"|defense|case"
        r"|complaint|explanation|excuse|line|view) (?:is|was|goes|runs)\b"
        r"|\b(?:so )?the (?:\w+ )?(?:argument|theory|story|thinking|logic|reasoning|saying|legend) (?:goes|runs"
        r"|has it)\b"
        r"|\b(?:some|many) would (?:have us believe|say|argue|object)\b",
        re.IGNORECASE,
    ),
}


_ACCORDING = re.compile(
    r"\b(?:[Aa]ccording to|[Ii]n the (?:words?|view|opinion|phrase) of|[Aa]s quoted by|(?:objection|argument"
    r"|figures?|estimate|number|claim|reply|answer|idea)s? (?:comes?|came) from)\s+"
    r"(?P<who>[^,.;:]+(?:,\s+(?:the |an? )?[^\W\d_a-z][^,.;:]*)?)"
    r"|\b(?:[Bb]y|[Ii]n|[Oo]n|[Ff]or)\s+(?P<owner>(?:the|its|their|his|her"
    r"|my)?\s*[\w’' .\-]{2,50}?)[’']s?\s+(?:own\s+)?"
    r"(?:reckoning|words?|view|opinion|account|estimates?|count|figures?|forecasts?|telling|phrase|calculations?"
    r"|version"
    r"|judge?ment|report)\b"
    r"|\b(?P<holder>(?:[Tt]he|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[A-Z])[\w’' .\-]{0,40}?)[’']s\s+(?:own\s+)?(?:\w+\s+)?"
    r"(?:answer|argument|reply|claim|estimate|objection|complaint|case|position|defence|defense|theory|explanation"
    r"|response|forecast|figure|calculation|line|warning|point|view|opinion|thesis|belief|message|advice|verdict"
    r"|contention|fear|hope|plea|worry|promise|excuse|conclusion|retort)\s+(?:is|was|were|are|has been|goes|runs)\b"
)


_BY = re.compile(
    r"\b(?:put|told|given|said|made|described|called|quoted|explained|confirmed|dismissed|summed up|written"
    r"|offered)\b"
    r"(?:\s+(?:to|it|this|that|me|us|as|up))*[^.;:,]{0,40}?\bby\s+"
    r"(?P<who>[^,.;:]+(?:,\s+(?:the |an? )?[^\W\d_a-z][^,.;:]*)?)"
)


def tokens(masked: str) -> list[str]:
    """The words and marks of a sentence whose quotations are masked."""
    return _TOKEN.findall(masked)


def reports(masked: str) -> list[Report]:
    """Every saying in a sentence, in order, those without a verb first."""
    found = [
        Report(mention(tokens(match[group])), "according", "none", negated=False, place=0)
        for match in _ACCORDING.finditer(masked)
        for group in ("who", "owner", "holder")
        if match[group]
    ]
    found += [
        Report(mention(tokens(match["who"])), "passive", "none", negated=False, place=0)
        for match in _BY.finditer(masked)
    ]
    found += [
        # "It was reported that" is a verb of saying with its clause; only its subject is missing.
        Report(Mention("", "indefinite", ""), "say", "that", negated=False, place=0)
        if kind == "it is said"
        else Report(Mention("", "indefinite", ""), kind, "none", negated=False, place=0)
        for kind, pattern in _HEARSAY.items()
        if pattern.search(masked)
    ]
    words = tokens(masked)
    for place, word in enumerate(words):
        group = VERBS.get(word if place else word.lower())
        report = _report(words, place, group) if group is not None else _unheard(words, place)
        if report is not None:
            found.append(report)
    return found


def _report(words: Sequence[str], place: int, group: Group) -> Report | None:
    complement = _complement(words, place)
    left, negated, passive = _before(words, place)
    if left >= 0 and words[left].lower() == "to":
        if left == 0 or words[left - 1].lower() not in HABITS:
            return None
        left, negated, passive = _before(words, left - 1)
    verb = words[place].lower()
    if passive and not (verb in WITH_THAT and group == "think"):
        return None
    if (verb in WITH_THAT and words[place + 1 : place + 2] != ["that"]) or (verb in LIGHT and _is_noun(words, place)):
        return None
    heard = any(word.lower() in ("me", "us") for word in words[place + 1 : place + 4])
    if group == "say" and _inverted(words, place, left):
        source = mention(_until(words, place + 1))
        if source.subject not in ("none", "own"):
            return Report(source, group, "aside", negated, place, heard)
    determined = place > 0 and (words[place - 1].lower() in DETERMINERS or owns(words[place - 1]))
    if (words[place].lower() in NOUNS and determined) or (complement in ("bare", "none") and _is_noun(words, place)):
        return None
    if verb in EXPLAINING and complement in ("bare", "none"):
        return None
    source = _subject(words, left)
    if left >= 0 and complement in ("bare", "none") and _is_aside(words, left, source):
        complement = "aside"
    return Report(source, group, complement, negated or source.word in NOBODY, place, heard)


def _unheard(words: Sequence[str], place: int) -> Report | None:
    """A verb that is in no list, where somebody named or a pronoun has it and "that" or a quotation follows."""
    word, following = words[place], words[place + 1 : place + 3]
    if not place or not word.islower() or not word.endswith(("s", "ed")) or len(word) < 4 or word in AUXILIARIES:
        return None
    if words[place - 1] == QUOTED and following and following[0][0].isupper():
        source = mention(_until(words, place + 1))
        return Report(source, "say", "aside", negated=False, place=place) if source.subject == "named" else None
    if following[:1] != ["that"] and QUOTED not in following[: 1 + (following[:1] in ([","], [":"]))]:
        return None
    left, negated, passive = _before(words, place)
    if passive or left < 0 or words[left].lower() in DETERMINERS | PREPOSITIONS | {"to"}:
        return None
    source = _subject(words, left)
    complement: Complement = "that" if following[0] == "that" else "quote"
    return Report(source, "say", complement, negated, place) if source.subject in ("named", "pronoun") else None


def _is_noun(words: Sequence[str], place: int) -> bool:
    """Whether a form that is a noun as often as a verb has nothing after it that only a verb would have."""
    verb = words[place].lower()
    following = [word.lower() for word in words[place + 1 : place + 9]]
    if verb in LIGHT:
        return not LIGHT[verb] & set(following)
    if verb not in NOUNS:
        return False
    before = words[place - 1].lower() if place else ""
    if not following or before in DEFINITE | INDEFINITE | PREPOSITIONS or before.endswith(("’s", "'s")):
        return True
    return not (
        following[0] in DEFINITE | INDEFINITE | NUMBERS | {"him", "her", "them", "me", "us", "it"}
        or following[0][0].isdigit()
    )


def _before(words: Sequence[str], place: int) -> tuple[int, bool, bool]:
    """Where the subject ends before a verb; whether the verb is denied, and whether it is passive."""
    negated = passive = False
    at = place - 1
    while at >= 0:
        word = words[at].lower()
        if word in NOT or word in SUPPOSED:
            negated = True
        elif word in AUXILIARIES:
            passive = passive or (word in BE and words[place].lower().endswith(("ed", "told", "said", "put", "held")))
        elif not (word in ADVERBS or (word.endswith("ly") and len(word) > 4)):
            break
        at -= 1
    return at, negated, passive


def _inverted(words: Sequence[str], place: int, left: int) -> bool:
    """Whether a verb's subject comes after it, as in "…, says the board"."""
    behind = words[left] if left >= 0 else ""
    following = words[place + 1] if place + 1 < len(words) else "."
    if left != place - 1 or behind not in (",", QUOTED, "?", "!", "–", "—"):
        return False
    if not (following[0].isupper() or following.lower() in INDEFINITE | DEFINITE | {"to"}):
        return False
    if following.lower() in (SELF - {"one"}) | {"that", "this"}:
        return False
    if behind == "," and _complement(words, place) not in ("none", "bare"):
        return False
    # "The bishop, a Dane, said the law was bad": what comes after is a clause, not a subject.
    subject = _until(words, place + 1)
    cut = next((at for at, word in enumerate(subject) if word.lower() in RELATIVES), len(subject))
    return not any(word.lower() in AUXILIARIES for word in subject[:cut])


def _until(words: Sequence[str], start: int) -> list[str]:
    """The words up to a mark, with a name that a comma adds to them; "said to me one of them" starts at "one"."""
    while start < len(words) and words[start].lower() in ("to", "me", "us", "him", "her", "simply"):
        start += 1
    end = start
    while end < len(words) and (words[end][0].isalnum() or (words[end] == "," and words[end + 1 : end + 2])):
        if words[end] == "," and not words[end + 1][0].isupper():
            break
        end += 1
    return list(words[start:end])


def _complement(words: Sequence[str], place: int) -> Complement:
    """What is said: a clause with "that", a quotation, what a colon announces, or no more than words."""
    for at in range(place + 1, min(place + 14, len(words))):
        word = words[at].lower()
        if word == QUOTED.lower():
            return "quote"
        if word == "that":
            return "that"
        if word == ":":
            return "colon"
        if word in (";", ".", "?", "!"):
            break
        if word == "," and words[at + 1 : at + 2] not in ([QUOTED], ["that"]):
            break
    return "bare" if place + 1 < len(words) and words[place + 1][0].isalnum() else "none"


def _is_aside(words: Sequence[str], left: int, source: Mention) -> bool:
    """Whether subject and verb are set off from what is said: "The toll, she says, …"."""
    first = max(0, left - len(source.word.split()) + 1)
    return first > 0 and words[first - 1] in (",", QUOTED, "–", "—", "?", "!")


def _subject(words: Sequence[str], left: int) -> Mention:
    """The subject that ends at a place: a pronoun, or the phrase before it with what commas put between."""
    if left < 0:
        return Mention("", "none", "")
    word = words[left].lower()
    if word in SELF and not (word == "one" and left and words[left - 1].lower() in DEFINITE):
        return Mention("", "own", word)
    if word in THIRD - RELATIVES - OBJECTS:
        return Mention("", "pronoun", word)
    start = left
    while start >= 0 and left - start < 45:
        at = words[start]
        if at in (";", ":", "—", "–", QUOTED, "?", "!", "."):
            break
        said = at.lower() == "that" and words[left] != "," and words[start - 1].lower() in VERBS
        if start < left and (at.lower() == "but" or said):
            break
        start -= 1
    phrase = list(words[start + 1 : left + 1])
    if word in RELATIVES:
        return _before_relative(phrase[:-1])
    if words[left] != "," and "," in phrase:
        # What a comma sets off before the subject is no part of it, unless the subject itself is set off so.
        own = phrase[last_place(phrase, ",") + 1 :]
        return mention(from_head(own))
    return mention(from_head(phrase))


def _before_relative(phrase: list[str]) -> Mention:
    """Whom "who" takes up: the name or the noun phrase right before it."""
    while phrase and phrase[-1] == ",":
        phrase = phrase[:-1]
    at = len(phrase)
    while at and (phrase[at - 1][0].isupper() or (phrase[at - 1] in PARTICLES and at < len(phrase))):
        at -= 1
    if at < len(phrase):
        run = phrase[at:]
        hung = at > 0 and phrase[at - 1].lower() in PREPOSITIONS and len(run) == 1
        if not hung and not is_common(run[0], run[1:2]) and run[0] != "I":
            return Mention(" ".join(run), "named", " ".join(run))
    segment = phrase[last_place(phrase, ",") + 1 :]
    for start in range(len(segment) - 1, -1, -1):
        if segment[start].lower() in INDEFINITE | DEFINITE and (
            start == 0 or segment[start - 1].lower() not in PREPOSITIONS
        ):
            return mention(segment[start:])
    return mention(from_head(segment))
