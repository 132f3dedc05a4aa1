"""Write a reply without a chat model: the author's own sentences, or an abstention."""

from collections.abc import Sequence

from index.generation import Generation

from bot.answering.evidence.false_premise import false_premise_probability, is_premise_stated
from bot.answering.evidence.selection import QuoteLimits, select_quotes
from bot.answering.question.parsing import ParsedQuestion
from bot.answering.reply import wording
from bot.answering.reply.citations import balanced, quote
from bot.answering.types import Abstention, Answer, Degree, Evidence, Quote, Reply

# From this certainty on, a reply claims to answer.
ANSWER_THRESHOLD = 0.30
# From this certainty on, a reply shows passages that may answer; below, it says that the question is not addressed.
CLOSEST_THRESHOLD = 0.20
# Below this topic probability, a reply says that the article is about something else.
TOPIC_THRESHOLD = 0.30
# The highest certainty of a question about something that the article never names, or about another topic.
UNKNOWN_SUBJECT_CERTAINTY = 0.25
# From this probability of a false premise on, the lead says that the article may deny what the question presumes.
FALSE_PREMISE_THRESHOLD = 0.40
# Limits for a question for one thing, for several things, for an abstention, and for further passages.
FEW, SEVERAL = QuoteLimits(4, 75, 0.7), QuoteLimits(6, 118, 1.2)
CLOSEST, FURTHER = QuoteLimits(2, 60, 0.6), QuoteLimits(5, 160, 4.0)


def answer(
    question: str,
    parsed: ParsedQuestion,
    ranked: Sequence[Evidence],
    certainty: float,
    topic: float,
    generation: Generation,
) -> Reply:
    """Select the sentences that answer, or abstain; every quote is verified.

    Args:
        question: the question as it was asked.
        parsed: the parsed question.
        ranked: the evidence, best first.
        certainty: the probability that the evidence answers the question, 0 to 1.
        topic: the probability that the question is about the articles' topic, 0 to 1.
        generation: the generation that was searched.
    """
    articles = generation.articles
    if certainty < ANSWER_THRESHOLD:
        closest = _quotes(select_quotes(ranked, CLOSEST), generation)
        if topic < TOPIC_THRESHOLD:
            return Abstention(question, wording.off_topic(len(articles)), closest, certainty, "not_addressed")
        degree: Degree = "closest" if certainty >= CLOSEST_THRESHOLD else "not_addressed"
        lead = wording.MAY_NOT_ANSWER if degree == "closest" else wording.not_said(len(articles))
        return Abstention(question, lead, closest, certainty, degree)
    quotes = _quotes(select_quotes(ranked, SEVERAL if parsed.asks_for_several else FEW), generation)
    authors = [author for q in quotes for author in articles[q.article].authors]
    doubtful = false_premise_probability(parsed.text, ranked) >= FALSE_PREMISE_THRESHOLD
    if doubtful and not is_premise_stated(parsed.text, (q.text for q in quotes), authors):
        return Answer(question, wording.correction(quotes[0], articles), quotes, certainty)
    return Answer(question, wording.lead(quotes, articles), quotes, certainty)


def quote_further(question: str, ranked: Sequence[Evidence], certainty: float, generation: Generation) -> Reply:
    """Quote evidence that was not shown yet; abstain if there is none."""
    quotes = _quotes(select_quotes(ranked, FURTHER), generation)
    if not quotes:
        return Abstention(question, wording.NOTHING_MORE, (), certainty, "closest")
    return Answer(question, wording.FURTHER, quotes, min(certainty, UNKNOWN_SUBJECT_CERTAINTY), degree="closest")


def decline(question: str, ranked: Sequence[Evidence], generation: Generation) -> Abstention:
    """Abstain from a question that a chat model found not to be addressed, and quote the closest passages."""
    closest = _quotes(select_quotes(ranked, CLOSEST), generation)
    lead = wording.not_addressed(len(generation.articles))
    return Abstention(question, f"{lead} {wording.CLOSEST}", closest, CLOSEST_THRESHOLD, "not_addressed")


def abstain_unread(question: str, lead: str, ranked: Sequence[Evidence], generation: Generation) -> Abstention:
    """Abstain because of a language that is not read, and quote the closest passages, if any."""
    closest = _quotes(select_quotes(ranked, CLOSEST), generation)
    if not closest:
        return Abstention(question, lead, (), 0.0, "not_addressed")
    return Abstention(question, f"{lead} {wording.CLOSEST}", closest, CLOSEST_THRESHOLD, "closest")


def _quotes(evidence: Sequence[Evidence], generation: Generation) -> tuple[Quote, ...]:
    return tuple(
        quote(generation.articles[e.passage.article], *balanced(e.sentence.text, e.sentence.start)) for e in evidence
    )
