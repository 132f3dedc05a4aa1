"""What messages, commands and buttons share: answering through the queue, the current articles, votes, statistics."""

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

MAX_SEEN_IDS = 20_000
NO_INDEX = "I cannot read my articles at the moment. The person who runs me can find the reason in my log."
RESTARTING = "I am being restarted"
WENT_WRONG = "Something went wrong on my side. The error is in my log; please ask again later."

Articles = Mapping[str, Article]

OnPartial = Callable[[Response], None]
"""Called with an unfinished answer, as far as it is verified."""


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """Where a request came from, for the log.

    Attributes:
        way: how it was made, such as "mention", "reply", "ask" or "more".
        event_id: the id of the message or interaction.
        channel: the id of the channel, 0 if unknown.
        group: the id of the server, or of the user in direct messages.
        user: the id of the user.
    """

    way: str
    event_id: int
    channel: int
    group: int
    user: int

    def __str__(self) -> str:
        return f"way={self.way} id={self.event_id} channel={self.channel} group={self.group} user={self.user}"


@dataclass(slots=True)
class Metrics:
    """Statistics since the start, for /status.

    Attributes:
        started: when the bot started, on the monotonic clock.
        answered, declined, failed: numbers of questions.
        fallbacks: how many answers were given without the chat model, although there is one.
        seconds: from question to response, for the latest answers.
    """

    started: float = field(default_factory=monotonic)
    answered: int = 0
    declined: int = 0
    failed: int = 0
    fallbacks: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=1000))

    def latency(self) -> str:
        """Describe the median and 95th percentile of the time from question to response."""
        if len(self.seconds) < 2:
            return "not known yet"
        slow = quantiles(self.seconds, n=20)[-1]
        return f"median {median(self.seconds) * 1000:.0f} ms, 95th percentile {slow * 1000:.0f} ms"


class SeenIds:
    """The ids of the latest events, since Discord may report the same event twice."""

    def __init__(self, size: int = MAX_SEEN_IDS) -> None:
        self._size = size
        self._ids: OrderedDict[int, None] = OrderedDict()

    def add(self, event_id: int) -> bool:
        """Add an id, and return whether it is new."""
        if event_id in self._ids:
            return False
        self._ids[event_id] = None
        if len(self._ids) > self._size:
            self._ids.popitem(last=False)
        return True


class AnswerService:
    """Answers questions through the queue, and follows the index.

    Attributes:
        queue: where questions wait.
        state: votes and settings.
        articles, entries: the articles of the generation that answers, with and without their texts, by id.
        generation: the name of that generation, None until it is opened.
        index_error: why a newer index is not used, without paths; None if there is no problem.
        read_manifest: reads the current manifest from the index.
        model: the identity of the embedding model.
        reader: the reader with a chat model, if there is one.
        answer_channels: the ids of the channels in which every question is answered.
        metrics: statistics for /status.
        seen: the ids of the messages and interactions that were handled.
        sees_content: whether the bot may read messages that do not mention it.
    """

    def __init__(
        self,
        queue: AnswerQueue[Answerer],
        state: State,
        *,
        articles: Articles,
        entries: Mapping[str, ArticleEntry],
        read_manifest: Callable[[], Manifest],
        model: str,
        log_questions: bool = False,
        reader: ChatReader | None = None,
    ) -> None:
        self.queue = queue
        self.state = state
        self.articles = articles
        self.entries = entries
        self.read_manifest = read_manifest
        self.model = model
        self.reader = reader
        self.answer_channels = set(state.answer_channels())
        self.metrics = Metrics()
        self.seen = SeenIds()
        self.index_error: str | None = None
        self.generation: str | None = None
        self.sees_content = False
        self._log_questions = log_questions

    async def ask(self, question: Question, request: RequestInfo, on_partial: OnPartial | None = None) -> Response:
        """Answer a question, with suggested questions if it is not addressed.

        Args:
            question: what is asked.
            request: where the question came from.
            on_partial: called with what a chat model has written so far, as it is verified.

        Raises:
            QuestionDeclined: the question was given up.
            BylineError: the question cannot be answered.
        """
        if self.reader is not None:
            return await self._ask_reader(question, request, self.reader, on_partial)
        finished: list[Response] = []

        def answer(answerer: Answerer) -> Response:
            with answerer.lease():
                response = answerer.ask(question)
                finished.append(response)
                return _with_suggestions(answerer, response, question)

        try:
            return await self.queue.run(request.group, answer, question)
        except Exception as error:
            if not finished:
                raise
            return _without_suggestions(finished[0], error)

    async def _ask_reader(
        self, question: Question, request: RequestInfo, reader: ChatReader, on_partial: OnPartial | None
    ) -> Response:
        """Answer with the chat model. The search takes its turn in the queue; waiting for the model blocks nobody."""
        group = request.group
        reworded = await reader.reword(question, request.user)
        standalone = replace(question, text=reworded.text, history=()) if reworded.text else question
        prepared = await self.queue.run(group, lambda answerer: answerer.prepare(question, reworded.text), standalone)
        on_claim = None if on_partial is None else lambda answer: on_partial(Response(answer, prepared.articles))
        reading = asyncio.ensure_future(reader.read(prepared, user=request.user, on_claim=on_claim))
        deliver_now = asyncio.ensure_future(self.queue.deliver_now.wait())
        try:
            await asyncio.wait({reading, deliver_now}, return_when=asyncio.FIRST_COMPLETED)
            reply = reading.result().reply if reading.done() else with_note(prepared.reply, RESTARTING)
        finally:
            reading.cancel()
            deliver_now.cancel()
        response = Response(reply, prepared.articles)
        if reply.degree != "not_addressed" or self.queue.deliver_now.is_set():
            return response
        try:
            return await self.queue.run(group, lambda answerer: _with_suggestions(answerer, response, question))
        except Exception as error:
            return _without_suggestions(response, error)

    def describe_reader(self) -> str:
        """Describe the chat model and how well it works, for /status."""
        if self.reader is None:
            return "no chat model"
        return f"{self.reader.status()}; {count(self.metrics.fallbacks, 'answer')} without it"

    async def more(self, question: Question, shown: tuple[str, ...], request: RequestInfo) -> Response:
        """Find further evidence for a question beyond the quotes that were shown."""
        return await self.queue.run(request.group, lambda answerer: answerer.find_more(question, shown), question)

    async def summary(self, article: str, request: RequestInfo) -> Response:
        """Quote the central claims of an article."""
        return await self.queue.run(request.group, lambda answerer: answerer.summarize(article))

    async def canary(self) -> str | None:
        """Answer a question made from the index itself, to check that everything works.

        Returns:
            "" if it worked, the kind of error if not, None if the queue had no time for it.
        """
        try:
            found = await self.queue.run(0, lambda answerer: answerer.canary())
        except QuestionDeclined:
            return None
        except IndexUnusable as error:
            log.warning("failed canary index=%s", error.message)
            return type(error).__name__
        except Exception as error:
            log_failure(log, "canary", error)
            return type(error).__name__
        return "" if found else "nothing was found"

    async def respond(self, request: RequestInfo, response: Awaitable[Response]) -> Response | str:
        """Await a response, count it and log it in one line; if it fails, return a sentence for the asker instead."""
        started = monotonic()
        try:
            done = await response
        except (QuestionDeclined, UsageError) as error:
            return self.decline(request, error)
        except IndexUnusable as error:
            self.metrics.failed += 1
            log.warning("failed %s index=%s", request, error.message)
            return NO_INDEX
        except Exception as error:
            self.metrics.failed += 1
            log_failure(log, request, error)
            return WENT_WRONG
        seconds = monotonic() - started
        self.metrics.answered += 1
        self.metrics.fallbacks += bool(done.reply.note)
        self.metrics.seconds.append(seconds)
        asked = f" question={done.reply.question!r}" if self._log_questions else ""
        log.info(
            "answered %s ms=%.0f degree=%s quotes=%d certainty=%.2f%s",
            request, seconds * 1000, done.reply.degree, len(done.reply.quotes), done.reply.certainty, asked,
        )  # fmt: skip
        return done

    def decline(self, request: RequestInfo, error: QuestionDeclined | UsageError) -> str:
        """Count and log a question that is not answered, and return a sentence for the asker."""
        self.metrics.declined += 1
        log.info("declined %s reason=%s", request, type(error).__name__)
        return f"{error.message} {error.hint}" if isinstance(error, UsageError) else str(error)

    async def set_answering(self, channel: int, guild: int, *, on: bool) -> None:
        """Start or stop answering every question in a channel of a server, also after a restart.

        Raises:
            BylineError: the setting cannot be saved; then nothing changes.
        """
        await asyncio.to_thread(self.state.set_answer_channel, channel, guild, on=on)
        if on:
            self.answer_channels.add(channel)
        else:
            self.answer_channels.discard(channel)
        log.info("channel answer=%s channel=%d guild=%d", "on" if on else "off", channel, guild)

    async def follow_index(self) -> None:
        """Keep `articles`, `entries`, `generation` and `index_error` up to date until this is cancelled."""
        answerer = await self.queue.loaded()
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def notify() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

        answerer.subscribe(notify)
        while True:
            changed.clear()
            self._refresh(answerer)
            await changed.wait()

    def _refresh(self, answerer: Answerer) -> None:
        current, error = answerer.current(), answerer.index_error()
        if current.name != self.generation:
            self.articles, self.entries, self.generation = current.articles, current.entries, current.name
            log.info("index generation=%s articles=%d", current.name, len(self.articles))
        if error is not None:
            log.warning("index trouble=%s", error.message)
        # Messages with paths are for the log: the administrators of every server can read /status.
        self.index_error = "The newest index cannot be opened; the log says why." if error else None


def _with_suggestions(answerer: Answerer, response: Response, question: Question) -> Response:
    """Add questions that would be answered, if this one is not addressed."""
    if response.reply.degree != "not_addressed":
        return response
    return replace(response, suggestions=answerer.suggest(response, question.article))


def _without_suggestions(response: Response, error: Exception) -> Response:
    """Return an answer that is ready, although its suggestions failed or were interrupted."""
    if isinstance(error, QuestionDeclined):
        log.info("no suggestions reason=%s", type(error).__name__)
    else:
        log_failure(log, "suggestions", error)
    return response
