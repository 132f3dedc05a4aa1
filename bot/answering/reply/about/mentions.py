"""Find and count a word or name in articles: as a whole word, in any inflection, in upper or lower case."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from index.articles.article import Article
from index.generation import Generation
from index.text.words import stem, words

from bot.answering.reply.about.library import listed
from bot.answering.reply.citations import quote
from bot.answering.reply.wording import title_of
from bot.answering.types import Quote

# The most passages that are read, quotes that are shown, and paragraphs or articles that are named.
MAX_PASSAGES, MAX_QUOTES, MAX_NAMED = 3_000, 3, 8


class Mentions(NamedTuple):
    """How often articles contain a word: the sentences with it, (start, end, times), by article id."""

    word: str
    sentences: Mapping[str, Sequence[tuple[int, int, int]]]

    @property
    def total(self) -> int:
        """How often all of them contain it."""
        return sum(times for found in self.sentences.values() for _, _, times in found)


def find_mentions(generation: Generation, articles: Sequence[str], word: str) -> Mentions:
    """Find a word, or several in a row, in the sentences of some articles."""
    wanted = _stems(word)
    found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    positions = generation.positions(articles)
    indexed = [term for term in wanted if term in generation.lexical]
    for term in indexed:  # stop words are not indexed
        positions = positions[generation.lexical.scores({term: 1.0})[positions] > 0]
    for stored in generation.passages(map(int, np.asarray(positions)[:MAX_PASSAGES])):
        for sentence in stored.passage.sentences:
            if times := _count(_stems(sentence.text), wanted):
                found[stored.passage.article].append((sentence.start, sentence.end, times))
    return Mentions(word, found)


def describe_mentions(
    mentions: Mentions, articles: Sequence[Article], *, of: int, counted: bool
) -> tuple[str, tuple[Quote, ...]]:
    """Say how often articles mention a word, and quote the first sentences with it.

    Args:
        mentions: what was found; there is at least one.
        articles: the articles that mention it.
        of: the number of articles that were read.
        counted: whether the question asks how often, not whether.
    """
    most_first = sorted(articles, key=lambda a: -sum(times for _, _, times in mentions.sentences[a.id]))
    if of == 1:
        article, found = articles[0], mentions.sentences[articles[0].id]
        numbers = list(dict.fromkeys(article.paragraph_at(start).number for start, _, _ in found))
        where = ", ".join(f"¶{number}" for number in numbers[:MAX_NAMED])
        more = f" and {len(numbers) - MAX_NAMED} more paragraphs" if len(numbers) > MAX_NAMED else ""
        yes = "" if counted else "Yes: "
        lead = f"{yes}“{mentions.word}” occurs {_times(mentions.total)} in the article, in {where}{more}."
    elif len(articles) == 1:
        lead = f"“{mentions.word}” occurs {_times(mentions.total)}, in {title_of(articles[0])}."
    else:
        each = [f"{_times(sum(t for _, _, t in mentions.sentences[a.id]))} in {title_of(a)}" for a in most_first]
        lead = f"“{mentions.word}” occurs {_times(mentions.total)}: {listed(each)}."
    sources = most_first[:MAX_QUOTES]
    each_shows = MAX_QUOTES if len(sources) == 1 else 1
    quotes = [quote(a, start, end) for a in sources for start, end, _ in mentions.sentences[a.id][:each_shows]]
    return lead, tuple(quotes)


def not_mentioned(word: str, articles: int) -> str:
    """Say that no article mentions a word."""
    subject = "The article does" if articles == 1 else "The articles do"
    return f"{subject} not mention {word if word[:1].isupper() else f'the word “{word}”'}."


def _stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


def _count(tokens: Sequence[str], wanted: Sequence[str]) -> int:
    size = len(wanted)
    return sum(list(tokens[n : n + size]) == list(wanted) for n in range(len(tokens) - size + 1)) if size else 0


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")
