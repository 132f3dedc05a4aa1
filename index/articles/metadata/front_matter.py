"""Read the front matter: the metadata at the top of a file, as YAML, TOML or JSON."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from index.articles.metadata.fields import by_field, field_of
from index.errors import ArticleRejected

_YAML = re.compile(r"\s*^---[ \t]*\n(?P<block>(?=\S).*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.M | re.S)
_TOML = re.compile(r"\s*^\+\+\+[ \t]*\n(?P<block>.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.M | re.S)
_JSON = re.compile(r"\s*(?=\{\s*\")")
_MAX_JSON_CHARS = 100_000
# A block with one of these keys is front matter. Byline does not use all of them, but other programs do.
_OTHER_KEYS = frozenset(
    (
        "section subtitle description summary excerpt slug layout tags categories category keywords permalink draft "
        "lang language image created id aliases cssclass publication"
    ).split()
)
_KEY_LINE = re.compile(r"^([A-Za-z]\w*)[ \t]*:(?:\s|\Z)", re.M)


def read_front_matter(text: str) -> tuple[Mapping[str, Any], int]:
    """Read the front matter at the top of a text.

    A block between two lines of three dashes (YAML) or plus signs (TOML), or an object in JSON, is front matter if it
    contains a usual key; otherwise dashes are a horizontal rule.

    Returns:
        The values by field (see `index.articles.metadata.fields`), and the offset where the text after the front
        matter starts; an empty mapping and 0 if there is no front matter.

    Raises:
        ArticleRejected: The front matter is not valid YAML or TOML.
    """
    if block := _YAML.match(text):
        if not any(_is_known(key[1]) for key in _KEY_LINE.finditer(block["block"])):
            return {}, 0
        meta = _parse_yaml(block["block"])
        return (by_field(meta), block.end()) if meta is not None else ({}, 0)
    if block := _TOML.match(text):
        meta = _parse_toml(block["block"])
        return (by_field(meta), block.end()) if any(map(_is_known, meta)) else ({}, 0)
    if start := _JSON.match(text):
        return _read_json(text, start.end())
    return {}, 0


def _is_known(key: Any) -> bool:
    return isinstance(key, str) and (field_of(key) is not None or key.lower() in _OTHER_KEYS)


def _parse_yaml(block: str) -> dict[Any, Any] | None:
    import yaml

    try:
        # Not the C loader: deeply nested brackets crash the process there.
        meta = yaml.load(block, Loader=yaml.SafeLoader)
    except (ValueError, TypeError, RecursionError, OverflowError, yaml.YAMLError):
        raise ArticleRejected("its front matter is not valid YAML (the lines between --- and ---)") from None
    return meta if isinstance(meta, dict) else None


def _parse_toml(block: str) -> dict[str, Any]:
    try:
        return tomllib.loads(block)
    except (ValueError, RecursionError):
        raise ArticleRejected("its front matter is not valid TOML (the lines between +++ and +++)") from None


def _read_json(text: str, start: int) -> tuple[Mapping[str, Any], int]:
    """Read an object in JSON at an offset; a text that only looks like one is not front matter."""
    try:
        meta, length = json.JSONDecoder().raw_decode(text[start : start + _MAX_JSON_CHARS])
    except (ValueError, RecursionError):
        return {}, 0
    end = start + length
    below = text[end:].split("\n", 1)
    if not any(map(_is_known, meta)) or below[0].strip():
        return {}, 0
    return by_field(meta), end
