"""Answer questions about the library: how many articles, which authors, which articles."""

from collections import Counter
from collections.abc import Sequence

from index.formatting import count
from index.store.manifest import ArticleEntry

from bot.answering.question.choice import first_in_order
from bot.answering.question.kinds import Kind
from bot.answering.reply.wording import describe

# The longest list, in characters: Discord shows at most 900 of a lead.
MAX_CHARS = 700


def describe_library(entries: Sequence[ArticleEntry], kinds: Sequence[Kind], by: Sequence[str] = ()) -> str:
    """Say how many articles there are, or list their authors or titles.

    Args:
        entries: the articles that are asked about.
        kinds: the kinds of the question.
        by: the authors that the question names, whose articles these are.
    """
    authors = Counter(author for entry in entries for author in entry.authors)
    articles = count(len(entries), "article")
    if "library_authors" in kinds and not by:
        if not authors:
            return f"I have read {articles}, and none names its author."
        names = [f"{name} ({count(n, 'article')})" for name, n in sorted(authors.items(), key=lambda row: -row[1])]
        unnamed = sum(not entry.authors for entry in entries)
        rest = f" {count(unnamed, 'article')} without an author." if unnamed else ""
        return f"I have read articles by {listed(names)}.{rest}"
    whose = f" by {' and '.join(by)}" if by else ""
    if "library_count" in kinds:
        several = f" by {count(len(authors), 'author')}" if len(authors) > 1 and not by else ""
        return f"I have read {articles}{whose or several}."
    return f"I have read {articles}{whose}: {listed([describe(entry) for entry in entries])}."


def describe_order(entries: Sequence[ArticleEntry], order: str) -> str:
    """Say which article is the newest, oldest, longest or shortest; "" if none has a date to tell by.

    Args:
        entries: the articles.
        order: a superlative, as `asked_order` returns it.
    """
    first = first_in_order(order, entries)
    if not first:
        return ""
    undated = 0 if order in ("longest", "shortest") else sum(not entry.published for entry in entries)
    words = f", with {count(first[0].words, 'word')}" if order in ("longest", "shortest") else ""
    without = f" {count(undated, 'article')} without a date." if undated else ""
    subject = f"The {order} {'article is' if len(first) == 1 else 'articles are'}"
    return f"{subject} {listed([describe(entry) for entry in first])}{words}.{without}"


def nothing_by(name: str, entries: Sequence[ArticleEntry]) -> str:
    """Say that no article is by somebody, and who has written one."""
    authors = dict.fromkeys(author for entry in entries for author in entry.authors)
    others = f" I have read articles by {listed(list(authors))}." if authors else ""
    return f"I have read no article by {name}.{others}"


def which_article(entries: Sequence[ArticleEntry]) -> str:
    """Say that a question depends on the article, and name those that it may mean."""
    return (
        f"That depends on the article, and there are {len(entries)}: {listed([describe(entry) for entry in entries])}."
        " Name the one you mean."
    )


def listed(items: Sequence[str]) -> str:
    """Join items to a list that is cut after MAX_CHARS characters, between two items."""
    shown: list[str] = []
    for item in items:
        if shown and sum(map(len, shown)) + 2 * len(shown) + len(item) > MAX_CHARS:
            break
        shown.append(item)
    more = len(items) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")
