"""Names of authors are replaced in questions, as they do not help to find the sentence that answers."""

import pytest

from bot.answering.answerer import Answerer
from bot.answering.question.names import replace_authors
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
