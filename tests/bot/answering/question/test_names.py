"""Names of authors are replaced in questions, as they do not help to find the sentence that answers."""

import pytest

from bot.answering.answerer import Answerer
from bot.answering.question.names import KnownNames, asked_author, asked_speaker, replace_authors
from bot.answering.types import Question


@pytest.mark.parametrize(
    ("question", "author", "replaced"),
    [
        ("What does Orlova mean by that?", "Vera Orlova", "What does they mean by that?"),
        ("what does orlova mean?", "Vera Orlova", "what does they mean?"),
        ("Is Vera Orlova's fear justified?", "Vera Orlova", "Is their fear justified?"),
        ("What did Mr. Price say of the price of eggs?", "Noel Price", "What did they say of the price of eggs?"),
        ("Does the author's view differ from the writer's?", "Noel Price", "Does their view differ from their?"),
        ("What of the Orlovas and of Vera?", "Vera Orlova", "What of the Orlovas and of Vera?"),
        ("What does García-Ruiz (the elder) want?", "Ana García-Ruiz", "What does they (the elder) want?"),
    ],
)
def test_the_author_is_replaced_by_they(question: str, author: str, replaced: str) -> None:
    assert replace_authors(question, [author]) == replaced


def test_without_an_author_nothing_is_replaced() -> None:
    assert replace_authors("What does Orlova mean?", []) == "What does Orlova mean?"


def test_naming_the_author_changes_no_answer(answerer: Answerer) -> None:
    (author,) = (name for article in answerer.articles().values() for name in article.authors)
    for question in ("Why do {} expect no war?", "What do {} say about China?"):
        named, plain = (answerer.ask(Question(question.format(who))).reply for who in (author, "they"))
        assert named.quotes == plain.quotes
        assert named.degree == plain.degree


KNOWN = KnownNames(
    frozenset(("polish", "ferri", "oslo", "european", "union")),
    ("Ida Marsh",),
    "The European Union pays.",
    speakers=("Ida Marsh",),
)


@pytest.mark.parametrize(
    "question", ["And Iceland?", "what about iceland", "Does he blame Kessler?", "is NATO to blame?"]
)
def test_a_name_that_the_text_does_not_have_is_unknown(question: str) -> None:
    assert KNOWN.unknown_names(question)


@pytest.mark.parametrize(
    "question",
    [
        "And Oslo?",
        "what about Poland",
        "why does the EU pay?",
        "What does Marsh say?",
        "what are Marshs reasons?",
        "Thank you. Good. Why is it free?",
        "WHY IS THE FERRY FREE",
        "Should I care?",
        "Does he like South Oslo?",
        "Does Edda Marsh approve?",
    ],
)
def test_a_name_in_any_form_an_author_and_other_capitals_are_known(question: str) -> None:
    assert KNOWN.unknown_names(question) == []


def test_an_unknown_name_may_be_that_of_an_author_whose_full_name_is_not_known() -> None:
    unsigned = KnownNames(frozenset(("ferri", "china")), (), "The ferry.", may_have_others=True)
    assert unsigned.unknown_names("Why does Kessler like the ferry?") == []
    assert unsigned.unknown_speaker("What does Kessler say about the ferry?") == ""
    assert unsigned.unknown_names("What does Kessler say about Iceland and NATO?") == ["Iceland", "NATO"]


def test_a_speaker_that_nobody_is_called_is_unknown() -> None:
    assert KNOWN.unknown_speaker("What does Kessler say about the ferry?") == "Kessler"
    assert KNOWN.unknown_speaker("What does Marsh say about the ferry?") == ""
    assert KNOWN.unknown_speaker("What does she say about the ferry?") == ""
    assert asked_speaker("what does the author say") == ""


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("articles by Kessler", "Kessler"),
        ("how many articles by Ida Marsh do you have?", "Ida Marsh"),
        ("how many articles have been written by Kessler?", "Kessler"),
        ("what has Kessler written?", "Kessler"),
        ("how many articles from 2021 do you have?", ""),
        ("how many articles from May 2021 do you have?", ""),
        ("which articles from Norway do you have?", ""),
        ("which articles by 2021?", ""),
        ("any articles by May?", ""),
        ("what have I written?", ""),
        ("how many texts do you have written by Kessler?", "Kessler"),
    ],
)
def test_a_date_a_country_and_a_pronoun_are_no_authors(question: str, name: str) -> None:
    assert asked_author(question) == name
