"""Read the YAML front matter: the metadata between two lines of dashes at the top of a file."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from index.articles.metadata.dates import read_date
from index.errors import ArticleRejected
from index.formatting import strip_control_characters

_BLOCK = re.compile(r"\s*^---[ \t]*\n(?P<yaml>(?=\S).*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.M | re.S)
# A block with one of these keys is front matter. Byline does not use all of them, but other programs do.
_KNOWN_KEYS = frozenset(
    (
        "title author authors published date source url note section subtitle description summary excerpt slug layout "
        "tags categories category keywords permalink draft lang language image"
    ).split()
)
_KEY_LINE = re.compile(r"^([A-Za-z]+)[ \t]*:(?:\s|\Z)", re.M)
_NAME_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d|esq|mp|qc|kc)\.?", re.I)
_PARTICLE = re.compile(r"[^\W\d_]{2,3}\s")
_YEAR_OR_MONTH = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")


def read_front_matter(text: str) -> tuple[Mapping[str, Any], int]:
    """Read the front matter at the top of a text.

    A block between two lines of three dashes is front matter if it contains a usual key; otherwise the dashes are a
    horizontal rule.

    Returns:
        The values by key in lower case, and the offset where the text after the front matter starts; an empty mapping
        and 0 if there is no front matter.

    Raises:
        ArticleRejected: The front matter is not valid YAML.
    """
    block = _BLOCK.match(text)
    if block is None or not any(key[1].lower() in _KNOWN_KEYS for key in _KEY_LINE.finditer(block["yaml"])):
        return {}, 0
    import yaml

    try:
        # Not the C loader: deeply nested brackets crash the process there.
        meta = yaml.load(block["yaml"], Loader=yaml.SafeLoader)
    except (ValueError, TypeError, RecursionError, OverflowError, yaml.YAMLError):
        raise ArticleRejected("its front matter is not valid YAML (the lines between --- and ---)") from None
    if not isinstance(meta, dict):
        return {}, 0
    return {str(key).lower(): value for key, value in meta.items() if isinstance(key, str)}, block.end()


def text_value(meta: Mapping[str, Any], key: str) -> str | None:
    """Return a scalar value as one line of text; None if it is missing or not a scalar."""
    value = meta.get(key)
    if not isinstance(value, (str, int, float, date)) or isinstance(value, bool):
        return None
    try:
        return " ".join(strip_control_characters(str(value)).split()) or None
    except ValueError:  # a number too long to print
        return None


def date_value(meta: Mapping[str, Any], key: str) -> str | None:
    """Return a date in ISO 8601, or as written if it is ambiguous or incomplete; None if the value is not a date."""
    value = meta.get(key)
    if isinstance(value, datetime):
        return value.date().isoformat()
    text = text_value(meta, key)
    if not text:
        return None
    if _YEAR_OR_MONTH.fullmatch(text):
        return text
    return read_date(text) or (text if _YEAR.search(text) and len(text.split()) <= 6 else None)


def names_value(value: Any) -> tuple[str, ...]:
    """Return the author names in a value.

    Args:
        value: A string with one or several names, a list of names, or mappings with the key `name`.
    """
    if isinstance(value, str):
        names = list(_split_names(" ".join(strip_control_characters(value).split())))
    else:
        items = value if isinstance(value, list) else [value]
        values = [item.get("name") if isinstance(item, dict) else item for item in items]
        texts = [" ".join(strip_control_characters(name).split()) for name in values if isinstance(name, str)]
        names = [_forename_first(text) for text in texts]
    return tuple(name for name in names if any(map(str.isalpha, name)))


def _split_names(text: str) -> Iterator[str]:
    groups = [group.strip(" ,") for group in re.split(r";|\s+(?:and|&)\s+", text)]
    surnames_only = len(groups) > 1 and any(group and " " not in group for group in groups)  # "Roe, Lund and Quill"
    for group in groups:
        parts = _split_commas(group)
        if len(parts) == 2 and not surnames_only and _is_surname(parts[0]) and _is_forename(parts[1]):
            yield f"{parts[1]} {parts[0]}"
        else:
            yield from parts


def _forename_first(name: str) -> str:
    """Turn "Roe, Ann" into "Ann Roe"; return any other name as it is."""
    parts = _split_commas(name)
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 and _is_surname(parts[0]) else name


def _split_commas(group: str) -> list[str]:
    """Split at commas, but not before a suffix such as "Jr.", which belongs to the name before it."""
    parts: list[str] = []
    for part in filter(None, (part.strip() for part in group.split(","))):
        if parts and _NAME_SUFFIX.fullmatch(part):
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    return parts


def _is_surname(part: str) -> bool:
    return " " not in part or (part[0].islower() and bool(_PARTICLE.match(part)))


def _is_forename(part: str) -> bool:
    """Whether a text is one name, perhaps followed by initials."""
    first, *others = part.split()
    return all(len(other.strip(".")) == 1 for other in others) and bool(first)
