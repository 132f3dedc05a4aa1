"""Split a paragraph into sentences. The only module that imports syntok.

On both corpora in docs/sentences.md, syntok makes fewer errors than sentencex and pysbd. It also gives exact offsets
and takes linear time. Its few systematic errors are corrected here.
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
_DECIMAL_AT_END = re.compile(r"(?<=\d)\.\d+[.!?][\"”’)]*\s+(?=[\"“‘(]?[A-Z])")


def sentence_spans(text: str) -> list[Span]:
    """Return start and end offset of each sentence of one paragraph, without surrounding white space."""
    return list(_trim(text, _split_after_decimals(text, _join_false_breaks(text, _split_with_syntok(text)))))


def _split_with_syntok(text: str) -> Iterator[Span]:
    import syntok.segmenter

    for tokens in syntok.segmenter.segment(_tokenizer().tokenize(text)):
        last = tokens[-1]
        yield tokens[0].offset, last.offset + len(last.value)


def _join_false_breaks(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Join sentences that were split after a semicolon, a title, a reference or an abbreviation such as "(ret.)"."""
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
    word = _LAST_WORD.search(sentence)
    if word is None:
        return False
    if word[1] in _TITLES:
        return True
    bare_no = word[1] in ("No", "no") and len(sentence) == 3
    return word[1] in _REFERENCES and not bare_no and bool(_NUMERAL.match(text, after[0]))


def _split_after_decimals(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Split after a decimal number that ends a sentence."""
    for start, end in spans:
        for match in _DECIMAL_AT_END.finditer(text, start, end):
            yield start, match.end()
            start = match.end()
        yield start, end


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
