"""Replies without a chat model: what is quoted of the evidence, and as whose words."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.generation import Generation, open_current
from index.publishing.folder import FolderPublisher

from bot.answering.question.parsing import ParsedQuestion, parse_question
from bot.answering.reply.extractive import ANSWER_THRESHOLD, CLOSEST_THRESHOLD, answer, quote_further
from bot.answering.types import Evidence, Question

from tests.support.fakes import FAKE_MODEL

FREE, HEARD, PAYS, NOBODY = (
    "The ferry should stay free.",
    "The council has heard it from me every year.",
    "The mayor, Ann Bell, said that a bridge would pay for itself in ten years.",
    "Nobody on the east bank believes a word of it.",
)
BEES = "Bees had a good year."


@pytest.fixture
def generation(folder: Path, publisher: FolderPublisher, build: Callable[..., object]) -> Iterator[Generation]:
    """An article of two paragraphs."""
    text = f"---\ntitle: The Ferry\nauthor: Jane Roe\n---\n\n{FREE} {HEARD} {PAYS} {NOBODY}\n\n{BEES}\n"
    (folder / "ferry.md").write_text(text, encoding="utf-8")
    build()
    with open_current(publisher, FAKE_MODEL) as opened:
        yield opened


def ranked(generation: Generation, **useful: float) -> list[Evidence]:
    """Return the evidence of the sentences that begin with these words, given their usefulness, best first."""
    stored = generation.passages(generation.positions(["ferry.md"]))
    pairs = [(row.passage, sentence) for row in stored for sentence in row.passage.sentences]
    return [
        Evidence(passage, sentence, 1.0, 0.5, 0.5, answer_logit=2.0, usefulness=value)
        for word, value in sorted(useful.items(), key=lambda item: -item[1])
        for passage, sentence in pairs
        if sentence.text.startswith(word.replace("_", " "))
    ]


def parsed(question: str) -> ParsedQuestion:
    return parse_question(Question(question), {})


def quotes(generation: Generation, evidence: list[Evidence]) -> list[tuple[str, str, int]]:
    reply = quote_further("What of the ferry?", evidence, 0.9, generation)
    return [(quote.text, quote.voice, quote.paragraph) for quote in reply.quotes]


def test_neighbouring_sentences_in_one_voice_are_one_quote(generation: Generation) -> None:
    found = ranked(generation, The_council=0.9, The_ferry=0.8)
    assert quotes(generation, found) == [(f"{FREE} {HEARD}", "author", 1)]


def test_neighbouring_sentences_in_two_voices_are_two_quotes(generation: Generation) -> None:
    found = ranked(generation, The_mayor=0.9, The_council=0.8, Bees=0.7)
    assert quotes(generation, found) == [
        (HEARD, "author", 1),
        (PAYS, "reported:Ann Bell", 1),
        (BEES, "author", 2),
    ]


@pytest.mark.parametrize(
    ("useful", "lead"),
    [
        ({"The_mayor": 0.9, "The_council": 0.8}, "Roe reports Ann Bell:"),
        ({"The_council": 0.9, "The_mayor": 0.8}, "Roe argues:"),
    ],
)
def test_the_lead_is_about_the_quote_that_answers(generation: Generation, useful: dict[str, float], lead: str) -> None:
    found = ranked(generation, **useful)
    reply = answer("What of a bridge?", parsed("What of a bridge?"), found, 0.9, 0.9, generation)
    assert (reply.lead, reply.quotes[0].text) == (lead, HEARD)


def test_one_article_that_was_asked_is_one_article(generation: Generation) -> None:
    found = ranked(generation, Nobody=0.9)
    reply = answer("Who won?", parsed("Who won?"), found, 0.05, 0.9, generation, 3)
    assert reply.lead.startswith("The articles ")
    assert answer("Who won?", parsed("Who won?"), found, 0.05, 0.9, generation, 1).lead.startswith("The article ")


@pytest.mark.parametrize(("logit", "doubted"), [(-2.0, False), (8.0, True)])
def test_only_a_premise_that_is_surely_false_is_doubted(generation: Generation, logit: float, doubted: bool) -> None:
    found = [replace(evidence, correction_logit=logit) for evidence in ranked(generation, Nobody=0.9)]
    reply = answer("Why do all believe it?", parsed("Why do all believe it?"), found, 0.9, 0.9, generation)
    assert reply.degree == "answers"
    assert ("may see that differently" in reply.lead) == doubted


@pytest.mark.parametrize(
    ("certainty", "coverage", "degree", "shown"),
    [
        (ANSWER_THRESHOLD, 0.0, "answers", True),
        (ANSWER_THRESHOLD - 0.01, 0.5, "closest", True),
        (CLOSEST_THRESHOLD, 0.5, "closest", True),
        (ANSWER_THRESHOLD - 0.01, 0.0, "not_addressed", False),
        (CLOSEST_THRESHOLD - 0.01, 0.5, "not_addressed", True),
        (CLOSEST_THRESHOLD - 0.01, 0.0, "not_addressed", False),
    ],
)
def test_the_certainty_decides_the_degree_and_what_is_shown_concerns_the_thing_asked(
    generation: Generation, certainty: float, coverage: float, degree: str, shown: bool
) -> None:
    found = [replace(evidence, coverage=coverage) for evidence in ranked(generation, Nobody=0.9)]
    reply = answer("Who believes it?", parsed("Who believes it?"), found, certainty, 0.9, generation)
    assert (reply.degree, bool(reply.quotes)) == (degree, shown)


def test_off_topic_nothing_is_shown(generation: Generation) -> None:
    reply = answer("Who won?", parsed("Who won?"), ranked(generation, Nobody=0.9), 0.1, 0.1, generation)
    assert (reply.degree, reply.quotes) == ("not_addressed", ())


def test_what_is_no_evidence_is_not_quoted_between_what_is(generation: Generation) -> None:
    """Such as a sentence that was shown before, or is somebody else's."""
    found = ranked(generation, The_council=0.9, Nobody=0.8)
    assert quotes(generation, found) == [(HEARD, "author", 1), (NOBODY, "author", 1)]


def test_without_evidence_there_is_nothing_more(generation: Generation) -> None:
    reply = quote_further("What of the ferry?", [], 0.9, generation)
    assert (reply.abstained, reply.quotes) == (True, ())
