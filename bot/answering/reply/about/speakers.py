"""Answer who speaks in an interview."""

import re

from index.articles.article import Article

from bot.answering.voice.interviews import interviewees, interviewers

_WHO = r"\bwho(?:'s|’s|s| is| are| was| were)?"
_HERE = r"(?: (?:in|of|for) (?:this|the|that) (?:interview|article|text|piece|conversation|talk)| here)?"
_ASKS = re.compile(
    rf"{_WHO} (?:the (?:people|persons?) )?(?:speaking|talking|asking|answering|speaks|talks)(?: (?:the )?questions)?"
    rf"{_HERE}\W*$"
    rf"|{_WHO} (?:being )?interview(?:ed|ing|s)(?: whom?)?{_HERE}\W*$"
    rf"|{_WHO} the (?:interviewe[re]s?|guests?|speakers?)\b{_HERE}\W*$"
    rf"|\bwho (?:asks|answers|asked|answered)(?: the)? questions{_HERE}\W*$",
    re.IGNORECASE,
)


def asks_who_speaks(question: str) -> bool:
    """Whether a question is for the speakers of an interview."""
    return bool(_ASKS.search(question))


def describe_speakers(article: Article) -> str | None:
    """Say who asks and who answers; None if the article is no interview, or names neither."""
    asking, answering = interviewers(article), interviewees(article)
    if not asking and not answering:
        return None
    question = f"{' and '.join(asking) or 'the interviewer'} {'ask' if len(asking) > 1 else 'asks'}"
    answer = f"{' and '.join(answering) or 'somebody unnamed'} {'answer' if len(answering) > 1 else 'answers'}"
    return f"It is an interview: {question}, and {answer}."
