"""The offset map: every character of the article text stands in the file where the map says."""

import unicodedata
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.article import Article
from index.articles.offsets import Edit, MappedText, OffsetMap, join
from index.articles.parse import parse
from index.errors import ArticleRejected

from tests.support.examples import examples

MARKS = (
    "# |> |- |1. |• |*|**|_|`|[|](https://x.example/a)|![|]|[^1]|[^1]: |[[|]]|==|%%|~~|<b>|</b>|<!--|-->|&amp;|---|\\*"
    "|\u00ad|\u200b|\ufb01|e\u0301|The pears|went first.|By Ines Okafor|Page 12|pro-\nposes"
)
PIECES = st.one_of(st.text(max_size=6), st.sampled_from(["\n", "\n\n", "| a | b |\n|--|--|\n", *MARKS.split("|")]))
TEXTS = st.lists(PIECES, max_size=20).map("".join)


def article_of(text: str, name: str) -> Article | None:
    try:
        return parse(name, text.encode("utf-8", "ignore"))
    except ArticleRejected:
        return None


@settings(max_examples=examples(400), deadline=None, derandomize=True)
@given(TEXTS, st.sampled_from(["x.txt", "x.md"]))
def test_every_word_of_the_article_text_stands_in_the_file_where_the_map_says(text: str, name: str) -> None:
    article = article_of(text, name)
    if article is None:
        return
    decoded = decode_as_parse_does(text)
    places = [article.offsets.to_file(offset) for offset in range(len(article.text))]
    assert places == sorted(places)
    for character, place in zip(article.text, places, strict=True):
        composed = unicodedata.normalize("NFC", decoded[place : place + 2])
        same = character in (*unicodedata.normalize("NFKC", decoded[place : place + 1]), composed)
        assert same or not character.isalnum() or decoded[place] == "&" or character == decoded[place]


@settings(max_examples=examples(400), deadline=None, derandomize=True)
@given(TEXTS, st.sampled_from(["x.txt", "x.md"]))
def test_the_span_in_the_file_of_a_paragraph_holds_its_words_in_order(text: str, name: str) -> None:
    article = article_of(text, name)
    if article is None:
        return
    end_before = 0
    for paragraph in article.paragraphs:
        if paragraph.start < paragraph.end:
            start, end = article.offsets.file_span(paragraph.start, paragraph.end)
            assert end_before <= start < end <= len(decode_as_parse_does(text))
            end_before = end


def decode_as_parse_does(text: str) -> str:
    from index.articles.formats.plain import decode

    return decode(text.encode("utf-8", "ignore"))


EDITS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5), st.sampled_from(["", "; ", "fi"])), max_size=6)


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(st.text("abc \n", max_size=40), st.lists(EDITS, min_size=1, max_size=3))
def test_the_map_of_a_text_that_is_edited_several_times_leads_to_its_first_form(
    text: str, rounds: list[list[tuple[int, int, str]]]
) -> None:
    edited = MappedText(text)
    kept = list(range(len(text)))
    for edits in rounds:
        usable: list[Edit] = []
        for start, length, new in sorted(edits):
            if start + length <= len(edited.text) and (not usable or start >= usable[-1].end):
                usable.append(Edit(start, start + length, new))
        before = kept.copy()
        for edit in reversed(usable):
            place = before[edit.start] if edit.start < len(before) else (before[-1] + 1 if before else 0)
            kept[edit.start : edit.end] = [place] * len(edit.text)
        edited = edited.edit(usable)
    assert len(edited.text) == len(kept)
    assert [edited.map.to_file(offset) for offset in range(len(kept))] == kept


@settings(max_examples=examples(200), deadline=None, derandomize=True)
@given(st.text("abc\n", max_size=30), st.lists(st.integers(0, 30), max_size=5))
def test_pieces_of_a_text_join_to_the_same_text_with_the_same_map(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut <= len(text)), len(text)]
    source = MappedText(text)
    joined = join([source.cut(start, end) for start, end in pairwise(edges)])
    assert joined == source


def test_an_offset_of_the_file_leads_to_the_first_character_that_is_left_at_or_behind_it() -> None:
    text = MappedText("the **old** pears").edit([Edit(4, 6), Edit(9, 11)])
    assert text.text == "the old pears"
    assert [text.map.to_text(offset) for offset in (0, 4, 5, 6, 9, 11, 12)] == [0, 4, 4, 4, 7, 7, 8]
    assert text.map.file_span(4, 7) == (6, 9)


def test_a_text_that_nothing_changes_has_one_segment() -> None:
    assert MappedText("the old pears").edit([]).map == OffsetMap()
    article = parse("x.txt", b"The pears went first.\n\nThe plums went next.")
    assert article.offsets == OffsetMap()
