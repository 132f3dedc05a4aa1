"""Remove from a page what its readers do not see: an instruction in white text is not the author's argument.

Hidden are elements whose attributes, styles or style sheets hide them: display, visibility, size, position, opacity, or
the colour of their background. Media queries are not followed, and no style sheet is fetched.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from lxml.html import HtmlElement

_CLIPPED_ONLY = frozenset({"sr-only", "sr_only", "screen-reader-text", "visually-hidden", "visuallyhidden", "u-hidden"})
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|%|vw)?")
_NEVER_HIDDEN = frozenset({"html", "head", "body", "meta", "link", "title", "base", "script", "style"})
_MAX_STYLE_SHEET = 300_000
_MAX_RULES = 2_000
# Styles that hide more of the text than this are undone by a script when the page is loaded.
_MAX_SHARE = 0.5
_RELEVANT = frozenset(
    "display visibility opacity font-size color background background-color text-indent left top position height "
    "max-height overflow mso-hide clip transform".split()
)

Style = Mapping[str, str]


def remove_hidden(tree: HtmlElement) -> None:
    """Remove all elements of a page that are not shown.

    Where the styles would hide most of the text, a script shows it when the page is loaded; then only attributes count.
    """
    body = tree.find(".//body") if tree.tag != "body" else tree
    total = len("".join((body if body is not None else tree).itertext())) or 1
    sheets = _sheet_styles(tree)
    for styles, with_inline in ((sheets, True), ({}, True), ({}, False)):
        hidden = _find_hidden(tree, styles, with_inline)
        if sum(len("".join(element.itertext())) for element in hidden) <= _MAX_SHARE * total:
            break
    for element in hidden:
        element.drop_tree()


def _find_hidden(tree: HtmlElement, styles: Mapping[HtmlElement, Style], with_inline: bool) -> list[HtmlElement]:
    """Return the outermost elements that are not shown."""
    found: dict[HtmlElement, None] = {}
    for element in tree.iter():
        parent = element.getparent()
        if not isinstance(element.tag, str) or element.tag in _NEVER_HIDDEN or parent is None:
            continue
        inline = _declarations(element.get("style") or "") if with_inline else {}
        if _is_hidden(element, {**styles.get(element, {}), **inline}, styles) and not any(
            ancestor in found for ancestor in element.iterancestors()
        ):
            found[element] = None
    return list(found)


def _is_hidden(element: HtmlElement, style: Style, styles: Mapping[HtmlElement, Style]) -> bool:
    attributes = element.attrib
    if "hidden" in attributes or attributes.get("aria-hidden", "").strip().lower() == "true":
        return True
    if any(token.lower() in _CLIPPED_ONLY for token in attributes.get("class", "").split()):
        return True
    color = style.get("color") or attributes.get("color")
    return _is_hidden_by(style) or (color is not None and _is_invisible_color(element, color, styles))


def _is_hidden_by(style: Style) -> bool:
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if style.get("mso-hide") == "all" or _length(style.get("opacity"), 1) < 0.05:
        return True
    size = style.get("font-size", "medium")
    if _length(size, 16) < (0.1 if size.endswith("em") else 1.1):
        return True
    if _length(style.get("text-indent")) <= -999 or (
        style.get("position") in ("absolute", "fixed")
        and min(_length(style.get("left")), _length(style.get("top"))) <= -999
    ):
        return True
    no_height = any(_length(style[name], 1) == 0 for name in ("height", "max-height") if name in style)
    return (no_height and style.get("overflow") == "hidden") or re.sub(r"\s", "", style.get("clip", "")).startswith(
        ("rect(0", "rect(1px")
    )


def _length(value: str | None, default: float = 0) -> float:
    match = _LENGTH.match(value) if value else None
    return float(match[1]) if match else default


def _is_invisible_color(element: HtmlElement, color: str, styles: Mapping[HtmlElement, Style]) -> bool:
    """Return whether a text has the colour of what is behind it, which is white unless an element says otherwise."""
    ink = _color(color)
    if ink is None:
        return False
    if ink[3] < 0.05:
        return True
    background = (1.0, 1.0, 1.0, 1.0)
    for ancestor in (element, *element.iterancestors()):
        style = {**styles.get(ancestor, {}), **_declarations(ancestor.get("style") or "")}
        value = style.get("background-color") or style.get("background") or ancestor.get("bgcolor")
        if value and any(word in value for word in ("url(", "gradient")):
            return False
        found = next(filter(None, map(_color, value.split())), None) if value else None
        if found is not None and found[3] > 0.05:
            background = found
            break
    return all(abs(a - b) < 0.08 for a, b in zip(ink[:3], background[:3], strict=True))


@lru_cache(maxsize=2_000)
def _color(value: str) -> tuple[float, float, float, float] | None:
    from tinycss2.color3 import parse_color

    parsed = parse_color(value.replace("!important", "").strip())
    return tuple(parsed) if isinstance(parsed, tuple) else None


@lru_cache(maxsize=5_000)
def _declarations(css: str) -> Style:
    """Return the declarations of a style attribute that may hide an element."""
    if not css:
        return {}
    import tinycss2

    return _relevant(tinycss2.parse_blocks_contents(css[:5_000], skip_comments=True, skip_whitespace=True))


def _relevant(nodes: list[Any]) -> dict[str, str]:
    import tinycss2

    return {
        node.lower_name: tinycss2.serialize(node.value).strip().lower()
        for node in nodes
        if node.type == "declaration" and node.lower_name in _RELEVANT
    }


def _sheet_styles(tree: HtmlElement) -> dict[HtmlElement, dict[str, str]]:
    """Return what the page's own style sheets declare, by element; later rules win."""
    styles: dict[HtmlElement, dict[str, str]] = {}
    for selector, style in _rules(tree):
        for element in selector(tree):
            if element.tag in ("html", "body"):  # hidden until a script runs; but text may have their colour
                own = {name: value for name, value in style.items() if name.startswith("background")}
                styles.setdefault(element, {}).update(own)
            else:
                styles.setdefault(element, {}).update(style)
    return styles


def _rules(tree: HtmlElement) -> Iterator[tuple[Any, dict[str, str]]]:
    import tinycss2
    from lxml.cssselect import CSSSelector
    from lxml.etree import XPathError

    css = "\n".join(element.text or "" for element in tree.iter("style"))[:_MAX_STYLE_SHEET]
    rules = [rule for rule in tinycss2.parse_stylesheet(css, True, True) if rule.type == "qualified-rule"]
    for rule in rules[:_MAX_RULES]:
        style = _relevant(tinycss2.parse_blocks_contents(rule.content, True, True))
        if not style:
            continue
        try:
            yield CSSSelector(tinycss2.serialize(rule.prelude), translator="html"), style
        except (ValueError, SyntaxError, RuntimeError, XPathError):  # a selector that only a browser knows
            continue
