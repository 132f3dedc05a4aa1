"""Parse a file: decoding, paragraphs, and the shipped article."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.formats import FORMATS, Format
from index.articles.formats.plain import decode
from index.articles.formats.result import FormatResult, StatedMetadata
from index.articles.parse import parse
from index.errors import ArticleRejected
from index.text.passages import split
from index.text.sentences import sentence_spans

from tests.index.articles.samples import TWO_PARAGRAPHS, body_of, paragraphs, rejection
from tests.support.examples import examples
from tests.support.paths import REPOSITORY

SHIPPED = REPOSITORY / "articles" / "khara-russia-venezuela.txt"
SHIPPED_SHA256 = "e78af8e6046149926e24b4e42f4e56cec6527a7100e5c96f497559777eadf3f5"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10"

# The shipped article


def test_the_shipped_article_is_unmodified() -> None:
    assert hashlib.sha256(SHIPPED.read_bytes()).hexdigest() == SHIPPED_SHA256


def test_the_shipped_article_has_an_author_a_date_and_an_author_note() -> None:
    article = parse(SHIPPED.name, SHIPPED.read_bytes())
    assert article.authors == ("Oleksandr Khara",)
    assert article.published == "2019-03-26"
    assert article.note == article.text.rstrip().rsplit("\n", 1)[-1]


def test_the_shipped_article_has_23_paragraphs_in_file_order() -> None:
    article = parse(SHIPPED.name, SHIPPED.read_bytes())
    assert [p.number for p in article.paragraphs] == list(range(1, 24))
    assert paragraphs(article) == article.text.strip().split("\n\n")


def test_the_body_of_the_shipped_article_starts_after_byline_and_date() -> None:
    article = parse(SHIPPED.name, SHIPPED.read_bytes())
    first = article.paragraphs[0]
    assert article.text[first.body_start : first.end].startswith("Russia sent")
    assert article.text[first.start : first.body_start].split("\n") == ["Oleksandr Khara", "18:00, 26 March 2019", ""]


def test_no_passage_of_the_shipped_article_contains_a_head_line() -> None:
    article = parse(SHIPPED.name, SHIPPED.read_bytes())
    head = [article.text[line.start : line.end] for line in article.head]
    passages = split(article, sentence_spans)
    assert len(head) == 2
    assert all(passage.start > line.end for passage in passages for line in article.head)
    assert not [passage for passage in passages if head[1] in passage.text]


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
def test_control_characters_are_removed_before_offsets_are_counted(text: str, clean: str) -> None:
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


def test_a_line_feed_within_a_paragraph_is_kept() -> None:
    article = parse("x.txt", b"The orchard behind the school\r\nwas felled on a Sunday.\r\n\r\nNobody signed.")
    assert paragraphs(article)[0] == "The orchard behind the school\nwas felled on a Sunday."


def test_no_break_spaces_within_a_paragraph_become_plain_ones() -> None:
    assert paragraphs(parse("x.txt", "It cost 40\u00a0crowns.\n\nEach.".encode()))[0] == "It cost 40 crowns."


def test_paragraph_at_returns_the_paragraph_that_contains_an_offset() -> None:
    article = parse("x.txt", TWO_PARAGRAPHS.encode())
    assert article.paragraph_at(article.text.index("Nobody")).number == 2
    with pytest.raises(ValueError, match="no paragraph"):
        article.paragraph_at(article.text.index("\n\n"))


def test_word_count_covers_only_the_body() -> None:
    assert parse("x.txt", b"By Ines Okafor\n\nFour words of body.\n\n# And four more words").word_count == 8


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("One pear.\n" + " " * 200_000, id="blanks at the end"),
        pytest.param(" " * 200_000 + "\nOne pear.", id="blanks at the start"),
        pytest.param("One pear.\n" + " \n" * 100_000 + "Two pears.", id="100,000 blank lines"),
        pytest.param("a\n\n" * 20_000, id="20,000 paragraphs"),
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


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_rejected_or_parsed_into_numbered_paragraphs_in_order(text: str) -> None:
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


@settings(max_examples=examples(200), deadline=None, derandomize=True)
@given(st.binary(max_size=60), st.sampled_from([None, "windows-1251", "utf-16", "latin-1"]))
def test_any_bytes_are_rejected_or_parsed(data: bytes, fallback: str | None) -> None:
    try:
        article = parse("x.txt", data, fallback)
    except ArticleRejected:
        return
    assert article.digest == hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()


# Formats


def test_a_format_is_selected_by_its_suffix_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, ".shout", Format(lambda data, _: FormatResult(data.decode().upper())))
    assert paragraphs(parse("x.Shout", b"One pear.\n\nTwo pears.")) == ["ONE PEAR.", "TWO PEARS."]


def test_metadata_that_a_file_states_gives_way_to_front_matter_and_beats_the_head(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stated = StatedMetadata("The Stated", ("Ada Nwosu",), "2021-05-03", "https://example.org/a")
    monkeypatch.setitem(FORMATS, ".shout", Format(lambda data, _: FormatResult(data.decode(), stated=stated)))
    head = parse("x.shout", b"The Orchard\n\nBy Ines Okafor\n\nIt was felled on a Sunday, and nobody signed.")
    matter = b"---\ntitle: The Front\nauthors: [Ines Okafor]\ndate: 2020-01-01\nurl: https://b.org/b\n---\nIt fell."
    front = parse("x.shout", matter)
    assert (head.title, head.authors, head.published, head.source) == (
        "The Stated",
        ("Ada Nwosu",),
        "2021-05-03",
        "https://example.org/a",
    )
    assert (front.title, front.authors, front.published, front.source) == (
        "The Front",
        ("Ines Okafor",),
        "2020-01-01",
        "https://b.org/b",
    )


def test_only_markdown_has_list_marks() -> None:
    bodies = [body_of(parse(name, b"It was felled.\n\n- One pear.")) for name in ("x.txt", "x.md", "x", "x.MARKDOWN")]
    assert [body[-1] for body in bodies] == ["- One pear.", "One pear.", "- One pear.", "One pear."]


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_selects_the_encoding_and_is_removed(encoding: str) -> None:
    assert decode("Сад за школою, café\n".encode(encoding)) == "Сад за школою, café\n"


def test_utf_16_without_a_byte_order_mark_is_rejected_for_its_nul_characters() -> None:
    assert "NUL" in rejection(TWO_PARAGRAPHS.encode("utf-16-le"))
    assert "NUL" in rejection(TWO_PARAGRAPHS.encode("utf-16-be"), fallback="windows-1251")


@pytest.mark.parametrize(("encoding", "text"), [("windows-1251", "Сад за школою"), ("latin-1", "Le café du port")])
def test_another_encoding_is_never_guessed_and_the_reason_says_what_to_set(encoding: str, text: str) -> None:
    assert "not UTF-8" in rejection(text.encode(encoding))
    assert "ARTICLES_ENCODING" in rejection(text.encode(encoding))
    assert parse("x.txt", text.encode(encoding), fallback=encoding).text == text


def test_the_fallback_is_not_used_for_valid_utf_8() -> None:
    assert parse("x.txt", "Сад за школою".encode(), fallback="windows-1251").text == "Сад за школою"


def test_a_truncated_file_with_a_byte_order_mark_is_rejected() -> None:
    assert "not UTF-8" in rejection(b"\xff\xfea\x00b")


@pytest.mark.parametrize("fallback", [None, "latin-1"])
def test_a_picture_is_rejected(fallback: str | None) -> None:
    assert "not" in rejection(PNG, fallback)
    assert "text" in rejection(PNG, fallback)


def test_a_file_of_control_characters_is_rejected() -> None:
    assert rejection(bytes(range(1, 9)) * 20) == "it is not a text file (it contains control characters)"


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
    assert rejection(data) in ("it is empty", "it contains no words")


@pytest.mark.parametrize(
    "text", ["The Orchard\n\n# ", "# The Orchard\n\n#\n\n***", "---\ntitle: The Orchard\n---\n# The Orchard\n\n## \n"]
)
def test_a_file_with_nothing_below_its_head_is_rejected(text: str) -> None:
    assert rejection(text.encode()) in ("it contains no words below its head", "it has no text below its front matter")
