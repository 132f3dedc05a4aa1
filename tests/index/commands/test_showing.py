"""`byline show`: finding the file, and what is printed of it."""

import json
from pathlib import Path

import pytest

from index.commands.showing import as_fields, as_lines, find_file
from index.errors import ArticleRejected, UsageError

from tests.support.command import Run

ARTICLE = """The Bees Have Left

By Ines Okafor

3 May 2021

The bees left the valley in June, and the beekeepers followed them to the coast, with all their hives and two lorries.

Related: Pear fair is cancelled

Without bees the pears came to nothing.
"""


@pytest.fixture
def bees(folder: Path) -> Path:
    path = folder / "bees.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def test_lines_show_numbers_and_kinds_at_80_columns(bees: Path, folder: Path) -> None:
    lines = list(as_lines(find_file("bees.txt", folder)))
    assert lines[:3] == ["The Bees Have Left", "Ines Okafor · 2021-05-03", "bees.txt, 29 words, 6 paragraphs"]
    assert "¶5    furniture   Related: Pear fair is cancelled" in lines
    assert "¶6                Without bees the pears came to nothing." in lines
    assert max(map(len, lines)) <= 80


def test_fields_hold_every_paragraph(bees: Path, folder: Path) -> None:
    fields = as_fields(find_file(str(bees), folder))
    assert (fields["file"], fields["title"], fields["authors"], fields["date"]) == (
        "bees.txt",
        "The Bees Have Left",
        ["Ines Okafor"],
        "2021-05-03",
    )
    assert [(p["n"], p["kind"]) for p in fields["paragraphs"]] == [
        (1, "head"),
        (2, "head"),
        (3, "head"),
        (4, "body"),
        (5, "furniture"),
        (6, "body"),
    ]
    assert fields["paragraphs"][4]["text"] == "Related: Pear fair is cancelled"


@pytest.mark.parametrize("name", ["bees.txt", "The Bees Have Left", "okafor"])
def test_an_article_of_the_folder_is_found_by_name(bees: Path, folder: Path, name: str) -> None:
    assert find_file(name, folder).id == "bees.txt"


def test_a_file_outside_the_folder_is_shown_too(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    assert find_file(str(path), folder).id == "elsewhere.txt"


@pytest.mark.parametrize("name", ["", "absent.txt", "\0", "x" * 5_000, "."])
def test_what_is_no_article_is_bad_use(bees: Path, folder: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_file(name, folder)
    assert caught.value.message.endswith(".")
    assert caught.value.hint


def test_a_file_that_is_no_text_is_named_with_the_reason(folder: Path) -> None:
    (folder / "empty.md").write_text(" \n")
    with pytest.raises(ArticleRejected, match=r"empty\.md cannot be shown: it is empty\."):
        find_file("empty.md", folder)


def test_the_command_prints_json_or_one_sentence_and_a_hint(bees: Path, command: Run) -> None:
    shown = command("index", "show", str(bees), "--json")
    assert json.loads(shown.stdout)["authors"] == ["Ines Okafor"]
    missing = command("bot", "show", "absent")
    assert (missing.returncode, missing.stdout, len(missing.stderr.splitlines())) == (2, "", 2)
