"""The features of each sentence of an article that its voice is classified by, and its likely source. No I/O.

They come from the sentence itself (reports, quotations, hedges) and from the sentences before it.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.articles.article import Article

from bot.answering.voice.hedges import find_hedges
from bot.answering.voice.masking import WORD, MaskedSentence, mask_sentences
from bot.answering.voice.mentions import Mention
from bot.answering.voice.people import People, find_people, resolve_mention
from bot.answering.voice.reported_speech import QUOTED, Report

# The shortest text, in words, that counts as a pull-quote if the article contains it twice.
PULL_QUOTE_WORDS = 5
# How many sentences back (or around) the source of a quotation or a pronoun is looked for.
NEAR = 8

_STRONG_COMPLEMENTS = ("that", "quote", "colon", "aside")
_GROUP_SCORES = {
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
_SOURCE_SCORES = {
    "named": 0.6,
    "organisation": 0.4,
    "person": 0.4,
    "thing": -0.5,
    "indefinite": 0.4,
    "pronoun": 0.3,
    "author": -3.0,
    "none": -2.5,
}
_CLEAR_REPORT, _USABLE_REPORT = 3.0, 2.0


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """A sentence as the classifier sees it.

    Attributes:
        start: Offset in the article text; `end` likewise.
        features: The names of the features that are present (the keys of weights.WEIGHTS and a few more).
        source: Who would be the source if the sentence is a report: "" for somebody unnamed, None for nobody.
    """

    start: int
    end: int
    features: frozenset[str]
    source: str | None


@lru_cache(maxsize=64)
def sentence_features(article: Article) -> tuple[SentenceFeatures, ...]:
    """Extract the features of every sentence of an article's body, in order."""
    people = find_people(
        article.text, min((p.body_start for p in article.paragraphs if p.body_start < p.end), default=0)
    )
    sentences = mask_sentences(article)
    extracted: list[SentenceFeatures] = []
    for at in range(len(sentences)):
        extracted.append(_extract(article, people, sentences, extracted, at))
    return tuple(_pulled_from(article, sentences, extracted, at) for at in range(len(extracted)))


def _score(report: Report) -> float:
    """How clearly an expression is a report, to choose among several in a sentence."""
    strong = 1.5 if report.complement in _STRONG_COMPLEMENTS else 0.0
    return _GROUP_SCORES[report.group] + _SOURCE_SCORES[report.source.kind] + strong


def _best(sentence: MaskedSentence) -> Report | None:
    usable = [r for r in sentence.reports if r.source.kind not in ("author", "none") and not r.negated]
    return max(usable, key=_score, default=None)


def _is_clear_report(sentence: MaskedSentence) -> bool:
    best = _best(sentence)
    return best is not None and _score(best) >= _CLEAR_REPORT


def _extract(
    article: Article,
    people: People,
    sentences: Sequence[MaskedSentence],
    before: Sequence[SentenceFeatures],
    at: int,
) -> SentenceFeatures:
    """Extract the features of the sentence at an index; `before` holds those of all earlier ones."""
    sentence = sentences[at]
    best = _best(sentence)
    features = find_hedges(sentence.masked) | _report_features(sentence, best)
    last = _last_source(sentences, before, at)
    source: str | None = None
    if best is not None:
        if best.source.kind == "pronoun":
            source = _antecedent(article, people, sentences, before, at, best.source)
        else:
            source = resolve_mention(best.source, people, sentence.start, article.authors)
            if source is None:
                features.add("source is author")
    if sentence.is_quoted:
        attributing = _attribution(sentences, at)
        features.add("all quoted" if attributing is None else "all quoted, attributed")
        if attributing is not None:
            report = _best(sentences[attributing])
            assert report is not None
            source = (
                _antecedent(article, people, sentences, before[:attributing], attributing, report.source)
                if report.source.kind == "pronoun"
                else resolve_mention(report.source, people, sentence.start, article.authors)
            )
        elif source is None and at and sentences[at - 1].paragraph == sentence.paragraph:
            source = last if last is not None else people.last_named(sentences[at - 1].start, sentence.start)
    previous = sentences[at - 1] if at and sentences[at - 1].paragraph == sentence.paragraph else None
    if previous is not None and _is_clear_report(previous):
        features.add("after a report")
        if re.match(r"(?:he|she|they|it|his|her|their|its)\b", sentence.masked, re.IGNORECASE):
            features.add("after a report, of the same")
        if source is None:
            source = last
    if previous is not None and previous.masked.endswith(":"):
        features.add("after a colon")
    return SentenceFeatures(sentence.start, sentence.end, frozenset(features), source)


def _pulled_from(
    article: Article, sentences: Sequence[MaskedSentence], extracted: Sequence[SentenceFeatures], at: int
) -> SentenceFeatures:
    """Return the features of a sentence; for a pull-quote, those of the sentence that it repeats."""
    sentence = sentences[at]
    paragraph = article.paragraphs[sentence.paragraph - 1]
    if not sentence.is_quoted and not paragraph.quoted:
        return extracted[at]
    bare = article.text[sentence.start : sentence.end].strip('"“”«»>*_ \n')
    if len(bare.split()) < PULL_QUOTE_WORDS:
        return extracted[at]
    offset = -1
    for _ in range(NEAR):
        offset = article.text.find(bare, offset + 1)
        if offset < 0:
            break
        if not paragraph.start <= offset < paragraph.end:
            original = extracted[max(0, bisect_right(extracted, offset, key=lambda other: other.start) - 1)]
            return SentenceFeatures(sentence.start, sentence.end, original.features, original.source)
    return extracted[at]


def _report_features(sentence: MaskedSentence, best: Report | None) -> set[str]:
    features = set()
    quoted_words = sum(len(WORD.findall(text)) for text in sentence.quotations)
    if sentence.quotations and not sentence.is_quoted:
        features.add("quotes")
        if quoted_words >= len(WORD.findall(sentence.masked)):
            features.add("quotes most")
        if quoted_words >= 5:
            features.add("quotes a clause")
        if best is None and 0 < quoted_words <= 4:
            features.add("scare quotes")
    if any(r.source.kind == "author" and r.complement in _STRONG_COMPLEMENTS for r in sentence.reports):
        features.add("author says")
    if any(report.negated for report in sentence.reports):
        features.add("denied")
    if sentence.masked.endswith("?"):
        features.add("asks")
    if best is None:
        return features
    strong = "with" if best.complement in _STRONG_COMPLEMENTS else "without"
    features |= {
        f"{best.group} {strong} complement",
        f"complement {best.complement}",
        f"subject {best.source.kind}",
        *(["told to the author"] if best.to_author else []),
    }
    if best.source.kind in ("named", "organisation", "person", "indefinite") and _score(best) >= _CLEAR_REPORT:
        features.add("clear report")
    return features


def _attribution(sentences: Sequence[MaskedSentence], at: int) -> int | None:
    """Return the index of the sentence that attributes a wholly quoted one.

    It adjoins the same quotation, or else is the sentence before.
    """
    sentence = sentences[at]
    for step in (1, -1):
        index = at
        while 0 <= index + step < len(sentences) and sentences[index + step].paragraph == sentence.paragraph:
            if abs(index - at) == NEAR:
                break
            same_quotation = step == 1 or sentences[index].continues_quotation
            index += step
            if not same_quotation:
                break
            if not sentences[index].is_quoted:
                if _best(sentences[index]) is not None and (step == -1 or sentences[index].masked.startswith(QUOTED)):
                    return index
                break
    if at and sentences[at - 1].paragraph == sentence.paragraph and _best(sentences[at - 1]) is not None:
        return at - 1
    return None


def _last_source(sentences: Sequence[MaskedSentence], before: Sequence[SentenceFeatures], at: int) -> str | None:
    """Return the source of the nearest earlier report in the same paragraph, None for none."""
    for index in range(at - 1, max(-1, at - NEAR), -1):
        if sentences[index].paragraph != sentences[at].paragraph:
            return None
        if before[index].source is not None and (_is_clear_report(sentences[index]) or sentences[index].is_quoted):
            return before[index].source
    return None


def _antecedent(
    article: Article,
    people: People,
    sentences: Sequence[MaskedSentence],
    before: Sequence[SentenceFeatures],
    at: int,
    mention: Mention,
) -> str:
    """Resolve "he", "she", "they" or "it" to the last source, else to the person named last; "" if unnamed."""
    sentence = sentences[at]
    singular = mention.phrase in ("he", "she", "him", "her")
    for index in range(at, max(-1, at - NEAR), -1):
        if index < len(before) and index != at and before[index].source is not None:
            best = _best(sentences[index])
            if (
                best is not None
                and _score(best) >= _USABLE_REPORT
                and (singular or best.source.kind != "named" or mention.phrase == "it")
            ):
                return before[index].source or ""
        if singular and index == at and not people.last_named(sentence.start, sentence.end):
            opening = re.match(r"(?:[^\W\d_a-z][\w’'\-]+ )+(?=[a-z])", sentence.masked)
            if opening and not sentence.masked.startswith(("He ", "She ", "It ", "They ", "In ", "On ", "At ")):
                return people.full_name(opening[0])
        if (
            singular
            and (name := people.last_named(sentences[index].start, sentences[index].end))
            and not any(name in author or author in name for author in article.authors)
        ):
            return name
        if not singular and sentences[index].paragraph != sentence.paragraph:
            return ""
    return ""
