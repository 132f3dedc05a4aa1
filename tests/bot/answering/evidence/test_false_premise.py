"""The probability that a question takes for granted what the best sentences deny."""

from index.text.passages import Passage, Sentence

from bot.answering.evidence.false_premise import SENTENCES, best_correction, false_premise_probability
from bot.answering.types import Evidence

SENTENCE = Sentence(0, 24, 1, "But the bridge is no use.")
PASSAGE = Passage("1", "a.txt", 0, 24, SENTENCE.text, (SENTENCE,))


def evidence(corrects: float) -> Evidence:
    return Evidence(PASSAGE, SENTENCE, 1.0, 0.5, 0.5, answer_logit=1.0, correction_logit=corrects)


def test_it_rises_with_the_readers_logit_for_any_of_the_best_sentences() -> None:
    low = false_premise_probability([evidence(-3), evidence(-3)])
    assert 0 < low < false_premise_probability([evidence(-3), evidence(1)]) < 1


def test_only_the_best_sentences_are_considered() -> None:
    ranked = [*(evidence(-3.0 - n) for n in range(SENTENCES)), evidence(4.0)]
    assert best_correction(ranked) == -3.0
    assert best_correction(ranked[1:]) == 4.0
