"""The reader with a chat model: what it says is checked claim by claim; whatever fails, the extractive reader answers.

A question takes one call, a second where the first reply cannot be used, and a short one before both where
it follows a conversation. Everything here runs on the event loop and none of it blocks.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import random
from typing import TYPE_CHECKING

from index.errors import BylineError, UsageError

from bot.answering.chat import prompts
from bot.answering.chat.checking import ReplyChecker, repair
from bot.answering.chat.claims import ClaimCounts
from bot.answering.chat.errors import ChatFailed, Declined, TimedOut, Unreachable
from bot.answering.chat.framing import Message, Prompt, frame, standalone, tokens
from bot.answering.chat.limits import Breaker, Budget, Ledger
from bot.answering.chat.model import CallRecord, ChatModel
from bot.answering.question.parsing import MAX_CHARS, clean
from bot.answering.question.small_talk import is_smalltalk
from bot.answering.reply import wording
from bot.answering.reply.citations import verify
from bot.answering.types import Abstention, Answer, PreparedQuestion, Question, Reply

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable, RunnableConfig

log = logging.getLogger(__name__)

AT_ONCE = 8
# Calls that fail for a moment are repeated so often, after pauses that double, or as long as the server asks for.
TRIES, FIRST_PAUSE, LONGEST_PAUSE = 3, 0.5, 20.0
# A follow-up is only reworded; an answer is worth waiting longer for.
REWORDING_SHARE = 0.3

NO_BUDGET, NO_LEDGER = "today's share of it is used up", "what it has used today cannot be kept"
PAUSED, UNUSABLE = "it is paused after several failures", "nothing that it said could be verified"
NO_ROOM, CROWDED = "the passages do not fit CHAT_CONTEXT_TOKENS", "too many questions are put to it just now"

OnClaim = Callable[[Answer], None]
"""Is told the answer as far as it is verified, whenever another claim is."""


@dataclass(frozen=True, slots=True)
class ChatOutcome:
    """A reply with what it took: the claims counted, the tokens, and what the model said word for word."""

    reply: Reply
    tally: ClaimCounts = field(default_factory=ClaimCounts)
    tokens_in: int = 0
    tokens_out: int = 0
    raw: tuple[str, ...] = ()


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
        breaker: Breaker | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        """timeout: seconds for a whole question, repeats included. ledger: None keeps no budget."""
        self._model = model
        self._room = context_tokens - max_tokens
        self._timeout = timeout
        self._budget = budget or Budget()
        self._ledger = ledger
        self._breaker = breaker or Breaker()
        self._slots = asyncio.Semaphore(at_once)
        self._spending: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return self._model.name

    def status(self) -> str:
        """The model and how it is doing, for whoever runs the bot; no key, no address."""
        return f"{self._model.name}, {self._breaker}"

    async def standalone(self, question: Question, user: int = 0, config: "RunnableConfig | None" = None) -> Reworded:
        """A follow-up as a question that stands by itself, unless there is nothing to reword or that fails."""
        if not question.history or is_smalltalk(question.text):
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
        except (ChatFailed, TimeoutError) as error:
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
            return ChatOutcome(alone(prepared.reply, NO_ROOM))
        refused = await self._refused(user)
        if refused:
            return ChatOutcome(alone(prepared.reply, refused))
        call = _Call(self._model, prepared, framed, self._room, on_claim, config)
        settled = False
        try:
            async with asyncio.timeout(self._timeout), self._slots:
                read = await call.answered()
            self._breaker.worked()
            settled = True
        except (ChatFailed, TimeoutError) as error:
            why = _why(error)
            if isinstance(error, Declined | _Unusable):
                self._breaker.worked()  # it answers; what it says is another matter
            elif not call.heard:  # its turn never came, which says nothing about the model
                self._breaker.left()
                why = CROWDED
            else:
                self._breaker.failed(why)
            settled = True
            read = call.read(alone(prepared.reply, why))
        except Exception:
            log.exception("chat reader failed")
            self._breaker.failed(ChatFailed.why)
            settled = True
            read = call.read(alone(prepared.reply, ChatFailed.why))
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

    async def settle(self) -> None:
        """Wait until everything that was used is counted."""
        await asyncio.gather(*self._spending)


def _question(said: str) -> str | None:
    """What a model made of a follow-up, where that may be asked."""
    try:
        text = clean(said.strip().strip("\"“”'"))
    except UsageError:
        return None
    return text if len(text) <= MAX_CHARS // 4 else None


def _why(error: ChatFailed | TimeoutError) -> str:
    return error.why if isinstance(error, ChatFailed) else TimedOut.why


def alone(reply: Reply, why: str) -> Reply:
    """The extractive reader's reply with the reason why it stands in."""
    return replace(reply, note=why)


class _Unusable(ChatFailed):
    """Two replies in a row could not be used; what: of the first, in words for the model."""

    why = UNUSABLE


class _Call:
    """One question put to the model; remembers what was heard, so that nothing is lost when it fails."""

    def __init__(
        self,
        model: ChatModel,
        prepared: PreparedQuestion,
        framed: Prompt,
        room: int,
        on_claim: OnClaim | None,
        config: "RunnableConfig | None",
    ) -> None:
        self._model = model
        self._prepared = prepared
        self._framed = framed
        self._room = room
        self._on_claim = on_claim
        self._config = config
        self._tally = ClaimCounts()
        self.heard: list[CallRecord] = []

    async def answered(self) -> ChatOutcome:
        """The answer; raises ChatFailed where neither the reply nor its repair can be used."""
        messages = self._framed.messages
        for last in (False, True):
            sheet = await self._persist(messages)
            reply = self._reply(sheet)
            self._tally += sheet.tally if isinstance(reply, Answer) else ClaimCounts(dropped=len(sheet.dropped))
            if reply is not None:
                return self.read(reply)
            if not last:
                log.info("chat reply unusable model=%s claims=%d", self._model.name, len(sheet.dropped))
                log.debug("chat reply unusable what=%s", " ".join(sheet.problem()))
                left = self._room - sum(tokens(text) for _, text in messages)
                messages = (*messages, *repair(sheet, left))
        raise _Unusable

    def read(self, reply: Reply) -> ChatOutcome:
        """A reply with what it took until now."""
        return ChatOutcome(
            reply,
            self._tally,
            sum(heard.tokens_in for heard in self.heard),
            sum(heard.tokens_out for heard in self.heard),
            tuple(heard.raw for heard in self.heard),
        )

    async def _persist(self, messages: Sequence[Message]) -> ReplyChecker:
        """One reply as far as it was heard, with failures of a moment tried again."""
        for n in range(TRIES):
            heard = CallRecord()
            self.heard.append(heard)
            sheet = ReplyChecker(self._framed.ground, heard)
            try:
                async for part in self._model.stream(messages, heard, self._config):
                    if sheet.take(part, done=False):
                        self._show(sheet)
            except ChatFailed as error:
                pause = max(FIRST_PAUSE * 2**n * (1 + random() / 4), error.again)  # noqa: S311
                if not error.passing or n + 1 == TRIES or pause > LONGEST_PAUSE:
                    broke_off = heard.raw and not isinstance(error, Declined)
                    raise Unreachable("its reply broke off") if broke_off and error.passing else error from None
                log.info("chat again model=%s why=%s seconds=%.1f", self._model.name, error.why, pause)
                await asyncio.sleep(pause)
                continue
            if heard.whole and sheet.take(sheet.last, done=True):
                self._show(sheet)
            for number, why in sheet.dropped:
                log.debug("chat dropped claim=%d why=%s", number, why)
            return sheet
        raise AssertionError

    def _show(self, sheet: ReplyChecker) -> None:
        if self._on_claim is not None and sheet.verdict in (prompts.ANSWERS, prompts.PREMISE_WRONG):
            self._on_claim(self._answer(sheet))

    def _reply(self, sheet: ReplyChecker) -> Reply | None:
        """What a finished reply comes to; None where it cannot be used."""
        if not sheet.heard.whole:
            return None
        if sheet.verdict == prompts.NOT_ADDRESSED:  # with claims or without: they only come near
            return self._abstention()
        if sheet.verdict in (prompts.ANSWERS, prompts.PREMISE_WRONG) and sheet.kept:
            return self._answer(sheet)
        return None

    def _answer(self, sheet: ReplyChecker) -> Answer:
        quotes = tuple(kept.quote for kept in sheet.kept)
        for quote in quotes:
            verify(self._prepared.articles[quote.article], quote)
        return Answer(
            self._prepared.asked,
            wording.OTHERWISE if sheet.verdict == prompts.PREMISE_WRONG else "",
            quotes,
            (1 + self._prepared.reply.certainty) / 2,
            reader=self._model.name,
            claims=tuple(kept.text for kept in sheet.kept),
        )

    def _abstention(self) -> Reply:
        """The model says that the article does not address it; what comes closest is the extractive reader's."""
        reply = self._prepared.declined or self._prepared.reply
        if not isinstance(reply, Abstention):
            return reply
        return replace(reply, certainty=reply.certainty / 2, reader=self._model.name)


async def _kept(ledger: Ledger, user: int, total: int) -> None:
    try:
        await asyncio.to_thread(ledger.spend, user, total)
    except BylineError as error:
        log.warning("chat tokens not counted reason=%s", error.message)


def _log(name: str, read: ChatOutcome) -> None:
    tally = read.tally
    log.info(
        "chat model=%s kept=%d dropped=%d relabelled=%d renumbered=%d tokens=%d+%d%s",
        name, tally.kept, tally.dropped, tally.relabelled, tally.renumbered, read.tokens_in, read.tokens_out,
        f" fallback={read.reply.note!r}" if read.reply.note else "",
    )  # fmt: skip
    for raw in read.raw:
        log.debug("chat raw=%r", raw)
