"""The YAML front matter of a Markdown file: what it says, and where the text below it starts. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from index.articles.dates import read_date
from index.errors import ArticleRejected
from index.formatting import strip_control_characters

_BLOCK = re.compile(r"\s*^---[ \t]*\n(?P<yaml>(?=\S).*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.M | re.S)
# Keys that say what a block is; those that Byline does not read are common in other people's files.
_KEYS = frozenset(
    (
        "title author authors published date source url note section subtitle description summary excerpt slug layout "
        "tags categories category keywords permalink draft lang language image"
    ).split()
)
_KEY = re.compile(r"^([A-Za-z]+)[ \t]*:(?:\s|\Z)", re.M)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d|esq|mp|qc|kc)\.?", re.I)
_PARTICLE = re.compile(r"[^\W\d_]{2,3}\s")
_ISO = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


def read_front_matter(text: str) -> tuple[Mapping[str, Any], int]:
    """What the front matter says, by key in lower case, and the offset where the text behind it starts.

    A block between two lines of three dashes at the top is front matter if it holds a key that such
    blocks have; a rule of dashes is none. Raises ArticleRejected for a block that is not valid YAML.
    """
    block = _BLOCK.match(text)
    if block is None or not any(key[1].lower() in _KEYS for key in _KEY.finditer(block["yaml"])):
        return {}, 0
    import yaml

    try:
        # Not the loader in C: it ends the process on brackets that are nested too deeply.
        meta = yaml.load(block["yaml"], Loader=yaml.SafeLoader)
    except (ValueError, TypeError, RecursionError, OverflowError, yaml.YAMLError):
        raise ArticleRejected("its front matter is not valid YAML (the lines between --- and ---)") from None
    if not isinstance(meta, dict):
        return {}, 0
    return {str(key).lower(): value for key, value in meta.items() if isinstance(key, str)}, block.end()


def text_of(meta: Mapping[str, Any], key: str) -> str | None:
    """A value in one line; None where there is none or it is no plain value."""
    value = meta.get(key)
    if not isinstance(value, (str, int, float, date)) or isinstance(value, bool):
        return None
    try:
        return " ".join(strip_control_characters(str(value)).split()) or None
    except ValueError:  # a number too long to print
        return None


def date_of(meta: Mapping[str, Any], key: str) -> str | None:
    """A value that reads as a date, as ISO 8601 where that can be told, else as written; None for anything else."""
    value = meta.get(key)
    if isinstance(value, datetime):
        return value.date().isoformat()
    text = text_of(meta, key)
    if not text:
        return None
    if _ISO.fullmatch(text):
        return text
    return read_date(text) or (text if _YEAR.search(text) and len(text.split()) <= 6 else None)


def names_of(value: Any) -> tuple[str, ...]:
    """The names in a value: a string of one or several, a list, or mappings with a `name`; all hold a letter."""
    if isinstance(value, str):
        names = list(_split_names(" ".join(strip_control_characters(value).split())))
    else:
        items = value if isinstance(value, list) else [value]
        found = [item.get("name") if isinstance(item, dict) else item for item in items]
        names = [_in_order(" ".join(strip_control_characters(name).split())) for name in found if isinstance(name, str)]
    return tuple(name for name in names if any(map(str.isalpha, name)))


def _split_names(text: str) -> Iterator[str]:
    groups = [group.strip(" ,") for group in re.split(r";|\s+(?:and|&)\s+", text)]
    listed = len(groups) > 1 and any(group and " " not in group for group in groups)  # as in "Roe, Lund and Quill"
    for group in groups:
        parts = _parts(group)
        if len(parts) == 2 and not listed and _is_surname(parts[0]) and _is_forename(parts[1]):
            yield f"{parts[1]} {parts[0]}"
        else:
            yield from parts


def _in_order(name: str) -> str:
    parts = _parts(name)
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 and _is_surname(parts[0]) else name


def _parts(group: str) -> list[str]:
    """What commas part, but for "Jr." and its like, which belong to the name before."""
    parts: list[str] = []
    for part in filter(None, (part.strip() for part in group.split(","))):
        if parts and _SUFFIX.fullmatch(part):
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    return parts


def _is_surname(part: str) -> bool:
    return " " not in part or (part[0].islower() and bool(_PARTICLE.match(part)))


def _is_forename(part: str) -> bool:
    """One name, perhaps with initials behind it."""
    first, *others = part.split()
    return all(len(other.strip(".")) == 1 for other in others) and bool(first)
