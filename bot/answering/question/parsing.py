"""What is asked: cleaned, respelled, with what it leans on of the conversation. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from index.errors import UsageError
from index.text.words import terms

from bot.answering.question import about_text
from bot.answering.question.about_text import Aspect
from bot.answering.question.spelling import respell
from bot.answering.types import Question, Turn

MAX_CHARS = 2_000
CONTEXT_CHARS = 600
# Beyond so many words a message tells a story around its question.
LONG_WORDS = 25
# Letters and a symbol that show nothing: the Hangul fillers and the blank Braille pattern.
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
# How much the last exchange counts beside a question that cannot be understood without it.
LEANING = 0.5


_FRAME = frozenset(
    terms(
        "article text piece essay column author writer say said think thought mention talk write wrote opinion view"
        " stance argue claim tell told explain give please pls know bot guy mean"
    )
)


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question as the search takes it.

    text: cleaned and respelled. context: the exchange before it, "" where there is none. weight: how
    much the context counts beside the question. corrections: (as typed, as read). aspects: what it
    asks about the text itself. several: it asks for more than one thing.
    """

    text: str
    context: str
    weight: float
    corrections: tuple[tuple[str, str], ...]
    aspects: tuple[Aspect, ...]
    several: bool

    @property
    def terms(self) -> dict[str, float]:
        """The stemmed terms with their weights; the context's count less."""
        own = dict.fromkeys(content(self.text), 1.0)
        lent = [term for term in terms(self.context) if term not in own]
        # However long the last exchange was, its words together do not outweigh the question's.
        share = self.weight * min(1.0, 2 * max(1, len(own)) / max(1, len(lent)))
        return {**dict.fromkeys(lent, share), **own}


def content(question: str) -> list[str]:
    """The stemmed terms of what a question is about, without those that only ask what the author says of it."""
    found = terms(question)
    return [term for term in found if term not in _FRAME] or found


def clean(text: str) -> str:
    """The question in one line; raises UsageError for what is no question."""
    if any(unicodedata.category(c) == "Cs" for c in text):
        raise UsageError("The question is not valid UTF-8 text.", "Type it again as plain text.")
    if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text):
        raise UsageError("The question holds control characters.", "Type it again as plain text.")
    # Invisible marks such as zero-width spaces, direction overrides and blank letters are left out.
    text = " ".join("".join(c for c in text if unicodedata.category(c) != "Cf" and c not in BLANK).split())
    if not any(c.isalnum() for c in text):
        what = "holds no words" if text else "is empty"
        raise UsageError(f"The question {what}.", "Ask something about the article, such as: what is it about?")
    if len(text) > MAX_CHARS:
        raise UsageError(
            f"The question has {len(text):,} characters; the limit is {MAX_CHARS:,}.", "Ask it in fewer words."
        )
    return text


def focus(text: str) -> str:
    """What a long message asks: its questions, with the sentence before one that points back; short ones whole."""
    if len(text.split()) <= LONG_WORDS:
        return text
    sentences = [found.strip() for found in re.findall(r"[^.?!\n]+(?:[.?!]+|$)", text) if found.strip()]
    asking = [at for at, sentence in enumerate(sentences) if sentence.rstrip().endswith("?")]
    kept = set(asking)
    kept.update(at - 1 for at in asking if at and about_text.leaning(sentences[at], len(content(sentences[at]))) > 0)
    return " ".join(sentences[at] for at in sorted(kept)) or text


def read(question: Question, vocabulary: Mapping[str, int]) -> ParsedQuestion:
    """Read a question; vocabulary: the lower-case words of the index with their counts. Raises UsageError."""
    text = clean(question.text)
    respelled, corrections = respell(text, vocabulary)
    asked = focus(respelled)
    aspects = about_text.aspects(asked)
    context = "" if aspects else _last_exchange(question.history)
    weight = LEANING * about_text.leaning(asked, len(content(asked)))
    if not weight:
        context = ""
    return ParsedQuestion(
        text=asked,
        context=context,
        weight=weight if context else 0.0,
        corrections=corrections,
        aspects=aspects,
        several=about_text.asks_for_several(asked),
    )


def _last_exchange(history: tuple[Turn, ...]) -> str:
    """What was asked last, and the words that were quoted in reply."""
    asked = next((turn.text for turn in reversed(history) if turn.role == "user"), "")
    said = next((turn.text for turn in reversed(history) if turn.role == "bot"), "")
    quoted = [line.removeprefix(">").split(" — ¶")[0].strip() for line in said.splitlines() if line.startswith(">")]
    return " ".join(" ".join([asked, *(quoted[:1] or [said])]).split())[:CONTEXT_CHARS]
