"""Names of people."""

import pytest

from index.articles.metadata.bylines import authors_in, speaker_in_title
from index.articles.metadata.names import surname


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("Marta Quill", "Quill"),
        ("Quill", "Quill"),
        ("Marta Quill Jr.", "Quill"),
        ("Marta Quill, III", "Quill"),
        ("Marta Quill (ret.)", "Quill"),
        ("Gen. Marta (Boats) Quill", "Quill"),
        ("Marta van der Quill-O’Shea", "Quill-O’Shea"),
        ("Богдан Ліра", "Ліра"),
    ],
)
def test_a_surname_is_the_last_word_of_a_name_without_suffixes(name: str, last: str) -> None:
    assert surname(name) == last


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("By Marta Quill, translated by Per Lund", ("Marta Quill",)),
        ("Marta Quill, translated by Per Lund", ("Marta Quill",)),
        ("Words by Marta Quill, pictures by Per Lund", ("Marta Quill",)),
        ("Photo by Per Lund", ()),
        ("Edited by Per Lund", ()),
        ("Interview with Per Lund", ()),
        ("By the Editorial Board", ()),
        ("Marta Quill, Per Lund, Ines Okafor", ("Marta Quill", "Per Lund", "Ines Okafor")),
        ("By Marta Quill, Project Director", ("Marta Quill",)),
        ("Marta Quill, Port Avel, 3 May 2021", ("Marta Quill",)),
        ("By Marta Quill for The Selby Post", ("Marta Quill",)),
        ("Posted 2021-05-03 by corvus", ("corvus",)),
        ("@martaquill", ("martaquill",)),
        ("Quill, Marta van", ("Marta van Quill",)),
        ("Ms. QUILL", ("Quill",)),
        ("By the late Sir Martin Quill", ("Sir Martin Quill",)),
        ("3 May 2021 on Marta Quill’s blog", ("Marta Quill",)),
    ],
)
def test_a_byline_names_those_who_wrote_and_nobody_else(line: str, authors: tuple[str, ...]) -> None:
    assert authors_in(line, frozenset()) == authors


@pytest.mark.parametrize(
    ("title", "authors"),
    [
        ("Remarks by President Quill on the Last Trawler", ("Quill",)),
        ("Remarks as Prepared for Delivery by Senior Advisor Marta Quill on Boats", ("Marta Quill",)),
        ("Speech by the President of Selby at the harbour", ()),
        ("A letter to Marta Quill", ()),
    ],
)
def test_the_title_of_a_speech_names_who_speaks(title: str, authors: tuple[str, ...]) -> None:
    assert speaker_in_title(title) == authors
