"""Questions about the text itself, asked of two small articles with the packaged models."""

from collections.abc import Callable, Iterator

import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker
from bot.answering.types import Question, Reply

from tests.support.fakes import check_in_process

BODY = """The ferry should stay free, for want of another road to the mainland and its hospital.

In 1998 it carried four hundred people a day, and nobody counted the dogs that came along with them.

I believe that a bridge would cost the island more than it could ever save it in tickets.

The council says that tolls are fair, and it has paid for a survey that agrees with it.

So let the ferry run, and let those who want a bridge build it out of their own pockets.
"""
TWO_AUTHORS = f"---\ntitle: The Ferry\nauthors: [Jane Roe, John Doe]\npublished: 2024-05-03\n---\n\n{BODY}"
NO_AUTHOR = "A toll is fair to those who pay it, and to nobody else on the long road to the town.\n"

Ask = Callable[..., Reply]


@pytest.fixture(scope="module")
def ask(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    root = tmp_path_factory.mktemp("overview")
    (root / "articles").mkdir()
    (root / "articles" / "ferry.md").write_text(TWO_AUTHORS, encoding="utf-8")
    (root / "articles" / "bare.txt").write_text(NO_AUTHOR, encoding="utf-8")
    rebuild(
        root / "articles", FolderPublisher(root / "index", check_in_process), model_identity(None), lambda: embedder
    )
    with LiveIndex(FolderPublisher(root / "index"), model_identity(None)) as live:
        answerer = Answerer(live, embedder, load_reranker(SMALL))

        def run(text: str, article: str | None = None, recent: str | None = None) -> Reply:
            return answerer.ask(Question(text, article=article, recent=recent)).reply

        yield run


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("who wrote this?", "It was written by Jane Roe and John Doe."),
        ("when was it published?", "It is dated 2024-05-03."),
        ("what is the title?", "It is titled “The Ferry”."),
        ("how many words is it", "It has 90 words in 5 paragraphs."),
    ],
)
def test_metadata_answers_a_question_about_the_text(ask: Ask, text: str, lead: str) -> None:
    reply = ask(text, "ferry.md")
    assert not reply.abstained
    assert reply.lead == lead


@pytest.mark.parametrize("text", ["tldr", "what is it about?", "what is the main argument?", "how does it end?"])
def test_an_overview_quotes_whole_sentences_in_the_order_of_the_text(ask: Ask, text: str) -> None:
    reply = ask(text, "ferry.md")
    assert not reply.abstained
    assert reply.quotes
    sentences = [line for line in BODY.split("\n") if line]
    assert all(quote.text in sentences for quote in reply.quotes)
    assert [quote.start for quote in reply.quotes] == sorted(quote.start for quote in reply.quotes)


def test_a_question_for_the_ending_quotes_the_last_sentences(ask: Ask) -> None:
    assert ask("how does it end?", "ferry.md").quotes[-1].text.startswith("So let the ferry run")


@pytest.mark.parametrize("text", ["who wrote this?", "when was it published?", "what is the title?"])
def test_missing_metadata_gets_an_abstention_without_quotes(ask: Ask, text: str) -> None:
    reply = ask(text, "bare.txt")
    assert reply.abstained
    assert reply.quotes == ()


def test_a_missing_affiliation_names_all_authors_in_the_plural(ask: Ask) -> None:
    reply = ask("where does the author work?", "ferry.md")
    assert reply.lead == "The article does not say who Jane Roe and John Doe are."
    assert ask("where does the author work?", "bare.txt").lead == "The article does not say who its author is."


def test_a_question_about_the_text_refers_to_the_article_of_the_last_answer(ask: Ask) -> None:
    assert ask("who wrote it?").lead.startswith("That depends on the article, and there are 2:")
    assert ask("who wrote it?", recent="ferry.md").lead == "It was written by Jane Roe and John Doe."
    assert ask("what is it about?", recent="bare.txt").quotes[0].article == "bare.txt"
    assert ask("who wrote it?", recent="gone.txt").abstained
    assert ask("who wrote it?", article="bare.txt", recent="ferry.md").lead == "The article does not name its author."


def test_the_article_of_the_last_answer_does_not_limit_other_questions(ask: Ask) -> None:
    assert {quote.article for quote in ask("is a toll fair?", recent="ferry.md").quotes} >= {"bare.txt"}
