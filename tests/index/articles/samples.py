"""Sample articles for the tests of this folder, and helpers that parse them."""

import pytest

from index.articles.article import Article
from index.articles.parse import parse
from index.errors import ArticleRejected

TWO_PARAGRAPHS = "The orchard behind the school was felled on a Sunday.\n\nNobody in the village had signed for it.\n"
BODY = (
    "The harbour town sold its last trawler this spring, and nobody on the council asked why it had to go.",
    "We were told that visitors would come instead. They came for one summer and left nothing behind but prices.",
    "Ask at the quay who is better off, and watch them laugh.",
)
TITLE = "The Last Trawler"
QUILL = ("Marta Quill",)


def article_with(head: str = "", note: str = "") -> Article:
    """Parse an article that consists of a head, `BODY` and a note."""
    return parse("x.txt", "\n\n".join(part for part in (head, *BODY, note) if part).encode())


def paragraphs(article: Article) -> list[str]:
    """Return the text of all paragraphs, head lines included."""
    return [article.text[p.start : p.end] for p in article.paragraphs]


def body_of(article: Article) -> tuple[str, ...]:
    """Return the text of the paragraphs without head lines."""
    bodies = (article.text[p.body_start : p.end] for p in article.paragraphs)
    return tuple(body for body in bodies if body.strip())


def rejection(data: bytes, fallback: str | None = None) -> str:
    """Return the reason for which a file is rejected."""
    with pytest.raises(ArticleRejected) as caught:
        parse("x.txt", data, fallback)
    return caught.value.message
