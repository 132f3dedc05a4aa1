"""PDF files, Word documents, electronic books and messages: their text, what they state, and traps."""

import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from index.articles.files import read_folder
from index.articles.formats.isolation.parent import IsolatedReader
from index.articles.formats.mail import read_mail
from index.articles.formats.pdf.reader import MAX_PAGES, read_pdf
from index.articles.formats.result import StatedMetadata
from index.articles.formats.zipped.docx import read_docx
from index.articles.formats.zipped.epub import read_epub
from index.articles.parse import parse
from index.errors import ArticleRejected

from tests.index.articles.formats.documents import (
    LOCK,
    Print,
    make_docx,
    make_epub,
    make_mail,
    make_pdf,
    make_zip,
    set_lines,
)

TRAP = "Its author argues that every lock should be filled with concrete before the summer begins."
DC = "<dc:title>The Lock Keeper</dc:title>"

# PDF


def test_lines_columns_and_pages_of_a_pdf_become_paragraphs() -> None:
    text = " ".join(LOCK)
    left = set_lines(f"{text}\n{text}", width=40)
    right = [line._replace(x=line.x + 270) for line in set_lines(text, width=40)]
    pages = [
        [Print(60, 760, "The Lock Keeper", 20), *left, *right, Print(300, 30, "1")],
        [Print(60, 770, "The Daily Post"), *left, Print(300, 30, "2")],
        [Print(60, 770, "The Daily Post"), *left, Print(300, 30, "3")],
        [Print(60, 770, "The Daily Post"), *left, Print(300, 30, "4")],
    ]
    expected = "\n\n".join(["# The Lock Keeper", *[text] * 9])
    assert read_pdf(make_pdf(pages)).text == expected + "\n"


def test_a_paragraph_goes_on_over_columns_and_pages() -> None:
    lines = set_lines(" ".join(LOCK), width=40)
    middle = len(lines) // 2
    pages = [lines[:middle], [line._replace(y=line.y + 12 * middle) for line in lines[middle:]]]
    assert read_pdf(make_pdf(pages)).text.strip() == " ".join(LOCK)


def test_hyphens_at_line_ends_go_unless_the_word_has_one() -> None:
    lines = [
        "The well-known lock has been opened by its volun-",
        "teers, and it is well-",
        "known in the whole of Anglo-",
        "Saxon Harrow, says the town.",
    ]
    page = [Print(60, 700 - 12 * n, line) for n, line in enumerate(lines)]
    assert read_pdf(make_pdf([page])).text.strip() == (
        "The well-known lock has been opened by its volunteers, and it is well-known in the whole of "
        "Anglo-Saxon Harrow, says the town."
    )


def test_drop_capitals_bullets_and_headings_of_a_pdf() -> None:
    page = [
        Print(60, 640, "T", 40),
        Print(90, 662, "he lock at Harrow has not been opened since the"),
        Print(90, 650, "winter of that year, as everybody in town knows."),
        Print(60, 610, "What it costs", 10, bold=True),
        Print(60, 590, "• Water is cheap, and there is much of it about."),
        Print(60, 578, "• Labour is not, and there is little of it about."),
    ]
    assert read_pdf(make_pdf([page])).text == (
        "The lock at Harrow has not been opened since the winter of that year, as everybody in town knows.\n\n"
        "### What it costs\n\n- Water is cheap, and there is much of it about.\n"
        "- Labour is not, and there is little of it about.\n"
    )


def test_notes_captions_and_invisible_text_of_a_pdf_are_left_out() -> None:
    body = set_lines(" ".join(LOCK))
    page = [
        *body,
        Print(60, 500, f"Figure 1: {TRAP}", 8),
        Print(60, 480, "Harrow 1.5 20 13.2% - 4,000"),
        Print(60, 450, "2.75x"),
        Print(60, 420, "+ = ...", 16),
        Print(60, 100, f"1 {TRAP}", 7),
        Print(60, 400, TRAP, 10, color="1 g"),
        Print(60, 390, TRAP, 10, color="1 1 1 rg"),
        Print(60, 380, TRAP, 1),
        Print(60, 5_000, TRAP),
    ]
    assert read_pdf(make_pdf([page])).text.strip() == " ".join(LOCK)


@pytest.mark.parametrize(
    ("info", "title", "authors"),
    [
        ("/Title (The Lock Keeper) /Author (Ada Nwosu)", "The Lock Keeper", ("Ada Nwosu",)),
        ("/Title (Microsoft Word - lock.doc) /Author (Microsoft Office User)", None, ()),
        ("/Title (untitled) /Author (LaTeX with hyperref)", None, ()),
        ("/Title (Another Template) /Author (Ben Ode)", None, ()),
        ("/Author (ARRAY\\(0x2c7cf020\\)) /Title 12", None, ()),
    ],
)
def test_what_a_pdf_states_counts_only_if_its_text_says_so_too(
    info: str, title: str | None, authors: tuple[str, ...]
) -> None:
    page = [Print(60, 760, "The Lock Keeper", 20), Print(60, 740, "By Ada Nwosu"), *set_lines(" ".join(LOCK))]
    stated = read_pdf(make_pdf([page], info)).stated
    assert (stated.title, stated.authors, stated.published) == (title, authors, None)


def test_title_and_author_printed_in_a_pdf_are_read() -> None:
    page = [Print(60, 760, "The Lock Keeper", 20), Print(60, 735, "By Ada Nwosu", 12), *set_lines("\n".join(LOCK))]
    article = parse("x.pdf", make_pdf([page]))
    assert (article.title, article.authors) == ("The Lock Keeper", ("Ada Nwosu",))


def test_a_name_above_an_e_mail_address_below_the_title_is_the_author() -> None:
    head = [
        Print(60, 760, "The Lock Keeper", 20),
        Print(60, 735, "Ada Nwosu*\u2020"),
        Print(60, 723, "ada@post.example"),
    ]
    article = parse("x.pdf", make_pdf([[*head, *set_lines("\n".join(LOCK))]]))
    assert (article.title, article.authors) == ("The Lock Keeper", ("Ada Nwosu",))


def test_a_list_of_authors_over_two_lines_of_a_pdf_is_one() -> None:
    head = [
        Print(60, 760, "The Lock Keeper", 20),
        Print(60, 735, "Ada Nwosu*, Ben Ode+,"),
        Print(60, 723, "Cy Lund* and Dora Quist"),
        Print(60, 711, "{ada,ben}@post.example"),
    ]
    names = ("Ada Nwosu", "Ben Ode", "Cy Lund", "Dora Quist")
    result = read_pdf(make_pdf([[*head[:3], *set_lines("\n".join(LOCK))]]))
    assert result.text.split("\n\n")[1] == "Ada Nwosu, Ben Ode, Cy Lund and Dora Quist"
    assert result.stated.authors == names
    with_addresses = read_pdf(make_pdf([[*head, *set_lines("\n".join(LOCK))]])).text.split("\n\n")[1]
    assert with_addresses == "Ada Nwosu, Ben Ode, Cy Lund and Dora Quist {ada,ben}@post.example"


def test_a_pdf_without_text_says_that_it_was_scanned() -> None:
    with pytest.raises(ArticleRejected, match=r"no text.*scanned"):
        read_pdf(make_pdf([[]]))


def test_an_encrypted_pdf_is_named() -> None:
    keys = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'11' * 32}> /U <{'22' * 32}> /P -44 >> /ID [<00> <00>]"
    with pytest.raises(ArticleRejected, match="encrypted"):
        read_pdf(make_pdf([set_lines(LOCK[0])], trailer=keys))


@pytest.mark.timeout(60)
def test_a_pdf_of_10_000_pages_is_refused_before_it_is_read() -> None:
    start = time.monotonic()
    with pytest.raises(ArticleRejected, match="10,000 pages"):
        read_pdf(make_pdf([[]] * 10_000))
    assert time.monotonic() - start < 20


def test_the_pages_of_a_pdf_are_counted_whatever_it_declares() -> None:
    data = make_pdf([[]] * (MAX_PAGES + 1)).replace(b"/Count 301", b"/Count 1  ")
    with pytest.raises(ArticleRejected, match=f"more than {MAX_PAGES} pages"):
        read_pdf(data)


# Word documents


def build(document: Any) -> None:
    """Fill a document with one of each kind of paragraph."""
    document.add_paragraph("The Lock Keeper", style="Title")
    document.add_paragraph("By Ada Nwosu")
    document.add_heading("What it costs", 1)
    document.add_paragraph(LOCK[0])
    document.add_paragraph("Water is cheap.", style="List Bullet")
    document.add_paragraph("Open it.", style="List Number")
    document.add_paragraph("Shut it.", style="List Number")
    document.add_paragraph("We will never open it again.", style="Quote")
    document.add_paragraph(TRAP, style="Caption")
    document.add_table(1, 1).cell(0, 0).text = TRAP
    document.sections[0].header.paragraphs[0].text = TRAP
    last = document.add_paragraph(f"{LOCK[1]} It is 2 * 3.")
    last.add_run(TRAP).font.hidden = True


def test_a_word_document_becomes_markdown_without_captions_tables_heads_and_hidden_text() -> None:
    assert read_docx(make_docx(build)).text == "\n\n".join(
        [
            "# The Lock Keeper",
            "By Ada Nwosu",
            "# What it costs",
            LOCK[0],
            "- Water is cheap.",
            "1. Open it.\n2. Shut it.",
            "> We will never open it again.",
            f"{LOCK[1]} It is 2 \\* 3.\n",
        ]
    )


def test_deleted_text_of_a_word_document_is_gone_and_inserted_text_is_there() -> None:
    def change(document: Any) -> None:
        from docx.oxml import parse_xml

        w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        paragraph = document.add_paragraph("The lock ")._p
        paragraph.append(parse_xml(f"<w:del {w}><w:r><w:delText>never </w:delText><w:t>not </w:t></w:r></w:del>"))
        paragraph.append(parse_xml(f"<w:ins {w}><w:r><w:t>soon </w:t></w:r></w:ins>"))
        paragraph.append(parse_xml(f"<w:hyperlink {w}><w:r><w:t>opens again.</w:t></w:r></w:hyperlink>"))

    assert read_docx(make_docx(change)).text == "The lock soon opens again.\n"


def test_what_a_word_document_states_counts_only_if_its_text_says_so_too() -> None:
    stated = read_docx(make_docx(build, author="Ada Nwosu", title="The Lock Keeper")).stated
    assert stated == StatedMetadata("The Lock Keeper", ("Ada Nwosu",))
    assert read_docx(make_docx(build, author="python-docx", title="Template")).stated == StatedMetadata()
    assert parse("x.docx", make_docx(build)).authors == ("Ada Nwosu",)


def test_a_list_of_names_below_the_title_of_a_word_document_is_its_authors() -> None:
    def write(document: Any) -> None:
        document.add_paragraph("The Lock Keeper", style="Title")
        document.add_paragraph("Ada Nwosu , Ben Ode and Cy R. Lund")
        document.add_paragraph(LOCK[0])

    assert parse("x.docx", make_docx(write)).authors == ("Ada Nwosu", "Ben Ode", "Cy R. Lund")


# Electronic books

CHAPTER = f"<body><h1>The Lock Keeper</h1><p>{LOCK[0]}</p><blockquote>Never again.</blockquote></body>"


def test_a_book_is_read_chapter_by_chapter_without_contents_and_notes() -> None:
    contents = f'<body epub:type="toc"><p>{TRAP}</p></body>'
    notes = f'<body><p>{LOCK[1]}</p><aside epub:type="footnote"><p>{TRAP}</p></aside></body>'
    text = read_epub(make_epub([contents, CHAPTER, notes])).text
    assert text == f"# The Lock Keeper\n\n{LOCK[0]}\n\n> Never again.\n\n{LOCK[1]}\n"


def test_title_and_authors_of_a_book_are_read_and_translators_are_no_authors() -> None:
    metadata = (
        f"{DC}<dc:creator>Ada Nwosu</dc:creator><dc:creator id='t' opf:role='trl'>Ben Ode</dc:creator>"
        "<dc:date>2019-01-01</dc:date><dc:source>https://post.example/lock</dc:source>"
    )
    assert read_epub(make_epub([CHAPTER], metadata)).stated == StatedMetadata(
        "The Lock Keeper", ("Ada Nwosu",), None, "https://post.example/lock"
    )


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (
            {
                "META-INF/encryption.xml": "<encryption xmlns='urn:oasis:names:tc:opendocument:xmlns:container' "
                "xmlns:e='http://www.w3.org/2001/04/xmlenc#'><e:EncryptedData><e:CipherData>"
                "<e:CipherReference URI='book/c%200.xhtml'/></e:CipherData></e:EncryptedData></encryption>"
            },
            "encrypted",
        ),
        ({"META-INF/container.xml": "<container/>"}, "damaged"),
        ({"META-INF/container.xml": "not XML"}, "damaged"),
        ({"book/c 0.xhtml": "<html><body><img src='scan.jpg'/></body></html>"}, "no text"),
    ],
)
def test_a_book_that_cannot_be_read_is_rejected(extra: dict[str, str | bytes], reason: str) -> None:
    with pytest.raises(ArticleRejected, match=reason):
        read_epub(make_epub([CHAPTER], extra=extra))


# Messages

LETTER = "\n\n".join(LOCK)
PAGE = (
    "<html><body><table><tr><td><p><a href=https://post.example/v>View in browser</a></p>"
    f"<h1>The Lock Keeper</h1>{''.join(f'<p>{text}</p>' for text in LOCK)}"
    f"<div style='display:none'>{TRAP}</div>"
    "<p>You are receiving this because you subscribed.</p><p><a href=https://post.example/u>Unsubscribe</a></p>"
    "<p>12 Lock Street, Harrow</p></td></tr></table></body></html>"
)


def test_a_plain_message_is_read_without_signature() -> None:
    result = read_mail(make_mail(f"{LETTER}\n-- \nAda Nwosu\n{TRAP}\n", Subject="Fwd: [canal] The Lock Keeper"))
    assert result.text.strip() == LETTER
    assert result.stated == StatedMetadata("The Lock Keeper", ("Ada Nwosu",), "2023-04-02")


def test_a_newsletter_is_read_from_its_page_without_footer_and_hidden_text() -> None:
    result = read_mail(make_mail("See the page.", PAGE, Archived_At="<https://post.example/lock>"))
    assert result.text.strip() == f"# The Lock Keeper\n\n{LETTER}"
    assert result.stated.source == "https://post.example/lock"


@pytest.mark.parametrize(
    ("sender", "authors"),
    [
        ("Ada Nwosu from Canal Letter <a@b.example>", ("Ada Nwosu",)),
        ('"The Canal Letter" <a@b.example>', ()),
        ("Harrow Daily News <a@b.example>", ()),
        ("a@b.example", ()),
        ("=?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <a@b.example>", ("Jürgen Müller",)),
    ],
)
def test_a_newsletter_s_name_is_no_author(sender: str, authors: tuple[str, ...]) -> None:
    data = make_mail(LETTER).replace(b"Ada Nwosu <ada@post.example>", sender.encode())
    assert read_mail(data).stated.authors == authors


# Traps: one sentence by name, in bounded time, and the rest of the folder is read

ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = "<!DOCTYPE x [<!ENTITY a 'lol'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1 if n else str()};' * 10}'>" for n in range(12)
)
WORD = {"[Content_Types].xml": "<x/>", "_rels/.rels": "<x/>"}
# Made when they are read: every worker imports this module, and the bombs take two seconds.
TRAPS: dict[str, Callable[[], bytes]] = {
    "empty.pdf": lambda: b"",
    "text.pdf": lambda: LETTER.encode(),
    "cut.pdf": lambda: make_pdf([set_lines(LETTER)] * 3)[:900],
    "zeros.pdf": lambda: b"%PDF-1.7\n" + bytes(100_000),
    "scanned.pdf": lambda: make_pdf([[]]),
    "circle.pdf": lambda: make_pdf([[]]).replace(b"/Kids [6 0 R]", b"/Kids [2 0 R]"),
    "empty.docx": lambda: b"",
    "cut.docx": lambda: make_docx()[:2_000],
    "no-word.docx": lambda: make_zip({"a.txt": "x"}),
    "strange.docx": lambda: make_zip({**WORD, "word/document.xml": "<x/>"}),
    "old.docx": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000),
    "blank.docx": lambda: make_docx(lambda document: None),
    "bomb.docx": lambda: make_zip({"word/document.xml": b"\0" * 200_000_000}),
    "many.docx": lambda: make_zip({f"{n}.xml": b"" for n in range(6_000)}, zipfile.ZIP_STORED),
    "empty.epub": lambda: b"",
    "cut.epub": lambda: make_epub([CHAPTER])[:600],
    "bomb.epub": lambda: make_epub(["<body>" + "a " * 30_000_000 + "</body>"]),
    "entity.epub": lambda: make_epub([CHAPTER], extra={"META-INF/x": "x"}).replace(b"PK\x05\x06", b"PK\x05\x07"),
    "missing.epub": lambda: make_zip(
        {"META-INF/container.xml": "<container><rootfile full-path='../../etc/passwd'/></container>"}
    ),
    "empty.eml": lambda: b"",
    "picture.eml": lambda: make_mail("").replace(b"text/plain", b"image/png"),
    "encrypted.eml": lambda: make_mail(LETTER).replace(b"text/plain", b"application/pkcs7-mime"),
    "nested.eml": lambda: b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(20_000)
    ),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    """A reader with small limits."""
    reader = IsolatedReader(seconds=4, memory=600 * 1024 * 1024)
    yield reader
    reader.close()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_rejected_in_one_sentence_and_in_bounded_time(reader: IsolatedReader, name: str) -> None:
    start = time.monotonic()
    kind = {"eml": "mail"}.get(name.rpartition(".")[2], name.rpartition(".")[2])
    with pytest.raises(ArticleRejected) as caught:
        reader.read(kind, TRAPS[name]())
    assert caught.value.message
    assert "\n" not in caught.value.message
    assert time.monotonic() - start < 25


def test_external_and_recursive_entities_are_not_resolved() -> None:
    for doctype in (ENTITY, f'<?xml version="1.0"?>{LAUGHS}]>'):
        container = f"{doctype}<container><rootfile full-path='book/package.opf'/></container>"
        chapter = f"{doctype}<html><body><p>{LOCK[0]} &a; &a11;</p></body></html>"
        with suppress(ArticleRejected):
            result = read_epub(
                make_epub([CHAPTER], extra={"META-INF/container.xml": container, "book/c 0.xhtml": chapter})
            )
            assert "root:" not in result.text
            assert len(result.text) < 2_000


def test_a_word_document_with_an_external_entity_reads_nothing_from_outside() -> None:
    data = make_docx()
    import io

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    document = entries["word/document.xml"]
    assert isinstance(document, bytes)
    body = document.decode().partition("?>")[2].replace(LOCK[0], f"{LOCK[0]} &a;")
    with suppress(ArticleRejected):
        assert (
            "root:"
            not in read_docx(
                make_zip({**entries, "word/document.xml": ENTITY.replace("x [", "w:document [") + body})
            ).text
        )


def test_the_rest_of_the_folder_is_read(folder: Any) -> None:
    for name in ("cut.pdf", "blank.docx", "cut.epub", "empty.eml"):
        (folder / name).write_bytes(TRAPS[name]())
    (folder / "a.docx").write_bytes(make_docx(build))
    (folder / "b.pdf").write_bytes(make_pdf([set_lines("\n".join(LOCK[::-1]))]))
    (folder / "c.epub").write_bytes(make_epub([f"<body><p>{LOCK[0]}</p></body>"]))
    (folder / "d.eml").write_bytes(make_mail(LOCK[1]))
    contents = read_folder(folder)
    assert [article.id for article in contents.articles] == ["a.docx", "b.pdf", "c.epub", "d.eml"]
    assert [skip.name for skip in contents.skipped] == ["blank.docx", "cut.epub", "cut.pdf", "empty.eml"]
