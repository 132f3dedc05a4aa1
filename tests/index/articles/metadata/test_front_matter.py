"""Front matter: its values, its limits, and text that only looks like it."""

import re

import pytest

from index.articles.parse import parse
from index.errors import ArticleRejected

from tests.index.articles.samples import TWO_PARAGRAPHS, paragraphs, rejection


def markdown(front_matter: str, body: str = TWO_PARAGRAPHS) -> bytes:
    return f"---\n{front_matter}\n---\n\n{body}".encode()


def test_front_matter_gives_title_authors_date_source_and_note() -> None:
    article = parse(
        "x.md",
        markdown(
            "title: After the Orchard\nauthor: Ines Okafor\npublished: 2022-10-09\n"
            "source: https://example.org/orchard\nnote: Ines Okafor grows pears."
        ),
    )
    assert (article.title, article.authors) == ("After the Orchard", ("Ines Okafor",))
    assert (article.published, article.source) == ("2022-10-09", "https://example.org/orchard")
    assert article.note == "Ines Okafor grows pears."
    assert paragraphs(article) == TWO_PARAGRAPHS.strip().split("\n\n")


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("author: [Ines Okafor, Per Lund]", id="a list"),
        pytest.param("authors:\n  - Ines Okafor\n  - Per Lund", id="a list over lines, under authors"),
        pytest.param("author: Ines Okafor and Per Lund", id="joined by and"),
        pytest.param("author: Ines Okafor, Per Lund", id="joined by a comma"),
        pytest.param("author: Ines Okafor; Per Lund", id="joined by a semicolon"),
        pytest.param("author: Okafor, Ines and Lund, Per", id="the surnames first"),
        pytest.param("authors:\n  - name: Ines Okafor\n  - name: Per Lund", id="mappings"),
        pytest.param("Author: [Ines Okafor, Per Lund]", id="a capital"),
    ],
)
def test_front_matter_may_name_several_authors(lines: str) -> None:
    assert parse("x.md", markdown(lines)).authors == ("Ines Okafor", "Per Lund")


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Per Lund, Jr.", ("Per Lund, Jr.",)),
        ("Per Lund, Jr., and Ines Okafor, PhD", ("Per Lund, Jr.", "Ines Okafor, PhD")),
        ("Okafor, Ines", ("Ines Okafor",)),
        ("Okafor, Ines B.", ("Ines B. Okafor",)),
        ("van der Quill, Marta", ("Marta van der Quill",)),
        ("Ines Okafor, Per Lund, Marta Quill", ("Ines Okafor", "Per Lund", "Marta Quill")),
        ("Okafor, Lund and Quill", ("Okafor", "Lund", "Quill")),
        ("Okafor, Lund, and Quill", ("Okafor", "Lund", "Quill")),
        ("Voltaire", ("Voltaire",)),
        ("{name: Ines Okafor}", ("Ines Okafor",)),
        ('["Okafor, Ines", Per Lund]', ("Ines Okafor", "Per Lund")),
    ],
    ids=ascii,
)
def test_a_comma_in_front_matter_does_not_split_one_author_into_two(line: str, authors: tuple[str, ...]) -> None:
    quoted = line if line[0] in "{[" else f'"{line}"'
    assert parse("x.md", markdown(f"author: {quoted}")).authors == authors


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ('author:\n  - "[[Ines Okafor]]"', ("Ines Okafor",)),
        ("author: [[Ines Okafor]]", ("Ines Okafor",)),
        ('author: "[[people/Ines Okafor|Ines]]"', ("Ines",)),
        ('author: "[Ines Okafor](https://selby.example/ines_(press))"', ("Ines Okafor",)),
        ('author: "By Ines Okafor"', ("Ines Okafor",)),
        ('byline: "Ines Okafor <ines@selby.example>"', ("Ines Okafor",)),
        ('creator: "@inesokafor"', ("inesokafor",)),
        ('author: "https://selby.example/ines"', ()),
        ("author:\n  '@type': Person\n  name: Ines Okafor\n  url: https://selby.example", ("Ines Okafor",)),
        ("post_author: Ines Okafor", ("Ines Okafor",)),
    ],
    ids=ascii,
)
def test_a_link_or_an_address_is_no_part_of_a_name(line: str, authors: tuple[str, ...]) -> None:
    assert parse("x.md", markdown(line)).authors == authors


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(
            '{\n  "headline": "After the Orchard",\n  "author": [{"name": "Ines Okafor"}],\n'
            '  "datePublished": "2022-10-09T08:00:00Z",\n  "url": "https://selby.example/orchard"\n}',
            id="JSON",
        ),
        pytest.param(
            '+++\ntitle = "After the Orchard"\nauthors = ["Ines Okafor"]\ndate = 2022-10-09T08:00:00Z\n'
            'canonical_url = "https://selby.example/orchard"\n[params]\ntoc = true\n+++',
            id="TOML",
        ),
        pytest.param(
            "---\npost_title: After the Orchard\nauthor: Ines Okafor\npublished: true\n"
            "post_date: 2022-10-09 18:27:47\nsource_url: https://selby.example/orchard\n---",
            id="YAML with other names",
        ),
    ],
)
def test_front_matter_may_be_written_by_other_programs(block: str) -> None:
    article = parse("x.md", f"{block}\n\n{TWO_PARAGRAPHS}".encode())
    assert (article.title, article.authors) == ("After the Orchard", ("Ines Okafor",))
    assert (article.published, article.source) == ("2022-10-09", "https://selby.example/orchard")
    assert paragraphs(article) == TWO_PARAGRAPHS.strip().split("\n\n")


def test_invalid_toml_is_the_reason_for_a_rejection() -> None:
    assert "front matter is not valid TOML" in rejection(f"+++\ntitle = After\n+++\n\n{TWO_PARAGRAPHS}".encode())


@pytest.mark.parametrize(
    "text",
    ['{"title": "The Orchard"', '{"title": 1} is what it printed.', '{"trees": 3}', "{the orchard}", "+++\nAfter\n"],
    ids=ascii,
)
def test_text_that_only_looks_like_json_or_toml_is_kept(text: str) -> None:
    assert text.strip().split("\n")[0] in paragraphs(parse("x.md", f"{text}\n\n{TWO_PARAGRAPHS}".encode()))[0]


def test_the_day_on_which_a_clipper_saved_an_article_is_not_its_date() -> None:
    assert parse("x.md", markdown("title: After the Orchard\ncreated: 2022-10-09")).published is None


@pytest.mark.parametrize(
    ("line", "published"),
    [
        pytest.param("published: 1787", "1787", id="a year"),
        pytest.param("published: Spring 2022", "Spring 2022", id="a season, as printed"),
        pytest.param("published: someday", None, id="no date"),
        pytest.param("published: [1, 2]", None, id="a list"),
        pytest.param("published: 2022-10-09", "2022-10-09", id="ISO"),
        pytest.param("date: 2022-10-09", "2022-10-09", id="under date"),
        pytest.param("published: 2022-10", "2022-10", id="year and month"),
        pytest.param("published: October 9, 2022", "2022-10-09", id="in words"),
        pytest.param("date: 2022-10-09T08:30:00Z", "2022-10-09", id="with a time"),
        pytest.param("published: 9 October", "9 October", id="without a year, as printed"),
    ],
)
def test_front_matter_may_give_the_date_in_several_forms(line: str, published: str | None) -> None:
    assert parse("x.md", markdown(line)).published == published


def test_a_head_that_repeats_the_front_matter_is_not_part_of_the_body() -> None:
    article = parse(
        "x.md", markdown("title: After the Orchard\nauthor: Ines Okafor", f"# After the Orchard\n\n{TWO_PARAGRAPHS}")
    )
    assert article.title == "After the Orchard"
    assert [article.text[line.start : line.end] for line in article.head] == ["# After the Orchard"]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("title: [After the Orchard", id="an open bracket"),
        pytest.param("title: After: the: Orchard", id="colons"),
        pytest.param("title: After\n  author: Ines", id="wrong indents"),
    ],
)
def test_invalid_front_matter_is_the_reason_for_a_rejection(lines: str) -> None:
    assert "front matter" in rejection(markdown(lines))


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("published: 2022-13-45", id="no such day"),
        pytest.param("title: 0b" + "1" * 20_000, id="a number of 20,000 digits"),
        pytest.param("? [a, b]\n: c", id="a list as a key"),
        pytest.param("- a\n- b", id="a list"),
        pytest.param("title: &a [*a]", id="a list in itself"),
        pytest.param("title: !!python/object:os.system {}", id="a tag of Python's"),
        pytest.param("author: " + "[" * 500 + "]" * 500, id="deep lists"),
    ],
)
def test_odd_front_matter_is_rejected_or_no_text_is_lost(lines: str) -> None:
    try:
        outcome = paragraphs(parse("x.md", markdown(lines)))
    except ArticleRejected as error:
        outcome = [error.message]
    assert outcome[-2:] in (
        TWO_PARAGRAPHS.strip().split("\n\n"),
        ["its front matter is not valid YAML (the lines between --- and ---)"],
    )


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("author: {born: 1961}", id="a mapping without a name"),
        pytest.param("author: [[a, b], [c]]", id="lists"),
        pytest.param("author: 42", id="a number"),
        pytest.param('author: "..."', id="dots"),
        pytest.param('author: ["...", "42"]', id="a list of none"),
    ],
)
def test_a_value_that_is_not_a_name_gives_no_author(lines: str) -> None:
    assert parse("x.md", markdown(lines)).authors == ()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(markdown("title: After the Orchard", ""), id="nothing below"),
        pytest.param(b"---\ntitle: After the Orchard\n---", id="no last line end"),
        pytest.param(markdown("title: After the Orchard", "\n \n\t\n"), id="white space below"),
    ],
)
def test_front_matter_with_nothing_below_is_rejected(data: bytes) -> None:
    assert rejection(data) == "it has no text below its front matter"


def test_no_text_between_horizontal_rules_is_lost() -> None:
    article = parse("x.txt", f"---\n\nThe pears were the first to go.\n\n---\n\n{TWO_PARAGRAPHS}".encode())
    assert "The pears were the first to go." in paragraphs(article)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("----------\nTHE ORCHARD\n\nIt was felled.\n\nNobody signed.", id="a longer rule at the top"),
        pytest.param("---\n\nIt was felled.\n\nNobody signed.", id="a rule that nothing closes"),
        pytest.param("---\nIt was felled.\n\nNobody signed.", id="a rule above a line"),
        pytest.param("---\ntitle: The Orchard\n\nNobody signed.", id="front matter that nothing closes"),
        pytest.param("---\n\nNote: it was felled.\n\n---\n\nNobody signed.", id="a key behind a blank line"),
        pytest.param("---\nWhat they say: it was felled.\n---\n\nNobody signed.", id="a colon and no key"),
    ],
)
def test_text_that_is_not_front_matter_is_kept(text: str) -> None:
    article = parse("x.md", text.encode())
    assert re.findall(r"\w+", text) == re.findall(r"\w+", " ".join(paragraphs(article)))


@pytest.mark.parametrize(
    "above",
    [pytest.param("\n", id="a blank line"), pytest.param("\n \n", id="two"), pytest.param("\ufeff", id="a mark")],
)
def test_front_matter_may_follow_blank_lines(above: str) -> None:
    article = parse("x.md", above.encode() + markdown("title: After the Orchard"))
    assert article.title == "After the Orchard"
    assert paragraphs(article) == TWO_PARAGRAPHS.strip().split("\n\n")


def test_front_matter_may_end_with_dots_as_yaml_does() -> None:
    article = parse("x.md", f"---\ntitle: After the Orchard\n...\n\n{TWO_PARAGRAPHS}".encode())
    assert article.title == "After the Orchard"
    assert paragraphs(article) == TWO_PARAGRAPHS.strip().split("\n\n")


def test_escape_sequences_in_yaml_strings_are_removed() -> None:
    article = parse("x.md", markdown('title: "The \\e[31mRed\\a Orchard"\nauthor: "Ines \\eOkafor"'))
    assert (article.title, article.authors) == ("The Red Orchard", ("Ines Okafor",))


@pytest.mark.parametrize("nothing", ["None", "null", "undefined", "Untitled"])
def test_what_programs_print_for_no_value_is_none(nothing: str) -> None:
    body = f"# After the Orchard\n\nBy Ines Okafor\n\n{TWO_PARAGRAPHS}"
    article = parse("x.md", markdown(f'title: "{nothing}"\nauthor: "{nothing}"\ndate: "{nothing}"', body))
    assert (article.title, article.authors) == ("After the Orchard", ("Ines Okafor",))
    fields = parse("x.txt", f"Title: {nothing}\nAuthor: {nothing}\n\n{body}".encode())
    assert (fields.title, fields.authors) == ("After the Orchard", ("Ines Okafor",))
