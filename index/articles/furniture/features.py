"""The features of a block for the classifier of `index.articles.furniture.classifier`.

Hashed features are the words and pairs of words at both ends of a block, and their first letters; structural features
are its length, punctuation, capitals and the like. Both describe the block alone.
"""

import math
import re
from itertools import pairwise
from zlib import crc32

BUCKETS = 1 << 14
"""Number of buckets that the hashed features fall into."""

_FIRST, _LAST = 28, 12
_STEM = 5
# Of a longer block only the ends are read: its kind shows there, and reading is fast.
_LONG, _START, _END = 600, 400, 200
_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"\w+(?:[’'\-]\w+)*")
_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_SENTENCE_END = re.compile(r"[.!?…][\"”»“’)\]*_]*(?:\s|$)")
_FIRST_PERSON = re.compile(r"\b(?:I|we|my|our|us|me|ich|wir|je|nous|yo|я|ми|мы|io|noi|ik|wij|jag|vi)\b")
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|sie|ihre?n?|vous|votre|tu|usted|su|ви|вы|tuo|uw|din|sua)\b", re.I)
_LINK = re.compile(r"https?://|www\.|\]\(|\S+@\S+\.\w|\B@\w")
_MARK = re.compile(r"[|·•»›→▶©#/]")
_LIST = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s")


def hashed(text: str) -> list[int]:
    """Return the buckets of a block's hashed features, each once, in order.

    Args:
        text: The block's text.
    """
    tokens = [_DIGITS.sub("0", token) for token in _TOKEN.findall(_ends(text).lower())]
    if len(tokens) > _FIRST + _LAST:
        tokens = [*tokens[:_FIRST], "…", *tokens[-_LAST:]]
    framed = ["<", *tokens, ">"]
    names = set(tokens)
    names.update(f"{token[:_STEM]}~" for token in tokens if len(token) > _STEM)
    names.update(f"{one} {two}" for one, two in pairwise(framed))
    return sorted({crc32(name.encode()) % BUCKETS for name in names})


def _ends(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_START]} … {text[-_END:]}"


def structure(text: str) -> list[float]:
    """Return a block's structural features, each about 0 to 1.

    Args:
        text: The block's text.
    """
    total = text.count(" ") + text.count("\n") + 1
    text = _ends(text.strip())
    lines = [line for line in text.splitlines() if line.strip()] or [""]
    words = _WORD.findall(text)
    n, chars = len(words) or 1, len(text) or 1
    letters = [word for word in words if word[0].isalpha()]
    capitalised = sum(word[0].isupper() for word in letters)
    long_lower = sum(word.islower() and len(word) > 1 for word in letters)
    sentences = len(_SENTENCE_END.findall(text))
    return [
        math.log1p(max(total, len(words)) if words else 0) / 5,
        math.log1p(chars / n) / 3,
        min(len(lines), 10) / 10,
        float(len(lines) > 1),
        math.log1p(len(words) / len(lines)) / 5,
        float(text[-1:] in ".!?…"),
        float(bool(re.search(r"[.!?…][\"”»“’)\]*_]*$", text))),
        float(text.endswith(":")),
        float(text.endswith(",")),
        float(text.endswith("?")),
        min(sentences, 10) / 10,
        float(sentences == 0),
        capitalised / n,
        long_lower / n,
        sum(c.isupper() for c in text) / chars,
        float(text.isupper()),
        sum(c.isdigit() for c in text) / chars,
        float(bool(_YEAR.search(text))),
        float(bool(_LINK.search(text))),
        min(len(_MARK.findall(text)), 6) / 6,
        min(len(_FIRST_PERSON.findall(text)), 3) / 3,
        min(len(_SECOND_PERSON.findall(text)), 3) / 3,
        min(text.count(","), 8) / 8,
        float(text[:1] in "\"“«„»'‘"),
        float(text[:1] in "([" and text[-1:] in ")]."),
        float(text[:1] in "*_" and text[-1:] in "*_"),
        float(text.startswith("#")),
        float(text.startswith(">")),
        sum(bool(_LIST.match(line)) for line in lines) / len(lines),
        float(text[:1].islower()),
        float(len(words) <= 1),
        float(len(words) <= 4),
        float(2 <= len(words) <= 4 and capitalised == len(words)),
        float(bool(re.search(r":\s*\S", text[:60]))),
        float(bool(re.search(r"[/(©]", text[-60:]))),
        float(any(ord(c) > 0x3FF for c in text[:80])),
    ]
