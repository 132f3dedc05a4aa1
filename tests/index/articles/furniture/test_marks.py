"""Blocks that a mark shows not to be the argument, and the kinds of paragraphs."""

import pytest

from index.articles.furniture.marks import marked_kind
from index.articles.parse import parse
from index.text.passages import split
from index.text.sentences import sentence_spans

from tests.index.articles.samples import BODY, body_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("* * *", "furniture"),
        ("Advertisement", "furniture"),
        ("Tags: harbour, trawlers", "furniture"),
        ("Filed under: Opinion", "furniture"),
        ("Share\nSave\nPrint", "furniture"),
        ("https://example.org/trawler", "furniture"),
        ("RELATED: Harbour dues to rise again", "furniture"),
        ("Read more: Who owns the quay now?", "furniture"),
        ("© 2024 The Selby Tide. All rights reserved.", "furniture"),
        ("This essay is licensed under a Creative Commons Attribution 4.0 International License.", "furniture"),
        ("The last trawler leaves the harbour. Photograph: Ann Lowe/Tide Pictures", "caption"),
        ("Landings by year (Source: Harbour Board, 2023)", "caption"),
        ("[Illustration: The old quay]", "caption"),
        ("![The old quay](quay.jpg)", "caption"),
        ("Correction: the trawler was sold in March, not in May.", "correction"),
        ("This column was amended on 3 May 2024 to say that the trawler was sold in March.", "correction"),
        ("An earlier version of this article gave the wrong tonnage.", "correction"),
        ("Korrektur: Das Schiff wurde im März verkauft.", "correction"),
        ("Dear Sir or Madam,", "salutation"),
        ("Sir,", "salutation"),
        ("Sehr geehrte Damen und Herren,", "salutation"),
        ("Yours faithfully,", "signature"),
        ("Kind regards\nAnn Lowe\nSelby", "signature"),
        (BODY[0], None),
        ("Related questions are put to every council, and none is answered.", None),
        ("Copyright is a bargain between an author and everybody else.", None),
        ("The correction: fewer boats, dearer fish and an empty quay was what the council had promised.", None),
        ("Best wishes do not pay for nets.", None),
    ],
)
def test_a_mark_shows_what_a_block_is(text: str, kind: str | None) -> None:
    assert marked_kind(text) == kind


def kinds_of(*blocks: str) -> list[str]:
    return [p.kind for p in parse("x.txt", "\n\n".join(blocks).encode()).paragraphs]


def test_everything_below_the_heading_of_the_comments_is_set_aside() -> None:
    comments = ("2 Comments", "Netmender\n3 days ago\nThe quay was never profitable.\nReply", "Ann L.\nI agree.")
    article = parse("x.txt", "\n\n".join(("By Marta Quill", *BODY, *comments)).encode())
    assert [p.kind for p in article.paragraphs] == ["head", "body", "body", "body", "furniture", "comment", "comment"]
    assert body_of(article) == BODY
    assert article.text.endswith("I agree.")


def test_a_count_of_comments_above_the_article_hides_nothing() -> None:
    assert kinds_of("The Last Trawler", "By Marta Quill", "2 Comments", *BODY)[3:] == ["body"] * 3


def test_an_address_to_the_audience_stays_in_the_text_of_a_speech() -> None:
    assert kinds_of(*BODY, BODY[0].upper(), "Dear friends of the harbour,", BODY[1])[4] == "body"


def test_what_stands_between_the_paragraphs_is_in_no_passage() -> None:
    text = "\n\n".join((BODY[0], "Related: Harbour dues to rise", BODY[1], "Photo: Ann Lowe", BODY[2]))
    passages = split(parse("x.txt", text.encode()), sentence_spans)
    found = " ".join(sentence.text for passage in passages for sentence in passage.sentences)
    assert found == " ".join(BODY)


def test_a_correction_is_a_passage_of_its_own() -> None:
    article = parse("x.txt", "\n\n".join((*BODY, "Correction: it was sold in March.")).encode())
    assert split(article, sentence_spans)[-1].text == "Correction: it was sold in March."
    assert article.is_note(article.text.index("Correction"))
    assert not article.is_note(0)


def test_a_file_of_nothing_but_marks_is_read_as_text() -> None:
    article = parse("x.txt", b"Related: Harbour dues\n\nRead more: Who owns the quay?")
    assert body_of(article)[-1] == "Read more: Who owns the quay?"
