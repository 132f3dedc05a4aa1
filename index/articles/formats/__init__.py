"""The file formats: what turns the bytes of a file into text.

How to add a file format:

1. Write a function that turns the file's bytes into plain text: paragraphs separated by blank lines, with title, byline
   and date as lines above them or as YAML front matter. It removes the format's own markup (directives, underlines of
   headings, emphasis), because quotes show its result as it is. It raises ArticleRejected with the reason for a
   file that it cannot read.
2. Add the file's suffix, with that function, to the table `FORMATS`. Set `is_markdown` if "-", "1." and ">" at the
   start of a line still mark lists and quotations; these marks are then left out of quotes.

The rest is the same for all formats: `index.articles.files` reads the files whose suffix is in `FORMATS`, and
`index.articles.parse` splits the text into paragraphs, separates head and foot from the body and collects the metadata.
In every format, a line that starts with "# " to "###### " is a heading, whose mark is left out of quotes.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from index.articles.formats.plain import decode

_MARKDOWN_MARK = re.compile(
    r"[ \t]*(?:>[ \t]?)+(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)?|[ \t]*(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)"
)


class Format(NamedTuple):
    """How the files of one suffix are read.

    Attributes:
        to_text: Turns the file's bytes into text, with line feeds as line ends and without control characters; its
            second argument is the fallback encoding. Raises ArticleRejected.
        is_markdown: Whether "-", "1." and ">" at the start of a line mark a list or a quotation.
    """

    to_text: Callable[[bytes, str | None], str]
    is_markdown: bool = False


FORMATS = {
    ".txt": Format(decode),
    ".text": Format(decode),
    ".md": Format(decode, is_markdown=True),
    ".markdown": Format(decode, is_markdown=True),
}
"""Format by suffix, in lower case."""


def format_of(name: str) -> Format:
    """Return the format of a file name; that of ".txt" for an unknown suffix."""
    return FORMATS.get(PurePosixPath(name).suffix.lower(), FORMATS[".txt"])


def skip_markdown_mark(name: str, text: str, start: int, end: int) -> int:
    """Return where a line's text starts after the mark of a list or quotation; its start if it has none.

    Args:
        name: File name of the article; only Markdown files have such marks.
        text: Text of the article.
        start: Start offset of the line.
        end: Offset where the mark must end at the latest.
    """
    match = _MARKDOWN_MARK.match(text, start, end) if format_of(name).is_markdown else None
    return match.end() if match else start
