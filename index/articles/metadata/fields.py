"""The names under which programs store an article's metadata, and the values of such fields.

Front matter (`index.articles.metadata.front_matter`) and the headers that clippers and reader services put above a text
(`index.articles.metadata.head`) use the same names.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from index.articles.metadata.dates import read_date
from index.formatting import strip_control_characters

_NAMES = {
    "title": "title|post title|headline|article title|og title|document title",
    "author": "author|authors|author name|author names|by|byline|creator|creators|writer|written by|post author|"
    "article author|dc creator|autor|autorin|auteur|autore|автор",
    "published": "published|date published|published date|published time|published on|published at|publish date|"
    "publication date|publication time|article published time|pub date|pubdate|datepublished|release date|"
    "first published|first posted|posted|posted on|date posted|post date|issued|dc date|veröffentlicht|publié",
    "date": "date|datum|fecha|data|дата",
    "updated": "updated|last updated|last revised|last modified|lastmod|modified|modified time|date modified|"
    "datemodified|article modified time|updated at|updated on",
    "source": "source|url|source url|url source|link|canonical|canonical url|permalink|original url|article url|og url|"
    "origin",
    "note": "note",
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split("|")}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAME_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d|esq|mp|qc|kc)\.?", re.I)
_PARTICLE = re.compile(r"[^\W\d_]{2,3}\s")
_YEAR_OR_MONTH = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_WIKI_LINK = re.compile(r"!?\[\[(?:[^\[\]|]*[|/])?([^\[\]|/]+)\]\]")
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]+)\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_ADDRESS = re.compile(r"<?\b[\w.+-]+@[\w-]+\.[\w.-]+\b>?|https?://\S+")
_BY = re.compile(r"by:?\s+(?=\S)", re.I)
_MAX_NAMES = 30
_PLACEHOLDERS = frozenset({"none", "null", "undefined", "untitled", "no title", "nan", "n/a"})


def field_of(name: str) -> str | None:
    """Return the field that a name stands for: title, author, published, date, updated, source or note."""
    return _FIELD_OF.get(" ".join(re.split(r"[\s_.:-]+", _CAMEL.sub(" ", name).lower().strip(":_ "))))


def by_field(meta: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the values of a mapping by field; of several names of a field, the first with a value counts.

    "published: true", with which some programs mark a draft as done, is no value.
    """
    values: dict[str, Any] = {}
    for name, value in meta.items():
        field = field_of(name) if isinstance(name, str) else None
        if field and not isinstance(value, bool) and value not in (None, "", [], {}):
            values.setdefault(field, value)
    return values


def is_placeholder(text: str) -> bool:
    """Whether a text is what programs print where there is no value, such as "None"."""
    return text.strip().casefold() in _PLACEHOLDERS


def without_links(text: str) -> str:
    """Return a text in which a wiki link or a Markdown link is only what a reader sees of it."""
    return _MARKDOWN_LINK.sub(r"\1", _WIKI_LINK.sub(r"\1", text))


def text_value(meta: Mapping[str, Any], key: str) -> str | None:
    """Return a scalar value as one line of text; None if it is missing, a placeholder or not a scalar."""
    value = meta.get(key)
    if not isinstance(value, (str, int, float, date)) or isinstance(value, bool):
        return None
    try:
        text = " ".join(strip_control_characters(str(value)).split())
    except ValueError:  # a number too long to print
        return None
    return text if text and not is_placeholder(text) else None


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


def publication_date(meta: Mapping[str, Any]) -> str | None:
    """Return the date of publication among the values by field, else the date of the last change."""
    return next(filter(None, (date_value(meta, field) for field in ("published", "date", "updated"))), None)


def names_value(value: Any) -> tuple[str, ...]:
    """Return the author names in a value.

    Args:
        value: A string with one or several names, a list of names, or mappings with the key `name`.
    """
    if isinstance(value, str):
        names = list(_split_names(_plain_name(value)))
    else:
        items = value if isinstance(value, list) else [value]
        if all(isinstance(item, list) and len(item) == 1 for item in items):  # [[Jane Roe]], a wiki link in YAML
            items = [item[0] for item in items]
        values = [_name_in(item) for item in items[:_MAX_NAMES]]
        names = [_forename_first(_plain_name(name)) for name in values if isinstance(name, str)]
    return tuple(dict.fromkeys(name for name in names if any(map(str.isalpha, name)) and not is_placeholder(name)))


def _name_in(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    named = {str(key).lower(): value for key, value in item.items()}
    return next(
        (named[key] for key in ("name", "display_name", "displayname", "fullname", "author") if key in named), None
    )


def _plain_name(text: str) -> str:
    """Return a name without links, addresses, "by" and the mark of a handle."""
    text = without_links(" ".join(strip_control_characters(text).split()))
    text = _BY.sub("", _ADDRESS.sub(" ", text), count=1) if _BY.match(text) else _ADDRESS.sub(" ", text)
    return " ".join(text.split()).strip("@ ")


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
    """Whether a text is one or two forenames, perhaps followed by initials."""
    first, *others = part.split()
    return bool(first) and (
        all(len(other.strip(".")) == 1 for other in others) or (len(others) == 1 and part.istitle())
    )
