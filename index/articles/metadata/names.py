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
# Words of offices, departments and papers: "Project Director" is nobody's name.
ROLE = re.compile(
    r"\b(?:columnist|editor|correspondent|reporter|writer|journalist|contributor|professor|lecturer|fellow|author|novelist"
    r"|critic|analyst|economist|historian|director|chair|chairman|founder|student|mp|senator|minister|president|manager"
    r"|officer|head|chief|secretary|member|adviser|advisor|engineer|researcher|scientist|staff|guest|staffer|board"
    r"|kolumnist\w*|redakteur\w*|journaliste|éditorialiste|chroniqueu\w+|periodista|giornalista|колумніст\w*"
    r"|колумнист\w*|журналіст\w*|журналист\w*|оглядач\w*|обозревател\w*|експерт\w*|эксперт\w*)s?\b",
    re.I,
)
NOT_NAMES = frozenset(
    (
        "university institute school college centre center department faculty press journal gazette times post herald "
        "tribune chronicle magazine review news newsletter blog weblog house room office hall street road avenue park "
        "city county state states kingdom republic union party council committee court bank fund foundation society "
        "association group company inc ltd llc chapter volume part book essays works opinion editorial comment feature "
        "article articles introduction preface abstract summary conclusion contents appendix notes references related "
        "speech remarks address statement transcript release letters letter dear executive session act bill "
        "monday tuesday wednesday thursday friday saturday sunday beacon standard observer guardian chronicle "
        "weekly daily "
        "illustration photo photograph image credit courtesy contributor contributors project director"
    ).split()
)
_HONORIFIC = (
    r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|lord|lady|rev|reverend|hon|the\s+hon|sen|senator|rep|representative"
    r"|congressman|congresswoman|president|vice\s+president|prime\s+minister|chancellor|governor|gov|mayor|minister|judge"
    r"|justice|secretary|commissioner|ambassador|general|gen|admiral|captain|colonel|pope|cardinal|bishop|rabbi|imam"
    r"|m|mme|mlle|herr|frau|señor|señora|sr|sra|don|doña|dott|ing|pan|pani)"
)
_HONORIFIC_NAME = re.compile(rf"(?:the\s+late\s+)?(?P<honorific>(?:{_HONORIFIC}\.?\s+)+)(?P<name>[^\W\d_].*)", re.I)
_INVERTED = re.compile(
    r"(?P<last>[^\W\d_][\w.'’-]*(?:\s[^\W\d_][\w.'’-]*){0,2}),\s*(?P<first>[^\W\d_][\w.'’-]*(?:\s[^\W\d_][\w.'’-]*){0,2})"
)
_HANDLE = re.compile(r"@\w{3,30}|[a-z][a-z0-9]{3,}(?:[_.-][a-z0-9]+)?")
BY = re.compile(
    r"^[(\[]?(?:an?\s+|the\s+|guest\s+)*(?:first\s+)?(?:(?:posted|written|published|reviewed|review|essay|column|opinion|comment"
    r"|commentary|article|post|words|text|story|speech|remarks|address|lecture|sermon|contributed|submitted|authored)\s+)?"
    r"(?:on\s+)?by:?\s+|"
    r"^(?:author|autor|autorin|auteur|autore|автор|text|texte|texto|текст|words|story)s?\s*:\s*|"
    r"^(?:eine?\s+)?(?:gastbeitrag|gastkommentar|kommentar|kolumne|essay|analyse|leitartikel)\s+von\s+|"
    r"^(?:une?\s+)?(?:tribune|chronique|article|texte|éditorial|analyse)\s+(?:de|par)\s+|"
    r"^(?:una?\s+)?(?:artículo|columna|tribuna|artigo|coluna|articolo|commento)\s+(?:de|por|di)\s+",
    re.I,
)
# "By" in other languages. Names can start with these words too, so two capitalised words must follow.
_FOREIGN_BY = re.compile(r"^(?i:von|par|por|door|av|od|di)\s+(?=[^\W\d_a-z]\S*\s+[^\W\d_a-z])")
_WORD = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:[-'’.][^\W\d_]+)*\.?")
_PARENTHETICAL = re.compile(r"\([^)]*\)|[\"“][^\"”]{1,20}[\"”]|(?<!\S)@\w+|\S+@\S+")
MAX_LINE_CHARS = 300
_EMPHASIS = " \t*_"
_NAME_AND_PLACE = 2
_ABBREVIATION = 5  # "Chas.", "Prof."; a longer word with a dot ends a sentence


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
    # "Van Jones" and "Al Span" begin with a forename, not with a particle.
    proper = [word for n, word in enumerate(words) if word.lower() not in _PARTICLES or (not n and word[0].isupper())]
    if len(proper) < 2 or any(word.lower() in _FUNCTION_WORDS for word in proper):
        return False
    if not all(_WORD.fullmatch(word) and word[0].isupper() for word in proper):
        return False
    if not allow_all_caps and all(len(word) > 2 and word.isupper() for word in proper):
        return False
    if any(
        word.endswith(("’s", "'s")) or (word[-1] == "." and "." not in word[:-1] and len(word) > _ABBREVIATION)
        for word in words[:-1]
    ):
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


def is_honorific_name(text: str) -> bool:
    """Whether a text is a title and a name, as in the record of a parliament: "Mr. DOE", "Senator Jane Doe"."""
    return honorific_name(text) is not None


def honorific_name(text: str) -> str | None:
    """Return the name behind a title, in the case of names; None if the text is not a title and a name."""
    match = _HONORIFIC_NAME.fullmatch(text.strip(" .,:")) if len(text) <= MAX_LINE_CHARS else None
    if not match or not (match["honorific"][0].isupper() or text.lower().startswith("the late")):
        return None
    if match["honorific"].strip(" .").lower() == "m" and len(match["name"].split()[0].strip(".")) < 3:
        return None  # initials
    words = match["name"].split()
    if not 1 <= len(words) <= 5 or not all(_WORD.fullmatch(word) for word in words):
        return None
    proper = [word for word in words if word.lower() not in _PARTICLES]
    if not proper or not all(word[0].isupper() for word in proper) or any(w.lower() in _FUNCTION_WORDS for w in proper):
        return None
    return as_printed_name(" ".join(words))


def as_printed_name(name: str) -> str:
    """Return a name whose words are all in capitals in the case of names: "J. P. DOE" as "J. P. Doe"."""
    words = [word.title() if len(word.strip(".")) > 2 and word.isupper() else word for word in name.split()]
    return re.sub(r"(?<=['’])S\b", "s", " ".join(words))


def is_inverted_name(text: str) -> bool:
    """Whether a text is a name with the surname first, "Doe, Jane"."""
    return inverted_name(text) is not None


def inverted_name(text: str) -> str | None:
    """Return "Doe, Jane" as "Jane Doe"; None if the text is no name with the surname first."""
    match = _INVERTED.fullmatch(text.strip(" .")) if len(text) <= MAX_LINE_CHARS else None
    if not match:
        return None
    name = f"{match['first']} {match['last']}"
    words = {word.lower() for word in name.split()}
    *particles, _ = match["last"].split()
    if any(word.lower() not in _PARTICLES for word in particles):
        return None
    if not is_name(name, allow_all_caps=True) or words & NOT_NAMES or ROLE.search(name):
        return None
    return as_printed_name(name)


def is_handle(text: str) -> bool:
    """Whether a text is an account's or a site's name: one word in small letters."""
    return bool(_HANDLE.fullmatch(text)) and text.strip("@") not in _FUNCTION_WORDS


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
    # "Jane Roe, Selby Island" is a name and a place; several authors are joined by a word somewhere.
    joined = bool(re.search(r"\s(?:and|with|&|und|et|y|та|и)\s", text, re.I)) or (
        len(parts) > _NAME_AND_PLACE
        and all(is_name(part, allow_all_caps=is_byline) and not is_role(part) for part in parts)
    )
    names = [
        part
        for position, part in enumerate(parts)
        if is_name(part, allow_all_caps=is_byline) and not (position and (not joined or is_role(part)))
    ]
    return tuple(" ".join(re.sub(r"\([^)]*\)|(?<!\S)@\w+|\S+@\S+", " ", name).split()) for name in names)


def is_role(text: str) -> bool:
    """Whether a text is somebody's office or employer and not a name: "Project Director", "The Selby Post"."""
    return bool(ROLE.search(text)) or any(word.lower().strip(".,") in NOT_NAMES for word in text.split())


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
