"""Which sentences are taken for evidence, and which of them are quoted."""

import numpy as np
import pytest

from index.passages import Passage, Sentence
from index.search import Hit

from bot.answering.evidence import Scores, gather
from bot.answering.types import UNREAD, Evidence

BRIDGE = (
    "The bridge closed in March.",
    "Nobody was asked.",
    "A detour costs each driver forty minutes a day.",
)
FERRY = ("The ferry runs twice a day.", "The bridge closed in March.")


def hit(texts: tuple[str, ...], paragraph: int, score: float = 0.0, cosine: float = 0.3) -> Hit:
    sentences, at = [], paragraph * 1_000
    for text in texts:
        sentences.append(Sentence(at, at + len(text), paragraph, text))
        at += len(text) + 1
    whole = " ".join(texts)
    passage = Passage(str(paragraph), "a.txt", sentences[0].start, sentences[-1].end, whole, tuple(sentences))
    return Hit(passage, score, cosine, 0.0, tuple(cosine for _ in texts))


def logits(*answers: float) -> Scores:
    return np.array([(value, -3.0) for value in answers], dtype=np.float32)


def ranked(*answers: float) -> list[Evidence]:
    """Evidence from one paragraph each, with logits that differ, best first."""
    texts = [f"Sentence number {n} of ten words that are all alike here." for n in range(len(answers))]
    hits = [hit((text,), n + 1) for n, text in enumerate(texts)]
    return gather(hits, {}, lambda _: 1.0, "", [logits(value) for value in answers])


def texts(found: list[Evidence]) -> list[str]:
    return [evidence.sentence.text for evidence in found]


def test_the_reader_decides_what_comes_first() -> None:
    found = gather([hit(BRIDGE, 1), hit(FERRY[:1], 2)], {}, lambda _: 1.0, "", [logits(-4, -4, 3), logits(-1)])
    assert texts(found)[:2] == [BRIDGE[2], FERRY[0]]
    assert found[0].answers == 3
    assert found[0].corrects == -3


def test_a_passage_that_was_not_read_comes_after_those_that_were() -> None:
    found = gather([hit(FERRY[:1], 2), hit(BRIDGE[2:], 1, cosine=0.9)], {}, lambda _: 1.0, "", [logits(0.5)])
    assert texts(found) == [FERRY[0], BRIDGE[2]]
    assert found[1].answers == UNREAD


def test_without_a_reader_similarity_decides() -> None:
    found = gather([hit(FERRY[:1], 2), hit(BRIDGE[2:], 1, cosine=0.9)], {}, lambda _: 1.0)
    assert texts(found) == [BRIDGE[2], FERRY[0]]


def test_what_is_said_twice_is_kept_once() -> None:
    found = gather([hit(BRIDGE, 1), hit(FERRY, 2)], {}, lambda _: 1.0)
    assert texts(found).count(FERRY[1]) == 1


def test_words_of_the_question_count_by_their_rarity() -> None:
    found = gather([hit(BRIDGE, 1)], {"bridg": 1.0, "detour": 1.0}, lambda term: 3.0 if term == "detour" else 1.0)
    coverage = {evidence.sentence.text: evidence.coverage for evidence in found}
    assert coverage[BRIDGE[2]] == pytest.approx(0.75)
    assert coverage[BRIDGE[0]] == pytest.approx(0.25)
