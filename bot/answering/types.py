"""The values that the answering rooms hand to each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from index.articles.article import Article
from index.text.passages import Passage, Sentence

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


@dataclass(frozen=True, slots=True)
class Response:
    """A reply with everything that is needed to show it.

    Attributes:
        reply: the answer or abstention.
        articles: the articles of the generation that was asked, by id; the reply's quotes stand in them.
        suggestions: questions to ask in place of one that was not answered, best first.
    """

    reply: Reply
    articles: Mapping[str, Article]
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedQuestion:
    """A question that was read and looked up, with what the extractive reader says.

    asked: as it was typed. text: as it is understood. reply: the extractive reader's. declined: what it
    would say if the article did not address the question. passages: what was found, best first. whole: all
    passages of the one article in question, nothing where it is too long or there are several. open:
    whether a chat model may answer, too.
    """

    asked: str
    text: str
    reply: Reply
    articles: Mapping[str, Article]
    declined: Abstention | None = None
    passages: tuple[Passage, ...] = ()
    whole: tuple[Passage, ...] = ()
    open: bool = False

    @property
    def response(self) -> Response:
        """The extractive reader's reply with its articles."""
        return Response(self.reply, self.articles)
