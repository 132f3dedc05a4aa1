"""The reader with a chat model. Its claims are verified one by one; if anything fails, the extractive reader answers.

A question takes one request, a second if the first reply cannot be used, and a short one before both if it follows
a conversation. Everything here runs on the event loop without blocking it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from index.errors import BylineError, UsageError

from bot.answering.chat.errors import ChatError, NotAsked, TimedOut
from bot.answering.chat.limits import Budget, CircuitBreaker, Ledger
from bot.answering.chat.messages import build_prompt, rewording_messages
from bot.answering.chat.model import CallRecord, ChatModel
from bot.answering.chat.request import AnswerRequest, ChatOutcome, OnClaim
from bot.answering.question.parsing import MAX_CHARS, clean_question
from bot.answering.question.small_talk import is_small_talk
from bot.answering.types import PreparedQuestion, Question, Reply

log = logging.getLogger(__name__)

CONCURRENT_REQUESTS = 8
# The share of the timeout that rewording a follow-up may take.
REWORDING_SHARE = 0.3

NO_BUDGET, NO_LEDGER = "today's limit is used up", "today's usage cannot be recorded"
NO_ROOM, CROWDED = "the passages do not fit into CHAT_CONTEXT_TOKENS", "it has too many questions to answer right now"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reworded:
    """A follow-up as a question that can be understood by itself.

    Attributes:
        text: The reworded question; None if the follow-up is left as it is.
        tokens_in: Tokens of the prompt.
        tokens_out: Tokens of the reply.
    """

    text: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0


class ChatReader:
    """Answers prepared questions with a chat model."""

    def __init__(
        self,
        model: ChatModel,
        *,
        context_tokens: int,
        max_tokens: int,
        timeout: float,
        budget: Budget | None = None,
        ledger: Ledger | None = None,
        concurrent: int = CONCURRENT_REQUESTS,
    ) -> None:
        """Create a reader.

        Args:
            model: The model to ask.
            context_tokens: Tokens of a prompt and its reply together.
            max_tokens: Tokens of a reply.
            timeout: Seconds for a whole question, retries and repair included.
            budget: Daily limits; they apply only with a ledger.
            ledger: Counts questions and tokens.
            concurrent: Questions that are put to the model at the same time.
        """
        self._model = model
        self._prompt_tokens = context_tokens - max_tokens
        self._timeout = timeout
        self._budget = budget or Budget()
        self._ledger = ledger
        self._breaker = CircuitBreaker()
        self._slots = asyncio.Semaphore(concurrent)
        self._pending_usage: set[asyncio.Task[None]] = set()

    def status(self) -> str:
        """Return the model's name and state for whoever runs the bot, without key or address."""
        return f"{self._model.name}, {self._breaker}"

    async def reword(self, question: Question, user: int = 0) -> Reworded:
        """Return a follow-up as a question that can be understood by itself, if it is one and the model succeeds."""
        if not question.history or is_small_talk(question.text):
            return Reworded()
        record = CallRecord()
        messages = rewording_messages(question, self._prompt_tokens)
        text = ""
        try:
            with self._breaker.guard():
                if not await self._has_budget(user):
                    raise NotAsked(NO_BUDGET)
                text = await self._run(lambda: self._model.text(messages, record), self._timeout * REWORDING_SHARE)
        except ChatError as error:
            log.debug("chat rewording failed reason=%s", error.reason)
        finally:
            self._record_usage(user, [record])
        return Reworded(_parse_question(text), record.tokens_in, record.tokens_out)

    async def read(self, prepared: PreparedQuestion, *, user: int = 0, on_claim: OnClaim | None = None) -> ChatOutcome:
        """Return the model's answer in verified claims, or the extractive one with a note that says why.

        Args:
            prepared: The question with its passages and the extractive reply.
            user: Whose budget it counts against.
            on_claim: Is called as claims are verified; the answer that it is given may still be withdrawn.
        """
        if not prepared.for_chat_model:
            return ChatOutcome(prepared.reply)
        prompt = build_prompt(prepared, self._prompt_tokens)
        if prompt is None:
            return ChatOutcome(with_note(prepared.reply, NO_ROOM))
        request = AnswerRequest(self._model, prepared, prompt, self._prompt_tokens, on_claim)
        try:
            with self._breaker.guard():
                await self._take_from_budget(user)
                outcome = await self._run(request.run, self._timeout)
        except ChatError as error:
            outcome = request.outcome(with_note(prepared.reply, error.reason))
        except Exception:
            log.exception("chat reader failed")
            outcome = request.outcome(with_note(prepared.reply, ChatError.reason))
        finally:
            self._record_usage(user, request.records)
        _log_outcome(self._model.name, outcome)
        return outcome

    async def _run(self, call: Callable[[], Awaitable[T]], seconds: float) -> T:
        """Wait for a free slot and make a call, both within a time limit."""
        started = False
        try:
            async with asyncio.timeout(seconds), self._slots:
                started = True
                return await call()
        except TimeoutError:
            raise (TimedOut() if started else NotAsked(CROWDED)) from None

    async def _has_budget(self, user: int) -> bool:
        if self._ledger is None:
            return True
        try:
            return await asyncio.to_thread(self._ledger.has_budget_left, user, self._budget)
        except BylineError:
            return False

    async def _take_from_budget(self, user: int) -> None:
        """Count a question; raises NotAsked if a limit is reached or the question cannot be counted."""
        if self._ledger is None:
            return
        try:
            counted = await asyncio.to_thread(self._ledger.count_question, user, self._budget)
        except BylineError as error:
            log.warning("chat budget unusable reason=%s", error.message)
            raise NotAsked(NO_LEDGER) from None
        if not counted:
            raise NotAsked(NO_BUDGET)

    def _record_usage(self, user: int, records: Sequence[CallRecord]) -> None:
        """Count tokens in the background, so that a request that was cancelled is counted too."""
        total = sum(record.tokens_in + record.tokens_out for record in records)
        if self._ledger is None or not total:
            return
        task = asyncio.create_task(_count_tokens(self._ledger, user, total))
        self._pending_usage.add(task)
        task.add_done_callback(self._pending_usage.discard)

    async def flush_usage(self) -> None:
        """Wait until all used tokens are counted."""
        await asyncio.gather(*self._pending_usage)


def with_note(reply: Reply, reason: str) -> Reply:
    """Return the extractive reader's reply with the reason why it replaces the chat model's."""
    return replace(reply, note=reason)


def _parse_question(text: str) -> str | None:
    """Return a model's rewording of a follow-up; None if it cannot be used as a question."""
    try:
        question = clean_question(text.strip().strip("\"“”'"))
    except UsageError:
        return None
    return question if len(question) <= MAX_CHARS // 4 else None


async def _count_tokens(ledger: Ledger, user: int, tokens: int) -> None:
    try:
        await asyncio.to_thread(ledger.count_tokens, user, tokens)
    except BylineError as error:
        log.warning("chat tokens not counted reason=%s", error.message)


def _log_outcome(name: str, outcome: ChatOutcome) -> None:
    counts = outcome.counts
    log.info(
        "chat model=%s kept=%d dropped=%d relabelled=%d renumbered=%d tokens=%d+%d%s",
        name, counts.kept, counts.dropped, counts.relabelled, counts.renumbered, outcome.tokens_in, outcome.tokens_out,
        f" fallback={outcome.reply.note!r}" if outcome.reply.note else "",
    )  # fmt: skip
    for raw in outcome.raw_replies:
        log.debug("chat raw=%r", raw)
