"""One question from end to end, for somebody who waits: reworded, looked up, read."""

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
"""Called with an unfinished answer, as far as it is verified."""


class Asker:
    """Answers one question after another for somebody who waits, with the chat model if there is one.

    All questions share an event loop, since the model's connections belong to one.
    """

    def __init__(self, answerer: Answerer, reader: ChatReader | None = None) -> None:
        self._answerer = answerer
        self._reader = reader
        self._runner = asyncio.Runner()
        self.last: ChatOutcome | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._runner.run(self._reader.flush_usage())
        self._runner.close()

    def ask(self, question: Question, on_partial: OnPartial | None = None) -> Response:
        """The reply and the articles that it quotes; raises what `Answerer.ask` raises.

        on_partial is told of each claim of a chat model's as soon as it is verified.
        """
        self.last = None
        if self._reader is None:
            return self._answerer.ask(question)
        return self._runner.run(until_signalled(self._read(question, self._reader, on_partial)))

    async def _read(self, question: Question, reader: ChatReader, on_partial: OnPartial | None) -> Response:
        reworded = await reader.reword(question)
        prepared = self._answerer.prepare(question, reworded.text)
        show = None if on_partial is None else lambda answer: on_partial(Response(answer, prepared.articles))
        read = await reader.read(prepared, on_claim=show)
        self.last = replace(
            read, tokens_in=read.tokens_in + reworded.tokens_in, tokens_out=read.tokens_out + reworded.tokens_out
        )
        return Response(read.reply, prepared.articles)

    def articles(self) -> Mapping[str, Article]:
        """The articles that can be asked about, by id."""
        return self._answerer.articles()

    def trouble(self) -> BylineError | None:
        """Why the newest index is not the one that answers, if so."""
        return self._answerer.trouble()
