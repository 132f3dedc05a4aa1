"""Which sentences become evidence, and in which order what the reader found puts them."""

import pytest

from index.search import Hit

from bot.answering.evidence.network import WindowReading
from bot.answering.evidence.selection import collect_evidence, names_all, rerank
from bot.answering.evidence.windows import choose_windows
from bot.answering.types import UNREAD, Evidence

from tests.bot.answering.evidence.evidences import CORRECTION, hit, reading, texts

BRIDGE = (
    "The bridge closed in March.",
    "Nobody was asked.",
    "A detour costs each driver forty minutes a day.",
)
FERRY = ("The ferry runs twice a day.", "The bridge closed in March.")


def reranked(
    hits: list[Hit], *readings: WindowReading, max_words: int = 600, asks_for_several: bool = False
) -> list[Evidence]:
    """Return the evidence of hits, given the readings of its windows in text order."""
    similar = collect_evidence(hits, {}, lambda _: 1.0)
    read = sorted(choose_windows(similar, hits, max_words), key=lambda window: window.sentences[0].start)
    return rerank(similar, read, readings, asks_for_several=asks_for_several)


def test_the_readers_logits_decide_the_order() -> None:
    alike = [hit((text,), n) for n, text in enumerate((BRIDGE[0], BRIDGE[2], FERRY[0]), 1)]
    found = reranked(alike, reading(-4), reading(3), reading(-1))
    assert texts(found) == [BRIDGE[2], FERRY[0], BRIDGE[0]]
    assert [evidence.answer_logit for evidence in found] == [3, -1, -4]


def test_evidence_has_all_logits_of_its_own_sentence() -> None:
    first = reading(-4, -2, 3)
    first.sentences[2] = 3, 0.5, 1.5
    by_text = {e.sentence.text: e for e in reranked([hit(BRIDGE, 1), hit(FERRY[:1], 2)], first, reading(-1))}
    best, other = by_text[BRIDGE[2]], by_text[FERRY[0]]
    assert (best.answer_logit, best.correction_logit) == (3, 0.5)
    assert (other.answer_logit, other.correction_logit) == (-1, CORRECTION)


def test_what_was_read_is_sorted_by_its_usefulness() -> None:
    found = reranked([hit(BRIDGE, 1), hit(FERRY[:1], 2)], reading(-4, -2, 3), reading(-1))
    useful = [evidence.usefulness for evidence in found]
    assert useful == sorted(useful, reverse=True)
    assert all(0 < usefulness < 1 for usefulness in useful)


def test_a_sentence_that_was_not_read_comes_after_all_that_was() -> None:
    near, far = hit(BRIDGE[2:], 1, cosine=0.9), hit(FERRY[:1], 2, cosine=0.2)
    for logit in (0.5, -11.0):
        found = reranked([near, far], reading(logit), max_words=0)
        assert texts(found) == [BRIDGE[2], FERRY[0]]
        assert found[1].answer_logit == found[1].correction_logit == UNREAD
        assert found[1].usefulness == 0
    found = reranked([near, far], reading(UNREAD), reading(-8.0))
    assert texts(found) == [FERRY[0], BRIDGE[2]]


def test_what_was_not_read_keeps_its_order() -> None:
    unread = [hit((text,), n, cosine=0.1 * n) for n, text in enumerate(BRIDGE, 1)]
    found = reranked([*unread, hit(FERRY[:1], 4)], reading(UNREAD), reading(UNREAD), reading(UNREAD), reading(2.0))
    assert texts(found) == [FERRY[0], *reversed(BRIDGE)]


def test_reading_changes_no_score_of_similarity() -> None:
    hits = [hit(BRIDGE, 1), hit(FERRY[:1], 2)]
    before = {e.sentence: e.score for e in collect_evidence(hits, {}, lambda _: 1.0)}
    assert {e.sentence: e.score for e in reranked(hits, reading(-4, -4, 3), reading(-1))} == before


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


def test_a_sentence_names_what_is_asked_if_it_has_all_of_its_terms() -> None:
    found = collect_evidence([hit(BRIDGE, 1)], {}, lambda _: 1.0)
    assert names_all(found, ["bridg", "march"])
    assert not names_all(found, ["bridg", "driver"])
    assert not names_all(found, [])
