"""The head: title, byline and date in many layouts, and first paragraphs that are not a head."""

import pytest

from index.articles.parse import parse

from tests.index.articles.samples import BODY, QUILL, TITLE, article_with, body_of


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


PASTED = {
    "a newsletter": (
        f"{TITLE}\nWhat a harbour loses\n\nMARTA QUILL\nMAY 03, 2021\n\n32\n\n4\nShare",
        TITLE,
        ("MARTA QUILL",),
    ),
    "section, standfirst, who she is": (
        f"Opinion|Fisheries\n{TITLE}\nThe harbour is empty and the visitors are gone.\n\n"
        "Marta Quill\nMarta Quill is a writer based in Selby.\nPublished On 3 May 2021",
        TITLE,
        QUILL,
    ),
    "breadcrumbs, handle, shares": (
        f"Home / Opinion / Columns\n\n{TITLE}\n\nMarta Quill\n@martaquill\n3 May 2021, 10:15 CEST\n\n1.2K shares",
        TITLE,
        QUILL,
    ),
    "German": (f"Kommentar\n\n{TITLE}\n\nVon Marta Quill\n3. Mai 2021, 10:15 Uhr\nLesezeit: 4 Min.", TITLE, QUILL),
    "French": (
        f"TRIBUNE\n\n{TITLE}\n\nPar Marta Quill\nPublié le 3 mai 2021 à 10h15\nTemps de lecture : 4 min\n\nPartager",
        TITLE,
        QUILL,
    ),
    "Spanish": (f"OPINIÓN\n{TITLE}\nPor Marta Quill\n3 de mayo de 2021\nCompartir", TITLE, QUILL),
    "Italian": (f"{TITLE}\n\ndi Marta Quill\n3 maggio 2021", TITLE, QUILL),
    "Polish": (f"{TITLE}\n\nMarta Quill\n3 maja 2021, 10:15\n\n12 komentarzy", TITLE, QUILL),
    "Dutch": (f"{TITLE}\n\nDoor Marta Quill\n3 mei 2021", TITLE, QUILL),
    "Swedish": (f"{TITLE}\nAv Marta Quill\n3 maj 2021 kl. 10.15", TITLE, QUILL),
    "Ukrainian": (f"Думка\n\n{TITLE}\n\nМарта Квіл\n3 травня 2021, 10:15\n1234 перегляди", TITLE, ("Марта Квіл",)),
    "Russian": (f"Мнение\n{TITLE}\nАвтор: Марта Квилл\n3 мая 2021 г.", TITLE, ("Марта Квилл",)),
    "Japanese date": (f"{TITLE}\n2021年5月3日\nMarta Quill", TITLE, QUILL),
    "a paper behind the name, updated first": (
        f"{TITLE}\n\nMarta Quill, The Selby Post\nUpdated 9 May 2021\nPublished 3 May 2021",
        TITLE,
        QUILL,
    ),
    "role, time with dots, buttons": (
        f"{TITLE}\nBy Marta Quill\nOpinion columnist\nMay 3, 2021 at 7:00 a.m. EDT\n"
        "Gift article\n\nShare\n\nComment\n\n214",
        TITLE,
        QUILL,
    ),
    "two authors, time to read, illustration": (
        f"{TITLE}\n\nBy Marta Quill and Per Lund\n\nMay 3, 2021 | 5 min read\n\nIllustration by Ines Okafor",
        TITLE,
        ("Marta Quill", "Per Lund"),
    ),
    "views": ("Marta Quill\n3 May 2021\n1234 views", None, QUILL),
    "views in a block of their own": ("Marta Quill\n3 May 2021\n\n2,345 views", None, QUILL),
    "a counter that nobody has listed": ("Marta Quill\n3 May 2021\n17 Thumbs", None, QUILL),
    "comments, then the title": (f"Marta Quill\nMay 3, 2021\nCOMMENTS (17)\n{TITLE}", TITLE, QUILL),
    "date, name, title": (f"3 May 2021\nMarta Quill\n{TITLE}", TITLE, QUILL),
    "standfirst with the name, last modified": (
        f"The Saturday Essay\n{TITLE}\nMarta Quill on what a harbour loses\nMon 3 May 2021 08.00 BST\n"
        "Last modified on Thu 6 May 2021 09.30 BST",
        TITLE,
        (),
    ),
    "a board": (f"Editorial\n\n{TITLE}\n\nThe Editorial Board\n3 May 2021", TITLE, ()),
    "dots between": (f"{TITLE}\n\nMarta Quill · May 3, 2021 · 7 min read", TITLE, QUILL),
    "the name twice, dots in lines of their own": (
        f"{TITLE}\nMarta Quill\nMarta Quill\n\n·\nFollow\n\n5 min read\n·\nMay 3, 2021",
        TITLE,
        QUILL,
    ),
    "date, then name and university": (
        f"{TITLE}\n\nPublished: May 3, 2021 10.15am BST\n\nMarta Quill, University of Selby",
        TITLE,
        QUILL,
    ),
    "name, chair": (
        f"{TITLE}\n\nMarta Quill\nProfessor of Maritime History, University of Selby\nPublished May 3, 2021",
        TITLE,
        QUILL,
    ),
    "two lines of sections": (
        f"OPINION\nGUEST ESSAY\n\n{TITLE}\nMay 3, 2021, 5:00 a.m. ET\n\nBy Marta Quill",
        TITLE,
        QUILL,
    ),
    "section, standfirst and byline in a block": (
        f"IDEAS\n{TITLE}\nIt was the last boat in town.\nBy Marta Quill\nMAY 3, 2021, 6 AM ET\nSHARE",
        TITLE,
        QUILL,
    ),
    "section before the title": (f"Opinion  {TITLE}\n\nBy Marta Quill\n3 May 2021", TITLE, QUILL),
    "a title of names": (
        "Trawlers Without Borders\nMay 3, 2021 MARTA QUILL",
        "Trawlers Without Borders",
        ("MARTA QUILL",),
    ),
    "handle": (f"{TITLE}\nBy Marta Quill @mquill\n3 May 2021", TITLE, QUILL),
    "nickname": (f'{TITLE}\nBy Marta "Boats" Quill\n3 May 2021', TITLE, ('Marta "Boats" Quill',)),
    "pen name": (f"{TITLE}\nBy Corvus\n3 May 2021", TITLE, ("Corvus",)),
    "two sentences for a title": (
        "Boats matter. Here is why.\n\nBy Marta Quill\n3 May 2021",
        "Boats matter. Here is why.",
        QUILL,
    ),
    "Markdown with a rule": (f"**{TITLE}**\n\n*Marta Quill*\n\n*3 May 2021*\n\n---", TITLE, QUILL),
    "Markdown with a subtitle": (f"# {TITLE}\n## What a harbour loses\nMarta Quill\n3 May 2021", TITLE, QUILL),
}


@pytest.mark.parametrize("glue", ["\n\n", "\n"], ids=["blank line", "no blank line"])
@pytest.mark.parametrize(("head", "title", "authors"), PASTED.values(), ids=PASTED)
def test_a_head_pasted_from_a_web_page_is_read_and_nothing_of_it_stays_in_the_body(
    head: str, title: str | None, authors: tuple[str, ...], glue: str
) -> None:
    article = parse("x.txt", (head + glue + "\n\n".join(BODY)).encode())
    assert (article.title, article.authors, article.published) == (title, authors, "2021-05-03")
    assert body_of(article) == BODY


SAVED = {
    "the paper's name and the section above": (
        f"The Selby Post\n\nOPINION\n\n{TITLE}\n\nBy Marta Quill\n\n3 May 2021",
        TITLE,
        QUILL,
        "2021-05-03",
    ),
    "strokes": (f"{TITLE}\n\nBy Marta Quill\n\n2021/05/03", TITLE, QUILL, "2021-05-03"),
    "two digits": (f"{TITLE}\n\nBy Marta Quill\n\n03.05.21", TITLE, QUILL, "2021-05-03"),
    "all between bars": (f"{TITLE} | Marta Quill | 3 May 2021 | The Selby Post", TITLE, QUILL, "2021-05-03"),
    "a linked name": (
        f"{TITLE}\n\nBy [Marta Quill](https://selby.example/q)\n\n3 May 2021",
        TITLE,
        QUILL,
        "2021-05-03",
    ),
    "a wiki link": (f"# {TITLE}\n\nBy [[Marta Quill]]\n\n3 May 2021", TITLE, QUILL, "2021-05-03"),
    "a reader service": (
        f"Title: {TITLE} | The Selby Post\n\nURL Source: https://selby.example/trawler\n\n"
        "Published Time: 2021-05-03T08:00:00Z\n\nMarkdown Content:\n\nBy Marta Quill",
        TITLE,
        QUILL,
        "2021-05-03",
    ),
    "fields of a blog": (
        f"{TITLE}\n\n:author: Marta Quill\n:tags: boats, towns\n:date: 2021-05-03\n:slug: trawler",
        TITLE,
        QUILL,
        "2021-05-03",
    ),
    "a blog named after its author": (f"{TITLE}\nMay 3, 2021 on Marta Quill's blog", TITLE, QUILL, "2021-05-03"),
    "surname first": (f"{TITLE}\n\nQuill, Marta\n\n3 May 2021", TITLE, QUILL, "2021-05-03"),
    "the record of a parliament": (f"{TITLE.upper()}\nMs. QUILL — 3 May 2021", TITLE.upper(), ("Quill",), "2021-05-03"),
    "name and office": (f"{TITLE}\n\nBy Marta Quill, Project Director\nMay 3, 2021", TITLE, QUILL, "2021-05-03"),
    "a forename that is a particle": (f"{TITLE}\n\nBy Al Span", TITLE, ("Al Span",), None),
    "a book's title page": (
        f"ESSAYS OF A FERRYMAN\n\nBY MARTA QUILL\n\n1891\n\nCHAPTER IV\n\n{TITLE.upper()}",
        TITLE.upper(),
        ("MARTA QUILL",),
        "1891",
    ),
}


@pytest.mark.parametrize(("head", "title", "authors", "published"), SAVED.values(), ids=SAVED)
def test_a_head_is_read_as_articles_are_saved_copied_and_clipped(
    head: str, title: str, authors: tuple[str, ...], published: str | None
) -> None:
    article = parse("x.md", "\n\n".join((head, *BODY)).encode())
    assert (article.title, article.authors, article.published) == (title, authors, published)
    assert body_of(article) == BODY


@pytest.mark.parametrize(
    "below",
    [
        "Yours faithfully,\n\nMarta Quill\n(Harbour master)\nSelby",
        "Sincerely,\nMarta Quill",
        "— Marta Quill",
        "Work by Marta Quill is CC-BY.",
        "Copyright Marta Quill, licensed under CC BY 4.0",
    ],
    ids=ascii,
)
def test_a_signature_or_a_licence_names_the_author(below: str) -> None:
    assert parse("x.txt", "\n\n".join((TITLE, *BODY, below)).encode()).authors == QUILL


def test_a_section_above_a_letter_is_not_its_text() -> None:
    article = parse("x.txt", "\n\n".join(("Letters to the editor", "Dear Sir,", *BODY)).encode())
    assert article.title is None
    assert "Letters to the editor" not in body_of(article)


def test_a_reviewed_book_s_author_is_not_the_reviewer() -> None:
    head = f"Book review\n\n{TITLE}\n\nTHE EMPTY NET\nBy Per Lund\n(Selby Press, 2019)\nReviewed by Marta Quill"
    article = parse("x.txt", "\n\n".join((head, *BODY)).encode())
    assert (article.title, article.authors) == (TITLE, QUILL)


@pytest.mark.parametrize(
    ("evidence", "published"),
    [
        ("", "3/4/2021"),
        ("Last seen on 25/3/2021.", "2021-04-03"),
        ("Seen at https://selby.example/2021/03/04/trawler.", "2021-03-04"),
    ],
)
def test_an_unclear_date_is_settled_by_other_dates_of_the_file(evidence: str, published: str) -> None:
    article = parse("x.txt", "\n\n".join((TITLE, "By Marta Quill\n3/4/2021", *BODY, evidence)).encode())
    assert article.published == published


@pytest.mark.parametrize("when", ["2 days ago", "An hour ago", "18:00", "Yesterday at 9 am", "vor 3 Stunden"])
def test_a_time_without_a_day_is_a_head_line_but_not_a_date(when: str) -> None:
    article = article_with(f"Marta Quill\n{when}")
    assert (article.authors, article.published) == (QUILL, None)
    assert body_of(article) == BODY


@pytest.mark.parametrize("glue", ["\n\n", "\n"], ids=["blank line", "no blank line"])
def test_a_url_above_the_title_is_the_source(glue: str) -> None:
    article = article_with(f"https://selby.example/opinion/trawler{glue}{TITLE}\n\nBy Marta Quill | 3 May 2021")
    assert (article.source, article.title, article.authors) == ("https://selby.example/opinion/trawler", TITLE, QUILL)
    assert body_of(article) == BODY


def test_the_date_of_an_update_counts_only_without_a_publication_date() -> None:
    assert article_with(f"{TITLE}\nMarta Quill\nUpdated 9 May 2021").published == "2021-05-09"


def test_a_short_line_of_hard_wrapped_text_is_not_a_head_line() -> None:
    first = "The council met on\nMonday. It closed\nthe harbour."
    article = article_with(f"Marta Quill\n3 May 2021\n{first}")
    assert body_of(article) == (first, *BODY)


def test_a_note_about_the_author_may_stand_above_the_body() -> None:
    article = article_with(f"{TITLE}\n\nBy Marta Quill\n\nMs. Quill keeps bees on Selby Head.")
    assert article.note == "Ms. Quill keeps bees on Selby Head."
    assert article.note_span is None
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
        ("May 3, 2021 8.23am GMT", "2021-05-03"),
        ("Published 9:12 AM EST, Mon May 3, 2021", "2021-05-03"),
        ("10:15, 3 травня 2021", "2021-05-03"),
        ("Lundi 3 mai 2021 à 10h15", "2021-05-03"),
        ("3. März 2021", "2021-03-03"),
        ("1er févr. 2021", "2021-02-01"),
        ("березень 2021", "2021-03"),
        ("2021. május 3.", "2021-05-03"),
        ("03/04/2021", "03/04/2021"),
        ("04/04/2021", "2021-04-04"),
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
def test_a_date_is_recognised_in_its_usual_forms(line: str, published: str) -> None:
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


def test_a_short_text_below_a_byline_is_the_body_although_the_file_is_named_after_it() -> None:
    article = parse("trains.txt", b"By Marta Quill\n\nThe trains cost 7 million a year.\n\nThey are always late.\n")
    assert body_of(article) == ("The trains cost 7 million a year.", "They are always late.")
    assert article.authors == ("Marta Quill",)


def test_a_date_at_the_end_of_a_long_line_of_the_head_is_the_date() -> None:
    line = (
        "Remarks by Marta Quill, harbour master (retired), at the annual dinner of the Society of Boat Builders, Selby"
    )
    article = article_with(f"The last trawler\n{line}, 22 July 2024")
    assert (article.authors, article.published) == (("Marta Quill",), "2024-07-22")


def test_head_lines_have_a_kind_offsets_and_a_paragraph_number() -> None:
    article = article_with(f"{TITLE}\n\nMarta Quill\n3 May 2021")
    found = [(line.kind, line.paragraph, article.text[line.start : line.end]) for line in article.head]
    assert found == [("title", 1, TITLE), ("author", 2, "Marta Quill"), ("date", 2, "3 May 2021")]


def test_a_text_of_head_lines_alone_keeps_its_last_line_as_body() -> None:
    article = parse("x.txt", b"The Last Trawler\n\nBy Marta Quill\n\n3 May 2021")
    assert body_of(article) == ("3 May 2021",)


def test_a_word_of_100_000_letters_is_not_a_title() -> None:
    article = article_with("x" * 100_000)
    assert len(article.title or "") == 0
    assert len(body_of(article)[0]) == 100_000


@pytest.mark.parametrize(
    "above",
    ["Kommentar", "COUNTERPOINT", "POLICY BRIEF NO. 17", "Discussion Paper No. 204", "Interview by Jonas Lund"],
)
def test_a_section_a_series_or_a_credit_above_the_title_is_not_the_title(above: str) -> None:
    article = article_with(f"{above}\n\n{TITLE}\n\n3 May 2021")
    assert (article.title, article.authors, article.published) == (TITLE, (), "2021-05-03")
    assert body_of(article) == BODY


@pytest.mark.parametrize("credit", ["Interview by Jonas Lund", "Interviewed by Jonas Lund"])
def test_a_quoted_title_of_an_interview_is_not_its_text(credit: str) -> None:
    article = article_with(f"“The boats cost less than the quay”\n\n{credit}\n\n3 May 2021")
    assert (article.title, article.authors) == ("“The boats cost less than the quay”", ())
    assert body_of(article) == BODY
