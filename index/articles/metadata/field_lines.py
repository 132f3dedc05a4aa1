"""Read the fields that clippers, blogs and reader services put above a text, such as "Title: …" or "URL Source: …"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.articles.furniture.lines import is_kicker, url_in
from index.articles.lines import HeadKind, Line
from index.articles.metadata.dates import read_date, split_date, year_in
from index.articles.metadata.fields import field_of, is_placeholder, names_value, without_links
from index.articles.metadata.names import MAX_LINE_CHARS, strip_markup

_FIELD = re.compile(r"^:?(?P<name>[^\W\d_][\w ./-]{0,28}?)\s?:(?:\s+(?P<value>\S.*))?$")
_NEXT_FIELD = re.compile(r"[,;|]\s+(?=[^\W\d_][\w ]{2,20}:\s)")
_CONTENT = re.compile(r"^(?:markdown|text|page)?\s*content\s*:?$", re.I)
_MAX_NAME_WORDS = 12
_MAX_BODY_WORDS = 25
_OTHER = frozenset(
    (
        "slug tags tag category categories keywords summary description excerpt layout language lang section type id "
        "license status permalink image warning published_by publisher site clipped created"
    ).split()
)


@dataclass(slots=True)
class FieldLines:
    """The lines that are fields, and their values.

    Attributes:
        lines: Kind of each line by its start offset.
        title: Title without the name of the site.
        authors: Names of the authors.
        published: Date of publication.
        updated: Date of the last change.
        source: URL of the article.
    """

    lines: dict[int, HeadKind] = field(default_factory=dict)
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    source: str | None = None


def read_field_lines(lines: Sequence[Line]) -> FieldLines:
    """Read the fields above the first paragraph of prose.

    A line is a field if its name is known and its value fits. Lines with other names are too where most lines of their
    paragraph are: "Slug: …", "Transcript ID: …".
    """
    found = FieldLines()
    blocks: dict[int, list[Line]] = {}
    for line in lines:
        blocks.setdefault(line.paragraph, []).append(line)
    for block in blocks.values():
        matches = [_FIELD.match(strip_markup(line.text)[:MAX_LINE_CHARS]) for line in block]
        known = sum(bool(m and (field_of(m["name"]) or m["name"].lower() in _OTHER)) for m in matches)
        is_list = len(block) > 1 and known > 0 and sum(map(bool, matches)) > len(block) / 2
        for line, match in zip(block, matches, strict=True):
            text = strip_markup(line.text)
            if _CONTENT.match(text) and found.lines:
                found.lines[line.start] = "furniture"
            elif match and (_take_all(found, text, line) or is_list):
                found.lines.setdefault(line.start, "furniture")
        if not any(line.start in found.lines for line in block) and _is_prose(block):
            break
    return found


def _is_prose(block: Sequence[Line]) -> bool:
    return sum(len(line.text.split()) for line in block) > _MAX_BODY_WORDS


def _take_all(found: FieldLines, text: str, line: Line) -> bool:
    """Take the fields of a line, of which there may be several; return whether there was one."""
    taken = False
    for part in _NEXT_FIELD.split(text):
        match = _FIELD.match(part)
        name = field_of(match["name"]) if match else None
        kind = _take(found, name, without_links(match["value"] or "")) if match and name else None
        if kind:
            taken = True
            if found.lines.get(line.start) != "author":
                found.lines[line.start] = kind
    return taken


def _take(found: FieldLines, name: str, value: str) -> HeadKind | None:
    """Take the value of a field if it fits; return the kind of its line."""
    value = value.strip().strip("\"'“”")
    if name == "title" and value:
        found.title = found.title or (None if is_placeholder(value) else title_without_site(value))
        return "title"
    if name == "author" and value and len(value.split()) <= _MAX_NAME_WORDS and not split_date(value).date:
        found.authors = found.authors or names_value(value)
        return "author"
    if (
        name in ("published", "date", "updated")
        and (date := read_date(value) or year_in(value))
        and len(value.split()) <= _MAX_NAME_WORDS
    ):
        if name == "updated":
            found.updated = found.updated or date
        else:
            found.published = found.published or date
        return "date"
    if name == "source" and url_in(value.split()[0] if value else ""):
        found.source = found.source or value.split()[0]
        return "furniture"
    return None


def title_without_site(title: str) -> str:
    """Return a page's title without the section, the author and the site that stand beside it behind bars.

    "Opinion | Keep the ferry free | The Gazette" is "Keep the ferry free": the part with the most words.
    """
    parts = [part for part in re.split(r"\s+[|·•]\s+", title) if part and not is_kicker(part)]
    return max(parts, key=lambda part: len(part.split()), default=title)
