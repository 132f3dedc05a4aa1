"""The author note and page furniture below the body."""

import pytest

from index.articles.parse import parse
from index.text.passages import split
from index.text.sentences import sentence_spans

from tests.index.articles.samples import BODY, QUILL, TITLE, article_with, body_of


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
        pytest.param("The author, who is seventy, lives in Selby.", None, id="the author, an aside"),
        pytest.param("The author of three books on nets, she lives in Selby.", None, id="the author of books"),
        pytest.param("Die Autorin ist Hafenmeisterin in Selby.", None, id="German"),
        pytest.param("Quill, a harbour master, lives in Selby.", None, id="the surname and an aside"),
        pytest.param("Quill studies nets.", None, id="the surname and what she does"),
        pytest.param("_A longer version ran in June._", "A longer version ran in June.", id="about the text"),
    ],
)
def test_a_note_at_the_foot_is_found(note: str, text: str | None) -> None:
    article = article_with(f"{TITLE}\n\nBy Marta Quill", note)
    assert article.note == (text or note)
    assert article.note_span == (len(article.text) - len(note), len(article.text))
    assert article.authors == QUILL


@pytest.mark.parametrize(
    "foot",
    [
        "Share this article",
        "Share this article\n\n12 Comments",
        "Facebook\nTwitter\nWhatsApp",
        "© 2021 The Selby Post",
        "***\n\nSubscribe to our newsletter",
    ],
)
def test_a_note_is_found_above_page_furniture(foot: str) -> None:
    note = "Marta Quill keeps bees."
    article = article_with(f"{TITLE}\n\nBy Marta Quill", f"{note}\n\n{foot}")
    assert article.note == note
    assert body_of(article)[len(BODY)] == note
    assert not [body for body in body_of(article) if body not in (*BODY, note, "***")]


def test_a_note_may_be_the_last_line_without_a_blank_line_above_it() -> None:
    note = "Marta Quill is an expert with the Net Fund"
    article = parse("x.txt", "\n\n".join(["By Marta Quill", *BODY]).encode() + f"\n{note}".encode())
    assert article.note == note
    assert article.note_span == (len(article.text) - len(note), len(article.text))
    assert [passage.text for passage in split(article, sentence_spans)][-1] == note


def test_the_author_is_taken_from_the_note_if_the_head_names_none() -> None:
    article = article_with(TITLE, "Ines Okafor was harbour master of Selby.")
    assert article.authors == ("Ines Okafor",)
    assert article.note == "Ines Okafor was harbour master of Selby."


@pytest.mark.parametrize(
    "last",
    [
        pytest.param("We should have asked sooner.", id="a plain sentence"),
        pytest.param("The council will have to answer for it.", id="begins with The"),
        pytest.param("The author of this sale should resign, and the council with it.", id="the author of a deed"),
        pytest.param("The author must be named.", id="the author of something else"),
        pytest.param("Quill the council calls it, and quill it is.", id="begins like the surname"),
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


def test_a_person_named_in_the_body_is_not_taken_for_the_author() -> None:
    text = "Per Lund keeps the boats.\n\nNobody pays him.\n\nHe asked twice.\n\nPer Lund was right."
    assert parse("x.txt", text.encode()).authors == ()
