"""The type of what a format returns: the text of a file, and the metadata that the file states about itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatedMetadata:
    """What a file or page says of itself outside its text: a page's meta elements, a document's properties.

    Front matter takes precedence over it, and it over the head lines of the text.

    Attributes:
        title: The title of the article.
        authors: Names of the authors, in the order stated.
        published: The date as a front matter may have it, preferably in ISO 8601.
        source: URL of the article.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    source: str | None = None


NOTHING_STATED = StatedMetadata()


@dataclass(frozen=True, slots=True)
class FormatResult:
    """The content of a file, as its format reads it.

    Attributes:
        text: The text, with line feeds as line ends and without control characters.
        is_markdown: Whether the text has Markdown's marks: "-", "1." and ">" at the start of a line.
        stated: The metadata that the file states about itself.
    """

    text: str
    is_markdown: bool = False
    stated: StatedMetadata = NOTHING_STATED
