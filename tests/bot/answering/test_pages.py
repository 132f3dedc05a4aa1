"""Generated pages, asked: nothing of furniture, of a comment or of a quotation is ever told as the author's."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, Reranker, load_reranker
from bot.answering.types import Question, Quote

from tests.support.fakes import check_in_process
from tests.support.pages import QUESTIONS, Page, pages


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return load_reranker(SMALL)


def ask(page: Page, embedder: Embedder, reranker: Reranker) -> list[Quote]:
    """The quotes of all replies to `QUESTIONS`."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "articles")
        folder.mkdir()
        (folder / "page.txt").write_text(page.text, encoding="utf-8")
        publisher = FolderPublisher(Path(root, "index"), check_in_process)
        rebuild(folder, publisher, model_identity(None), lambda: embedder)
        live = LiveIndex(publisher, model_identity(None))
        answerer = Answerer(live, embedder, reranker)
        quotes = [quote for question in QUESTIONS for quote in answerer.ask(Question(question)).reply.quotes]
        live.close()
    return quotes


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(page=pages())
def test_no_furniture_comment_or_quotation_is_told_as_the_authors(
    page: Page, embedder: Embedder, reranker: Reranker
) -> None:
    quotes = ask(page, embedder, reranker)
    assert any(quote.voice == "author" for quote in quotes)
    told = [quote for quote in quotes if quote.voice.startswith("author")]
    assert [quote.text for quote in told if quote.paragraph in page.foreign | page.quotations] == []
