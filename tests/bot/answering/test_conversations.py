"""Conversations about several articles: what "it", "when?" and "the second one" mean, and who says what."""

from collections.abc import Callable, Iterator

import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker
from bot.answering.reply import wording
from bot.answering.reply.citations import verify
from bot.answering.reply.wording import as_text
from bot.answering.types import Question, Reply, Turn

from tests.support.fakes import check_in_process

MARKET = """Keep the fish market open

By Rhea Stone

9 May 2022

The harbour board of Varnby wants to close the fish market and sell its hall to a hotel.

Councillor Milo Arden said in the debate that "the hall smells, the roof leaks, and nobody buys herring any more".

According to the engineer Petra Voss, the roof can be mended for 30,000 crowns before the winter.

The board has never asked the women who sell there. I have, and they will stay if the rent stays.

Comments

Hal: Close it, I say.
"""
RAILWAY = """The railway needs a second track

By Bruno Keller

3 March 2021

A railway with one track is a queue, and the towns along the valley have stood in it for forty years.

Stone calls the second track a dream for engineers. She has a car.

The ministry should build it in ten years, and it should begin with the bridge at Lunden.
"""
LETTER = """Pay the choir

By Oda Finn

14 June 2023

The choir of Varnby sings at every funeral and is paid for none of them. That is a shame for a rich parish.
"""
Talk = Callable[..., list[Reply]]


@pytest.fixture(scope="module")
def talk(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    root = tmp_path_factory.mktemp("conversations")
    (root / "articles").mkdir()
    for name, text in (("choir.txt", LETTER), ("market.txt", MARKET), ("railway.txt", RAILWAY)):
        (root / "articles" / name).write_text(text, encoding="utf-8")
    publisher = FolderPublisher(root / "index", check_in_process)
    rebuild(root / "articles", publisher, model_identity(None), lambda: embedder)
    with LiveIndex(publisher, model_identity(None)) as live:
        answerer = Answerer(live, embedder, load_reranker(SMALL))

        def run(*questions: str, article: str | None = None) -> list[Reply]:
            history: tuple[Turn, ...] = ()
            recent: str | None = None
            replies: list[Reply] = []
            for text in questions:
                response = answerer.ask(Question(text, history, article, recent))
                for quote in response.reply.quotes:
                    verify(response.articles[quote.article], quote)
                history = (*history, Turn("user", text), Turn("bot", as_text(response)))
                sources = {quote.article for quote in response.reply.quotes}
                recent = sources.pop() if len(sources) == 1 else None if sources else recent
                replies.append(response.reply)
            return replies

        yield run


def leads(replies: list[Reply]) -> list[str]:
    return [reply.lead for reply in replies]


def test_a_bare_question_word_asks_about_the_article_of_the_question_before(talk: Talk) -> None:
    assert leads(talk("who wrote the market article?", "when?", "and how long?")) == [
        "It was written by Rhea Stone.",
        "It is dated 2022-05-09.",
        "It has 75 words in 9 paragraphs.",
    ]


def test_a_place_or_a_name_continues_the_question_with_another_article(talk: Talk) -> None:
    assert leads(talk("who wrote the railway article?", "and the second one?", "when?", "and Finn's?")) == [
        "It was written by Bruno Keller.",
        "It was written by Rhea Stone.",
        "It is dated 2022-05-09.",
        "It is dated 2023-06-14.",
    ]


def test_an_article_that_was_asked_for_is_understood(talk: Talk) -> None:
    which, author, title = talk("when was it published?", "the railway one", "what is its title?")
    assert which.lead.startswith("That depends on the article, and there are 3:")
    assert author.lead == "It is dated 2021-03-03."
    assert title.lead == "It is titled “The railway needs a second track”."


def test_he_is_the_author_of_the_article_that_was_asked_about(talk: Talk) -> None:
    about = talk("how long is the market article?", "what does she say about the rent?")[1]
    assert {quote.article for quote in about.quotes} == {"market.txt"}
    elsewhere = talk("how long is the railway article?", "what does he say about the choir?")[1]
    assert elsewhere.abstained
    assert {quote.article for quote in elsewhere.quotes} <= {"railway.txt"}


def test_a_bare_question_word_after_a_question_for_what_an_article_says_is_not_about_the_article(talk: Talk) -> None:
    assert "It is dated" not in talk("Should the ministry build the second track?", "when?")[1].lead


def test_the_newest_and_the_oldest_article_are_told_and_asked_about(talk: Talk) -> None:
    replies = talk(
        "which article is the newest?", "who wrote it?", "and which is the oldest?", "who wrote the oldest one?"
    )
    assert leads(replies) == [
        "The newest article is “Pay the choir” by Oda Finn (2023-06-14).",
        "It was written by Oda Finn.",
        "The oldest article is “The railway needs a second track” by Bruno Keller (2021-03-03).",
        "It was written by Bruno Keller.",
    ]


def test_each_of_several_articles_is_summarised_or_described(talk: Talk) -> None:
    (summary,) = talk("summarise all articles")
    assert summary.lead == "In short, article by article:"
    assert [quote.article for quote in summary.quotes if quote.article] == sorted(q.article for q in summary.quotes)
    assert {quote.article for quote in summary.quotes} == {"choir.txt", "market.txt", "railway.txt"}
    (authors,) = talk("who wrote each of the articles?")
    assert all(f"It was written by {name}." in authors.lead for name in ("Oda Finn", "Rhea Stone", "Bruno Keller"))


def test_the_articles_by_somebody_are_listed_or_there_are_none(talk: Talk) -> None:
    stone = "I have read 1 article by Rhea Stone: “Keep the fish market open” by Rhea Stone (2022-05-09)."
    assert leads(talk("articles by Rhea", "what has Stone written?")) == [stone, stone]
    assert talk("who wrote the market article?", "what else did she write?")[1].lead == stone
    (nobody,) = talk("articles by Quarles")
    assert nobody.abstained
    assert nobody.lead.startswith("I have read no article by Quarles. I have read articles by")


def test_which_article_mentions_a_word_is_asked_of_all(talk: Talk) -> None:
    assert talk("who wrote the railway article?", "which article mentions herring?")[1].lead.endswith(
        "in “Keep the fish market open”."
    )


def test_what_somebody_says_whom_an_article_reports_is_told_as_reported(talk: Talk) -> None:
    arden, voss = talk("what does Arden say?", "what does Petra Voss say about the roof?")
    assert arden.lead == "Stone reports Milo Arden:"
    assert {quote.voice for quote in arden.quotes} == {"reported:Milo Arden"}
    assert voss.quotes[0].voice == "reported:Petra Voss"
    assert not any(quote.voice == "reported:Milo Arden" for quote in voss.quotes)


def test_what_somebody_says_whom_no_article_names_is_one_line(talk: Talk) -> None:
    (reply,) = talk("what does Quarles say?", article="market.txt")
    assert (reply.abstained, reply.degree) == (True, "not_addressed")
    assert not reply.quotes
    assert reply.lead == (
        "Nobody called Quarles wrote the article or is named in it. Stone reports Milo Arden and Petra Voss."
    )


def test_an_author_of_another_article_does_not_speak_in_this_one(talk: Talk) -> None:
    (named,) = talk("what does Stone say?", article="railway.txt")
    assert named.abstained
    assert named.lead == "I cannot tell what Stone says. The article names them here:"
    assert [quote.paragraph for quote in named.quotes] == [5, 5]
    (absent,) = talk("what does Finn say about the track?", article="railway.txt")
    assert absent.abstained
    assert absent.lead.startswith("Nobody called Finn wrote the article or is named in it.")


def test_whom_an_article_quotes_is_told(talk: Talk) -> None:
    (reply,) = talk("who is quoted?", article="market.txt")
    assert reply.lead == "Stone reports Milo Arden and Petra Voss:"
    assert [quote.voice for quote in reply.quotes] == ["reported:Milo Arden", "reported:Petra Voss"]


@pytest.mark.parametrize(
    "question", ["what do the commenters think?", "are there any comments?", "read me the comments"]
)
def test_comments_below_an_article_are_not_quoted(talk: Talk, question: str) -> None:
    (reply,) = talk(question, article="market.txt")
    assert reply.abstained
    assert (reply.lead, reply.quotes) == (wording.NO_COMMENTS, ())


def test_who_is_quoted_is_asked_of_the_article_of_the_conversation(talk: Talk) -> None:
    assert talk("who wrote the market article?", "who is quoted in it?")[1].lead.startswith("Stone reports Milo Arden")
    (which,) = talk("who is quoted?")
    assert which.lead.startswith("That depends on the article")


def test_a_misspelt_question_is_continued_as_it_was_understood(talk: Talk) -> None:
    assert leads(talk("who wrote the markte artcle?", "and the railway one?")) == [
        "It was written by Rhea Stone.",
        "It was written by Bruno Keller.",
    ]


def test_the_other_article_of_three_may_be_either_of_two(talk: Talk) -> None:
    (_, other) = talk("who wrote the market article?", "and the other one?")
    assert other.abstained
    assert other.lead.startswith("That depends on the article, and there are 2:")
    assert "Stone" not in other.lead


def test_what_an_article_says_in_general_is_its_thesis(talk: Talk) -> None:
    assert talk("who wrote the market article?", "what does it argue?")[1].lead == "Stone argues above all:"
    assert talk("what does Keller say?")[0].lead == "Keller argues above all:"


def test_nobody_is_not_somebody(talk: Talk) -> None:
    assert "nobody" not in talk("what does nobody say?")[0].lead
