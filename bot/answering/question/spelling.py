"""Correct typos in questions, preferring the words and names of the index, then English."""

import re
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from math import log10
from typing import NamedTuple
from unicodedata import combining, normalize

from jellyfish import metaphone
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from index.english import english_dictionary
from index.text.words import STOP_WORDS

# The highest cost (see _cost) of a correction.
MAX_COST = 1.5
# Counts in the English word list: below RARE a short word may be a typo, from FREQUENT on a word may be a correction.
RARE, FREQUENT = 1_000, 1_000
# Cost changes: for words that sound alike, and for dropping a typed consonant.
SOUNDS_ALIKE, DROPPED_CONSONANT = 0.4, 1.6

# Not typos: contractions without the apostrophe, and chat abbreviations.
_CHAT_WORDS = frozenset(
    (
        "abt alot app apps arent aswell aint bot btw cant couldnt didnt doesnt dont etc eur fyi gonna gotta hadnt "
        "hasnt havent hes idk imo isnt itll ive lol lmao omg pls plz ppl shd shes shouldnt shouldve smth thats "
        "thatll theres theyd theyll theyre theyve thx tho tldr ur usa wanna wasnt werent whats wheres whos whys "
        "wats wld wont wouldnt wouldve wtf wut youd youll youre youve admin admins mod mods emoji discord dm http "
        "https www com wifi vpn tech"
    ).split()
)
# British and American endings: the English word list is American.
_BRITISH = (
    ("is", "iz"), ("our", "or"), ("mme", "m"), ("tre", "ter"), ("ogue", "og"), ("yse", "yze"), ("ll", "l"),
    ("ence", "ense"), ("sce", "ske"), ("inium", "inum"),
)  # fmt: skip
_WORD = re.compile(r"(?<![\w/@'’.])[^\W\d_]{3,}(?![\w'’/:@]|\.\w)")


class Respelled(NamedTuple):
    """A text after respelling.

    Attributes:
        text: The corrected text.
        corrections: The corrected words: (as typed, as understood).
    """

    text: str
    corrections: tuple[tuple[str, str], ...]


def respell(text: str, vocabulary: Mapping[str, int]) -> Respelled:
    """Correct the words that are neither in the index nor in English.

    Args:
        text: The question.
        vocabulary: The lower-case words of the index with their counts.
    """
    corrections: list[tuple[str, str]] = []
    index = _vocabulary_index(vocabulary)
    all_capitals = text.isupper()

    def correct(match: re.Match[str]) -> str:
        word = match.group()
        # An acronym or an invented name is not a typo; a name that the index lacks must not become another name.
        if not all_capitals and any(c.isupper() for c in word[1:]):
            return word
        proper = word[0].isupper() and match.start() > 0 and not all_capitals
        corrected = _correction(word.lower(), vocabulary, index, proper=proper)
        if corrected is None:
            return word
        corrections.append((word, corrected))
        return corrected

    return Respelled(_WORD.sub(correct, text), tuple(corrections))


def _correction(word: str, vocabulary: Mapping[str, int], index: "_VocabularyIndex", *, proper: bool) -> str | None:
    """Return the correction of a lower-case word, None for none; proper: the word looks like a name."""
    accented = index.accented.get(word)
    if accented is not None or len(word) > 30 or _is_word(word, vocabulary):
        return accented
    found = _nearest(word, vocabulary, index, proper=proper)
    if found is None and word.endswith("s") and len(word) > 5:
        # A plural, or a possessive without its apostrophe, of a misspelt word.
        found = _nearest(word[:-1], vocabulary, index, proper=proper)
    # A rare English word is replaced only by a function word that sounds like it.
    return found if word not in english_dictionary() or found in STOP_WORDS else None


def _nearest(word: str, vocabulary: Mapping[str, int], index: "_VocabularyIndex", *, proper: bool) -> str | None:
    """Return the word of the index or of English with the lowest cost, None if it exceeds MAX_COST."""
    limit = 1 if len(word) <= 5 else 2
    candidates = {*_near(word, index.words, limit), *index.by_sound.get(sound(word), ())}
    if not proper:
        candidates.update(_near(word, _frequent(), limit))
    costs = [
        (_cost(word, other, vocabulary), other)
        for other in candidates
        if other.isalpha() and other != word and _plausible(word, other, vocabulary, proper=proper)
    ]
    cost, best = min(costs, default=(MAX_COST + 1, ""))
    return best if cost <= MAX_COST else None


def _near(word: str, words: Sequence[str], limit: int) -> list[str]:
    """Return at most 40 words within an edit distance."""
    matches = process.extract(word, words, scorer=DamerauLevenshtein.distance, score_cutoff=limit, limit=40)
    return [other for other, _, _ in matches]


def _plausible(word: str, known: str, vocabulary: Mapping[str, int], *, proper: bool) -> bool:
    """Whether a correction is plausible: short words and names are close to too many others, so they need more."""
    if proper:
        one = DamerauLevenshtein.distance(word, known) <= 1
        return known in vocabulary and (one or (len(word) > 4 and sound(known) == sound(word)))
    if len(word) == 3:
        # The usual typos in so short a word are a missing letter and swapped letters.
        swapped = known[0] == word[0] and sorted(known) == sorted(word)
        return (known in STOP_WORDS or known in vocabulary) and (
            swapped or (len(known) > 3 and sound(known) == sound(word))
        )
    if known in STOP_WORDS:
        return len(word) < 6 or len(known) > 3
    return (
        known in vocabulary
        or (len(word) == 4 and sound(known) == sound(word) and (len(known) > 4 or sorted(known) == sorted(word)))
        or (len(word) > 4 and len(known) > 3)
    )


def _cost(word: str, known: str, vocabulary: Mapping[str, int]) -> float:
    """Return the cost of a correction: the edit distance, adjusted by how usual such a typo is.

    Swapped letters are the most usual typo, then missing and doubled ones; a wrong first letter and a superfluous
    consonant are rare. Words that sound alike, frequent words and the words of the index are likelier.
    """
    distance = float(DamerauLevenshtein.distance(word, known))
    swapped = distance == 1 and sorted(word) == sorted(known)
    exchanged = len(word) == len(known) and not swapped
    expected = known in vocabulary or known in STOP_WORDS
    frequency = log10(1 + english_dictionary().word_frequency.dictionary.get(known, 0)) / 10
    typed_sound, known_sound = sound(word), sound(known)
    dropped = len(known) < len(word) and len(known_sound) < len(typed_sound)
    alike = SOUNDS_ALIKE * (typed_sound == known_sound) - DROPPED_CONSONANT * dropped
    first = word[0] != known[0] and known_sound[:1] != typed_sound[:1]
    return distance - 0.4 * swapped + 0.2 * exchanged + 0.6 * first - 0.4 * expected - frequency - alike


def sound(word: str) -> str:
    """Return the Metaphone code of a word, by which words that sound alike are compared.

    Doubled letters are single and "th" is a T, so that "ferrry" and "teh" get the codes of "ferry" and "the". A word
    in another script is its own code.
    """
    plain = re.sub(r"(.)\1+", r"\1", _without_accents(word.lower()))
    return metaphone(plain).replace("0", "T") if plain.isascii() else plain


def _without_accents(word: str) -> str:
    return "".join(c for c in normalize("NFD", word) if not combining(c))


def _is_word(word: str, vocabulary: Mapping[str, int]) -> bool:
    """Whether a word is in the index or in English: also as a plural, with accents, or in British spelling."""
    if word in vocabulary or word in STOP_WORDS or word in _CHAT_WORDS or _in_english(word):
        return True
    if word.endswith("s") and (word[:-1] in vocabulary or _in_english(word[:-1])):
        return True  # a plural, or a possessive without its apostrophe
    plain = _without_accents(word)
    if plain != word and plain in english_dictionary():
        return True
    return any(
        british in word and word.replace(british, american) in english_dictionary() for british, american in _BRITISH
    )


def _in_english(word: str) -> bool:
    """Whether a word is English; a short and rare one that sounds like a function word ("wat") does not count."""
    count = english_dictionary().word_frequency.dictionary.get(word, 0)
    return count > 0 and not (count < RARE and len(word) <= 4 and sound(word) in _function_sounds())


@cache
def _function_sounds() -> frozenset[str]:
    return frozenset(sound(word) for word in STOP_WORDS if len(word) >= 4)


class _VocabularyIndex:
    """A vocabulary, indexed by spelling without accents and by sound."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self.vocabulary = vocabulary
        self.words = tuple(vocabulary)
        self.accented: dict[str, str] = {}
        for word in sorted(word for word in vocabulary if not word.isascii()):
            plain = _without_accents(word)
            if plain != word and plain not in vocabulary:
                self.accented[plain] = word

    @cached_property
    def by_sound(self) -> Mapping[str, tuple[str, ...]]:
        """The longer words by their sound; computed on the first use, as 50,000 words take over half a second."""
        groups: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self.vocabulary):
            if len(word) > 4 and word.isalpha():
                groups[sound(word)].append(word)
        return {key: tuple(alike) for key, alike in groups.items() if len(key) > 2}


_indexes: deque[_VocabularyIndex] = deque(maxlen=2)


def _vocabulary_index(vocabulary: Mapping[str, int]) -> _VocabularyIndex:
    """Return the index of a vocabulary; those of the last two are cached.

    The cache compares by identity: comparing the words of a large archive takes as long as a search.
    """
    cached = next((index for index in tuple(_indexes) if index.vocabulary is vocabulary), None)
    if cached is None:
        cached = _VocabularyIndex(vocabulary)
        _indexes.append(cached)
    return cached


@cache
def _frequent() -> tuple[str, ...]:
    """Return the English words that are frequent enough for a correction."""
    return tuple(
        word for word, n in english_dictionary().word_frequency.dictionary.items() if n >= FREQUENT and word.isalpha()
    )
