"""`byline edit`: what it writes, what it leaves alone, and what it refuses."""

from pathlib import Path

import pytest

from index.articles.parse import parse
from index.commands.editing import changes_of, edit
from index.errors import BylineError, UsageError

from tests.support.command import Run

BODY = "The pears  were the first to go.\n\n\nNobody in the village\nhad signed for it. *Nobody.*\n"


@pytest.fixture
def orchard(folder: Path) -> Path:
    path = folder / "orchard.txt"
    path.write_bytes(BODY.encode())
    return path


def test_front_matter_is_written_above_an_unchanged_body(orchard: Path, folder: Path) -> None:
    changes = changes_of("After: the Orchard", ["Ines Okafor", "Per Lund"], "9 October 2022", "https://selby.example/o")
    article = edit("orchard.txt", folder, changes)
    assert orchard.read_bytes().endswith(f"---\n\n{BODY}".encode())
    assert (article.title, article.authors) == ("After: the Orchard", ("Ines Okafor", "Per Lund"))
    assert (article.published, article.source) == ("2022-10-09", "https://selby.example/o")
    assert article == parse("orchard.txt", orchard.read_bytes())
    assert [p.number for p in article.paragraphs] == [p.number for p in parse("x.txt", BODY.encode()).paragraphs]


def test_other_fields_comments_and_line_ends_are_kept(folder: Path) -> None:
    path = folder / "orchard.md"
    lines = [
        "---",
        "# from the archive",
        "post_title: 'Old'",
        "date: 2020-01-02 # a guess",
        'tags: [pears, "law"]',
        "---",
        "",
    ]
    block = "\r\n".join([*lines, ""])
    path.write_bytes(b"\xef\xbb\xbf" + (block + BODY.replace("\n", "\r\n")).encode())
    edit("orchard.md", folder, changes_of("New", ["Ines Okafor"], "2022-10", None))
    assert path.read_bytes().decode("utf-8-sig") == (
        "---\r\n# from the archive\r\npost_title: 'New'\r\ndate: 2022-10    # a guess\r\ntags: [pears, \"law\"]\r\n"
        "author: Ines Okafor\r\n---\r\n\r\n" + BODY.replace("\n", "\r\n")
    )


def test_a_field_may_be_set_again(orchard: Path, folder: Path) -> None:
    for name in ("Ines Okafor", "Per Lund"):
        edit("orchard.txt", folder, changes_of(None, [name], None, None))
    assert orchard.read_text().count("author") == 1
    assert parse("x.txt", orchard.read_bytes()).authors == ("Per Lund",)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((None, [], None, None), "Nothing to set"),
        ((None, [], "3/4/2024", None), "not a clear date"),
        ((None, [], "someday", None), "not a clear date"),
        (("", [], None, None), "--title"),
        ((None, ["Ines\nOkafor"], None, None), "--author"),
        ((None, [], None, "selby"), "not a web address"),
    ],
)
def test_a_bad_value_is_refused(values: tuple[str | None, list[str], str | None, str | None], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        changes_of(*values)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("toml.md", f"+++\ntitle = 'Old'\n+++\n\n{BODY}"),
        ("latin.txt", None),
        ("page.html", f"<html><body><article><p>{'The pears were the first to go. ' * 20}</p></article></body></html>"),
    ],
)
def test_a_file_that_cannot_be_edited_is_left_as_it_is(folder: Path, name: str, text: str | None) -> None:
    path = folder / name
    path.write_bytes(text.encode() if text else "Die Bäume.\n\nAlle weg.".encode("latin-1"))
    data = path.read_bytes()
    with pytest.raises(BylineError) as caught:
        edit(name, folder, changes_of("New", [], None, None), fallback="latin-1")
    assert caught.value.hint
    assert path.read_bytes() == data
    assert [p.name for p in folder.iterdir()] == [name]


def test_the_command_shows_what_is_understood_and_what_to_do_next(command: Run, orchard: Path, folder: Path) -> None:
    result = command("index", "edit", "orchard.txt", "--author", "Ines Okafor", ARTICLES_DIR=str(folder))
    assert result.returncode == 0, result.stderr
    assert "Ines Okafor" in result.stdout
    assert "byline rebuild" in result.stdout
    refused = command("index", "edit", "orchard.txt", "--date", "soon", ARTICLES_DIR=str(folder))
    assert refused.returncode == 2
    assert "not a clear date" in refused.stderr
