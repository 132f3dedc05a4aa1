"""Incremental check of one reply of a chat model: which claims are kept, which dropped and why. No I/O."""

from collections.abc import Mapping
from typing import Any

from bot.answering.chat import prompts
from bot.answering.chat.claims import ClaimCounts, RejectedClaim, VerifiedClaim, check_claim
from bot.answering.chat.messages import Message, estimate_tokens
from bot.answering.chat.model import CallRecord, parse_claim
from bot.answering.chat.quotable_text import QuotableText

MAX_CLAIMS = 6
# How much of an unusable reply is shown to the model again.
RAW_CHARS = 4_000


class ReplyChecker:
    """Checks the claims of one reply as each becomes complete in the stream.

    Attributes:
        record: What the request has returned so far.
        verdict: The reply's verdict, "" until it is complete.
        last: The reply as it was last parsed.
        kept: The claims that were verified.
        dropped: Number from 1, and reason, of each claim that was not.
    """

    def __init__(self, quotable: QuotableText, record: CallRecord) -> None:
        self._quotable = quotable
        self.record = record
        self.verdict = ""
        self.last: Mapping[str, Any] = {}
        self.kept: list[VerifiedClaim] = []
        self.dropped: list[tuple[int, str]] = []
        self._checked = 0

    @property
    def counts(self) -> ClaimCounts:
        """How many claims were kept, dropped and corrected until now."""
        return ClaimCounts(
            len(self.kept),
            len(self.dropped),
            sum(claim.relabelled for claim in self.kept),
            sum(claim.renumbered for claim in self.kept),
        )

    def add(self, partial: Mapping[str, Any], *, is_complete: bool) -> bool:
        """Check the claims that are new and complete, and return whether another one was kept.

        Args:
            partial: The reply as parsed so far. Unless it is complete, its last claim may be half of one.
            is_complete: Whether the reply has ended.
        """
        self.last = partial
        claims = partial.get("claims")
        claims = claims if isinstance(claims, list) else []
        if claims or is_complete:  # until something follows it, a verdict may be half a word
            self.verdict = str(partial.get("verdict", ""))
        kept_before = len(self.kept)
        end = len(claims) if is_complete else len(claims) - 1
        for data in claims[self._checked : max(0, min(end, MAX_CLAIMS))]:
            self._checked += 1
            claim = parse_claim(data)
            checked = check_claim(claim, self._quotable) if claim else RejectedClaim("it is not of the form of a claim")
            if isinstance(checked, RejectedClaim):
                self.dropped.append((self._checked, checked.reason))
            elif checked.quote in [kept.quote for kept in self.kept]:
                self.dropped.append((self._checked, "its quote is already used by another claim"))
            else:
                self.kept.append(checked)
        return len(self.kept) > kept_before

    def problems(self) -> list[str]:
        """Return what was wrong with an unusable reply, in sentences for the model."""
        if not self.record.raw.strip():
            return [prompts.EMPTY]
        if not self.last:
            return [prompts.NO_OBJECT]
        if not self.record.complete:
            return [prompts.CUT_OFF]
        if self.verdict not in (prompts.ANSWERS, prompts.NOT_ADDRESSED, prompts.PREMISE_WRONG):
            return [prompts.NO_OBJECT]
        return [prompts.BAD_CLAIM.format(n=n, why=reason) for n, reason in self.dropped] or [prompts.NO_CLAIM]


def repair_messages(checker: ReplyChecker, max_tokens: int) -> tuple[Message, ...]:
    """Return the messages that ask for a corrected reply, with the unusable one before them if it fits."""
    request: Message = ("human", prompts.REPAIR.format(what=" ".join(checker.problems())))
    raw = checker.record.raw.strip()[:RAW_CHARS]
    fits = bool(raw) and estimate_tokens(raw) + estimate_tokens(request[1]) <= max_tokens
    return (("ai", raw), request) if fits else (request,)
