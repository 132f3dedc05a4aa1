"""Questions of public sets: labelled windows, without what is held out or measured with."""

import json
from pathlib import Path

import pytest

from training.reader.examples import MUST, NONE, Asked
from training.reader.public import clapnq, public, squad

from bot.answering.evidence.windows import WINDOW_WORDS

FERRY = "The council sold the ferry. It paid four million crowns. Nobody objected."
BRIDGE = "A bridge costs more than a ferry. The council wants one."
MEASURED = "This paragraph is used to measure. It must not be learned."


def question(text: str, context: str, answer: str | None) -> dict[str, object]:
    answers = [] if answer is None else [{"answer_start": context.index(answer), "text": answer}]
    return {"question": text, "is_impossible": answer is None, "answers": answers}


def article(title: str, *paragraphs: tuple[str, list[dict[str, object]]]) -> dict[str, object]:
    return {"title": title, "paragraphs": [{"context": context, "qas": qas} for context, qas in paragraphs]}


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """The folder of all sets, each with a few invented questions."""
    articles = [
        article(
            "ferries",
            (FERRY, [question("What did it pay?", FERRY, "four"), question("Who objected?", FERRY, None)]),
            (BRIDGE, [question("What does a bridge cost more than?", BRIDGE, "a ferry")]),
            (MEASURED, [question("What is it used for?", MEASURED, "measure")]),
        ),
        article("held out", (BRIDGE, [question("Who wants one?", BRIDGE, "The council wants")])),
    ]
    for name in ("squad2", "selqa", "clapnq", "xquad"):
        (tmp_path / name).mkdir()
    (tmp_path / "squad2/dev.json").write_text(json.dumps({"data": articles}), encoding="utf-8")
    xquad = {"data": [{"paragraphs": [{"context": MEASURED.replace(". ", ".\n ")}]}]}
    (tmp_path / "xquad/xquad.en.json").write_text(json.dumps(xquad), encoding="utf-8")
    selqa = [
        {"question": f"Question {n}?", "candidates": ["It rains.", "It snows."], "answers": [n % 2]} for n in range(2)
    ]
    (tmp_path / "selqa/all.json").write_text(json.dumps(selqa), encoding="utf-8")
    for name, chosen in (("answerable", ["It snows. &"]), ("unanswerable", [])):
        lines = [
            json.dumps(
                {
                    "input": f"{name} {n}?",
                    "passages": [{"sentences": ["It rains. ", " ", "It snows."]}],
                    "output": [{"selected_sentences": chosen}],
                }
            )
            for n in range(2)
        ]
        (tmp_path / f"clapnq/dev_{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def hold_out_the_second(name: str, position: int) -> bool:
    return name != "selqa" and position == 1


@pytest.fixture
def found(sets: Path) -> dict[str, list[Asked]]:
    """The questions of each set, without every second group."""
    by_set: dict[str, list[Asked]] = {}
    for one in public(sets, hold_out_the_second):
        by_set.setdefault(one.folder, []).append(one)
    return by_set


def worth(one: Asked) -> dict[str, float]:
    return {
        sentence: value
        for window in one.windows
        for sentence, value in zip(window.sentences, window.worth, strict=True)
    }


def test_all_sets_are_read_without_what_is_held_out(found: dict[str, list[Asked]]) -> None:
    assert {name: len(asked) for name, asked in found.items()} == {"squad2": 3, "selqa": 2, "clapnq": 2}
    assert [one.question for one in found["clapnq"]] == ["answerable 0?", "unanswerable 0?"]
    assert len({one.id for asked in found.values() for one in asked}) == 7


def test_paragraphs_that_the_benchmark_contains_are_left_out(found: dict[str, list[Asked]]) -> None:
    sentences = {sentence for one in found["squad2"] for sentence in worth(one)}
    assert "Nobody objected." in sentences
    assert not any("measure" in sentence for sentence in sentences)


def test_the_sentence_with_the_answer_is_labelled(found: dict[str, list[Asked]]) -> None:
    paid, objected, _ = found["squad2"]
    assert paid.answerable
    assert {sentence for sentence, value in worth(paid).items() if value == MUST} == {"It paid four million crowns."}
    assert not objected.answerable
    assert set(worth(objected).values()) == {NONE}


def test_an_answered_question_also_gets_the_paragraph_that_is_most_like_it(found: dict[str, list[Asked]]) -> None:
    paid, objected, _ = found["squad2"]
    assert [window.sentences[0] for window in paid.windows] == [FERRY.partition(" It")[0], BRIDGE.partition(" The")[0]]
    assert len(objected.windows) == 1


def test_the_labels_of_the_other_sets_are_taken_over(found: dict[str, list[Asked]]) -> None:
    assert [worth(one) for one in found["selqa"]] == [
        {"It rains.": MUST, "It snows.": NONE},
        {"It rains.": NONE, "It snows.": MUST},
    ]
    answered, unanswered = found["clapnq"]
    assert list(worth(answered).values()) == [NONE, MUST]
    assert list(worth(unanswered).values()) == [NONE, NONE]
    assert (answered.answerable, unanswered.answerable) == (True, False)


def test_long_paragraphs_are_cut_into_windows_with_the_sentence_before(sets: Path) -> None:
    long = " ".join(["rain"] * (WINDOW_WORDS - 1))
    items = [{"question": "Why?", "candidates": [long, "It rains.", "It snows."], "answers": [2]}]
    (sets / "selqa/all.json").write_text(json.dumps(items), encoding="utf-8")
    (one,) = [one for one in public(sets, lambda *_: False) if one.folder == "selqa"]
    assert [window.sentences for window in one.windows] == [(long,), ("It rains.", "It snows.")]
    assert [window.before for window in one.windows] == ["", long]
    assert [window.worth for window in one.windows] == [(NONE,), (NONE, MUST)]


def test_squad_and_clapnq_can_be_read_alone(sets: Path) -> None:
    rows = list(squad(sets / "squad2/dev.json", lambda text: text == FERRY))
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("ferries", "What does a bridge cost more than?", 0),
        ("ferries", "What is it used for?", 0),
        ("held out", "Who wants one?", 1),
    ]
    assert [(asked, marked) for asked, _, marked in clapnq(sets)] == [
        ("answerable 0?", {1}),
        ("unanswerable 0?", set()),
        ("answerable 1?", {1}),
        ("unanswerable 1?", set()),
    ]
