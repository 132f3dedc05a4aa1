"""Respelling after the index's own words and names, and after English; the only door to pyspellchecker."""

import re
from collections.abc import Mapping
from functools import cache
from math import log10
from typing import Any, NamedTuple
from unicodedata import combining, normalize

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from index.lexical import STOP_WORDS

MAX_COST = 1.5

# Written without the apostrophe, or as people write in a chat: no slips.
_CHAT_WORDS = frozenset(
    (
        "abt alot app apps arent aswell aint bot btw cant couldnt didnt doesnt dont etc eur fyi gonna gotta hadnt "
        "hasnt havent hes idk imo isnt itll ive lol lmao omg pls plz ppl shd shes shouldnt shouldve smth thats "
        "thatll theres theyd theyll theyre theyve thx tho tldr ur usa wanna wasnt werent whats wheres whos whys "
        "wld wont wouldnt wouldve wtf youd youll youre youve admin admins mod mods emoji discord dm http https www "
        "com wifi vpn tech"
    ).split()
)
# British spellings of words that the word list has in American.
_BRITISH = (
    ("is", "iz"), ("our", "or"), ("mme", "m"), ("tre", "ter"), ("ogue", "og"), ("yse", "yze"), ("ll", "l"),
    ("ence", "ense"), ("sce", "ske"), ("inium", "inum"),
)  # fmt: skip
_WORD = re.compile(r"(?<![\w/@'’.])[^\W\d_]{3,}(?![\w'’/:@]|\.\w)")


class Respelled(NamedTuple):
    """A text and what was changed in it: (as typed, as read)."""

    text: str
    corrections: tuple[tuple[str, str], ...]


def respell(text: str, vocabulary: Mapping[str, int]) -> Respelled:
    """Respell the words that neither the index nor English knows; vocabulary: the index's lower-case words."""
    corrections: list[tuple[str, str]] = []
    shouted = text.isupper()

    def better(match: re.Match[str]) -> str:
        word = match.group()
        # An acronym or a made-up name is no slip; a name that the index lacks must not become another name.
        if not shouted and any(c.isupper() for c in word[1:]):
            return word
        proper = word[0].isupper() and match.start() > 0 and not shouted
        found = _best(word.lower(), vocabulary, proper=proper)
        if found is None:
            return word
        corrections.append((word, found))
        return found

    return Respelled(_WORD.sub(better, text), tuple(corrections))


def names_person(text: str, surname: str) -> bool:
    """Whether a text names somebody; a surname that is an English word too counts only with its capital."""
    for match in re.finditer(rf"\b{re.escape(surname)}\b", text, re.IGNORECASE):
        if match.group()[0].isupper() or surname.lower() not in _english():
            return True
    return False


def _best(word: str, vocabulary: Mapping[str, int], *, proper: bool) -> str | None:
    if _is_word(word, vocabulary) or len(word) > 30:
        return None
    limit = 1 if len(word) <= 4 or proper else 2
    near = process.extract(word, vocabulary.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=limit, limit=30)
    candidates = {known: distance for known, distance, _ in near if known.isalpha()}
    if not proper:
        english = _english().candidates(word) or ()
        candidates |= {known: 1 for known in english if known != word and known.isalpha()}
    costs = [
        (_cost(word, known, distance, vocabulary), known)
        for known, distance in candidates.items()
        if _plausible(word, known, vocabulary)
    ]
    cost, best = min(costs, default=(MAX_COST + 1, ""))
    return best if cost <= MAX_COST else None


def _plausible(word: str, known: str, vocabulary: Mapping[str, int]) -> bool:
    """A short word is one slip away from too many others: it is only read as a function word or one of the index."""
    if known in STOP_WORDS:
        return True
    return known in vocabulary if len(word) == 4 else len(word) > 4 and len(known) > 3


def _cost(word: str, known: str, distance: float, vocabulary: Mapping[str, int]) -> float:
    """How far-fetched a respelling is.

    Swapped letters are the commonest slip, then lost and doubled ones; a wrong first letter is rare,
    and the words of the index are what people ask about.
    """
    swapped = distance == 1 and sorted(word) == sorted(known)
    exchanged = len(word) == len(known) and not swapped
    expected = known in vocabulary or known in STOP_WORDS
    frequency = log10(1 + _english().word_frequency.dictionary.get(known, 0)) / 10
    first = word[0] != known[0]
    return distance - 0.4 * swapped + 0.2 * exchanged + 0.6 * first - 0.4 * expected - frequency


def _is_word(word: str, vocabulary: Mapping[str, int]) -> bool:
    if word in vocabulary or word in STOP_WORDS or word in _CHAT_WORDS or word in _english():
        return True
    if word.endswith("s") and (word[:-1] in vocabulary or word[:-1] in _english()):
        return True  # a plural, or a possessive without its apostrophe
    plain = "".join(c for c in normalize("NFD", word) if not combining(c))
    if plain != word and plain in _english():
        return True
    return any(british in word and word.replace(british, american) in _english() for british, american in _BRITISH)


@cache
def _english() -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(distance=1)
