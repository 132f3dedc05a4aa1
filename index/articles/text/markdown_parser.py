"""Parse Markdown into events with exact offsets. The only module that imports pyromark.

pyromark wraps pulldown-cmark, which gives the range of every event in linear time, and knows tables, footnotes and
wikilinks. markdown-it-py gives the lines of blocks only.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the parser.

    Attributes:
        kind: The name of the element: "Text", "Link", "BlockQuote" and so on.
        is_start: Whether the element starts here; also false for what has no content.
        start: Offset of its first character.
        end: Offset after its last one.
        text: What a text or an inline code shows.
        target: The address that a link leads to.
        is_wiki_link: Whether a link is written as "[[…]]".
    """

    kind: str
    is_start: bool
    start: int
    end: int
    text: str = ""
    target: str = ""
    is_wiki_link: bool = False


def read_events(text: str, start: int) -> Iterator[Event]:
    """Yield the parser's events for a Markdown text from an offset on. All offsets are code points."""
    from pyromark import Options, events_with_range

    options = (
        Options.ENABLE_TABLES
        | Options.ENABLE_FOOTNOTES
        | Options.ENABLE_STRIKETHROUGH
        | Options.ENABLE_TASKLISTS
        | Options.ENABLE_WIKILINKS
    )
    part = text[start:]
    positions = _code_points(part)
    for event, span in events_with_range(part, options=options):
        first, last = span["start"], span["end"]
        if positions is not None:
            first, last = positions[first], positions[last]
        yield _event(event, start + first, start + last)


def _event(event: Any, start: int, end: int) -> Event:
    if isinstance(event, str):
        return Event(event, False, start, end)
    ((kind, value),) = event.items()
    if kind not in ("Start", "End"):
        return Event(kind, False, start, end, value if isinstance(value, str) else "")
    is_start = kind == "Start"
    if isinstance(value, str):
        return Event(value, is_start, start, end)
    ((tag, data),) = value.items()
    link = data if isinstance(data, dict) else {}
    is_wiki_link = isinstance(link.get("link_type"), dict)
    return Event(tag, is_start, start, end, target=str(link.get("dest_url", "")), is_wiki_link=is_wiki_link)


def _code_points(text: str) -> Sequence[int] | None:
    """Return the code point offset of each byte of a text in UTF-8, and of its end; None if they are the same."""
    if text.isascii():
        return None
    positions = array("I")
    for index, character in enumerate(text):
        code = ord(character)
        positions.extend((index,) * (1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF)))
    positions.append(len(text))
    return positions
