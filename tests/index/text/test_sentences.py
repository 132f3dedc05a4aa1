"""Sentences: hand-made cases, exact offsets for any text, and odd input in bounded time."""

import json
from typing import TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.sentences import sentence_spans

from tests.support.examples import examples
from tests.support.paths import REPOSITORY


class Case(TypedDict):
    text: str
    sentences: list[str]


CASES: list[Case] = json.loads((REPOSITORY / "tests" / "data" / "sentences.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_sentences_are_split_as_in_the_hand_made_cases(case: Case) -> None:
    assert [case["text"][start:end] for start, end in sentence_spans(case["text"])] == case["sentences"]


@pytest.mark.parametrize("text", [pytest.param("", id="nothing"), pytest.param(" \n\t\u00a0", id="white space")])
def test_blank_text_has_no_sentences(text: str) -> None:
    assert sentence_spans(text) == []


def test_a_text_without_a_full_stop_is_one_sentence() -> None:
    assert sentence_spans("  The pears were the first to go ") == [(2, 32)]


def test_a_line_feed_does_not_end_a_sentence() -> None:
    text = "The pears were\nthe first to go. The plums\nwent next."
    assert [text[start:end] for start, end in sentence_spans(text)] == [text[:31], text[32:]]


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a. " * 50_000, id="50,000 one-letter sentences"),
        pytest.param('"' * 50_000, id="50,000 quotation marks"),
        pytest.param("“" * 50_000, id="50,000 opening quotation marks"),
        pytest.param("(" * 50_000, id="50,000 brackets"),
        pytest.param("." * 50_000, id="50,000 full stops"),
        pytest.param("a" * 200_000, id="200 KB without a space"),
        pytest.param("a" * 200_000 + "! And then it ended.", id="200 KB without a space, then a sentence"),
        pytest.param("Rep. " * 40_000, id="40,000 titles"),
        pytest.param("They came; They went;\n" * 10_000, id="20,000 semicolons"),
        pytest.param("Lund (ret.) " * 20_000, id="20,000 brackets with an abbreviation"),
        pytest.param("1.1. " * 20_000, id="20,000 decimals"),
    ],
)
def test_odd_text_is_split_in_bounded_time_without_loss(text: str) -> None:
    spans = sentence_spans(text)
    assert sum(len(text[start:end].split()) for start, end in spans) == len(text.split())


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(["Il a dit : « La neige tombe.", "Le froid vient. »", "Puis il partit."], id="French"),
        pytest.param(["« Non ! » dit-elle.", "Puis elle partit."], id="a remark behind a French quotation"),
        pytest.param(["Er sagte: „Der Schnee fällt.", "Die Kälte kommt.“", "Dann ging er."], id="German"),
        pytest.param(["„Nein!“, rief sie.", "»Der Schnee fällt.«", "Das war am 3. Mai 2019."], id="other German marks"),
        pytest.param(["«Сніг падає.", "Холод прийде.»", "Він пішов.", "«Ні!» — сказала вона."], id="Ukrainian"),
        pytest.param(["— Où sont-ils ?", "— Au moulin, dit-il.", "— Bien."], id="direct speech behind dashes"),
        pytest.param(
            ["The pears went.[1]", "The plums fell.¹", "The swing hung.*", "It ended.2", "So."], id="footnotes"
        ),
        pytest.param(["“The pears went.”3", "They paid 2.5 million.", "See Vol.2 Part 3 of it."], id="numbers"),
    ],
)
def test_quotation_marks_of_other_languages_and_marks_of_footnotes_end_a_sentence(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


PIECES = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            "The pears fell",
            "No",
            "Sec",
            "Gov",
            "(ret.)",
            "3.5",
            "U.S.",
            " ",
            "\n",
            ". ",
            "; ",
            "! ",
            "? ",
            "“",
            "”",
            "…",
            "’",
            "n't",
            "« ",
            " » ",
            "„",
            "“ ",
            "[1] ",
            "¹ ",
            "– ",
        ]
    ),
)


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=15).map("".join))
def test_sentences_are_ordered_disjoint_and_trimmed_and_cover_the_text(text: str) -> None:
    end_before = 0
    for start, end in [*sentence_spans(text), (len(text), len(text))]:
        assert end_before <= start <= end
        assert not text[end_before:start].replace("\u200b", "").strip()
        assert text[start:end] == text[start:end].strip()
        end_before = end


@pytest.mark.parametrize(
    "text",
    [
        "“Is the wall too high?” Ilse Tamm asked me at the gate.",
        "“It is a disgrace!” Olav Brekke exclaimed before the vote.",
        '"Who will mend it?" The harbour master asked.',
        "‘And the tolls?’ I asked him.",
        "«Who pays?» Dr. Tamm wondered aloud.",
        "“Never!” Brekke said, “not while I live!”",
    ],
)
def test_a_quotation_and_who_speaks_behind_it_are_one_sentence(text: str) -> None:
    whole = f"It rained. {text} Nobody moved."
    assert [whole[start:end] for start, end in sentence_spans(whole)] == ["It rained.", text, "Nobody moved."]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("“Is the wall too high?”", "Nobody knew."),
        ("“Is the wall too high?”", "He said that it was."),
        ("“Is the wall too high?”", "Ilse Tamm lives behind it."),
        ("“The wall is high.”", "Ilse Tamm said this twice."),
    ],
)
def test_a_sentence_of_its_own_behind_a_quotation_stays_one(first: str, second: str) -> None:
    text = f"{first} {second}"
    assert [text[start:end] for start, end in sentence_spans(text)] == [first, second]
