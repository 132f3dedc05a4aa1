"""Articles with the kind of each block: as the parser reads them, or as a person labelled them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from index.articles.article import Article, Kind
from index.articles.furniture import classifier
from index.articles.furniture.classifier import KINDS
from index.articles.furniture.marks import marked_kind
from index.articles.furniture.pull_quotes import pull_quotes
from index.articles.parse import parse
from training.furniture.synthetic import Block, Blocks

_SUFFIXES = (".txt", ".md")


def read_parsed(folders: Iterable[Path]) -> dict[str, Blocks]:
    """Read articles that have no furniture but what a mark shows; head and notes are what the parser says."""
    found: dict[str, Blocks] = {}
    for folder in folders:
        for path in sorted(p for p in folder.iterdir() if p.suffix in _SUFFIXES):
            with _marks_only():
                article = parse(path.name, path.read_bytes())
            found[f"{folder.name}/{path.name}"] = _without_pull_quotes(
                [Block(_text(article, p.number), p.kind) for p in article.paragraphs]
            )
    return found


def read_labelled(folders: Iterable[Path]) -> dict[str, Blocks]:
    """Read articles whose furniture a person labelled.

    The labels do not tell kinds of furniture apart: those above the first paragraph are head, the others have the kind
    that a mark shows, else furniture. Notes are left out of the training: most are the author's own footnotes.
    """
    found: dict[str, Blocks] = {}
    for folder in folders:
        for line in (folder / "heads.jsonl").read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            with _marks_only():
                article = parse(label["article"], (folder / label["article"]).read_bytes())
            furniture, notes = set(label["furniture"]), set(label["notes"])
            first = next(p.number for p in article.paragraphs if p.number not in furniture)
            blocks = []
            for paragraph in article.paragraphs:
                text = _text(article, paragraph.number)
                kind: Kind | None = "body"
                if paragraph.number in notes:
                    kind = None
                elif paragraph.number in furniture:
                    kind = marked_kind(text) or ("head" if paragraph.number < first else "furniture")
                blocks.append(Block(text, kind))
            found[f"{folder.name}/{label['article']}"] = _without_pull_quotes(blocks)
    return found


def _without_pull_quotes(blocks: Sequence[Block]) -> Blocks:
    """Forget the kind of pull quotes, which are recognised without learning, and of blocks without text."""
    quotes = set(pull_quotes([block.text for block in blocks]))
    return tuple(
        Block(block.text, None if number in quotes or not block.text.strip() else block.kind)
        for number, block in enumerate(blocks)
    )


@contextmanager
def _marks_only() -> Iterator[None]:
    """Read articles without the classifier, whose mistakes would be learned again."""

    def body(texts: Sequence[str]) -> Any:
        return np.eye(len(KINDS), dtype=np.float32)[[0] * len(texts)]

    with patch.object(classifier, "probabilities", body):
        yield


def _text(article: Article, number: int) -> str:
    paragraph = article.paragraphs[number - 1]
    return article.text[paragraph.start : paragraph.end]
