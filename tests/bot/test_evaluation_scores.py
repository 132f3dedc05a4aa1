"""Scores of replies, worked out by hand, and question files that cannot be used."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from index.articles.parse import parse
from index.errors import UsageError

from bot.answering.reply.citations import quote
from bot.answering.types import Abstention, Answer, Question, Quote, Reply, Response
from bot.evaluation.questions import EvalQuestion, check_articles, read_questions
from bot.evaluation.report import as_line, table, to_json
from bot.evaluation.scoring import EvalResult, by_kind, judge, summary

# ¶1 has ten words, ¶2 eight and a dash, ¶3 five, the first with a ligature and the third with an apostrophe.
TEXT = """One two three four five six seven eight nine ten.

The ferry should stay free — as it was.

Oﬃce hours aren’t for ferries.
"""
ARTICLE = parse("ferry.txt", TEXT.encode())
ARTICLES = {ARTICLE.id: ARTICLE}


def quotes_of(*texts: str) -> tuple[Quote, ...]:
    return tuple(quote(ARTICLE, ARTICLE.text.index(text), ARTICLE.text.index(text) + len(text)) for text in texts)


def gold(paragraph: int, text: str, role: str = "must", replaces: Sequence[int] = ()) -> dict[str, Any]:
    return {"paragraph": paragraph, "quote": text, "role": role, "replaces": list(replaces)}


def item(*entries: Mapping[str, Any], answerable: bool | None = True, kind: str = "") -> EvalQuestion:
    return EvalQuestion("1", Question("?"), kind, answerable, entries)


def answer(*texts: str) -> Answer:
    return Answer("?", "It argues:", quotes_of(*texts), 0.9)


def abstention(*texts: str) -> Abstention:
    return Abstention("?", "It does not say.", quotes_of(*texts), 0.1, "closest")


def judged(question: EvalQuestion, reply: Reply, seconds: float = 1.0) -> EvalResult:
    return judge(question, Response(reply, ARTICLES), seconds)


TEN = "One two three four five six seven eight nine ten."
FERRY = "The ferry should stay free — as it was."
HOURS = "Office hours aren’t for ferries."


@pytest.mark.parametrize(
    ("quoted", "complete", "relevant"),
    [
        (TEN, True, 1),
        ("two three four five six seven eight", True, 1),  # 7 of the 10 words, which is enough
        ("two three four five six seven", False, 1),  # 6 of 10 are not enough, but relevant
        (FERRY, False, 0),  # another paragraph
    ],
)
def test_seventy_percent_of_the_words_cover_a_gold_quote(quoted: str, complete: bool, relevant: int) -> None:
    result = judged(item(gold(1, TEN)), answer(quoted))
    assert (result.complete, result.hit, result.relevant) == (complete, complete, relevant)


def test_words_in_another_order_do_not_cover_a_gold_quote() -> None:
    backwards = "ten nine eight seven six five four three two one"
    assert judged(item(gold(1, backwards)), answer(TEN)).hit is False


def test_case_punctuation_ligatures_and_apostrophes_do_not_matter() -> None:
    assert judged(item(gold(3, "OFFICE, HOURS! AREN'T; FOR: FERRIES?")), answer(HOURS)).complete is True
    # Without normalisation of the ligature, one of the two words would be missing.
    assert judged(item(gold(3, "oﬃce hours")), answer("Office hours")).complete is True


def test_a_dash_is_not_counted_as_a_word() -> None:
    assert judged(item(), answer(FERRY)).words == 8


@pytest.mark.parametrize(
    ("quoted", "complete", "hit"),
    [((TEN, FERRY), True, True), ((TEN,), False, True), ((HOURS,), True, True), ((HOURS[:12],), False, False)],
)
def test_an_acceptable_gold_quote_covers_those_that_it_replaces(
    quoted: tuple[str, ...], complete: bool, hit: bool
) -> None:
    question = item(gold(1, TEN), gold(2, FERRY), gold(3, HOURS, "ok", (0, 1)))
    result = judged(question, answer(*quoted))
    assert (result.complete, result.hit) == (complete, hit)


def test_an_abstention_covers_nothing_but_its_quotes_are_checked() -> None:
    result = judged(item(gold(1, TEN, "ok")), abstention(TEN, FERRY))
    assert (result.abstained, result.quotes, result.exact) == (True, 2, 2)
    assert (result.complete, result.hit, result.words, result.relevant) == (False, False, 0, 0)


def test_quotes_that_are_not_verbatim_are_counted_in_abstentions_too() -> None:
    (good,) = quotes_of(TEN)
    bad = Quote(good.article, good.paragraph, "One two", good.voice, good.start, good.end)
    results = [judged(item(), answer(TEN)), judged(item(), Abstention("?", "No.", (bad,), 0.1, "closest"))]
    assert summary(results)["quote_exactness"] == 0.5


def test_without_gold_nothing_is_measured() -> None:
    result = judged(item(answerable=None), answer(TEN))
    assert (result.complete, result.hit) == (None, None)
    figures = summary([result])
    assert figures["score"] is figures["evidence_recall"] is figures["balanced_abstention"] is None


def test_the_figures_of_a_run() -> None:
    results = [
        judged(item(gold(1, TEN), kind="a"), answer(TEN, FERRY), 4.0),  # complete; 1 of 2 quotes relevant; 18 words
        judged(item(gold(1, TEN), gold(2, FERRY), kind="a"), answer(TEN), 1.0),  # a hit; 10 words
        judged(item(gold(1, TEN), kind="b"), abstention(FERRY), 3.0),  # a false abstention
        judged(item(answerable=False, kind="b"), abstention(), 2.0),  # a true one
    ]
    figures = summary(results)
    assert figures["questions"] == 4
    assert figures["evidence_recall"] == figures["evidence_recall_120_words"] == pytest.approx(1 / 3)
    assert figures["hit_rate"] == pytest.approx(2 / 3)
    assert figures["quote_precision"] == pytest.approx(2 / 3)
    assert figures["quote_exactness"] == 1
    assert figures["true_abstain"] == 1
    assert figures["false_abstain"] == pytest.approx(1 / 3)
    assert figures["balanced_abstention"] == pytest.approx((1 + 2 / 3) / 2)
    assert figures["words_quoted_median"] == 14
    assert (figures["seconds_median"], figures["seconds_p95"]) == (2.5, 4.0)
    assert figures["score"] == pytest.approx(2 * (1 / 3) * (5 / 6) / (1 / 3 + 5 / 6))  # 10/21
    assert [(kind, totals["questions"]) for kind, totals in by_kind(results).items()] == [("a", 2), ("b", 2)]
    lines = list(table(results))
    assert any(line.split() == ["score", "0.476"] for line in lines)
    assert any(line.split() == ["a", "2", "50.0%", "100.0%", "66.7%", "0.0%"] for line in lines)


def test_answers_of_more_than_120_words_do_not_count_for_the_score() -> None:
    long = parse("long.txt", ("word " * 121 + "end.\n").encode())
    start = long.text.index("word")
    whole = quote(long, start, long.text.index("end.") + 4)
    question = EvalQuestion("1", Question("?"), "", True, (gold(1, "word end"),))
    result = judge(question, Response(Answer("?", "It argues:", (whole,), 0.9), {long.id: long}), 1.0)
    figures = summary([result])
    assert (figures["evidence_recall"], figures["evidence_recall_120_words"], figures["score"]) == (1, 0, 0.0)


def test_the_score_is_zero_without_evidence_and_one_kind_of_question_is_enough() -> None:
    assert summary([judged(item(gold(1, TEN)), abstention())])["score"] == 0.0
    assert summary([judged(item(answerable=False), abstention())])["score"] == 0.0  # no evidence was found
    only_answerable = summary([judged(item(gold(1, TEN)), answer(TEN))])
    assert (only_answerable["balanced_abstention"], only_answerable["score"]) == (1, 1)


@pytest.mark.parametrize(("n", "p95", "p99"), [(1, 1, 1), (20, 19, 20), (40, 38, 40), (100, 95, 99), (152, 145, 151)])
def test_percentiles_use_the_nearest_rank(n: int, p95: int, p99: int) -> None:
    figures = summary([judged(item(), answer(TEN), float(seconds)) for seconds in range(n, 0, -1)])
    assert (figures["seconds_p95"], figures["seconds_p99"]) == (p95, p99)


def write_lines(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_all_fields_of_a_question_file_are_read(tmp_path: Path) -> None:
    turns = [{"role": "user", "text": "before?"}, {"role": "assistant", "text": "yes"}]
    first = {"id": "q1", "question": "why?", "history": turns, "kind": "k", "answerable": True, "gold": [gold(1, "x")]}
    path = write_lines(
        tmp_path / "q.jsonl", "\ufeff" + json.dumps(first), "", '{"question": "and?", "id": null, "kind": null}'
    )
    one, two = read_questions(path)
    assert (one.id, one.question.text, one.kind, one.answerable, one.line) == ("q1", "why?", "k", True, 1)
    assert [(turn.role, turn.text) for turn in one.question.history] == [("user", "before?"), ("bot", "yes")]
    assert one.gold[0]["quote"] == "x"
    assert (two.id, two.kind, two.answerable, two.gold, two.line) == ("3", "", None, (), 3)


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085"])
def test_a_line_separator_inside_a_string_does_not_end_the_line(tmp_path: Path, mark: str) -> None:
    path = write_lines(tmp_path / "q.jsonl", f'{{"question": "why a{mark}b?"}}', '{"question": "and?"}')
    assert [item.question.text for item in read_questions(path)] == [f"why a{mark}b?", "and?"]


def test_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{"question": "why?"}\r\n\r\n{"question": "and?"}\r\n')
    assert [item.line for item in read_questions(path)] == [1, 3]


@pytest.mark.parametrize(
    "line",
    [
        "why?",
        "[]",
        "1",
        '{"id": "1"}',
        '{"question": 1}',
        '{"question": "?", "article": 1}',
        '{"question": "?", "history": "x"}',
        '{"question": "?", "history": [{"text": "x"}]}',
        '{"question": "?", "answerable": "yes"}',
        '{"question": "?", "gold": ["x"]}',
        '{"question": "?", "gold": 1}',
        '{"question": "?", "gold": [{"quote": "x"}]}',
        '{"question": "?", "gold": [{"paragraph": "1", "quote": "x"}]}',
        '{"question": "?", "gold": [{"paragraph": 1, "quote": null}]}',
        '{"question": "?", "gold": [{"paragraph": 1, "quote": "x", "replaces": 0}]}',
        '{"question": "?", "gold": [{"paragraph": 1, "quote": "x", "replaces": ["0"]}]}',
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_an_error_names_the_line_that_is_not_a_question(tmp_path: Path, line: str) -> None:
    path = write_lines(tmp_path / "q.jsonl", '{"question": "why?"}', line)
    with pytest.raises(UsageError, match=r"^Line 2 of .*q\.jsonl is not a question\."):
        read_questions(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\n \n", "contains no questions"), (b"\xff\xfe", "it is not UTF-8 text"), (None, "No such file")],
)
def test_an_error_says_why_a_file_cannot_be_used(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "q.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=reason):
        read_questions(path)


def test_check_articles_names_the_line_with_an_unknown_article(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "q.jsonl",
        '{"question": "?"}',
        '{"question": "?", "article": "ferry.txt"}',
        '{"question": "?", "article": "nope"}',
    )
    items = read_questions(path)
    check_articles(path, items[:2], [ARTICLE])
    with pytest.raises(UsageError, match=r"^Line 3 of .*q\.jsonl: No article is called “nope”"):
        check_articles(path, items, [ARTICLE])
    check_articles(path, items, [ARTICLE], only="ferry.txt")
    with pytest.raises(UsageError, match=r"^No article is called “other”"):
        check_articles(path, items, [ARTICLE], only="other")


def test_an_answer_as_json_has_the_documented_fields() -> None:
    fields = to_json(Response(answer(TEN), ARTICLES), 0.1234, "q1")
    assert fields == {
        "id": "q1",
        "question": "?",
        "abstained": False,
        "degree": "answers",
        "certainty": 0.9,
        "text": f'It argues:\n\n> "{TEN}" — ¶1',
        "quotes": [
            {"article": "ferry.txt", "paragraph": 1, "text": TEN, "voice": "author", "start": 0, "end": len(TEN)}
        ],
        "reader": "extractive",
        "seconds": 0.1234,
    }
    assert "id" not in to_json(Response(answer(TEN), ARTICLES), 0.1)


def test_as_line_escapes_control_characters_and_line_separators_without_loss() -> None:
    value = {"text": "a\u2028b\u0085c\x1bd\x9be\x7ff\ud800g\u202eh — ¶7 é 🤔"}
    line = as_line(value)
    assert json.loads(line) == value
    assert line.splitlines() == [line]
    assert not {"\x1b", "\x9b", "\x7f", "\ud800", "\u202e"} & set(line)
    assert "— ¶7 é 🤔" in line
