"""Verification of a chat model's claims: a sentence is shown only above a verified quote of the article. No I/O."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from index.articles.article import Article
from index.articles.metadata.names import surname
from index.text.words import terms

from bot.answering.chat.quotable_text import QuotableText, normalise, occurrences
from bot.answering.question.parsing import BLANK
from bot.answering.reply import wording
from bot.answering.reply.citations import UnverifiedQuote, balanced, quote
from bot.answering.types import Quote
from bot.answering.voice.mentions import Mention
from bot.answering.voice.reported_speech import find_reports

MAX_CLAIM_CHARS = 400
# A quote is shown in whole sentences, so a few words identify it; fewer could occur anywhere.
MIN_WORDS, MIN_CHARS, MAX_WORDS = 3, 12, 130
_MARKUP = re.compile(r"<[@#:/]|@(?:everyone|here)\b|://|\bwww\.", re.IGNORECASE)
# In a claim's sentence every mark that looks like a quotation mark counts as one.
_LOOKS_QUOTED = dict.fromkeys(map(ord, "“”„‟«»‹›「」『』｢｣﹁﹂﹃﹄《》〈〉〝〞〟❝❞❠″‶＂ʺ˝"), '"') | dict.fromkeys(
    map(ord, "‘’‚‛`´ʼʹ′‵＇❛❜❟"), "'"
)
_QUOTED = re.compile(r"\"([^\"]+)\"|(?<!\w)'((?:[^']|'(?=\w))+)'(?!\w)")
# Groups of reporting verbs, and kinds of people; a pronoun is left out, for "he" may well be the author.
_REPORTING = frozenset(("say", "think", "according", "passive"))
_PEOPLE = frozenset(("named", "organisation", "person", "indefinite"))
_WRITERS = frozenset(terms("author writer columnist essayist article text piece essay column"))
_THOUSANDS = re.compile(r"(?<=\d)[.,' ](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim as a model makes it.

    Attributes:
        text: Its sentence.
        passages: Ids of the passages that it says hold the quote.
        quote: The words that it rests on.
        voice: Whose view it says they state, as in `Quote.voice`.
    """

    text: str
    passages: tuple[str, ...]
    quote: str
    voice: str


@dataclass(frozen=True, slots=True)
class VerifiedClaim:
    """A claim that may be shown.

    Attributes:
        text: Its sentence.
        quote: The article's own words under it.
        relabelled: Whether the model was wrong about whose view the quote states.
        renumbered: Whether the quote is in another passage than the model named.
    """

    text: str
    quote: Quote
    relabelled: bool
    renumbered: bool


@dataclass(frozen=True, slots=True)
class RejectedClaim:
    """A claim that may not be shown; `reason` completes "Claim 2: …"."""

    reason: str


@dataclass(frozen=True, slots=True)
class ClaimCounts:
    """Numbers of claims; those relabelled and renumbered are among those kept."""

    kept: int = 0
    dropped: int = 0
    relabelled: int = 0
    renumbered: int = 0

    def __add__(self, other: "ClaimCounts") -> "ClaimCounts":
        return ClaimCounts(
            self.kept + other.kept,
            self.dropped + other.dropped,
            self.relabelled + other.relabelled,
            self.renumbered + other.renumbered,
        )


def check_claim(claim: Claim, quotable: QuotableText) -> VerifiedClaim | RejectedClaim:
    """Find a claim's quote in the text that the model was given, and check the sentence against it."""
    text = clean_sentence(claim.text)
    problem = _sentence_problem(text) or _quote_problem(claim.quote)
    if problem:
        return RejectedClaim(problem)
    location = quotable.locate(claim.quote, claim.passages)
    if location is None:
        return RejectedClaim(f"the words “{_shorten(claim.quote)}” do not occur in the passages as one piece")
    article = location.article
    try:
        verified = quote(article, *balanced(article.text[location.start : location.end], location.start))
    except UnverifiedQuote:
        return RejectedClaim("its quote cannot be verified")
    problem = _unsupported(text, verified.text)
    if problem:
        return RejectedClaim(problem)
    if _is_copied_from_elsewhere(text, verified, quotable):
        return RejectedClaim("its sentence is copied from another part of the article than its quote")
    text, relabelled = _attribute(text, claim.voice, verified, quotable.articles)
    return VerifiedClaim(text, verified, relabelled, renumbered=not location.in_named_passage)


def clean_sentence(text: str) -> str:
    """Return a sentence as one line, without invisible or reversing characters and leading list or quote marks."""
    shown = (c for c in text if c.isspace() or (unicodedata.category(c)[0] != "C" and c not in BLANK))
    plain = "".join(" " if c.isspace() else c for c in shown)
    return " ".join(plain.split()).lstrip(">#*-• ").rstrip("* ")


def _sentence_problem(text: str) -> str:
    if not any(c.isalnum() for c in text):
        return "it has no sentence"
    if len(text) > MAX_CLAIM_CHARS:
        return "its sentence is too long"
    if _MARKUP.search(text):
        return "its sentence contains a mention or a link"
    return ""


def _quote_problem(words: str) -> str:
    size = len(words.split())
    if not size:
        return "it has no quote"
    if size < MIN_WORDS and len(words.strip()) < MIN_CHARS:
        return "its quote is too short"
    return "its quote is too long" if size > MAX_WORDS else ""


def _unsupported(text: str, quoted: str) -> str:
    """What a sentence has that its quote visibly lacks: words in quotation marks, and numbers."""
    marked = text.translate(_LOOKS_QUOTED)
    inner = [(match[1] or match[2]).strip(" .,;:!?") for match in _QUOTED.finditer(marked)]
    plain = normalise(quoted)[0]
    supported = all(words and any(occurrences(normalise(words)[0], plain)) for words in inner)
    if '"' in _QUOTED.sub("", marked) or not supported:
        return "its sentence puts words between quotation marks that its quote does not have"
    if _numbers(text) - _numbers(quoted):
        return "its sentence has a number that its quote does not have in figures"
    return ""


def _numbers(text: str) -> set[str]:
    """The numbers in a text as plain digits, whatever their script and the marks between thousands."""
    plain = normalise(text)[0]
    digits = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in plain)
    return {number.lstrip("0") for number in re.findall(r"\d+", _THOUSANDS.sub("", digits))}


def _is_copied_from_elsewhere(text: str, verified: Quote, quotable: QuotableText) -> bool:
    """Whether a sentence repeats the article, but not its quote, as when a model obeys the article's text."""
    sentence = text.strip(" .!")
    if len(text.split()) < MIN_WORDS or any(occurrences(normalise(sentence)[0], normalise(verified.text)[0])):
        return False
    copied = quotable.locate(sentence)
    return copied is not None and (
        copied.article.id != verified.article or copied.end <= verified.start or verified.end <= copied.start
    )


def _attribute(text: str, voice: str, verified: Quote, articles: Mapping[str, Article]) -> tuple[str, bool]:
    """Return the sentence to show above a quote, and whether the model was wrong about whose view it is.

    A sentence that gives a view to somebody who does not hold it, or states a reported one as fact, is replaced by a
    description of the quote.
    """
    voice = voice.strip()
    is_reported = _is_reported(verified.voice)
    if (
        _is_reported(voice) != is_reported
        or not _names_holder(text, verified, articles[verified.article])
        or (is_reported and not _is_same_source(voice, verified.voice))
    ):
        return wording.lead((verified,), articles), True
    return text, not is_reported and voice != verified.voice


def _is_reported(voice: str) -> bool:
    return voice.casefold().startswith("reported")


def _is_same_source(voice: str, other: str) -> bool:
    one, two = (set(re.findall(r"\w+", v.partition(":")[2].casefold())) for v in (voice, other))
    return not one or not two or "unnamed" in one | two or bool(one & two)


def _names_holder(text: str, verified: Quote, article: Article) -> bool:
    """Whether a sentence gives the view of a quote to whoever holds it.

    Above a reported view it must name its holder, or mention somebody who is unnamed in the quote too; above the
    author's own it may give it to nobody else, unless the quote does.
    """
    others = _others(text, article)
    if not _is_reported(verified.voice):
        return not others or bool(find_reports(verified.text))
    holder = verified.voice.partition(":")[2]
    if holder != "unnamed" and set(terms(holder)) & set(terms(text)):
        return True
    return any(not other.name or set(terms(other.name)) & set(terms(verified.text)) for other in others)


def _others(text: str, article: Article) -> list[Mention]:
    """Those besides the author to whom a sentence gives a statement or a view."""
    authors = _WRITERS.union(*(terms(surname(name)) for name in article.authors))
    sources = (report.source for report in find_reports(text) if report.group in _REPORTING)
    return [who for who in sources if who.kind in _PEOPLE and not authors & set(terms(who.name or who.phrase))]


def _shorten(words: str) -> str:
    flat = clean_sentence(words)
    return flat if len(flat) <= 80 else f"{flat[:80].rsplit(' ', 1)[0]}…"
