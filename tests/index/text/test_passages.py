"""Passages: whole sentences, exact offsets, size limits and stable ids."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.article import Article
from index.articles.parse import parse
from index.text.passages import MAX_SENTENCE_CHARS, MAX_WORDS, SHORT_WORDS, Passage, Sentence, split
from index.text.sentences import sentence_spans

from tests.support.examples import examples


def article_of(*paragraphs: str, name: str = "x.txt") -> Article:
    return parse(name, "\n\n".join(paragraphs).encode())


def passages_of(*paragraphs: str) -> tuple[Passage, ...]:
    return split(article_of(*paragraphs), sentence_spans)


def sentence(words: int) -> str:
    return "The " + "old " * (words - 2) + "pears."


def sentences_of(passages: tuple[Passage, ...]) -> list[Sentence]:
    return [sentence for passage in passages for sentence in passage.sentences]


SENTENCE = st.builds(
    "{} {}{}".format,
    st.sampled_from(
        ["The pears", "Nobody", "“We", "By Ines Okafor", "Gov. Lund", "3 May 2021", "#", "(ret.)", "Yet 3.5"]
    ),
    st.integers(0, 90).map(lambda n: "went by " * n) | st.just("x" * 2_100) | st.just("so long " * 260),
    st.sampled_from([".", "!", "?", ";", "”", "", " ", "\n"]),
)
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=4).map(" ".join)
ARTICLES = (
    st.lists(PARAGRAPH, min_size=1, max_size=6)
    .map("\n\n".join)
    .filter(lambda text: any(map(str.isalnum, text)))
    .flatmap(lambda text: st.sampled_from([text, f"{text}\n\nThe author keeps bees."]))
    .map(lambda text: parse("x.txt", text.encode()))
)


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(ARTICLES)
def test_passages_are_the_articles_text_complete_in_order_and_within_the_limits(article: Article) -> None:
    passages = split(article, sentence_spans)
    for passage in passages:
        assert_is_at_its_offsets(passage, article)
        assert_fits_the_model(passage)
    body = [word for p in article.paragraphs for word in article.text[p.body_start : p.end].split()]
    assert "".join("".join(inside.text for inside in sentences_of(passages)).split()) == "".join(body)
    for inside in sentences_of(passages):
        paragraph = article.paragraphs[inside.paragraph - 1]
        assert paragraph.body_start <= inside.start < inside.end <= paragraph.end
    ids = [passage.id for passage in passages]
    assert len(set(ids)) == len(ids)
    assert ids == [passage.id for passage in split(article, sentence_spans)]


def assert_is_at_its_offsets(passage: Passage, article: Article) -> None:
    assert article.text[passage.start : passage.end] == passage.text
    assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
    for inside in passage.sentences:
        assert article.text[inside.start : inside.end] == inside.text == inside.text.strip()


def assert_fits_the_model(passage: Passage) -> None:
    assert len(passage.text.split()) <= MAX_WORDS or len(passage.sentences) == 1
    assert all(len(inside.text) <= MAX_SENTENCE_CHARS for inside in passage.sentences)


def test_an_id_is_the_same_on_every_machine() -> None:
    assert passages_of("The pears were the first to go.")[0].id == "c70aa429eccea1bc485b"


def test_an_id_depends_on_article_and_offset() -> None:
    pears = sentence(60)
    first, second = passages_of(pears, pears)
    (other,) = split(article_of(pears, name="y.txt"), sentence_spans)
    assert first.text == second.text == other.text
    assert len({first.id, second.id, other.id}) == 3


def test_adjacent_short_paragraphs_are_joined() -> None:
    (passage,) = passages_of("The pears went first.", "The plums went next.", "Then the swing.")
    assert [inside.paragraph for inside in passage.sentences] == [1, 2, 3]


def test_a_short_paragraph_is_joined_to_a_long_one() -> None:
    assert len(passages_of(sentence(SHORT_WORDS - 1), sentence(60))) == 1


def test_longer_paragraphs_are_separate_passages() -> None:
    assert len(passages_of(sentence(SHORT_WORDS), sentence(SHORT_WORDS))) == 2


def test_short_paragraphs_are_joined_only_up_to_the_limit() -> None:
    passages = passages_of(*[sentence(20)] * 20)
    assert [len(passage.text.split()) for passage in passages] == [120, 120, 120, 40]


def test_a_long_paragraph_is_split_between_sentences_into_equal_parts() -> None:
    passages = passages_of(" ".join([sentence(20)] * 10))
    assert [len(passage.sentences) for passage in passages] == [5, 5]


def test_the_author_note_is_never_joined_with_the_body() -> None:
    passages = passages_of("By Ines Okafor", "The pears went first.", "Then the swing.", "Ines Okafor keeps bees.")
    assert [passage.text for passage in passages] == [
        "The pears went first.\n\nThen the swing.",
        "Ines Okafor keeps bees.",
    ]


def test_head_lines_and_heading_marks_are_in_no_passage() -> None:
    passages = passages_of(
        "# The Orchard", "By Ines Okafor", "The pears went first.", "## Afterwards", "Then the swing."
    )
    assert [inside.text for inside in sentences_of(passages)] == [
        "The pears went first.",
        "Afterwards",
        "Then the swing.",
    ]


@pytest.mark.parametrize(
    ("block", "sentences"),
    [
        ("> The pears went. Then the plums.", ["The pears went.", "Then the plums."]),
        ("- The pears went.\n- The plums\n* And the swing", ["The pears went.", "The plums", "And the swing"]),
        ("1. The pears went.\n2. The plums\n   went next.", ["The pears went.", "The plums\n   went next."]),
        ("> - The pears went.\n> - The plums.", ["The pears went.", "The plums."]),
        ("They took:\n- the pears\n- the plums.", ["They took:", "the pears", "the plums."]),
        ("**The pears** went.", ["The pears went."]),
        ("-5 degrees. Then frost.", ["-5 degrees.", "Then frost."]),
    ],
)
def test_marks_of_a_list_or_a_quotation_are_in_no_sentence_of_markdown(block: str, sentences: list[str]) -> None:
    article = article_of("It was all felled on a Sunday.", block, name="x.md")
    passages = split(article, sentence_spans)
    assert [inside.text for inside in sentences_of(passages)][1:] == sentences
    assert all(article.text[s.start : s.end] == s.text for s in sentences_of(passages))


def test_a_dash_at_the_start_of_a_line_is_kept_in_plain_text() -> None:
    assert sentences_of(passages_of("It was felled.", "- The pears went."))[1].text == "- The pears went."


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("x" * MAX_SENTENCE_CHARS, [MAX_SENTENCE_CHARS], id="a word of the maximum length"),
        pytest.param("x" * (MAX_SENTENCE_CHARS + 1), [MAX_SENTENCE_CHARS, 1], id="a word of one more letter"),
        pytest.param("a " + "x" * MAX_SENTENCE_CHARS, [1, MAX_SENTENCE_CHARS], id="a short and a long word"),
        pytest.param("x" * 1_500 + " \n " + "y" * 1_500, [1_500, 1_500], id="two words with white space between"),
        pytest.param("abcd " * 500, [1_999, 499], id="many words"),
    ],
)
def test_an_overlong_sentence_is_split_between_words_where_it_has_any(text: str, pieces: list[int]) -> None:
    passages = split(article_of("It was felled.", text), lambda body: [(0, len(body.rstrip()))])
    assert [len(inside.text) for inside in sentences_of(passages)][1:] == pieces


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["a " * 300_000, "a " * 3 + "x" * 600_000, ("a " + "x" * 1_999 + " ") * 300, "a" + " " * 600_000 + "b"]
)
def test_an_overlong_sentence_of_600_kb_is_split_in_bounded_time(text: str) -> None:
    article = article_of("It was felled.", text)
    pieces = sentences_of(split(article, lambda body: [(0, len(body.rstrip()))]))[1:]
    assert "".join("".join(piece.text.split()) for piece in pieces) == "".join(text.split())
    assert all(article.text[piece.start : piece.end] == piece.text for piece in pieces)
    assert max(len(piece.text) for piece in pieces) <= MAX_SENTENCE_CHARS


@pytest.mark.timeout(20)
def test_a_word_of_1_mb_is_split_without_loss() -> None:
    word = "x" * 1_000_000
    passages = passages_of("The pears went first.", f"Then came {word}! And it ended.")
    assert "".join(inside.text for inside in sentences_of(passages)).count("x") == len(word)
    assert max(len(passage.text) for passage in passages) <= 2 * MAX_SENTENCE_CHARS
