"""Write Markdown: blocks with their marks, and text in which no character is mistaken for a mark."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["paragraph", "heading", "item", "quotation"]

_INLINE_MARKS = re.compile(r"[\\`*_\[\]<>~]|&(?=#?\w+;)|(?<==)=")
_LINE_MARKS = re.compile(r"(?m)^(?=[#+|-]|=+$|:{3}|%%)|^(\d{1,9})(?=[.)](?:\s|$))")
_NO_WIDTH = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))
_BLANKS = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of text of a document.

    Attributes:
        kind: What it is.
        text: Its text without marks; a line feed is a line break.
        level: Level of a heading, from 1; depth of a list item, from 1.
        number: Number of an item of a numbered list; None for a bullet.
    """

    kind: BlockKind
    text: str
    level: int = 1
    number: int | None = None


def to_markdown(blocks: Iterable[Block]) -> str:
    """Return blocks as Markdown, with a blank line between any two but items of the same list."""
    parts: list[str] = []
    before: Block | None = None
    for block in blocks:
        text = _clean(block.text)
        if not text:
            continue
        if before is not None:
            parts.append("\n" if _is_next_item(before, block) else "\n\n")
        parts.append(_mark(block, text))
        before = block
    return "".join(parts) + "\n" if parts else ""


def escape(text: str) -> str:
    """Put a backslash before each character that Markdown would take for a mark."""
    return _LINE_MARKS.sub(lambda m: f"{m[1]}\\" if m[1] else "\\", _INLINE_MARKS.sub(r"\\\g<0>", text))


def word_count(blocks: Sequence[Block]) -> int:
    """Return the number of words in blocks that are not headings."""
    return sum(len(block.text.split()) for block in blocks if block.kind != "heading")


def _is_next_item(before: Block, block: Block) -> bool:
    """Return whether a block goes on with the list of the block before it."""
    if before.kind != "item" or block.kind != "item":
        return False
    if block.level != before.level:
        return True
    return block.number == (None if before.number is None else before.number + 1)


def _clean(text: str) -> str:
    """Join white space within lines, as a browser does, and drop empty lines and characters without width."""
    text = text.translate(_NO_WIDTH)
    return "\n".join(filter(None, (_BLANKS.sub(_one_blank, line).strip() for line in text.split("\n"))))


def _one_blank(match: re.Match[str]) -> str:
    """Keep a no-break space, which stands for itself."""
    return "\u00a0" if match[0] == "\u00a0" else " "


def _mark(block: Block, text: str) -> str:
    if block.kind == "heading":
        return f"{'#' * min(max(block.level, 1), 6)} {escape(' '.join(text.split()))}"
    if block.kind == "item":
        mark = "-" if block.number is None else f"{block.number}."
        indent = "    " * (max(block.level, 1) - 1)
        return f"{indent}{mark} {escape(' '.join(text.split()))}"
    if block.kind == "quotation":
        return "\n".join(f"> {line}" for line in escape(text).split("\n"))
    return escape(text)
