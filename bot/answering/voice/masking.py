"""The sentences of an article with their quotations masked and their reports found. No I/O."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice

from index.articles.article import Article
from index.text.passages import find_sentences
from index.text.sentences import sentence_spans

from bot.answering.voice.grammar import SENTENCE_OPENERS
from bot.answering.voice.people import is_name
from bot.answering.voice.reported_speech import QUOTED, Report, find_reports

WORD = re.compile(r"\w+")

_QUOTATION = re.compile(r"“[^”]*(?:”|$)|«[^»]*(?:»|$)|\"[^\"]*(?:\"|$)|(?<![\w’'])‘(?:[^’‘]|’(?=\w))*’(?!\w)")


@dataclass(frozen=True, slots=True)
class MaskedSentence:
    """A sentence of an article, prepared for reading its voice.

    Attributes:
        start: Offset in the article text; `end` likewise.
        masked: The sentence on one line, each quotation replaced by QUOTED.
        quotations: The parts of quotations inside the sentence.
        is_quoted: All words stand inside quotations.
        continues_quotation: It begins inside a quotation that an earlier sentence opened.
        reports: The reports in the masked text.
        paragraph: Paragraph number, from 1.
    """

    start: int
    end: int
    masked: str
    quotations: tuple[str, ...]
    is_quoted: bool
    continues_quotation: bool
    reports: tuple[Report, ...]
    paragraph: int


def mask_sentences(article: Article) -> list[MaskedSentence]:
    """Split the paragraphs of an article into sentences and mask their quotations."""
    sentences: list[MaskedSentence] = []
    lower, capitalised = _spellings(article.text)
    for paragraph in article.paragraphs:
        body = article.text[paragraph.body_start : paragraph.end]
        quotations = [match.span() for match in _QUOTATION.finditer(body)]
        ends = [b for _, b in quotations]
        for sentence in find_sentences(article, paragraph, sentence_spans):
            start, end = sentence.start - paragraph.body_start, sentence.end - paragraph.body_start
            inside = []
            for a, b in islice(quotations, bisect_right(ends, start), None):
                if a >= end:
                    break
                inside.append((max(a, start), min(b, end)))
            masked, at = "", start
            for a, b in inside:
                masked += f"{body[at:a]} {QUOTED} "
                at = b
            masked = " ".join((masked + body[at:end]).split())
            first = WORD.match(masked)
            # The capital of a sentence's first word would make it look like a name.
            if first and _is_plain(first[0], masked[first.end() :].lstrip(), lower, capitalised):
                masked = masked[0].lower() + masked[1:]
            sentences.append(
                MaskedSentence(
                    start=paragraph.body_start + start,
                    end=paragraph.body_start + end,
                    masked=masked,
                    quotations=tuple(body[a:b] for a, b in inside),
                    is_quoted=bool(inside) and not WORD.search(masked),
                    continues_quotation=bool(inside) and quotations[bisect_right(ends, start)][0] < start,
                    reports=tuple(find_reports(masked)),
                    paragraph=paragraph.number,
                )
            )
    return sentences


def _is_plain(word: str, following: str, lower: frozenset[str], capitalised: frozenset[str]) -> bool:
    """Whether a sentence's first word is not a name: the text has it in lower case only, or English has it."""
    if word == "I" or word in capitalised:
        return word.lower() in SENTENCE_OPENERS
    return word.lower() in lower or (not is_name(word.lower(), word) and not following[:1].isupper())


def _spellings(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that a text has in lower case, and those that it capitalises inside a sentence."""
    return frozenset(re.findall(r"\b[a-zà-ÿ]\w*", text)), frozenset(re.findall(r"(?<=[a-z,] )[A-Z]\w*", text))
