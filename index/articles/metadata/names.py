"""Recognise the names of people in a line, such as the authors in a byline."""

import re
from collections.abc import Iterable
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
_NOT_PEN_NAMES = _FUNCTION_WORDS | frozenset(
    (
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
        "september october november december today tomorrow yesterday email phone staff"
    ).split()
)
BY = re.compile(
    r"^(?:first\s+)?(?:(?:posted|written|published)\s+)?(?:on\s+)?by:?\s+|"
    r"^(?:author|autor|auteur|autore|автор|text|texte|texto|текст|words|story)\s*:\s*",
    re.I,
)
# "By" in other languages. Names can start with these words too, so two capitalised words must follow.
_FOREIGN_BY = re.compile(r"^(?i:von|par|por|door|av|od|di)\s+(?=[^\W\d_a-z]\S*\s+[^\W\d_a-z])")
_WORD = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:[-'’.][^\W\d_]+)*\.?")
_PARENTHETICAL = re.compile(r"\([^)]*\)|[\"“][^\"”]{1,20}[\"”]|(?<!\S)@\w+|\S+@\S+")
MAX_LINE_CHARS = 300
_EMPHASIS = " \t*_"


def strip_markup(line: str) -> str:
    """Return a line without surrounding white space and Markdown marks of headings and emphasis."""
    return line.strip().lstrip("#").strip(_EMPHASIS).strip()


def strip_by(line: str) -> str:
    """Return a line without markup and without the "by" before a name."""
    line = strip_markup(line[:MAX_LINE_CHARS])
    return _FOREIGN_BY.sub("", BY.sub("", line)) if BY.match(line) else _FOREIGN_BY.sub("", line)


def candidate_name(line: str) -> str:
    """Return the part of a line where the first name would be: after "by", before a role, another name or a divider."""
    pieces = re.split(r"[,|;:•·]| – | — | - | as told to | and | with | & ", strip_by(line), flags=re.IGNORECASE)
    return pieces[0].strip()


def is_name(text: str, body_words: frozenset[str] = frozenset(), *, allow_all_caps: bool = False) -> bool:
    """Whether a text is a person's name: two to six words, of which all but particles are capitalised.

    Args:
        text: The text to test.
        body_words: Words that occur in lower case in the article. A name does not consist of such words only.
        allow_all_caps: Whether all words may be in capitals, as after "BY".
    """
    words = _PARENTHETICAL.sub(" ", text).split() if len(text) <= MAX_LINE_CHARS else []
    if not 2 <= len(words) <= 6 or (text.endswith((".", "!", "?")) and not text.endswith(("Jr.", "Sr."))):
        return False
    proper = [word for word in words if word.lower() not in _PARTICLES]
    if len(proper) < 2 or any(word.lower() in _FUNCTION_WORDS for word in proper):
        return False
    if not all(_WORD.fullmatch(word) and word[0].isupper() for word in proper):
        return False
    if not allow_all_caps and all(len(word) > 2 and word.isupper() for word in proper):
        return False
    return not all(word.lower().strip(".") in body_words for word in proper)


def is_all_caps_name(text: str, body_words: frozenset[str]) -> bool:
    """Whether a text is a name in capitals: two or three words, none of which occurs in lower case in the article."""
    words = text.split()
    return (
        len(words) <= 3 and is_name(text, allow_all_caps=True) and not any(word.lower() in body_words for word in words)
    )


def is_pen_name(line: str) -> bool:
    """Whether a line is a byline with a pen name: "By" and one capitalised word."""
    match = BY.match(line)
    name = line[match.end() :] if match else ""
    return bool(re.fullmatch(r"[^\W\d_]{3,}", name)) and name[0].isupper() and name.lower() not in _NOT_PEN_NAMES


def parse_authors(line: str, body_words: frozenset[str], *, is_byline: bool) -> tuple[str, ...]:
    """Return the author names in a line.

    Args:
        line: A line of the head.
        body_words: Words that occur in lower case in the article.
        is_byline: Whether the line is known to be a byline; otherwise it must start with a name.
    """
    if is_byline and is_pen_name(strip_markup(line)):
        return (strip_by(line),)
    text = re.split(r"\||;|•|·| – | — | - | as told to |(?<=[a-z]{4})\.\s", strip_by(line))[0].strip(" ,.")
    if not is_byline and not is_name(candidate_name(text), body_words):
        return ()
    parts = [part.strip() for part in re.split(r",?\s+(?:and|with|&|und|et|y|та|и)\s+|,\s*", text, flags=re.IGNORECASE)]
    names = [part for part in parts if is_name(part, allow_all_caps=is_byline)]
    return tuple(" ".join(re.sub(r"\([^)]*\)|(?<!\S)@\w+|\S+@\S+", " ", name).split()) for name in names)


@lru_cache(maxsize=65_536)
def surname(author: str) -> str:
    """Return the last word of a name, ignoring a suffix such as "Jr." and anything in brackets."""
    words = [
        word
        for word in re.sub(r"\([^)]*\)", " ", author).split()
        if word.strip(".,").lower() not in {"jr", "sr", "ii", "iii"}
    ]
    return words[-1].strip(".,") if words else author


def lower_case_words(lines: Iterable[str]) -> frozenset[str]:
    """Return the words that lines have in lower case: a name does not consist of these."""
    words: set[str] = set()
    for line in lines:
        words.update(word for word in re.findall(r"[^\W\d_]+", line) if word.islower())
    return frozenset(words)
