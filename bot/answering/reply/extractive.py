"""Write a reply without a chat model: the author's own sentences, or an abstention."""

from collections.abc import Sequence

from index.generation import Generation

from bot.answering.evidence.false_premise import false_premise_probability
from bot.answering.evidence.selection import QuoteLimits, select_quotes
from bot.answering.question.parsing import ParsedQuestion
from bot.answering.reply import wording
from bot.answering.reply.citations import balanced, quote
from bot.answering.types import Abstention, Answer, Degree, Evidence, Quote, Reply

# Certainty thresholds. From ANSWERS on, the reply claims to answer; from NEARBY on, it shows passages that may answer;
# below, it says that the article does not address the question.
ANSWERS, NEARBY = 0.30, 0.20
# Below this topic probability, the reply says that the article is about something else.
ON_TOPIC = 0.30
# The highest certainty of a question about something that the article never names.
CLOSEST = 0.25
# From this probability of a false premise on, the lead says that the article may deny what the question presumes.
DENIES = 0.40
FEW, SEVERAL, NEAR = QuoteLimits(4, 75, 0.7), QuoteLimits(6, 118, 1.2), QuoteLimits(2, 60, 0.6)
FURTHER = QuoteLimits(5, 160, 4.0)


def answer(
    question: str,
    parsed: ParsedQuestion,
    ranked: Sequence[Evidence],
    certainty: float,
    topic: float,
    generation: Generation,
) -> Reply:
    """Choose the sentences that answer, or abstain; every quote is verified.

    Args:
        question: as it was asked.
        parsed: as it was understood.
        ranked: the evidence, best first.
        certainty: the probability that the question is answered, 0 to 1.
        topic: the probability that it is about the articles' topic, 0 to 1.
        generation: what the evidence was found in.
    """
    articles = generation.articles
    if certainty < ANSWERS:
        nearby = _quotes(select_quotes(ranked, NEAR), generation)
        if topic < ON_TOPIC:
            return Abstention(question, wording.off_topic(len(articles)), nearby, certainty, "not_addressed")
        degree: Degree = "closest" if certainty >= NEARBY else "not_addressed"
        lead = wording.CLOSEST if degree == "closest" else wording.not_said(len(articles))
        return Abstention(question, lead, nearby, certainty, degree)
    quotes = _quotes(select_quotes(ranked, SEVERAL if parsed.asks_for_several else FEW), generation)
    if false_premise_probability(parsed.text, ranked) >= DENIES:
        return Answer(question, wording.correction(quotes[0], articles), quotes, certainty)
    return Answer(question, wording.lead(quotes, articles), quotes, certainty)


def further(question: str, ranked: Sequence[Evidence], certainty: float, generation: Generation) -> Reply:
    """Quote further evidence, from what was not shown yet; an abstention if there is none."""
    quotes = _quotes(select_quotes(ranked, FURTHER), generation)
    if not quotes:
        return Abstention(question, wording.NOTHING_MORE, (), certainty, "closest")
    return Answer(question, wording.FURTHER, quotes, min(certainty, CLOSEST), degree="closest")


def declined(question: str, ranked: Sequence[Evidence], generation: Generation) -> Abstention:
    """Say that the articles do not address a question, as a chat model found, and show the closest passages."""
    nearby = _quotes(select_quotes(ranked, NEAR), generation)
    lead = wording.not_addressed(len(generation.articles))
    return Abstention(question, f"{lead} {wording.NEARBY}", nearby, NEARBY, "not_addressed")


def _quotes(evidence: Sequence[Evidence], generation: Generation) -> tuple[Quote, ...]:
    return tuple(
        quote(generation.articles[e.passage.article], *balanced(e.sentence.text, e.sentence.start)) for e in evidence
    )
