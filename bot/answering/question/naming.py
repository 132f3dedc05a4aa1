"""Which article a name means, and questions without the name of who wrote it. Pure."""

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from index.articles.names import surname
from index.errors import UsageError
from index.formatting import printable

from bot.answering.voice.people import is_name

_WRITER = r"the (?:author|writer|columnist|essayist)s?"
_TITLE = r"(?:mr|mrs|ms|dr|prof|professor|sir|dame)\.?"
_OF = r"(?P<of>['’]s?)?(?!\w)"


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


def impersonal(question: str, authors: Iterable[str]) -> str:
    """A question with "they" in place of its authors, whether named or called the author.

    A name tells nothing about which sentence answers: the author seldom uses it, and whoever else does is meant less.
    """
    found = re.sub(rf"(?<!\w){_WRITER}{_OF}", _pronoun, question, flags=re.IGNORECASE)
    for author in authors:
        if surname(author).lower() in found.lower():
            found = _without(found, author)
    return found


def _without(question: str, author: str) -> str:
    last = surname(author)
    before = "|".join([_TITLE, *(re.escape(word) for word in author.split() if word != last)])

    def replaced(match: re.Match[str]) -> str:
        return _pronoun(match) if is_name(match["name"], last) else match.group()

    pattern = rf"(?<!\w)(?:(?:{before})\s+)*(?P<name>{re.escape(last)}){_OF}"
    return re.sub(pattern, replaced, question, flags=re.IGNORECASE)


def _pronoun(match: re.Match[str]) -> str:
    return "their" if match["of"] else "they"
