"""Fuzz tests of the article parser: any file is parsed without loss or rejected, in bounded time."""

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.article import Article
from index.articles.formats.isolation.parent import shared_reader
from index.articles.parse import parse
from index.errors import ArticleRejected
from index.text.passages import split
from index.text.sentences import sentence_spans

from tests.index.articles.formats.documents import LOCK, make_docx, make_epub, make_mail, make_pdf, set_lines
from tests.support.paths import SHIPPED

MARKDOWN = """---
title: "The Bees: a reckoning"
author: [Ines Okafor, Lev Brandt]
published: 2021-05-03
---

# The Bees

> - They left in June. “Who can blame them?” said Gov. Lund (ret.) at 3.5 p.m.

1. The pears came to nothing.

*Ines Okafor keeps bees.*
"""
SEEDS = [next(SHIPPED.glob("*.txt")).read_bytes()[:6_000], MARKDOWN.encode(), MARKDOWN.encode("utf-16")]
EXAMPLES = int(os.environ.get("FUZZ", "60"))
PIECES = [
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"---\n",
    b"\r",
    b"\n\n",
    b"\xc2\x85",
    b"<a " * 50,
    b"[a](" * 50,
    b"\xe2\x80\xae",
]


def damage(data: bytes, rng: random.Random) -> bytes:
    """Overwrite, delete, repeat, insert or truncate bytes at one to six random positions."""
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.choice([1, 2, 40, 1_000]))
        match rng.randrange(5):
            case 0:
                data = data[:start] + bytes(rng.randrange(256) for _ in range(end - start)) + data[end:]
            case 1:
                data = data[:start] + data[end:]
            case 2:
                data = data[:end] + data[start:]
            case 3:
                data = data[:start] + rng.choice(PIECES) * rng.choice([1, 3]) + data[start:]
            case _:
                data = data[:start]
    return data


def check_passages(article: Article) -> None:
    """Check that offsets are exact and that no word of the body is lost, repeated or moved."""
    passages = split(article, sentence_spans)
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text
        for sentence in passage.sentences:
            assert article.text[sentence.start : sentence.end] == sentence.text
    ends = [0, *(sentence.end for passage in passages for sentence in passage.sentences)]
    starts = [sentence.start for passage in passages for sentence in passage.sentences]
    assert all(end <= start for end, start in zip(ends, starts, strict=False))
    body = "".join("".join(article.text[a:b].split()) for p in article.paragraphs for a, b in p.parts)
    in_sentences = "".join("".join(sentence.text.split()) for passage in passages for sentence in passage.sentences)
    assert in_sentences == body


def check(name: str, data: bytes, fallback: str | None) -> None:
    try:
        article = parse(name, data, fallback)
    except ArticleRejected:
        return
    assert article.text.encode("utf-8", "surrogatepass")
    assert [paragraph.number for paragraph in article.paragraphs] == list(range(1, len(article.paragraphs) + 1))
    check_passages(article)


@pytest.mark.timeout(60)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.sampled_from(SEEDS), st.sampled_from(["x.txt", "x.md"]))
def test_a_damaged_file_is_read_whole_or_rejected(seed: int, data: bytes, name: str) -> None:
    check(name, damage(data, random.Random(seed)), None)


@pytest.mark.timeout(60)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(
    st.binary(max_size=400) | st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=30).map(b"".join),
    st.sampled_from(["x.txt", "x.md"]),
    st.sampled_from([None, "windows-1251", "latin-1"]),
)
def test_random_bytes_are_read_whole_or_rejected(data: bytes, name: str, fallback: str | None) -> None:
    check(name, data, fallback)


@pytest.mark.timeout(60)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(st.text(max_size=300) | st.text("ab .\n\t“”’—!?;()0123", max_size=300))
def test_any_text_is_split_without_loss(text: str) -> None:
    check("x.txt", text.encode("utf-8", "surrogatepass"), None)


HOSTILE = {
    "tags": "<a " * 20_000,
    "links": "[a](" * 15_000,
    "quotation marks": "“" * 60_000,
    "full stops": "." * 60_000,
    "abbreviations": "Mr. Dr. U.S. " * 5_000,
    "open brackets": "(((" * 20_000,
    "numbers": "1.2.3." * 10_000,
    "marks of quotations": "> " * 30_000,
    "line ends": "a\r" * 30_000,
    "accents on one letter": "e" + "\u0301" * 30_000,
    "names": "By Ines Okafor and " * 3_000,
    "dashes": "---\n" * 15_000,
    "comments": "<!--" * 15_000,
    "emphasis": "*_" * 30_000,
    "emphasised letters": "**a " * 15_000,
    "pictures": "![" * 30_000,
    "nested pictures": "![" * 6_000 + "](a)" * 6_000,
    "wikilinks": "[[a|" * 6_000,
    "notes": "[^1]" * 15_000,
    "code": "`" * 60_000,
    "hidden elements": "<script>" * 7_500,
    "a table": "|a" * 10_000 + "\n" + "|-" * 10_000 + "\n" + "|b" * 10_000,
    "highlights": "==a" * 20_000,
    "comments of notes": "%%a" * 20_000,
    "nested lists": "- " * 30_000,
    "points": "- a\n" * 15_000,
    "numbers of points": "".join(f"{n % 1000}. a\n" for n in range(8_000)),
    "divided words": "pro-\n" * 12_000,
    "page numbers": "the pears and\n12\nwent " * 3_000,
    "soft hyphens": "\u00ada" * 30_000,
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_of_60_kb_takes_bounded_time(text: str) -> None:
    for name in ("x.txt", "x.md"):
        check(name, f"The bees left.\n\n{text}\n\nThe end.".encode(), None)


DOCUMENTS = {
    "pdf": make_pdf([set_lines("\n".join(LOCK))]),
    "docx": make_docx(),
    "epub": make_epub([f"<body><p>{LOCK[0]}</p></body>"]),
    "mail": make_mail("\n\n".join(LOCK), f"<html><body><p>{LOCK[0]}</p></body></html>"),
    "html": f"<html><body><h1>The Lock</h1>{''.join(f'<p>{text}</p>' for text in LOCK)}</body></html>".encode(),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_damaged_document_is_read_or_rejected_in_one_sentence(kind: str) -> None:
    rng = random.Random(kind)
    reasons: set[str] = set()
    for _ in range(EXAMPLES // 6):
        try:
            result = shared_reader().read(kind, damage(DOCUMENTS[kind], rng))
            assert "\x00" not in result.text
        except ArticleRejected as error:
            reasons.add(error.message)
    assert all(reason and "\n" not in reason for reason in reasons)
