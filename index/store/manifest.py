"""The manifest of a generation: its articles, model and files. It is plain JSON and loads without heavy imports."""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from index.articles.article import Article
from index.errors import REBUILD_HINT, IndexDamaged, IndexOutdated
from index.text.language import is_read, text_language
from index.text.passages import Passage

FORMAT = 4
"""The version of a generation's format. It is raised with every change; generations of other versions are refused."""
_THREADS = 4
_UNREADABLE = "The index is damaged: its manifest cannot be read."


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """One indexed article.

    Attributes:
        id: Its path below the articles folder.
        digest: The SHA-256 of its content, to notice a change.
        title: Its title, if known.
        authors: Its authors' names.
        published: Its publication date, in ISO 8601 or as printed.
        words: The number of words.
        paragraphs: The number of paragraphs.
        passages: The number of passages.
        sentences: The number of sentences in its passages.
        language: The ISO 639-1 code of its language; None if unclear.
    """

    id: str
    digest: str
    title: str | None
    authors: tuple[str, ...]
    published: str | None
    words: int
    paragraphs: int
    passages: int
    sentences: int
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of a generation.

    Attributes:
        format: The version of the format, FORMAT.
        created: When it was built, in ISO 8601.
        model: The identity of the embedding model.
        dimension: The length of the vectors.
        splitter: The version of the splitter.
        articles: Its articles, in the order of their passages.
        files: Path below the generation → SHA-256.
    """

    format: int
    created: str
    model: str
    dimension: int
    splitter: int
    articles: tuple[ArticleEntry, ...]
    files: dict[str, str]

    @property
    def passages(self) -> int:
        """The number of passages."""
        return sum(article.passages for article in self.articles)

    @property
    def sentences(self) -> int:
        """The number of sentences."""
        return sum(article.sentences for article in self.articles)

    @property
    def unread(self) -> dict[str, str]:
        """The languages of the articles that are not read without a chat model, by article id."""
        return {a.id: a.language for a in self.articles if a.language and not is_read(a.language)}

    def matches(self, folder: Path) -> bool:
        """Tell whether a folder has every listed file, unchanged."""
        return self.files.items() <= file_digests(folder).items()

    def to_json(self) -> str:
        """Return the manifest as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Parse a manifest.

        Raises:
            IndexDamaged: The data is not a manifest.
            IndexOutdated: The manifest has another format.
        """
        try:
            return cls.from_json(data.decode("utf-8"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise IndexDamaged(_UNREADABLE, REBUILD_HINT) from None

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Parse a manifest.

        Raises:
            IndexOutdated: The manifest has another format.
            ValueError: The text is not a manifest; KeyError, TypeError, AttributeError or RecursionError likewise.
        """
        data = json.loads(text)
        if int(data["format"]) != FORMAT:
            raise IndexOutdated("The index was built by another version of Byline.", REBUILD_HINT)
        articles = tuple(
            ArticleEntry(**{**entry, "authors": tuple(entry["authors"])}) for entry in data.pop("articles")
        )
        return cls(articles=articles, **data)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a generation in a folder.

    Raises:
        IndexDamaged: It cannot be read.
        IndexOutdated: It has another format.
    """
    try:
        return Manifest.from_bytes((folder / "manifest.json").read_bytes())
    except OSError:
        raise IndexDamaged(_UNREADABLE, REBUILD_HINT) from None


def file_digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by relative path; threads shorten the start of a bot."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    with ThreadPoolExecutor(_THREADS) as threads:
        digests = threads.map(_digest, paths)
        return {path.relative_to(folder).as_posix(): digest for path, digest in zip(paths, digests, strict=True)}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_article(article: Article, passages: Sequence[Passage]) -> ArticleEntry:
    """Return the entry of an article that is split into `passages`."""
    return ArticleEntry(
        id=article.id,
        digest=article.digest,
        title=article.title,
        authors=article.authors,
        published=article.published,
        words=article.word_count,
        paragraphs=len(article.paragraphs),
        passages=len(passages),
        sentences=sum(len(passage.sentences) for passage in passages),
        language=text_language("\n".join(article.text[p.body_start : p.end] for p in article.paragraphs)),
    )
