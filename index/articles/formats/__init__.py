"""The file formats: what turns the bytes of a file into text.

How to add a file format:

1. Write a module with a function that turns the file's bytes into a `FormatResult`: paragraphs separated by blank
   lines, with title, byline and date as lines above them, as YAML front matter, or as stated metadata. It removes the
   format's own markup (directives, underlines of headings, emphasis), because quotes show its result as it is; or it
   returns Markdown and says so. It raises ArticleRejected with the reason for a file that it cannot read.
2. If the function calls a library that may not stop or that needs much memory, name it in `isolation.child.READERS`: it
   then runs in a child process with limits, and may raise anything.
3. Add the file's suffix to the table `FORMATS`, and if `byline add` may download such files, their media type to
   `index.commands.adding._SUFFIXES`. CONTRIBUTING.md has the tests to write.

The rest is the same for all formats: `index.articles.files` reads the files whose suffix is in `FORMATS`, and
`index.articles.text` makes of the text what a reader of the page reads and splits it into blocks, and
`index.articles.parse` separates head and foot from the body and collects the metadata.
In every format, a line that starts with "# " to "###### " is a heading, whose mark is left out of quotes.
"""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from index.articles.formats.html.encoding import looks_like_html
from index.articles.formats.isolation.parent import shared_reader
from index.articles.formats.plain import decode
from index.articles.formats.result import FormatResult


class Format(NamedTuple):
    """How the files of one suffix are read.

    Attributes:
        read: Turns the file's bytes into its content; its second argument is the fallback encoding. Raises
            ArticleRejected.
        max_bytes: Size limit of a file; larger ones are skipped.
    """

    read: Callable[[bytes, str | None], FormatResult]
    max_bytes: int = 8 * 1024 * 1024


_TEXT_SUFFIXES = (".txt", ".text", ".md", ".markdown")


def _read_plain(data: bytes, fallback: str | None) -> FormatResult:
    return _read_html(data, fallback) if looks_like_html(data) else FormatResult(decode(data, fallback))


def _read_markdown(data: bytes, fallback: str | None) -> FormatResult:
    if looks_like_html(data):
        return _read_html(data, fallback)
    return FormatResult(decode(data, fallback), is_markdown=True)


def _read_html(data: bytes, fallback: str | None) -> FormatResult:
    return shared_reader().read("html", data, fallback=fallback)


def _isolated(reader: str, patience: float = 1) -> Callable[[bytes, str | None], FormatResult]:
    """Return a function that reads a document in the child process; its encoding is part of the format."""
    return lambda data, _: shared_reader().read(reader, data, patience)


# Documents contain pictures, as do pages that were saved as one file; e-mails have attachments.
_MAX_DOCUMENT = 32 * 1024 * 1024

FORMATS = {
    ".txt": Format(_read_plain),
    ".text": Format(_read_plain),
    ".md": Format(_read_markdown),
    ".markdown": Format(_read_markdown),
    ".html": Format(_read_html, _MAX_DOCUMENT),
    ".htm": Format(_read_html, _MAX_DOCUMENT),
    ".xhtml": Format(_read_html, _MAX_DOCUMENT),
    ".pdf": Format(_isolated("pdf", patience=6), _MAX_DOCUMENT),
    ".docx": Format(_isolated("docx"), _MAX_DOCUMENT),
    ".epub": Format(_isolated("epub", patience=3), _MAX_DOCUMENT),
    ".eml": Format(_isolated("mail"), _MAX_DOCUMENT),
}
"""Format by suffix, in lower case."""


def read_format(name: str, data: bytes, fallback: str | None = None) -> FormatResult:
    """Read the content of a file in the format of its suffix; in that of ".txt" if the suffix is unknown.

    Raises:
        ArticleRejected: The file cannot be read.
    """
    return FORMATS.get(PurePosixPath(name).suffix.lower(), FORMATS[".txt"]).read(data, fallback)


def read_page(
    name: str, data: bytes, fallback: str | None = None, charset: str | None = None, url: str | None = None
) -> FormatResult:
    """Read what a server sent.

    Args:
        name: A file name whose suffix selects the format.
        data: The content.
        fallback: Encoding of a page that declares none and is not UTF-8.
        charset: The encoding that the server declared.
        url: Where the page is from.

    Raises:
        ArticleRejected: The page cannot be read.
    """
    if not is_text_format(name, data) and name.endswith((*_TEXT_SUFFIXES, ".html")):
        return shared_reader().read("html", data, charset=charset, fallback=fallback, url=url)
    return read_format(name, data, charset if charset and _is_text_encoding(charset) else fallback)


def _is_text_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def is_text_format(name: str, data: bytes) -> bool:
    """Return whether a file is text or Markdown, not a page that was saved under such a name."""
    return name.lower().endswith(_TEXT_SUFFIXES) and not looks_like_html(data)
