"""Other words for a country: its people, language, capital, government, and the regions that it lies in."""

import pytest

from index.text.words import terms

from bot.answering.question.countries import country_names, is_related


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Lisbon", "the ports of Portugal"),
        ("Portugal", "a minister in Lisbon"),
        ("the Portuguese", "Portugal raised its tolls"),
        ("Lisbon", "Portuguese sailors"),
        ("Finns", "Finland votes"),
        ("Poles", "Poland pays"),
        ("Holland", "a Dutch engineer"),
        ("USA", "an American ship"),
        ("South America", "the mines of Chile"),
        ("Africans", "farmers in Kenya"),
        ("Scandinavia", "the Swedish post"),
        ("the Middle East", "pipelines in Iraq"),
        ("EU", "a European rule"),
    ],
)
def test_a_country_has_other_words(name: str, text: str) -> None:
    assert is_related(name, frozenset(terms(text)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Lisbon", "the ports of Spain"),
        ("Iceland", "the shores of an island"),
        ("Iceland", "the shores of Norway"),
        ("South America", "the ports of Portugal"),
        ("Kessler", "the ports of Portugal"),
        ("Paris", "a treaty with Germany"),
    ],
)
def test_no_other_place_and_no_person_is_another_word(name: str, text: str) -> None:
    assert not is_related(name, frozenset(terms(text)))


def test_words_that_are_english_too_are_no_names_of_countries() -> None:
    assert {"norway", "holland", "scotland"} <= country_names()
    assert not {"turkey", "chad", "island", "and"} & country_names()


def test_the_names_of_countries_are_collected_once() -> None:
    assert country_names() is country_names()
