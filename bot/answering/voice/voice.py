"""Whose claim a sentence is: the author's, the author's with a hedge, or somebody's whom the author reports. Pure.

A sentence is read in three steps: what it says of saying (speech.py), who that is (sources.py), and hedges
(hedges.py). What was found is a row of yes-or-no features, and a logistic regression (voice_weights.py) weighs
them; the sentences before it and the quotation that it stands in count too.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from index.articles.article import Article
from index.text.sentences import sentence_spans

from bot.answering.voice.grammar import HEADLESS
from bot.answering.voice.hedges import hedges
from bot.answering.voice.mentions import Mention
from bot.answering.voice.people import People, is_name, named, people
from bot.answering.voice.speech import QUOTED, Report, reports
from bot.answering.voice.weights import WEIGHTS

AUTHOR, HEDGED, BYLINE, UNNAMED = "author", "author_hedged", "byline", "reported:unnamed"

_QUOTATION = re.compile(r"“[^”]*(?:”|$)|«[^»]*(?:»|$)|\"[^\"]*(?:\"|$)|(?<![\w’'])‘(?:[^’‘]|’(?=\w))*’(?!\w)")
_WORD = re.compile(r"\w+")
# From so many words on, what stands twice is a pull-quote and no chance.
PULLED = 5
# How many sentences are looked at for whose a quotation or a pronoun is.
NEAR = 8


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence: its offsets, its text with quotations masked, and what it quotes.

    inside: nothing of it stands outside a quotation. opened: the quotation began before it.
    """

    start: int
    end: int
    masked: str
    quoted: tuple[str, ...]
    inside: bool
    opened: bool
    reports: tuple[Report, ...]
    paragraph: int


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """A sentence of an article as it is weighed: what was found, and who would be its source (None: nobody)."""

    start: int
    end: int
    features: frozenset[str]
    source: str | None


def voice_of(article: Article, start: int, end: int) -> str:
    """The voice of the span between two offsets of an article: of several sentences, that of the first reported one."""
    if article.note_span is not None and start >= article.note_span[0]:
        return BYLINE
    if any(line.start <= start < line.end for line in article.head):
        return BYLINE
    voices = [_decided(reading) for reading in readings(article) if reading.start < end and start < reading.end]
    reported = [voice for voice in voices if voice.startswith("reported:")]
    return reported[0] if reported else HEDGED if HEDGED in voices else AUTHOR


@lru_cache(maxsize=64)
def readings(article: Article) -> tuple[SentenceFeatures, ...]:
    """Every sentence of an article's body with its features, in order."""
    known = people(article.text, max((line.end for line in article.head), default=0))
    lines = _lines(article)
    found: list[SentenceFeatures] = []
    for at, line in enumerate(lines):
        found.append(_read(article, known, lines, found, at, line))
    return tuple(_original(article, lines, found, at) for at in range(len(found)))


def probabilities(features: frozenset[str]) -> tuple[float, float, float]:
    """How likely a sentence with these features is the author's, hedged, and reported."""
    logits = [0.0, 0.0]
    for feature in ("bias", *features):
        for place, weight in enumerate(WEIGHTS.get(feature, (0.0, 0.0))):
            logits[place] += weight
    powers = [1.0, *(math.exp(logit) for logit in logits)]
    return powers[0] / sum(powers), powers[1] / sum(powers), powers[2] / sum(powers)


def _decided(reading: SentenceFeatures) -> str:
    author, hedged, reported = probabilities(reading.features)
    # Nothing of such a sentence is the author's, however it sounds: this is not left to weights.
    quoted = "all quoted, attributed" in reading.features
    if reading.source is not None and (quoted or reported >= max(author, hedged)):
        return f"reported:{reading.source}" if reading.source else UNNAMED
    return HEDGED if hedged > author else AUTHOR


def _lines(article: Article) -> list[_Line]:
    lines: list[_Line] = []
    lower, inner = _spellings(article.text)
    for paragraph in article.paragraphs:
        body = article.text[paragraph.body_start : paragraph.end]
        quotations = [match.span() for match in _QUOTATION.finditer(body)]
        ends = [b for _, b in quotations]
        for start, end in sentence_spans(body):
            held = []
            for a, b in islice(quotations, bisect_right(ends, start), None):
                if a >= end:
                    break
                held.append((max(a, start), min(b, end)))
            masked, at = "", start
            for a, b in held:
                masked += f"{body[at:a]} {QUOTED} "
                at = b
            masked = " ".join((masked + body[at:end]).split())
            first = _WORD.match(masked)
            # A capital that only the sentence's beginning gives would look like a name's.
            if first and _is_plain(first[0], masked[first.end() :].lstrip(), lower, inner):
                masked = masked[0].lower() + masked[1:]
            lines.append(
                _Line(
                    start=paragraph.body_start + start,
                    end=paragraph.body_start + end,
                    masked=masked,
                    quoted=tuple(body[a:b] for a, b in held),
                    inside=bool(held) and not _WORD.search(masked),
                    opened=bool(held) and quotations[bisect_right(ends, start)][0] < start,
                    reports=tuple(reports(masked)),
                    paragraph=paragraph.number,
                )
            )
    return lines


def _is_plain(word: str, following: str, lower: frozenset[str], inner: frozenset[str]) -> bool:
    """Whether a sentence's first word is no name: elsewhere in lower case only, or nowhere and English has it."""
    if word == "I" or word in inner:
        return word.lower() in HEADLESS
    return word.lower() in lower or (not is_name(word.lower(), word) and not following[:1].isupper())


def _spellings(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words that a text has in lower case, and those that it has with a capital inside a sentence."""
    return frozenset(re.findall(r"\b[a-zà-ÿ]\w*", text)), frozenset(re.findall(r"(?<=[a-z,] )[A-Z]\w*", text))


_STRONG = ("that", "quote", "colon", "aside")


def _weight(report: Report) -> float:
    """How much a report looks like one, to choose among several of a sentence."""
    worth = {
        "say": 2.0,
        "according": 3.0,
        "passive": 2.5,
        "is said to": 1.5,
        "author is told": 2.2,
        "usual saying": 2.0,
        "name": 1.5,
        "find": 1.4,
        "think": 1.0,
        "act": 1.2,
        "want": 1.0,
    }
    subject = {
        "named": 0.6,
        "body": 0.4,
        "person": 0.4,
        "thing": -0.5,
        "indefinite": 0.4,
        "pronoun": 0.3,
        "own": -3.0,
        "none": -2.5,
    }
    strong = 1.5 if report.complement in _STRONG else 0.0
    return worth[report.group] + subject[report.source.subject] + strong


def _best(line: _Line) -> Report | None:
    usable = [r for r in line.reports if r.source.subject not in ("own", "none") and not r.negated]
    return max(usable, key=_weight, default=None)


def _is_strong(line: _Line) -> bool:
    best = _best(line)
    return best is not None and _weight(best) >= 3.0


def _read(
    article: Article, known: People, lines: Sequence[_Line], before: Sequence[SentenceFeatures], at: int, line: _Line
) -> SentenceFeatures:
    best = _best(line)
    features = hedges(line.masked) | _saying(line, best)
    last = _last_source(lines, before, at)
    source: str | None = None
    if best is not None:
        if best.source.subject == "pronoun":
            source = _antecedent(article, known, lines, before, at, best.source)
        else:
            source = named(best.source, known, line.start, article.authors)
            if source is None:
                features.add("source is author")
    if line.inside:
        around = _attribution(lines, at)
        features.add("all quoted" if around is None else "all quoted, attributed")
        if around is not None:
            mention = _best(lines[around])
            assert mention is not None
            source = (
                _antecedent(article, known, lines, before[:around], around, mention.source)
                if mention.source.subject == "pronoun"
                else named(mention.source, known, line.start, article.authors)
            )
        elif source is None and at and lines[at - 1].paragraph == line.paragraph:
            source = last if last is not None else known.last_named(lines[at - 1].start, line.start)
    previous = lines[at - 1] if at and lines[at - 1].paragraph == line.paragraph else None
    if previous is not None and _is_strong(previous):
        features.add("after a report")
        if re.match(r"(?:he|she|they|it|his|her|their|its)\b", line.masked, re.IGNORECASE):
            features.add("after a report, of the same")
        if source is None:
            source = last
    if previous is not None and previous.masked.endswith(":"):
        features.add("after a colon")
    return SentenceFeatures(line.start, line.end, frozenset(features), source)


def _original(article: Article, lines: Sequence[_Line], found: Sequence[SentenceFeatures], at: int) -> SentenceFeatures:
    """A sentence as it is read; a pull-quote as the sentence that it repeats is."""
    line, own = lines[at], article.text[lines[at].start : lines[at].end]
    paragraph = article.paragraphs[line.paragraph - 1]
    if not line.inside and not article.text.startswith(">", paragraph.start):
        return found[at]
    bare = own.strip('"“”«»>*_ \n')
    if len(bare.split()) < PULLED:
        return found[at]
    place = -1
    for _ in range(NEAR):
        place = article.text.find(bare, place + 1)
        if place < 0:
            break
        if not paragraph.start <= place < paragraph.end:
            there = found[max(0, bisect_right(found, place, key=lambda reading: reading.start) - 1)]
            return SentenceFeatures(line.start, line.end, there.features, there.source)
    return found[at]


def _saying(line: _Line, best: Report | None) -> set[str]:
    features = set()
    words = sum(len(_WORD.findall(text)) for text in line.quoted)
    own = len(_WORD.findall(line.masked))
    if line.quoted and not line.inside:
        features.add("quotes")
        if words >= own:
            features.add("quotes most")
        if words >= 5:
            features.add("quotes a clause")
        if best is None and 0 < words <= 4:
            features.add("scare quotes")
    if any(report.source.subject == "own" and report.complement in _STRONG for report in line.reports):
        features.add("author says")
    if any(report.negated for report in line.reports):
        features.add("denied")
    if line.masked.endswith("?"):
        features.add("asks")
    if best is None:
        return features
    strong = "with" if best.complement in _STRONG else "without"
    features |= {
        f"{best.group} {strong} complement",
        f"complement {best.complement}",
        f"subject {best.source.subject}",
        *(["told to the author"] if best.heard else []),
    }
    if best.source.subject in ("named", "body", "person", "indefinite") and _weight(best) >= 3.0:
        features.add("clear report")
    return features


def _attribution(lines: Sequence[_Line], at: int) -> int | None:
    """The sentence that says whose a wholly quoted one is: a neighbour in the same quotation, or the one before."""
    line = lines[at]
    for step in (1, -1):
        place = at
        while 0 <= place + step < len(lines) and lines[place + step].paragraph == line.paragraph:
            if abs(place - at) == NEAR:
                break
            joined = lines[place + 1 if step == 1 else place].opened or step == 1
            place += step
            if not joined:
                break
            if not lines[place].inside:
                if _best(lines[place]) is not None and (step == -1 or lines[place].masked.startswith(QUOTED)):
                    return place
                break
    if at and lines[at - 1].paragraph == line.paragraph and _best(lines[at - 1]) is not None:
        return at - 1
    return None


def _last_source(lines: Sequence[_Line], before: Sequence[SentenceFeatures], at: int) -> str | None:
    """The source of the nearest report before a sentence in its paragraph; None for none."""
    for place in range(at - 1, max(-1, at - NEAR), -1):
        if lines[place].paragraph != lines[at].paragraph:
            return None
        if before[place].source is not None and (_is_strong(lines[place]) or lines[place].inside):
            return before[place].source
    return None


def _antecedent(
    article: Article,
    known: People,
    lines: Sequence[_Line],
    before: Sequence[SentenceFeatures],
    at: int,
    mention: Mention,
) -> str:
    """Whom "he", "she", "they" or "it" means: the source before it, else the person named last; "" for somebody."""
    line = lines[at]
    singular = mention.word in ("he", "she", "him", "her")
    for place in range(at, max(-1, at - NEAR), -1):
        if place < len(before) and place != at and before[place].source is not None:
            best = _best(lines[place])
            if (
                best is not None
                and _weight(best) >= 2.0
                and (singular or best.source.subject != "named" or mention.word == "it")
            ):
                return before[place].source or ""
        if singular and place == at and not known.last_named(line.start, line.end):
            opening = re.match(r"(?:[^\W\d_a-z][\w’'\-]+ )+(?=[a-z])", line.masked)
            if opening and not line.masked.startswith(("He ", "She ", "It ", "They ", "In ", "On ", "At ")):
                return known.whole(opening[0])
        if singular and (name := known.last_named(lines[place].start, lines[place].end)) and not _own(name, article):
            return name
        if not singular and lines[place].paragraph != line.paragraph:
            return ""
    return ""


def _own(name: str, article: Article) -> bool:
    return any(name in author or author in name for author in article.authors)
