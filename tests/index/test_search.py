"""Search: relevant paragraphs rank high, scopes are respected, and the LangChain retriever returns the same."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.generation import Generation, open_current
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildReport, rebuild
from index.search import Hit, Retriever, search

from tests.support.paths import SHIPPED

Build = Callable[..., RebuildReport]


def paragraphs_of(hits: list[Hit]) -> set[int]:
    return {sentence.paragraph for hit in hits for sentence in hit.passage.sentences}


@pytest.mark.parametrize(
    ("question", "paragraph"),
    [
        ("What did Pompeo tell Lavrov?", 16),
        ("Why does the author bring up Chinese investments?", 6),
        ("When did bombers land in Caracas?", 18),
        ("How did Putin help Assad stay in power?", 9),
        ("Does Moscow have any friends?", 5),
    ],
)
def test_the_paragraph_that_answers_is_among_the_first_three(
    shipped: Generation, embedder: Embedder, question: str, paragraph: int
) -> None:
    assert paragraph in paragraphs_of(search(shipped, embedder, question, k=3))


def test_a_paraphrased_question_finds_its_paragraph(shipped: Generation, embedder: Embedder) -> None:
    assert 19 in paragraphs_of(search(shipped, embedder, "Are people there short of groceries and light?", k=3))


def test_hits_are_sorted_by_score_and_have_all_partial_scores(shipped: Generation, embedder: Embedder) -> None:
    hits = search(shipped, embedder, "What did Pompeo tell Lavrov?", k=5)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].lexical > 0 < hits[0].passage_cosine <= 1
    assert hits[0].sentence_cosine == max(hits[0].sentence_cosines)
    assert all(len(hit.sentence_cosines) == len(hit.passage.sentences) for hit in hits)


@pytest.mark.parametrize("k", [1, 3, 18, 1_000])
def test_there_are_k_hits_or_as_many_as_there_are_passages(shipped: Generation, embedder: Embedder, k: int) -> None:
    hits = search(shipped, embedder, "What is Russia doing in Venezuela?", k=k)
    assert len({hit.passage.id for hit in hits}) == len(hits) == min(k, shipped.manifest.passages)


@pytest.mark.parametrize("question", ["zzz qqq", "?!", "the of and", "🍐", "a" * 2_000], ids=lambda q: q[:12])
def test_a_question_without_matching_words_still_has_hits(
    shipped: Generation, embedder: Embedder, question: str
) -> None:
    assert len(search(shipped, embedder, question, k=5)) == 5


@pytest.fixture
def two(folder: Path, publisher: FolderPublisher, build: Build, fake: Embedder) -> Iterator[Generation]:
    """Two articles on the same subject."""
    for name, room in (("ants.txt", "garden"), ("bees.txt", "kitchen")):
        paragraphs = [f"The {name[:4]} came to the {room} in {year}. " + "Nobody minded. " * 15 for year in range(10)]
        (folder / name).write_text("\n\n".join(paragraphs), encoding="utf-8")
    build()
    with open_current(publisher, fake.model) as generation:
        yield generation


@pytest.mark.parametrize("article", ["ants.txt", "bees.txt"])
def test_a_search_within_an_article_stays_within_it(two: Generation, fake: Embedder, article: str) -> None:
    hits = search(two, fake, "When did the ants come to the garden?", k=20, article=article)
    assert {hit.passage.article for hit in hits} == {article}
    assert len(hits) == len(two.positions((article,)))


def test_a_search_without_a_scope_covers_all_articles(two: Generation, fake: Embedder) -> None:
    assert {hit.passage.article for hit in search(two, fake, "Nobody minded", k=20)} == {"ants.txt", "bees.txt"}


def test_the_rarest_word_of_a_question_decides_between_equal_passages(two: Generation, fake: Embedder) -> None:
    (hit,) = search(two, fake, "the kitchen in 7", k=1)
    assert hit.passage.text.startswith("The bees came to the kitchen in 7.")


def test_the_ranking_is_the_same_every_time_and_in_every_build(
    shipped: Generation, embedder: Embedder, publisher: FolderPublisher
) -> None:
    def ranking(generation: Generation) -> list[tuple[str, float]]:
        hits = search(generation, embedder, "Why does the author bring up Chinese investments?", k=20)
        return [(hit.passage.id, hit.score) for hit in hits]

    first = ranking(shipped)
    assert ranking(shipped) == first
    rebuild(SHIPPED, publisher, embedder.model, lambda: embedder)
    with open_current(publisher, embedder.model) as again:
        assert ranking(again) == first


def test_a_retriever_returns_documents_with_paragraph_and_offsets(shipped: Generation, embedder: Embedder) -> None:
    documents = Retriever(generation=shipped, embedder=embedder, k=2).invoke("What did Pompeo tell Lavrov?")
    (article,) = shipped.articles.values()
    assert len(documents) == 2
    assert documents[0].metadata["paragraph"] == 16
    for document in documents:
        metadata = document.metadata
        assert metadata["article"] == article.id
        assert article.text[metadata["start"] : metadata["end"]] == document.page_content
        assert article.paragraph_at(metadata["start"]).number == metadata["paragraph"]


def test_a_retriever_ranks_like_the_search_and_respects_its_scope(two: Generation, fake: Embedder) -> None:
    question = "When did the ants come?"
    documents = Retriever(generation=two, embedder=fake, k=4, article="bees.txt").invoke(question)
    assert [document.id for document in documents] == [
        hit.passage.id for hit in search(two, fake, question, k=4, article="bees.txt")
    ]
