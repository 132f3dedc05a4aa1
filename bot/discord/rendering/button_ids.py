"""Custom ids of the buttons below an answer; they hold all that a button needs to work after a restart.

A custom id has at most 100 characters:

    byline:context:KEY.6.7;KEY.2    the quoted paragraphs, by article
    byline:more:KEY                 the article that was asked about; "-" instead of the key for all articles
    byline:vote:up, byline:vote:down, byline:thread
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256
from itertools import groupby

from bot.answering.types import Quote

CONTEXT, MORE, VOTE, THREAD = "byline:context:", "byline:more:", "byline:vote:", "byline:thread"
# The custom ids of the buttons of this version, and all others, which another version may have made.
CONTEXT_PATTERN = rf"{CONTEXT}(?P<positions>[\w.;-]+)"
MORE_PATTERN = rf"{MORE}(?P<scope>[\w-]+)"
VOTE_PATTERN = rf"{VOTE}(?P<vote>up|down)"
UNKNOWN_PATTERN = rf"(?!(?:{CONTEXT_PATTERN}|{MORE_PATTERN}|{VOTE_PATTERN}|{THREAD})\Z)byline:.*"
ALL_ARTICLES = "-"
MAX_LENGTH = 100
# Older versions made keys of eight hexadecimal digits, which stand in messages that are still there.
_OLD_KEY_LENGTH = 8


def article_key(article: str) -> str:
    """Return a short key for an article's id: 64 bits of its SHA-256 in 11 characters."""
    return urlsafe_b64encode(_digest(article)[:8]).decode().rstrip("=")


def find_by_key(key: str, articles: Iterable[str]) -> str | None:
    """Return the id among `articles` that a key stands for; None if there is none, or if several match an old key."""
    if len(key) == _OLD_KEY_LENGTH:
        matches = [article for article in articles if _digest(article).hex().startswith(key)]
    else:
        matches = [article for article in articles if article_key(article) == key]
    return matches[0] if len(matches) == 1 else None


def format_positions(quotes: Iterable[Quote]) -> str:
    """Return where quotes stand, to follow `CONTEXT` in an id; articles that do not fit in are left out."""
    positions = sorted(dict.fromkeys((quote.article, quote.paragraph) for quote in quotes))
    text = ""
    for article, group in groupby(positions, key=lambda position: position[0]):
        separator = ";" if text else ""
        part = separator + ".".join([article_key(article), *(str(number) for _, number in group)])
        if len(CONTEXT) + len(text) + len(part) <= MAX_LENGTH:
            text += part
    return text


def parse_positions(positions: str) -> list[tuple[str, list[int]]]:
    """Return the keys of articles and their paragraph numbers, as `format_positions` wrote them."""
    parts = [part.split(".") for part in positions.split(";")]
    return [(key, [int(number) for number in numbers if number.isdecimal()]) for key, *numbers in parts]


def format_scope(article: str | None) -> str:
    """Return the key of an article, or `ALL_ARTICLES` for None, to follow `MORE` in an id."""
    return article_key(article) if article else ALL_ARTICLES


def _digest(article: str) -> bytes:
    return sha256(article.encode("utf-8", "surrogatepass")).digest()
