"""Custom ids of buttons: short enough, without collisions, and readable from older messages."""

from hashlib import sha256
from itertools import count

from bot.answering.types import Quote
from bot.discord.rendering.button_ids import (
    CONTEXT,
    MAX_LENGTH,
    MORE,
    article_key,
    find_by_key,
    format_positions,
    format_scope,
    parse_positions,
)


def old_key(article: str) -> str:
    """The key of 32 bits that older versions wrote."""
    return sha256(article.encode()).hexdigest()[:8]


def quote(article: str, paragraph: int) -> Quote:
    return Quote(article, paragraph, "x", "author", 0, 1)


def colliding_articles() -> tuple[str, str]:
    """Two articles with the same 32 bits."""
    seen: dict[str, str] = {}
    for number in count():
        article = f"{number}.txt"
        other = seen.setdefault(old_key(article), article)
        if other != article:
            return other, article
    raise AssertionError


def test_articles_whose_first_32_bits_are_equal_have_keys_of_their_own() -> None:
    one, two = colliding_articles()
    assert find_by_key(article_key(one), [one, two]) == one
    assert find_by_key(article_key(two), [one, two]) == two


def test_a_key_of_an_older_version_is_found_unless_it_is_ambiguous() -> None:
    one, two = colliding_articles()
    assert find_by_key(old_key(one), [one, "other.txt"]) == one
    assert find_by_key(old_key(one), [one, two]) is None
    assert find_by_key(old_key("gone.txt"), [one, two]) is None


def test_positions_of_quotes_are_read_as_they_were_written() -> None:
    quotes = [quote("b.txt", 7), quote("a.txt", 2), quote("b.txt", 6), quote("b.txt", 7)]
    positions = parse_positions(format_positions(quotes))
    assert positions == [(article_key("a.txt"), [2]), (article_key("b.txt"), [6, 7])]
    assert parse_positions("0123abcd.6.7;89abcdef.2") == [("0123abcd", [6, 7]), ("89abcdef", [2])]


def test_ids_fit_discords_limit_however_many_articles_are_quoted() -> None:
    quotes = [quote(f"{n}.txt", 100 + n) for n in range(9)]
    assert len(CONTEXT + format_positions(quotes)) <= MAX_LENGTH
    assert len(parse_positions(format_positions(quotes))) >= 5
    assert len(MORE + format_scope("a.txt")) <= MAX_LENGTH
