"""How far a question depends on the exchange before it."""

import pytest

from index.store.manifest import ArticleEntry

from bot.answering.question import follow_ups
from bot.answering.question.choice import Choice, choose_articles
from bot.answering.question.follow_ups import context_dependence, find_subject
from bot.answering.types import Turn

ENTRIES = tuple(ArticleEntry(f"{n}.txt", "0", None, (), f"202{n}", 100, 5, 3, 10) for n in range(3))
HISTORY = tuple(Turn("user", f"and when was it written, {n}?") for n in range(8))


def test_a_question_depends_less_on_its_context_the_more_content_it_has() -> None:
    assert context_dependence("and?", 0) == 1.0
    assert context_dependence("is it safe", 1) > context_dependence("is it safe to swim in the harbour at night", 5) > 0
    assert (
        context_dependence("and the ferry to the northern islands", 3)
        > context_dependence("does he own the ferry", 2)
        > 0
    )
    assert (
        context_dependence("Who owns the ferry", 2)
        > 0.0
        == context_dependence("Who owns the ferry to the northern islands", 4)
    )


@pytest.mark.parametrize(
    ("question", "parsed"), [("how many articles do you have?", 1), ("who wrote it?", 1 + follow_ups.MAX_DEPTH)]
)
def test_the_questions_before_are_read_only_where_they_matter_and_not_all(
    monkeypatch: pytest.MonkeyPatch, question: str, parsed: int
) -> None:
    texts: list[str] = []

    def record(text: str, entries: tuple[ArticleEntry, ...]) -> Choice:
        texts.append(text)
        return choose_articles(text, entries)

    monkeypatch.setattr(follow_ups, "choose_articles", record)
    assert find_subject(question, HISTORY, ENTRIES, None).kinds
    assert len(set(texts)) == parsed
