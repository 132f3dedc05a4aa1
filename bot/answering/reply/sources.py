"""The addresses at which the quoted articles were published. No I/O."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

from index.articles.article import Article

from bot.answering.types import Response

# Longer addresses are left out: they would not fit what shows them.
MAX_CHARS = 500
# What stays as it is in an address, besides letters and digits. Brackets, angle brackets, quotation marks, backslashes
# and spaces, which could end a link early, are not among them.
_SAFE = "%/:;@!$&'*+,=~-._"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Names of hosts with a domain, as readers can open them from anywhere; Discord refuses messages with other links.
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def source_url(article: Article) -> str | None:
    """Return the address of an article, encoded so that no character in it can end a link; None if it has none.

    Only http and https are followed, and no address that names a user, which can pass for another site.
    """
    typed = (article.source or "").strip()
    if not typed.isprintable() or any(c.isspace() for c in typed):
        return None
    try:
        parts = urlsplit(typed)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:  # UnicodeError is one
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    path, query, fragment = (
        quote(_STRAY_PERCENT.sub("%25", part), safe=_SAFE) for part in (parts.path, parts.query, parts.fragment)
    )
    url = urlunsplit((parts.scheme, host + (f":{port}" if port else ""), path, query, fragment))
    return url if len(url) <= MAX_CHARS else None


def quoted_articles(response: Response) -> list[Article]:
    """Return the articles that a response quotes, in the order of the quotes."""
    return [response.articles[article] for article in dict.fromkeys(quote.article for quote in response.reply.quotes)]
