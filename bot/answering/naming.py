"""Which article a name means. Pure."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from index.errors import UsageError
from index.wording import printable


class Named(Protocol):
    """Whatever stands for an article: the article itself, or its line in a manifest."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str | None: ...


N = TypeVar("N", bound=Named)


def find_named(articles: Iterable[N], name: str) -> N:
    """The article that a name means: its id, its file name, or its title; raises UsageError."""
    known = tuple(articles)
    for matches in (
        [a for a in known if a.id == name],
        [a for a in known if a.id.rsplit("/", 1)[-1] == name],
        [a for a in known if a.title and a.title.casefold() == name.casefold()],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            paths = ", ".join(printable(a.id) for a in matches[:5])
            raise UsageError(f"Several articles are called {printable(name)}.", f"Give the path: {paths}")
    raise UsageError(f"No article {printable(name)} is in the index.", "Name one that is, by its file name or title.")
