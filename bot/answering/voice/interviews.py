"""Who speaks in an interview: the names behind the labels "Q", "A", "MO" or "Bell". No I/O."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from index.articles.article import Article, Turn

from bot.answering.voice.people import People, find_people

_GENERIC = re.compile(r"(?:[A-ZА-Я]|question|answer|interviewer|interviewee|host|moderator|guest)?$", re.IGNORECASE)


def speaker_of(article: Article, turn: Turn) -> str | None:
    """Return the name of whoever speaks in a turn; "" if it is not known, None if it is an author of the article."""
    names = _names(article, asks=turn.asks)
    name = _full_name(article, turn.speaker) if not _GENERIC.match(turn.speaker) else names[0] if names else ""
    return None if _is_author(name, article.authors) else name


def asks(article: Article, offset: int) -> bool:
    """Whether the words at an offset are an interviewer's, who claims and answers nothing."""
    turn = article.turn_at(offset)
    return turn is not None and turn.asks


def interviewers(article: Article) -> tuple[str, ...]:
    """Return the names of those who ask."""
    return _names(article, asks=True)


def interviewees(article: Article) -> tuple[str, ...]:
    """Return the names of those who answer."""
    return _names(article, asks=False)


@lru_cache(maxsize=64)
def _names(article: Article, *, asks: bool) -> tuple[str, ...]:
    """Return the names that the labels give, else whom the text above the interview names most likely."""
    labels = dict.fromkeys(
        turn.speaker for turn in article.turns if turn.asks == asks and not _GENERIC.match(turn.speaker)
    )
    if labels or not article.turns:
        return tuple(dict.fromkeys(_full_name(article, label) for label in labels))
    others = {_full_name(article, turn.speaker) for turn in article.turns if turn.asks != asks}
    above = find_people(article.text[: article.turns[0].mark])
    credited = [name for _, name in above.occurrences if _is_credited(article, name)]
    if asks:
        return tuple(dict.fromkeys((*credited, *(() if credited else article.authors))))[:1]
    named = Counter(name for _, name in above.occurrences)
    candidates = [name for name in named if name not in others and name not in credited]
    candidates.sort(key=lambda name: (_is_author(name, article.authors), -named[name]))
    return tuple(candidates[:1]) or tuple(article.authors[:1] if _is_credited(article, "") else ())


def _is_credited(article: Article, name: str) -> bool:
    """Whether the text above the interview says that a person made it: "Interview by Ann Bell"."""
    above = article.text[: article.turns[0].mark]
    return bool(re.search(rf"\binterview(?:ed)?(?: \w+)? by\s+{re.escape(name)}", above, re.IGNORECASE))


def _full_name(article: Article, label: str) -> str:
    """Return the name that the article gives in full for a label such as "BELL" or "AB"."""
    people = _people(article)
    name = label.title() if label.isupper() and len(label) > 3 else label
    if label.isupper() and len(label) <= 3:
        initials = (full for _, full in people.occurrences if "".join(w[0] for w in full.split()) == label)
        return next(initials, label)
    return people.full_name(name) or name


@lru_cache(maxsize=64)
def _people(article: Article) -> People:
    return find_people(article.text)


def _is_author(name: str, authors: Sequence[str]) -> bool:
    return bool(name) and any(name in author or author in name for author in authors)
