"""What a generation says of itself: its articles, its model, its files. Plain JSON, read without any heavy import."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import REBUILD_HINT, IndexDamaged, IndexOutdated

FORMAT = 3
"""Raised by every change of what a generation consists of; one of another format is refused."""
_AT_ONCE = 4
_UNREADABLE = "The index is damaged: its manifest cannot be read."


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """One indexed article; `passages` and `sentences` are how many it has."""

    id: str
    digest: str
    title: str | None
    authors: tuple[str, ...]
    published: str | None
    words: int
    paragraphs: int
    passages: int
    sentences: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """files: path below the generation → SHA-256."""

    format: int
    created: str
    model: str
    dimension: int
    splitter: int
    articles: tuple[ArticleEntry, ...]
    files: dict[str, str]

    @property
    def passages(self) -> int:
        return sum(article.passages for article in self.articles)

    @property
    def sentences(self) -> int:
        return sum(article.sentences for article in self.articles)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Raises IndexDamaged or IndexOutdated."""
        try:
            return cls.from_json(data.decode("utf-8"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise IndexDamaged(_UNREADABLE, REBUILD_HINT) from None

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Raises IndexOutdated for another format, ValueError, TypeError or KeyError for what is no manifest."""
        data = json.loads(text)
        if int(data["format"]) != FORMAT:
            raise IndexOutdated("The index was built by another version of Byline.", REBUILD_HINT)
        articles = tuple(
            ArticleEntry(**{**entry, "authors": tuple(entry["authors"])}) for entry in data.pop("articles")
        )
        return cls(articles=articles, **data)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation in a folder; raises IndexDamaged or IndexOutdated."""
    try:
        return Manifest.from_bytes((folder / "manifest.json").read_bytes())
    except OSError:
        raise IndexDamaged(_UNREADABLE, REBUILD_HINT) from None


def file_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its relative path; several at a time, as a start waits for it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = threads.map(_digest, paths)
        return {path.relative_to(folder).as_posix(): digest for path, digest in zip(paths, found, strict=True)}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
