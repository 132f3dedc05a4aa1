"""The words that the reader's networks know: those of the packaged sentence encoder that are in Latin letters. No I/O.

The vocabularies of BERT and MPNet are the same but for the special tokens, so a network ships none of its own.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence


def latin_words(vocabulary: Mapping[str, int]) -> list[str]:
    """Return the words of a vocabulary that are in Latin letters, signs or digits, in the order of their numbers."""
    return [word for word in sorted(vocabulary, key=vocabulary.__getitem__) if _is_latin(word)]


def digest(words: Sequence[str]) -> str:
    """Return the SHA-256 of a vocabulary: a network takes each word for another if one is missing."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _is_latin(word: str) -> bool:
    if word.startswith("[unused"):
        return False
    return all(ord(c) < 0x250 or unicodedata.category(c)[0] in "PSN" for c in word.removeprefix("##"))
