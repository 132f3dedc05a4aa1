"""The sentences of an article with their quotations masked and their reports found. No I/O."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from index.articles.article import Article, Paragraph
from index.text.passages import Sentence, find_sentences
from index.text.sentences import sentence_spans

from bot.answering.voice.grammar import NOUN_FORMS, SENTENCE_OPENERS, VERB_GROUPS
from bot.answering.voice.people import is_name
from bot.answering.voice.quotations import Span, find_dialogue, find_quotations
from bot.answering.voice.reported_speech import QUOTED, Report, find_reports

WORD = re.compile(r"\w+")
_PARENTHESES = re.compile(r"\s*\([^()]{1,80}\)")
_INTRODUCTION = re.compile(
    r"\b(?:wrote|writes|written|said|says|replied|declared|declares|explained|explains|told|tells|put it|as follows"
    r"|argued|argues|warned|answered)\b[^.;:]{0,60}:$"
)


@dataclass(frozen=True, slots=True)
class MaskedSentence:
    """A sentence of an article, prepared for reading its voice.

    Attributes:
        start: Offset in the article text; `end` likewise.
        masked: The sentence on one line, each quotation replaced by QUOTED.
        quotations: The parts of quotations inside the sentence.
        is_quoted: All words stand inside quotations.
        continues_quotation: It begins inside a quotation that an earlier sentence opened.
        in_block: It stands in a block quotation, or in a paragraph that "she wrote:" introduces.
        quotation_goes_on: The next sentence begins inside a quotation of this one.
        reports: The reports in the masked text.
        paragraph: Paragraph number, from 1.
    """

    start: int
    end: int
    masked: str
    quotations: tuple[str, ...]
    is_quoted: bool
    continues_quotation: bool
    in_block: bool
    quotation_goes_on: bool
    reports: tuple[Report, ...]
    paragraph: int


def mask_sentences(article: Article) -> list[MaskedSentence]:
    """Split the paragraphs of an article into sentences and mask their quotations."""
    sentences: list[MaskedSentence] = []
    lower, capitalised = _spellings(article.text)
    is_plain = partial(_is_plain, lower=lower, capitalised=capitalised)
    is_open = False
    for paragraph in article.paragraphs:
        if paragraph.body_start == paragraph.end:
            continue
        introduced = bool(sentences) and _introduces(sentences[-1])
        spans, is_open = _quotations(article, paragraph, continued=is_open)
        in_block = (
            paragraph.quoted
            or article.text.startswith(">", paragraph.start)
            or (introduced and not (spans and spans[0][0] == paragraph.body_start))
        )
        ends = [b for _, b in spans]
        for sentence in find_sentences(article, paragraph, sentence_spans):
            inside = []
            for span in islice(spans, bisect_right(ends, sentence.start), None):
                if span[0] >= sentence.end:
                    break
                inside.append(span)
            sentences.append(_mask(article.text, sentence, inside, is_plain, in_block=in_block))
        if is_open and sentences:
            sentences[-1] = replace(sentences[-1], quotation_goes_on=True)
    return sentences


def _introduces(sentence: MaskedSentence) -> bool:
    """Whether a sentence ends in a colon behind what somebody else says or writes: a quotation follows."""
    return bool(_INTRODUCTION.search(sentence.masked)) and any(
        report.group == "say"
        and report.complement == "colon"
        and not report.negated
        and report.source.kind not in ("author", "none", "thing")
        for report in sentence.reports
    )


def _quotations(article: Article, paragraph: Paragraph, *, continued: bool) -> tuple[tuple[Span, ...], bool]:
    """Return the spans of the quotations in a paragraph, and whether the last has no closing mark."""
    body = article.text[paragraph.body_start : paragraph.end]
    spans, is_open = find_quotations(body, continued=continued)
    speech, at = [], 0
    for line in body.splitlines(keepends=True):
        speech += [(at + start, at + end) for start, end in find_dialogue(line)]
        at += len(line)
    outside = [span for span in spans if not any(a < span[1] and span[0] < b for a, b in speech)]
    return tuple(
        (paragraph.body_start + start, paragraph.body_start + end) for start, end in sorted((*outside, *speech))
    ), is_open


def _mask(
    text: str, sentence: Sentence, spans: Sequence[Span], is_plain: Callable[[str, str], bool], *, in_block: bool
) -> MaskedSentence:
    """Mask the quotations in a sentence of a text; `spans` are all that overlap it."""
    start, end = sentence.start, sentence.end
    inside = [(max(a, start), min(b, end)) for a, b in spans]
    masked, at = "", start
    for a, b in inside:
        masked += f"{text[at:a]} {QUOTED} "
        at = b
    masked = " ".join((masked + text[at:end]).split())
    first = WORD.match(masked)
    # The capital of a sentence's first word would make it look like a name.
    if first and is_plain(first[0], masked[first.end() :].lstrip()):
        masked = masked[0].lower() + masked[1:]
    return MaskedSentence(
        start=start,
        end=end,
        masked=masked,
        quotations=tuple(text[a:b] for a, b in inside),
        is_quoted=bool(inside) and not WORD.search(masked),
        continues_quotation=bool(inside) and spans[0][0] < start,
        in_block=in_block,
        quotation_goes_on=bool(inside) and spans[-1][1] > end,
        reports=tuple(find_reports(_without_citations(masked))),
        paragraph=sentence.paragraph,
    )


def _without_citations(masked: str) -> str:
    """Leave out what stands in parentheses and reports nothing: sources, dates, places are no subjects of verbs."""
    return _PARENTHESES.sub(lambda found: found[0] if _reports(found[0]) else " ", masked)


def _reports(parenthesis: str) -> bool:
    verbs = (word for word in WORD.findall(parenthesis) if word not in NOUN_FORMS)
    has_quotation = QUOTED in parenthesis and not re.search(r"\d", parenthesis)
    return has_quotation or any(word in VERB_GROUPS for word in verbs)


def _is_plain(word: str, following: str, lower: frozenset[str], capitalised: frozenset[str]) -> bool:
    """Whether a sentence's first word is not a name: the text has it in lower case only, or English has it."""
    if word == "I" or word in capitalised or (word.isupper() and _says(following)):
        return word.lower() in SENTENCE_OPENERS
    return word.lower() in lower or (not is_name(word.lower(), word) and not following[:1].isupper())


def _says(following: str) -> bool:
    """Whether a verb of saying in the third person comes first: what stands before it in capitals is a name."""
    verb = WORD.match(following)
    return verb is not None and verb[0] in VERB_GROUPS and verb[0].endswith("s")


def _spellings(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that a text has in lower case, and those that it capitalises inside a sentence."""
    return frozenset(re.findall(r"\b[a-zà-ÿ]\w*", text)), frozenset(re.findall(r"(?<=[a-z,] )[A-Z]\w*", text))
