"""The figures that `eval` prints, for constructed replies."""

import json
from pathlib import Path

import pytest

from index.articles.article import Article
from index.articles.parse import parse
from index.errors import UsageError

from bot.answering.types import Abstention, Answer, Degree, Quote, Reply, Response
from bot.evaluation.questions import EvalQuestion, read_questions
from bot.evaluation.report import table
from bot.evaluation.scoring import by_degree, judge, summary

ARTICLE = parse("a.txt", b"The ferry sails twice a day.\n\nIt costs four crowns. Nobody was asked.\n")
ARTICLES: dict[str, Article] = {"a.txt": ARTICLE}


def quoted(text: str, paragraph: int) -> Quote:
    start = ARTICLE.text.index(text)
    return Quote("a.txt", paragraph, text, "author", start, start + len(text))


def answer(text: str, paragraph: int, certainty: float = 0.9) -> Reply:
    return Answer("?", "The author argues:", (quoted(text, paragraph),), certainty)


def abstention(certainty: float, degree: Degree = "not_addressed") -> Reply:
    return Abstention("?", "No.", (), certainty, degree)


@pytest.fixture
def items(tmp_path: Path) -> list[EvalQuestion]:
    path = tmp_path / "questions.jsonl"
    gold = [{"paragraph": 2, "quote": "It costs four crowns", "role": "must"}]
    lines = [
        {"id": "1", "question": "how much?", "kind": "direct", "answerable": True, "gold": gold},
        {"id": "2", "question": "how long?", "kind": "near_miss", "answerable": False, "gold": []},
        {"id": "3", "question": "what for?", "kind": "near_miss", "answerable": False, "gold": []},
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return read_questions(path)


def figures(items: list[EvalQuestion], *replies: Reply) -> dict[str, float | int | None]:
    return summary([judge(item, Response(reply, ARTICLES), 0.1) for item, reply in zip(items, replies, strict=True)])


def test_right_answers_and_abstentions_score_one(items: list[EvalQuestion]) -> None:
    totals = figures(items, answer("It costs four crowns.", 2), abstention(0.1), abstention(0.2, "closest"))
    assert (totals["score"], totals["evidence_recall"], totals["quote_precision"]) == (1, 1, 1)
    assert (totals["true_abstain"], totals["false_abstain"], totals["certainty_auroc"]) == (1, 0, 1)


def test_wrong_sentences_score_zero(items: list[EvalQuestion]) -> None:
    totals = figures(items, answer("Nobody was asked.", 2), answer("Nobody was asked.", 2), abstention(0.2))
    assert (totals["evidence_recall"], totals["hit_rate"], totals["quote_precision"]) == (0, 0, 0)
    assert totals["true_abstain"] == 0.5


@pytest.mark.parametrize(("certainty", "auroc"), [(0.9, 1.0), (0.5, 0.75), (0.4, 0.5), (0.1, 0.0)])
def test_auroc_is_the_share_of_pairs_in_the_right_order(
    items: list[EvalQuestion], certainty: float, auroc: float
) -> None:
    totals = figures(items, answer("It costs four crowns.", 2, certainty), abstention(0.3), abstention(0.5))
    assert totals["certainty_auroc"] == auroc


def test_degrees_are_counted_with_their_share_of_right_answers(items: list[EvalQuestion]) -> None:
    replies = [answer("It costs four crowns.", 2), answer("Nobody was asked.", 2), abstention(0.2, "closest")]
    degrees = by_degree(
        [judge(item, Response(reply, ARTICLES), 0.1) for item, reply in zip(items, replies, strict=True)]
    )
    assert degrees["answers"] == {"questions": 2, "answerable": 0.5, "hit_rate": 0.5}
    assert degrees["closest"] == {"questions": 1, "answerable": 0.0, "hit_rate": None}
    assert degrees["not_addressed"]["questions"] == 0


def test_the_table_shows_each_degree_and_kind(items: list[EvalQuestion]) -> None:
    replies = [answer("It costs four crowns.", 2), abstention(0.1), abstention(0.2)]
    text = "\n".join(table([judge(i, Response(r, ARTICLES), 0.1) for i, r in zip(items, replies, strict=True)]))
    for row in ("answers             1      100.0%  100.0%", "not_addressed       2        0.0%       –", "near_miss"):
        assert row in text


def test_an_error_names_the_line_that_is_not_a_question(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "why?"}\n{"question": 3}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="Line 2"):
        read_questions(path)
