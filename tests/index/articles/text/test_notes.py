"""Footnotes of plain text: their marks are gone from the text, and they are notes of the author."""

import pytest

from index.articles.article import Article
from index.articles.parse import parse

from tests.index.articles.samples import paragraphs

TEXT = "The orchard was felled on a Sunday.{0}\n\nNobody signed.{1} The mill closed.\n\n"


def footnotes(article: Article) -> list[str]:
    return [article.text[p.body_start : p.end] for p in article.paragraphs if p.footnote]


@pytest.mark.parametrize(
    ("marks", "notes"),
    [
        (("[1]", "[2]"), "[1] By whom, nobody says.\n\n[2] In 1914."),
        (("[1]", "[2]"), "1. By whom, nobody says.\n2. In 1914."),
        (("1", "2"), "1 By whom, nobody says.\n\n2 In 1914."),
        (("¹", "²"), "¹ By whom, nobody says.\n\n² In 1914."),
        (("[1]", "[2]"), "[1]: By whom, nobody says.\n\n[2]: In 1914."),
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x.md"])
def test_marks_and_labels_of_footnotes_are_not_text(name: str, marks: tuple[str, str], notes: str) -> None:
    article = parse(name, (TEXT.format(*marks) + notes).encode())
    assert paragraphs(article)[:2] == TEXT.format("", "").strip().split("\n\n")
    found = "\n".join(footnotes(article))
    if not (name == "x.md" and ": " in notes[:6]):  # there, "[1]: …" may define a link
        assert found.startswith("By whom, nobody says.")
        assert found.endswith("In 1914.")


def test_a_footnote_is_a_note_but_the_authors_word() -> None:
    article = parse("x.txt", (TEXT.format("[1]", "[2]") + "[1] By whom, nobody says.\n\n[2] In 1914.").encode())
    note = article.paragraphs[2]
    assert note.kind == "note"
    assert not article.is_note(note.body_start)
    assert not article.is_argument(note.body_start)
    assert article.is_argument(article.paragraphs[0].start)


@pytest.mark.parametrize(
    "text",
    [
        "It covers 12 km² of it.\n\nNobody signed.",
        "Read a[0] and then names[1], as the list begins at 0.\n\nNobody signed.",
        "They went home [sic] at 3.[2]\n\nNobody signed.",
        "The council [1] signed.\n\nNobody else did.",
        "They went home.1 Nobody else did.\n\nIt cost 2.50 and vol.2 more.",
        "1. By whom, nobody says.\n\nNobody signed.",
    ],
)
def test_what_looks_like_the_mark_of_a_footnote_stays_without_footnotes(text: str) -> None:
    article = parse("x.txt", text.encode())
    assert paragraphs(article) == text.split("\n\n")
    assert not footnotes(article)
