"""Labels and leads say whose claim a quote is."""

import pytest

from index.articles.parse import parse

from bot.answering.reply.wording import label, lead
from bot.answering.types import Quote

ARTICLE = parse("ferry.txt", b"By Jane Roe\n3 May 2024\n\nThe ferry should stay free, and the council knows that.\n")


@pytest.mark.parametrize(
    ("voice", "shown", "opening"),
    [
        ("author", "", "Roe argues:"),
        ("author_hedged", "Roe, hedging", "Roe, hedging:"),
        ("reported:Ann Bell", "Roe reports Ann Bell", "Roe reports Ann Bell:"),
        ("reported:ministry", "Roe reports the ministry", "Roe reports the ministry:"),
        ("reported:the author's uncle", "Roe reports the author's uncle", "Roe reports the author's uncle:"),
        ("reported:unnamed", "Roe reports others", "Roe reports:"),
    ],
)
def test_each_voice_has_a_label_and_a_lead(voice: str, shown: str, opening: str) -> None:
    quote = Quote("ferry.txt", 2, "The ferry", voice, 0, 9)
    assert label(quote, ARTICLE) == shown
    assert lead([quote], {"ferry.txt": ARTICLE}) == opening


def test_an_author_in_capitals_is_named_in_small_letters() -> None:
    shouted = parse("ferry.txt", b"By JANE ROE\n\nThe ferry should stay free, and the council knows that.\n")
    quote = Quote("ferry.txt", 2, "The ferry", "author", 0, 9)
    assert lead([quote], {"ferry.txt": shouted}) == "Roe argues:"
