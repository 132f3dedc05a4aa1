"""Which article a name means: exact names first, then words of title, authors and path; never a guess."""

import pytest

from index.articles.lookup import find_article, missing_fields, missing_lines, name_of
from index.articles.parse import parse
from index.errors import UsageError

ARTICLES = tuple(
    parse(name, f"---\ntitle: {title}\nauthor: {author}\n---\n\nThe ferry stays.\n".encode())
    for name, title, author in (
        ("harbour/ferry.md", "The Ferry", "Jane Orlova"),
        ("town/ferry.md", "A Ferry Again", "Jane Orlova"),
        ("town/toll.md", "Who Pays the Toll", "Ann Bell"),
    )
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("harbour/ferry.md", "harbour/ferry.md"),
        ("toll.md", "town/toll.md"),
        ("TOLL.md", "town/toll.md"),
        ("the ferry", "harbour/ferry.md"),
        ("again", "town/ferry.md"),
        ("bell", "town/toll.md"),
        ("who pays", "town/toll.md"),
        ("“Who Pays the Toll” by Ann Bell", "town/toll.md"),
        ("“A Ferry Again”", "town/ferry.md"),
    ],
)
def test_a_name_finds_its_article(name: str, found: str) -> None:
    assert find_article(ARTICLES, name).id == found


def test_a_title_beats_a_word_of_another_title() -> None:
    other = parse("x.md", b"---\ntitle: The Ferry and I\n---\n\nThe ferry stays.\n")
    assert find_article((*ARTICLES, other), "The Ferry").id == "harbour/ferry.md"


@pytest.mark.parametrize("name", ["ferry.md", "orlova", "ferry"])
def test_a_name_of_several_articles_is_refused_with_their_paths(name: str) -> None:
    with pytest.raises(UsageError, match="articles match") as caught:
        find_article(ARTICLES, name)
    assert "harbour/ferry.md, town/ferry.md" in caught.value.hint


@pytest.mark.parametrize("name", ["erry.md", "nothing", "", "ll"])
def test_part_of_a_word_and_an_unknown_name_find_nothing(name: str) -> None:
    with pytest.raises(UsageError, match=r"^No article is called") as caught:
        find_article(ARTICLES, name, "Look again.")
    assert caught.value.hint == "Look again."


@pytest.mark.parametrize(
    ("front_matter", "name", "missing"),
    [
        ("title: The Ferry", "The Ferry", ["author", "date"]),
        ("author: Jane Orlova\ndate: 2024-03-14", "Jane Orlova’s article of 14 March 2024", ["title"]),
        ("author: [Jane Orlova, Ann Moss]", "Jane Orlova and Ann Moss’ article", ["title", "date"]),
        ("date: 2024-03", "the article of March 2024", ["title", "author"]),
        ("tags: ferry", "ferry.md", ["title", "author", "date"]),
    ],
)
def test_an_article_without_a_title_is_called_by_author_and_date(
    front_matter: str, name: str, missing: list[str]
) -> None:
    article = parse("ferry.md", f"---\n{front_matter}\n---\n\nthe ferry stays where it is.\n\nIt stays.\n".encode())
    assert (name_of(article), missing_fields(article)) == (name, missing)
    assert name_of(article) == "ferry.md" or find_article((article,), name) is article


def test_what_an_article_lacks_is_said_with_what_to_do() -> None:
    lines = missing_lines((*ARTICLES, parse("x.md", b"---\nauthor: Ann Bell\n---\n\nthe ferry stays.\n")))
    assert lines[1] == "harbour/ferry.md has no date."
    assert lines[-2] == "x.md has no title and no date."
    assert "byline edit" in lines[-1]
    assert missing_lines(()) == []
