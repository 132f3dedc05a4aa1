"""Parse a question: clean it, respell it, and find the context that it depends on. No I/O."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.errors import UsageError
from index.store.manifest import ArticleEntry
from index.text.language import question_language
from index.text.words import terms

from bot.answering.question.choice import Choice
from bot.answering.question.follow_ups import Subject, context_dependence, find_subject, last_exchange
from bot.answering.question.forms import asks_for_several
from bot.answering.question.kinds import Kind
from bot.answering.question.message_marks import remove_marks
from bot.answering.question.spelling import respell
from bot.answering.types import Question, Turn

MAX_CHARS = 2_000
# Of longer messages only the questions are used.
LONG_WORDS = 25
# Characters that render as nothing: the Hangul fillers and the blank Braille pattern.
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
# The weight of the last exchange, relative to a question that cannot be understood without it.
CONTEXT_WEIGHT = 0.5
# A question takes its subject from at most so many turns before it.
_MAX_TURNS = 8

# Terms that only ask for the author's view.
_FRAME = frozenset(
    terms(
        "article text piece essay column author writer say said think thought mention talk write wrote opinion view"
        " stance argue claim tell told explain give please pls know bot guy mean"
    )
)


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question as the search uses it.

    Attributes:
        text: The question, cleaned and respelled; of a long message only its questions.
        context: The last exchange if the question depends on it, else "".
        context_weight: The weight of the context relative to the question, 0 to CONTEXT_WEIGHT.
        asks_for_several: It asks for reasons or a list.
        subject: What it is about, in the conversation.
        candidates: The articles that it could name.
        language: The ISO 639-1 code of its language if that is certainly not English, else None.
    """

    text: str
    context: str
    context_weight: float
    asks_for_several: bool
    subject: Subject
    candidates: tuple[ArticleEntry, ...] = ()
    language: str | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of question about the text itself that it is; none if it asks for what the text says."""
        return self.subject.kinds

    @property
    def named(self) -> Choice:
        """The articles that it names."""
        return self.subject.named

    @property
    def term_weights(self) -> dict[str, float]:
        """The stemmed terms of the question and of its context, with their weights."""
        own = dict.fromkeys(content_terms(self.text), 1.0)
        context = [term for term in terms(self.context) if term not in own]
        # The terms of a long exchange together weigh no more than the question's.
        weight = self.context_weight * min(1.0, 2 * max(1, len(own)) / max(1, len(context)))
        return {**dict.fromkeys(context, weight), **own}


def content_terms(question: str) -> list[str]:
    """Return the stemmed terms of a question without those that only ask for the author's view, if others are left."""
    found = terms(question)
    return [term for term in found if term not in _FRAME] or found


def clean_question(text: str) -> str:
    """Return a question on one line without invisible characters and without a chat application's marks.

    Raises:
        UsageError: It is empty, too long, without words, or contains control characters.
    """
    if any(unicodedata.category(c) == "Cs" for c in text):
        raise UsageError("The question is not valid UTF-8 text.", "Type it again as plain text.")
    if any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text):
        raise UsageError("The question contains control characters.", "Type it again as plain text.")
    # Zero-width spaces, direction overrides, blank letters and the like.
    typed = "".join(c for c in text if unicodedata.category(c) != "Cf" and c not in BLANK).strip()
    text = " ".join(remove_marks(typed).split())
    if not any(c.isalnum() for c in text):
        problem = "contains no words" if typed else "is empty"
        raise UsageError(f"The question {problem}.", "Ask something about the article, such as: what is it about?")
    if len(text) > MAX_CHARS:
        raise UsageError(
            f"The question has {len(text):,} characters; the limit is {MAX_CHARS:,}.", "Ask it in fewer words."
        )
    return text


def extract_questions(text: str) -> str:
    """Return the questions in a long message, each with the sentence before if it refers back; a short one whole."""
    if len(text.split()) <= LONG_WORDS:
        return text
    sentences = [found.strip() for found in re.findall(r"[^.?!\n]+(?:[.?!]+|$)", text) if found.strip()]
    questions = [at for at, sentence in enumerate(sentences) if sentence.rstrip().endswith("?")]
    chosen = set(questions)
    chosen.update(at - 1 for at in questions if at and _dependence(sentences[at]) > 0)
    return " ".join(sentences[at] for at in sorted(chosen)) or text


def parse_question(
    question: Question, vocabulary: Mapping[str, int], articles: Sequence[ArticleEntry] = ()
) -> ParsedQuestion:
    """Parse a question.

    Args:
        question: The question with its conversation.
        vocabulary: The lower-case words of the index with their counts.
        articles: The articles that it may name.

    Raises:
        UsageError: The text cannot be a question; see `clean_question`.
    """
    cleaned = clean_question(question.text)
    language = question_language(cleaned, vocabulary)
    text = extract_questions(cleaned if language else respell(cleaned, vocabulary).text)
    subject = find_subject(text, _respelled(question.history, vocabulary), articles, question.recent)
    weight = CONTEXT_WEIGHT * _dependence(text)
    context = "" if subject.kinds or not weight else last_exchange(question.history)
    return ParsedQuestion(
        text=text,
        context=context,
        context_weight=weight if context else 0.0,
        asks_for_several=asks_for_several(text),
        subject=subject,
        candidates=tuple(articles),
        language=language,
    )


def _respelled(history: Sequence[Turn], vocabulary: Mapping[str, int]) -> tuple[Turn, ...]:
    """Return the last turns of a conversation, with its questions respelled as they were for their answers."""
    last = history[-_MAX_TURNS:]
    return tuple(Turn(t.role, respell(t.text, vocabulary).text) if t.role == "user" else t for t in last)


def _dependence(question: str) -> float:
    return context_dependence(question, len(content_terms(question)))
