"""One question put to a chat model: its requests with their retries, and one repair."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from bot.answering.chat import prompts
from bot.answering.chat.claims import ClaimCounts
from bot.answering.chat.errors import ChatError, Unreachable, Unusable
from bot.answering.chat.messages import Message, Prompt, estimate_tokens
from bot.answering.chat.model import CallRecord, ChatModel
from bot.answering.chat.reply_checker import ReplyChecker, repair_messages
from bot.answering.reply import wording
from bot.answering.reply.citations import verify
from bot.answering.types import Abstention, Answer, PreparedQuestion, Reply

log = logging.getLogger(__name__)

ATTEMPTS = 3
BACKOFF = wait_exponential(multiplier=0.5) + wait_random(0, 0.25)
# A server that asks for a longer pause than this is not asked again for the same question.
LONGEST_PAUSE = 20.0

OnClaim = Callable[[Answer], None]
"""Is called with the answer so far, as far as it is verified, whenever another claim is."""


@dataclass(frozen=True, slots=True)
class ChatOutcome:
    """A reply and what it took.

    Attributes:
        reply: The chat model's, or the extractive reader's with a note.
        counts: The claims kept, dropped and corrected.
        tokens_in: Tokens of the prompts.
        tokens_out: Tokens of the replies.
        raw_replies: What the model said in each request, word for word.
    """

    reply: Reply
    counts: ClaimCounts = field(default_factory=ClaimCounts)
    tokens_in: int = 0
    tokens_out: int = 0
    raw_replies: tuple[str, ...] = ()


class AnswerRequest:
    """Puts one question to a model; `records` holds what came of each request, also when the request fails."""

    def __init__(
        self,
        model: ChatModel,
        prepared: PreparedQuestion,
        prompt: Prompt,
        prompt_tokens: int,
        on_claim: OnClaim | None = None,
    ) -> None:
        self._model = model
        self._prepared = prepared
        self._prompt = prompt
        self._prompt_tokens = prompt_tokens
        self._on_claim = on_claim
        self._counts = ClaimCounts()
        self.records: list[CallRecord] = []

    async def run(self) -> ChatOutcome:
        """Return the model's answer or abstention.

        Raises:
            ChatError: The service failed, or neither the reply nor its repair can be used.
        """
        messages = self._prompt.messages
        for is_last in (False, True):
            checker = await self._send(messages)
            reply = self._reply(checker)
            self._counts += checker.counts if isinstance(reply, Answer) else ClaimCounts(dropped=len(checker.dropped))
            if reply is not None:
                return self.outcome(reply)
            if not is_last:
                log.info("chat reply unusable model=%s claims=%d", self._model.name, len(checker.dropped))
                log.debug("chat reply unusable problems=%s", " ".join(checker.problems()))
                remaining = self._prompt_tokens - sum(estimate_tokens(text) for _, text in messages)
                messages = (*messages, *repair_messages(checker, remaining))
        raise Unusable

    def outcome(self, reply: Reply) -> ChatOutcome:
        """Return a reply together with what all requests until now took."""
        return ChatOutcome(
            reply,
            self._counts,
            sum(record.tokens_in for record in self.records),
            sum(record.tokens_out for record in self.records),
            tuple(record.raw for record in self.records),
        )

    async def _send(self, messages: Sequence[Message]) -> ReplyChecker:
        """Request one reply; transient failures are retried."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_is_retryable),
            wait=_pause,
            stop=stop_after_attempt(ATTEMPTS),
            before_sleep=self._log_retry,
            reraise=True,
        ):
            # Not inside the block below: tenacity would keep a cancellation's frames, and with them the connection.
            checker, error = await self._stream(messages)
            with attempt:
                if error is not None:
                    raise error
        for number, reason in checker.dropped:
            log.debug("chat dropped claim=%d reason=%s", number, reason)
        return checker

    async def _stream(self, messages: Sequence[Message]) -> tuple[ReplyChecker, ChatError | None]:
        """Read one reply and check its claims as they come; the error is None if the stream ended without one."""
        record = CallRecord()
        self.records.append(record)
        checker = ReplyChecker(self._prompt.quotable, record)
        try:
            async for partial in self._model.stream(messages, record):
                if checker.add(partial, is_complete=False):
                    self._show(checker)
        except ChatError as error:
            was_cut_off = record.raw and error.transient
            return checker, Unreachable("its reply was cut off", error.retry_after) if was_cut_off else error
        if record.complete and checker.add(checker.last, is_complete=True):
            self._show(checker)
        return checker, None

    def _log_retry(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.info("chat retry model=%s reason=%s seconds=%.1f", self._model.name, error, state.upcoming_sleep)

    def _show(self, checker: ReplyChecker) -> None:
        if self._on_claim is not None and checker.verdict in (prompts.ANSWERS, prompts.PREMISE_WRONG):
            self._on_claim(self._answer(checker))

    def _reply(self, checker: ReplyChecker) -> Reply | None:
        """The reply that a finished stream amounts to; None if it cannot be used."""
        if not checker.record.complete:
            return None
        if checker.verdict == prompts.NOT_ADDRESSED:  # any claims beside it are only near the question
            return self._abstention()
        if checker.verdict in (prompts.ANSWERS, prompts.PREMISE_WRONG) and checker.kept:
            return self._answer(checker)
        return None

    def _answer(self, checker: ReplyChecker) -> Answer:
        quotes = tuple(claim.quote for claim in checker.kept)
        for quote in quotes:
            verify(self._prepared.articles[quote.article], quote)
        return Answer(
            self._prepared.asked,
            wording.CONTRADICTION if checker.verdict == prompts.PREMISE_WRONG else "",
            quotes,
            (1 + self._prepared.reply.certainty) / 2,
            reader=self._model.name,
            claims=tuple(claim.text for claim in checker.kept),
        )

    def _abstention(self) -> Reply:
        """The extractive reader's abstention and closest passages, in the model's name."""
        reply = self._prepared.declined_reply or self._prepared.reply
        if not isinstance(reply, Abstention):
            return reply
        return replace(reply, certainty=reply.certainty / 2, reader=self._model.name)


def _is_retryable(error: BaseException) -> bool:
    return isinstance(error, ChatError) and error.transient and error.retry_after <= LONGEST_PAUSE


def _pause(state: RetryCallState) -> float:
    """Seconds before the next attempt: exponential backoff with jitter, or longer if the server asks for it."""
    error = state.outcome.exception() if state.outcome else None
    return max(BACKOFF(state), error.retry_after if isinstance(error, ChatError) else 0.0)
