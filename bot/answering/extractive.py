"""The reader without a chat model: the author's own sentences, or an abstention."""

from collections.abc import Sequence

from index.store import Generation

from bot.answering import wording
from bot.answering.citations import balanced, quote
from bot.answering.evidence import Limits, select
from bot.answering.question import Reading
from bot.answering.types import Abstention, Answer, Degree, Evidence, Quote, Reply

# From this certainty on Byline claims to answer; below the second it says that the article does not address it.
ANSWERS, NEARBY = 0.30, 0.15
# As sure as Byline can be about something that the article never names.
CLOSEST = 0.25
FEW, SEVERAL, NEAR = Limits(3, 90, 0.5), Limits(5, 100, 0.5), Limits(2, 60, 0.5)
FURTHER = Limits(5, 160, 1.0)


def answer(question: str, reading: Reading, ranked: Sequence[Evidence], sure: float, generation: Generation) -> Reply:
    """Choose sentences that answer from the evidence, or abstain; every quote is verified.

    sure: the certainty that the question is addressed at all, 0 to 1.
    """
    if sure < ANSWERS:
        degree: Degree = "closest" if sure >= NEARBY else "not_addressed"
        near = _quotes(select(ranked, NEAR), generation)
        lead = wording.CLOSEST if degree == "closest" else f"{not_addressed(generation)} {wording.NEARBY}"
        return Abstention(question, lead, near, sure, degree)
    quotes = _quotes(select(ranked, SEVERAL if reading.several else FEW), generation)
    return Answer(question, wording.lead(quotes, generation.articles), quotes, sure)


def further(question: str, left: Sequence[Evidence], sure: float, generation: Generation) -> Reply:
    """What else comes near a question, from the evidence that was not shown yet."""
    quotes = _quotes(select(left, FURTHER), generation)
    if not quotes:
        return Abstention(question, wording.NOTHING_MORE, (), sure, "closest")
    return Answer(question, wording.FURTHER, quotes, min(sure, CLOSEST), degree="closest")


def declined(question: str, ranked: Sequence[Evidence], generation: Generation) -> Abstention:
    """What is said where somebody else finds that the articles do not address a question: that, and what is nearest."""
    near = _quotes(select(ranked, NEAR), generation)
    return Abstention(question, f"{not_addressed(generation)} {wording.NEARBY}", near, NEARBY, "not_addressed")


def not_addressed(generation: Generation) -> str:
    return wording.NOT_ADDRESSED if len(generation.articles) == 1 else wording.NOT_ADDRESSED_ANYWHERE


def _quotes(chosen: Sequence[Evidence], generation: Generation) -> tuple[Quote, ...]:
    return tuple(
        quote(generation.articles[e.passage.article], *balanced(e.sentence.text, e.sentence.start)) for e in chosen
    )
