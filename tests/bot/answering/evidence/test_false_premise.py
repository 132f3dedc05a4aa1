"""The probability that a question takes for granted what the best sentences deny."""

import pytest

from index.text.passages import Passage, Sentence

from bot.answering.evidence.false_premise import false_premise_probability, is_premise_stated
from bot.answering.types import Evidence

SENTENCE = Sentence(0, 24, 1, "But the bridge is no use.")
PASSAGE = Passage("1", "a.txt", 0, 24, SENTENCE.text, (SENTENCE,))


def evidence(corrects: float) -> Evidence:
    return Evidence(PASSAGE, SENTENCE, 1.0, 0.5, 0.5, answer_logit=1.0, correction_logit=corrects)


def test_it_rises_with_the_readers_logit_for_any_of_the_best_sentences() -> None:
    question = "Why does she say the bridge is useful?"
    low = false_premise_probability(question, [evidence(-3), evidence(-3)])
    assert 0 < low < false_premise_probability(question, [evidence(-3), evidence(1)]) < 1


@pytest.mark.parametrize("question", ["Why does she call the bridge useful?", "how come they praise it so much"])
def test_a_question_that_presumes_something_is_more_likely_to_have_a_false_premise(question: str) -> None:
    assert (
        false_premise_probability(question, [evidence(-1)])
        > 0.25
        > false_premise_probability("How long is the bridge?", [evidence(-1)])
    )


@pytest.mark.parametrize(
    ("question", "sentence", "stated"),
    [
        ("Why does the harbour want tolls?", "The harbour wants tolls because its dinners cost money.", True),
        ("Why does she think Syria buys ferries?", "The Syrians buy our old ferries, and pay in cash.", True),
        ("Why does the harbour want tolls?", "The harbour never wanted tolls.", False),
        ("Why does the school want tolls?", "The harbour wants tolls because its dinners cost money.", False),
        ("Why?", "The harbour wants tolls.", False),
    ],
)
def test_a_premise_is_stated_by_a_sentence_with_its_words_and_no_negation(
    question: str, sentence: str, stated: bool
) -> None:
    assert is_premise_stated(question, [sentence], ["Ida Marsh"]) is stated
