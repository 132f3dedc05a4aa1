"""The values that the answering packages pass to each other; all are immutable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from index.articles.article import Article
from index.text.passages import Passage, Sentence

UNREAD = -12.0
"""The logit of a sentence that the reader did not score; it counts as not answering."""

Role = Literal["user", "bot"]
Degree = Literal["answers", "closest", "not_addressed"]

# The name of the reader without a chat model; a chat model is named "provider:model".
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
        text: the question as it was typed.
        history: the turns before it, oldest first.
        article: the id of the only article to search; None for all.
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
        passage: the passage that contains it.
        sentence: the sentence.
        score: its rank score, higher is better; comparable within one question only.
        cosine: the cosine similarity of question and sentence.
        coverage: the idf-weighted share of the question's terms that the sentence contains, 0 to 1.
        answer_logit: the reader's logit for "this sentence answers the question".
        correction_logit: its logit for "this sentence contradicts what the question presumes".
        usefulness: the probability that quoting it helps to answer, 0 to 1; 0 if it was not read.
    """

    passage: Passage
    sentence: Sentence
    score: float
    cosine: float
    coverage: float
    answer_logit: float = UNREAD
    correction_logit: float = UNREAD
    usefulness: float = 0.0


@dataclass(frozen=True, slots=True)
class Quote:
    """A contiguous span of an article: `article.text[start:end] == text`, inside one paragraph.

    Attributes:
        article: the article's id.
        paragraph: the number of the paragraph, from 1.
        text: the words, verbatim.
        voice: "author", "author_hedged", "reported:NAME", "reported:unnamed" or "byline".
        start: the offset of its first character in the article text.
        end: the offset after its last character.
    """

    article: str
    paragraph: int
    text: str
    voice: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that claims to answer: quotes, and a lead that claims no more than they do.

    Attributes:
        question: the question as it was asked.
        lead: the words before the quotes.
        quotes: verified quotes, the best first; none for metadata that no text states, such as the length.
        certainty: the probability that they answer the question, 0 to 1.
        reader: "extractive", or "provider:model" of a chat model.
        degree: "answers", or "closest" for further passages.
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
        """False, as an answer claims to answer."""
        return False


@dataclass(frozen=True, slots=True)
class Abstention:
    """A reply that does not claim to answer; its quotes, also verified, are the closest passages."""

    question: str
    lead: str
    quotes: tuple[Quote, ...]
    certainty: float
    degree: Degree
    reader: str = EXTRACTIVE
    note: str = ""

    @property
    def abstained(self) -> bool:
        """True, as an abstention does not claim to answer."""
        return True


Reply = Answer | Abstention


@dataclass(frozen=True, slots=True)
class Response:
    """A reply with everything that is needed to show it.

    Attributes:
        reply: the answer or abstention.
        articles: the articles of the generation that was searched, by id; they contain the reply's quotes.
        suggestions: questions to ask instead of one that was not answered, best first.
    """

    reply: Reply
    articles: Mapping[str, Article]
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedQuestion:
    """A question with the extractive reader's reply and what a chat model needs to write another.

    Attributes:
        asked: the question as it was typed.
        text: the question as a chat model gets it: complete without the conversation.
        reply: the extractive reader's reply.
        articles: the articles of the generation that was searched, by id.
        declined_reply: the reply if the chat model finds no answer; None if nothing was searched.
        passages: the retrieved passages, best first.
        whole_article: all passages of the article, if only one is in scope and it is not too long.
        for_chat_model: whether a chat model may write another answer.
    """

    asked: str
    text: str
    reply: Reply
    articles: Mapping[str, Article]
    declined_reply: Abstention | None = None
    passages: tuple[Passage, ...] = ()
    whole_article: tuple[Passage, ...] = ()
    for_chat_model: bool = False
