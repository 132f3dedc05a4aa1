"""Blocks of short articles, which have little text to tell their parts from."""

from index.articles.parse import parse

BANNER = (
    "Your privacy matters to us\n\n"
    "We use cookies and similar technologies to personalise content and ads.\n\n"
    "Accept all"
)
TEXT = (
    "For thirty years the bandstand in Mill Park has been a place to eat sandwiches.\n\n"
    "The council wants to fence it off, because a railing is loose. A railing can be mended in an afternoon.\n\n"
    "What cannot be mended is a park in which every pleasant thing is behind a fence."
)


def test_a_banner_above_a_short_article_is_neither_its_title_nor_its_text() -> None:
    article = parse("x.txt", f"{BANNER}\n\nLeave the bandstand open\n\nBy Nora Quist\n\n{TEXT}".encode())
    assert (article.title, article.authors) == ("Leave the bandstand open", ("Nora Quist",))
    body = [article.text[p.body_start : p.end] for p in article.paragraphs if p.kind == "body"]
    assert body == TEXT.split("\n\n")


def test_nothing_of_a_short_article_without_a_head_is_set_aside() -> None:
    assert [p.kind for p in parse("x.txt", TEXT.encode()).paragraphs] == ["body"] * 3


def test_the_lists_of_a_short_article_are_its_text() -> None:
    reasons = "• It keeps the rain off\n• It was paid for by subscription\n• Nobody has ever been hurt in it"
    article = parse("x.txt", f"The bandstand\n\nBy Nora Quist\n\nIt should stay:\n\n{reasons}\n\n{TEXT}".encode())
    assert [p.kind for p in article.paragraphs] == ["head", "head", *["body"] * 5]
