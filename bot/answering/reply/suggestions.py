"""Questions to ask instead, made of the names that an article speaks of. Pure."""

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from index.articles.article import Article
from index.text.words import STOP_WORDS

from bot.answering.reply.wording import speaker
from bot.answering.types import Quote

MAIN_ARGUMENT = "What is the main argument?"
# Capitalised in the middle of a sentence: a name, of one word or several. Before a word that is none of
# the small ones it may be an adjective ("the French fleet") as well, so such places do not count.
_NAME = re.compile(
    r"(?<=[a-z,;] )[A-Z][\w’'\-]+(?:\s+(?:(?:of|for|and|the|de|van|von|al)\s+){0,2}[A-Z][\w’'\-]+){0,4}"
    rf"(?=[^\w\s’'\-]|$|\s+(?:{'|'.join(sorted(STOP_WORDS))})\b)"
)
_NO_SUBJECT = frozenset([*calendar.month_name, *calendar.day_name, "I", "I’m", "I'm", "God", "Mr", "Mrs", "Ms", "Dr"])
_OFTEN = 2


def candidates(near: Sequence[Quote], articles: Mapping[str, Article], limit: int) -> list[str]:
    """Questions about the names nearest to some quotes, else the most frequent of the articles; best first."""
    if not articles:
        return []
    sources = dict.fromkeys(quote.article for quote in near) or dict.fromkeys(articles)
    found: list[str] = []
    for article in (articles[source] for source in list(sources)[:3]):
        names = _names(article)
        around = [name for quote in near if quote.article == article.id for name in _found(_paragraph(article, quote))]
        ranked = dict.fromkeys([*(name for name in around if names[name] >= _OFTEN), *_frequent(names)])
        found += [f"What does {speaker(article)} say about {name}?" for name in ranked]
    return found[:limit]


def _frequent(names: Counter[str]) -> list[str]:
    return [name for name, times in names.most_common() if times >= _OFTEN]


def _names(article: Article) -> Counter[str]:
    """The names in an article, without its authors', with how often each stands there."""
    own = {word for author in article.authors for word in author.split()}
    found = Counter(name for p in article.paragraphs for name in _found(article.text[p.body_start : p.end]))
    return Counter({name: n for name, n in found.items() if not own & set(name.split())})


def _found(text: str) -> Iterable[str]:
    for match in _NAME.finditer(" ".join(text.split())):
        name = re.sub(r"['’]s?$", "", match.group())
        if name not in _NO_SUBJECT:
            yield name


def _paragraph(article: Article, quote: Quote) -> str:
    paragraph = article.paragraphs[quote.paragraph - 1]
    return article.text[paragraph.body_start : paragraph.end]
