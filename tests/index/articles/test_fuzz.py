"""Fuzz tests of the article parser: any file is parsed without loss or rejected, in bounded time."""

import os
import random
import time

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


# Once is 30 KB.
TIMES = 2 if "FUZZ" in os.environ else 1
HOSTILE = {
    "tags": "<a " * (10_000 * TIMES),
    "links": "[a](" * (7_500 * TIMES),
    "quotation marks": "“" * (30_000 * TIMES),
    "full stops": "." * (30_000 * TIMES),
    "abbreviations": "Mr. Dr. U.S. " * (2_500 * TIMES),
    "open brackets": "(((" * (10_000 * TIMES),
    "numbers": "1.2.3." * (5_000 * TIMES),
    "marks of quotations": "> " * (15_000 * TIMES),
    "line ends": "a\r" * (15_000 * TIMES),
    "accents on one letter": "e" + "\u0301" * (15_000 * TIMES),
    "names": "By Ines Okafor and " * (1_500 * TIMES),
    "dashes": "---\n" * (7_500 * TIMES),
    "comments": "<!--" * (7_500 * TIMES),
    "emphasis": "*_" * (15_000 * TIMES),
    "emphasised letters": "**a " * (7_500 * TIMES),
    "pictures": "![" * (15_000 * TIMES),
    "nested pictures": "![" * (3_000 * TIMES) + "](a)" * (3_000 * TIMES),
    "wikilinks": "[[a|" * (3_000 * TIMES),
    "notes": "[^1]" * (7_500 * TIMES),
    "code": "`" * (30_000 * TIMES),
    "hidden elements": "<script>" * (3_750 * TIMES),
    "a table": "|a" * (5_000 * TIMES) + "\n" + "|-" * (5_000 * TIMES) + "\n" + "|b" * (5_000 * TIMES),
    "highlights": "==a" * (10_000 * TIMES),
    "comments of notes": "%%a" * (10_000 * TIMES),
    "nested lists": "- " * (15_000 * TIMES),
    "points": "- a\n" * (7_500 * TIMES),
    "numbers of points": "".join(f"{n % 1000}. a\n" for n in range(4_000 * TIMES)),
    "divided words": "pro-\n" * (6_000 * TIMES),
    "page numbers": "the pears and\n12\nwent " * (1_500 * TIMES),
    "soft hyphens": "\u00ada" * (15_000 * TIMES),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_bounded_time(text: str) -> None:
    started = time.process_time()
    for name in ("x.txt", "x.md"):
        check(name, f"The bees left.\n\n{text}\n\nThe end.".encode(), None)
    # 10 seconds of processor time for 60 KB; of what takes the square of the length, half of it takes a quarter.
    assert time.process_time() - started < 2.5 * TIMES**2


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
