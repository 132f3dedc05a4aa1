"""Replace the authors' names in a question by pronouns. No I/O."""

import re
from collections.abc import Iterable

from index.articles.metadata.names import surname

from bot.answering.voice.people import is_name

_WRITER = r"the (?:author|writer|columnist|essayist)s?"
_TITLE = r"(?:mr|mrs|ms|dr|prof|professor|sir|dame)\.?"
_OF = r"(?P<of>['’]s?)?(?!\w)"


def replace_authors(question: str, authors: Iterable[str]) -> str:
    """Replace the names of authors, and "the author", by "they" or "their".

    Authors seldom use their own names, so a name does not help to find the sentence that answers.
    """
    found = re.sub(rf"(?<!\w){_WRITER}{_OF}", _pronoun, question, flags=re.IGNORECASE)
    for author in authors:
        if surname(author).lower() in found.lower():
            found = _replace_author(found, author)
    return found


def _replace_author(question: str, author: str) -> str:
    last = surname(author)
    before = "|".join([_TITLE, *(re.escape(word) for word in author.split() if word != last)])

    def replaced(match: re.Match[str]) -> str:
        return _pronoun(match) if is_name(match["name"], last) else match.group()

    pattern = rf"(?<!\w)(?:(?:{before})\s+)*(?P<name>{re.escape(last)}){_OF}"
    return re.sub(pattern, replaced, question, flags=re.IGNORECASE)


def _pronoun(match: re.Match[str]) -> str:
    return "their" if match["of"] else "they"
