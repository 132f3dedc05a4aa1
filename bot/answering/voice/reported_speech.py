"""Reported speech in one sentence: reporting verbs, their subjects and complements, and "according to". No I/O."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from bot.answering.voice.grammar import (
    ADVERBS,
    AUXILIARIES,
    DEFINITE,
    DETERMINERS,
    EXPLAINING_VERBS,
    FINDING_AND_SAYING,
    FIRST_PERSON,
    FORMS_OF_BE,
    HABITUAL_VERBS,
    INDEFINITE,
    LIGHT_VERBS,
    MODALS,
    NAME_PARTICLES,
    NEEDS_THAT,
    NEGATIONS,
    NOBODY_WORDS,
    NOUN_FORMS,
    NUMBERS,
    OBJECT_PRONOUNS,
    PREPOSITIONS,
    RELATIVES,
    THIRD_PERSON,
    VERB_GROUPS,
    VerbGroup,
)
from bot.answering.voice.mentions import (
    Mention,
    drop_clause_opening,
    is_common,
    is_possessive,
    last_index,
    parse_mention,
)

Complement = Literal["that", "quote", "colon", "aside", "bare", "none"]

# Stands for a quotation in a masked sentence.
QUOTED = "\N{LEFT DOUBLE ANGLE BRACKET}"


class Report(NamedTuple):
    """One report in a sentence.

    Attributes:
        source: Whoever the subject of the reporting verb mentions.
        group: The group of the verb, or the kind of expression that stands for one.
        complement: What follows or surrounds the verb: a clause with "that", a quotation, a colon; "aside" for
            "…, she says, …"; "bare" for other words.
        negated: The verb is negated or conditional.
        to_author: It was said to the author ("told me").
    """

    source: Mention
    group: VerbGroup | Literal["according", "passive", "is said to", "author is told", "usual saying"]
    complement: Complement
    negated: bool
    to_author: bool = False


_TOKEN = re.compile(
    rf"{QUOTED}|(?:[^\W\d_]\.)+(?=\s)|(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Sen)\.|[^\W_]+(?:[’'.\-–/,][^\W_]+)*[’']?|[^\w\s]"
)


# Reports whose verb has no subject that names a source.
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
    """Split a sentence, its quotations masked, into words and punctuation marks."""
    return _TOKEN.findall(masked)


def find_reports(masked: str) -> list[Report]:
    """Find every report in a sentence whose quotations are masked: those without a verb first, then in text order."""
    found = [
        Report(parse_mention(tokens(match[group])), "according", "none", negated=False)
        for match in _ACCORDING.finditer(masked)
        for group in ("who", "owner", "holder")
        if match[group]
    ]
    found += [
        Report(parse_mention(tokens(match["who"])), "passive", "none", negated=False) for match in _BY.finditer(masked)
    ]
    found += [
        # "It was reported that" is a reporting verb with its clause; only the source is missing.
        Report(Mention("", "indefinite", ""), "say", "that", negated=False)
        if kind == "it is said"
        else Report(Mention("", "indefinite", ""), kind, "none", negated=False)
        for kind, pattern in _HEARSAY.items()
        if pattern.search(masked)
    ]
    words = tokens(masked)
    for verb, word in enumerate(words):
        group = VERB_GROUPS.get(word if verb else word.lower())
        report = _listed_verb(words, verb, group) if group is not None else _unlisted_verb(words, verb)
        if report is not None:
            found.append(report)
    return found


def _listed_verb(words: Sequence[str], at: int, group: VerbGroup) -> Report | None:
    """Read a word of the verb lists, at index `at`, as a report; None if it reports nothing here."""
    complement = _complement(words, at)
    left, negated, passive = _before(words, at)
    if left >= 0 and words[left].lower() == "to":
        if left == 0 or words[left - 1].lower() not in HABITUAL_VERBS:
            return None
        left, negated, passive = _before(words, left - 1)
    verb = words[at].lower()
    if passive and not (verb in NEEDS_THAT and group == "think"):
        return None
    if (verb in NEEDS_THAT and words[at + 1 : at + 2] != ["that"]) or (verb in LIGHT_VERBS and _is_noun(words, at)):
        return None
    to_author = any(word.lower() in ("me", "us") for word in words[at + 1 : at + 4])
    if (group == "say" or verb in FINDING_AND_SAYING) and _is_inverted(words, at, left):
        source = parse_mention(_until_mark(words, at + 1))
        if source.kind not in ("none", "author"):
            return Report(source, "say", "aside", negated, to_author)
    determined = at > 0 and (words[at - 1].lower() in DETERMINERS or is_possessive(words[at - 1]))
    if (verb in NOUN_FORMS and determined) or (complement in ("bare", "none") and _is_noun(words, at)):
        return None
    if verb in EXPLAINING_VERBS and complement in ("bare", "none"):
        return None
    source = _subject(words, left)
    if left >= 0 and complement in ("bare", "none") and _is_aside(words, left, source):
        complement = "aside"
    return Report(source, group, complement, negated or source.phrase in NOBODY_WORDS, to_author)


def _unlisted_verb(words: Sequence[str], at: int) -> Report | None:
    """Read a word that is in no list as a report if its form, its subject and what follows suggest a reporting verb."""
    word, following = words[at], words[at + 1 : at + 3]
    if not at or not word.islower() or not word.endswith(("s", "ed")) or len(word) < 4 or word in AUXILIARIES:
        return None
    if words[at - 1] == QUOTED and following and following[0][0].isupper():
        source = parse_mention(_until_mark(words, at + 1))
        return Report(source, "say", "aside", negated=False) if source.kind == "named" else None
    if following[:1] != ["that"] and QUOTED not in following[: 1 + (following[:1] in ([","], [":"]))]:
        return None
    left, negated, passive = _before(words, at)
    if passive or left < 0 or words[left].lower() in DETERMINERS | PREPOSITIONS | {"to"}:
        return None
    source = _subject(words, left)
    complement: Complement = "that" if following[0] == "that" else "quote"
    return Report(source, "say", complement, negated) if source.kind in ("named", "pronoun") else None


def _is_noun(words: Sequence[str], at: int) -> bool:
    """Whether a form that may be a noun or a verb is a noun, because nothing after it needs a verb."""
    verb = words[at].lower()
    following = [word.lower() for word in words[at + 1 : at + 9]]
    if verb in LIGHT_VERBS:
        return not LIGHT_VERBS[verb] & set(following)
    if verb not in NOUN_FORMS:
        return False
    before = words[at - 1].lower() if at else ""
    if not following or before in DEFINITE | INDEFINITE | PREPOSITIONS or before.endswith(("’s", "'s")):
        return True
    return not (
        following[0] in DEFINITE | INDEFINITE | NUMBERS | {"him", "her", "them", "me", "us", "it"}
        or following[0][0].isdigit()
    )


def _before(words: Sequence[str], verb: int) -> tuple[int, bool, bool]:
    """Return the index where the subject before a verb ends, whether the verb is negated, and whether it is passive."""
    negated = passive = False
    at = verb - 1
    while at >= 0:
        word = words[at].lower()
        if word in NEGATIONS or word in MODALS:
            negated = True
        elif word in AUXILIARIES:
            participle = words[verb].lower().endswith(("ed", "told", "said", "put", "held"))
            passive = passive or (word in FORMS_OF_BE and participle)
        elif not (word in ADVERBS or (word.endswith("ly") and len(word) > 4)):
            break
        at -= 1
    return at, negated, passive


def _is_inverted(words: Sequence[str], verb: int, left: int) -> bool:
    """Whether a verb's subject comes after it, as in "…, says the board"."""
    preceding = words[left] if left >= 0 else ""
    following = words[verb + 1] if verb + 1 < len(words) else "."
    if left != verb - 1 or preceding not in (",", QUOTED, "?", "!", "–", "—"):
        return False
    if not (following[0].isupper() or following.lower() in INDEFINITE | DEFINITE | {"to"}):
        return False
    if following.lower() in (FIRST_PERSON - {"one"}) | {"that", "this"}:
        return False
    if preceding == "," and (_complement(words, verb) not in ("none", "bare") or _closes_apposition(words, left)):
        return False
    # "The bishop, a Dane, said the law was bad": what follows the verb is a clause, not a subject.
    subject = _until_mark(words, verb + 1)
    cut = next((at for at, word in enumerate(subject) if word.lower() in RELATIVES), len(subject))
    return not any(word.lower() in AUXILIARIES for word in subject[:cut])


def _closes_apposition(words: Sequence[str], comma: int) -> bool:
    """Whether a comma ends an apposition to a name, as in "Ann Bell, the mayor, told the board"."""
    other = last_index(words[:comma], ",")
    at = other
    while at > 0 and words[at - 1][0].isupper():
        at -= 1
    return 0 <= at < other and comma - other > 1 and (at == 0 or words[at - 1] in (QUOTED, ",", "–", "—"))


def _until_mark(words: Sequence[str], start: int) -> list[str]:
    """Return the words up to a punctuation mark, over a comma if a name follows it, without a leading "to me"."""
    while start < len(words) and words[start].lower() in ("to", "me", "us", "him", "her", "simply"):
        start += 1
    end = start
    while end < len(words) and (words[end][0].isalnum() or (words[end] == "," and words[end + 1 : end + 2])):
        if words[end] == "," and not words[end + 1][0].isupper():
            break
        end += 1
    return list(words[start:end])


def _complement(words: Sequence[str], verb: int) -> Complement:
    """Classify what follows a verb: a clause with "that", a quotation, a colon, other words, or nothing."""
    for at in range(verb + 1, min(verb + 14, len(words))):
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
    return "bare" if verb + 1 < len(words) and words[verb + 1][0].isalnum() else "none"


def _is_aside(words: Sequence[str], left: int, source: Mention) -> bool:
    """Whether subject and verb are set off from the clause they report: "The toll, she says, …"."""
    first = max(0, left - len(source.phrase.split()) + 1)
    return first > 0 and words[first - 1] in (",", QUOTED, "–", "—", "?", "!")


def _subject(words: Sequence[str], left: int) -> Mention:
    """Parse the subject that ends at index `left`: a pronoun, or the noun phrase with its appositions."""
    if left < 0:
        return Mention("", "none", "")
    word = words[left].lower()
    if word in FIRST_PERSON and not (word == "one" and left and words[left - 1].lower() in DEFINITE):
        return Mention("", "author", word)
    if word in THIRD_PERSON - RELATIVES - OBJECT_PRONOUNS:
        return Mention("", "pronoun", word)
    start = left
    while start >= 0 and left - start < 45:
        at = words[start]
        if at in (";", ":", "—", "–", QUOTED, "?", "!", "."):
            break
        reported_clause = at.lower() == "that" and words[left] != "," and words[start - 1].lower() in VERB_GROUPS
        if start < left and (at.lower() == "but" or reported_clause):
            break
        start -= 1
    phrase = list(words[start + 1 : left + 1])
    if word in RELATIVES:
        return _antecedent(phrase[:-1])
    if words[left] != "," and "," in phrase:
        # What a comma separates from the subject is no part of it, unless the subject itself ends with a comma.
        phrase = phrase[last_index(phrase, ",") + 1 :]
    return parse_mention(drop_clause_opening(phrase))


def _antecedent(phrase: list[str]) -> Mention:
    """Return whom "who" refers to: the name or the noun phrase right before it."""
    while phrase and phrase[-1] == ",":
        phrase = phrase[:-1]
    at = len(phrase)
    while at and (phrase[at - 1][0].isupper() or (phrase[at - 1] in NAME_PARTICLES and at < len(phrase))):
        at -= 1
    if at < len(phrase):
        run = phrase[at:]
        prepositional = at > 0 and phrase[at - 1].lower() in PREPOSITIONS and len(run) == 1
        if not prepositional and not is_common(run[0], run[1:2]) and run[0] != "I":
            return Mention(" ".join(run), "named", " ".join(run))
    segment = phrase[last_index(phrase, ",") + 1 :]
    for start in range(len(segment) - 1, -1, -1):
        if segment[start].lower() in INDEFINITE | DEFINITE and (
            start == 0 or segment[start - 1].lower() not in PREPOSITIONS
        ):
            return parse_mention(segment[start:])
    return parse_mention(drop_clause_opening(segment))
