"""The people that an article names, with their offices; and whom a pronoun, a surname or an office means. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.text.english import english_dictionary

from bot.answering.voice.grammar import TITLES
from bot.answering.voice.mentions import Mention

_CAPITAL = r"[^\W\d_a-zà-öø-ÿ][\w’'\-]*"
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
    r"|Institute|Party|Agency|Bank|Group|Parliament|Federation|Chamber|Department|University|Club|Fund|Act|Treaty"
    r"|School|Street|Road|Sea|Ocean|River|Mountains?|Valley|North|South|East|West|Republic|Kingdom|States|Island|City"
    r"|War|Day|January|February|March|April|June|July|August|September|October|November|December|Monday|Tuesday"
    r"|Wednesday|Thursday|Friday|Saturday|Sunday|Hospital|Park|Bridge|Station|Church|Museum|Gallery|Circle|Society"
    r"|Press|Times|Herald|World|Europe)\b"
)


@dataclass(frozen=True, slots=True)
class People:
    """Whom an article names. full: surname → the longest name with it. offices: office → (offset, name), in order.

    places: (offset, name) of every full name in the text, in order.
    """

    full: Mapping[str, str]
    offices: Mapping[str, tuple[tuple[int, str], ...]]
    places: tuple[tuple[int, str], ...]

    def whole(self, name: str) -> str:
        """A name as the article gives it where it is fullest, without titles that stand before two names or more."""
        words = untitled(name).split()
        if not words:
            return ""
        last = _bare(words[-1])
        known = self.full.get(last, "")
        if known and words[-len(known.split()) :] == known.split():
            return known
        alone = len(words) == 1 or (len(words) == 2 and words[0].lower().rstrip(".") in TITLES)
        return known if known and alone else " ".join(words)

    def holder(self, phrase: str, offset: int) -> str:
        """The name of whoever holds the office that a phrase names: the one named last before an offset, else first."""
        for word in reversed(re.findall(r"\w+", phrase.lower())):
            held = self.offices.get(word)
            if held:
                return next((name for at, name in reversed(held) if at <= offset), held[0][1])
        return ""

    def last_named(self, start: int, end: int) -> str:
        """The person named last between two offsets, "" for none."""
        return next((name for at, name in reversed(self.places) if start <= at < end), "")


def people(text: str, start: int = 0) -> People:
    """Read the full names of persons and their offices from a text, from an offset on."""
    places: list[tuple[int, str]] = []
    offices: dict[str, list[tuple[int, str]]] = {}
    for match in _FULL.finditer(text, start):
        words = match.group().split()
        at = match.start()
        # "the Northern Union" is no person, "the historian Ann Bell" is one.
        if text[max(0, at - 4) : at].lower().strip() == "the" and words[0].lower().rstrip(".") not in TITLES:
            continue
        while words and (words[0].lower().rstrip(".") in _NO_NAME or _possessive(words[0])):
            words = words[1:]
        if text[max(0, at - 3) : at] == "of " and len(words) > 2:
            words = words[-2:]  # "Minister of Labour Ann Bell": the first of them belong to the office
        name = re.sub(r"['’]s$", "", untitled(" ".join(words)))
        if (
            len(name.split()) < 2
            or _ORGANISATION.search(name)
            or name.split()[-1].lower() in TITLES
            or "I" in name.split()
        ):
            continue
        places.append((at, name))
        before = " ".join(text[max(0, at - 90) : at].split()) + " " + match.group().partition(name.split()[0])[0]
        found = [
            _BEFORE.search(before.rstrip() + " "),
            _AFTER.search(" ".join(text[match.end() : match.end() + 80].split())),
        ]
        for office in found:
            if office:
                offices.setdefault(office.group(1).lower(), []).append((at, name))
    full: dict[str, str] = {}
    for _, name in places:
        full.setdefault(_bare(name.split()[-1]), name)
    return People(full, {office: tuple(held) for office, held in offices.items()}, tuple(places))


def untitled(name: str) -> str:
    """A name without the titles before it, as long as two names are left."""
    words = name.split()
    while len(words) > 2 and words[0].lower().rstrip(".") in TITLES:
        words = words[1:]
    return " ".join(words).strip(" .,")


def named(mention: Mention, known: People, offset: int, authors: Sequence[str]) -> str | None:
    """The name of whoever a mention means, "" for somebody unnamed; None where it is the author."""
    if mention.subject == "own":
        return None
    if mention.subject == "named":
        name = known.whole(mention.name)
        own = any(set(name.split()) & set(author.split()) and (name in author or author in name) for author in authors)
        return None if own else name
    if mention.subject in ("body", "person"):
        return known.holder(" ".join(_nucleus(mention.word)), offset) or mention.name
    return ""


def _nucleus(phrase: str) -> list[str]:
    """The words of a phrase before what is hung on it."""
    words = phrase.split()
    for at, word in enumerate(words):
        if at and word.lower() in ("of", "in", "at", "for", "from", "who", "with", ","):
            return words[:at]
    return words


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).lower()


def _possessive(word: str) -> bool:
    return bool(re.search(r"(?:['’]s|s['’])$", word))


_NO_NAME = frozenset(
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
    """Whether a text names somebody; a surname that is an English word too counts only with its capital."""
    if surname.lower() not in text.lower():  # of thousands of authors a question names one or none
        return False
    return any(
        is_name(match.group(), surname) for match in re.finditer(rf"\b{re.escape(surname)}\b", text, re.IGNORECASE)
    )


def is_name(written: str, surname: str) -> bool:
    """Whether a word that spells a surname is meant as one."""
    return written[0].isupper() or surname.lower() not in english_dictionary()
