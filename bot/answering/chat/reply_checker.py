"""One reply of a chat model on its way in: which claims are kept, which dropped, and what was wrong. Pure."""

from collections.abc import Mapping
from typing import Any

from bot.answering.chat import prompts
from bot.answering.chat.claims import ClaimCounts, QuotableText, RejectedClaim, VerifiedClaim
from bot.answering.chat.messages import Message, tokens
from bot.answering.chat.model import CallRecord, claim_from

MAX_CLAIMS = 6
# How much of a reply that cannot be used is shown to the model again.
RAW_CHARS = 4_000


class ReplyChecker:
    """One reply on its way in: its claims are checked as they become complete."""

    def __init__(self, ground: QuotableText, heard: CallRecord) -> None:
        self._ground = ground
        self.heard = heard
        self.verdict = ""
        self.last: Mapping[str, Any] = {}
        self.kept: list[VerifiedClaim] = []
        self.dropped: list[tuple[int, str]] = []
        self._checked = 0

    @property
    def counts(self) -> ClaimCounts:
        return ClaimCounts(
            len(self.kept),
            len(self.dropped),
            sum(kept.relabelled for kept in self.kept),
            sum(kept.renumbered for kept in self.kept),
        )

    def take(self, part: Mapping[str, Any], *, done: bool) -> bool:
        """Check the claims that are complete: all but the last, and the last one too when the reply is done.

        True where another one was kept.
        """
        self.last = part
        claims = part.get("claims")
        claims = claims if isinstance(claims, list) else []
        if claims or done:  # while it is the last thing in a reply, a verdict may be half a word
            self.verdict = str(part.get("verdict", ""))
        before = len(self.kept)
        for data in claims[self._checked : MAX_CLAIMS if done else min(len(claims) - 1, MAX_CLAIMS)]:
            self._checked += 1
            claim = claim_from(data)
            checked = self._ground.check(claim) if claim else RejectedClaim("it has not the form of a claim")
            if isinstance(checked, RejectedClaim):
                self.dropped.append((self._checked, checked.why))
            elif checked.quote not in [kept.quote for kept in self.kept]:
                self.kept.append(checked)
            else:
                self.dropped.append((self._checked, "its quote stands under another claim already"))
        return len(self.kept) > before

    def problem(self) -> list[str]:
        """What was wrong with a reply that cannot be used, in words for the model."""
        if not self.heard.raw.strip():
            return [prompts.EMPTY]
        if not self.last:
            return [prompts.NO_OBJECT]
        if not self.heard.whole:
            return [prompts.BROKE_OFF]
        if self.verdict not in (prompts.ANSWERS, prompts.NOT_ADDRESSED, prompts.PREMISE_WRONG):
            return [prompts.NO_OBJECT]
        return [prompts.BAD_CLAIM.format(n=n, why=why) for n, why in self.dropped] or [prompts.NO_CLAIM]


def repair(sheet: ReplyChecker, left: int) -> tuple[Message, ...]:
    """The turns that show the model its reply, where so many tokens have room for it, and name what was wrong."""
    again: Message = ("human", prompts.REPAIR.format(what=" ".join(sheet.problem())))
    raw = sheet.heard.raw.strip()[:RAW_CHARS]
    return (("ai", raw), again) if raw and tokens(raw) + tokens(again[1]) <= left else (again,)
