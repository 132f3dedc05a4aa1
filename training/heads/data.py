"""Label the pieces of heads: of labelled articles, and of invented heads put above their bodies."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.articles.formats import read_format
from index.articles.lines import Line
from index.articles.metadata.dates import split_date
from index.articles.metadata.fields import text_value
from index.articles.metadata.front_matter import read_front_matter
from index.articles.metadata.head import read_opening
from index.articles.metadata.tagging.pieces import Piece
from training.heads.invented import Inventor

_KINDS = {"kicker": "kicker", "title": "title", "author": "author", "date": "date"}
_MAX_HEAD_LINE_WORDS = 60
_MAX_PIECES = 16


@dataclass(frozen=True, slots=True)
class Example:
    """The pieces of a head: the features and the label of each, and how much the example counts."""

    features: list[list[str]]
    labels: list[str]
    weight: float
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Body:
    """The text below a head, for invented heads: its title, its blocks, and a sentence that may serve as standfirst."""

    title: str
    blocks: list[str]
    deck: str | None


def plain(text: str) -> str:
    """Return the letters and digits of a text without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


def make_example(
    name: str, text: str, start: int, label: Callable[[Sequence[Piece]], list[str]], weight: float, title: str | None
) -> Example | None:
    """Return the example of an article; label: says what each piece is; title: what its front matter gives."""
    opening = read_opening(split_blocks(text, start), title, name)
    pieces = opening.pieces
    if not pieces:
        return None
    labels = label(pieces)
    return Example(opening.features[:_MAX_PIECES], labels[:_MAX_PIECES], weight, pieces[:_MAX_PIECES])


class Labeller:
    """Labels the pieces of an article by what heads.jsonl says of it."""

    def __init__(self, row: dict[str, object]) -> None:
        self.row = row

    def __call__(self, pieces: Sequence[Piece]) -> list[str]:
        row = self.row
        titles = [plain(str(t)) for t in [row.get("title") or "", *_strings(row, "title_also")] if t]
        kickers = {plain(t) for t in _strings(row, "kicker")}
        names = [plain(n) for n in [*_strings(row, "authors"), *_strings(row, "authors_also")] if len(plain(n)) > 3]
        furniture = set(row.get("furniture", []) or [])  # type: ignore[call-overload]
        kinds = {plain(text): kind for kind, text in row.get("lines", [])}  # type: ignore[attr-defined]
        best = next((n for t in titles for n, piece in enumerate(pieces) if plain(_unnumbered(piece.text)) == t), None)
        labels, body = [], False
        for number, piece in enumerate(pieces):
            words, key = len(piece.text.split()), plain(piece.text)
            in_head = piece.line.paragraph in furniture or plain(piece.line.text) in kinds
            dated = split_date(piece.text)
            in_head = in_head or (best is not None and piece.line is pieces[best].line)
            in_head = in_head or (not body and (bool(dated.date and not dated.leftover) or key in names))
            kind = kinds.get(plain(piece.line.text))
            long = words > _MAX_HEAD_LINE_WORDS
            body = body or (not in_head and words > 25)
            if number == best:
                labels.append("title")
            elif not in_head or long:
                labels.append("body")
            elif not body and (key in names or (key in kickers and any(name in key for name in names))):
                labels.append("author")
            elif key in kickers or kind == "kicker":
                labels.append("kicker")
            elif not body and words <= 25 and any(name in key for name in names) and not key.startswith("originallyby"):
                labels.append("author")
            elif not body and re.search(r"\d{4}", piece.text) and words <= 12:
                labels.append("date")
            else:
                labels.append("other")
        return labels


class Given:
    """Labels the pieces of an invented head."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def __call__(self, pieces: Sequence[Piece]) -> list[str]:
        labels = []
        titled = False
        for piece in pieces:
            key = plain(piece.text)
            label = self.known.get(key) or next(
                (k for t, k in self.known.items() if key and key in t and len(key) > 8), "body"
            )
            if label == "title" and titled:
                label = "other"
            titled = titled or label == "title"
            labels.append(label)
        return labels


def labelled(folder: Path, rows: Path, weight: float) -> Iterator[Example]:
    """Yield the examples of a folder of articles and its heads.jsonl."""
    for line in rows.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        path = folder / row["article"]
        text = read_format(path.name, path.read_bytes(), None).text
        meta, start = read_front_matter(text)
        example = make_example(path.name, text, start, Labeller(row), weight, text_value(meta, "title"))
        if example:
            yield example


def bodies(folder: Path, rows: Path) -> Iterator[Body]:
    """Yield the bodies of the articles of a folder that have a title."""
    for line in rows.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        path = folder / row["article"]
        text = read_format(path.name, path.read_bytes(), None).text
        head = {plain(t) for _, t in row.get("lines", [])}
        blocks = ["\n".join(part.text for part in block if plain(part.text) not in head) for block in _blocks(text)]
        blocks = [block for block in blocks if block.strip()]
        if row["title"] and len(blocks) > 3:
            sentences = [s for s in re.split(r"(?<=[.!?])\s", blocks[2]) if 6 <= len(s.split()) <= 24]
            yield Body(row["title"], blocks, sentences[0] if sentences else None)


def invented(found: Sequence[Body], count: int, seed: int, weight: float) -> Iterator[Example]:
    """Yield examples of invented heads above bodies."""
    inventor = Inventor(seed)
    for _ in range(count):
        body = inventor.random.choice(found)
        head = inventor.head(body.title, body.deck)
        known, texts = {}, []
        for block in head.blocks:
            rows = []
            for pieces, joint in block:
                known.update({plain(text): label for text, label in pieces})
                rows.append(joint.join(text for text, _ in pieces))
            texts.append("\n".join(rows))
        joint = "\n" if inventor.random.random() < 0.15 else "\n\n"
        blocks = inventor.opening(body.blocks[inventor.random.randint(0, 2) :])
        text = "\n\n".join(texts) + (joint if texts else "") + "\n\n".join(blocks)
        given = next((key for key, label in known.items() if label == "title"), None)
        given = given if inventor.random.random() < 0.12 else None
        example = make_example(head.name, text, 0, Given(known), weight, given)
        if example:
            yield example


def split_blocks(text: str, start: int) -> list[list[Line]]:
    """Split a text into blocks between blank lines, and these into lines."""
    blocks: list[list[Line]] = [[]]
    for line in text[start:].split("\n"):
        if line.strip():
            blocks[-1].append(Line(line, start, start + len(line), len(blocks)))
        elif blocks[-1]:
            blocks.append([])
        start += len(line) + 1
    return [block for block in blocks if block]


def _blocks(text: str) -> list[list[Line]]:
    return split_blocks(text, read_front_matter(text)[1])


def _strings(row: dict[str, object], key: str) -> list[str]:
    value = row.get(key) or []
    return [str(item) for item in value] if isinstance(value, list) else []


def _unnumbered(text: str) -> str:
    return re.sub(r"^(?:[IVXLC]+|\d+)\.(?:--|\s)\s*", "", text)
