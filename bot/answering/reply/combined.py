"""Combine the replies to several questions of one message into one reply."""

from collections.abc import Mapping, Sequence

from index.articles.article import Article

from bot.answering.reply import wording
from bot.answering.types import Abstention, Answer, Reply

# The most quotes of all answers together, when there are several.
MAX_QUOTES = 6


def combine(asked: str, parts: Sequence[str], replies: Sequence[Reply], articles: Mapping[str, Article]) -> Reply:
    """Combine replies: first what is known without quotes, then quotes in the order of the questions.

    The lead says which questions are not answered.

    Args:
        asked: the message.
        parts: its questions, in order; there may be more than replies.
        replies: the replies to the first of them.
        articles: the articles by id.
    """
    answered = [(part, reply) for part, reply in zip(parts, replies, strict=False) if isinstance(reply, Answer)]
    left = _left_over(parts, replies)
    if not answered:
        first = replies[0]
        quotes = first.quotes or next((reply.quotes for reply in replies if reply.quotes), ())
        degree = next((reply.degree for reply in replies if reply.degree == "closest"), first.degree)
        lead = " ".join([*left, *([wording.CLOSEST] if quotes else [])])
        return Abstention(asked, lead, quotes, first.certainty, degree)
    stated = [reply.lead for _, reply in answered if not reply.lead.endswith(":")]
    quoted = [(part, reply) for part, reply in answered if reply.lead.endswith(":")]
    each = max(1, MAX_QUOTES // max(1, len(quoted)))
    quotes = tuple(dict.fromkeys(quote for _, reply in quoted for quote in reply.quotes[:each]))
    if len(quoted) > 1:
        order = ", then on ".join(f"“{part}”" for part, _ in quoted)
        leads = [*stated, *left, f"{wording.lead(quotes, articles).removesuffix(':')}, first on {order}:"]
    else:
        leads = [*stated, *left, *(reply.lead for _, reply in quoted)]
    quotes = quotes or tuple(quote for _, reply in answered for quote in reply.quotes)
    return Answer(asked, " ".join(leads), quotes, min(reply.certainty for _, reply in answered))


def _left_over(parts: Sequence[str], replies: Sequence[Reply]) -> list[str]:
    """Say which questions have no answer, and why if their replies say more than that it is not addressed."""
    plain = wording.not_addressed(1), wording.not_addressed(2)
    said, unanswered = [], list(parts[len(replies) :])
    for part, reply in zip(parts, replies, strict=False):
        if isinstance(reply, Abstention) and not reply.quotes and not reply.lead.startswith(plain):
            said.append(reply.lead)
        elif isinstance(reply, Abstention):
            unanswered.append(part)
    found = " or ".join(f"“{part}”" for part in unanswered)
    return [
        *dict.fromkeys(said),
        *([f"I found no answer to {found}{'' if found.endswith('?”') else '.'}"] if found else []),
    ]
