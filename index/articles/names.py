"""Names of people in a line that may hold one. Pure."""

import re
from functools import lru_cache

_PARTICLES = frozenset(
    ("al av bin da das de del della den der di dos du e el ibn la las le los til van von y zu").split()
)
_FUNCTION_WORDS = frozenset(
    (
        "a about after against all an and are as at be before between but by can could do does don't for from has have "
        "he her his how i if in into is it its just me more most must my no nobody not now of on only or our out over "
        "she should so still than that the their them then there these they this those through to under until up us "
        "was we were what when where which while who why will with within without would you your"
    ).split()
)
BY = re.compile(
    r"^(?:first\s+)?(?:(?:posted|written|published)\s+)?(?:on\s+)?by:?\s+|"
    r"^(?:author|autor|auteur|autore|автор|text|texte|texto|текст|words|story)\s*:\s*",
    re.I,
)
# "By" in other languages. These begin names too, so they count only before two more words of a name.
_OTHER_BY = re.compile(r"^(?i:von|par|por|door|av|od|di)\s+(?=[^\W\d_a-z]\S*\s+[^\W\d_a-z])")
_WORD = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:[-'’.][^\W\d_]+)*\.?")
_ASIDE = re.compile(r"\([^)]*\)|[\"“][^\"”]{1,20}[\"”]|(?<!\S)@\w+|\S+@\S+")
MAX_CHARS = 300
_EMPHASIS = " \t*_"


def plain(line: str) -> str:
    """A line without marks of headings and emphasis."""
    return line.strip().lstrip("#").strip(_EMPHASIS).strip()


def without_by(line: str) -> str:
    """A plain line without the "by" before a name."""
    line = plain(line[:MAX_CHARS])
    return _OTHER_BY.sub("", BY.sub("", line)) if BY.match(line) else _OTHER_BY.sub("", line)


def name_part(line: str) -> str:
    """What of a line may be the first name: behind "by", and before a role, another name or a divider."""
    pieces = re.split(r"[,|;:•·]| – | — | - | as told to | and | with | & ", without_by(line), flags=re.IGNORECASE)
    return pieces[0].strip()


def is_name(text: str, body_words: frozenset[str] = frozenset(), *, shouted: bool = False) -> bool:
    """Two to six capitalised words (particles aside), not all of them ordinary words of the body.

    shouted: whether they may all be in capitals, as behind "BY".
    """
    words = _ASIDE.sub(" ", text).split() if len(text) <= MAX_CHARS else []
    if not 2 <= len(words) <= 6 or (text.endswith((".", "!", "?")) and not text.endswith(("Jr.", "Sr."))):
        return False
    proper = [word for word in words if word.lower() not in _PARTICLES]
    if len(proper) < 2 or any(word.lower() in _FUNCTION_WORDS for word in proper):
        return False
    if not all(_WORD.fullmatch(word) and word[0].isupper() for word in proper):
        return False
    if not shouted and all(len(word) > 2 and word.isupper() for word in proper):
        return False
    return not all(word.lower().strip(".") in body_words for word in proper)


def is_shouted_name(text: str, body_words: frozenset[str]) -> bool:
    """Two or three words in capitals, none of which the body uses as a common word."""
    words = text.split()
    return len(words) <= 3 and is_name(text, shouted=True) and not any(word.lower() in body_words for word in words)


def is_single_name(line: str) -> bool:
    """Whether a line is "By" and one capitalised word: a pen name."""
    match = BY.match(line)
    name = line[match.end() :] if match else ""
    return bool(re.fullmatch(r"[^\W\d_]{3,}", name)) and name[0].isupper() and name.lower() not in _NO_PEN_NAMES


_NO_PEN_NAMES = _FUNCTION_WORDS | frozenset(
    (
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
        "september october november december today tomorrow yesterday email phone staff"
    ).split()
)


def authors_in(line: str, body_words: frozenset[str], *, named: bool) -> tuple[str, ...]:
    """The names in a line; named: whether the line is known to be a byline."""
    if named and is_single_name(plain(line)):
        return (without_by(line),)
    text = re.split(r"\||;|•|·| – | — | - | as told to |(?<=[a-z]{4})\.\s", without_by(line))[0].strip(" ,.")
    if not named and not is_name(name_part(text), body_words):
        return ()
    parts = [part.strip() for part in re.split(r",?\s+(?:and|with|&|und|et|y|та|и)\s+|,\s*", text, flags=re.IGNORECASE)]
    found = [part for part in parts if is_name(part, shouted=named)]
    return tuple(" ".join(re.sub(r"\([^)]*\)|(?<!\S)@\w+|\S+@\S+", " ", name).split()) for name in found)


@lru_cache(maxsize=65_536)
def surname(author: str) -> str:
    """The last word of a name, without ranks, titles or anything in brackets behind it."""
    words = [
        word
        for word in re.sub(r"\([^)]*\)", " ", author).split()
        if word.strip(".,").lower() not in {"jr", "sr", "ii", "iii"}
    ]
    return words[-1].strip(".,") if words else author
