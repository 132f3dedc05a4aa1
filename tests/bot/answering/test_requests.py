"""What people ask of a library of articles, asked of two small articles with the packaged models."""

from collections.abc import Callable, Iterator

import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker
from bot.answering.reply.citations import verify
from bot.answering.reply.wording import as_text
from bot.answering.types import Question, Response, Turn

from tests.support.fakes import check_in_process

LIGHTHOUSE = """Keep the lighthouse keepers

By Agnes Tull

4 February 2021

The harbour board of Veldmark wants to send the last two lighthouse keepers home and put a lamp on a timer.

I think that a keeper sees what a lamp cannot, and the fishermen of Veldmark know it better than the board.

In 2009 the keeper Jonas saw the trawler Marigold drift without lights, and he called the lifeboat in time.

Critics say that a keeper costs 60,000 crowns a year, and that satellites have made him a costly ornament.

Pilger, who writes in these pages, calls the keepers a museum. A museum does not answer the radio at night.

So pay the keepers, and let the board save its crowns on its own dinners.
"""
SATELLITES = """Satellites do not sleep

By Otto Pilger

11 March 2021

A satellite watches every ship in the strait, and it never asks for a pension or a warm stove.

Tull wants to keep two men on a rock because their fathers sat there. That is a memory and no safety plan.

The board should spend the crowns on radios for every boat, and should do so before the winter.
"""
Ask = Callable[..., Response]


@pytest.fixture(scope="module")
def ask(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    root = tmp_path_factory.mktemp("requests")
    (root / "articles").mkdir()
    (root / "articles" / "keepers.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    (root / "articles" / "satellites.txt").write_text(SATELLITES, encoding="utf-8")
    publisher = FolderPublisher(root / "index", check_in_process)
    rebuild(root / "articles", publisher, model_identity(None), lambda: embedder)
    with LiveIndex(publisher, model_identity(None)) as live:
        answerer = Answerer(live, embedder, load_reranker(SMALL))

        def run(text: str, article: str | None = "keepers.txt", history: tuple[Turn, ...] = ()) -> Response:
            response = answerer.ask(Question(text, history, article=article))
            for quote in response.reply.quotes:
                verify(response.articles[quote.article], quote)
            return response

        yield run


def test_the_library_says_how_many_articles_it_has_by_whom_and_which(ask: Ask) -> None:
    assert ask("how many articles do you have?", None).reply.lead == "I have read 2 articles by 2 authors."
    authors = ask("which authors do you know?", None).reply.lead
    assert authors == "I have read articles by Agnes Tull (1 article); Otto Pilger (1 article)."
    titles = "“Keep the lighthouse keepers” by Agnes Tull (2021-02-04)"
    assert (
        ask("what articles by Tull do you have?", None).reply.lead == f"I have read 1 article by Agnes Tull: {titles}."
    )
    assert "“Satellites do not sleep”" in ask("what do you know?", None).reply.lead


def test_the_article_that_was_published_first_is_the_oldest(ask: Ask) -> None:
    first = ask("which article was published first?", None).reply.lead
    assert first == "The oldest article is “Keep the lighthouse keepers” by Agnes Tull (2021-02-04)."
    last = ask("which article was published last?", None).reply.lead
    assert last == "The newest article is “Satellites do not sleep” by Otto Pilger (2021-03-11)."


def test_articles_of_a_year_or_a_country_are_by_nobody(ask: Ask) -> None:
    for question in ("how many articles from 2019 do you have?", "how many articles from Norway do you have?"):
        assert "no article by" not in ask(question, None).reply.lead


def test_points_are_divided_among_the_articles(ask: Ask) -> None:
    reply = ask("summarise all articles in 4 bullet points", None).reply
    assert reply.lead == "In short, article by article:"
    assert len(reply.quotes) == 4


def test_how_many_articles_are_not_shown_is_told_in_the_lead(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.answering.reply.about.requests._MAX_EACH", 1)
    lead = ask("summarise all articles", None).reply.lead
    assert lead == "In short, article by article (1 more article is not shown):"
    assert ask("who wrote both articles?", None).reply.lead.endswith("Agnes Tull. (1 more article is not shown.)")


def test_a_title_or_file_name_chooses_the_article(ask: Ask) -> None:
    for question in (
        "Who wrote Satellites do not sleep?",
        "who wrote satellites.txt",
        "who wrote the satellites article",
    ):
        assert ask(question, None).reply.lead == "It was written by Otto Pilger."
    about = ask("Summarize Keep the lighthouse keepers", None).reply
    assert about.degree == "answers"
    assert {quote.article for quote in about.quotes} == {"keepers.txt"}
    unclear = ask("who wrote this?", None).reply
    assert unclear.abstained
    assert "Tull" in unclear.lead
    assert "Pilger" in unclear.lead


def test_an_author_who_is_asked_about_another_speaks(ask: Ask) -> None:
    assert {q.article for q in ask("What does Pilger say about Tull?", None).reply.quotes} == {"satellites.txt"}
    assert {q.article for q in ask("what does tull say about pilger", None).reply.quotes} == {"keepers.txt"}


def test_somebody_whom_no_article_names_cannot_speak(ask: Ask) -> None:
    one = ask("What does Kessler say about the keepers?").reply
    assert one.lead.startswith("Nobody called Kessler wrote the article or is named in it.")
    assert one.abstained
    several = ask("What does Kessler say about the keepers?", None).reply
    assert several.lead.startswith("Nobody called Kessler wrote one of the articles or is named in one.")
    assert several.abstained


def test_a_paragraph_is_read_by_its_number(ask: Ask) -> None:
    reply = ask("What does paragraph 6 say?").reply
    assert reply.lead == "¶6:"
    assert [quote.paragraph for quote in reply.quotes] == [6]
    assert reply.quotes[0].text.startswith("In 2009 the keeper Jonas")
    assert [quote.paragraph for quote in ask("read me the last paragraph").reply.quotes] == [9]
    assert {quote.paragraph for quote in ask("paragraphs 4 to 6 please").reply.quotes} == {4, 5, 6}
    missing = ask("what does paragraph 40 say?").reply
    assert missing.abstained
    assert missing.lead == "The article has 9 paragraphs, numbered from 1."


def test_the_head_of_an_article_is_read_as_a_byline(ask: Ask) -> None:
    reply = ask("read paragraph 2").reply
    assert reply.lead == "¶2 is the head of the article:"
    assert [quote.voice for quote in reply.quotes] == ["byline"]


def test_the_beginning_and_the_ending_are_quoted(ask: Ask) -> None:
    first = ask("Quote the first sentence").reply
    assert [quote.paragraph for quote in first.quotes] == [4]
    assert ask("how does it begin?").reply.lead == "Tull begins with this:"
    assert ask("what is the last sentence?").reply.quotes[0].text.startswith("So pay the keepers")


def test_words_are_counted_in_any_inflection_as_whole_words(ask: Ask) -> None:
    reply = ask("How many times does she mention the keepers?").reply
    assert reply.lead == "“keepers” occurs 6 times in the article, in ¶4, ¶5, ¶6, ¶7, ¶8, ¶9."
    assert ask("does she mention Marigold?").reply.lead == "Yes: “Marigold” occurs once in the article, in ¶6."
    assert ask("how often is the king mentioned?").reply.lead == "The article does not mention the word “king”."


def test_a_name_that_does_not_occur_is_not_mentioned_also_in_a_follow_up(ask: Ask) -> None:
    first = ask("Does she mention Iceland?")
    assert first.reply.lead == "The article does not mention Iceland."
    assert first.reply.abstained
    history = (Turn("user", "Does she mention Iceland?"), Turn("bot", as_text(first)))
    assert ask("and Norway?", history=history).reply.lead == "The article does not mention Norway."
    assert ask("and Veldmark?", history=history).reply.lead.startswith("Yes: “Veldmark” occurs twice")


def test_the_articles_that_mention_a_word_are_told_apart(ask: Ask) -> None:
    lead = ask("which article mentions the stove?", None).reply.lead
    assert lead == "“stove” occurs once, in “Satellites do not sleep”."
    lead = ask("how often are crowns mentioned?", None).reply.lead
    assert lead == "“crowns” occurs 3 times: twice in “Keep the lighthouse keepers”; once in “Satellites do not sleep”."


@pytest.mark.parametrize("question", ["And Iceland?", "What about Kessler?", "what about iceland?"])
def test_a_follow_up_on_a_name_that_is_not_there_is_not_answered(ask: Ask, question: str) -> None:
    first = "What does she say about Veldmark?"
    history = (Turn("user", first), Turn("bot", as_text(ask(first))))
    assert ask(question, history=history).reply.abstained


def test_a_translation_is_declined_with_the_original(ask: Ask) -> None:
    reply = ask("Translate paragraph 6 into German").reply
    assert reply.lead == "I quote the author's own words and do not translate them. ¶6:"
    assert [quote.paragraph for quote in reply.quotes] == [6]
    assert reply.abstained
    thesis = ask("translate the main argument into Spanish").reply
    assert thesis.lead.startswith("I quote the author's own words and do not translate them.")
    assert thesis.quotes


def test_opposing_views_are_those_that_the_article_reports(ask: Ask) -> None:
    reply = ask("What is the strongest counterargument to her position?").reply
    assert [quote.paragraph for quote in reply.quotes] == [7]
    assert all(quote.voice.startswith("reported:") for quote in reply.quotes)
    assert reply.abstained
    none = ask("what are the weaknesses of his argument?", "satellites.txt").reply
    assert none.lead.startswith("I find no counterargument in the article")
    assert none.quotes == ()


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("do you agree with her?", "I have no opinion of my own"),
        ("what does she not say?", "I quote what an article says, and cannot tell what it leaves out."),
        ("https://example.org/keepers", "I cannot open links"),
    ],
)
def test_what_the_bot_does_not_do_is_said_in_one_line(ask: Ask, question: str, lead: str) -> None:
    reply = ask(question).reply
    assert reply.lead.startswith(lead)
    assert reply.quotes == ()
    assert reply.abstained


def test_an_address_before_a_question_is_left_out(ask: Ask) -> None:
    reply = ask("https://example.org/keepers What did the keeper Jonas see?").reply
    assert any("Marigold" in quote.text for quote in reply.quotes)


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("Summarize the article in 4 bullet points", 4),
        ("tl;dr in one sentence", 1),
        ("sum it up in 25 words", 1),
        ("Summarize Tull's article", 3),
    ],
)
def test_a_summary_has_the_length_that_is_asked_for_and_one_lead(ask: Ask, question: str, quotes: int) -> None:
    reply = ask(question).reply
    assert reply.lead == "In short:"
    assert len(reply.quotes) == quotes


def test_two_questions_are_both_answered(ask: Ask) -> None:
    reply = ask("Who wrote this and what did the keeper Jonas see?").reply
    assert reply.lead.startswith("It was written by Agnes Tull.")
    assert any("Marigold" in quote.text for quote in reply.quotes)
    both = ask("1. What does a keeper cost a year? 2. What did the keeper Jonas see in 2009?").reply
    assert {6, 7} <= {quote.paragraph for quote in both.quotes}
    assert "first on “What does a keeper cost a year?”" in both.lead


def test_a_question_without_an_answer_among_several_is_named(ask: Ask) -> None:
    reply = ask("Who wrote this and what does she say about cricket in Australia?").reply
    assert "It was written by Agnes Tull." in reply.lead
    assert "I found no answer to “what does she say about cricket in Australia?”" in reply.lead


def test_the_name_that_is_counted_does_not_choose_the_articles(ask: Ask) -> None:
    assert ask("how often is Tull mentioned?", None).reply.lead == "“Tull” occurs once, in “Satellites do not sleep”."
    assert ask("does Tull mention Pilger?", None).reply.lead == "Yes: “Pilger” occurs once in the article, in ¶8."
    history = (Turn("user", "Does Pilger mention Iceland?"), Turn("bot", "The article does not mention Iceland."))
    assert ask("and Tull?", None, history).reply.lead == "Yes: “Tull” occurs once in the article, in ¶5."


def test_articles_about_a_subject_are_those_that_name_it(ask: Ask) -> None:
    lead = ask("is there an article about the stove?", None).reply.lead
    assert lead == "“stove” occurs once, in “Satellites do not sleep”."
