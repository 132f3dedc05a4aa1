"""The reader with a chat model: what it says is checked claim by claim; whatever fails, the extractive reader answers.

A question takes one call, a second where the first reply cannot be used, and a short one before both where
it follows a conversation. Everything here runs on the event loop and none of it blocks.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.errors import BylineError, UsageError

from bot.answering.chat.errors import ChatError, Declined, TimedOut
from bot.answering.chat.limits import Budget, CircuitBreaker, Ledger
from bot.answering.chat.messages import frame, standalone
from bot.answering.chat.model import CallRecord, ChatModel
from bot.answering.chat.request import AnswerRequest, ChatOutcome, OnClaim, Unusable
from bot.answering.question.parsing import MAX_CHARS, clean_question
from bot.answering.question.small_talk import is_small_talk
from bot.answering.types import PreparedQuestion, Question, Reply

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable, RunnableConfig

log = logging.getLogger(__name__)

AT_ONCE = 8
# A follow-up is only reworded; an answer is worth waiting longer for.
REWORDING_SHARE = 0.3

NO_BUDGET, NO_LEDGER = "today's share of it is used up", "what it has used today cannot be kept"
PAUSED = "it is paused after several failures"
NO_ROOM, CROWDED = "the passages do not fit CHAT_CONTEXT_TOKENS", "too many questions are put to it just now"


@dataclass(frozen=True, slots=True)
class Reworded:
    """A follow-up as a question that stands by itself, None where it is left as it is, and the tokens that it took."""

    text: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0


class ChatReader:
    """Reads prepared questions with a chat model."""

    def __init__(
        self,
        model: ChatModel,
        *,
        context_tokens: int,
        max_tokens: int,
        timeout: float,
        budget: Budget | None = None,
        ledger: Ledger | None = None,
        breaker: CircuitBreaker | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        """timeout: seconds for a whole question, repeats included. ledger: None keeps no budget."""
        self._model = model
        self._room = context_tokens - max_tokens
        self._timeout = timeout
        self._budget = budget or Budget()
        self._ledger = ledger
        self._breaker = breaker or CircuitBreaker()
        self._slots = asyncio.Semaphore(at_once)
        self._spending: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return self._model.name

    def status(self) -> str:
        """The model and how it is doing, for whoever runs the bot; no key, no address."""
        return f"{self._model.name}, {self._breaker}"

    async def reword(self, question: Question, user: int = 0, config: "RunnableConfig | None" = None) -> Reworded:
        """A follow-up as a question that stands by itself, unless there is nothing to reword or that fails."""
        if not question.history or is_small_talk(question.text):
            return Reworded()
        if not await self._has_room(user) or not self._breaker.admits():
            return Reworded()
        heard = CallRecord()
        said = None
        asked = False
        try:
            async with asyncio.timeout(self._timeout * REWORDING_SHARE), self._slots:
                asked = True
                said = await self._model.text(standalone(question, self._room), heard, config)
            self._breaker.worked()
        except (ChatError, TimeoutError) as error:
            if asked:
                self._breaker.failed(_why(error))
            else:
                self._breaker.left()
        except BaseException:
            self._breaker.left()
            raise
        finally:
            self._spend(user, heard)
        return Reworded(_question(said or ""), heard.tokens_in, heard.tokens_out)

    async def read(
        self,
        prepared: PreparedQuestion,
        *,
        user: int = 0,
        on_claim: OnClaim | None = None,
        config: "RunnableConfig | None" = None,
    ) -> ChatOutcome:
        """The model's answer in verified claims, or the extractive one with a note that says why; raises nothing.

        on_claim is told of each claim as it is verified; an answer that is not finished may still be taken back.
        """
        if not prepared.open:
            return ChatOutcome(prepared.reply)
        framed = frame(prepared, self._room)
        if framed is None:
            return ChatOutcome(with_note(prepared.reply, NO_ROOM))
        refused = await self._refused(user)
        if refused:
            return ChatOutcome(with_note(prepared.reply, refused))
        call = AnswerRequest(self._model, prepared, framed, self._room, on_claim, config)
        settled = False
        try:
            async with asyncio.timeout(self._timeout), self._slots:
                read = await call.answered()
            self._breaker.worked()
            settled = True
        except (ChatError, TimeoutError) as error:
            why = _why(error)
            if isinstance(error, Declined | Unusable):
                self._breaker.worked()  # it answers; what it says is another matter
            elif not call.heard:  # its turn never came, which says nothing about the model
                self._breaker.left()
                why = CROWDED
            else:
                self._breaker.failed(why)
            settled = True
            read = call.read(with_note(prepared.reply, why))
        except Exception:
            log.exception("chat reader failed")
            self._breaker.failed(ChatError.why)
            settled = True
            read = call.read(with_note(prepared.reply, ChatError.why))
        finally:
            if not settled:
                self._breaker.left()
            for heard in call.heard:
                self._spend(user, heard)
        _log(self.name, read)
        return read

    def runnable(self) -> "Runnable[PreparedQuestion, ChatOutcome]":
        """The same as a LangChain Runnable, whose callbacks see each step."""
        from langchain_core.runnables import RunnableLambda

        async def read(prepared: PreparedQuestion, config: "RunnableConfig") -> ChatOutcome:
            return await self.read(prepared, config=config)

        return RunnableLambda(read).with_config(run_name="byline")

    async def _has_room(self, user: int) -> bool:
        if self._ledger is None:
            return True
        try:
            return await asyncio.to_thread(self._ledger.has_room, user, self._budget)
        except BylineError:
            return False

    async def _refused(self, user: int) -> str:
        """Why the model may not be asked just now, "" where it may; a question is counted then."""
        if not self._breaker.admits():
            return PAUSED
        if self._ledger is None:
            return ""
        refused = NO_LEDGER
        try:
            if await asyncio.to_thread(self._ledger.begin, user, self._budget):
                refused = ""
                return ""
            refused = NO_BUDGET
        except BylineError as error:
            log.warning("chat budget unusable reason=%s", error.message)
        finally:
            if refused:
                self._breaker.left()
        return refused

    def _spend(self, user: int, heard: CallRecord) -> None:
        """Count tokens, beside everything else: somebody who has gone is charged too."""
        total = heard.tokens_in + heard.tokens_out
        if self._ledger is None or not total:
            return
        task = asyncio.create_task(_kept(self._ledger, user, total))
        self._spending.add(task)
        task.add_done_callback(self._spending.discard)

    async def flush_usage(self) -> None:
        """Wait until everything that was used is counted."""
        await asyncio.gather(*self._spending)


def _question(said: str) -> str | None:
    """What a model made of a follow-up, where that may be asked."""
    try:
        text = clean_question(said.strip().strip("\"“”'"))
    except UsageError:
        return None
    return text if len(text) <= MAX_CHARS // 4 else None


def _why(error: ChatError | TimeoutError) -> str:
    return error.why if isinstance(error, ChatError) else TimedOut.why


def with_note(reply: Reply, why: str) -> Reply:
    """The extractive reader's reply with the reason why it stands in."""
    return replace(reply, note=why)


async def _kept(ledger: Ledger, user: int, total: int) -> None:
    try:
        await asyncio.to_thread(ledger.spend, user, total)
    except BylineError as error:
        log.warning("chat tokens not counted reason=%s", error.message)


def _log(name: str, read: ChatOutcome) -> None:
    counts = read.counts
    log.info(
        "chat model=%s kept=%d dropped=%d relabelled=%d renumbered=%d tokens=%d+%d%s",
        name, counts.kept, counts.dropped, counts.relabelled, counts.renumbered, read.tokens_in, read.tokens_out,
        f" fallback={read.reply.note!r}" if read.reply.note else "",
    )  # fmt: skip
    for raw in read.raw_replies:
        log.debug("chat raw=%r", raw)
