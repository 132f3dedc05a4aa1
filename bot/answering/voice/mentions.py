"""Mentions of a source, as noun phrases: a person, an organisation, somebody unnamed, the author. No I/O."""

import calendar
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from bot.answering.voice.grammar import (
    ADVERBS,
    AUXILIARIES,
    DEFINITE,
    FIRST_PERSON,
    INDEFINITE,
    NAME_PARTICLES,
    NOBODY_WORDS,
    PREPOSITIONS,
    RELATIVES,
    SENTENCE_OPENERS,
    THIRD_PERSON,
    TITLES,
)

MentionKind = Literal["named", "organisation", "person", "thing", "indefinite", "pronoun", "author", "none"]

ORGANISATIONS = re.compile(
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
# Things that carry somebody's claims.
CLAIM_CARRIERS = re.compile(
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
    """Somebody a sentence names as a source.

    Attributes:
        name: The name as the text gives it, "" for a pronoun or somebody unnamed.
        kind: The sort of source; "author" is the author of the article, "none" nobody.
        phrase: The whole noun phrase, or the pronoun in lower case.
    """

    name: str
    kind: MentionKind
    phrase: str


def parse_mention(phrase: Sequence[str]) -> Mention:
    """Classify the words of a noun phrase: a name takes precedence over an organisation, and that over other kinds."""
    if not phrase:
        return Mention("", "none", "")
    first, text = phrase[0].lower(), " ".join(phrase)
    if first in FIRST_PERSON and not (first == "one" and len(phrase) > 1):
        return Mention("", "author", first)
    if first in NOBODY_WORDS:
        return Mention("", "none", first)
    if first in THIRD_PERSON:
        return Mention("", "pronoun", first)
    head = head_words(phrase)
    if not head:
        return Mention("", "none", "")
    if CLAIM_CARRIERS.fullmatch(head[-1]):
        return _owner(head)
    name = proper_name(phrase)
    if name:
        article = "the " if f"the {name}" in text[:1].lower() + text[1:] else ""
        return Mention(f"{article}{name}", "named", text)
    if not ORGANISATIONS.search(head[-1]) and ABSTRACT.search(head[-1]):
        return Mention("", "thing", text)
    is_authors = first in ("my", "our") or any(a.lower() == "of" and b.lower() == "mine" for a, b in pairwise(phrase))
    kin = next((word.lower() for word in head if KIN.fullmatch(word)), "") if is_authors else ""
    if kin and not re.search("friend|colleague|neighbou?r|partner", kin):
        return Mention(f"the author's {kin}", "named", text)
    bare = first not in DEFINITE and not is_possessive(phrase[0])
    if is_authors or bare:
        return Mention("", "indefinite", text)
    if ORGANISATIONS.search(head[-1]):
        return Mention(_shorten(phrase), "organisation", text)
    return Mention("", "person", text)


def _owner(head: Sequence[str]) -> Mention:
    """Return the owner of a report, a figure or the like; a "thing" if the phrase names no owner."""
    for at in range(len(head) - 1, -1, -1):
        if is_possessive(head[at]):
            return parse_mention([*head[:at], re.sub(r"(?:['’]s|(?<=s)['’])$", "", head[at])])
    if head[0].lower() in ("his", "her", "their", "its"):
        return Mention("", "pronoun", {"his": "he", "her": "she", "their": "they", "its": "it"}[head[0].lower()])
    return Mention("", "thing", " ".join(head))


def proper_name(phrase: Sequence[str]) -> str:
    """Return the proper name in a noun phrase, a person's rather than an office's; "" if there is none."""
    names: list[str] = []
    for segment in _segments(phrase):
        for at, run in _runs(segment):
            following = segment[at + len(run) : at + len(run) + 1]
            attached = (at > 0 and segment[at - 1].lower() in PREPOSITIONS) or _is_date(segment, at, run)
            behind_the = at > 1 and segment[at - 1].lower() in DEFINITE and segment[at - 2].lower() in PREPOSITIONS
            adjective = bool(following) and following[0][0].islower() and not _is_function_word(following[0])
            if not (attached or behind_the or adjective or is_possessive(run[-1])):
                names.append(" ".join(run))
    return next((name for name in names if not _is_office(name)), names[0] if names else "")


def _segments(phrase: Sequence[str]) -> list[list[str]]:
    """Split a phrase at its commas and drop relative clauses and prepositional phrases."""
    parts: list[list[str]] = [[]]
    for word in phrase:
        if word == ",":
            parts.append([])
        else:
            parts[-1].append(word)
    segments = []
    for number, part in enumerate(parts):
        if part and not (number and part[0].lower() in PREPOSITIONS | RELATIVES | SENTENCE_OPENERS):
            cut = next((at for at, word in enumerate(part) if at and word.lower() in RELATIVES | {"that"}), len(part))
            segments.append(part[:cut])
    return segments


def _runs(phrase: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return the runs of capitalised words in a phrase, each with its start index."""
    runs: list[tuple[int, list[str]]] = []
    for at, word in enumerate(phrase):
        capital = word[0].isupper() and not _is_i(word) and (at > 0 or not is_common(word, phrase[1:2]))
        joined = bool(runs) and runs[-1][0] + len(runs[-1][1]) == at
        if capital and joined and not is_possessive(phrase[at - 1]):
            runs[-1][1].append(word)
        elif capital:
            runs.append((at, [word]))
        elif joined and _continues_name(word, runs[-1][1]) and any(w[0].isupper() for w in phrase[at + 1 : at + 3]):
            runs[-1][1].append(word)
    return runs


def _continues_name(word: str, run: Sequence[str]) -> bool:
    """Whether a particle continues a name: in "Ministry of the Interior" it does, in "Ann Bell of the board" not."""
    return word in NAME_PARTICLES and (
        word not in ("of", "the", "for") or len(run) == 1 or run[-1] in ("of", "for") or run[-1].lower() in TITLES
    )


def _is_date(segment: Sequence[str], at: int, run: Sequence[str]) -> bool:
    """Whether a run of capitalised words at an index is a weekday, or a month beside a number."""
    day, month = run[-1] in calendar.day_name, run[-1] in calendar.month_name
    beside = (*segment[max(0, at - 1) : at], *segment[at + len(run) : at + len(run) + 1])
    return len(run) == 1 and (day or (month and any(word[0].isdigit() for word in beside)))


def _is_office(name: str) -> bool:
    words = name.lower().replace(".", "").split()
    return words[-1] in TITLES or (words[0] in TITLES and len(words) > 1 and words[1] in ("of", "for"))


def _is_i(word: str) -> bool:
    return word == "I" or word.startswith(("I’", "I'"))


def _is_function_word(word: str) -> bool:
    """Whether a word cannot be the noun that a capitalised adjective before it modifies."""
    return word.lower() in PREPOSITIONS | SENTENCE_OPENERS | THIRD_PERSON | ADVERBS | AUXILIARIES


def is_possessive(word: str) -> bool:
    """Whether a word ends in a possessive apostrophe."""
    return word.endswith(("’s", "'s", "s’", "s'"))


def is_common(word: str, following: Sequence[str]) -> bool:
    """Whether a capitalised first word, given the words after it, belongs to no name."""
    if word.lower() in INDEFINITE | DEFINITE | SENTENCE_OPENERS | PREPOSITIONS | THIRD_PERSON | FIRST_PERSON | ADVERBS:
        return True
    if word.lower().rstrip(".") in TITLES:
        return not (following and following[0][0].isupper())
    return word.endswith("s") and not (following and following[0][0].isupper()) and not is_possessive(word)


def head_words(phrase: Sequence[str]) -> list[str]:
    """Return the words of a noun phrase before its first preposition, comma or relative pronoun."""
    for at, word in enumerate(phrase):
        if at and (
            word.lower() in PREPOSITIONS or word.lower() in ("who", "which", "that", "whose") or not word[0].isalnum()
        ):
            return list(phrase[:at])
    return list(phrase)


def _shorten(phrase: Sequence[str]) -> str:
    """Shorten an organisation's name and drop the article before it."""
    words = [word for word in phrase if word.lower() != "own"]
    if "," in words:
        words = words[: words.index(",")]
    if len(words) > 8:
        words = head_words(words)
    return " ".join(words[1:] if words[0].lower() in ("the", "its", "their", "his", "her", "a", "an") else words)


def drop_clause_opening(phrase: list[str]) -> list[str]:
    """Drop what precedes the subject of a clause: conjunctions and a leading prepositional phrase."""
    while phrase and phrase[0].lower() in SENTENCE_OPENERS | {","}:
        phrase = phrase[1:]
    if phrase and phrase[0].lower() in PREPOSITIONS:
        if "," in phrase[:-1]:
            return drop_clause_opening(phrase[phrase.index(",") + 1 :])
        for at in range(len(phrase) - 1, 0, -1):
            if phrase[at].lower() in INDEFINITE | DEFINITE and phrase[at - 1].lower() not in PREPOSITIONS:
                return phrase[at:]
        capital = [at for at, word in enumerate(phrase) if at and word[0].isupper() and phrase[at - 1][0].isdigit()]
        return phrase[capital[-1] :] if capital else phrase[-1:]
    return phrase


def last_index(phrase: Sequence[str], mark: str) -> int:
    """Return the index of the last occurrence of a mark in a phrase, -1 for none."""
    return max((at for at, word in enumerate(phrase) if word == mark), default=-1)
