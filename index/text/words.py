"""Words and stemmed terms of a text; the only door to the stemmer."""

import re
from functools import cache
from typing import Any

STOP_WORDS = frozenset(
    (
        "a about above acc according after again against all also am an and any are as at be because been before "
        "being below between both but by can could did do does doing don down during each few for from further had "
        "has have having he her here hers herself him himself his how i if in into is it its itself just may me "
        "might more most must my myself no nor not now of off on once only or other our ours out over own same "
        "shall she should so some such than that the their theirs them themselves then there these they this those "
        "through to too under until up upon us very was we were what when where which while who whom whose why "
        "will with would you your yours s t d ll re ve m isn aren wasn weren hasn haven hadn won wouldn don doesn "
        "didn can couldn shouldn mustn"
    ).split()
)


_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*|[^\W_]+(?:['’][^\W_]+)*")


def words(text: str) -> list[str]:
    """The lower-case words of a text: "U.S." is one word, a possessive loses its "'s"."""
    found = []
    for token in _TOKEN.findall(text):
        word = token.lower().replace("’", "'").rstrip(".")
        found.append(word.removesuffix("'s"))
    return found


def terms(text: str) -> list[str]:
    """The stemmed words of a text that are no stop words nor contractions of them, in order."""
    return [stem(word) for word in words(text) if word.partition("'")[0] not in STOP_WORDS]


def stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
