"""Noun phrases that name somebody: a person, a body, somebody unnamed, the author. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from bot.answering.voice.grammar import (
    ADVERBS,
    AUXILIARIES,
    DEFINITE,
    HEADLESS,
    INDEFINITE,
    NOBODY,
    PARTICLES,
    PREPOSITIONS,
    RELATIVES,
    SELF,
    THIRD,
    TITLES,
)

Subject = Literal["named", "body", "person", "thing", "indefinite", "pronoun", "own", "none"]

BODIES = re.compile(
    r"(?:ministry|government|commission|committee|board|compan(?:y|ies)|unions?|court|council|association|offices?"
    r"|authority|institute|part(?:y|ies)|agency|banks?|group|consortium|parliament|federation|chamber|department"
    r"|police|mission|guild|university|club|fund|firms?|carrier|operator|cabinet|army|regime|administration|opposition"
    r"|campaign|society|treasury|foundation|service|bureau|embassy|delegation|panel|report|study|survey|paper"
    r"|newspaper|magazine|website|coalition|employers|manufacturer|developer|publisher|supplier|lobby|academy"
    r"|observatory|centre|center|staff|actuaries|economists|auditors?|inspectorate|review|regulator|court"
    r"|presidency|secretariat|museum|zoo|school|hospital|church|charity|airline|railway|league|network|team"
    r"|alliance|household|house|assembly|senate|congress|ombudsman|district|town|city|county|state|insurer)$",
    re.IGNORECASE,
)
# What people put their claims into.
THING = re.compile(
    r"forecasts?|reports?|surveys?|inquir(?:y|ies)|enquir(?:y|ies)|estimates?|figures?|counts?|papers?|statements?|logs?|data|calendar"
    r"|records?|statistics|numbers?|accounts?|calculations?|stud(?:y|ies)|letters?|books?|memoirs|reckoning|words?|view"
    r"|opinion|answer|argument|reply|claim|objection|case|line|spokes(?!man|woman|person)\w*|polls?|census|minutes|law"
    r"|rules?|documents?|contract|memo|audit|annex|article|column|page|plan|proposal|budget|press|website|leaflet"
    r"|analysis|research|prediction|theory|warning|complaint|version|position|tally|summary|preface",
    re.IGNORECASE,
)
ABSTRACT = re.compile(r"..(?:tion|sion|ment|ness|ity|ance|ence|ism|ship|ing|ure|support|fact|reason|way|history)s?$")
KIN = re.compile(
    r"(?:grand)?(?:mother|father|son|daughter|parents)|brother|sister|uncle|aunt|cousin|nephew|niece|wife|husband"
    r"|neighbou?r|friend|colleague|boss|teacher|doctor|partner|mum|mom|dad",
    re.IGNORECASE,
)


class Mention(NamedTuple):
    """Somebody who says something; name: as the text gives it, "" for somebody unnamed or a pronoun."""

    name: str
    subject: Subject
    word: str


def mention(phrase: Sequence[str]) -> Mention:
    """What a noun phrase calls somebody: a person's name where it holds one, else a body, else what kind it is."""
    if not phrase:
        return Mention("", "none", "")
    first, text = phrase[0].lower(), " ".join(phrase)
    if first in SELF and not (first == "one" and len(phrase) > 1):
        return Mention("", "own", first)
    if first in NOBODY:
        return Mention("", "none", first)
    if first in THIRD:
        return Mention("", "pronoun", first)
    head = nucleus(phrase)
    if not head:
        return Mention("", "none", "")
    if THING.fullmatch(head[-1]):
        return _owner(head)
    named = name_in(phrase)
    if named:
        return Mention(named, "named", text)
    if not BODIES.search(head[-1]) and ABSTRACT.search(head[-1]):
        return Mention("", "thing", text)
    own = first in ("my", "our") or any(a.lower() == "of" and b.lower() == "mine" for a, b in pairwise(phrase))
    kin = next((word.lower() for word in head if KIN.fullmatch(word)), "") if own else ""
    if kin and not re.search("friend|colleague|neighbou?r|partner", kin):
        return Mention(f"the author's {kin}", "named", text)
    bare = first not in DEFINITE and not owns(phrase[0])
    if own or bare:
        return Mention("", "indefinite", text)
    if BODIES.search(head[-1]):
        return Mention(_trim(phrase), "body", text)
    return Mention("", "person", text)


def _owner(head: Sequence[str]) -> Mention:
    """Whose report, figure or the like it is that a phrase names; a thing where it does not say."""
    for at in range(len(head) - 1, -1, -1):
        if owns(head[at]):
            return mention([*head[:at], re.sub(r"(?:['’]s|(?<=s)['’])$", "", head[at])])
    if head[0].lower() in ("his", "her", "their", "its"):
        return Mention("", "pronoun", {"his": "he", "her": "she", "their": "they", "its": "it"}[head[0].lower()])
    return Mention("", "thing", " ".join(head))


def name_in(phrase: Sequence[str]) -> str:
    """The proper name that a noun phrase has as its head or beside it, "" for none: a person's before an office's."""
    names: list[str] = []
    for segment in _segments(phrase):
        for at, run in _runs(segment):
            following = segment[at + len(run) : at + len(run) + 1]
            attached = at > 0 and segment[at - 1].lower() in PREPOSITIONS
            behind_the = at > 1 and segment[at - 1].lower() in DEFINITE and segment[at - 2].lower() in PREPOSITIONS
            adjective = bool(following) and following[0][0].islower() and not _closes(following[0])
            if not (attached or behind_the or adjective or owns(run[-1])):
                names.append(" ".join(run))
    return next((name for name in names if not _is_office(name)), names[0] if names else "")


def _segments(phrase: Sequence[str]) -> list[list[str]]:
    """A phrase cut at its commas, without relative clauses and phrases of time, place or company."""
    parts: list[list[str]] = [[]]
    for word in phrase:
        if word == ",":
            parts.append([])
        else:
            parts[-1].append(word)
    kept = []
    for number, part in enumerate(parts):
        if part and not (number and part[0].lower() in PREPOSITIONS | RELATIVES | HEADLESS):
            cut = next((at for at, word in enumerate(part) if at and word.lower() in RELATIVES | {"that"}), len(part))
            kept.append(part[:cut])
    return kept


def _runs(phrase: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The runs of capitalised words in a phrase, with where they start."""
    runs: list[tuple[int, list[str]]] = []
    for at, word in enumerate(phrase):
        capital = word[0].isupper() and not _is_i(word) and (at > 0 or not is_common(word, phrase[1:2]))
        joined = bool(runs) and runs[-1][0] + len(runs[-1][1]) == at
        if capital and joined and not owns(phrase[at - 1]):
            runs[-1][1].append(word)
        elif capital:
            runs.append((at, [word]))
        elif joined and _joins(word, runs[-1][1]) and any(later[0].isupper() for later in phrase[at + 1 : at + 3]):
            runs[-1][1].append(word)
    return runs


def _joins(word: str, run: Sequence[str]) -> bool:
    """Whether a small word carries a name on, as in "Ministry of the Interior", not in "Ann Bell of the board"."""
    return word in PARTICLES and (
        word not in ("of", "the", "for") or len(run) == 1 or run[-1] in ("of", "for") or run[-1].lower() in TITLES
    )


def _is_office(name: str) -> bool:
    words = name.lower().replace(".", "").split()
    return words[-1] in TITLES or (words[0] in TITLES and len(words) > 1 and words[1] in ("of", "for"))


def _is_i(word: str) -> bool:
    return word == "I" or word.startswith(("I’", "I'"))


def _closes(word: str) -> bool:
    """Whether a word cannot be the noun of a capitalised adjective before it."""
    return word.lower() in PREPOSITIONS | HEADLESS | THIRD | ADVERBS | AUXILIARIES


def owns(word: str) -> bool:
    return word.endswith(("’s", "'s", "s’", "s'"))


def is_common(word: str, following: Sequence[str]) -> bool:
    """Whether a capital is only that of a sentence's first word."""
    if word.lower() in INDEFINITE | DEFINITE | HEADLESS | PREPOSITIONS | THIRD | SELF | ADVERBS:
        return True
    if word.lower().rstrip(".") in TITLES:
        return not (following and following[0][0].isupper())
    return word.endswith("s") and not (following and following[0][0].isupper()) and not owns(word)


def nucleus(phrase: Sequence[str]) -> list[str]:
    """The words of a noun phrase up to what is hung on it by a preposition, a comma or a relative clause."""
    for at, word in enumerate(phrase):
        if at and (
            word.lower() in PREPOSITIONS or word.lower() in ("who", "which", "that", "whose") or not word[0].isalnum()
        ):
            return list(phrase[:at])
    return list(phrase)


def _trim(phrase: Sequence[str]) -> str:
    """A body's name as a reader would repeat it: without an article before it, and short."""
    words = [word for word in phrase if word.lower() != "own"]
    if "," in words:
        words = words[: words.index(",")]
    if len(words) > 8:
        words = nucleus(words)
    return " ".join(words[1:] if words[0].lower() in ("the", "its", "their", "his", "her", "a", "an") else words)


def from_head(phrase: list[str]) -> list[str]:
    """A clause without what stands before its subject: conjunctions, and a phrase of time or place."""
    while phrase and phrase[0].lower() in HEADLESS | {","}:
        phrase = phrase[1:]
    if phrase and phrase[0].lower() in PREPOSITIONS:
        if "," in phrase[:-1]:
            return from_head(phrase[phrase.index(",") + 1 :])
        for at in range(len(phrase) - 1, 0, -1):
            if phrase[at].lower() in INDEFINITE | DEFINITE and phrase[at - 1].lower() not in PREPOSITIONS:
                return phrase[at:]
        capital = [at for at, word in enumerate(phrase) if at and word[0].isupper() and phrase[at - 1][0].isdigit()]
        return phrase[capital[-1] :] if capital else phrase[-1:]
    return phrase


def last_place(phrase: Sequence[str], mark: str) -> int:
    return max((at for at, word in enumerate(phrase) if word == mark), default=-1)
