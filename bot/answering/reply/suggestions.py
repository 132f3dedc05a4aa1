"""Make questions to suggest, about the names that an article mentions."""

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from index.articles.article import Article
from index.text.passages import Passage
from index.text.words import STOP_WORDS

from bot.answering.evidence.windows import SentenceWindow
from bot.answering.reply.wording import speaker
from bot.answering.types import Quote

MAIN_ARGUMENT = "What is the main argument?"
# How many of the sentences that name a subject the reader scores.
MAX_WINDOWS = 4
# Capitalised words in the middle of a sentence are a name. Before a content word they may be an adjective ("the French
# fleet"), so only those before a stop word or punctuation count.
_NAME = re.compile(
    r"(?<=[a-z,;] )[A-Z][\w’'\-]+(?:\s+(?:(?:of|for|and|the|de|van|von|al)\s+){0,2}[A-Z][\w’'\-]+){0,4}"
    rf"(?=[^\w\s’'\-]|$|\s+(?:{'|'.join(sorted(STOP_WORDS))})\b)"
)
_NO_SUBJECT = frozenset([*calendar.month_name, *calendar.day_name, "I", "I’m", "I'm", "God", "Mr", "Mrs", "Ms", "Dr"])
# A name that occurs less often makes no question.
_MIN_OCCURRENCES = 2


class Candidate(NamedTuple):
    """A question about a subject that the article with this id names."""

    question: str
    article: str
    subject: str


def make_candidates(nearby: Sequence[Quote], articles: Mapping[str, Article], limit: int) -> list[Candidate]:
    """Make questions about names: those in the paragraphs of some quotes first, then the most frequent in the articles.

    Args:
        nearby: the quotes; without any, all articles are used.
        articles: the articles by id; at most three of them get questions.
        limit: how many questions to make at most.
    """
    if not articles:
        return []
    sources = dict.fromkeys(quote.article for quote in nearby) or dict.fromkeys(articles)
    chosen: list[Candidate] = []
    for article in (articles[source] for source in list(sources)[:3]):
        names = _names(article)
        around = [
            name for quote in nearby if quote.article == article.id for name in _names_in(_paragraph(article, quote))
        ]
        ranked = dict.fromkeys([*(name for name in around if names[name] >= _MIN_OCCURRENCES), *_frequent(names)])
        chosen += [Candidate(f"What does {speaker(article)} say about {name}?", article.id, name) for name in ranked]
    return chosen[:limit]


def windows_naming(subject: str, passages: Iterable[Passage]) -> list[SentenceWindow]:
    """Return a window for each of the first sentences that name a subject, with the sentence before and after it."""
    windows: list[SentenceWindow] = []
    for passage in passages:
        for index, sentence in enumerate(passage.sentences):
            if subject in " ".join(sentence.text.split()):
                before = passage.sentences[index - 1].text if index else ""
                windows.append(SentenceWindow(passage.sentences[index : index + 2], before))
                if len(windows) == MAX_WINDOWS:
                    return windows
    return windows


def _frequent(names: Counter[str]) -> list[str]:
    return [name for name, times in names.most_common() if times >= _MIN_OCCURRENCES]


def _names(article: Article) -> Counter[str]:
    """Count the names in an article, except its authors' names."""
    authors = {word for author in article.authors for word in author.split()}
    counts = Counter(name for p in article.paragraphs for name in _names_in(article.text[p.body_start : p.end]))
    return Counter({name: n for name, n in counts.items() if not authors & set(name.split())})


def _names_in(text: str) -> Iterable[str]:
    for match in _NAME.finditer(" ".join(text.split())):
        name = re.sub(r"['’]s?$", "", match.group())
        if name not in _NO_SUBJECT:
            yield name


def _paragraph(article: Article, quote: Quote) -> str:
    paragraph = article.paragraphs[quote.paragraph - 1]
    return article.text[paragraph.body_start : paragraph.end]
