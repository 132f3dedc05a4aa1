"""What a chat model claims, checked: hundreds of ways to misquote, and not one unverified quote leaves."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.article import Article
from index.articles.formats import parse
from index.text.passages import Passage, split
from index.text.sentences import sentence_spans

from bot.answering.chat.claims import (
    MAX_CLAIM_CHARS,
    Claim,
    QuotableText,
    RejectedClaim,
    VerifiedClaim,
    normalised,
    sentence,
)
from bot.answering.chat.model import claim_from
from bot.answering.reply.citations import verify

from tests.bot.answering.chat.scene import ARTICLES, FERRY, FREE, HEDGED, PASSAGES, REPORTED

GROUND = QuotableText({f"P{n}": passage for n, passage in enumerate(PASSAGES, 1)}, ARTICLES)
LATE = "It is wrong to say that the ferry is late."
MOVES = "A ferry is a road that moves."
GOOD = (
    Claim("Roe wants the ferry to stay free.", ("P1",), FREE, "author"),
    Claim("She thinks that a bridge costs more.", ("P1",), HEDGED, "author_hedged"),
    Claim("Ann Bell says that the bridge pays for itself.", ("P2",), REPORTED, "reported:Ann Bell"),
    Claim("The ferry is not late.", ("P2",), LATE, "author"),
    Claim("A ferry moves.", ("P4",), MOVES, "author"),
)


def kept(claim: Claim) -> VerifiedClaim:
    checked = GROUND.check(claim)
    assert isinstance(checked, VerifiedClaim), checked
    verify(FERRY, checked.quote)
    return checked


def dropped(claim: Claim) -> str:
    checked = GROUND.check(claim)
    assert isinstance(checked, RejectedClaim), checked
    return checked.why


@pytest.mark.parametrize("good", GOOD, ids=lambda good: good.quote[:20])
def test_a_good_claim_is_kept_as_it_is(good: Claim) -> None:
    checked = kept(good)
    assert (checked.text, checked.quote.text, checked.quote.voice) == (good.text, good.quote, good.voice)
    assert not checked.relabelled
    assert not checked.renumbered


# 600 mutations of good replies. Whatever comes of them, a quote that is shown is the article's own, whole, and no
# part of a head line or the note; and the words that the model gave stand in it one after another.
EDITS = st.sampled_from(
    ["letter", "word out", "word in", "swap", "glue", "case", "cut", "ellipsis", "passage", "voice", "marks", "spaces",
     "head", "note", "other text", "json"]
)  # fmt: skip


def mutated(good: Claim, edit: str, data: st.DataObject) -> Claim:
    words = good.quote.split()
    at = data.draw(st.integers(0, len(words) - 1))
    other = data.draw(st.sampled_from(GOOD))
    if edit == "letter":
        place = data.draw(st.integers(0, len(good.quote) - 1))
        return replace(good, quote=good.quote[:place] + data.draw(st.characters()) + good.quote[place + 1 :])
    if edit == "word out":
        return replace(good, quote=" ".join(words[:at] + words[at + 1 :]))
    if edit == "word in":
        return replace(
            good, quote=" ".join([*words[:at], data.draw(st.sampled_from(["not", "never", "ferry"])), *words[at:]])
        )
    if edit == "swap":
        words[at], words[-1] = words[-1], words[at]
        return replace(good, quote=" ".join(words))
    if edit == "glue":
        return replace(good, quote=" ".join(words[:at]) + " " + other.quote)
    if edit == "case":
        return replace(good, quote=good.quote.upper())
    if edit == "cut":
        return replace(good, quote=" ".join(words[at:]))
    if edit == "ellipsis":
        return replace(good, quote=" ".join(words[:at]) + " … " + " ".join(words[at + 1 :]))
    if edit == "passage":
        return replace(good, passages=(data.draw(st.text(max_size=5)), f"P{data.draw(st.integers(-1, 9))}"))
    if edit == "voice":
        return replace(
            good,
            voice=data.draw(
                st.sampled_from(
                    ["author", "author_hedged", "reported:unnamed", "byline", "reported:Jane Roe", "", "GOD"]
                )
            ),
        )
    if edit == "marks":
        return replace(good, quote=f"“{good.quote.replace('-', '—').replace('—', '-')}”")
    if edit == "spaces":
        return replace(good, quote="\n".join(words) + " ")
    if edit == "head":
        return replace(
            good,
            quote=data.draw(
                st.sampled_from(["By Jane Roe", "3 May 2024", "By Jane Roe 3 May 2024 The ferry should stay free."])
            ),
        )
    if edit == "note":
        return replace(good, quote="Jane Roe was harbour master of Selby.")
    if edit == "other text":
        return replace(good, quote=data.draw(st.text(max_size=60)), text=data.draw(st.text(max_size=60)))
    raw = json.dumps({"text": good.text, "passages": list(good.passages), "quote": good.quote, "voice": good.voice})
    place = data.draw(st.integers(0, len(raw) - 1))
    try:
        broken = json.loads(raw[:place] + data.draw(st.sampled_from('x"{[0')) + raw[place + 1 :])
    except ValueError:
        return good
    return claim_from(broken) or good


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(GOOD), st.lists(EDITS, min_size=1, max_size=3), st.data())
def test_no_mutation_of_a_good_reply_lets_an_unverified_quote_leave(
    good: Claim, edits: list[str], data: st.DataObject
) -> None:
    claim = good
    for edit in edits:
        if claim.quote.split():
            claim = mutated(claim, edit, data)
    checked = GROUND.check(claim)
    if isinstance(checked, RejectedClaim):
        assert checked.why
        return
    verify(FERRY, checked.quote)
    assert checked.quote.voice != "byline"
    assert checked.text.strip()
    assert normalised(claim.quote)[0].strip("\"' ") in normalised(checked.quote.text)[0]
    if checked.quote.voice.startswith("reported") and not claim.voice.startswith("reported"):
        assert checked.relabelled
        assert checked.text != claim.text


@pytest.mark.parametrize(
    "spelled",
    [
        FREE.replace(" ", "\n  "),
        FREE.replace(" ", "\u00a0"),
        f"“{FREE}”",
        f'"{FREE}"',
        f"  {FREE}  ",
    ],
)
def test_white_space_and_quotation_marks_around_do_not_matter(spelled: str) -> None:
    assert kept(replace(GOOD[0], quote=spelled)).quote.text == FREE


def test_dashes_and_quotation_marks_inside_do_not_matter() -> None:
    assert kept(replace(GOOD[1], quote=HEDGED.replace("-", "–").replace("—", "-"))).quote.text == HEDGED
    asked = replace(GOOD[0], quote="Nobody asked her 'why ten'.".replace("'", '"'))
    assert kept(asked).quote.text == "Nobody asked her “why ten”."


@pytest.mark.parametrize("changed", [FREE.lower(), FREE.replace("stay", "remain"), FREE.replace("free.", "free!")])
def test_nothing_else_is_overlooked(changed: str) -> None:
    assert "nowhere" in dropped(replace(GOOD[0], quote=changed))


def test_words_end_where_words_end() -> None:
    dropped(replace(GOOD[0], quote="erry should stay fre"))


def test_a_quote_of_two_paragraphs_is_dropped() -> None:
    dropped(replace(GOOD[0], quote=f"{HEDGED} {REPORTED}"))


def test_a_quote_over_two_passages_of_one_paragraph_is_one_piece() -> None:
    first, second = PASSAGES[0].sentences
    halves = {
        "P1": replace(PASSAGES[0], id="a", end=first.end, text=first.text, sentences=(first,)),
        "P2": replace(PASSAGES[0], id="b", start=second.start, text=second.text, sentences=(second,)),
    }
    checked = QuotableText(halves, ARTICLES).check(replace(GOOD[0], quote=f"{FREE} {HEDGED}"))
    assert isinstance(checked, VerifiedClaim)
    assert checked.quote.text == f"{FREE} {HEDGED}"


def test_what_was_not_handed_over_cannot_be_quoted() -> None:
    assert isinstance(QuotableText({"P1": PASSAGES[0]}, ARTICLES).check(GOOD[4]), RejectedClaim)


@pytest.mark.parametrize("words", ["", "  ", "ferry", "is late", "“”"])
def test_too_little_to_say_which_words_are_meant(words: str) -> None:
    dropped(replace(GOOD[0], quote=words))


@pytest.mark.parametrize("marks", ["“”", '""', "„“", "«»", "‘’", "''", "「」", "″″", "＂＂", "❝❞", "‹›", "``", "ʺʺ"])
def test_a_sentence_may_not_bring_quotations_of_its_own(marks: str) -> None:
    first, last = marks[0], marks[1]
    assert "quotation marks" in dropped(replace(GOOD[0], text=f"Roe says {first}the mayor lies{last}."))
    assert kept(replace(GOOD[0], text=f"Roe says {first}The ferry should stay free.{last}"))


@pytest.mark.parametrize(
    "text", ['Roe says "the mayor lies.', "Roe says “the mayor lies.", "The mayor lies”, says Roe."]
)
def test_nor_half_of_one(text: str) -> None:
    assert "quotation marks" in dropped(replace(GOOD[0], text=text))


def test_nor_one_that_stands_under_another_claim() -> None:
    assert "quotation marks" in dropped(replace(GOOD[0], text="Roe asks “why ten”."))
    words = "Nobody asked her “why ten”."
    assert kept(Claim("Roe misses the question “why ten”.", ("P2",), words, "author")).quote.text == words


@pytest.mark.parametrize(
    "text", ["It saves 40 lives.", "It is ten years late, says Roe in ¶7.", "It has run for ١٢ years.", "See P1."]
)
def test_a_sentence_may_not_bring_numbers_of_its_own(text: str) -> None:
    assert "a number" in dropped(replace(GOOD[0], text=text))


@pytest.mark.parametrize("number", ["1,200", "1200", "1.200", "1 200", "١٢٠٠", "01200"])
def test_a_number_of_the_quote_may_be_written_otherwise(number: str) -> None:
    article = parse("n.txt", b"The ferry carried 1,200 people in May, more than ever before.\n")
    ground = QuotableText(dict(enumerate_passages(article)), {article.id: article})
    words = "The ferry carried 1,200 people in May"
    assert isinstance(ground.check(Claim(f"It carried {number} of them.", (), words, "author")), VerifiedClaim)
    assert isinstance(ground.check(Claim(f"It carried {number}0 of them.", (), words, "author")), RejectedClaim)


def enumerate_passages(article: Article) -> Iterator[tuple[str, Passage]]:
    return ((f"P{n}", passage) for n, passage in enumerate(split(article, sentence_spans), 1))


def test_an_apostrophe_is_no_quotation_mark() -> None:
    assert kept(replace(GOOD[0], text="It’s the riders' ferry, and the town's, says Roe; it isn't the mayor's."))


@pytest.mark.parametrize(
    "text", ["", "  ", "…", "x" * (MAX_CLAIM_CHARS + 1), "\u202e", "\u3164\u2800", "@here look", "<#12>", "www.x.org"]
)
def test_a_sentence_that_is_none_or_holds_markup_is_dropped(text: str) -> None:
    dropped(replace(GOOD[0], text=text))


def test_a_sentence_is_one_line_that_does_not_look_like_a_quote() -> None:
    assert sentence("> Roe\u202e says\n so.\x07") == "Roe says so."


@pytest.mark.parametrize(
    ("voice", "text", "shown", "relabelled"),
    [
        ("reported:Bell", "Bell says so.", "Bell says so.", False),
        ("reported:unnamed", "The mayor says so.", "The mayor says so.", False),
        ("reported:Tom Carr", "Carr says so.", "Roe reports Ann Bell:", True),
        ("author", "Roe says so.", "Roe reports Ann Bell:", True),
        ("author_hedged", "The author says so.", "Roe reports Ann Bell:", True),
        ("reported:Ann Bell", "The author is sure.", "Roe reports Ann Bell:", True),
        ("reported:Ann Bell", "Roe reports that Bell is sure.", "Roe reports that Bell is sure.", False),
        ("reported:Ann Bell", "The bridge pays for itself.", "Roe reports Ann Bell:", True),
        ("reported:Ann Bell", "He believes that the bridge pays for itself.", "Roe reports Ann Bell:", True),
        ("reported:Ann Bell", "Tom Carr says that the bridge pays for itself.", "Roe reports Ann Bell:", True),
        ("reported:Ann Bell", "Bell: la traversée se paie.", "Bell: la traversée se paie.", False),
    ],
)
def test_whose_view_it_is_comes_from_the_text(voice: str, text: str, shown: str, relabelled: bool) -> None:
    checked = kept(replace(GOOD[2], voice=voice, text=text))
    assert (checked.text, checked.relabelled) == (shown, relabelled)
    assert checked.quote.voice == "reported:Ann Bell"


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("Critics say that the bridge is a folly.", True),
        ("Roe reports that some think it a folly.", True),
        ("Roe is sure that the bridge is a folly.", False),
        ("Roe says that the bridge is a folly.", False),
        ("The bridge is a folly.", False),
        ("Tom Carr says that the bridge is a folly.", False),
    ],
)
def test_nor_is_a_view_of_somebody_unnamed_given_to_the_author(text: str, stays: bool) -> None:
    article = parse("u.txt", b"By Jane Roe\n\nSome critics say that the new bridge is a folly and a waste.\n")
    ground = QuotableText(dict(enumerate_passages(article)), {article.id: article})
    words = "Some critics say that the new bridge is a folly and a waste."
    checked = ground.check(Claim(text, (), words, "reported:unnamed"))
    assert isinstance(checked, VerifiedClaim)
    assert checked.quote.voice == "reported:unnamed"
    assert (checked.text, checked.relabelled) == ((text, False) if stays else ("Roe reports:", True))


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("Bell thinks that the ferry should stay free.", False),
        ("According to the mayor, the ferry should stay free.", False),
        ("The author says that the ferry should stay free.", True),
        ("She says that it should.", True),
    ],
)
def test_the_authors_view_is_not_given_to_somebody_else(text: str, stays: bool) -> None:
    checked = kept(replace(GOOD[0], text=text))
    assert (checked.text, checked.relabelled) == ((text, False) if stays else ("Roe argues:", True))


def test_a_hedge_is_labelled_whatever_the_model_thinks() -> None:
    checked = kept(replace(GOOD[1], voice="author"))
    assert checked.relabelled
    assert checked.quote.voice == "author_hedged"
    assert checked.text == GOOD[1].text


def test_the_authors_own_view_told_as_somebody_elses_is_given_back() -> None:
    assert kept(replace(GOOD[0], voice="reported:Ann Bell", text="Bell wants it free.")).text == "Roe argues:"
