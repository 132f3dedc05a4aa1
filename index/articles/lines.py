"""Lines of an article, and what a head line is called."""

from dataclasses import dataclass
from typing import Literal

HeadKind = Literal["kicker", "title", "subtitle", "author", "date", "credit", "furniture"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block: its offsets in the article and the number of its paragraph."""

    text: str
    start: int
    end: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class HeadLine:
    """A line that is no text of the author's; `furniture` is what a web page put there."""

    kind: HeadKind
    start: int
    end: int
    paragraph: int
