"""What a chat model claims, checked against the article: no sentence stays without a verified quote. Pure."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.articles.article import Article
from index.articles.names import surname
from index.text.passages import Passage
from index.text.words import terms

from bot.answering.question.parsing import BLANK
from bot.answering.reply import wording
from bot.answering.reply.citations import UnverifiedQuote, balanced, quote
from bot.answering.types import Quote
from bot.answering.voice.mentions import Mention
from bot.answering.voice.reported_speech import find_reports

MAX_CLAIM_CHARS = 400
# A quote is shown in whole sentences, so few words are enough to say which; fewer could stand anywhere.
MIN_WORDS, MIN_CHARS, MAX_WORDS = 3, 12, 130
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_MARKS = dict.fromkeys(map(ord, "“”„‟«»"), '"') | dict.fromkeys(map(ord, "‘’‚‛‹›`´"), "'")
_SAME = _DASHES | _MARKS
_MARKUP = re.compile(r"<[@#:/]|@(?:everyone|here)\b|://|\bwww\.", re.IGNORECASE)
# In a sentence every mark that looks like one counts: what looks quoted must be.
_LOOKS_QUOTED = dict.fromkeys(map(ord, "“”„‟«»‹›「」『』｢｣﹁﹂﹃﹄《》〈〉〝〞〟❝❞❠″‶＂ʺ˝"), '"') | dict.fromkeys(
    map(ord, "‘’‚‛`´ʼʹ′‵＇❛❜❟"), "'"
)
_QUOTED = re.compile(r"\"([^\"]+)\"|(?<!\w)'((?:[^']|'(?=\w))+)'(?!\w)")
# Ways of telling what somebody says, and the kinds of somebody; "he" may well be the author.
_TELLS = frozenset(("say", "think", "according", "passive"))
_SOMEBODY = frozenset(("named", "body", "person", "indefinite"))
_WRITERS = frozenset(terms("author writer columnist essayist article text piece essay column"))
_THOUSANDS = re.compile(r"(?<=\d)[.,' ](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a model says: a sentence, the ids of passages, the words that it rests on, and whose view they are."""

    text: str
    passages: tuple[str, ...]
    quote: str
    voice: str


@dataclass(frozen=True, slots=True)
class VerifiedClaim:
    """A claim that may be shown: its sentence and its verified quote.

    relabelled: the model gave the quote another voice than the text does. renumbered: the quote does
    not stand in the passage that the model named.
    """

    text: str
    quote: Quote
    relabelled: bool
    renumbered: bool


@dataclass(frozen=True, slots=True)
class RejectedClaim:
    """A claim that may not be shown; why completes "Claim 2: …"."""

    why: str


@dataclass(frozen=True, slots=True)
class ClaimCounts:
    """How many claims of a reply were kept, dropped, relabelled and renumbered; the last two are kept ones too."""

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


@dataclass(frozen=True, slots=True)
class QuoteLocation:
    """Where quoted words stand in an article, in whole sentences; named: in a passage that was named."""

    article: Article
    start: int
    end: int
    named: bool


def normalised(text: str) -> tuple[str, tuple[int, ...]]:
    """A text with one space for any white space and plain dashes and quotation marks, and each character's offset.

    The end of the text is the last offset. Nothing else is changed: not the case, not a letter, not a full stop.
    """
    plain: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if character.isspace():
            if plain and plain[-1] == " ":
                continue
            character = " "
        plain.append(character.translate(_SAME))
        offsets.append(offset)
    return "".join(plain), (*offsets, len(text))


@dataclass(frozen=True, slots=True)
class _Region:
    """Sentences of one paragraph that were handed over and follow one another."""

    article: Article
    start: int
    plain: str
    offsets: tuple[int, ...]
    sentences: tuple[tuple[int, int], ...]

    def occurrences(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Offsets in the article of whole words that read as wanted."""
        for at, end in _occurrences(wanted, self.plain):
            yield self.start + self.offsets[at], self.start + self.offsets[end - 1] + 1

    def widened(self, start: int, end: int) -> tuple[int, int]:
        """The whole sentences that hold a span: half of one can say the opposite of it."""
        held = [span for span in self.sentences if span[0] < end and start < span[1]]
        return min(held)[0], max(end for _, end in held)


class QuotableText:
    """The passages that a model was given, in which its quotes must stand."""

    def __init__(self, handed: Mapping[str, Passage], articles: Mapping[str, Article]) -> None:
        """handed: passages by the id that the model knows them by."""
        self.articles = articles
        self._handed = handed
        self._regions = tuple(_regions(handed.values(), articles))

    def locate(self, words: str, named: Sequence[str]) -> QuoteLocation | None:
        """Where quoted words stand: in a passage named, else anywhere in those handed over; None for nowhere."""
        found = None
        spans = [(p.article, p.start, p.end) for p in (self._handed.get(_bare(name)) for name in named) if p]
        for wanted in _spellings(words):
            for region in self._regions:
                for start, end in region.occurrences(wanted):
                    inside = any(a == region.article.id and s < end and start < e for a, s, e in spans)
                    if inside or found is None:
                        found = QuoteLocation(region.article, *region.widened(start, end), named=inside)
                    if inside:
                        return found
            if found is not None:
                break
        return found

    def check(self, claim: Claim) -> VerifiedClaim | RejectedClaim:
        """A claim with the article's own words under it, or why it is dropped."""
        text = sentence(claim.text)
        reason = _unfit(text)
        if reason:
            return RejectedClaim(reason)
        size = len(claim.quote.split())
        if not claim.quote.strip():
            return RejectedClaim("it has no quote")
        if (size < MIN_WORDS and len(claim.quote.strip()) < MIN_CHARS) or size > MAX_WORDS:
            return RejectedClaim("its quote is too short" if size < MIN_WORDS else "its quote is too long")
        place = self.locate(claim.quote, claim.passages)
        if place is None:
            return RejectedClaim(f"the words “{_short(claim.quote)}” stand nowhere in the passages as one piece")
        try:
            own = quote(place.article, *balanced(place.article.text[place.start : place.end], place.start))
        except UnverifiedQuote:
            return RejectedClaim("its quote cannot be verified")
        reason = _beyond(text, own.text)
        if reason:
            return RejectedClaim(reason)
        if self._is_copied_from_elsewhere(text, own):
            return RejectedClaim("its sentence is copied from another place than its quote")
        kept, relabelled = self._voiced(text, claim.voice, own)
        return VerifiedClaim(kept, own, relabelled, renumbered=not place.named)

    def _is_copied_from_elsewhere(self, text: str, own: Quote) -> bool:
        """Whether a sentence repeats the article, but not its quote, as a model does that obeys the article's text."""
        copied = self.locate(text.strip(" .!"), ()) if len(text.split()) >= MIN_WORDS else None
        return copied is not None and (
            copied.article.id != own.article or copied.end <= own.start or own.end <= copied.start
        )

    def _voiced(self, text: str, voice: str, own: Quote) -> tuple[str, bool]:
        """The sentence above a quote, and whether the model had its voice wrong.

        A sentence that tells a view as somebody's who does not hold it, or a reported one as plain fact, gives way to
        what the quote is.
        """
        article = self.articles[own.article]
        told = voice.strip()
        if _is_reported(told) != _is_reported(own.voice) or not _says_whose(text, own, article):
            return wording.lead((own,), self.articles), True
        if not _is_reported(own.voice):
            return text, told != own.voice
        if not _same_source(told, own.voice):
            return wording.lead((own,), self.articles), True
        return text, False


def sentence(text: str) -> str:
    """A model's sentence in one line, without marks that hide or reverse text, and not like a block quote."""
    shown = (c for c in text if c.isspace() or (unicodedata.category(c)[0] != "C" and c not in BLANK))
    plain = "".join(" " if c.isspace() else c for c in shown)
    return " ".join(plain.split()).lstrip(">#*-• ").rstrip("* ")


def _unfit(text: str) -> str:
    if not any(c.isalnum() for c in text):
        return "it has no sentence"
    if len(text) > MAX_CLAIM_CHARS:
        return "its sentence is too long"
    if _MARKUP.search(text):
        return "its sentence holds a mention or a link"
    return ""


def _regions(passages: Iterable[Passage], articles: Mapping[str, Article]) -> Iterator[_Region]:
    """The sentences of passages by paragraph, without an author note: that is nothing to rest a claim on."""
    found: dict[tuple[str, int], set[tuple[int, int]]] = {}
    for passage in passages:
        note = articles[passage.article].note_span
        for one in passage.sentences:
            if note is None or one.start < note[0]:
                found.setdefault((passage.article, one.paragraph), set()).add((one.start, one.end))
    for (name, _), spans in found.items():
        article = articles[name]
        run: list[tuple[int, int]] = []
        for span in sorted(spans):
            if run and article.text[run[-1][1] : span[0]].strip():
                yield _region(article, run)
                run = []
            run.append(span)
        yield _region(article, run)


def _region(article: Article, run: Sequence[tuple[int, int]]) -> _Region:
    start, end = run[0][0], run[-1][1]
    return _Region(article, start, *normalised(article.text[start:end]), tuple(run))


def _spellings(words: str) -> Iterator[str]:
    """Quoted words as they are searched for: as given, read as the escaped text that was shown, and without marks."""
    for given in dict.fromkeys((words, html.unescape(words))):
        plain = normalised(given)[0].strip()
        for wanted in dict.fromkeys((plain, plain.strip("\"' "))):
            if wanted:
                yield wanted


def _beyond(text: str, quoted: str) -> str:
    """What a sentence has that can be seen not to be in its quote: words that look quoted, and numbers."""
    marked = text.translate(_LOOKS_QUOTED)
    said = [(match[1] or match[2]).strip(" .,;:!?") for match in _QUOTED.finditer(marked)]
    plain = normalised(quoted)[0]
    held = all(words and any(_occurrences(normalised(words)[0], plain)) for words in said)
    if '"' in _QUOTED.sub("", marked) or not held:
        return "its sentence puts words between quotation marks that its quote does not have"
    if _numbers(text) - _numbers(quoted):
        return "its sentence has a number that its quote does not have in figures"
    return ""


def _numbers(text: str) -> set[str]:
    """The numbers in a text as plain digits, whatever their script and the marks between thousands."""
    plain = normalised(text)[0]
    digits = "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in plain)
    return {number.lstrip("0") for number in re.findall(r"\d+", _THOUSANDS.sub("", digits))}


def _occurrences(wanted: str, plain: str) -> Iterator[tuple[int, int]]:
    """Where whole words stand in a text; both are normalised."""
    at = plain.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not (_inside_word(plain, at) or _inside_word(plain, end)):
            yield at, end
        at = plain.find(wanted, at + 1)


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _bare(name: str) -> str:
    return name.strip(" []().")


def _short(words: str) -> str:
    flat = sentence(words)
    return flat if len(flat) <= 80 else f"{flat[:80].rsplit(' ', 1)[0]}…"


def _is_reported(voice: str) -> bool:
    return voice.casefold().startswith("reported")


def _same_source(told: str, own: str) -> bool:
    one, other = (set(re.findall(r"\w+", v.partition(":")[2].casefold())) for v in (told, own))
    return not one or not other or "unnamed" in one | other or bool(one & other)


def _says_whose(text: str, own: Quote, article: Article) -> bool:
    """Whether a sentence gives the view of a quote to whoever holds it.

    Over a reported view it must name the one who holds it, or bring in somebody whom the quote leaves unnamed, too;
    over the author's own it may bring in nobody else, unless the quote does.
    """
    others = _others(text, article)
    if not _is_reported(own.voice):
        return not others or bool(find_reports(own.text))
    holder = own.voice.partition(":")[2]
    if holder != "unnamed" and set(terms(holder)) & set(terms(text)):
        return True
    return any(not other.name or set(terms(other.name)) & set(terms(own.text)) for other in others)


def _others(text: str, article: Article) -> list[Mention]:
    """Those besides the author of whom a sentence tells what they say or think."""
    authors = _WRITERS.union(*(terms(surname(name)) for name in article.authors))
    told = (report.source for report in find_reports(text) if report.group in _TELLS)
    return [who for who in told if who.kind in _SOMEBODY and not authors & set(terms(who.name or who.phrase))]
