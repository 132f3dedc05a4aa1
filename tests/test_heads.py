"""Heads and notes: a title, a byline, a date are found in the shapes they come in, and no line of the body is lost."""

import pytest

from index.articles import Article, parse
from index.heads import surname

BODY = (
    "The harbour town sold its last trawler this spring, and nobody on the council asked why it had to go.",
    "We were told that visitors would come instead. They came for one summer and left nothing behind but prices.",
    "Ask at the quay who is better off, and watch them laugh.",
)
TITLE = "The Last Trawler"
QUILL = ("Marta Quill",)


def article_with(head: str = "", note: str = "") -> Article:
    return parse("x.txt", "\n\n".join(part for part in (head, *BODY, note) if part).encode())


def body_of(article: Article) -> tuple[str, ...]:
    bodies = (article.text[p.body : p.end] for p in article.paragraphs)
    return tuple(body for body in bodies if body.strip())


@pytest.mark.parametrize(
    ("head", "title", "authors", "published"),
    [
        pytest.param("", None, (), None, id="no head"),
        pytest.param(TITLE, TITLE, (), None, id="title"),
        pytest.param("Who Sold the Trawler?", "Who Sold the Trawler?", (), None, id="title that asks"),
        pytest.param("By Marta Quill", None, QUILL, None, id="byline"),
        pytest.param(f"{TITLE}\n\nBy Marta Quill", TITLE, QUILL, None, id="title, byline"),
        pytest.param(f"{TITLE}\nBy Marta Quill", TITLE, QUILL, None, id="title and byline in a block"),
        pytest.param(f"{TITLE}\nMarta Quill", TITLE, QUILL, None, id="title and name in a block"),
        pytest.param(f"# {TITLE}\n\n*By Marta Quill*", TITLE, QUILL, None, id="markdown"),
        pytest.param(f"OPINION\n\n{TITLE}\n\nBy Marta Quill", TITLE, QUILL, None, id="kicker, title, byline"),
        pytest.param(f"{TITLE}\nWhat a harbour loses\nBy Marta Quill", TITLE, QUILL, None, id="subtitle in the block"),
        pytest.param(f"{TITLE}\n\nWhat a harbour loses\n\nBy Marta Quill", TITLE, QUILL, None, id="subtitle by itself"),
        pytest.param("Marta Quill\n18:00, 2 May 2021", None, QUILL, "2021-05-02", id="name above a date"),
        pytest.param("Marta Quill\n\nMay 2021", None, QUILL, "2021-05", id="name, month"),
        pytest.param(f"{TITLE}\n\nMarta Quill | January 5, 2025", TITLE, QUILL, "2025-01-05", id="name, bar, date"),
        pytest.param(f"{TITLE}\n\nJanuary 5, 2025 | Marta Quill", TITLE, QUILL, "2025-01-05", id="date, bar, name"),
        pytest.param(f"{TITLE}\n\nMarta Quill – 3 May 2021", TITLE, QUILL, "2021-05-03", id="name, dash, date"),
        pytest.param(f"{TITLE}\n\nMarta Quill, May 3, 2021", TITLE, QUILL, "2021-05-03", id="name, comma, date"),
        pytest.param(
            f"{TITLE}\n\nPosted by Marta Quill, May 3, 2021, 10:15 am", TITLE, QUILL, "2021-05-03", id="posted by, date"
        ),
        pytest.param(
            f"{TITLE}\n\nPosted on May 3, 2021 by Marta Quill", TITLE, QUILL, "2021-05-03", id="posted on, by"
        ),
        pytest.param(f"{TITLE}\n\nMarta Quill, harbour master", TITLE, QUILL, None, id="name, role"),
        pytest.param(f"{TITLE}\n\nBy Marta Quill as told to Per Lund", TITLE, QUILL, None, id="as told to"),
        pytest.param(f"{TITLE}\nBy Marta Quill\nFrom the Harbour Gazette", TITLE, QUILL, None, id="credit"),
        pytest.param(
            f"{TITLE}\nBy Marta Quill\nFrom the Harbour Gazette. Monday, 3 May 2021",
            TITLE,
            QUILL,
            "2021-05-03",
            id="credit with a date",
        ),
        pytest.param(
            f"{TITLE}\n\nBy Marta Quill, with Per Lund", TITLE, ("Marta Quill", "Per Lund"), None, id="with another"
        ),
        pytest.param(
            f"{TITLE}\n\nBy Marta Quill and Per Lund", TITLE, ("Marta Quill", "Per Lund"), None, id="two authors"
        ),
        pytest.param(
            f"{TITLE}\n\nBy Marta Quill, Per Lund and Ines Okafor",
            TITLE,
            ("Marta Quill", "Per Lund", "Ines Okafor"),
            None,
            id="three authors",
        ),
        pytest.param("By Marta van der Quill-O’Shea", None, ("Marta van der Quill-O’Shea",), None, id="a long name"),
        pytest.param("By M. K. Quill", None, ("M. K. Quill",), None, id="initials"),
        pytest.param("Богдан Ліра\n3 May 2021", None, ("Богдан Ліра",), "2021-05-03", id="Cyrillic name"),
    ],
)
def test_a_head_is_read_and_nothing_of_it_stays_in_the_body(
    head: str, title: str | None, authors: tuple[str, ...], published: str | None
) -> None:
    article = article_with(head)
    assert (article.title, article.authors, article.published) == (title, authors, published)
    assert body_of(article) == BODY


def test_a_byline_in_capitals_names_the_author() -> None:
    assert [name.title() for name in article_with(f"{TITLE}\n\nBY MARTA QUILL").authors] == ["Marta Quill"]


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("2021-05-03", "2021-05-03"),
        ("3 May 2021", "2021-05-03"),
        ("May 3, 2021", "2021-05-03"),
        ("May 3rd, 2021", "2021-05-03"),
        ("MAY 3, 2021", "2021-05-03"),
        ("Sept. 3, 2021", "2021-09-03"),
        ("Monday, May 3, 2021", "2021-05-03"),
        ("10:15, 3 May 2021", "2021-05-03"),
        ("3 May 2021, 10:15 GMT", "2021-05-03"),
        ("Mon 3 May 2021 10.15 BST", "2021-05-03"),
        ("Published 3 May 2021", "2021-05-03"),
        ("First published May 3, 2021; updated May 9, 2021", "2021-05-03"),
        ("25/12/2021", "2021-12-25"),
        ("12/25/2021", "2021-12-25"),
        ("03.05.2021", "2021-05-03"),
        ("May 2021", "2021-05"),
        ("October 27, 1787", "1787-10-27"),
        ("3 May", "3 May"),
        ("May 3", "May 3"),
    ],
    ids=lambda value: value,
)
def test_a_date_is_read_in_its_usual_forms(line: str, published: str) -> None:
    article = article_with(f"{TITLE}\n\n{line}")
    assert article.published == published
    assert body_of(article) == BODY


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("They held the vote at night.", id="a short sentence"),
        pytest.param("On 3 May 2021 the council sold the last trawler without a debate.", id="a sentence with a date"),
        pytest.param("The council sold the last trawler on 3 May 2021.", id="a sentence that ends with a date"),
        pytest.param("It ended on 3 May 2021.", id="a short sentence that ends with a date"),
        pytest.param("In May 2021, Marta Quill sold it.", id="a sentence with a date and a name"),
        pytest.param(
            "The harbour town sold its last trawler\nlast spring, and nobody on the council\nasked why it had to go.",
            id="hard-wrapped",
        ),
        pytest.param("Nobody in Port Avel believes\nthe council any more. The boats\nwere old.", id="short lines"),
        pytest.param(
            "On May 3, 2021\nthe council met for the last time\nand sold the boats.", id="wrapped after a date"
        ),
        pytest.param("Marta Quill\nsold the boats, and so\ndid everybody else.", id="wrapped after a name"),
        pytest.param("By the time it came to a vote\nthe boats were gone.", id="wrapped, and begins with By"),
        pytest.param("“Boats are for the old,” the mayor told me.", id="a quotation"),
    ],
)
@pytest.mark.parametrize("head", [pytest.param("", id="at the top"), pytest.param(TITLE, id="below a title")])
def test_a_first_paragraph_of_the_body_is_not_taken_for_a_head(head: str, first: str) -> None:
    article = article_with(f"{head}\n\n{first}".strip())
    assert body_of(article) == (first, *BODY)
    assert article.published is None


def test_a_head_line_has_its_own_words_and_paragraph_number() -> None:
    article = article_with(f"{TITLE}\n\nMarta Quill\n3 May 2021")
    found = [(line.kind, line.paragraph, article.text[line.start : line.end]) for line in article.head]
    assert found == [("title", 1, TITLE), ("author", 2, "Marta Quill"), ("date", 2, "3 May 2021")]


def test_a_text_of_head_lines_alone_keeps_its_last_line_as_body() -> None:
    article = parse("x.txt", b"The Last Trawler\n\nBy Marta Quill\n\n3 May 2021")
    assert body_of(article) == ("3 May 2021",)


def test_a_title_is_no_word_of_100_000_letters() -> None:
    article = article_with("x" * 100_000)
    assert len(article.title or "") == 0
    assert len(body_of(article)[0]) == 100_000


@pytest.mark.parametrize(
    ("note", "text"),
    [
        pytest.param("Marta Quill keeps bees on Selby Head.", None, id="led by the name"),
        pytest.param("Dr. Quill teaches at the net school.", None, id="led by the surname"),
        pytest.param("Quill is the author of three books on nets.", None, id="the surname and what she is"),
        pytest.param("The author was harbour master of Selby.", None, id="the author"),
        pytest.param("The writer has left the town.", None, id="the writer"),
        pytest.param("[Marta Quill keeps bees.]", None, id="in brackets"),
        pytest.param("(Translated by Per Lund)", None, id="a translator in brackets"),
        pytest.param("*Marta Quill keeps bees.*", "Marta Quill keeps bees.", id="emphasised"),
        pytest.param("_A longer version ran in June._", "A longer version ran in June.", id="about the text"),
    ],
)
def test_a_note_at_the_foot_is_found(note: str, text: str | None) -> None:
    article = article_with(f"{TITLE}\n\nBy Marta Quill", note)
    assert article.note == (text or note)
    assert article.note_span == (len(article.text) - len(note), len(article.text))
    assert article.authors == QUILL


def test_a_note_names_the_author_where_no_head_does() -> None:
    article = article_with(TITLE, "Ines Okafor was harbour master of Selby.")
    assert article.authors == ("Ines Okafor",)
    assert article.note == "Ines Okafor was harbour master of Selby."


@pytest.mark.parametrize(
    "last",
    [
        pytest.param("We should have asked sooner.", id="a plain sentence"),
        pytest.param("The council will have to answer for it.", id="begins with The"),
        pytest.param("The authority was wrong, and it knows.", id="begins like the author"),
        pytest.param("Per Lund was right.", id="led by another name"),
        pytest.param("Nobody but *me* will miss the boats.", id="an emphasised word"),
        pytest.param("They were warned (twice).", id="brackets at the end"),
        pytest.param("Marta Quill " + "and the boats " * 30 + "went home.", id="led by the name, too long for a note"),
    ],
)
def test_a_last_paragraph_of_the_body_is_not_taken_for_a_note(last: str) -> None:
    article = article_with(f"{TITLE}\n\nBy Marta Quill", last)
    assert article.note is None
    assert body_of(article) == (*BODY, last)


def test_a_person_of_the_body_is_not_taken_for_the_author_by_a_last_paragraph() -> None:
    text = "Per Lund keeps the boats.\n\nNobody pays him.\n\nHe asked twice.\n\nPer Lund was right."
    assert parse("x.txt", text.encode()).authors == ()


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
def test_a_surname_is_the_last_word_of_a_name_without_ranks(name: str, last: str) -> None:
    assert surname(name) == last
