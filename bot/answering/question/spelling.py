"""Respelling after the index's own words and names, and after English; the only door to pyspellchecker."""

import re
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from math import log10
from typing import NamedTuple
from unicodedata import combining, normalize

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from index.text.english import english_dictionary
from index.text.words import STOP_WORDS

MAX_COST = 1.5
# How often the list of English counts a word that is taken for one, and a word that is worth a guess.
RARE, FREQUENT = 1_000, 1_000
# What it counts that two words sound alike, and that a consonant was typed which is not in the other.
ALIKE, LOST = 0.4, 1.6

# Written without the apostrophe, or as people write in a chat: no slips.
_CHAT_WORDS = frozenset(
    (
        "abt alot app apps arent aswell aint bot btw cant couldnt didnt doesnt dont etc eur fyi gonna gotta hadnt "
        "hasnt havent hes idk imo isnt itll ive lol lmao omg pls plz ppl shd shes shouldnt shouldve smth thats "
        "thatll theres theyd theyll theyre theyve thx tho tldr ur usa wanna wasnt werent whats wheres whos whys "
        "wats wld wont wouldnt wouldve wtf wut youd youll youre youve admin admins mod mods emoji discord dm http "
        "https www com wifi vpn tech"
    ).split()
)
# British spellings of words that the word list has in American.
_BRITISH = (
    ("is", "iz"), ("our", "or"), ("mme", "m"), ("tre", "ter"), ("ogue", "og"), ("yse", "yze"), ("ll", "l"),
    ("ence", "ense"), ("sce", "ske"), ("inium", "inum"),
)  # fmt: skip
_SOUNDS = (
    ("tion", "shn"), ("sion", "shn"), ("cian", "shn"), ("tch", "ch"), ("sch", "sk"), ("ph", "f"), ("ck", "k"),
    ("qu", "kw"), ("dge", "j"), ("gn", "n"), ("kn", "n"), ("wr", "r"), ("mb", "m"), ("x", "ks"), ("th", "t"),
)  # fmt: skip
_LETTERS = str.maketrans("cqzvdg", "kksftk")
_WORD = re.compile(r"(?<![\w/@'’.])[^\W\d_]{3,}(?![\w'’/:@]|\.\w)")


class Respelled(NamedTuple):
    """A text and what was changed in it: (as typed, as read)."""

    text: str
    corrections: tuple[tuple[str, str], ...]


def respell(text: str, vocabulary: Mapping[str, int]) -> Respelled:
    """Respell the words that neither the index nor English knows; vocabulary: the index's lower-case words."""
    corrections: list[tuple[str, str]] = []
    known = _indexed(vocabulary)
    shouted = text.isupper()

    def better(match: re.Match[str]) -> str:
        word = match.group()
        # An acronym or a made-up name is no slip; a name that the index lacks must not become another name.
        if not shouted and any(c.isupper() for c in word[1:]):
            return word
        proper = word[0].isupper() and match.start() > 0 and not shouted
        found = _best(word.lower(), vocabulary, known, proper=proper)
        if found is None:
            return word
        corrections.append((word, found))
        return found

    return Respelled(_WORD.sub(better, text), tuple(corrections))


def _best(word: str, vocabulary: Mapping[str, int], index: "_Index", *, proper: bool) -> str | None:
    accented = index.folded.get(word)
    if accented is not None or len(word) > 30 or _is_word(word, vocabulary):
        return accented
    found = _nearest(word, vocabulary, index, proper=proper)
    if found is None and word.endswith("s") and len(word) > 5:
        # A plural, or a possessive without its apostrophe, of a misspelt word.
        found = _nearest(word[:-1], vocabulary, index, proper=proper)
    # A rare word that English has gives way to a function word written by ear, and to nothing else.
    return found if word not in english_dictionary() or found in STOP_WORDS else None


def _nearest(word: str, vocabulary: Mapping[str, int], index: "_Index", *, proper: bool) -> str | None:
    limit = 1 if len(word) <= 5 else 2
    known = {*_near(word, index.words, limit), *index.heard.get(sound(word), ())}
    if not proper:
        known.update(_near(word, _frequent(), limit))
    costs = [
        (_cost(word, other, vocabulary), other)
        for other in known
        if other.isalpha() and other != word and _plausible(word, other, vocabulary, proper=proper)
    ]
    cost, best = min(costs, default=(MAX_COST + 1, ""))
    return best if cost <= MAX_COST else None


def _near(word: str, known: Sequence[str], limit: int) -> list[str]:
    found = process.extract(word, known, scorer=DamerauLevenshtein.distance, score_cutoff=limit, limit=40)
    return [other for other, _, _ in found]


def _plausible(word: str, known: str, vocabulary: Mapping[str, int], *, proper: bool) -> bool:
    """A short word is one slip away from too many others, and a name from other names: both are read with care."""
    if proper:
        one = DamerauLevenshtein.distance(word, known) <= 1
        return known in vocabulary and (one or (len(word) > 4 and sound(known) == sound(word)))
    if len(word) == 3:
        # Nobody types a letter too many in so short a word; one goes missing, or two are swapped.
        return (
            (known in STOP_WORDS or known in vocabulary)
            and sound(known) == sound(word)
            and (len(known) > 3 or sorted(known) == sorted(word))
        )
    if known in STOP_WORDS:
        return len(word) < 6 or len(known) > 3
    return (
        known in vocabulary
        or (len(word) == 4 and sound(known) == sound(word) and (len(known) > 4 or sorted(known) == sorted(word)))
        or (len(word) > 4 and len(known) > 3)
    )


def _cost(word: str, known: str, vocabulary: Mapping[str, int]) -> float:
    """How far-fetched a respelling is.

    Swapped letters are the commonest slip, then lost and doubled ones; a wrong first letter is rare, and so is a
    letter that was never meant. What sounds alike is likelier than what only looks alike, and the words of the
    index are what people ask about.
    """
    distance = float(DamerauLevenshtein.distance(word, known))
    swapped = distance == 1 and sorted(word) == sorted(known)
    exchanged = len(word) == len(known) and not swapped
    expected = known in vocabulary or known in STOP_WORDS
    frequency = log10(1 + english_dictionary().word_frequency.dictionary.get(known, 0)) / 10
    heard, meant = sound(word), sound(known)
    alike = ALIKE * (heard == meant) - LOST * (len(known) < len(word) and len(meant) < len(heard))
    first = word[0] != known[0] and meant[:1] != heard[:1]
    return distance - 0.4 * swapped + 0.2 * exchanged + 0.6 * first - 0.4 * expected - frequency - alike


def sound(word: str) -> str:
    """How a word sounds, roughly: its first letter and its consonants, those that sound alike written alike.

    A shorter Metaphone (Philips 1990): enough to tell what was written by ear, and no further library.
    """
    plain = "".join(c for c in normalize("NFD", word.lower()) if not combining(c))
    plain = re.sub(r"(.)\1+", r"\1", plain)
    for written, heard in _SOUNDS:
        plain = plain.replace(written, heard)
    plain = re.sub(r"(?<=[ei])gh(?=t|$)|(?<=[aou])gh(?=t)", "", plain)
    plain = re.sub(r"c(?=[eiy])", "s", plain).translate(_LETTERS)
    plain = re.sub(r"(.)\1+", r"\1", plain)
    return plain[:1] + re.sub(r"[aeiouyhw]", "", plain[1:])


def _is_word(word: str, vocabulary: Mapping[str, int]) -> bool:
    if word in vocabulary or word in STOP_WORDS or word in _CHAT_WORDS or _in_english(word):
        return True
    if word.endswith("s") and (word[:-1] in vocabulary or _in_english(word[:-1])):
        return True  # a plural, or a possessive without its apostrophe
    plain = "".join(c for c in normalize("NFD", word) if not combining(c))
    if plain != word and plain in english_dictionary():
        return True
    return any(
        british in word and word.replace(british, american) in english_dictionary() for british, american in _BRITISH
    )


def _in_english(word: str) -> bool:
    """Whether English has a word; a short and rare one that sounds like a function word ("wat") is none."""
    count = english_dictionary().word_frequency.dictionary.get(word, 0)
    return count > 0 and not (count < RARE and len(word) <= 4 and sound(word) in _function_sounds())


@cache
def _function_sounds() -> frozenset[str]:
    return frozenset(sound(word) for word in STOP_WORDS if len(word) >= 4)


class _Index:
    """The words of a vocabulary; by what accented ones are without accents; and the longer ones by their sound."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self.vocabulary = vocabulary
        self.words = tuple(vocabulary)
        self.folded: dict[str, str] = {}
        for word in sorted(word for word in vocabulary if not word.isascii()):
            plain = "".join(c for c in normalize("NFD", word) if not combining(c))
            if plain != word and plain not in vocabulary:
                self.folded[plain] = word

    @cached_property
    def heard(self) -> Mapping[str, tuple[str, ...]]:
        """Made when the first word is unknown: it takes a second for 50,000 words."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self.vocabulary):
            if len(word) > 4 and word.isalpha():
                found[sound(word)].append(word)
        return {key: tuple(alike) for key, alike in found.items() if len(key) > 2}


_indexes: deque[_Index] = deque(maxlen=2)


def _indexed(vocabulary: Mapping[str, int]) -> _Index:
    """Made once for each vocabulary, and kept for the last two.

    Its identity tells which one it is: to compare the words of an archive takes as long as a search.
    """
    found = next((index for index in tuple(_indexes) if index.vocabulary is vocabulary), None)
    if found is None:
        found = _Index(vocabulary)
        _indexes.append(found)
    return found


@cache
def _frequent() -> tuple[str, ...]:
    """The words of English that are worth a guess."""
    return tuple(
        word for word, n in english_dictionary().word_frequency.dictionary.items() if n >= FREQUENT and word.isalpha()
    )
