"""Split a text into words and stemmed terms. The only module that imports PyStemmer."""

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
    """Return the words of a text in lower case. "U.S." is one word ("u.s"); a possessive loses its "'s"."""
    tokens = (token.lower().replace("’", "'").rstrip(".") for token in _TOKEN.findall(text))
    return [token.removesuffix("'s") for token in tokens]


def terms(text: str) -> list[str]:
    """Return the stems of a text's words in order, without stop words and their contractions."""
    return [stem(word) for word in words(text) if word.partition("'")[0] not in STOP_WORDS]


def stem(word: str) -> str:
    """Return the stem of a lower-case English word (Snowball)."""
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
