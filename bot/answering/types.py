"""The values that the answering rooms hand to each other."""

from dataclasses import dataclass
from typing import Literal

from index.passages import Passage, Sentence

UNREAD = -12.0
"""The logit of a sentence that the reader was not given: it does not answer."""

Role = Literal["user", "bot"]
Degree = Literal["answers", "closest", "not_addressed"]

# The reader without a chat model; any other reader is named "provider:model".
EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation before a question."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks, with the turns before it, oldest first; article: an id to stay within.

    recent: the id of the article that was spoken of last, meant by "who wrote it?" where several could be.
    """

    text: str
    history: tuple[Turn, ...] = ()
    article: str | None = None
    recent: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, with its passage and how well it fits (comparable within one question only).

    cosine: of the question to the sentence. coverage: the idf-weighted share of the question's terms that it holds.
    answers, corrects: the reader's logits that it answers, and that it corrects what the question takes for granted.
    """

    passage: Passage
    sentence: Sentence
    score: float
    cosine: float
    coverage: float
    answers: float = UNREAD
    corrects: float = UNREAD


@dataclass(frozen=True, slots=True)
class Quote:
    """A contiguous span of an article: `article.text[start:end] == text`, inside paragraph `paragraph`.

    voice: "author", "author_hedged", "reported:NAME", "reported:unnamed" or "byline".
    """

    article: str
    paragraph: int
    text: str
    voice: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Verified quotes in a useful order under a lead that claims no more than they do.

    claims: a sentence of a chat model's above each quote, none from the extractive reader. note: why the
    extractive reader stood in for a chat model, "" where it did not.
    """

    question: str
    lead: str
    quotes: tuple[Quote, ...]
    certainty: float
    reader: str = EXTRACTIVE
    degree: Degree = "answers"
    claims: tuple[str, ...] = ()
    note: str = ""

    @property
    def abstained(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Abstention:
    """Byline does not claim to answer; `quotes` are what the article says nearby, verified as well."""

    question: str
    lead: str
    quotes: tuple[Quote, ...]
    certainty: float
    degree: Degree
    reader: str = EXTRACTIVE
    note: str = ""

    @property
    def abstained(self) -> bool:
        return True


Reply = Answer | Abstention
