"""How often English uses a word; the only door to pyspellchecker."""

from functools import cache
from typing import Any


@cache
def english_dictionary() -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(distance=1)
