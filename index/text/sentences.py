"""Where sentences begin and end; the only door to syntok.

syntok is right more often than sentencex and pysbd on both corpora that docs/sentences.md compares
them on, keeps exact offsets, and stays linear on odd input. Its few regular slips are mended here.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

Span = tuple[int, int]

# Abbreviations that syntok does not know: titles before a name, and references before a number.
_TITLES = frozenset(
    (
        "Ald Amb Atty Cmdr Cpl Dep Drs Gens Gov Govs Hon Lt Maj Messrs Mx Pres Profs Pvt Rep Reps Rev Sens Sgt Supt"
    ).split()
)
_REFERENCES = frozenset(("Art art Ch ch Fig Figs No no Nos nos p Par par pp Sec sec Secs Vol Vols").split())
_TAIL = 40
_LAST_WORD = re.compile(r"([A-Za-z]+)\.$")
_NUMERAL = re.compile(r"\d|(?!I\b)[IVXLC]+\b")
_BRACKETED = re.compile(r"\(\w{1,5}\.\)$")
_DECIMAL_END = re.compile(r"(?<=\d)\.\d+[.!?][\"”’)]*\s+(?=[\"“‘(]?[A-Z])")


def sentence_spans(text: str) -> list[Span]:
    """Offsets (start, end) of the sentences of one paragraph, without surrounding white space."""
    return list(_trimmed(text, _cut(text, _joined(text, _split(text)))))


def _split(text: str) -> Iterator[Span]:
    import syntok.segmenter

    for tokens in syntok.segmenter.segment(_tokenizer().tokenize(text)):
        last = tokens[-1]
        yield tokens[0].offset, last.offset + len(last.value)


def _joined(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Take back the breaks behind a semicolon, a title, a reference or a bracketed abbreviation such as "(ret.)"."""
    previous: Span | None = None
    for span in spans:
        if previous is None:
            previous = span
        elif _goes_on(text, previous, span):
            previous = previous[0], span[1]
        else:
            yield previous
            previous = span
    if previous is not None:
        yield previous


def _goes_on(text: str, before: Span, after: Span) -> bool:
    # The end of it is enough, and keeps the time linear for a "sentence" of a megabyte.
    sentence = text[max(before[0], before[1] - _TAIL) : before[1]].rstrip()
    if sentence.rstrip("\"”'’").endswith(";") or _BRACKETED.search(sentence):
        return True
    word = _LAST_WORD.search(sentence)
    if word is None:
        return False
    if word[1] in _TITLES:
        return True
    bare_no = word[1] in ("No", "no") and len(sentence) == 3
    return word[1] in _REFERENCES and not bare_no and bool(_NUMERAL.match(text, after[0]))


def _cut(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Break behind a decimal number that ends a sentence."""
    for start, end in spans:
        for match in _DECIMAL_END.finditer(text, start, end):
            yield start, match.end()
            start = match.end()
        yield start, end


def _trimmed(text: str, spans: Iterable[Span]) -> Iterator[Span]:
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

    return Tokenizer(replace_not_contraction=False)  # else "n't" is rewritten and offsets with it
