"""One question put to a chat model: its requests, their retries, and one repair."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import random
from typing import TYPE_CHECKING

from bot.answering.chat import prompts
from bot.answering.chat.claims import ClaimCounts
from bot.answering.chat.errors import ChatError, Declined, Unreachable
from bot.answering.chat.messages import Message, Prompt, tokens
from bot.answering.chat.model import CallRecord, ChatModel
from bot.answering.chat.reply_checker import ReplyChecker, repair
from bot.answering.reply import wording
from bot.answering.reply.citations import verify
from bot.answering.types import Abstention, Answer, PreparedQuestion, Reply

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

log = logging.getLogger(__name__)

# Calls that fail for a moment are repeated so often, after pauses that double, or as long as the server asks for.
TRIES, FIRST_PAUSE, LONGEST_PAUSE = 3, 0.5, 20.0
UNUSABLE = "nothing that it said could be verified"

OnClaim = Callable[[Answer], None]
"""Is told the answer as far as it is verified, whenever another claim is."""


@dataclass(frozen=True, slots=True)
class ChatOutcome:
    """A reply with what it took: the claims counted, the tokens, and what the model said word for word."""

    reply: Reply
    counts: ClaimCounts = field(default_factory=ClaimCounts)
    tokens_in: int = 0
    tokens_out: int = 0
    raw_replies: tuple[str, ...] = ()


class Unusable(ChatError):
    """Two replies in a row could not be used; what: of the first, in words for the model."""

    why = UNUSABLE


class AnswerRequest:
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
        """The answer; raises ChatError where neither the reply nor its repair can be used."""
        messages = self._framed.messages
        for last in (False, True):
            sheet = await self._persist(messages)
            reply = self._reply(sheet)
            self._tally += sheet.counts if isinstance(reply, Answer) else ClaimCounts(dropped=len(sheet.dropped))
            if reply is not None:
                return self.read(reply)
            if not last:
                log.info("chat reply unusable model=%s claims=%d", self._model.name, len(sheet.dropped))
                log.debug("chat reply unusable what=%s", " ".join(sheet.problem()))
                left = self._room - sum(tokens(text) for _, text in messages)
                messages = (*messages, *repair(sheet, left))
        raise Unusable

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
            except ChatError as error:
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
