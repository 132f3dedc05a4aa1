"""Text that Discord shows as it stands, within its limits: examples, and thousands of generated ones."""

import os
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.discord.rendering.markup import escape, flat, shorten, size, unescape

from tests.servers.discord.limits import length

NASTY = st.text(
    st.one_of(
        st.sampled_from("\\*_~|`[]()<>@#:-+.!/& \n\t\"'aZ9¶"),
        st.sampled_from("\u200b\u200d\u202e\u2066\ufeff\u00ad\u2028\x00\x1bé中👍🏽👨"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=300,
)
EXAMPLES = int(os.environ.get("FUZZ", "70"))
ACTIVE = ("@everyone", "@here", "<@", "<#", "<t:", "</", "<:", "](", "**", "__", "~~", "||", "`", "http://", "https://")


def live(escaped: str) -> str:
    """An escaped text without its escaped characters: all that Discord takes for markup."""
    characters = iter(escaped)
    return "".join(" " if c == "\\" and next(characters, None) else c for c in characters)


@pytest.mark.parametrize(
    "text",
    [
        "@everyone and @here",
        "<@123> <@!123> <@&123> <#123> <t:1:R> </ask:1> <:x:1> <a:x:1>",
        "[click](https://evil.example) https://evil.example <https://evil.example>",
        "# heading",
        "-# small",
        "> quote",
        ">>> quotes",
        "- item",
        "* item",
        "+ item",
        "12. item",
        "||hidden||",
        "**bold** __under__ _it_ *it* ~~gone~~ `code` ```block```",
        ":smile: a@b.example discord.gg/abc www.evil.example",
        "\\@everyone \\<@1> \\\\",
    ],
)
def test_markup_is_shown_and_does_nothing(text: str) -> None:
    shown = escape(text)
    assert unescape(shown) == text
    assert not any(mark in live(shown) for mark in ACTIVE)
    assert live(shown)[0] not in "#>-+*" or live(shown).startswith("  ")
    assert "discord.gg" not in shown


@settings(max_examples=EXAMPLES, deadline=None)
@given(NASTY)
@example("a" * 10)
def test_escaping_loses_nothing_and_leaves_nothing_active(text: str) -> None:
    shown = escape(text)
    assert unescape(shown) == flat(text)
    assert not any(mark in live(shown) for mark in ACTIVE)
    assert not any(unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "FSI") for c in shown)
    assert "\n" not in shown
    assert "\x00" not in shown


@settings(max_examples=EXAMPLES, deadline=None)
@given(NASTY, st.integers(2, 80))
@example("👨‍👩‍👧 family", 4)
def test_shortening_keeps_to_the_limit_and_to_whole_words(text: str, limit: int) -> None:
    shown = shorten(text, limit)
    assert length(shown) <= limit
    whole, read = flat(text), unescape(shown)
    if read != whole:
        assert read.endswith("…")
        kept = read.removesuffix("…")
        assert whole.startswith(kept)
        first = whole.split(" ")[0]
        if len(kept) > len(first):
            assert whole[len(kept) :].lstrip(" ,;:–—-") != whole[len(kept) :] or whole[len(kept)] == " "
        assert not kept.endswith("\\") or whole[len(kept) - 1] == "\\"
        assert "\ufffd" not in shown.encode("utf-8").decode("utf-8", "replace") or "\ufffd" in text


def test_an_emoji_of_several_code_points_is_not_parted() -> None:
    family = "👨\u200d👩\u200d👧"
    assert shorten(family * 3, 12) == family + "…"


@given(st.text(max_size=50))
def test_size_is_what_utf16_takes(text: str) -> None:
    assert size(text) == length(text)


def test_a_monster_is_rendered_in_no_time() -> None:
    text = "[a](" * 20_000
    began = time.process_time()
    shorten(text, 4096)
    escape(text)
    assert time.process_time() - began < 1
