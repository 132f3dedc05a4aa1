"""The type of a printed line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of text on a page.

    Attributes:
        text: Its text.
        page: Number of its page, from 0.
        box: Number of the group of lines on its page that it belongs to, in reading order.
        left: Left edge, in points.
        right: Right edge, in points.
        top: Upper edge, as a share of the page's height from its top.
        bottom: Lower edge, likewise.
        size: Size of most of its characters, in points.
        is_bold: Whether it is in bold print.
        height: Height of the page, in points.
    """

    text: str
    page: int
    box: int
    left: float
    right: float
    top: float
    bottom: float
    size: float
    is_bold: bool = False
    height: float = 800
