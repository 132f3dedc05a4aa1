"""Which surnames a text contains."""

import pytest

from bot.answering.voice.people import names_person, write_name


@pytest.mark.parametrize(
    ("text", "surname", "named"),
    [
        pytest.param("what does Marlowe want?", "Marlowe", True, id="by name"),
        pytest.param("what does ostrander want?", "Ostrander", True, id="in lower case"),
        pytest.param("what does the baker want?", "Baker", False, id="a word that is a surname too"),
        pytest.param("what does Baker want?", "Baker", True, id="the same with its capital"),
        pytest.param("what do the Marlowes want?", "Marlowe", False, id="part of another word"),
    ],
)
def test_a_surname_in_a_text_is_recognised(text: str, surname: str, named: bool) -> None:
    assert names_person(text, surname) is named


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("FINCH", "Finch"),
        ("ORLA FINCH", "Orla Finch"),
        ("O'BRIEN-WREN", "O'Brien-Wren"),
        ("FINCH’S", "Finch’s"),
        ("J. FINCH", "J. Finch"),
        ("Orla McFINCH", "Orla McFINCH"),
        ("NATO", "NATO"),
        ("EU Commission", "EU Commission"),
        ("BBC", "BBC"),
        ("the BBC", "the BBC"),
        ("the UNHCR", "the UNHCR"),
        ("BBC News", "BBC News"),
        ("JANE ROE", "Jane Roe"),
        ("JANE de la ROE", "Jane de la Roe"),
        ("Mr. ROE", "Mr. Roe"),
        ("ASKEW", "Askew"),
    ],
)
def test_a_name_in_capitals_is_written_in_small_letters_and_an_acronym_is_not(name: str, written: str) -> None:
    assert write_name(name) == written
