"""The types of a line: `Line` as read from the file, `HeadLine` as classified."""

from dataclasses import dataclass
from typing import Literal

HeadKind = Literal["kicker", "title", "subtitle", "author", "date", "credit", "furniture"]
"""What a head line is.

kicker: the section of the newspaper ("Opinion"). credit: further information about author or origin.
furniture: what a web page added (counters, buttons, photo credits).
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paragraph.

    Attributes:
        text: The line without its line end.
        start: Start offset in the article's text.
        end: End offset in the article's text.
        paragraph: Number of its paragraph, from 1.
        emphasised: Whether all of it was set in emphasis, the marks of which are not in the text.
    """

    text: str
    start: int
    end: int
    paragraph: int
    emphasised: bool = False


@dataclass(frozen=True, slots=True)
class HeadLine:
    """A line above or below the body that is not the author's text.

    Attributes:
        kind: What the line is.
        start: Start offset in the article's text.
        end: End offset in the article's text.
        paragraph: Number of its paragraph, from 1.
    """

    kind: HeadKind
    start: int
    end: int
    paragraph: int
