"""Verification of claims: whatever a model misquotes, only verified quotes remain."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles.article import Article
from index.articles.parse import parse
from index.text.passages import Passage, split
from index.text.sentences import sentence_spans

from bot.answering.chat.claims import (
    MAX_CLAIM_CHARS,
    Claim,
    RejectedClaim,
    VerifiedClaim,
    _is_copied_from_elsewhere,
    check_claim,
    clean_sentence,
)
from bot.answering.chat.model import parse_claim
from bot.answering.chat.quotable_text import QuotableText, normalise
from bot.answering.reply.citations import quote, verify

from tests.bot.answering.chat.scene import ARTICLES, FERRY, FREE, HEDGED, PASSAGES, REPORTED
from tests.support.examples import examples

QUOTABLE = QuotableText({f"P{n}": passage for n, passage in enumerate(PASSAGES, 1)}, ARTICLES)
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
    checked = check_claim(claim, QUOTABLE)
    assert isinstance(checked, VerifiedClaim), checked
    verify(FERRY, checked.quote)
    return checked


def dropped(claim: Claim) -> str:
    checked = check_claim(claim, QUOTABLE)
    assert isinstance(checked, RejectedClaim), checked
    return checked.reason


@pytest.mark.parametrize("good", GOOD, ids=lambda good: good.quote[:20])
def test_a_correct_claim_is_kept_unchanged(good: Claim) -> None:
    checked = kept(good)
    assert (checked.text, checked.quote.text, checked.quote.voice) == (good.text, good.quote, good.voice)
    assert not checked.relabelled
    assert not checked.renumbered


# 600 mutations of correct claims. The quote of any that is kept is the article's own text in whole sentences, without
# head lines or author note, and contains the words that the model gave.
EDITS = st.sampled_from(
    ["letter", "word out", "word in", "swap", "glue", "case", "cut", "ellipsis", "passage", "voice", "marks", "spaces",
     "head", "note", "other text", "json"]
)  # fmt: skip


def mutate(good: Claim, edit: str, data: st.DataObject) -> Claim:
    words = good.quote.split()
    index = data.draw(st.integers(0, len(words) - 1))
    other = data.draw(st.sampled_from(GOOD))
    if edit == "letter":
        offset = data.draw(st.integers(0, len(good.quote) - 1))
        return replace(good, quote=good.quote[:offset] + data.draw(st.characters()) + good.quote[offset + 1 :])
    if edit == "word out":
        return replace(good, quote=" ".join(words[:index] + words[index + 1 :]))
    if edit == "word in":
        return replace(
            good,
            quote=" ".join([*words[:index], data.draw(st.sampled_from(["not", "never", "ferry"])), *words[index:]]),
        )
    if edit == "swap":
        words[index], words[-1] = words[-1], words[index]
        return replace(good, quote=" ".join(words))
    if edit == "glue":
        return replace(good, quote=" ".join(words[:index]) + " " + other.quote)
    if edit == "case":
        return replace(good, quote=good.quote.upper())
    if edit == "cut":
        return replace(good, quote=" ".join(words[index:]))
    if edit == "ellipsis":
        return replace(good, quote=" ".join(words[:index]) + " … " + " ".join(words[index + 1 :]))
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
    offset = data.draw(st.integers(0, len(raw) - 1))
    try:
        broken = json.loads(raw[:offset] + data.draw(st.sampled_from('x"{[0')) + raw[offset + 1 :])
    except ValueError:
        return good
    return parse_claim(broken) or good


@settings(max_examples=examples(600), deadline=None)
@given(st.sampled_from(GOOD), st.lists(EDITS, min_size=1, max_size=3), st.data())
def test_no_mutation_of_a_correct_claim_yields_an_unverified_quote(
    good: Claim, edits: list[str], data: st.DataObject
) -> None:
    claim = good
    for edit in edits:
        if claim.quote.split():
            claim = mutate(claim, edit, data)
    checked = check_claim(claim, QUOTABLE)
    if isinstance(checked, RejectedClaim):
        assert checked.reason
        return
    verify(FERRY, checked.quote)
    assert checked.quote.voice != "byline"
    assert checked.text.strip()
    assert normalise(claim.quote)[0].strip("\"' ") in normalise(checked.quote.text)[0]
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
def test_white_space_and_surrounding_quotation_marks_are_ignored(spelled: str) -> None:
    assert kept(replace(GOOD[0], quote=spelled)).quote.text == FREE


def test_the_form_of_dashes_and_inner_quotation_marks_is_ignored() -> None:
    assert kept(replace(GOOD[1], quote=HEDGED.replace("-", "–").replace("—", "-"))).quote.text == HEDGED
    asked = replace(GOOD[0], quote="Nobody asked her 'why ten'.".replace("'", '"'))
    assert kept(asked).quote.text == "Nobody asked her “why ten”."


@pytest.mark.parametrize("changed", [FREE.lower(), FREE.replace("stay", "remain"), FREE.replace("free.", "free!")])
def test_any_other_difference_rejects_the_quote(changed: str) -> None:
    assert "do not occur" in dropped(replace(GOOD[0], quote=changed))


def test_a_quote_must_not_start_or_end_inside_a_word() -> None:
    dropped(replace(GOOD[0], quote="erry should stay fre"))


def test_a_quote_across_two_paragraphs_is_rejected() -> None:
    dropped(replace(GOOD[0], quote=f"{HEDGED} {REPORTED}"))


def test_a_quote_may_span_two_passages_of_one_paragraph() -> None:
    first, second = PASSAGES[0].sentences
    halves = {
        "P1": replace(PASSAGES[0], id="a", end=first.end, text=first.text, sentences=(first,)),
        "P2": replace(PASSAGES[0], id="b", start=second.start, text=second.text, sentences=(second,)),
    }
    checked = check_claim(replace(GOOD[0], quote=f"{FREE} {HEDGED}"), QuotableText(halves, ARTICLES))
    assert isinstance(checked, VerifiedClaim)
    assert checked.quote.text == f"{FREE} {HEDGED}"


def test_a_passage_that_the_model_was_not_given_cannot_be_quoted() -> None:
    assert isinstance(check_claim(GOOD[4], QuotableText({"P1": PASSAGES[0]}, ARTICLES)), RejectedClaim)


@pytest.mark.parametrize("words", ["", "  ", "ferry", "is late", "“”"])
def test_a_quote_that_is_too_short_is_rejected(words: str) -> None:
    dropped(replace(GOOD[0], quote=words))


@pytest.mark.parametrize("marks", ["“”", '""', "„“", "«»", "‘’", "''", "「」", "″″", "＂＂", "❝❞", "‹›", "``", "ʺʺ"])
def test_quotation_marks_in_a_sentence_must_enclose_words_of_its_quote(marks: str) -> None:
    first, last = marks[0], marks[1]
    assert "quotation marks" in dropped(replace(GOOD[0], text=f"Roe says {first}the mayor lies{last}."))
    assert kept(replace(GOOD[0], text=f"Roe says {first}The ferry should stay free.{last}"))


@pytest.mark.parametrize(
    "text", ['Roe says "the mayor lies.', "Roe says “the mayor lies.", "The mayor lies”, says Roe."]
)
def test_unpaired_quotation_marks_in_a_sentence_are_rejected(text: str) -> None:
    assert "quotation marks" in dropped(replace(GOOD[0], text=text))


def test_words_in_quotation_marks_must_be_in_the_same_claims_quote() -> None:
    assert "quotation marks" in dropped(replace(GOOD[0], text="Roe asks “why ten”."))
    words = "Nobody asked her “why ten”."
    assert kept(Claim("Roe misses the question “why ten”.", ("P2",), words, "author")).quote.text == words


@pytest.mark.parametrize(
    "text", ["Bell thinks that the town must act as a buffer.", "The town must act as a buffer, says Bell."]
)
def test_a_claim_about_what_must_be_done_is_kept(text: str) -> None:
    article = parse("b.txt", b"By Jane Roe\n\nAnn Bell said that the town must act as a buffer for the port.\n")
    quotable = QuotableText(dict(enumerate_passages(article)), {article.id: article})
    words = "Ann Bell said that the town must act as a buffer"
    checked = check_claim(Claim(text, (), words, "reported:Ann Bell"), quotable)
    assert isinstance(checked, VerifiedClaim)
    assert (checked.text, checked.relabelled) == (text, False)


def test_the_authors_claim_about_what_must_be_done_is_kept() -> None:
    article = parse("b.txt", b"By Jane Roe\n\nThe town must act as a buffer for the port, whatever it costs.\n")
    quotable = QuotableText(dict(enumerate_passages(article)), {article.id: article})
    text = "He thinks that the town must act as a buffer."
    checked = check_claim(Claim(text, (), "The town must act as a buffer for the port", "author"), quotable)
    assert isinstance(checked, VerifiedClaim)
    assert checked.text == text


def test_a_sentence_copied_from_another_part_of_the_article_is_rejected() -> None:
    assert "copied" in dropped(replace(GOOD[0], text=MOVES))
    assert kept(replace(GOOD[0], text=FREE)).text == FREE


@pytest.mark.parametrize(
    "text", ["It saves 40 lives.", "It is ten years late, says Roe in ¶7.", "It has run for ١٢ years.", "See P1."]
)
def test_numbers_in_a_sentence_must_be_in_its_quote(text: str) -> None:
    assert "a number" in dropped(replace(GOOD[0], text=text))


@pytest.mark.parametrize("number", ["1,200", "1200", "1.200", "1 200", "١٢٠٠", "01200"])
def test_a_number_of_the_quote_may_be_formatted_differently(number: str) -> None:
    article = parse("n.txt", b"The ferry carried 1,200 people in May, more than ever before.\n")
    quotable = QuotableText(dict(enumerate_passages(article)), {article.id: article})
    words = "The ferry carried 1,200 people in May"
    assert isinstance(check_claim(Claim(f"It carried {number} of them.", (), words, "author"), quotable), VerifiedClaim)
    assert isinstance(
        check_claim(Claim(f"It carried {number}0 of them.", (), words, "author"), quotable), RejectedClaim
    )


def enumerate_passages(article: Article) -> Iterator[tuple[str, Passage]]:
    return ((f"P{n}", passage) for n, passage in enumerate(split(article, sentence_spans), 1))


def test_an_apostrophe_is_not_a_quotation_mark() -> None:
    assert kept(replace(GOOD[0], text="It’s the riders' ferry, and the town's, says Roe; it isn't the mayor's."))


@pytest.mark.parametrize(
    "text", ["", "  ", "…", "x" * (MAX_CLAIM_CHARS + 1), "\u202e", "\u3164\u2800", "@here look", "<#12>", "www.x.org"]
)
def test_an_empty_or_too_long_sentence_or_one_with_markup_is_rejected(text: str) -> None:
    dropped(replace(GOOD[0], text=text))


def test_a_sentence_is_cleaned_to_one_plain_line() -> None:
    assert clean_sentence("> Roe\u202e says\n so.\x07") == "Roe says so."


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
def test_a_reported_view_is_attributed_as_the_text_does(voice: str, text: str, shown: str, relabelled: bool) -> None:
    checked = kept(replace(GOOD[2], voice=voice, text=text))
    assert (checked.text, checked.relabelled) == (shown, relabelled)
    assert checked.quote.voice == "reported:Ann Bell"


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("Critics say that the bridge is a folly.", True),
        ("Roe reports that some think it a folly.", True),
        ("Roe is sure that the bridge is a folly.", False),
        ("Roe says that the bridge is a folly.", False),
        ("The bridge is a folly.", False),
        ("Tom Carr says that the bridge is a folly.", False),
    ],
)
def test_a_view_of_an_unnamed_source_is_not_given_to_the_author(text: str, is_kept: bool) -> None:
    article = parse("u.txt", b"By Jane Roe\n\nSome critics say that the new bridge is a folly and a waste.\n")
    quotable = QuotableText(dict(enumerate_passages(article)), {article.id: article})
    words = "Some critics say that the new bridge is a folly and a waste."
    checked = check_claim(Claim(text, (), words, "reported:unnamed"), quotable)
    assert isinstance(checked, VerifiedClaim)
    assert checked.quote.voice == "reported:unnamed"
    assert (checked.text, checked.relabelled) == ((text, False) if is_kept else ("Roe reports:", True))


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("Bell thinks that the ferry should stay free.", False),
        ("According to the mayor, the ferry should stay free.", False),
        ("The author says that the ferry should stay free.", True),
        ("She says that it should.", True),
    ],
)
def test_the_authors_view_is_not_given_to_somebody_else(text: str, is_kept: bool) -> None:
    checked = kept(replace(GOOD[0], text=text))
    assert (checked.text, checked.relabelled) == ((text, False) if is_kept else ("Roe argues:", True))


def test_a_hedge_that_the_model_missed_is_labelled() -> None:
    checked = kept(replace(GOOD[1], voice="author"))
    assert checked.relabelled
    assert checked.quote.voice == "author_hedged"
    assert checked.text == GOOD[1].text


def test_the_authors_view_that_is_labelled_as_reported_is_corrected() -> None:
    assert kept(replace(GOOD[0], voice="reported:Ann Bell", text="Bell wants it free.")).text == "Roe argues:"


def test_a_sentence_that_the_article_repeats_may_be_quoted_where_it_stands_again() -> None:
    refrain = "The ferry must stay free."
    article = parse("refrain.txt", f"{refrain} It is a road.\n\nNobody pays for a road.\n\n{refrain}\n".encode())
    (_, last) = (match.start() for match in re.finditer(re.escape(refrain), article.text))
    quotable = QuotableText(dict(enumerate_passages(article)), {article.id: article})
    for passages in ((), ("P1",), ("P2",)):
        checked = check_claim(Claim(refrain, passages, refrain, "author"), quotable)
        assert isinstance(checked, VerifiedClaim)
        assert checked.text == refrain
    quoted_last = quote(article, last, last + len(refrain))
    assert not _is_copied_from_elsewhere(refrain, quoted_last, quotable)
