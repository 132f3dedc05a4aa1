"""The types `Article` and `Paragraph`, which all other packages use, and the digests of a text."""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal

from index.articles.lines import HeadLine
from index.articles.offsets import OffsetMap

Kind = Literal["body", "head", "note", "correction", "salutation", "signature", "caption", "comment", "furniture"]
"""What a paragraph is.

body: the author's text, subheadings included. head: title, byline, date and what else introduces the text.
note: about the author or the text, by whoever. correction: what the editors changed later.
salutation, signature: the opening and the closing of a letter. caption: of a picture, with its credit.
comment: a reader's. furniture: whatever else the page added.
"""

NOTE_KINDS = frozenset({"note", "correction"})
"""Kinds that are searched and quoted though they are not the argument; their voice is the byline's."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of lines between blank lines.

    It keeps its number if nothing of it is text, as of a picture; then it starts where it ends.

    Attributes:
        number: Position in the article, counted from 1.
        start: Offset of its first character in the article's text.
        end: Offset after its last character.
        body_start: Offset where the author's text starts, after head lines and the marks of a heading or list; equal
            to `end` if the paragraph has none, because it consists of head lines.
        kind: What the paragraph is. Only the body, notes and corrections have sentences.
        quoted: Whether it is a block quotation.
        footnote: Whether it is a footnote: the author's words, but beside the argument.
        items: Start and end of each part of the body that is split into sentences on its own, without its mark: the
            points of a list, the rows of a table; empty if the whole body is one.
    """

    number: int
    start: int
    end: int
    body_start: int
    kind: Kind = "body"
    quoted: bool = False
    footnote: bool = False
    items: tuple[tuple[int, int], ...] = ()

    @property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each part of the body that consists of whole sentences."""
        return self.items or ((self.body_start, self.end),)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker of an interview says in a paragraph.

    Attributes:
        mark: Offset of the label, or of the text if it has none.
        start: Offset of the text, behind the label.
        end: Offset after the text.
        label: The label before it, as "Q" or a name; "" if it goes on with what the same speaker says.
        speaker: The label of whoever speaks; "" if the interview has no labels.
        asks: Whether it is the interviewer's.
    """

    mark: int
    start: int
    end: int
    label: str
    speaker: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Article:
    """The text of one file as a reader of the page sees it, and its metadata.

    All offsets in Byline are code points in `text`.

    Attributes:
        id: Path relative to the articles folder, with forward slashes.
        digest: SHA-256 of `text`, in hexadecimal.
        text: The article text: the decoded file with line feeds as line ends, without marks of Markdown, invisible
            characters, hyphens of line ends and running heads; front matter is as in the file.
        title: From the front matter, else from the head.
        authors: Names of the authors, in the order printed.
        published: ISO 8601 ("2019-03-26", "2019-03"), or as printed if the year is missing or the order is ambiguous.
        source: URL of the article.
        note: Text of the author note.
        paragraphs: All paragraphs in reading order.
        head: Lines that are not the author's text, above, below and between the body, in order.
        note_span: Start and end offset of the author note if it stands at the foot.
        offsets: Maps offsets in `text` to those in the decoded file.
        turns: Who says what, if the article is an interview.
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
    offsets: OffsetMap = field(default_factory=OffsetMap)
    turns: tuple[Turn, ...] = ()

    @property
    def word_count(self) -> int:
        """Number of words in the body."""
        return sum(len(self.text[start:end].split()) for p in self.paragraphs for start, end in p.parts)

    def is_note(self, offset: int) -> bool:
        """Whether an offset is in the author note, another note or a correction: not the argument, yet quotable.

        A footnote is none of these, because it is the author's word.
        """
        if self.note_span is not None and self.note_span[0] <= offset < self.note_span[1]:
            return True
        paragraph = self._last_paragraph_before(offset)
        return paragraph.kind in NOTE_KINDS and not paragraph.footnote and paragraph.start <= offset < paragraph.end

    def is_argument(self, offset: int) -> bool:
        """Whether an offset is in the text that makes the argument: in no note and no footnote."""
        return not self.is_note(offset) and not self._last_paragraph_before(offset).footnote

    def turn_at(self, offset: int) -> Turn | None:
        """Return the turn of an interview that contains an offset; None if it is in none."""
        return next((turn for turn in self.turns if turn.mark <= offset < turn.end), None)

    def paragraph_at(self, offset: int) -> Paragraph:
        """Return the paragraph that contains an offset.

        Raises:
            ValueError: The offset is between paragraphs or outside the text.
        """
        paragraph = self._last_paragraph_before(offset)
        if paragraph.start <= offset < paragraph.end:
            return paragraph
        raise ValueError(f"no paragraph contains offset {offset}")

    def _last_paragraph_before(self, offset: int) -> Paragraph:
        """Return the last paragraph that starts at an offset or before it, else the first one."""
        return self.paragraphs[max(0, bisect_right(self.paragraphs, offset, key=lambda p: p.start) - 1)]


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(text: str) -> str:
    """Return a digest that ignores white space: equal for two files with the same words."""
    return text_digest(" ".join(text.split()))
