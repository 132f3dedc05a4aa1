"""Words, terms and BM25: how a text is tokenised, and how passages are scored."""

from math import log
from pathlib import Path

import numpy as np
import pytest

from index.store.bm25 import BM25Index
from index.text.words import STOP_WORDS, stem, terms, words

TEXTS = (
    "The pears fell before the plums, and the pears were the best.",
    "Plums keep badly.",
    "The council of the village met behind closed doors on Sunday.",
)


@pytest.fixture
def index() -> BM25Index:
    return BM25Index.build(TEXTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Pears fell. PEARS!", ["pears", "fell", "pears"], id="lower case"),
        pytest.param("the U.S. and the U.N.", ["the", "u.s", "and", "the", "u.n"], id="dotted abbreviations"),
        pytest.param("Lund's pears, the Lunds’ pears", ["lund", "pears", "the", "lunds", "pears"], id="possessives"),
        pytest.param("don’t and don't", ["don't", "and", "don't"], id="contractions"),
        pytest.param("3.5 of 1,000 at 10:15", ["3.5", "of", "1,000", "at", "10:15"], id="numbers"),
        pytest.param("a well-kept orchard", ["a", "well", "kept", "orchard"], id="hyphens"),
        pytest.param("Сад café 果園", ["сад", "café", "果園"], id="other letters"),
        pytest.param("?! … — «»", [], id="punctuation"),
    ],
)
def test_words_are_lower_case_and_keep_inner_punctuation(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_terms_are_stems_without_stop_words_in_order() -> None:
    assert terms("Why were the pears felled, and what of the orchards?") == ["pear", "fell", "orchard"]


def test_words_with_the_same_stem_are_the_same_term() -> None:
    assert {stem(word) for word in ("connect", "connected", "connecting", "connections")} == {"connect"}


@pytest.mark.parametrize("word", sorted(STOP_WORDS)[::20])
def test_a_stop_word_is_not_a_term(word: str) -> None:
    assert terms(word.upper()) == []


@pytest.mark.parametrize("text", ["don't", "isn’t", "couldn't", "you're", "they've", "we'll", "she'd", "it's", "I'm"])
def test_a_contraction_of_stop_words_is_not_a_term(text: str) -> None:
    assert terms(text) == []


@pytest.mark.parametrize(
    ("term", "best"), [("pear", 0), ("keep", 1), ("council", 2), pytest.param("plum", 1, id="in the shorter text")]
)
def test_the_passage_in_which_a_term_weighs_most_scores_highest(index: BM25Index, term: str, best: int) -> None:
    assert int(index.scores({term: 1.0}).argmax()) == best


def test_a_passage_without_the_term_scores_0(index: BM25Index) -> None:
    assert index.scores({"pear": 1.0})[1:].tolist() == [0.0, 0.0]


def test_the_score_of_a_query_is_the_weighted_sum_of_its_terms_scores(index: BM25Index) -> None:
    combined = index.scores({"pear": 1.0, "plum": 0.5, "council": 0.5})
    expected = index.scores({"pear": 1.0}) + 0.5 * index.scores({"plum": 1.0}) + 0.5 * index.scores({"council": 1.0})
    np.testing.assert_allclose(combined, expected, rtol=1e-6)


@pytest.mark.parametrize("query", [{}, {"quince": 1.0}, {"_": 1.0}])
def test_terms_that_occur_in_no_passage_score_0(index: BM25Index, query: dict[str, float]) -> None:
    assert index.scores(query).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("term", "n"),
    [
        pytest.param("pear", 1, id="in one of three"),
        pytest.param("plum", 2, id="in two"),
        pytest.param("quince", 0, id="in none"),
    ],
)
def test_rarer_terms_have_a_higher_idf(index: BM25Index, term: str, n: int) -> None:
    assert index.idf(term) == pytest.approx(log(1 + (3 - n + 0.5) / (n + 0.5)))


def test_scores_follow_lucenes_bm25_formula(index: BM25Index) -> None:
    lengths = [len(terms(text)) for text in TEXTS]
    norm = 1.5 * (1 - 0.75 + 0.75 * lengths[0] / (sum(lengths) / 3))
    assert index.scores({"pear": 1.0})[0] == pytest.approx(index.idf("pear") * 2 / (2 + norm), rel=1e-5)


def test_the_index_knows_which_terms_it_contains_and_how_often_each_word_occurs(index: BM25Index) -> None:
    assert "pear" in index
    assert "quince" not in index
    assert (index.counts["pears"], index.counts["the"], index.counts.get("quince")) == (2, 6, None)


def test_a_passage_of_only_stop_words_still_has_a_score() -> None:
    index = BM25Index.build(["It was not.", "The pears were.", "?!"])
    assert index.scores({"pear": 1.0}).argmax() == 1
    assert len(index.scores({})) == 3


def test_a_loaded_index_has_the_same_scores_and_counts(index: BM25Index, tmp_path: Path) -> None:
    index.save(tmp_path)
    loaded = BM25Index.load(tmp_path)
    query = {"pear": 1.0, "plum": 0.3, "quince": 1.0}
    assert loaded.scores(query).tolist() == index.scores(query).tolist()
    assert loaded.idf("plum") == index.idf("plum")
    assert loaded.counts == index.counts
