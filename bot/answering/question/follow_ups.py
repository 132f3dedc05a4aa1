"""Follow-up questions: how far one depends on the exchange before it, and that exchange. No I/O."""

from collections.abc import Sequence

from bot.answering.question.forms import SOMEBODY, any_of
from bot.answering.types import Turn

CONTEXT_CHARS = 600

_CONTINUES = any_of(
    r"^\W*(?:and|but|so|or|then|also|really|ok(?:ay)?|what about|how about|why not|since when|says who|no)\b"
)
_REFERS_BACK = any_of(
    r"\b(?:it|its|they|them|their|theirs|that|this|these|those|there|then|such|ones?|same|else|others?|too|instead"
    r"|either)\b"
)
_PERSON = any_of(rf"\b(?:he|she|him|her|his|hers)\b|\b(?:the|this|that) {SOMEBODY}\b")
_NEW_SUBJECT = any_of(r"\W*(?:(?:and|or|but|then|ok) (?:what about |how about )?|what about |how about )[^?]+\W*$")
_MAX_NEW_SUBJECT = 5
# A question of at most so many content words is seldom complete by itself.
_FEW = 2


def context_dependence(question: str, content_terms: int) -> float:
    """Estimate how far a question needs the exchange before it to be understood, 0 (not at all) to 1.

    "he" often means the author, so it counts less than "it".

    Args:
        question: The question.
        content_terms: The number of content terms in the question.
    """
    if content_terms == 0:
        return 1.0
    if _REFERS_BACK.search(question):
        return 1.0 if content_terms <= 3 else 0.6
    if _CONTINUES.search(question):
        return 0.6
    return 0.4 if _PERSON.search(question) or content_terms <= _FEW else 0.0


def asked_again(question: str) -> bool:
    """Whether a question is only a new subject for the question before it: "and Oslo?"."""
    return bool(_NEW_SUBJECT.match(question)) and len(question.split()) <= _MAX_NEW_SUBJECT


def refers_back(question: str) -> bool:
    """Whether a question contains a pronoun such as "it" or "that", which may stand for something said before."""
    return bool(_REFERS_BACK.search(question))


def last_exchange(history: Sequence[Turn]) -> str:
    """Return the last question and the first quote of the last reply, cut at CONTEXT_CHARS characters."""
    question = next((turn.text for turn in reversed(history) if turn.role == "user"), "")
    reply = next((turn.text for turn in reversed(history) if turn.role == "bot"), "")
    quotes = [line.removeprefix(">").split(" — ¶")[0].strip() for line in reply.splitlines() if line.startswith(">")]
    return " ".join(" ".join([question, *(quotes[:1] or [reply])]).split())[:CONTEXT_CHARS]
