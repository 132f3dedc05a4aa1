"""The reader without a chat model: the author's own sentences, or an abstention."""

from collections.abc import Sequence

from index.generation import Generation

from bot.answering.evidence.premise import false_premise
from bot.answering.evidence.selection import QuoteLimits, select
from bot.answering.question.parsing import ParsedQuestion
from bot.answering.reply import wording
from bot.answering.reply.citations import balanced, quote
from bot.answering.types import Abstention, Answer, Degree, Evidence, Quote, Reply

# From this certainty on Byline claims to answer; down to the second it shows what may; below, it says that the article
# does not address the question. Below the third, that the article is about something else altogether.
ANSWERS, NEARBY, ON_TOPIC = 0.30, 0.20, 0.30
# As sure as Byline can be about something that the article never names.
CLOSEST = 0.25
# From this probability on the lead says that the article may deny what the question takes for granted.
DENIES = 0.40
FEW, SEVERAL, NEAR = QuoteLimits(4, 75, 0.7), QuoteLimits(6, 118, 1.2), QuoteLimits(2, 60, 0.6)
FURTHER = QuoteLimits(5, 160, 4.0)


def answer(
    question: str,
    reading: ParsedQuestion,
    ranked: Sequence[Evidence],
    sure: float,
    topic: float,
    generation: Generation,
) -> Reply:
    """Choose sentences that answer from the evidence, or abstain; every quote is verified.

    sure: the certainty that the question is answered. topic: that it is about what the articles are about. Both
    lie between 0 and 1.
    """
    if sure < ANSWERS:
        near = _quotes(select(ranked, NEAR), generation)
        if topic < ON_TOPIC:
            return Abstention(question, off_topic(generation), near, sure, "not_addressed")
        degree: Degree = "closest" if sure >= NEARBY else "not_addressed"
        lead = wording.CLOSEST if degree == "closest" else f"{not_said(generation)} {wording.NEARBY}"
        return Abstention(question, lead, near, sure, degree)
    chosen = select(ranked, SEVERAL if reading.several else FEW)
    quotes = _quotes(chosen, generation)
    if false_premise(reading.text, ranked) >= DENIES:
        return Answer(question, wording.correction(quotes[0], generation.articles), quotes, sure)
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
    """What is said of what is no question about the articles."""
    return wording.NOT_ADDRESSED if len(generation.articles) == 1 else wording.NOT_ADDRESSED_ANYWHERE


def not_said(generation: Generation) -> str:
    """What is said of a question on the topic that stays open."""
    return wording.NOT_SAID if len(generation.articles) == 1 else wording.NOT_SAID_ANYWHERE


def off_topic(generation: Generation) -> str:
    """What is said of a question about something else."""
    return f"{not_addressed(generation)} {wording.OFF_TOPIC}"


def _quotes(chosen: Sequence[Evidence], generation: Generation) -> tuple[Quote, ...]:
    return tuple(
        quote(generation.articles[e.passage.article], *balanced(e.sentence.text, e.sentence.start)) for e in chosen
    )
