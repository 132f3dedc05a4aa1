"""Find an article by the name that a user typed: its path, file name, title or author."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Protocol, TypeVar

from index.errors import UsageError
from index.formatting import printable

MONTHS = "January February March April May June July August September October November December".split()
HINT = "List the articles with: byline status"
_MAX_LISTED = 5
_MAX_INCOMPLETE = 20
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


def name_of(article: ArticleInfo) -> str:
    """Return what a person calls an article: its title, else "Jane Roe's article of 14 March 2024".

    Only an article of which no more is known is called by its file.
    """
    if article.title:
        return article.title
    authors = join_names(article.authors)
    if not authors and not article.published:
        return printable(article.id)
    owner = f"{authors}{'’' if authors.endswith('s') else '’s'} article" if authors else "the article"
    return f"{owner} of {long_date(article.published)}" if article.published else owner


def join_names(names: tuple[str, ...]) -> str:
    """Return names as they are listed in a sentence: "A", "A and B", "A, B and C"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def long_date(published: str) -> str:
    """Write "2024-03-14" as "14 March 2024" and "2024-03" as "March 2024"; return anything else as it is."""
    for form, shown in (("%Y-%m-%d", "{day} {month} {year}"), ("%Y-%m", "{month} {year}")):
        with suppress(ValueError):
            day = datetime.strptime(published, form)  # noqa: DTZ007, a day has no time zone
            return shown.format(day=day.day, month=MONTHS[day.month - 1], year=day.year)
    return published


def missing_fields(article: ArticleInfo) -> list[str]:
    """Return which of title, author and date an article lacks."""
    known = (("title", article.title), ("author", article.authors), ("date", article.published))
    return [field for field, value in known if not value]


def missing_lines(articles: Iterable[ArticleInfo]) -> list[str]:
    """Say which articles lack a title, an author or a date, and how to set it; nothing if none does."""
    incomplete = [(article.id, fields) for article in articles if (fields := missing_fields(article))]
    if not incomplete:
        return []
    shown = [f"{printable(name)} has no {' and no '.join(fields)}." for name, fields in incomplete[:_MAX_INCOMPLETE]]
    rest = len(incomplete) - len(shown)
    more = [f"{rest:,} more {'lacks' if rest == 1 else 'lack'} one of these."] if rest else []
    hint = 'Set it with: byline edit FILE --title "…" --author "…" --date YYYY-MM-DD, then: byline rebuild'
    return ["", *shown, *more, hint]


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
    return f"{name_of(article)} by {authors} {article.published or ''} {article.id}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().translate(_MARKS).split())
