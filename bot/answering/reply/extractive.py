"""Write a reply without a chat model: the author's own sentences, or an abstention."""

from collections.abc import Sequence
from itertools import groupby

from index.articles.article import Article
from index.generation import Generation
from index.text.passages import Sentence

from bot.answering.evidence.false_premise import false_premise_probability
from bot.answering.evidence.spans import QuoteLimits, select_spans
from bot.answering.question.parsing import ParsedQuestion
from bot.answering.reply import wording
from bot.answering.reply.citations import balanced, quote
from bot.answering.types import Abstention, Answer, Evidence, Quote, Reply
from bot.answering.voice.voice import voice_of

# From this certainty on, a reply claims to answer.
ANSWER_THRESHOLD = 0.25
# From this certainty on, a reply shows passages that may answer; below, it says that the question is not addressed.
CLOSEST_THRESHOLD = 0.18
# Below this topic probability, a reply says that the article is about something else.
TOPIC_THRESHOLD = 0.30
# The certainty of what is shown although it is not what was asked for: below ANSWER_THRESHOLD.
NEAR = 0.22
# From this probability of a false premise on, the lead says that the article may deny what the question presumes.
FALSE_PREMISE_THRESHOLD = 0.80
# All of these were chosen by the score on the questions that training/README.md names for fitting.
# Limits for a question for one thing, for several things, for an abstention, and for further passages.
FEW, SEVERAL = QuoteLimits(4, 2, 80, 0.2), QuoteLimits(6, 4, 118, 0.12)
CLOSEST, FURTHER = QuoteLimits(2, 2, 60, 0.2), QuoteLimits(5, 5, 160, 0.03)
# What is shown as closest contains at least this share of the question's terms.
CLOSEST_COVERAGE = 0.25


def answer(
    question: str,
    parsed: ParsedQuestion,
    ranked: Sequence[Evidence],
    certainty: float,
    topic: float,
    generation: Generation,
    asked: int | None = None,
) -> Reply:
    """Select the sentences that answer, or abstain; every quote is verified.

    Args:
        question: the question as it was asked.
        parsed: the parsed question.
        ranked: the evidence, best first.
        certainty: the probability that the evidence answers the question, 0 to 1.
        topic: the probability that the question is about the articles' topic, 0 to 1.
        generation: the generation that was searched.
        asked: how many of its articles were asked; None if all.
    """
    articles, asked = generation.articles, asked or len(generation.articles)
    if certainty < ANSWER_THRESHOLD:
        if topic < TOPIC_THRESHOLD:
            return Abstention(question, wording.off_topic(asked), (), certainty, "not_addressed")
        closest = _closest(ranked, generation)
        if closest and certainty >= CLOSEST_THRESHOLD:
            return Abstention(question, wording.MAY_NOT_ANSWER, closest, certainty, "closest")
        lead = wording.not_said(asked) if closest else wording.not_addressed(asked)
        return Abstention(question, lead, closest, certainty, "not_addressed")
    quotes = _quotes(ranked, _limits(parsed), generation)
    best = next((quoted for quoted in quotes if _holds(quoted, ranked[0])), quotes[0])
    if false_premise_probability(ranked) >= FALSE_PREMISE_THRESHOLD:
        return Answer(question, wording.correction(best, articles), quotes, certainty)
    return Answer(question, wording.lead(quotes, articles, best), quotes, certainty)


def sentences_to_quote(ranked: Sequence[Evidence], parsed: ParsedQuestion) -> list[Evidence]:
    """Return the sentences that an answer to a question would quote."""
    return [evidence for span in select_spans(ranked, _limits(parsed)) for evidence in span]


def quote_further(question: str, ranked: Sequence[Evidence], certainty: float, generation: Generation) -> Reply:
    """Quote evidence that was not shown yet; abstain if there is none."""
    quotes = _quotes(ranked, FURTHER, generation)
    if not quotes:
        return Abstention(question, wording.NOTHING_MORE, (), certainty, "closest")
    return Answer(question, wording.FURTHER, quotes, min(certainty, NEAR), degree="closest")


def decline(question: str, ranked: Sequence[Evidence], generation: Generation) -> Abstention:
    """Abstain from a question that a chat model found not to be addressed, and quote the closest passages."""
    closest = _closest(ranked, generation)
    lead = wording.not_addressed(len(generation.articles)) + (f" {wording.CLOSEST}" if closest else "")
    return Abstention(question, lead, closest, CLOSEST_THRESHOLD, "not_addressed")


def abstain_unread(question: str, lead: str, ranked: Sequence[Evidence], generation: Generation) -> Abstention:
    """Abstain because of a language that is not read, and quote the closest passages, if any."""
    closest = _quotes(ranked, CLOSEST, generation)
    if not closest:
        return Abstention(question, lead, (), 0.0, "not_addressed")
    return Abstention(question, f"{lead} {wording.CLOSEST}", closest, CLOSEST_THRESHOLD, "closest")


def _limits(parsed: ParsedQuestion) -> QuoteLimits:
    return SEVERAL if parsed.asks_for_several else FEW


def _closest(ranked: Sequence[Evidence], generation: Generation) -> tuple[Quote, ...]:
    """Quote the best sentences that concern the thing asked, if there are any."""
    return _quotes([e for e in ranked if e.coverage >= CLOSEST_COVERAGE], CLOSEST, generation)


def _quotes(ranked: Sequence[Evidence], limits: QuoteLimits, generation: Generation) -> tuple[Quote, ...]:
    """Quote the best spans; neighbouring sentences in different voices become quotes of their own."""
    return tuple(
        quoted
        for span in select_spans(ranked, limits)
        for quoted in _quote_span(generation.articles[span[0].passage.article], [e.sentence for e in span])
    )


def _holds(quoted: Quote, evidence: Evidence) -> bool:
    """Whether a quote begins before the end of a sentence and ends after its beginning."""
    sentence = evidence.sentence
    same = quoted.article == evidence.passage.article
    return same and quoted.start < sentence.end and sentence.start < quoted.end


def _quote_span(article: Article, sentences: Sequence[Sentence]) -> list[Quote]:
    voices = [voice_of(article, s.start, s.end) for s in sentences]
    quotes = []
    for _, run in groupby(zip(sentences, voices, strict=True), key=lambda pair: pair[1]):
        spoken = [sentence for sentence, _ in run]
        first, last = spoken[0], spoken[-1]
        quotes.append(quote(article, *balanced(article.text[first.start : last.end], first.start)))
    return quotes
