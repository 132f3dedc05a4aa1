"""Which article a person means by a name."""

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from index.errors import UsageError
from index.formatting import printable

HINT = "Name one that is indexed, by its file name or title."
_MAX_LISTED = 5


class ArticleInfo(Protocol):
    """What is known about an article without its text: an `Article`, or its entry in a manifest."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str | None: ...

    @property
    def authors(self) -> tuple[str, ...]: ...

    @property
    def published(self) -> str | None: ...


A = TypeVar("A", bound=ArticleInfo)


def find_article(articles: Iterable[A], name: str, hint: str = HINT) -> A:
    """Find the article that a name means, the same way for every command.

    These are tried in turn, and the first that matches anything decides: the id (the path below the articles
    folder), the file name, the title, and words of title, authors and id. Case does not matter.

    Args:
        articles: those to choose from.
        name: as a person typed it.
        hint: what to do about a name that matches no article.

    Raises:
        UsageError: no article matches, or several do.
    """
    candidates = tuple(articles)
    wanted = name.strip().casefold()
    words = re.compile(rf"(?<!\w){re.escape(wanted)}")
    for matches in (
        [a for a in candidates if a.id == name],
        [a for a in candidates if wanted in (a.id.casefold(), a.id.rsplit("/", 1)[-1].casefold())],
        [a for a in candidates if a.title and a.title.casefold() == wanted],
        [a for a in candidates if wanted and words.search(f"{a.title or ''} {' '.join(a.authors)} {a.id}".casefold())],
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
