"""Answer questions one after another, by a chat model or the extractive reader."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.articles.article import Article
from index.console import until_signalled
from index.errors import BylineError

from bot.answering.answerer import Answerer
from bot.answering.chat.reader import ChatReader
from bot.answering.types import Question, Response

if TYPE_CHECKING:
    from bot.answering.chat.request import ChatOutcome

OnPartial = Callable[[Response], None]
"""A function that is called with the verified part of an unfinished answer."""


class QuestionSession:
    """Answers questions one after another, by the chat model if there is one.

    A session is a context manager. Its questions share an event loop, as the chat model's connections belong to one.

    Attributes:
        last_outcome: the chat model's work on the last question; None if there is no chat model.
    """

    def __init__(self, answerer: Answerer, reader: ChatReader | None = None) -> None:
        self._answerer = answerer
        self._reader = reader
        self._runner = asyncio.Runner()
        self.last_outcome: ChatOutcome | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._runner.run(self._reader.flush_usage())
        self._runner.close()

    def ask(self, question: Question, on_partial: OnPartial | None = None) -> Response:
        """Answer a question.

        Args:
            question: the question.
            on_partial: called each time another claim of the chat model is verified.

        Raises:
            UsageError: the question cannot be asked.
            IndexUnusable: there is no index.
        """
        self.last_outcome = None
        if self._reader is None:
            return self._answerer.ask(question)
        return self._runner.run(until_signalled(self._read(question, self._reader, on_partial)))

    async def _read(self, question: Question, reader: ChatReader, on_partial: OnPartial | None) -> Response:
        reworded = await reader.reword(question)
        prepared = self._answerer.prepare(question, reworded.text)
        on_claim = None if on_partial is None else lambda answer: on_partial(Response(answer, prepared.articles))
        outcome = await reader.read(prepared, on_claim=on_claim)
        self.last_outcome = replace(
            outcome,
            tokens_in=outcome.tokens_in + reworded.tokens_in,
            tokens_out=outcome.tokens_out + reworded.tokens_out,
        )
        return Response(outcome.reply, prepared.articles)

    def articles(self) -> Mapping[str, Article]:
        """Return the articles that can be asked about, by id."""
        return self._answerer.articles()

    def index_error(self) -> BylineError | None:
        """Return why the newest index could not be opened, if an older one answers instead."""
        return self._answerer.index_error()
