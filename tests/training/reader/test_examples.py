"""What the reader learns from: labels, windows of labelled sentences, and the choice of windows."""

import json
import pickle
import random
from pathlib import Path

import pytest

from training.reader.examples import MUST, NONE, STANDS_IN, SUPPORTS, Asked, Window, choose, label, load, texts
from training.reader.network import ROLES, VOICES

from bot.answering.evidence.windows import WINDOW_WORDS

SENTENCE = "The council sold the old ferry to a company from the mainland."


def gold(quote: str, role: str = "must", paragraph: int = 2, **more: object) -> dict[str, object]:
    return {"quote": quote, "role": role, "paragraph": paragraph, **more}


def asked(*windows: Window, name: str = "1") -> Asked:
    return Asked(name, "a", "factual", "Who bought the ferry?", "", True, None, windows)


def windows_of(*worth: float) -> list[Window]:
    return [Window("", (f"Sentence {n}.",), (value,)) for n, value in enumerate(worth)]


@pytest.mark.parametrize(
    ("entry", "worth"),
    [
        (gold(SENTENCE), MUST),
        (gold("the council sold the OLD ferry"), MUST),
        (gold(f"Nobody objected. {SENTENCE}"), MUST),
        (gold(SENTENCE, "may"), SUPPORTS),
        (gold(SENTENCE, "may", replaces=[1]), STANDS_IN),
        (gold(SENTENCE, paragraph=3), NONE),
        (gold("The council bought a new bus for the school of the village."), NONE),
        (gold(""), NONE),
    ],
)
def test_a_sentence_is_worth_what_the_gold_quote_that_it_contains_is(entry: dict[str, object], worth: float) -> None:
    assert label(SENTENCE, 2, [entry]) == worth


def test_the_best_gold_quote_counts() -> None:
    assert label(SENTENCE, 2, [gold(SENTENCE, "may"), gold(SENTENCE), gold("It rained.")]) == MUST
    assert label(SENTENCE, 2, []) == NONE


def test_a_sentence_without_words_is_worth_nothing() -> None:
    assert label("…", 2, [gold(SENTENCE)]) == NONE


def row(article: str, sentence: str, role: str = "reason", voice: str = "author", *, key: bool = False) -> str:
    return json.dumps({"article": article, "sentence": sentence, "role": role, "voice": voice, "key": key})


def test_labelled_sentences_are_cut_into_windows_of_one_article(tmp_path: Path) -> None:
    long = " ".join(["rain"] * WINDOW_WORDS)
    rows = [row("a", long), row("a", long), row("a", "It rains."), row("b", "The sun shines.")]
    path = tmp_path / "sentences.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    found = list(texts(path))
    assert [text.sentences for text in found] == [(long, long), ("It rains.",), ("The sun shines.",)]
    assert [text.before for text in found] == ["", long, ""]


def test_the_labels_of_sentences_become_numbers(tmp_path: Path) -> None:
    path = tmp_path / "sentences.jsonl"
    first = row("a", "It rains.", "thesis", "reported:Ann Bell", key=True)
    path.write_text(f"{first}\n{row('a', 'It snows.', 'background', 'byline')}\n", encoding="utf-8")
    (text,) = texts(path)
    assert [ROLES[n] for n in text.roles] == ["thesis", "background"]
    assert [VOICES[n] for n in text.voices] == ["reported", "byline"]
    assert text.key == (True, False)


def test_windows_that_answer_are_chosen_first_and_then_the_most_similar_ones() -> None:
    windows = windows_of(NONE, SUPPORTS, NONE, MUST, NONE)
    for seed in range(20):
        chosen = choose(asked(*windows), 3, random.Random(seed))
        assert chosen[:2] == [windows[3], windows[0]]
        assert chosen[2] in windows[1:3] + windows[4:]


def test_sometimes_a_random_window_replaces_the_last_one() -> None:
    windows = windows_of(NONE, NONE, NONE, MUST, NONE)
    last = {choose(asked(*windows), 3, random.Random(seed))[-1].sentences for seed in range(40)}
    assert last == {windows[n].sentences for n in (1, 2, 4)}


def test_at_least_one_window_does_not_answer() -> None:
    windows = windows_of(MUST, MUST, MUST, MUST, NONE)
    chosen = [choose(asked(*windows), 4, random.Random(seed)) for seed in range(20)]
    assert all(len(one) == 4 and one[-1] == windows[4] for one in chosen)
    assert len({tuple(w.sentences for w in one[:3]) for one in chosen}) > 1


def test_a_question_with_few_windows_gets_them_all_once() -> None:
    windows = windows_of(NONE, MUST)
    assert choose(asked(*windows), 4, random.Random(1)) == [windows[1], windows[0]]


def test_questions_are_loaded_from_the_folders_in_their_order(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"asked-{name}.pkl").write_bytes(pickle.dumps([asked(*windows_of(MUST), name=name)]))
    assert [one.id for one in load(tmp_path, ["b", "a"])] == ["b", "a"]
