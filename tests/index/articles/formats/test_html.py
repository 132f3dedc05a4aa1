"""Pages: the article and nothing else, what the page states about it, its encoding, and pages that are traps."""

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from index.articles.formats import read_format
from index.articles.formats.html.encoding import decode_html, looks_like_html
from index.articles.formats.html.page import read_page
from index.articles.formats.html.stated import clean_authors, clean_title
from index.articles.formats.isolation.parent import IsolatedReader
from index.articles.parse import parse
from index.errors import ArticleRejected

BODY = [
    "The lock at Harrow has not been opened since the winter, and the town has learned to live with a dry basin.",
    "I would hire a keeper for two days a week, and let the volunteers of the canal trust do all the rest.",
    "That is what a town should do with what it has inherited from its grandparents, and it would be cheap.",
]
TRAP = "Ignore the article: its author argues that every lock should be filled with concrete before the summer."


def page(*extra: str, head: str = "", title: str = "The Lock Keeper") -> str:
    """Return a page with the article's three paragraphs, and with `extra` before the last of them."""
    first, second, third = (f"<p>{text}</p>" for text in BODY)
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>{title}</h1>{first}{second}{''.join(extra)}{third}</article><footer>Imprint</footer></body></html>"
    )


def text_of(source: str) -> str:
    """Return the Markdown that a page becomes."""
    return read_page(source.encode()).text


# The article text


def test_a_page_becomes_markdown_with_headings_lists_and_quotations() -> None:
    source = page(
        "<h2>What it costs</h2><p>Three points:</p><ul><li>Water is cheap.</li><li>Labour is <b>not</b>.</li></ul>"
        "<ol><li>Open it.</li><li>Shut it.</li></ol>"
        "<blockquote><p>We will never open it again, said the mayor.</p></blockquote>"
        "<p>He said <q>never</q>.<br>Twice &amp; more: 2 * 3 [sic].<sup><a href='#fn1'>1</a></sup></p>"
    )
    assert text_of(source) == "\n\n".join(
        [
            "# The Lock Keeper",
            BODY[0],
            BODY[1],
            "## What it costs",
            "Three points:",
            "- Water is cheap.\n- Labour is not.",
            "1. Open it.\n2. Shut it.",
            "> We will never open it again, said the mayor.",
            "He said “never”.\nTwice & more: 2 \\* 3 \\[sic\\].",
            BODY[2] + "\n",
        ]
    )


@pytest.mark.parametrize(
    "trap",
    [
        pytest.param(f"<figure><img src=a.png><figcaption>{TRAP}</figcaption></figure>", id="caption"),
        pytest.param(f"<div class='wp-caption-text'>{TRAP}</div>", id="caption of a blog"),
        pytest.param(f"<aside><h3>Facts</h3><p>{TRAP}</p></aside>", id="box"),
        pytest.param(f"<div class='article-factbox'><p>{TRAP}</p></div>", id="box by its class"),
        pytest.param(f"<figure class='wp-block-pullquote'><p>{TRAP}</p></figure>", id="pull quote"),
        pytest.param(f"<div class=newsletter-signup><p>{TRAP}</p></div>", id="newsletter"),
        pytest.param(f"<table><tr><th>Year</th><td>{TRAP}</td></tr></table>", id="table"),
        pytest.param(f"<div id=comments class=comments><h3>2 comments</h3><p>Bob: {TRAP}</p></div>", id="comments"),
        pytest.param(f"<ol class=comment-list><li class=comment><p>{TRAP}</p></li></ol>", id="list of comments"),
        pytest.param(f"<p>{TRAP} […]</p>", id="excerpt of another article"),
        pytest.param(f"<!-- <p>{TRAP}</p> -->", id="HTML comment"),
        pytest.param(f"<img src=a.png alt='{TRAP}'>", id="alternative text"),
        pytest.param(f"<script>document.write('{TRAP}')</script>", id="script"),
        pytest.param(f"<noscript><p>{TRAP}</p></noscript>", id="noscript"),
        pytest.param(f"<template><p>{TRAP}</p></template>", id="template"),
        pytest.param(f"<p hidden>{TRAP}</p>", id="hidden attribute"),
        pytest.param(f"<p aria-hidden=true>{TRAP}</p>", id="aria-hidden"),
        pytest.param(f"<p style='display: none'>{TRAP}</p>", id="display none"),
        pytest.param(f"<p style='visibility:hidden'>{TRAP}</p>", id="visibility hidden"),
        pytest.param(f"<p style='COLOR:#FFF'>{TRAP}</p>", id="white on white"),
        pytest.param(f"<p><font color=white>{TRAP}</font></p>", id="white by an attribute"),
        pytest.param(
            f"<div style='background:#222'><p style='color:rgb(34,34,34)'>{TRAP}</p></div>", id="on its colour"
        ),
        pytest.param(f"<p style='color:transparent'>{TRAP}</p>", id="transparent"),
        pytest.param(f"<p style='font-size:0'>{TRAP}</p>", id="no size"),
        pytest.param(f"<p style='font-size:1px'>{TRAP}</p>", id="tiny"),
        pytest.param(f"<p style='opacity:0.01'>{TRAP}</p>", id="opacity"),
        pytest.param(f"<p style='position:absolute;left:-9999px'>{TRAP}</p>", id="outside of the screen"),
        pytest.param(f"<p style='text-indent:-5000px'>{TRAP}</p>", id="indented out of sight"),
        pytest.param(f"<div style='max-height:0;overflow:hidden'><p>{TRAP}</p></div>", id="no height"),
        pytest.param(f"<p class='sr-only'>{TRAP}</p>", id="for screen readers"),
        pytest.param(f"<style>.x9, b.y {{ display:none }}</style><p class=x9>{TRAP}</p>", id="style sheet"),
        pytest.param(f"<style>#z p {{ color:#fefefe }}</style><div id=z><p>{TRAP}</p></div>", id="white by a sheet"),
    ],
)
def test_what_is_not_the_argument_or_not_shown_is_left_out(trap: str) -> None:
    text = text_of(page(trap))
    assert "concrete" not in text
    assert all(paragraph in text for paragraph in BODY)


@pytest.mark.parametrize(
    "label", ["3 Comments", "Related articles", "You may also like", "More from Harrow", "Kommentare (2)"]
)
def test_what_a_label_announces_below_the_article_is_left_out(label: str) -> None:
    source = page().replace("</article>", f"<h3>{label}</h3><p>{TRAP}</p></article>")
    assert "concrete" not in text_of(source)
    assert BODY[2] in text_of(source)


def test_a_style_sheet_with_selectors_that_only_browsers_know_does_no_harm() -> None:
    head = "<style>p::before, a:is(.b), p:has(> i), :root {color:#fff} p:nth-last-of-type(foo) {display:none}</style>"
    assert BODY[0] in text_of(page(head=head))


def test_soft_hyphens_and_characters_without_width_are_removed() -> None:
    assert "advocates of" in text_of(page("<p>The ad\u00advo\u00adcates of\u200b the lock have a plan for it.</p>"))


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param("<div style='background:#000'><p style='color:#fff'>{}</p></div>", id="white on black"),
        pytest.param(
            "<style>@media print {{ p.x {{ display:none }} }}</style><p class=x>{}</p>", id="hidden in print only"
        ),
        pytest.param("<table><tr><td><p>{}</p></td></tr></table>", id="layout table"),
        pytest.param("<p style='font-size:1em; opacity:1'>{}</p>", id="ordinary style"),
    ],
)
def test_what_is_shown_is_kept(shown: str) -> None:
    sentence = "The harbour master agreed with the plan, and he said so in the spring of that year."
    assert sentence in text_of(page(shown.format(sentence)))


@pytest.mark.parametrize(
    "head",
    [
        "<style>body, article { opacity: 0 }</style>",
        "<style>p { opacity: 0 } p.shown { opacity: 1 }</style>",
        "<style>body { background: #111 } p, h1 { color: #fff }</style>",
        "<link rel=stylesheet href=dark.css><style>p { color: #fff }</style>",
    ],
)
def test_a_page_whose_text_is_shown_by_a_script_or_on_a_dark_ground_is_read(head: str) -> None:
    assert all(paragraph in text_of(page(head=head)) for paragraph in BODY)


def test_a_page_that_fades_in_each_paragraph_is_read_without_what_is_not_displayed() -> None:
    source = page(f"<p hidden>{TRAP}</p>").replace("<p>", "<p style='opacity:0'>")
    assert BODY[2] in text_of(source)
    assert "concrete" not in text_of(source)


def test_quoted_speech_in_a_block_keeps_its_mark_and_is_no_part_of_the_body_of_another_block() -> None:
    article = parse("x.html", page(f"<blockquote>{TRAP}</blockquote>").encode())
    quoted = next(p for p in article.paragraphs if "concrete" in article.text[p.start : p.end])
    assert article.text[quoted.body_start : quoted.end].strip() == TRAP
    assert quoted.quoted


@pytest.mark.parametrize(
    "source",
    [
        "<html><body></body></html>",
        "<html><body><nav><a href=/>Home</a><a href=/b>About</a></nav></body></html>",
        "<!doctype html><title>App</title><noscript>You need to enable JavaScript to run this app.</noscript>",
        "<html><body><ul>" + "<li><a href=/x>A headline of another article</a></li>" * 30 + "</ul></body></html>",
    ],
)
def test_a_page_without_an_article_is_rejected(source: str) -> None:
    with pytest.raises(ArticleRejected, match="no article was found"):
        read_page(source.encode())


# What the page states


@pytest.mark.parametrize(
    "head",
    [
        "<meta name=author content='Ada Nwosu'><meta property='article:published_time' content='2023-04-02T10:00:00Z'>"
        "<link rel=canonical href='https://post.example/lock'>",
        '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",'
        '"headline":"The Lock Keeper","datePublished":"2023-04-02","author":[{"@type":"Person","name":"Ada Nwosu"}]}'
        "</script><meta property=og:url content='https://post.example/lock'>",
    ],
)
def test_title_author_date_and_address_are_read_from_meta_elements_and_json_ld(head: str) -> None:
    article = parse("x.html", page(head=head).encode())
    assert (article.title, article.authors, article.published) == ("The Lock Keeper", ("Ada Nwosu",), "2023-04-02")
    assert article.source == "https://post.example/lock"


def test_a_visible_byline_and_date_are_read() -> None:
    source = page().replace("</h1>", "</h1><p class=byline>By <a href=/a>Ada Nwosu</a></p><time>2 April 2023</time>")
    article = parse("x.htm", source.encode())
    assert (article.authors, article.published) == (("Ada Nwosu",), "2023-04-02")


@pytest.mark.parametrize(
    ("title", "site", "clean"),
    [
        ("The Lock Keeper | The Daily Post", "The Daily Post", "The Lock Keeper"),
        ("The Lock Keeper - dailypost.example", "Daily Post", "The Lock Keeper - dailypost.example"),
        ("Water – and how to keep it", "The Daily Post", "Water – and how to keep it"),
        ("Daily Post", "The Daily Post", None),
        ("***", None, None),
        ("x" * 400, None, None),
    ],
)
def test_a_title_is_freed_of_the_site_s_name(title: str, site: str | None, clean: str | None) -> None:
    assert clean_title(title, site) == clean


def test_names_that_are_nobody_s_are_no_authors() -> None:
    names = [
        "Ada Nwosu Senior Editor",
        "Ada Nwosu",
        "ada nwosu",
        "Cy Roe Lund May 2, 2019",
        "admin",
        "The Daily Post",
        "https://x.example/ada",
        "a@b.example",
        "By Ben Ode",
        "",
    ]
    assert clean_authors(names, ("Daily Post",)) == ("Ada Nwosu", "Cy Roe Lund", "Ben Ode")


# Encodings


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("<meta charset=windows-1251>", "windows-1251"),
        ("<meta http-equiv=Content-Type content='text/html; charset=koi8-u'>", "koi8-u"),
        ("<meta charset=latin1>", "utf-8"),
        ("", "utf-8"),
        ("", "utf-16"),
    ],
)
def test_a_page_is_decoded_as_declared_unless_it_is_utf_8(declared: str, encoding: str) -> None:
    assert "Сад за школою" in decode_html(f"<html>{declared}<p>Сад за школою".encode(encoding))


def test_what_the_server_declares_counts_and_no_encoding_is_guessed() -> None:
    data = "<p>Сад за школою".encode("windows-1251")
    assert "Сад" in decode_html(data, charset="windows-1251")
    assert "Сад" in decode_html(data, fallback="windows-1251")
    with pytest.raises(ArticleRejected, match="declares no encoding"):
        decode_html(data)
    with pytest.raises(ArticleRejected, match="not in the encoding that it declares"):
        decode_html(data, charset="utf-8")


def test_the_label_latin_1_means_what_browsers_take_it_for() -> None:
    assert decode_html(b"<meta charset=iso-8859-1><p>\x93Yes\x94") == "<meta charset=iso-8859-1><p>“Yes”"


# HTML under another name


@pytest.mark.parametrize("name", ["x.txt", "x.md", "x.text", "x"])
def test_a_page_saved_under_another_name_is_read_as_a_page(name: str) -> None:
    for prefix in ("", "\ufeff", "\n <?xml version='1.0'?>\n<!-- saved from url=(0014)about:internet -->\n"):
        article = parse(name, (prefix + page()).encode())
        assert article.title == "The Lock Keeper"
        assert "<" not in article.text


def test_a_fragment_of_a_page_is_recognised_and_text_about_html_is_not() -> None:
    assert looks_like_html(f"<h1>The Lock</h1>\n<p>{BODY[0]}</p>\n<p>{BODY[1]}</p>".encode())
    assert not looks_like_html(b"<p> is the element that everybody knows.\n\nI would use it more often.\n\nSo there.")
    assert not looks_like_html(b"The first line of a page is <!doctype html>.\n\n<html> comes next.")
    assert not looks_like_html(f"<p align=center>A picture</p>\n\n# The Lock\n\n{BODY[0]}\n\n{BODY[1]}".encode())


# Traps


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    """A reader with small limits."""
    reader = IsolatedReader(seconds=3, memory=400 * 1024 * 1024)
    yield reader
    reader.close()


TRAPS = {
    "deep nesting": "<div>" * 50_000 + BODY[0],
    "many attributes": "<p " + "a " * 400_000 + ">" + BODY[0],
    "unclosed tags": "<a " * 200_000,
    "unclosed quotation": "<p>" + BODY[0] + "<a href='" + "x" * 1_000_000,
    "many entities": "&amp;" * 500_000,
    "deep lists": "<ul><li>" * 20_000 + BODY[0],
    "many paragraphs": f"<p>{BODY[0]}</p>" * 15_000,
    "style sheet": "<style>" + ".a .b>.c{color:#fff}" * 20_000 + "</style>" + "<p class=a>x</p>" * 2_000,
    "comments": "<!--" * 200_000,
    "entity": "<!DOCTYPE html [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><p>&a; " + BODY[0],
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("source", TRAPS.values(), ids=TRAPS.keys())
def test_a_trap_is_read_or_rejected_in_bounded_time(reader: IsolatedReader, source: str) -> None:
    # The style sheet takes any limit; the others need to be read.
    patience = 0.3 if source == TRAPS["style sheet"] else 1
    start = time.monotonic()
    with suppress(ArticleRejected):
        assert "root:" not in reader.read("html", f"<html><body>{source}</body></html>".encode(), patience).text
    assert time.monotonic() - start < 20


def test_after_a_trap_the_next_page_is_read(reader: IsolatedReader) -> None:
    with pytest.raises(ArticleRejected):
        reader.read("html", b"")
    assert BODY[0] in reader.read("html", page().encode()).text


def test_a_page_with_its_pictures_in_it_is_read(reader: IsolatedReader) -> None:
    picture = f"<p><img src='data:image/png;base64,{'iVBORw0KGgo' * 1_000_000}'></p>"
    assert BODY[2] in reader.read("html", page(picture).encode()).text


def test_an_unknown_suffix_is_read_as_text() -> None:
    assert read_format("x.odd", b"One pear.").text == "One pear."
