"""Typos are corrected from the words of the index and from English; correct words stay as typed."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.words import words

from bot.answering.question.spelling import respell, sound

from tests.support.examples import examples

VOCABULARY = dict.fromkeys(
    "council ferry harbour bridge mayor ostrander velmora tariff sanctions referendum dredging budget dam".split(),
    3,
)


@pytest.mark.parametrize(
    ("typo", "word"),
    [
        pytest.param("waht", "what", id="swapped letters of a function word"),
        pytest.param("teh", "the", id="a short function word"),
        pytest.param("adn", "and", id="a short function word that sounds otherwise when swapped"),
        pytest.param("hwo", "how", id="swapped letters after the first, which is seldom wrong"),
        pytest.param("wich", "which", id="a lost letter of a function word"),
        pytest.param("sanctoins", "sanctions", id="swapped letters"),
        pytest.param("refrendum", "referendum", id="a lost letter"),
        pytest.param("budjet", "budget", id="a wrong letter"),
        pytest.param("ferrry", "ferry", id="a doubled letter"),
        pytest.param("ostradner", "ostrander", id="a name with swapped letters"),
        pytest.param("velmroa", "velmora", id="a place with swapped letters"),
        pytest.param("becuase", "because", id="English, swapped"),
        pytest.param("goverment", "government", id="English, lost"),
        pytest.param("definately", "definitely", id="English, wrong"),
        pytest.param("wat", "what", id="a function word spelled by sound"),
        pytest.param("wen", "when", id="another one"),
        pytest.param("hapend", "happened", id="two letters lost, the sound kept"),
        pytest.param("ostrandur", "ostrander", id="a name spelled by sound"),
        pytest.param("tarrif", "tariff", id="the wrong letter doubled"),
        pytest.param("ferrie", "ferry", id="an ending spelled by sound"),
    ],
)
def test_a_typo_is_corrected_and_the_correction_is_reported(typo: str, word: str) -> None:
    respelled = respell(f"so {typo}?", VOCABULARY)
    assert respelled.text == f"so {word}?"
    assert respelled.corrections == ((typo, word),)


def test_every_correction_is_reported_in_order() -> None:
    respelled = respell("waht did the myaor of Velmroa say", VOCABULARY)
    assert respelled.text == "what did the mayor of velmora say"
    assert respelled.corrections == (("waht", "what"), ("myaor", "mayor"), ("Velmroa", "velmora"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("idk why ppl dont care tho lol", id="chat words"),
        pytest.param("the colour of honour, organised in the centre", id="British spellings"),
        pytest.param("the defence is sceptical of aluminium", id="more British spellings"),
        pytest.param("NATO, UNESCO and the USSR", id="acronyms"),
        pytest.param("iPhone, YouTube and McDonald", id="camel case"),
        pytest.param("see https://velmroa.example/waht", id="a URL"),
        pytest.param("see www.velmroa.example", id="a URL without a scheme"),
        pytest.param("ask ann@velmroa.example", id="an address"),
        pytest.param("hi @ostradner", id="a mention"),
        pytest.param("velmora ostrander dredging tariff", id="words of the index"),
        pytest.param("who is Zelk, and did Brankovic meet Orlov?", id="unknown names"),
        pytest.param("don't can’t o'clock velmroa's", id="words with an apostrophe"),
        pytest.param("nato, nike and prof", id="short words that are rare in the English word list"),
        pytest.param("is aws down?", id="an abbreviation with the letters of a function word"),
        pytest.param("rebar, laksa and an ebike", id="unknown words that only look like others"),
        pytest.param("covid19 and 3rd f16s", id="words with digits"),
        pytest.param("a harbour_bridg file", id="words with an underscore"),
        pytest.param("naïve café", id="accents"),
        pytest.param("Владимир 東京", id="other scripts"),
        pytest.param("WHY DID THE MAYOR CLOSE THE BRIDGE", id="capitals without a typo"),
    ],
)
def test_what_is_not_a_typo_stays_as_it_was_typed(text: str) -> None:
    assert respell(text, VOCABULARY) == (text, ())


def test_a_typo_in_capitals_is_corrected_too() -> None:
    assert respell("WHY DID VELMROA LOSE", VOCABULARY).text == "WHY DID velmora LOSE"


def test_a_name_that_the_index_lacks_does_not_become_another_name() -> None:
    assert respell("Did Ostberger resign?", VOCABULARY).text == "Did Ostberger resign?"


def test_a_capitalised_name_is_corrected_to_one_that_sounds_the_same() -> None:
    assert respell("What does Ostrandor want?", VOCABULARY).text == "What does ostrander want?"
    assert respell("What does Ostrundar want?", VOCABULARY).text == "What does ostrander want?"


def test_a_word_without_its_accents_becomes_the_one_of_the_index() -> None:
    assert respell("the communique of gurkan", {"communiqué": 1, "gürkan": 2}).text == "the communiqué of gürkan"


@pytest.mark.parametrize(
    ("one", "other"),
    [("phone", "fone"), ("knight", "nite"), ("sanction", "sankshun"), ("wrist", "rist"), ("bridge", "brij")],
)
def test_words_spelled_by_sound_have_the_same_code(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("ferry", "fear not"), ("mediate", "meditate"), ("rebar", "rear")])
def test_words_that_sound_different_have_different_codes(one: str, other: str) -> None:
    assert sound(one) != sound(other)


def test_a_word_as_long_as_the_limit_is_left_alone() -> None:
    assert respell("a" * 2_000, VOCABULARY).corrections == ()


@given(st.text(alphabet=st.characters(exclude_categories=["L"]), max_size=80))
@settings(max_examples=examples(150), deadline=None)
def test_text_without_letters_is_unchanged(text: str) -> None:
    assert respell(text, VOCABULARY) == (text, ())


@given(st.lists(st.sampled_from([*VOCABULARY, *(word.title() for word in VOCABULARY)])), st.sampled_from(" ,;-!\n"))
@settings(max_examples=examples(100), deadline=None)
def test_text_of_words_of_the_index_is_unchanged(chosen: list[str], mark: str) -> None:
    assert respell(mark.join(chosen), VOCABULARY).text == mark.join(chosen)


@given(st.text(alphabet="abcdexyzABÉéßüжΩ'’-. 12_", max_size=60))
@settings(max_examples=examples(200), deadline=None)
def test_a_text_whose_words_are_the_vocabulary_is_unchanged(text: str) -> None:
    assert respell(text, Counter(words(text))).text == text


@given(st.text(alphabet="abcdefgh .,?!'", max_size=60))
@settings(max_examples=examples(100), deadline=None)
def test_text_between_words_is_never_changed(text: str) -> None:
    assert re.sub(r"[a-z]", "", respell(text, VOCABULARY).text) == re.sub(r"[a-z]", "", text)
