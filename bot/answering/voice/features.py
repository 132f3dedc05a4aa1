"""The features of each sentence of an article that its voice is classified by, and its likely source. No I/O.

They come from the sentence itself (reports, quotations, hedges) and from the sentences before it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.articles.article import Article
from index.text.words import words

from bot.answering.voice.hedges import find_hedges
from bot.answering.voice.interviews import speaker_of
from bot.answering.voice.masking import WORD, MaskedSentence, mask_sentences
from bot.answering.voice.people import find_people
from bot.answering.voice.reported_speech import Report
from bot.answering.voice.speakers import STRONG_COMPLEMENTS, Speakers, best_report, is_clear, quotes_somebody

# The shortest paragraph, in words, that counts as a pull quote if the article contains it twice.
PULL_QUOTE_WORDS = 3
_OPENING_MARKS = tuple(">“”„«»\"'‘")


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """A sentence as the classifier sees it.

    Attributes:
        start: Offset in the article text; `end` likewise.
        features: The names of the features that are present (the keys of weights.WEIGHTS and a few more).
        source: Who would be the source if the sentence is a report: "" for somebody unnamed, None for nobody.
        is_speech: It consists of somebody's words, or quotes at least a clause of them, so that it is not the author's.
    """

    start: int
    end: int
    features: frozenset[str]
    source: str | None
    is_speech: bool = False


@lru_cache(maxsize=64)
def sentence_features(article: Article) -> tuple[SentenceFeatures, ...]:
    """Extract the features of every sentence of an article's body, in order."""
    people = find_people(
        article.text, min((p.body_start for p in article.paragraphs if p.body_start < p.end), default=0)
    )
    speakers = Speakers(mask_sentences(article), people, article.authors)
    extracted: list[SentenceFeatures] = []
    sources: list[str | None] = []
    for at in range(len(speakers.sentences)):
        extracted.append(_extract(speakers, sources, at))
        sources.append(extracted[-1].source)
    pulled = _pull_quotes(article, extracted)
    return tuple(_in_interview(article, pulled.get(sentence.start, sentence)) for sentence in extracted)


def _extract(speakers: Speakers, sources: Sequence[str | None], at: int) -> SentenceFeatures:
    """Extract the features of the sentence at an index; `sources` are those of all earlier ones."""
    sentences = speakers.sentences
    sentence = sentences[at]
    best = best_report(sentence)
    features = find_hedges(sentence.masked) | _report_features(sentence, best)
    source = speakers.reported(sources, at)
    if best is not None and source is None:
        features.add("source is author")
    is_speech = quotes_somebody(sentences, at)
    if sentence.in_block:
        source = source or speakers.of_quotation(sources, at)
    elif sentence.is_quoted:
        attributing = speakers.attribution(at)
        features.add("all quoted" if attributing is None else "all quoted, attributed")
        if attributing is not None:
            source = speakers.reported(sources, attributing)
        elif source is None:
            source = speakers.of_quotation(sources, at)
    elif is_speech and source is None:
        source = speakers.named(at)
    previous = sentences[at - 1] if at and sentences[at - 1].paragraph == sentence.paragraph else None
    if previous is not None and is_clear(best_report(previous)):
        features.add("after a report")
        if re.match(r"(?:he|she|they|it|his|her|their|its)\b", sentence.masked, re.IGNORECASE):
            features.add("after a report, of the same")
        if source is None:
            source = speakers.last_source(sources, at)
    if previous is not None and previous.masked.endswith(":"):
        features.add("after a colon")
    return SentenceFeatures(sentence.start, sentence.end, frozenset(features), source, is_speech)


def _in_interview(article: Article, sentence: SentenceFeatures) -> SentenceFeatures:
    """Return a sentence as the words of whoever speaks there, if it is part of an interview."""
    turn = article.turn_at(sentence.start)
    speaker = speaker_of(article, turn) if turn else None
    if speaker is None or (sentence.is_speech and sentence.source):
        return sentence
    return replace(sentence, source=speaker, is_speech=True)


def _pull_quotes(article: Article, extracted: Sequence[SentenceFeatures]) -> dict[int, SentenceFeatures]:
    """Return the sentences, by start, that repeat the author's text as pull quotes, with the features of the original.

    A pull quote is a paragraph that is quoted as a whole and whose words stand in another paragraph too.
    """
    pulled = {}
    texts = [(p, f" {' '.join(words(article.text[p.body_start : p.end]))} ") for p in article.paragraphs]
    for paragraph, text in texts:
        if not (paragraph.quoted or article.text[paragraph.body_start : paragraph.end].startswith(_OPENING_MARKS)):
            continue
        if len(text.split()) < PULL_QUOTE_WORDS:
            continue
        original = next((p for p, other in texts if p is not paragraph and text in other), None)
        if original is None:
            continue
        candidates = [s for s in extracted if original.start <= s.start < original.end]
        for sentence in extracted:
            if paragraph.start <= sentence.start < paragraph.end:
                repeated = _words(article, sentence)
                same = next((s for s in candidates if repeated in _words(article, s)), candidates[0])
                pulled[sentence.start] = replace(same, start=sentence.start, end=sentence.end)
    return pulled


def _words(article: Article, sentence: SentenceFeatures) -> str:
    return f" {' '.join(words(article.text[sentence.start : sentence.end]))} "


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
    if any(r.source.kind == "author" and r.complement in STRONG_COMPLEMENTS for r in sentence.reports):
        features.add("author says")
    if any(report.negated for report in sentence.reports):
        features.add("denied")
    if sentence.masked.endswith("?"):
        features.add("asks")
    if best is None:
        return features
    strong = "with" if best.complement in STRONG_COMPLEMENTS else "without"
    features |= {
        f"{best.group} {strong} complement",
        f"complement {best.complement}",
        f"subject {best.source.kind}",
        *(["told to the author"] if best.to_author else []),
    }
    if best.source.kind in ("named", "organisation", "person", "indefinite") and is_clear(best):
        features.add("clear report")
    return features
