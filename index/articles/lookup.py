"""Find an article by the name that a user typed: its path, file name, title or author."""

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from index.errors import UsageError
from index.formatting import printable

HINT = "List the articles with: byline status"
_MAX_LISTED = 5
_MARKS = str.maketrans(dict.fromkeys("“”\"'’()[]", " "))


class ArticleInfo(Protocol):
    """Metadata of an article: an `Article`, or its entry in a manifest."""

    @property
    def id(self) -> str:
        """Path relative to the articles folder."""

    @property
    def title(self) -> str | None:
        """Title, if known."""

    @property
    def authors(self) -> tuple[str, ...]:
        """Names of the authors."""

    @property
    def published(self) -> str | None:
        """Publication date, in the form of `Article.published`."""


A = TypeVar("A", bound=ArticleInfo)


def find_article(articles: Iterable[A], name: str, hint: str = HINT) -> A:
    """Find the article that a name refers to.

    These are tried in turn, and the first that matches anything decides: the id (the path below the articles
    folder), the file name, the title, and words of title, authors, date and id, as they are shown in lists. Case,
    quotation marks and brackets do not matter.

    Args:
        articles: The articles to search.
        name: The name as typed.
        hint: Hint of the error for a name that matches no article.

    Raises:
        UsageError: No article matches, or several do.
    """
    candidates = tuple(articles)
    wanted = name.strip().casefold()
    words = re.compile(rf"(?<!\w){re.escape(_plain(name))}") if _plain(name) else None
    for matches in (
        [a for a in candidates if a.id == name],
        [a for a in candidates if wanted in (a.id.casefold(), a.id.rsplit("/", 1)[-1].casefold())],
        [a for a in candidates if a.title and a.title.casefold() == wanted],
        [a for a in candidates if words and words.search(_plain(_searchable(a)))],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            ids = ", ".join(printable(a.id) for a in matches[:_MAX_LISTED])
            more = ", …" if len(matches) > _MAX_LISTED else ""
            raise UsageError(
                f"{len(matches)} articles match “{printable(name)}”.", f"Name one by its path: {ids}{more}"
            )
    raise UsageError(f"No article is called “{printable(name)}”.", hint)


def _searchable(article: ArticleInfo) -> str:
    """Everything that lists show of an article, in their order, and its id."""
    authors = " and ".join(article.authors)
    return f"{article.title or article.id} by {authors} {article.published or ''} {article.id}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().translate(_MARKS).split())
