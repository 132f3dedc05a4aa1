"""Which articles a question names."""

import pytest

from index.store.manifest import ArticleEntry

from bot.answering.question.choice import asked_order, choose_articles, choose_scope


def entry(name: str, title: str | None, *authors: str, published: str | None = None) -> ArticleEntry:
    return ArticleEntry(name, "0", title, authors, published, 100, 5, 3, 10)


LIBRARY = (
    entry("2024/bridge-toll.md", "Make the bridge toll permanent", "Ida Marsh", published="2024-05-03"),
    entry("school.txt", "A school without bells", "Per Holm", published="2023-11-20"),
    entry("bells.txt", "The Bells", "Ida Marsh", published="2022"),
    entry("untitled.txt", None, "Will Price"),
    entry("letter-1.txt", "Harbour Letter No. 1", "Ada Quill"),
    entry("letter-12.txt", "Harbour Letter No. 12", "Ada Quill"),
)


def names(question: str) -> list[str]:
    return [article.id for article in choose_articles(question, LIBRARY).articles]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("who wrote Make the bridge toll permanent?", "2024/bridge-toll.md"),
        ("who wrote make the bridge toll permanent", "2024/bridge-toll.md"),
        ("when was “A school without bells” published?", "school.txt"),
        ("summarise school without bells", "school.txt"),
        ("what is the toll article about?", "2024/bridge-toll.md"),
        ("how long is the bridge toll piece", "2024/bridge-toll.md"),
        ("who wrote The Bells?", "bells.txt"),
        ("who wrote bridge-toll.md?", "2024/bridge-toll.md"),
        ("who wrote bridge-toll", "2024/bridge-toll.md"),
        ("who wrote untitled.txt", "untitled.txt"),
        ("who wrote the article from November 2023?", "school.txt"),
        ("what is the piece of 3 May 2024 about?", "2024/bridge-toll.md"),
        ("what is the 2022 article about?", "bells.txt"),
        ("what does Harbour Letter No. 1 say about tolls?", "letter-1.txt"),
        ("what does harbour letter 12 say about tolls?", "letter-12.txt"),
        ("what does Holm say about bells?", "school.txt"),
        ("what does Per say about bells?", "school.txt"),
        ("What is Per's article about?", "school.txt"),
    ],
)
def test_a_title_file_name_date_or_author_names_an_article(question: str, article: str) -> None:
    assert names(question) == [article]


@pytest.mark.parametrize(
    "question",
    [
        "what did the bells cost?",
        "who built the bridge in May 2024?",
        "how much is it per crossing?",
        "will the price rise?",
        "why is a school like a factory?",
        "what happened in 2022?",
    ],
)
def test_a_question_that_shares_a_word_with_a_title_or_a_name_names_no_article(question: str) -> None:
    assert choose_scope(LIBRARY, question) == LIBRARY


def test_the_author_who_speaks_is_chosen_not_the_one_that_is_asked_about() -> None:
    assert names("What does Holm say about Marsh?") == ["school.txt"]
    assert names("What does Marsh think of Holm?") == ["2024/bridge-toll.md", "bells.txt"]
    assert len(names("Do Holm and Marsh agree about bells?")) == 3


def test_what_names_the_article_is_left_out_of_the_wording() -> None:
    assert choose_articles("Who wrote “Make the bridge toll permanent”?", LIBRARY).text == "Who wrote the article?"
    assert choose_articles("Summarise Marsh's article", LIBRARY).text == "Summarise his article"


@pytest.mark.parametrize(
    ("question", "chosen"),
    [
        ("who wrote the newest article?", ["2024/bridge-toll.md"]),
        ("summarise your oldest piece", ["bells.txt"]),
        ("who wrote the newest one?", ["2024/bridge-toll.md"]),
        ("what do the latest posts on the notice board say?", []),
        ("are the earliest essays about tides lost?", []),
        ("does Lindgren's earliest essays matter?", []),
        ("are newest articles better?", []),
    ],
)
def test_a_superlative_names_an_article_only_where_it_stands_alone(question: str, chosen: list[str]) -> None:
    assert names(question) == chosen


def test_the_shortest_one_may_be_something_else() -> None:
    assert choose_scope(LIBRARY, "which of the routes is the shortest one?") == LIBRARY
    assert [e.id for e in choose_scope(LIBRARY, "what does the newest article say of tolls?")] == [
        "2024/bridge-toll.md"
    ]


def test_a_whole_title_goes_before_the_place_that_it_seems_to_name() -> None:
    library = (entry("a.txt", "The Last Column", "Per Holm"), entry("b.txt", "Salt and Rope", "Ida Marsh"))
    assert [e.id for e in choose_articles("Who wrote The Last Column?", library).articles] == ["a.txt"]
    assert [e.id for e in choose_articles("who wrote the last article?", library).articles] == ["b.txt"]


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("which article was published first?", "oldest"),
        ("which article came last?", "newest"),
        ("which one was published most recently?", "newest"),
        ("which article is the most recent?", "most recent"),
        ("which article is the shortest?", "shortest"),
        ("which article is the finest?", ""),
    ],
)
def test_the_order_that_a_question_asks_for_is_not_guessed(question: str, order: str) -> None:
    assert asked_order(question) == order
