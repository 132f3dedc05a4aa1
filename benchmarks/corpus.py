"""Generate any number of articles, varied from real ones with a seed, and cache their vectors between runs."""

import hashlib
import json
import random
import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from pathlib import Path

import numpy as np

from index.articles.article import Article
from index.articles.files import read_folder
from index.articles.parse import parse
from index.embedding import Embedder, Progress, Vectors
from index.text.passages import split
from index.text.sentences import sentence_spans

# The share of words that are replaced by others that follow the same word elsewhere.
SWAPPED = 1 / 6
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_BATCH = 2048


def read(folders: Sequence[Path]) -> list[Article]:
    """Return the articles of all folders and their subfolders."""
    return [article for folder in folders for article in read_folder(folder, (), None, {}).articles]


def write_varied(
    originals: Sequence[Article], folder: Path, *, passages: int = 0, articles: int = 0, seed: int = 1
) -> int:
    """Write varied articles until there are at least so many articles and passages; return the number of articles.

    A smaller corpus is a prefix of a larger one with the same seed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for number, text in enumerate(varied(originals, seed), 1):
        name = f"article-{number:05}.txt"
        (folder / name).write_text(text, encoding="utf-8")
        written += len(split(parse(name, text.encode()), sentence_spans))
        if written >= passages and number >= articles:
            return number
    raise AssertionError("unreachable")


def varied(articles: Sequence[Article], seed: int) -> Iterator[str]:
    """Yield articles without end, each a real one with some words replaced and with its own names.

    A name is replaced by the same name throughout an article, so the number of distinct words grows with the number
    of articles, as it does in an archive.
    """
    words = _Words(articles)
    for number in count():
        article = articles[number % len(articles)]
        vary = _Variation(words, random.Random(f"{seed}-{number}"))
        title = json.dumps(f"{article.title or article.id} ({number})")
        authors = json.dumps(", ".join(map(vary, article.authors)))
        start = next(paragraph.body_start for paragraph in article.paragraphs if paragraph.body_start < paragraph.end)
        yield f"---\ntitle: {title}\nauthor: {authors}\n---\n\n{vary(article.text[start:])}"


class _Words:
    """The vocabulary of some articles: which words follow which, which are not names, and how names begin."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.following: dict[str, list[str]] = defaultdict(list)
        self.ordinary: set[str] = set()
        beginnings: set[str] = set()
        for article in articles:
            tokens = _WORD.findall(article.text)
            self.ordinary.update(word for word in tokens if word.islower())
            beginnings.update(word[:3].lower() for word in tokens if word.istitle() and len(word) > 3)
            for before, word in pairwise(tokens):
                if word.islower() and len(word) > 3:
                    self.following[before.lower()].append(word)
        self.beginnings = sorted(beginnings)

    def name(self, rng: random.Random) -> str:
        return "".join(rng.choice(self.beginnings) for _ in range(rng.choice((2, 2, 3)))).capitalize()


class _Variation:
    """Replaces the words and names of one article."""

    def __init__(self, words: _Words, rng: random.Random) -> None:
        self._words = words
        self._rng = rng
        self._names: dict[str, str] = {}
        self._before = ""

    def __call__(self, text: str) -> str:
        return _WORD.sub(self._other, text)

    def _other(self, match: re.Match[str]) -> str:
        word, before = match.group(), self._before
        self._before = word.lower()
        if len(word) > 3 and word.istitle() and word.lower() not in self._words.ordinary:
            return self._names.setdefault(word, self._words.name(self._rng))
        if len(word) > 3 and word.islower() and self._rng.random() < SWAPPED:
            return self._rng.choice(self._words.following.get(before, [word]))
        return word


class CachedEmbedder(Embedder):
    """An embedder that caches its vectors in a file."""

    def __init__(self, embedder: Embedder, path: Path) -> None:
        super().__init__(embedder.embeddings, embedder.model)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.seconds = 0.0
        """The seconds that embedding and caching took so far."""
        self._file = sqlite3.connect(path)
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")

    def embed_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        began = time.perf_counter()
        try:
            return self._documents(texts, progress)
        finally:
            self.seconds += time.perf_counter() - began

    def _documents(self, texts: Sequence[str], progress: Progress | None) -> Vectors:
        missing = [text for text in texts if self._cached(text) is None]
        missing.sort(key=len)
        for start in range(0, len(missing), _BATCH):
            part = missing[start : start + _BATCH]
            rows = zip(map(self._key, part), super().embed_documents(part), strict=True)
            with self._file:
                self._file.executemany(
                    "INSERT OR IGNORE INTO vectors VALUES (?, ?)", ((key, row.tobytes()) for key, row in rows)
                )
            if progress:
                progress(start + len(part), len(missing))
        return np.stack([np.frombuffer(self._cached(text) or b"", dtype=np.float32) for text in texts])

    def _cached(self, text: str) -> bytes | None:
        row = self._file.execute("SELECT vector FROM vectors WHERE text = ?", (self._key(text),)).fetchone()
        return row[0] if row else None

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self.model}\n{text}".encode()).digest()[:16]


def questions(articles: Sequence[Article], n: int, seed: int = 1) -> list[str]:
    """Return n questions about articles, each with three consecutive long words of one."""
    rng = random.Random(seed)
    texts: list[str] = []
    while len(texts) < n:
        article = rng.choice(articles)
        words = [word for word in _WORD.findall(article.text) if len(word) > 4]
        first = rng.randrange(max(1, len(words) - 3))
        texts.append(f"What about {' '.join(words[first : first + 3])}?")
    return texts
