"""Frequencies of English words. The only module that imports pyspellchecker."""

from functools import cache
from typing import Any


@cache
def english_dictionary() -> Any:
    """Return the `SpellChecker` for English: `word in …`, and `….word_frequency.dictionary[word]`."""
    from spellchecker import SpellChecker

    return SpellChecker(distance=1)
