"""What a page has added to the end of a paragraph."""

import pytest

from index.articles.article import Article
from index.articles.furniture.marks import marked_kind
from index.articles.parse import parse
from index.text.passages import split
from index.text.sentences import sentence_spans

HEAD = "# Keep the pool open\n\nBy Marta Birch\n\n3 May 2024\n\n"
BODY = (
    "The council of Harlow has decided to close the swimming pool on the quay, and it has done so without asking a "
    "single person who swims there. I have swum there for thirty years, and I know what is lost when a pool closes.",
    "Nobody wants the flowers to go. But a town that can afford tulips can afford a pool, and children who learn to "
    "swim do not drown. The river takes one of them every other summer, and the council sends a wreath.",
    "The council should read that list before it turns the key. A pool that is closed is never opened again, and every "
    "mayor who has closed one has learned that too late.",
)


def article(*blocks: str) -> Article:
    return parse("page.txt", (HEAD + "\n\n".join(blocks) + "\n").encode())


def sentences(made: Article) -> list[str]:
    return [sentence.text for passage in split(made, sentence_spans) for sentence in passage.sentences]


@pytest.mark.parametrize(
    "tail",
    [
        " Subscribe to the Harlow Post to read more of Marta Birch's columns.",
        " Sign up for our daily briefing here. Follow us on Twitter @harlowpost.",
        " If you enjoyed this piece, please consider subscribing to the Harlow Post.",
    ],
)
def test_an_invitation_to_subscribe_is_not_the_author_s_last_sentence(tail: str) -> None:
    made = article(*BODY[:-1], BODY[-1] + tail)
    assert sentences(made) == sentences(article(*BODY))
    assert made.text.rstrip("\n").endswith(tail)
    last = made.paragraphs[-1]
    assert last.kind == "body"
    line = made.head[-1]
    assert (line.kind, line.paragraph, made.text[line.start : line.end]) == ("furniture", last.number, tail.strip())


BOXES = [
    "Most viewed\nMayor opens new market hall\nWhy the ferries are late again\nTen recipes for rhubarb",
    "Most read\n1. Mayor opens new market hall\n2. Ten recipes for rhubarb, by our cook.",
    "Related stories\nPool closure: what we know\nThe tulips of Harlow are world famous",
    "We recommend\nThe mayor opened the new market hall on Friday.\nWhy are the ferries late again?",
    "Meistgelesen\nNeue Markthalle eröffnet\nWarum die Fähren wieder zu spät kommen",
]


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("glue", ["\n\n", "\n"], ids=["blank line", "no blank line"])
def test_a_box_of_headlines_below_a_paragraph_is_not_the_author_s_text(box: str, glue: str) -> None:
    made = article(*BODY[:-1], BODY[-1] + glue + box)
    assert sentences(made) == sentences(article(*BODY))
    assert made.text.rstrip("\n").endswith(box)


def test_a_box_of_headlines_between_paragraphs_is_furniture() -> None:
    made = article(BODY[0], BOXES[0], *BODY[1:])
    assert [p.kind for p in made.paragraphs[3:]] == ["body", "furniture", "body", "body"]


@pytest.mark.parametrize(
    "last",
    [
        " We should all subscribe to the idea that water is for everyone.",
        " Support them, or follow the council into the river.",
        " Read the list.",
        " You do not save a town by closing it.",
    ],
)
def test_the_author_s_last_words_stay(last: str) -> None:
    assert sentences(article(*BODY[:-1], BODY[-1] + last))[-1] == last.strip()


@pytest.mark.parametrize(
    "wrapped",
    [
        "More from habit than from conviction the\ncouncil closed its pools. I think it will close the next one too.",
        "Most popular accounts of the flood\nbegin with the pool, and so does mine.",
    ],
)
def test_a_wrapped_sentence_is_not_marked_as_a_box(wrapped: str) -> None:
    assert marked_kind(wrapped) is None
    assert marked_kind(BOXES[0]) == "furniture"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "box", ["Related\n" + "Pool closure: what we know so far about it\n" * 40 + "x", "Related\n" + "a" * 140 + "\nx"]
)
def test_a_long_box_is_read_in_bounded_time(box: str) -> None:
    assert article(*BODY, box).paragraphs


@pytest.mark.timeout(20)
def test_an_article_of_short_promotional_sentences_is_read_in_bounded_time() -> None:
    block = "Buy the mug. Get the shirt. Join our club. See all offers. Save ten percent. Sign up now. Win a prize."
    assert article(*BODY, *[block] * 300).paragraphs
