"""What messages, commands and buttons share: the queue, the articles as they are now, the votes, the figures."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median, quantiles
from time import monotonic

from index.articles.article import Article
from index.errors import IndexUnusable, UsageError
from index.formatting import count
from index.store.manifest import ArticleEntry, Manifest

from bot.answering.answerer import Answerer
from bot.answering.chat.reader import ChatReader, with_note
from bot.answering.types import Question, Response
from bot.discord.queue import AnswerQueue, QuestionDeclined
from bot.logs import log_failure
from bot.state import State

log = logging.getLogger(__name__)

FOLLOW_EVERY = 0.5
REMEMBERED = 20_000
NO_INDEX = "I cannot read my articles just now. Whoever runs me finds the reason in my log."
RESTARTING = "I am being restarted"
WENT_WRONG = "Something went wrong on my side. It is in my log; please ask again later."

Articles = Mapping[str, Article]


OnPartial = Callable[[Response], None]


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """Where a question came from, for the log; group: the server, or the person in direct messages."""

    way: str
    number: int
    channel: int
    group: int
    user: int

    def __str__(self) -> str:
        return f"way={self.way} id={self.number} channel={self.channel} group={self.group} user={self.user}"


@dataclass(slots=True)
class Metrics:
    """What /status tells of the time since the start."""

    started: float = field(default_factory=monotonic)
    answered: int = 0
    declined: int = 0
    failed: int = 0
    alone: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=1000))

    def latency(self) -> str:
        """Median and 95th percentile of the time from question to reply."""
        if len(self.seconds) < 2:
            return "not known yet"
        slow = quantiles(self.seconds, n=20)[-1]
        return f"median {median(self.seconds) * 1000:.0f} ms, 95th percentile {slow * 1000:.0f} ms"


class SeenIds:
    """The ids of what was handled: Discord may tell of the same event twice."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._ids: OrderedDict[int, None] = OrderedDict()

    def first(self, number: int) -> bool:
        """Whether this id was never seen before; it has been from now on."""
        if number in self._ids:
            return False
        self._ids[number] = None
        if len(self._ids) > self._size:
            self._ids.popitem(last=False)
        return True


class AnswerService:
    """Has questions answered in turn, and follows the index."""

    def __init__(
        self,
        answers: AnswerQueue[Answerer],
        state: State,
        *,
        articles: Articles,
        heads: Mapping[str, ArticleEntry],
        manifest: Callable[[], Manifest],
        model: str,
        log_questions: bool = False,
        reader: ChatReader | None = None,
    ) -> None:
        """articles, heads: those of the index at the start, with their texts and without.

        manifest: the current one; it reads files. reader: the one with a chat model, if there is one.
        """
        self.answers = answers
        self.state = state
        self.articles = articles
        self.heads = heads
        self.manifest = manifest
        self.model = model
        self.channels = set(state.channels())
        self.figures = Metrics()
        self.recent = SeenIds()
        self.trouble: str | None = None
        self.generation: str | None = None
        self.sees_content = False
        self.reader = reader
        self._log_questions = log_questions

    def ask(self, question: Question, group: int, user: int, on_claim: OnPartial | None = None) -> Awaitable[Response]:
        """The answer to a question; raises QuestionDeclined or BylineError.

        on_claim is told of what a chat model says so far, as it is verified.
        """
        if self.reader is None:
            return self.answers.run(group, lambda answerer: _ask(answerer, question), question)
        return self._read(question, group, user, self.reader, on_claim)

    async def _read(
        self, question: Question, group: int, user: int, reader: ChatReader, on_claim: OnPartial | None
    ) -> Response:
        """The search waits its turn like every question; the chat model is waited for here, and holds up nobody."""
        reworded = await reader.reword(question, user)
        sought = replace(question, text=reworded.text, history=()) if reworded.text else question
        prepared = await self.answers.run(group, lambda answerer: answerer.prepare(question, reworded.text), sought)
        show = None if on_claim is None else lambda answer: on_claim(Response(answer, prepared.articles))
        reading = asyncio.ensure_future(reader.read(prepared, user=user, on_claim=show))
        hurried = asyncio.ensure_future(self.answers.hurried.wait())
        try:
            await asyncio.wait({reading, hurried}, return_when=asyncio.FIRST_COMPLETED)
            reply = reading.result().reply if reading.done() else with_note(prepared.reply, RESTARTING)
        finally:
            reading.cancel()
            hurried.cancel()
        if reply.degree != "not_addressed" or self.answers.hurried.is_set():
            return Response(reply, prepared.articles)
        instead = await self.answers.run(
            group, lambda answerer: answerer.suggest(Response(reply, prepared.articles), question.article)
        )
        return Response(reply, prepared.articles, instead)

    def reading(self) -> str:
        """Who reads, and how that is going."""
        if self.reader is None:
            return "no chat model"
        return f"{self.reader.status()}; {count(self.figures.alone, 'answer')} without it"

    def more(self, question: Question, shown: tuple[str, ...], group: int) -> Awaitable[Response]:
        """Further evidence for a question."""
        return self.answers.run(group, lambda answerer: answerer.more(question, shown), question)

    def summary(self, article: str, group: int) -> Awaitable[Response]:
        """The central claims of an article."""
        return self.answers.run(group, lambda answerer: answerer.summary(article))

    async def canary(self) -> str | None:
        """Answer a question that the index itself gives: "", or the kind of error; None if there was no time for it."""
        try:
            found = await self.answers.run(0, lambda answerer: answerer.canary())
        except QuestionDeclined:
            return None
        except IndexUnusable as error:
            log.warning("failed canary index=%s", error.message)
            return type(error).__name__
        except Exception as error:
            log_failure(log, "canary", error)
            return type(error).__name__
        return "" if found else "nothing was found"

    async def settle(self, event: RequestInfo, work: Callable[[], Awaitable[Response]]) -> Response | str:
        """What `work` tells, or a sentence for the asker that says why not; one line in the log either way."""
        began = monotonic()
        try:
            told = await work()
        except QuestionDeclined as error:
            self.figures.declined += 1
            log.info("declined %s reason=%s", event, type(error).__name__)
            return str(error)
        except UsageError as error:
            self.figures.declined += 1
            log.info("declined %s reason=%s", event, type(error).__name__)
            return f"{error.message} {error.hint}"
        except IndexUnusable as error:
            self.figures.failed += 1
            log.warning("failed %s index=%s", event, error.message)
            return NO_INDEX
        except Exception as error:
            self.figures.failed += 1
            log_failure(log, event, error)
            return WENT_WRONG
        took = monotonic() - began
        self.figures.answered += 1
        self.figures.alone += bool(told.reply.note)
        self.figures.seconds.append(took)
        asked = f" question={told.reply.question!r}" if self._log_questions else ""
        log.info(
            "answered %s ms=%.0f degree=%s quotes=%d certainty=%.2f%s",
            event, took * 1000, told.reply.degree, len(told.reply.quotes), told.reply.certainty, asked,
        )  # fmt: skip
        return told

    async def follow(self) -> None:
        """Keep `articles`, `heads`, `generation` and `trouble` those of what answers, until it is cancelled."""
        answerer = await self.answers.loaded()
        told: str | None = None
        while True:
            now, found = answerer.current(), answerer.index_error()
            if now.name != self.generation:
                self.articles, self.heads, self.generation = now.articles, now.entries, now.name
                log.info("index generation=%s articles=%d", now.name, len(self.articles))
            trouble = found.message if found else None
            if trouble and trouble != told:
                log.warning("index trouble=%s", trouble)
            told = trouble
            # Paths are for the log: /status is read by the administrators of every server.
            self.trouble = "The newest index cannot be opened; the log says why." if trouble else None
            await asyncio.sleep(FOLLOW_EVERY)


def _ask(answerer: Answerer, question: Question) -> Response:
    with answerer.hold():
        response = answerer.ask(question)
        if response.reply.degree != "not_addressed":
            return response
        return replace(response, suggestions=answerer.suggest(response, question.article))
