"""The questions of a folder of articles: searched as the bot does, with all windows of their article, labelled."""

import json
import pickle
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from index.embedding import Embedder
from training.reader.examples import MUST, NONE, SUPPORTS, Asked, Window, load
from training.reader.fit import ask
from training.reader.prepare import held_out, searched, sort_by_promise

from bot.answering.evidence.network import ReaderNetwork
from bot.answering.evidence.reranker import PackagedReader
from bot.answering.types import UNREAD

PAID = "It paid four million crowns for the boat, less than half of what she had cost."
SOLD = "The council sold the ferry to a company from the mainland last spring."
PARAGRAPHS = (f"{SOLD} {PAID}", "Bees had a good year on the island, and nobody knows why.")
GOLD = [{"paragraph": 1, "quote": PAID, "role": "must"}, {"paragraph": 1, "quote": SOLD, "role": "may"}]
QUESTIONS = (
    {"id": "paid", "question": "How much does Roe say was paid for the ferry?", "kind": "direct", "gold": GOLD},
    {"id": "stance", "question": "Does the author like bees?", "kind": "stance", "stance": "yes", "gold": GOLD},
    {"id": "nothing", "question": "Who bought the bridge?", "kind": "near_miss", "stance": "?", "gold": GOLD},
    {"id": "metadata", "question": "Who wrote this?", "kind": "meta"},
)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one article and its questions."""
    folder = tmp_path_factory.mktemp("opinions") / "a"
    folder.mkdir()
    head = "---\ntitle: The Ferry\nauthor: Jane Roe\n---\n\n"
    (folder / "ferry.md").write_text(head + "\n\n".join(PARAGRAPHS) + "\n", encoding="utf-8")
    lines = [json.dumps({"answerable": item["id"] != "nothing", **item}) for item in QUESTIONS]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def asked(articles: Path, embedder: Embedder) -> dict[str, Asked]:
    return {one.id: one for one in searched(articles, embedder)}


def worth(one: Asked) -> dict[str, float]:
    return {
        sentence: value
        for window in one.windows
        for sentence, value in zip(window.sentences, window.worth, strict=True)
    }


def test_all_windows_are_labelled_with_the_most_similar_one_first(asked: dict[str, Asked]) -> None:
    paid = asked["paid"]
    assert worth(paid) == {SOLD: SUPPORTS, PAID: MUST, PARAGRAPHS[1]: NONE}
    assert max(paid.windows[0].worth) == MUST
    assert paid.answerable


def test_an_unanswerable_question_has_no_label(asked: dict[str, Asked]) -> None:
    assert not asked["nothing"].answerable
    assert set(worth(asked["nothing"]).values()) == {NONE}


def test_a_question_is_written_as_the_reader_gets_it(asked: dict[str, Asked]) -> None:
    assert asked["paid"].question == "How much does they say was paid for the ferry?"
    assert {one.folder for one in asked.values()} == {"a"}


def test_only_known_stances_are_kept(asked: dict[str, Asked]) -> None:
    assert {name: one.stance for name, one in asked.items() if one.stance} == {"stance": "yes"}


def test_half_of_two_public_sets_is_held_out() -> None:
    assert [held_out("squad2", n) for n in range(4)] == [False, True, False, True]
    assert [held_out("clapnq", n) for n in range(2)] == [False, True]
    assert not any(held_out("selqa", n) for n in range(4))


def test_the_windows_that_a_network_takes_for_an_answer_are_sorted_first(
    asked: dict[str, Asked], tmp_path: Path
) -> None:
    other = Window("", (PARAGRAPHS[1],), (NONE,))
    paid = asked["paid"]
    bearing = tuple(window for window in paid.windows if max(window.worth) == MUST)
    (tmp_path / "asked-a.pkl").write_bytes(pickle.dumps([replace(paid, windows=(other, *bearing))]))
    network = ReaderNetwork.load(Path(str(files("bot.answering.evidence") / "weights" / "small")))
    sort_by_promise(tmp_path, ["a"], network, tmp_path / "sorted")
    assert load(tmp_path / "sorted", ["a"]) == [replace(paid, windows=(*bearing, other))]


def test_what_is_fitted_is_what_the_bot_finds_but_for_questions_about_the_text(
    articles: Path, embedder: Embedder
) -> None:
    found = {one.item.id: one for one in ask([articles], PackagedReader.load(), embedder)}
    assert set(found) == {"paid", "stance", "nothing"}
    paid = found["paid"]
    assert {e.sentence.text for e in paid.ranked} == {SOLD, PAID, PARAGRAPHS[1]}
    assert all(e.answer_logit > UNREAD for e in paid.ranked)
    assert paid.features.best_logit == pytest.approx(max(e.answer_logit for e in paid.ranked) / 10)
    assert not paid.asks_for_several
