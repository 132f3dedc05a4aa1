"""What is quoted: spans of neighbouring sentences, within limits."""

import pytest

from bot.answering.evidence.spans import QuoteLimits, select_spans
from bot.answering.types import Evidence

from tests.bot.answering.evidence.evidences import evidence, passage

WORDS = "one two three four five six".split()
ALIKE = tuple(f"Sentence {word} has eleven words that are all of them alike." for word in WORDS)
PARAGRAPH = passage(ALIKE, 1)


def limits(*, sentences: int = 6, spans: int = 6, words: int = 1_000, usefulness: float = 0.0) -> QuoteLimits:
    return QuoteLimits(sentences=sentences, spans=spans, words=words, usefulness=usefulness)


def of_one_paragraph(*useful: float) -> list[Evidence]:
    """Return the evidence of the sentences of PARAGRAPH, given their usefulness, best first."""
    found = [evidence(PARAGRAPH, n, useful=value) for n, value in enumerate(useful)]
    return sorted(found, key=lambda e: -e.usefulness)


def of_paragraphs(*useful: float) -> list[Evidence]:
    """Return the evidence of paragraphs of one sentence, given their usefulness, best first."""
    found = [evidence(passage((ALIKE[n],), n + 1), useful=value) for n, value in enumerate(useful)]
    return sorted(found, key=lambda e: -e.usefulness)


def of_texts(*useful: tuple[str, float]) -> list[Evidence]:
    """Return the evidence of a paragraph of these sentences, given their usefulness, best first."""
    paragraph = passage(tuple(text for text, _ in useful), 1)
    found = [evidence(paragraph, n, useful=value) for n, (_, value) in enumerate(useful)]
    return sorted(found, key=lambda e: -e.usefulness)


def texts(spans: list[list[Evidence]]) -> list[list[str]]:
    return [[e.sentence.text for e in span] for span in spans]


def numbers(spans: list[list[Evidence]]) -> list[list[int]]:
    """Return which sentences of ALIKE are in each span, by number."""
    return [[ALIKE.index(text) for text in span] for span in texts(spans)]


@pytest.mark.parametrize(
    ("limit", "selected"),
    [
        (limits(usefulness=0.1), 4),
        (limits(sentences=2), 2),
        (limits(spans=3), 3),
        (limits(words=33), 3),
        (limits(words=32), 2),
        (limits(usefulness=0.5), 3),
        (limits(words=1), 1),
    ],
)
def test_quotes_are_limited_in_sentences_spans_words_and_usefulness(limit: QuoteLimits, selected: int) -> None:
    assert numbers(select_spans(of_paragraphs(0.9, 0.7, 0.5, 0.2), limit)) == [[n] for n in range(selected)]


def test_the_best_sentence_is_taken_whatever_its_usefulness() -> None:
    assert numbers(select_spans(of_paragraphs(0.01, 0.02), limits(usefulness=0.5))) == [[1]]


def test_a_shorter_sentence_is_taken_after_one_that_does_not_fit() -> None:
    short = evidence(passage(("The ferry sank.",), 9), useful=0.3)
    assert texts(select_spans([*of_paragraphs(0.9, 0.8), short], limits(words=14))) == [[ALIKE[0]], ["The ferry sank."]]


def test_neighbours_are_one_span_in_text_order() -> None:
    assert numbers(select_spans(of_one_paragraph(0.5, 0.6, 0.9), limits(spans=1))) == [[0, 1, 2]]


def test_a_neighbour_of_a_selected_sentence_is_taken_where_no_further_span_is() -> None:
    found = sorted([*of_one_paragraph(0.9, 0.3), *of_paragraphs(0, 0.6, 0.5)[:2]], key=lambda e: -e.usefulness)
    assert numbers(select_spans(found, limits(spans=1))) == [[0, 1]]


def test_the_span_with_the_best_sentence_comes_first_and_the_others_in_text_order() -> None:
    found = of_one_paragraph(0.5, 0.0, 0.0, 0.7, 0.0, 0.0)
    last = evidence(passage(("The last one is the best.",), 9), useful=0.9)
    spans = select_spans([last, *found], limits(usefulness=0.4))
    assert texts(spans) == [["The last one is the best."], [ALIKE[0]], [ALIKE[3]]]


def test_sentences_of_two_paragraphs_are_two_spans() -> None:
    assert numbers(select_spans(of_paragraphs(0.9, 0.8), limits())) == [[0], [1]]


def test_sentences_of_two_articles_are_two_spans() -> None:
    one, other = passage(ALIKE[:1], 1, "a.txt"), passage(ALIKE[:2], 1, "b.txt")
    spans = select_spans([evidence(one, useful=0.9), evidence(other, 1, useful=0.8)], limits())
    assert [[(e.passage.article, e.sentence.text) for e in span] for span in spans] == [
        [("a.txt", ALIKE[0])],
        [("b.txt", ALIKE[1])],
    ]


@pytest.mark.parametrize(("words", "spans"), [(33, [[0, 1, 2]]), (32, [[0], [2]])], ids=["it fits", "it does not fit"])
def test_a_sentence_between_two_selected_ones_is_selected_too_if_it_fits(words: int, spans: list[list[int]]) -> None:
    found = of_one_paragraph(0.9, 0.1, 0.8)
    assert numbers(select_spans(found, limits(sentences=2, words=words, usefulness=0.5))) == spans


def test_two_sentences_between_selected_ones_are_not_filled_in() -> None:
    assert numbers(select_spans(of_one_paragraph(0.9, 0.1, 0.1, 0.8), limits(usefulness=0.5))) == [[0], [3]]


def test_a_sentence_between_two_paragraphs_is_not_filled_in() -> None:
    first, second = passage(ALIKE[:2], 1), passage(ALIKE[2:3], 2)
    found = [evidence(first, 0, useful=0.9), evidence(second, useful=0.8), evidence(first, 1, useful=0.1)]
    assert numbers(select_spans(found, limits(usefulness=0.5))) == [[0], [2]]


def test_a_sentence_that_is_no_evidence_separates_spans() -> None:
    """It was shown before, is somebody else's, or repeats another one: a span around it would quote it."""
    found = [e for e in of_one_paragraph(0.9, 0.1, 0.8) if e.sentence.text != ALIKE[1]]
    assert numbers(select_spans(found, limits())) == [[0], [2]]


@pytest.mark.parametrize("pointer", ["It", "But she", "— They", "However, this", "The latter", "Those who pay"])
def test_a_sentence_that_points_at_the_one_before_is_quoted_with_it(pointer: str) -> None:
    after = f"{pointer} cost the town four million."
    found = of_texts(("The ferry was sold.", 0.1), (after, 0.9))
    assert texts(select_spans(found, limits(usefulness=0.5))) == [["The ferry was sold.", after]]


def test_a_further_sentence_is_left_out_if_what_it_points_at_does_not_fit() -> None:
    pointing = of_texts((ALIKE[0], 0.1), ("It cost the town four million.", 0.8))
    best = evidence(passage((ALIKE[1],), 2), useful=0.9)
    assert numbers(select_spans([best, *pointing], limits(words=24, usefulness=0.5))) == [[1]]
    assert len(select_spans([best, *pointing], limits(words=28, usefulness=0.5))) == 2


def test_what_the_best_sentence_points_at_is_left_out_if_it_does_not_fit() -> None:
    found = of_texts(("The ferry was sold.", 0.1), ("It cost the town four million.", 0.9))
    assert texts(select_spans(found, limits(words=9))) == [["It cost the town four million."]]


@pytest.mark.parametrize("opening", ["Italy", "Andrew", "“It"])
def test_a_word_that_only_begins_like_a_pointer_and_a_new_quotation_are_none(opening: str) -> None:
    found = of_texts(("The ferry was sold.", 0.1), (f"{opening} paid four million.", 0.9))
    assert texts(select_spans(found, limits(usefulness=0.5))) == [[f"{opening} paid four million."]]


def test_a_pointer_at_the_beginning_of_a_paragraph_gets_nothing_of_another() -> None:
    first, second = passage(("The ferry was sold.",), 1), passage(("It cost the town four million.",), 2)
    spans = select_spans([evidence(second, useful=0.9), evidence(first, useful=0.1)], limits(usefulness=0.5))
    assert texts(spans) == [["It cost the town four million."]]


def test_the_words_of_a_sentence_that_is_filled_in_and_pointed_at_count_once() -> None:
    first = of_texts(("The ferry was sold.", 0.9), ("Nobody had asked us.", 0.1), ("It cost us four million.", 0.8))
    other = passage(("Bees had a bad year.", "They died of the cold."), 2)
    found = [*first[:2], evidence(other, 1, useful=0.7), first[2], evidence(other, useful=0.1)]
    spans = select_spans(found, limits(words=4 + 4 + 5 + 5 + 5, usefulness=0.5))
    assert [len(span) for span in spans] == [3, 2]


def test_no_evidence_has_no_spans() -> None:
    assert select_spans([], limits()) == []
