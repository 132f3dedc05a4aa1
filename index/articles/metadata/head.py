"""Recognise the lines above the body: title, byline, date line, section name, page furniture.

A learned model labels the pieces of the first lines (`index.articles.metadata.tagging`); what is certain is decided
here: a line that repeats the title of the front matter, a field ("Published: 3 May 2024"), a web address. What a
title, a byline or a date line says is read by `names`, `dates` and `fields`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.articles.furniture.lines import is_furniture, is_kicker, url_in, without_kicker
from index.articles.lines import HeadKind, HeadLine, Line
from index.articles.metadata.bylines import authors_in, blog_author, speaker_in_title
from index.articles.metadata.dates import is_time_line, split_date, year_in
from index.articles.metadata.field_lines import FieldLines, read_field_lines
from index.articles.metadata.fields import is_placeholder
from index.articles.metadata.foot import describes_author
from index.articles.metadata.names import (
    BY,
    MAX_LINE_CHARS,
    ROLE,
    candidate_name,
    is_all_caps_name,
    is_handle,
    is_name,
    is_role,
    lower_case_words,
    strip_markup,
)
from index.articles.metadata.tagging.features import LONG_WORDS, SITE, context_of, features
from index.articles.metadata.tagging.model import Tag, load_weights, tag
from index.articles.metadata.tagging.pieces import Piece, head_lines, split_pieces
from index.articles.metadata.tagging.prose import is_sentence, is_unfinished, is_wrapped, last_mark, without_dateless

MAX_TITLE_WORDS = 40
_MAX_LINE_WORDS = 60
_MAX_BODY_ABOVE = 2
# Least certainty of a title; below it, an article is better called by author and date.
_TITLE_CERTAINTY = 0.5
# A line of which the model is less certain than this that it is not the author's text stays part of the body.
_MAX_BODY = 0.4
_MAX_BODY_OF_LONG = 0.1
_MAX_BODY_OF_WRAPPED = 0.05
_MAX_ROLE_WORDS = 8
_UNSURE = 0.6
_CREDIT_START = re.compile(
    r"^[\[(*_]*(?:by|from|for|posted|published|updated|first|last|translated|remarks|specially|interview|as told)\b",
    re.I,
)
_NUMBER = re.compile(
    r"^(?:(?:chapter|part|essay)\s+)?(?:[IVXLC]+|\d{1,2})\.?\s*(?:--|—|–|:)\s*(?=\S)|^[IVXLC]+\.\s+(?=\S)"
)
_ORIGINALLY = re.compile(r"\b(?:original(?:ly)?|first)\b.{0,30}\b(?:appeared|published|printed|ran)\b", re.I)


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """The head lines and the metadata in them; None or empty where the head does not say.

    Attributes:
        lines: The head lines in order.
        title: Title without markup and without a section name.
        authors: Names of the authors, in the order printed.
        published: ISO 8601 ("2019-03-26", "2019-03"), or as printed if it is ambiguous or has no year.
        source: URL of the article.
        note: Start and end offset of a line that describes the author.
    """

    lines: tuple[HeadLine, ...] = ()
    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    source: str | None = None
    note: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """The first lines of an article, prepared for the model.

    Attributes:
        lines: All of them.
        repeated: Start offsets of the lines that repeat the title of the front matter.
        fields: The fields among them.
        pieces: The pieces of all other lines.
        features: The features of each piece.
        body_words: Words that the article has in lower case.
    """

    lines: list[Line]
    repeated: frozenset[int]
    fields: FieldLines
    pieces: list[Piece]
    features: list[list[str]]
    body_words: frozenset[str]


def read_opening(blocks: Sequence[Sequence[Line]], title: str | None, name: str) -> Opening:
    """Prepare the first lines of an article for the model; the arguments are those of `read_head`."""
    every = [line for block in blocks for line in block]
    lines = head_lines(blocks)[: max(0, len(every) - 1)]
    fields = read_field_lines(lines)
    repeated = frozenset(line.start for line in lines if title and _equals(strip_markup(line.text), title))
    pieces = split_pieces([line for line in lines if line.start not in fields.lines and line.start not in repeated])
    words = lower_case_words(line.text for block in blocks[1:] for line in block)
    context = context_of(name, every, words, has_title=bool(title or fields.title))
    return Opening(lines, repeated, fields, pieces, features(pieces, context), words)


def read_head(
    blocks: Sequence[Sequence[Line]], title: str | None, authors: tuple[str, ...], name: str = ""
) -> ArticleHead:
    """Read the head of an article. At least one line remains for the body.

    Args:
        blocks: The lines of each paragraph.
        title: Title from the front matter; a line that repeats it is a head line.
        authors: Authors from the front matter; likewise.
        name: Name of the file, which often has words of the title.
    """
    opening = read_opening(blocks, title, name)
    fields, pieces = opening.fields, opening.pieces
    tagged = _Tagged(pieces, without_dateless(pieces, tag(opening.features, load_weights())), opening.body_words)
    kinds: dict[int, HeadKind] = {**tagged.line_kinds(), **fields.lines, **dict.fromkeys(opening.repeated, "title")}
    found = ArticleHead(
        title=fields.title or tagged.title(),
        authors=fields.authors or tagged.authors(),
        published=fields.published or tagged.published() or fields.updated,
        source=fields.source or next((url_in(piece.text) for piece in pieces if url_in(piece.text)), None),
    )
    spoken = (title or found.title or "", *(piece.text for piece, _ in tagged.of("other")))
    speakers = next((names for text in spoken if (names := speaker_in_title(text))), ())
    found = replace(found, authors=found.authors or speakers)
    note = _note_line(opening.lines, kinds, authors or found.authors)
    if note:
        kinds[note.start] = "credit"
    return replace(
        found,
        lines=tuple(
            HeadLine(kinds[line.start], line.start, line.end, line.paragraph)
            for line in opening.lines
            if line.start in kinds
        ),
        note=(note.start, note.end) if note else None,
    )


@dataclass(frozen=True, slots=True)
class _Tagged:
    """The pieces of the first lines and what the model says of each."""

    pieces: Sequence[Piece]
    tags: Sequence[Tag]
    body_words: frozenset[str]

    def of(self, *labels: str) -> Iterator[tuple[Piece, Tag]]:
        """Yield the pieces of a head line with one of these labels."""
        kinds = self.line_kinds()
        for piece, found in zip(self.pieces, self.tags, strict=True):
            if found.label in labels and piece.line.start in kinds:
                yield piece, found

    def line_kinds(self) -> dict[int, HeadKind]:
        """Return the kind of each head line by its start offset. No line below two paragraphs of the body is one."""
        kinds: dict[int, HeadKind] = {}
        body_above, had_body = 0, False
        by_line = list(self._by_line())
        last = last_mark(by_line)
        below = [*(line for line, _ in by_line[1:]), None]
        for (line, pieces), next_line in zip(by_line, below, strict=False):
            if body_above >= _MAX_BODY_ABOVE or (had_body and line.start > last):
                break
            text = strip_markup(line.text)
            labels: set[str] = {found.label for _, found in pieces}
            is_long = len(text.split()) > _MAX_LINE_WORDS or (len(text) > MAX_LINE_CHARS and not url_in(text))
            is_body = is_long or "body" in labels or ("title" in labels and line.start >= last and is_sentence(line))
            prose = line.start > last and text.endswith((".", "!", "?")) and not _CREDIT_START.match(text)
            is_body = is_body or (prose and labels == {"other"} and not is_furniture(text) and not is_time_line(text))
            least = _MAX_BODY_OF_LONG if len(text.split()) >= LONG_WORDS else _MAX_BODY
            if not kinds and not body_above and is_kicker(text):
                kinds[line.start] = "kicker"
                continue
            body = max(found.body for _, found in pieces)
            if (
                kinds
                and not is_long
                and list(kinds.values())[-1] == "title"
                and self._is_name_and_role(line, next_line)
            ):
                kinds[line.start] = "author"
                continue
            wrapped = is_wrapped(line, next_line) and body > _MAX_BODY_OF_WRAPPED
            if is_body or body > least or wrapped or is_unfinished(line, next_line):
                if body_above == 0 and (is_furniture(text) or is_time_line(text)) and (kinds or not is_body):
                    kinds[line.start] = "furniture"
                else:
                    had_body = True
                    body_above += len(text.split()) > 25
                continue
            kinds[line.start] = _kind(text, labels)
        return kinds

    def _is_name_and_role(self, line: Line, below: Line | None) -> bool:
        """Whether a line is a paragraph of its own, "Jane Roe, harbour master"."""
        text = strip_markup(line.text)
        name, comma, role = text.partition(",")
        alone = below is None or below.paragraph != line.paragraph
        return (
            bool(comma)
            and alone
            and len(text.split()) <= _MAX_ROLE_WORDS
            and not text.endswith((".", "!", "?", ":", ","))
            and is_name(name, self.body_words)
            and not is_role(name)
            and bool(role.strip())
        )

    def _by_line(self) -> Iterator[tuple[Line, list[tuple[Piece, Tag]]]]:
        groups: dict[int, list[tuple[Piece, Tag]]] = {}
        for piece, found in zip(self.pieces, self.tags, strict=True):
            groups.setdefault(piece.line.start, []).append((piece, found))
        for pieces in groups.values():
            yield pieces[0][0].line, pieces

    def title(self) -> str | None:
        for piece, found in self.of("title"):
            if found.certainty < _TITLE_CERTAINTY or len(piece.text.split()) > MAX_TITLE_WORDS:
                continue
            if piece.text.endswith(","):  # "Dear Sir,"
                continue
            text = without_kicker(piece.text)
            for other, label in self._after(piece):
                if other.glue == "dash" and label == "other" and not is_name(other.text):
                    text = f"{text} – {other.text}"
            return _clean_title(text)
        return self._only_candidate()

    def _only_candidate(self) -> str | None:
        """Return the one line above a byline or a date that is neither a section nor a name, if none is the title."""
        heads = [(piece, found.label) for piece, found in self.of("author", "date", "kicker", "other")]
        rest = [
            piece
            for piece, label in heads
            if not is_kicker(piece.text)
            and not is_furniture(piece.text)
            and not split_date(piece.text).date
            and not (label == "author" and authors_in(piece.text, self.body_words))
        ]
        signed = sum(label in ("author", "date") for _, label in heads)
        if len(rest) != 1 or rest[0].line is not heads[0][0].line or signed < 1 or len(rest[0].text.split()) > 20:
            return None
        text = rest[0].text
        plainly = is_name(text, self.body_words) or SITE.search(text) or BY.match(text) or is_handle(text)
        return None if plainly or text.endswith((":", ",")) else _clean_title(text)

    def _after(self, piece: Piece) -> Iterator[tuple[Piece, str]]:
        for other, found in zip(self.pieces, self.tags, strict=True):
            if other.line is piece.line and other is not piece:
                yield other, found.label

    def authors(self) -> tuple[str, ...]:
        """Return the names in the bylines; a name without "By" counts only where there is no other."""
        kinds = self.line_kinds()
        marked: list[str] = []
        bare: list[str] = []
        for piece, _ in self.of("author"):
            names = authors_in(piece.text, self.body_words)
            (marked if BY.match(split_date(piece.text).leftover) else bare).extend(names)
        for piece, _ in () if marked or bare else self.of("date"):
            leftover = split_date(piece.text).leftover
            bare += [leftover] if is_all_caps_name(leftover, self.body_words) else []
        if not marked and not bare and not any(self.of("title")):
            bare = [p.text for p, _ in self.of("kicker") if is_name(p.text, self.body_words) and not is_role(p.text)][
                :1
            ]
        if not marked and not bare:
            unsure = [
                p.text for p, found in self.of("other") if found.certainty < _UNSURE and is_name(candidate_name(p.text))
            ]
            bare = [name for text in unsure[:1] for name in authors_in(text, self.body_words)]
        blogs = [name for piece, _ in self.of("kicker", "date") for name in blog_author(piece.text)]
        roles = [
            n for p in self.pieces if kinds.get(p.line.start) == "author" for n in authors_in(p.text, self.body_words)
        ]
        return tuple(dict.fromkeys(marked or bare or roles or blogs[:1]))

    def published(self) -> str | None:
        """Return the date of publication: of the first printing, else the first date, else that of a change."""
        dated = [(piece.text, split_date(piece.text)) for piece, _ in self.of("author", "date", "other", "kicker")]
        dates = [
            (text, d)
            for text, d in dated
            if d.date and (len(d.leftover.split()) <= 12 or _ORIGINALLY.search(text) or _ends_with_date(text))
        ]
        for wanted in (lambda text, _: _ORIGINALLY.search(text), lambda _, d: not d.updated, lambda *_: True):
            if found := next((d.date for text, d in dates if wanted(text, d)), None):
                return found
        return next((year for text, _ in dated if (year := year_in(text))), None)


def _ends_with_date(text: str) -> bool:
    """Whether a line ends with a date and its year: "Remarks by … at the dinner of …, 22 July 2025"."""
    return text.rstrip(" .)]")[-1:].isdigit() and bool(split_date(" ".join(text.split()[-3:])).date)


def _kind(text: str, labels: set[str]) -> HeadKind:
    """Return the kind of a line whose pieces have these labels."""
    kind: HeadKind
    for kind in ("title", "author", "date"):
        if kind in labels and not is_time_line(text):
            return kind
    if "kicker" in labels or is_kicker(text):
        return "kicker"
    if is_furniture(text) or is_time_line(text):
        return "furniture"
    return "credit" if _CREDIT_START.match(text) or ROLE.search(text) or is_name(text) else "subtitle"


def _note_line(lines: Sequence[Line], kinds: dict[int, HeadKind], authors: tuple[str, ...]) -> Line | None:
    """Return the line directly below the head lines, or among them, that describes the author."""
    for line in lines:
        text = strip_markup(line.text)
        if kinds.get(line.start) in (None, "credit", "subtitle") and any(
            describes_author(text, name) for name in authors
        ):
            return line if any(start < line.start for start in kinds) else None
        if line.start not in kinds and len(text.split()) > 25:
            return None
    return None


def _clean_title(text: str) -> str | None:
    text = _NUMBER.sub("", strip_markup(text)).strip()
    if (
        text.endswith(".")
        and text.count(".") == 1
        and len(text.split()) <= 8
        and not text[:1].islower()
        and text.istitle()
    ):
        text = text.rstrip(".")
    return text if text and not is_placeholder(text) else None


def _equals(one: str, other: str) -> bool:
    return "".join(filter(str.isalnum, one)).casefold() == "".join(filter(str.isalnum, other)).casefold()
