"""Article files: what is read, what is refused and in which words, and the paragraphs that come of it."""

import errno
import hashlib
import os
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.article import Article
from index.articles.files import MAX_BYTES, read_folder
from index.articles.formats import decode, parse
from index.errors import ArticleRejected, ArticlesError
from index.text.passages import split
from index.text.sentences import sentence_spans

from tests.support.paths import REPOSITORY

SHIPPED = REPOSITORY / "articles" / "khara-russia-venezuela.txt"
SHIPPED_SHA256 = "e78af8e6046149926e24b4e42f4e56cec6527a7100e5c96f497559777eadf3f5"
BODY = "The orchard behind the school was felled on a Sunday.\n\nNobody in the village had signed for it.\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10"


def markdown(front_matter: str, body: str = BODY) -> bytes:
    return f"---\n{front_matter}\n---\n\n{body}".encode()


def paragraphs(article: Article) -> list[str]:
    return [article.text[p.start : p.end] for p in article.paragraphs]


def reason(data: bytes, fallback: str | None = None) -> str:
    with pytest.raises(ArticleRejected) as caught:
        parse("x.txt", data, fallback)
    return caught.value.message


# The shipped article


def test_the_shipped_article_is_the_users_file_byte_for_byte() -> None:
    assert hashlib.sha256(SHIPPED.read_bytes()).hexdigest() == SHIPPED_SHA256


def test_the_shipped_article_says_who_wrote_it_when_and_who_he_is() -> None:
    article = parse(SHIPPED.name, SHIPPED.read_bytes())
    assert article.authors == ("Oleksandr Khara",)
    assert article.published == "2019-03-26"
    assert article.note == article.text.rstrip().rsplit("\n", 1)[-1]


def test_the_shipped_article_has_23_paragraphs_in_file_order() -> None:
    article = parse(SHIPPED.name, SHIPPED.read_bytes())
    assert [p.number for p in article.paragraphs] == list(range(1, 24))
    assert paragraphs(article) == article.text.strip().split("\n\n")


def test_the_shipped_articles_first_paragraph_begins_behind_byline_and_date() -> None:
    article = parse(SHIPPED.name, SHIPPED.read_bytes())
    first = article.paragraphs[0]
    assert article.text[first.body_start : first.end].startswith("Russia sent")
    assert article.text[first.start : first.body_start].split("\n") == ["Oleksandr Khara", "18:00, 26 March 2019", ""]


def test_no_passage_of_the_shipped_article_holds_a_head_line() -> None:
    article = parse(SHIPPED.name, SHIPPED.read_bytes())
    head = [article.text[line.start : line.end] for line in article.head]
    passages = split(article, sentence_spans)
    assert len(head) == 2
    assert all(passage.start > line.end for passage in passages for line in article.head)
    assert not [passage for passage in passages if head[1] in passage.text]


# Front matter


def test_front_matter_says_what_is_known_about_an_article() -> None:
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
    assert paragraphs(article) == BODY.strip().split("\n\n")


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
def test_a_comma_in_the_front_matter_does_not_make_two_authors_of_one(line: str, authors: tuple[str, ...]) -> None:
    quoted = line if line[0] in "{[" else f'"{line}"'
    assert parse("x.md", markdown(f"author: {quoted}")).authors == authors


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


def test_a_head_that_repeats_the_front_matter_stays_out_of_the_body() -> None:
    article = parse("x.md", markdown("title: After the Orchard\nauthor: Ines Okafor", f"# After the Orchard\n\n{BODY}"))
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
def test_front_matter_that_is_not_valid_is_the_reason_given(lines: str) -> None:
    assert "front matter" in reason(markdown(lines))


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
def test_odd_front_matter_is_the_reason_given_or_loses_no_text(lines: str) -> None:
    try:
        outcome = paragraphs(parse("x.md", markdown(lines)))
    except ArticleRejected as error:
        outcome = [error.message]
    assert outcome[-2:] in (
        BODY.strip().split("\n\n"),
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
def test_what_is_no_name_in_the_front_matter_names_no_author(lines: str) -> None:
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
    assert reason(data) == "it has no text below its front matter"


def test_rules_of_dashes_between_paragraphs_lose_no_text() -> None:
    article = parse("x.txt", f"---\n\nThe pears were the first to go.\n\n---\n\n{BODY}".encode())
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
def test_what_is_no_front_matter_is_text(text: str) -> None:
    article = parse("x.md", text.encode())
    assert "".join(text.split()) == "".join("".join(paragraphs(article)).split())


@pytest.mark.parametrize(
    "above",
    [pytest.param("\n", id="a blank line"), pytest.param("\n \n", id="two"), pytest.param("\ufeff", id="a mark")],
)
def test_front_matter_may_stand_below_blank_lines(above: str) -> None:
    article = parse("x.md", above.encode() + markdown("title: After the Orchard"))
    assert article.title == "After the Orchard"
    assert paragraphs(article) == BODY.strip().split("\n\n")


def test_front_matter_may_end_with_dots_as_yaml_does() -> None:
    article = parse("x.md", f"---\ntitle: After the Orchard\n...\n\n{BODY}".encode())
    assert article.title == "After the Orchard"
    assert paragraphs(article) == BODY.strip().split("\n\n")


def test_an_escape_that_the_front_matter_spells_out_does_not_reach_a_terminal() -> None:
    article = parse("x.md", markdown('title: "The \\e[31mRed\\a Orchard"\nauthor: "Ines \\eOkafor"'))
    assert (article.title, article.authors) == ("The Red Orchard", ("Ines Okafor",))


# Control characters


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        pytest.param("It was \x1b[31;1mfelled\x1b[0m.", "It was felled.", id="colours"),
        pytest.param("It was \x1b]0;owned\x07felled.", "It was felled.", id="a window title"),
        pytest.param("It was \x1b]8;;http://x.y\x1b\\felled\x1b]8;;\x1b\\.", "It was felled.", id="a link"),
        pytest.param("It was \x9b31mfelled.", "It was 31mfelled.", id="a control character of eight bits"),
        pytest.param("It\x08 \x7fwas\x07 felled.", "It was felled.", id="single ones"),
        pytest.param("It\twas\ffelled.\x85Yes.", "It\twas felled.\nYes.", id="white space"),
    ],
)
def test_what_a_terminal_would_obey_is_left_out_and_offsets_count_without_it(text: str, clean: str) -> None:
    article = parse("x.txt", f"{text}\n\nNobody signed.".encode())
    assert article.text == f"{clean}\n\nNobody signed."
    assert article.digest == hashlib.sha256(article.text.encode()).hexdigest()
    assert paragraphs(article) == [clean, "Nobody signed."]


# Paragraphs


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("One pear.\n\nTwo pears.", id="one blank line"),
        pytest.param("\n\nOne pear.\n\n\n\n\nTwo pears.\n\n\n", id="many"),
        pytest.param("One pear.\n \t\nTwo pears.\n", id="a line of blanks"),
        pytest.param("One pear.\n \n \nTwo pears.\n", id="two lines of blanks"),
        pytest.param(" \n\t\nOne pear.\n\nTwo pears.\n \n\t", id="blanks at both ends"),
        pytest.param("One pear.\n\u00a0\nTwo pears.", id="a no-break space"),
        pytest.param("One pear.\r\n\r\nTwo pears.\r\n", id="CRLF"),
        pytest.param("One pear.\r\rTwo pears.\r", id="CR"),
        pytest.param("One pear.\n\f\nTwo pears.", id="a form feed"),
    ],
)
def test_paragraphs_are_separated_by_blank_lines_of_any_kind(text: str) -> None:
    assert paragraphs(parse("x.txt", text.encode())) == ["One pear.", "Two pears."]


def test_a_line_end_within_a_paragraph_stays() -> None:
    article = parse("x.txt", b"The orchard behind the school\r\nwas felled on a Sunday.\r\n\r\nNobody signed.")
    assert paragraphs(article)[0] == "The orchard behind the school\nwas felled on a Sunday."


def test_no_break_spaces_within_a_paragraph_stay_as_they_are() -> None:
    assert paragraphs(parse("x.txt", "It cost 40\u00a0crowns.\n\nEach.".encode()))[0] == "It cost 40\u00a0crowns."


def test_paragraph_at_names_the_paragraph_that_holds_an_offset() -> None:
    article = parse("x.txt", BODY.encode())
    assert article.paragraph_at(article.text.index("Nobody")).number == 2
    with pytest.raises(ValueError, match="no paragraph"):
        article.paragraph_at(article.text.index("\n\n"))


def test_words_counts_the_body_alone() -> None:
    assert parse("x.txt", b"By Ines Okafor\n\nFour words of body.\n\n# And four more words").word_count == 8


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("One pear.\n" + " " * 200_000, id="blanks at the end"),
        pytest.param(" " * 200_000 + "\nOne pear.", id="blanks at the start"),
        pytest.param("One pear.\n" + " \n" * 100_000 + "Two pears.", id="100,000 blank lines"),
        pytest.param("a\n\n" * 50_000, id="50,000 paragraphs"),
        pytest.param("a\n" * 100_000, id="100,000 lines"),
    ],
)
def test_a_large_odd_text_is_parsed_in_bounded_time(text: str) -> None:
    assert parse("x.txt", text.encode()).paragraphs


PIECES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["\n", "\n\n", " \n", "\r", "---\n", "# ", "By Ines Okafor", "3 May 2021", "title: a", "*", "[", ")", "."]
    ),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_rejected_or_gives_numbered_paragraphs_in_order(text: str) -> None:
    try:
        article = parse("x.txt", text.encode())
    except ArticleRejected:
        return
    assert [p.number for p in article.paragraphs] == list(range(1, len(article.paragraphs) + 1))
    before = 0
    for paragraph in article.paragraphs:
        assert before <= paragraph.start <= paragraph.body_start <= paragraph.end <= len(article.text)
        assert paragraph.start < paragraph.end
        before = paragraph.end


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=60), st.sampled_from([None, "windows-1251", "utf-16", "latin-1"]))
def test_any_bytes_are_rejected_or_read(data: bytes, fallback: str | None) -> None:
    try:
        article = parse("x.txt", data, fallback)
    except ArticleRejected:
        return
    assert article.digest == hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_utf_8_and_marked_encodings_are_read_without_the_mark(encoding: str) -> None:
    assert decode("Сад за школою, café\n".encode(encoding)) == "Сад за школою, café\n"


def test_utf_16_without_a_mark_is_rejected_for_its_nul_characters() -> None:
    assert "NUL" in reason(BODY.encode("utf-16-le"))
    assert "NUL" in reason(BODY.encode("utf-16-be"), fallback="windows-1251")


@pytest.mark.parametrize(("encoding", "text"), [("windows-1251", "Сад за школою"), ("latin-1", "Le café du port")])
def test_another_encoding_is_never_guessed_and_the_reason_says_what_to_set(encoding: str, text: str) -> None:
    assert "not UTF-8" in reason(text.encode(encoding))
    assert "ARTICLES_ENCODING" in reason(text.encode(encoding))
    assert parse("x.txt", text.encode(encoding), fallback=encoding).text == text


def test_the_fallback_is_not_used_for_what_is_utf_8_already() -> None:
    assert parse("x.txt", "Сад за школою".encode(), fallback="windows-1251").text == "Сад за школою"


def test_a_marked_file_that_is_broken_is_rejected() -> None:
    assert "not UTF-8" in reason(b"\xff\xfea\x00b")


@pytest.mark.parametrize("fallback", [None, "latin-1"])
def test_a_picture_is_rejected(fallback: str | None) -> None:
    assert "not" in reason(PNG, fallback)
    assert "text" in reason(PNG, fallback)


def test_a_file_of_control_characters_is_rejected() -> None:
    assert reason(bytes(range(1, 9)) * 20) == "it is not a text file (it contains control characters)"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="no bytes"),
        pytest.param(b"\xef\xbb\xbf", id="only a mark"),
        pytest.param(" \n\t\r\n\u00a0 ".encode(), id="white space"),
        pytest.param("\u200b\n\n\u200b".encode(), id="zero-width spaces"),
        pytest.param(b"# \n\n##\n", id="empty headings"),
        pytest.param(b"***\n\n* * *\n", id="ornaments"),
    ],
)
def test_a_file_without_words_is_rejected(data: bytes) -> None:
    assert reason(data) in ("it is empty", "it contains no words")


@pytest.mark.parametrize(
    "text", ["The Orchard\n\n# ", "# The Orchard\n\n#\n\n***", "---\ntitle: The Orchard\n---\n# The Orchard\n\n## \n"]
)
def test_a_file_with_nothing_below_its_head_is_rejected(text: str) -> None:
    assert reason(text.encode()) in ("it contains no words below its head", "it has no text below its front matter")


# Folders


def fill(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def ids(folder: Path) -> list[str]:
    return [article.id for article in read_folder(folder).articles]


def test_articles_come_in_the_order_of_their_names_from_folders_within_too(folder: Path) -> None:
    (folder / "more" / "deep").mkdir(parents=True)
    fill(folder, b="Bees.", a="Ants.")
    fill(folder / "more", c="Crows.")
    fill(folder / "more" / "deep", d="Deer.")
    assert ids(folder) == ["a.txt", "b.txt", "more/c.txt", "more/deep/d.txt"]


def test_every_suffix_of_a_text_is_read_and_no_other(folder: Path) -> None:
    for name in ("a.txt", "b.TEXT", "c.md", "d.Markdown", "e.pdf", "f.docx", "g", "h.txt~", "i.html"):
        (folder / name).write_text(f"The file called {name}.", encoding="utf-8")
    assert ids(folder) == ["a.txt", "b.TEXT", "c.md", "d.Markdown"]
    assert read_folder(folder).skipped == ()


def test_hidden_files_and_folders_are_left_alone(folder: Path) -> None:
    (folder / ".git").mkdir()
    fill(folder / ".git", a="Ants.")
    (folder / ".b.txt").write_text("Bees.", encoding="utf-8")
    assert read_folder(folder) == ((), ())


def test_a_folder_called_like_an_article_is_a_folder(folder: Path) -> None:
    (folder / "x.txt").mkdir()
    fill(folder / "x.txt", y="Inside.")
    assert ids(folder) == ["x.txt/y.txt"]


def large(folder: Path) -> None:
    with (folder / "x.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)


def link(folder: Path) -> None:
    (folder.parent / "secret").write_text("Not for the index.", encoding="utf-8")
    (folder / "x.txt").symlink_to(folder.parent / "secret")


def dangling(folder: Path) -> None:
    (folder / "x.txt").symlink_to(folder / "nowhere")


def circle(folder: Path) -> None:
    (folder / "x.txt").symlink_to(folder / "x.txt")


def linked_folder(folder: Path) -> None:
    (folder / "x.txt").symlink_to(folder, target_is_directory=True)


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "x.txt")


def device(folder: Path) -> None:
    try:
        os.mknod(folder / "x.txt", stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero, which never ends
    except PermissionError:
        pytest.skip("only root makes devices")


def unreadable(folder: Path) -> None:
    (folder / "x.txt").write_text("Not for everybody.", encoding="utf-8")
    (folder / "x.txt").chmod(0)
    if os.geteuid() == 0:
        pytest.skip("root reads everything")


def door(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("x.txt")
    os.chdir(here)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(large, "it is larger than 8 MB", id="larger than 8 MB"),
        pytest.param(link, "it is a link", id="a link out of the folder"),
        pytest.param(dangling, "it is a link", id="a link to nothing"),
        pytest.param(circle, "it is a link", id="a link to itself"),
        pytest.param(linked_folder, "it is a link", id="a link to the folder around it"),
        pytest.param(pipe, "it is not a regular file", id="a pipe"),
        pytest.param(device, "it is not a regular file", id="a device"),
        pytest.param(unreadable, "it cannot be read", id="a file of somebody else's"),
        pytest.param(door, "it cannot be read", id="a socket"),
    ],
)
def test_what_is_no_regular_file_of_an_articles_size_is_named_and_the_others_are_read(
    folder: Path, make: Callable[[Path], None], why: str
) -> None:
    fill(folder, a="Ants.")
    make(folder)
    read = read_folder(folder)
    assert [article.id for article in read.articles] == ["a.txt"]
    assert [skip.name for skip in read.skipped] == ["x.txt"]
    assert read.skipped[0].reason.startswith(why)


def test_a_file_of_8_mb_is_not_too_large(folder: Path) -> None:
    (folder / "x.txt").write_bytes(b"word " * (MAX_BYTES // 5))
    assert ids(folder) == ["x.txt"]


ODD_NAMES = {
    "a line end": "two\nlines.txt",
    "an escape sequence": "\x1b[31mred.txt",
    "an emoji": "🍐.txt",
    "right to left": "\u202etxt.a.txt",
} | ({"invalid UTF-8": os.fsdecode(b"caf\xe9.txt")} if sys.platform == "linux" else {})


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_an_odd_file_name_is_safe_to_print_where_it_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"")
    (skip,) = read_folder(folder).skipped
    assert skip.name.isprintable()
    assert skip.name.encode("utf-8").endswith(b".txt")


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_an_article_with_an_odd_file_name_can_be_stored_or_is_skipped(folder: Path, name: str) -> None:
    (folder / name).write_text(BODY, encoding="utf-8")
    read = read_folder(folder)
    assert len(read.articles) + len(read.skipped) == 1
    for article in read.articles:
        assert article.id.encode("utf-8")


def test_of_two_files_with_the_same_text_the_second_is_named(folder: Path) -> None:
    fill(folder, a=BODY, b=BODY.replace("\n\n", "\n\n\n"), c="Crows.")
    read = read_folder(folder)
    assert [article.id for article in read.articles] == ["a.txt", "c.txt"]
    assert read.skipped == (("b.txt", "it has the same text as a.txt"),)


def test_of_two_files_with_the_same_text_the_one_known_already_stays(folder: Path) -> None:
    fill(folder, a=BODY, b=BODY)
    read = read_folder(folder, indexed={"b.txt": parse("b.txt", BODY.encode()).digest})
    assert [article.id for article in read.articles] == ["b.txt"]
    assert read.skipped == (("a.txt", "it has the same text as b.txt"),)


def unlistable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody list a folder, which root could in spite of its permissions."""
    real = os.scandir

    def scandir(top: str) -> object:
        if Path(top) == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(top))
        return real(top)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_folder_within_that_cannot_be_listed_is_named_and_the_others_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "closed").mkdir()
    fill(folder, a="Ants.")
    unlistable(folder / "closed", monkeypatch)
    read = read_folder(folder)
    assert [article.id for article in read.articles] == ["a.txt"]
    assert read.skipped == (("closed/", "it cannot be read (Permission denied)"),)


def test_an_articles_folder_that_cannot_be_listed_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlistable(folder, monkeypatch)
    with pytest.raises(ArticlesError, match="cannot be read: Permission denied"):
        read_folder(folder)


def test_files_of_another_encoding_are_read_with_the_fallback(folder: Path) -> None:
    (folder / "x.txt").write_bytes("Сад за школою".encode("windows-1251"))
    assert read_folder(folder).articles == ()
    assert read_folder(folder, fallback="windows-1251").articles[0].text == "Сад за школою"


def test_only_the_named_files_and_folders_are_read(folder: Path) -> None:
    (folder / "more").mkdir()
    fill(folder, a="Ants.", b="Bees.")
    fill(folder / "more", c="Crows.")
    read = read_folder(folder, only=(folder / "a.txt", folder / "more"))
    assert [article.id for article in read.articles] == ["a.txt", "more/c.txt"]


def test_a_missing_folder_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ArticlesError, match="does not exist") as caught:
        read_folder(tmp_path / "none")
    assert "ARTICLES_DIR" in caught.value.hint


def test_a_file_instead_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(BODY, encoding="utf-8")
    with pytest.raises(ArticlesError, match="is not a folder") as caught:
        read_folder(tmp_path / "x.txt")
    assert "Create" not in caught.value.hint
