"""How useful a sentence is depends on its logit, on the other sentences of the question, and on its neighbours."""

from dataclasses import replace

import pytest

from index.text.passages import Passage

from bot.answering.evidence.usefulness import usefulness, usefulness_features

from tests.bot.answering.evidence.evidences import evidence, passage

FERRY = passage(("The council sold the ferry.", "It paid four million.", "I think that was a mistake."), 1)
BEES = passage(("Bees had a good year.",), 2)
ELSEWHERE = passage(("The ferry was sold.",), 1, article="b.txt")


def test_the_features_of_a_sentence_compare_it_with_the_best_and_the_most_similar_one() -> None:
    read = [
        evidence(BEES, score=1.5, answers=-2.0),
        replace(evidence(FERRY, score=0.5, answers=3.0), coverage=0.75),
    ]
    bees, ferry = usefulness_features(read, asks_for_several=True)
    assert (bees.logit, bees.below_best, bees.similarity, bees.coverage) == (-2.0, -5.0, 0.0, 0.5)
    assert (ferry.logit, ferry.below_best, ferry.similarity, ferry.coverage) == (3.0, 0.0, -1.0, 0.75)
    assert bees.several == ferry.several == 1.0
    assert usefulness_features(read, asks_for_several=False)[0].several == 0.0


def test_the_better_neighbour_in_the_paragraph_counts_in_whatever_order_the_sentences_come() -> None:
    first, second, third = (evidence(FERRY, n, answers=logit) for n, logit in enumerate((-4.0, 1.0, 2.0)))
    neighbours = [f.neighbour for f in usefulness_features([third, first, second], asks_for_several=False)]
    assert neighbours == [1.0, 1.0, 2.0]


@pytest.mark.parametrize("other", [BEES, ELSEWHERE], ids=["another paragraph", "another article"])
def test_a_sentence_of_another_paragraph_or_article_is_no_neighbour(other: Passage) -> None:
    ferry = evidence(FERRY, answers=1.0)
    (alone,) = usefulness_features([ferry], asks_for_several=False)
    beside, _ = usefulness_features([ferry, evidence(other, answers=0.5)], asks_for_several=False)
    assert beside.neighbour == alone.neighbour


def test_a_neighbour_that_certainly_does_not_answer_counts_as_none() -> None:
    (alone,) = usefulness_features([evidence(FERRY)], asks_for_several=False)
    beside, _ = usefulness_features([evidence(FERRY), evidence(FERRY, 1, answers=-11.0)], asks_for_several=False)
    assert beside.neighbour == alone.neighbour < -5


def test_usefulness_is_a_probability_that_rises_with_the_logit() -> None:
    paragraphs = [passage((f"The ferry has {n} decks.",), n) for n in range(1, 6)]
    read = [evidence(p, answers=logit) for p, logit in zip(paragraphs, (-9.0, -4.0, -1.0, 1.0, 4.0), strict=True)]
    useful = usefulness(read, asks_for_several=False)
    assert useful == sorted(set(useful))
    assert all(0 < probability < 1 for probability in useful)


def test_nothing_read_has_no_usefulness() -> None:
    assert usefulness([], asks_for_several=False) == []
    assert usefulness_features([], asks_for_several=True) == []
