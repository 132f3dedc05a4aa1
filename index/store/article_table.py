"""The articles of a generation in one JSON file, one line each, so that each can be read without the others."""

import re
from collections.abc import Iterator, Mapping, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path

from pydantic import TypeAdapter

from index.articles.article import Article
from index.errors import REBUILD_HINT, IndexDamaged

FILE_NAME = "articles.json"
_CACHED = 256
_UNREADABLE = "The index is damaged: its articles cannot be read."
_ARTICLE = TypeAdapter(Article)
_ARTICLES = TypeAdapter(tuple[Article, ...])


class ArticleTable(Mapping[str, Article]):
    """Articles by id, each parsed when it is accessed; the file may be removed meanwhile.

    Accessing an article raises IndexDamaged if it cannot be parsed.
    """

    def __init__(self, data: bytes | mmap, ids: Sequence[str]) -> None:
        """Locate the articles in the output of `dump_articles`.

        Args:
            data: The content of the file.
            ids: The articles' ids in the order of the file.

        Raises:
            IndexDamaged: The data does not have that many articles.
        """
        ends = [match.start() for match in re.finditer(rb"\n", data)]
        if len(ends) != len(ids) + 2:
            raise IndexDamaged(_UNREADABLE, REBUILD_HINT)
        self._data = data
        self._lines = {name: (start + 1, end) for name, start, end in zip(ids, ends, ends[1:], strict=False)}
        self._cache: dict[str, Article] = {}

    @classmethod
    def open(cls, folder: Path, ids: Sequence[str]) -> "ArticleTable":
        """Map the file of a generation in a folder; raise IndexDamaged if that fails."""
        try:
            with (folder / FILE_NAME).open("rb") as file:
                return cls(mmap(file.fileno(), 0, access=ACCESS_READ), ids)
        except (OSError, ValueError):  # an empty file cannot be mapped
            raise IndexDamaged(_UNREADABLE, REBUILD_HINT) from None

    def __getitem__(self, name: str) -> Article:
        article = self._cache.get(name)
        if article is None:
            article = self._read(name)
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[name] = article
        return article

    def __contains__(self, name: object) -> bool:
        return name in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def _read(self, name: str) -> Article:
        start, end = self._lines[name]
        try:
            return _ARTICLE.validate_json(self._data[start:end].rstrip(b","))
        except ValueError:
            raise IndexDamaged(_UNREADABLE, REBUILD_HINT) from None


def dump_articles(articles: Sequence[Article]) -> bytes:
    """Serialise articles as a JSON array with one article a line."""
    return b"[\n" + b",\n".join(map(_ARTICLE.dump_json, articles)) + b"\n]\n"


def load_articles(data: bytes) -> tuple[Article, ...]:
    """Parse the output of `dump_articles`; raise IndexDamaged if it is not that."""
    try:
        return _ARTICLES.validate_json(data)
    except ValueError:
        raise IndexDamaged(_UNREADABLE, REBUILD_HINT) from None
