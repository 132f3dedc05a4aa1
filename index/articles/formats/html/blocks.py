"""Turn a tree of elements into blocks of text: HTML's elements, and those of trafilatura's result."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from index.articles.formats.markdown import Block, BlockKind

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_BLOCKS = frozenset(
    "p div section article main header hgroup address center table tbody thead tfoot tr td th caption dl dt dd "
    "fieldset details summary figure pre body html ul ol list form hr nav".split()
)
_SKIPPED = frozenset(
    "script style noscript template iframe object embed svg math canvas audio video button input select textarea "
    "figcaption graphic img del s strike title meta link rt rp aside".split()
)
_BREAKS = frozenset({"br", "lb"})
_MANY_BREAKS = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass
class _Builder:
    """Collects text until a block ends."""

    blocks: list[Block] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    context: Block = field(default_factory=lambda: Block("paragraph", ""))

    def end_block(self) -> None:
        text = "".join(self.text)
        self.text.clear()
        for part in _MANY_BREAKS.split(text):
            if part.strip():
                self.blocks.append(replace(self.context, text=part))


def to_blocks(tree: Any) -> list[Block]:
    """Return the text of a tree as blocks: headings, paragraphs, list items and quotations."""
    builder = _Builder()
    _walk(tree, builder, is_verbatim=False)
    builder.end_block()
    return builder.blocks


def _walk(element: Any, builder: _Builder, is_verbatim: bool) -> None:
    """Add an element's text, its children, and their tails."""
    builder.text.append(_text(element.text, is_verbatim))
    numbers = _item_numbers(element)
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag in _BREAKS:
            builder.text.append("\n")
        elif tag == "q":
            builder.text.append("“")
            _walk(child, builder, is_verbatim)
            builder.text.append("”")
        elif tag and tag not in _SKIPPED and not (tag == "head" and element.tag == "html"):
            context = _context(child, builder.context, next(numbers) if tag in ("li", "item") else None)
            if context is None:
                _walk(child, builder, is_verbatim or tag == "pre")
            else:
                builder.end_block()
                before, builder.context = builder.context, context
                _walk(child, builder, is_verbatim or tag == "pre")
                builder.end_block()
                builder.context = before
        builder.text.append(_text(child.tail, is_verbatim))


def _context(element: Any, outer: Block, number: int | None) -> Block | None:
    """Return the kind of block that an element opens; None if it is inside a line."""
    tag = element.tag
    kind: BlockKind = outer.kind
    if tag in ("blockquote", "quote"):
        return Block("quotation", "")
    if outer.kind == "quotation":
        return outer if tag in _BLOCKS or tag in _HEADINGS or tag in ("li", "item", "head") else None
    if tag in ("li", "item"):
        depth = sum(ancestor.tag in ("ul", "ol", "list") for ancestor in element.iterancestors())
        return Block("item", "", min(max(depth, 1), 4), number)
    if tag == "head" or tag in _HEADINGS:
        rend = element.get("rend", "h2")[1:2]
        return Block("heading", "", _HEADINGS.get(tag) or (int(rend) if rend.isdigit() else 2))
    return replace(outer, kind=kind) if tag in _BLOCKS else None


def _item_numbers(element: Any) -> Iterator[int | None]:
    """Yield the numbers of a list's items; None for bullets, without end."""
    is_numbered = element.tag == "ol" or (element.tag == "list" and element.get("rend") == "ol")
    start = element.get("start", "1")
    number = int(start) if start.isdigit() and len(start) < 7 else 1
    while True:
        yield number if is_numbered else None
        number += 1


def _text(text: str | None, is_verbatim: bool) -> str:
    """Return text with its line feeds as blanks, unless they are shown as they are."""
    if not text:
        return ""
    return text if is_verbatim else text.replace("\r", " ").replace("\n", " ")
