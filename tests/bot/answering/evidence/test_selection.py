"""Which sentences become evidence, which of them the reader gets, and which are quoted."""

from dataclasses import replace

import numpy as np
import pytest

from index.search import Hit
from index.text.passages import Passage, Sentence

from bot.answering.evidence.selection import QuoteLimits, collect_evidence, rerank, select_quotes
from bot.answering.evidence.windows import Logits, choose_windows
from bot.answering.types import UNREAD, Evidence

BRIDGE = (
    "The bridge closed in March.",
    "Nobody was asked.",
    "A detour costs each driver forty minutes a day.",
)
FERRY = ("The ferry runs twice a day.", "The bridge closed in March.")


ALIKE = tuple(f"Sentence {word} has ten words that are all of them alike." for word in "one two three four".split())


def hit(texts: tuple[str, ...], paragraph: int, score: float = 0.0, cosine: float = 0.3) -> Hit:
    sentences, at = [], paragraph * 1_000
    for text in texts:
        sentences.append(Sentence(at, at + len(text), paragraph, text))
        at += len(text) + 1
    whole = " ".join(texts)
    passage = Passage(str(paragraph), "a.txt", sentences[0].start, sentences[-1].end, whole, tuple(sentences))
    return Hit(passage, score, cosine, 0.0, tuple(cosine for _ in texts))


def logits(*answers: float) -> Logits:
    return np.array([(value, -3.0) for value in answers], dtype=np.float32)


def reranked(hits: list[Hit], *answers: Logits, max_words: int = 600) -> list[Evidence]:
    """Return the evidence of hits, given the reader's logits for its windows in text order."""
    similar = collect_evidence(hits, {}, lambda _: 1.0)
    read = sorted(choose_windows(similar, hits, max_words), key=lambda window: window.sentences[0].start)
    return rerank(similar, read, answers)


def texts(found: list[Evidence]) -> list[str]:
    return [evidence.sentence.text for evidence in found]


def test_the_readers_logits_decide_the_order() -> None:
    found = reranked([hit(BRIDGE, 1), hit(FERRY[:1], 2)], logits(-4, -4, 3), logits(-1))
    assert texts(found)[:2] == [BRIDGE[2], FERRY[0]]
    assert found[0].answer_logit == 3
    assert found[0].correction_logit == -3


def test_a_sentence_that_was_not_read_ranks_by_its_similarity() -> None:
    near, far = hit(BRIDGE[2:], 1, cosine=0.9), hit(FERRY[:1], 2, cosine=0.2)
    found = reranked([near, far], logits(0.5), max_words=0)
    assert texts(found) == [BRIDGE[2], FERRY[0]]
    assert found[1].answer_logit == UNREAD
    found = reranked([near, far], logits(-11.0), max_words=0)
    assert texts(found) == [BRIDGE[2], FERRY[0]]


def test_windows_are_chosen_around_the_likeliest_sentences() -> None:
    long = tuple(f"Sentence {n} says with ten words what nobody has asked." for n in range(14))
    passage = hit(long, 1)
    cosines = tuple(0.9 if n == 9 else 0.1 for n in range(14))
    found = choose_windows(
        collect_evidence([replace(passage, sentence_cosines=cosines, previous_sentence="Once.")], {}, lambda _: 1.0),
        [passage],
        50,
    )
    assert len(found) == 1
    assert long[9] in [sentence.text for sentence in found[0].sentences]
    assert sum(len(sentence.text.split()) for sentence in found[0].sentences) <= 70
    assert found[0].before == long[6]
    everything = choose_windows(collect_evidence([passage], {}, lambda _: 1.0), [passage], 5_000)
    assert sorted(s.text for w in everything for s in w.sentences) == sorted(long)


def test_quotes_are_limited_in_number_words_and_distance_from_the_best_score() -> None:
    found = reranked([hit((text,), n + 1) for n, text in enumerate(ALIKE)], *map(logits, (3.0, 2.0, 1.0, -3.0)))
    assert len(select_quotes(found, QuoteLimits(4, 100, 10.0))) == 4
    assert len(select_quotes(found, QuoteLimits(2, 100, 10.0))) == 2
    assert len(select_quotes(found, QuoteLimits(4, 25, 10.0))) == 2
    assert len(select_quotes(found, QuoteLimits(4, 100, 0.5))) == 3
    assert len(select_quotes(found, QuoteLimits(4, 1, 10.0))) == 1


def test_without_a_reader_similarity_decides() -> None:
    found = collect_evidence([hit(FERRY[:1], 2), hit(BRIDGE[2:], 1, cosine=0.9)], {}, lambda _: 1.0)
    assert texts(found) == [BRIDGE[2], FERRY[0]]


def test_a_repeated_sentence_is_kept_once() -> None:
    found = collect_evidence([hit(BRIDGE, 1), hit(FERRY, 2)], {}, lambda _: 1.0)
    assert texts(found).count(FERRY[1]) == 1


def test_rare_words_of_the_question_weigh_more() -> None:
    found = collect_evidence(
        [hit(BRIDGE, 1)], {"bridg": 1.0, "detour": 1.0}, lambda term: 3.0 if term == "detour" else 1.0
    )
    coverage = {evidence.sentence.text: evidence.coverage for evidence in found}
    assert coverage[BRIDGE[2]] == pytest.approx(0.75)
    assert coverage[BRIDGE[0]] == pytest.approx(0.25)


def test_a_short_point_of_a_list_is_evidence_unlike_a_subheading() -> None:
    points = ("What they should do:", "Freeze the fares", "Publish the count of 2021", "Ask the east bank")
    assert set(texts(collect_evidence([hit(points, 1)], {}, lambda _: 1.0))) == set(points[1:])
    subheading = ("Freeze the fares", *BRIDGE)
    assert set(texts(collect_evidence([hit(subheading, 1)], {}, lambda _: 1.0))) == set(BRIDGE)
