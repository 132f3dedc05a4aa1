"""Find the number of a month by its name, in the languages that dateparser knows. The only module that imports it."""

from functools import lru_cache
from importlib import import_module

_ENGLISH = "january february march april may june july august september october november december".split()
_NUMBERS = {name: number for number, name in enumerate(_ENGLISH, 1)}
_NUMBERS |= {name[:3]: number for name, number in _NUMBERS.items()} | {"sept": 9}
# Where a word is a month of two languages ("listopad" is November in Polish and October in Croatian), the first counts.
_LANGUAGES = (
    "de fr es it pt nl sv da nb fi pl cs sk uk ru be bg sr hr sl ro hu el tr lt lv et ca gl eu ga cy is id ms vi sq mk "
    "ka hy az kk ar fa he hi th"
).split()


def month_number(word: str) -> int | None:
    """Return the number of the month that a word names, whole or abbreviated; None for any other word.

    English names are looked up without dateparser, whose import takes half a second.
    """
    name = word.strip(".").lower()
    if name in _NUMBERS:
        return _NUMBERS[name]
    return _foreign_months().get(name) if len(name) >= 3 and name.isalpha() else None


@lru_cache(maxsize=1)
def _foreign_months() -> dict[str, int]:
    """Return the months of all languages by name.

    The names are read from dateparser's tables, which it makes from the Unicode CLDR; its parser tries one language
    after the other, which takes a hundred times as long.
    """
    months: dict[str, int] = {}
    for language in _LANGUAGES:
        info = import_module(f"dateparser.data.date_translation_data.{language}").info
        for number, english in enumerate(_ENGLISH, 1):
            for name in info.get(english, ()):
                months.setdefault(name.strip(".").lower(), number)
    return months
