"""An article and its paragraphs, as every other package sees them."""

import hashlib
from dataclasses import dataclass

from index.articles.lines import HeadLine


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A blank-line-separated block, numbered from 1.

    body_start: where its text starts behind head lines and heading marks; its end where there is none.
    """

    number: int
    start: int
    end: int
    body_start: int


@dataclass(frozen=True, slots=True)
class Article:
    """One text and what is known about it.

    id: its path below the articles folder, with forward slashes. text: the decoded file with
    "\\n" line ends; every offset in Byline counts its code points. digest: SHA-256 of the text.
    published: ISO 8601 ("2019-03-26", "2019-03"), or as printed where no year is given.
    """

    id: str
    digest: str
    text: str
    title: str | None
    authors: tuple[str, ...]
    published: str | None
    source: str | None
    note: str | None
    paragraphs: tuple[Paragraph, ...]
    head: tuple[HeadLine, ...]
    note_span: tuple[int, int] | None

    @property
    def word_count(self) -> int:
        return sum(len(self.text[p.body_start : p.end].split()) for p in self.paragraphs)

    def paragraph_at(self, offset: int) -> Paragraph:
        """The paragraph that holds an offset; ValueError where there is none."""
        for paragraph in self.paragraphs:
            if paragraph.start <= offset < paragraph.end:
                return paragraph
        raise ValueError(f"no paragraph holds offset {offset}")


def text_digest(text: str) -> str:
    """SHA-256 of a decoded text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(text: str) -> str:
    """What two files with the same words share."""
    return text_digest(" ".join(text.split()))
