"""Write the front matter of a file. The only module that imports ruamel.yaml, which keeps comments and quotes."""

import io
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from index.articles.metadata.fields import field_of
from index.articles.metadata.front_matter import read_front_matter
from index.errors import ArticleRejected

_BLOCK = re.compile(r"\s*^---[ \t]*\r?\n(?P<yaml>(?=\S).*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.M | re.S)
_WIDTH = 10_000


def edit_front_matter(text: str, changes: Mapping[str, str | tuple[str, ...]]) -> str:
    """Return a text with other values in its front matter. All below the front matter stays as it is.

    A value replaces that of the key under which the front matter has the field, whatever its name there; other keys,
    their order and comments are kept. A text without front matter gets one.

    Args:
        text: The text of a file, with its own line ends.
        changes: New values by field: title, author (one name or several), published, source.

    Raises:
        ArticleRejected: The front matter is not YAML, or not valid.
    """
    plain = text.replace("\r\n", "\n")
    end = read_front_matter(plain)[1]
    block = _BLOCK.match(text) if end else None
    if end and not block:
        raise ArticleRejected("its front matter is TOML or JSON (change it there, or rewrite it as YAML)")
    newline = "\r\n" if "\r\n" in text[:10_000] else "\n"
    old = block["yaml"].replace("\r\n", "\n") if block else ""
    new = _edit_yaml(old, changes).replace("\n", newline)
    if block:
        return text[: block.start("yaml")] + new + text[block.end("yaml") :]
    return f"---{newline}{new}---{newline}{newline}{text}"


def _edit_yaml(block: str, changes: Mapping[str, str | tuple[str, ...]]) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        values: Any = yaml.load(block) if block.strip() else {}
    except (YAMLError, ValueError):
        raise ArticleRejected("its front matter cannot be rewritten (change it by hand)") from None
    for field, value in changes.items():
        keys = [key for key in values if isinstance(key, str) and field_of(key) == field]
        if field == "published" and not keys:
            keys = [key for key in values if isinstance(key, str) and field_of(key) == "date"]
        for key in keys[1:]:
            del values[key]
        values[keys[0] if keys else field] = _stored(value)
    written = io.StringIO()
    yaml.dump(values, written)
    return written.getvalue()


def _stored(value: str | tuple[str, ...]) -> Any:
    if isinstance(value, tuple):
        return list(value) if len(value) > 1 else value[0]
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value
    except ValueError:
        return value
