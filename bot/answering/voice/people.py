"""The people that an article names, with their offices, and whom a mention refers to. No I/O."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.english import english_dictionary

from bot.answering.voice.grammar import TITLES
from bot.answering.voice.mentions import Mention

# A word that starts with none of the small letters of the Latin, Cyrillic and Greek scripts.
_CAPITAL = r"[^\W\d_a-zà-öø-ÿа-яѐ-ўґα-ωά-ώ][\w’'\-]*"
_PARTICLE = r"(?:de|van|von|der|den|al|el|bin|ibn|da|di|du|la|le|ter|ten|dos)"
_INITIAL = r"[^\W\d_a-z]\."
_FULL = re.compile(
    rf"\b(?:(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Sen)\.[ \n]|(?:{_INITIAL}[ \n]?){{0,3}}){_CAPITAL}"
    rf"(?:[ \n](?:{_PARTICLE}[ \n]){{0,2}}(?:{_INITIAL}|{_CAPITAL})){{1,4}}"
)
# "the trade minister, NAME" and "NAME, the minister", "Minister NAME".
_OFFICE_WORD = (
    r"(?:minister|secretary|mayor|president|chairman|chairwoman|chair|director|head|leader|spokes(?:man|woman|person)"
    r"|general|colonel|admiral|ambassador|senator|councill?or|councilman|councilwoman|professor|economist|historian"
    r"|researcher|prosecutor|judge|commissioner|superintendent|founder|chief|executive|governor|manager|deputy|bishop"
    r"|editor|analyst|engineer|doctor|lawyer|teacher|headmaster|representative|adviser|advisor|envoy|treasurer|captain"
    r"|biologist|physicist|chemist|sociologist|philosopher|scientist|inspector|premier|chancellor|king|queen|owner"
    r"|lecturer|author|critic|candidate|officer|union|mp|member|pastor|priest|farmer|activist|campaigner|student)"
)
_BEFORE = re.compile(
    rf"\b({_OFFICE_WORD})\b(?:\s+(?:of|for|at|in)\s+[^,.;:]{{2,50}})?\s*,?\s*(?:(?:Mr|Mrs|Ms|Dr)\.? )?$", re.IGNORECASE
)
_AFTER = re.compile(
    rf"^,?\s*(?:who is |is )?(?:the|its|our|their|a|an|now)\s+(?:[\w’'\-]+\s+){{0,4}}?({_OFFICE_WORD})\b", re.IGNORECASE
)
_ORGANISATION = re.compile(
    r"\b(?:Ministry|Government|Commission|Committee|Board|Company|Union|Court|Council|Association|Office|Authority"
    r"|Institute|Party|Agency|Bank|VerbGroup|Parliament|Federation|Chamber|Department|University|Club|Fund|Act|Treaty"
    r"|School|Street|Road|Sea|Ocean|River|Mountains?|Valley|North|South|East|West|Republic|Kingdom|States|Island|City"
    r"|War|Day|January|February|March|April|June|July|August|September|October|November|December|Monday|Tuesday"
    r"|Wednesday|Thursday|Friday|Saturday|Sunday|Hospital|Park|Bridge|Station|Church|Museum|Gallery|Circle|Society"
    r"|Press|Times|Herald|World|Europe)\b"
)

# Shorter words in capitals are acronyms or initials: alone, and in a name of several words.
_SHORTEST_NAME, _SHORTEST_PART = 5, 3


@dataclass(frozen=True, slots=True)
class People:
    """The people that an article names; offsets are character positions in the article text, ascending.

    Attributes:
        full_names: Lower-case surname → the first full name with it.
        offices: Lower-case office ("minister") → (offset, full name) of its holders.
        occurrences: (offset, full name) of every full name in the text.
    """

    full_names: Mapping[str, str]
    offices: Mapping[str, tuple[tuple[int, str], ...]]
    occurrences: tuple[tuple[int, str], ...]

    def full_name(self, name: str) -> str:
        """Return the full form of a name as the article gives it, without titles."""
        words = strip_titles(name).split()
        if not words:
            return ""
        full = self.full_names.get(_strip_possessive(words[-1]), "")
        if full and words[-len(full.split()) :] == full.split():
            return full
        is_surname = len(words) == 1 or (len(words) == 2 and words[0].lower().rstrip(".") in TITLES)
        return full if full and is_surname else " ".join(words)

    def office_holder(self, phrase: str, offset: int) -> str:
        """Return who holds the office in a phrase: the last one named up to an offset, else the first; "" for none."""
        for word in reversed(re.findall(r"\w+", phrase.lower())):
            holders = self.offices.get(word)
            if holders:
                return next((name for at, name in reversed(holders) if at <= offset), holders[0][1])
        return ""

    def last_named(self, start: int, end: int) -> str:
        """Return the person named last between two offsets, "" for none."""
        return next((name for at, name in reversed(self.occurrences) if start <= at < end), "")


def find_people(text: str, start: int = 0) -> People:
    """Find the full names of people and their offices in a text, from offset `start` on."""
    occurrences: list[tuple[int, str]] = []
    offices: dict[str, list[tuple[int, str]]] = {}
    for match in _FULL.finditer(text, start):
        words = match.group().split()
        at = match.start()
        # "the Northern Union" is not a person, "the historian Ann Bell" is.
        if text[max(0, at - 4) : at].lower().strip() == "the" and words[0].lower().rstrip(".") not in TITLES:
            continue
        while words and (words[0].lower().rstrip(".") in _NEVER_NAMES or _is_possessive(words[0])):
            words = words[1:]
        if text[max(0, at - 3) : at] == "of " and len(words) > 2:
            words = words[-2:]  # "Minister of Labour Ann Bell": the first words belong to the office
        name = re.sub(r"['’]s$", "", strip_titles(" ".join(words)))
        if (
            len(name.split()) < 2
            or _ORGANISATION.search(name)
            or name.split()[-1].lower() in TITLES
            or "I" in name.split()
        ):
            continue
        occurrences.append((at, name))
        before = " ".join(text[max(0, at - 90) : at].split()) + " " + match.group().partition(name.split()[0])[0]
        office_matches = [
            _BEFORE.search(before.rstrip() + " "),
            _AFTER.search(" ".join(text[match.end() : match.end() + 80].split())),
        ]
        for office in office_matches:
            if office:
                offices.setdefault(office.group(1).lower(), []).append((at, name))
    full_names: dict[str, str] = {}
    for _, name in occurrences:
        full_names.setdefault(_strip_possessive(name.split()[-1]), name)
    return People(full_names, {office: tuple(holders) for office, holders in offices.items()}, tuple(occurrences))


def write_name(name: str) -> str:
    """Write a person's name in capitals, as those of speakers in minutes are, in small letters; acronyms stay."""
    words = name.split()
    titled = len(words) > 1 and words[0].lower().rstrip(".") in TITLES
    parts = [word for word in words[titled:] if any(map(str.isalpha, word)) and not re.fullmatch(_PARTICLE, word)]
    if not all(word.isupper() for word in parts):  # "the BBC", "BBC News"
        return name
    in_full = titled or len(parts) > 1
    return " ".join(_in_small_letters(word, _SHORTEST_PART if in_full else _SHORTEST_NAME) for word in words)


def _in_small_letters(word: str, shortest: int) -> str:
    if not word.isupper() or sum(map(str.isalpha, word)) < shortest or "." in word:
        return word
    return re.sub(r"['’]S\b", lambda ending: ending[0].lower(), word.title())


def strip_titles(name: str) -> str:
    """Drop the titles before a name as long as two words are left."""
    words = name.split()
    while len(words) > 2 and words[0].lower().rstrip(".") in TITLES:
        words = words[1:]
    return " ".join(words).strip(" .,")


def resolve_mention(mention: Mention, people: People, offset: int, authors: Sequence[str]) -> str | None:
    """Return the name of the person or organisation that a mention at an offset refers to.

    Returns:
        "" for somebody unnamed, None for the author of the article.
    """
    if mention.kind == "author":
        return None
    if mention.kind == "named":
        name = people.full_name(mention.name)
        is_author = any(
            set(name.split()) & set(author.split()) and (name in author or author in name) for author in authors
        )
        return None if is_author else name
    if mention.kind in ("organisation", "person"):
        return people.office_holder(" ".join(_office_words(mention.phrase)), offset) or mention.name
    return ""


def _office_words(phrase: str) -> list[str]:
    """Return the words of a phrase before its first preposition, comma or relative pronoun."""
    words = phrase.split()
    for at, word in enumerate(words):
        if at and word.lower() in ("of", "in", "at", "for", "from", "who", "with", ","):
            return words[:at]
    return words


def _strip_possessive(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).lower()


def _is_possessive(word: str) -> bool:
    return bool(re.search(r"(?:['’]s|s['’])$", word))


_NEVER_NAMES = frozenset(
    (
        "the a an in on at for from by of to with and but or so if when while as since because he she it they we i you"
        " this that these those there here its his her their our my no not one some many most all what who why how"
        " where which than then now only even also after before under over between among during according both each"
        " every another other such first second third last next meanwhile still yet perhaps today yesterday did does"
        " do is are was were has have had will would can could may might should must let nor though although until"
        " once like about around near against into within without across my your whose dear take ask say see read"
    ).split()
)


def names_person(text: str, surname: str) -> bool:
    """Whether a text contains a surname; one that is also an English word counts only with a capital."""
    if surname.lower() not in text.lower():  # cheap check first: there may be thousands of authors
        return False
    return any(
        is_name(match.group(), surname) for match in re.finditer(rf"\b{re.escape(surname)}\b", text, re.IGNORECASE)
    )


def is_name(written: str, surname: str) -> bool:
    """Whether a word that is spelled like a surname is meant as one: capitalised, or not an English word."""
    return written[0].isupper() or surname.lower() not in english_dictionary()
