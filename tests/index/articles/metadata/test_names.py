"""Names of people."""

import pytest

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
