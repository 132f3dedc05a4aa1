"""Windows: runs of whole sentences around the best evidence, as many as fit."""

from dataclasses import replace
from itertools import pairwise

import pytest

from index.search import Hit

from bot.answering.evidence.selection import collect_evidence
from bot.answering.evidence.windows import OVERHEAD, WINDOW_WORDS, SentenceWindow, choose_windows
from bot.answering.types import Evidence

from tests.bot.answering.evidence.evidences import hit, window

LONG = tuple(f"Sentence {n} says with ten words what nobody has asked." for n in range(14))


def similar(*hits: Hit) -> list[Evidence]:
    return collect_evidence(hits, {}, lambda _: 1.0)


def test_windows_are_chosen_around_the_likeliest_sentences() -> None:
    cosines = tuple(0.9 if n == 9 else 0.1 for n in range(14))
    passage = replace(hit(LONG, 1), sentence_cosines=cosines, previous_sentence="Once.")
    found = choose_windows(similar(passage), [passage], 50)
    assert len(found) == 1
    assert LONG[9] in found[0].texts
    assert found[0].words <= WINDOW_WORDS
    assert found[0].before == LONG[6]


def test_with_room_for_all_each_sentence_is_in_one_window() -> None:
    passages = [hit(LONG, 1), hit(tuple(text.replace("asked", "denied") for text in LONG), 2)]
    found = choose_windows(similar(*passages), passages)
    everything = [sentence for passage in passages for sentence in passage.passage.sentences]
    assert sorted((s for w in found for s in w.sentences), key=lambda s: s.start) == everything
    assert all(chosen.words <= WINDOW_WORDS for chosen in found)


def test_windows_follow_each_other_and_know_the_sentence_before() -> None:
    passage = replace(hit(LONG, 1), previous_sentence="Once.")
    found = sorted(choose_windows(similar(passage), [passage]), key=lambda w: w.sentences[0].start)
    assert found[0].before == "Once."
    assert [second.before for _, second in pairwise(found)] == [first.texts[-1] for first, _ in pairwise(found)]


def test_the_windows_of_the_best_evidence_come_first() -> None:
    far, near = hit(("The ferry runs twice a day.",), 1, cosine=0.2), hit(("The bridge closed in March.",), 2)
    assert [w.sentences[0].paragraph for w in choose_windows(similar(far, near), [far, near])] == [2, 1]


@pytest.mark.parametrize(("spare", "windows"), [(-1, 1), (0, 2)])
def test_a_window_costs_its_words_and_an_overhead(spare: int, windows: int) -> None:
    passages = [hit((LONG[0],), 1, cosine=0.9), hit((LONG[1],), 2, cosine=0.8), hit((LONG[2],), 3, cosine=0.7)]
    limit = 2 * (10 + OVERHEAD) + spare
    assert len(choose_windows(similar(*passages), passages, limit)) == windows


def test_the_first_window_is_taken_even_if_it_is_too_long() -> None:
    passage = hit(LONG, 1)
    assert len(choose_windows(similar(passage), [passage], 0)) == 1


def test_a_sentence_that_is_too_long_is_a_window_of_its_own() -> None:
    long = "word " * (WINDOW_WORDS + 5) + "ends."
    passage = hit((LONG[0], long, LONG[1]), 1)
    found = choose_windows(similar(passage), [passage])
    assert sorted(w.texts for w in found) == sorted([(LONG[0],), (long,), (LONG[1],)])


def test_a_window_knows_its_texts_and_counts_its_words() -> None:
    chosen = window("The ferry sails.", "It rains today.", before="Not counted.")
    assert chosen.texts == ("The ferry sails.", "It rains today.")
    assert chosen.words == 6
    assert SentenceWindow(chosen.sentences).before == ""
