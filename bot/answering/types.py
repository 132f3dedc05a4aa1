"""The values that the answering packages pass to each other; all are immutable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from index.articles.article import Article
from index.text.passages import Passage, Sentence

UNREAD = -12.0
"""The logit of a sentence that the reader did not score: it counts as not answering."""

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
    """A question as a person asks it.

    Attributes:
        text: as it was typed.
        history: the turns before it, oldest first.
        article: the id of the only article to ask; None for all.
        recent: the id of the article that the last answer was about, which "who wrote it?" refers to.
    """

    text: str
    history: tuple[Turn, ...] = ()
    article: str | None = None
    recent: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer a question.

    Attributes:
        passage: where it is.
        sentence: the sentence.
        score: how well it fits; comparable within one question only.
        cosine: the cosine similarity of question and sentence.
        coverage: the idf-weighted share of the question's terms that the sentence contains, 0 to 1.
        answers: the reader's logit that it answers the question.
        corrects: the reader's logit that it contradicts what the question presumes.
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
    """A contiguous span of an article: `article.text[start:end] == text`, inside one paragraph.

    Attributes:
        article: the article's id.
        paragraph: the number of the paragraph, from 1.
        text: the words, verbatim.
        voice: "author", "author_hedged", "reported:NAME", "reported:unnamed" or "byline".
        start: offset of its first character in the article text.
        end: offset behind its last character.
    """

    article: str
    paragraph: int
    text: str
    voice: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Verified quotes, the best first, under a lead that claims no more than they do.

    Attributes:
        question: as it was asked.
        lead: the words before the quotes.
        quotes: at least one.
        certainty: the probability that they answer the question, 0 to 1.
        reader: "extractive", or "provider:model" of a chat model.
        degree: "answers", or "closest" for further evidence.
        claims: a chat model's sentence above each quote; empty for the extractive reader.
        note: why the extractive reader answered instead of the chat model; "" if it did not.
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
        """False: it claims to answer."""
        return False


@dataclass(frozen=True, slots=True)
class Abstention:
    """A reply that does not claim to answer; its quotes, verified as well, are the closest passages."""

    question: str
    lead: str
    quotes: tuple[Quote, ...]
    certainty: float
    degree: Degree
    reader: str = EXTRACTIVE
    note: str = ""

    @property
    def abstained(self) -> bool:
        """True: it does not claim to answer."""
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
    """A question with the extractive reader's reply and what a chat model needs to write another.

    Attributes:
        asked: the question as it was typed.
        text: the question as it was understood.
        reply: the extractive reader's.
        articles: the articles of the generation that was asked, by id.
        declined: the extractive reader's reply if the chat model finds no answer.
        passages: what was found, best first.
        whole: all passages of the article, if only one is asked and it is not too long.
        open: whether a chat model may answer, too.
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
