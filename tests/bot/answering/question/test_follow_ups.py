"""How far a question depends on the exchange before it."""

from bot.answering.question.follow_ups import context_dependence


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
