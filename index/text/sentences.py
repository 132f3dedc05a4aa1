"""Split a paragraph into sentences. The only module that imports syntok.

On both corpora in docs/sentences.md, syntok makes fewer errors than sentencex and pysbd. It also gives exact offsets
and takes linear time. Its few systematic errors are corrected here, and those with the quotation marks and dates of
other languages.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

Span = tuple[int, int]
"""Start and end offset."""

# Abbreviations that syntok does not know: titles before a name, references before a number.
_TITLES = frozenset(
    (
        "Ald Amb Atty Cmdr Cpl Dep Drs Gens Gov Govs Hon Lt Maj Messrs Mx Pres Profs Pvt Rep Reps Rev Sens Sgt Supt"
    ).split()
)
_REFERENCES = frozenset(("Art art Ch ch Fig Figs No no Nos nos p Par par pp Sec sec Secs Vol Vols").split())
_TAIL_CHARS = 40
_LAST_WORD = re.compile(r"([A-Za-z]+)\.$")
_NUMERAL = re.compile(r"\d|(?!I\b)[IVXLC]+\b")
_BRACKETED_ABBREVIATION = re.compile(r"\(\w{1,5}\.\)$")
# A quotation that ends as a sentence of its own, and who speaks behind it: "“Is it late?” Ann Bell asked me."
_QUOTED_END = re.compile(r"[?!…][\"”’'»“]$")
_SPEAKER = re.compile(
    r"(?:(?:He|She|They|I|We)|(?:(?:The|One|An?|My|His|Her|Their|Our)\s(?:[\w-]+\s){0,2})?"
    r"(?:(?:[A-Z][\w’'-]*\.?|de|van|von|al|bin)\s){0,4}?[\w’'-]+)"
    r"\s(?:asks?|asked|says?|said|cries|cried|exclaims|exclaimed|shouts|shouted|replies|replied|answers|answered|wonders"
    r"|wondered|demands|demanded|whispers|whispered|calls|called|adds|added|insists|insisted|snaps|snapped|murmured"
    r"|muttered|yelled|screamed|laughed|sighed|thundered|retorted|countered|inquired|enquired|wrote|writes|told|began"
    r"|begins|continued|continues|went\son)\b(?!:|\s(?:that|how|whether|if|why|what|this|it|for|so)\b)"
)
_DECIMAL_AT_END = re.compile(r"(?<=\d)\.\d+[.!?][\"”’)]*\s+(?=[\"“‘(]?[A-Z])")
_GERMAN_DATE = re.compile(r"(?<!\d)\d{1,2}\.$")
_GERMAN_MONTH = re.compile(
    r"(?:Jänner|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jahrhundert)\w*"
)
# Where syntok sees no end: behind closing marks that open in English („…“, »…«, « … ») and at the mark of a footnote.
# A capital must follow (see `_starts_sentence`).
_END = re.compile(
    r"[.!?…](?:[“«»]|[ \u00a0\u202f]»)\s+"
    r"|[^\W\d_]{2}[.!?…][\"”’»)]?(?:\[\d{1,3}\]|[¹²³⁴⁵⁶⁷⁸⁹⁰]{1,3}|[*†‡§]{1,3})\s+"
    r"|(?:[^\W\d_]{4}[.!?…]|[.!?…][\"”’»)])\d{1,2}\s+"
)
_CLOSING_MARK = re.compile(r"[»”“](?=\s)")
_OPENING_MARKS = "\"'“‘„‚«»‹›([¿¡–— "


def sentence_spans(text: str) -> list[Span]:
    """Return start and end offset of each sentence of one paragraph, without surrounding white space."""
    spans = _join_false_breaks(text, _split_with_syntok(text))
    return list(_trim(text, _split_at_ends(text, _move_closing_marks(text, spans))))


def _split_with_syntok(text: str) -> Iterator[Span]:
    import syntok.segmenter

    for tokens in syntok.segmenter.segment(_tokenizer().tokenize(text)):
        last = tokens[-1]
        yield tokens[0].offset, last.offset + len(last.value)


def _join_false_breaks(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Join sentences that were split after a semicolon, a title, a reference, an abbreviation or before a speaker."""
    previous: Span | None = None
    for span in spans:
        if previous is None:
            previous = span
        elif _is_false_break(text, previous, span):
            previous = previous[0], span[1]
        else:
            yield previous
            previous = span
    if previous is not None:
        yield previous


def _is_false_break(text: str, before: Span, after: Span) -> bool:
    # Only the last characters, so that the time stays linear for a "sentence" of a megabyte.
    sentence = text[max(before[0], before[1] - _TAIL_CHARS) : before[1]].rstrip()
    if sentence.rstrip("\"”'’").endswith(";") or _BRACKETED_ABBREVIATION.search(sentence):
        return True
    if _GERMAN_DATE.search(sentence) and _GERMAN_MONTH.match(text, after[0]):
        return True
    if _is_speaker(text, sentence, *after):
        return True
    word = _LAST_WORD.search(sentence)
    if word is None:
        return False
    if word[1] in _TITLES:
        return True
    bare_no = word[1] in ("No", "no") and len(sentence) == 3
    return word[1] in _REFERENCES and not bare_no and bool(_NUMERAL.match(text, after[0]))


def _is_speaker(text: str, before: str, start: int, end: int) -> bool:
    """Whether a quotation before an offset ends as a question or exclamation, and who speaks stands behind it."""
    return bool(_QUOTED_END.search(before) and _SPEAKER.match(text, start, end))


def _move_closing_marks(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Move a quotation mark at the start of a sentence to the end of the one before, which it closes.

    Lower case behind it goes on with that sentence ("« Non ! » dit-elle.").
    """
    previous: Span | None = None
    for span in spans:
        mark = _CLOSING_MARK.match(text, span[0]) if previous is not None else None
        if previous is None or mark is None:
            if previous is not None:
                yield previous
            previous = span
            continue
        start = mark.end()
        while start < span[1] and text[start].isspace():
            start += 1
        if start == span[1] or text[start].islower():
            previous = previous[0], span[1]
        else:
            yield previous[0], mark.end()
            previous = start, span[1]
    if previous is not None:
        yield previous


def _split_at_ends(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Split after a decimal number, a quotation or the mark of a footnote that ends a sentence."""
    for start, end in spans:
        cuts = {match.end() for match in _DECIMAL_AT_END.finditer(text, start, end)}
        cuts |= {match.end() for match in _END.finditer(text, start, end) if _starts_sentence(text, match.end(), end)}
        for cut in sorted(cuts):
            yield start, cut
            start = cut
        yield start, end


def _starts_sentence(text: str, start: int, end: int) -> bool:
    """Whether a sentence may start at an offset: with a capital or a digit, or with one behind an opening mark."""
    if _is_speaker(text, text[max(0, start - 5) : start].rstrip(), start, end):
        return False
    first = text[start : min(end, start + 4)].lstrip(_OPENING_MARKS)[:1]
    return text[start : start + 1] not in ("–", "—") and (first.isupper() or first.isdigit())


def _trim(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            yield start, end


@cache
def _tokenizer() -> Any:
    from syntok.tokenizer import Tokenizer

    return Tokenizer(replace_not_contraction=False)  # otherwise "n't" is rewritten and offsets change
