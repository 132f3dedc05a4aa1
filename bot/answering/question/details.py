"""What a question about the text names: paragraphs by number, a word to count, the form of a summary. No I/O."""

import re
from typing import NamedTuple

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
).split()
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_COUNT = rf"(?:\d[\d,]*|{'|'.join(_NUMBERS[1:])}|(?:a )?few|a couple of|an?)"
_ORDINAL = rf"(?:\d+(?:st|nd|rd|th)|{'|'.join(_ORDINALS[1:])}|last|final|closing|opening)"
_PARAGRAPH = r"(?:paragraphs?|paras?\.?|¶{1,2}|§{1,2})"
_PARAGRAPHS = re.compile(
    rf"{_PARAGRAPH}\s*(?:number\s+|no\.?\s*|nr\.?\s*|#\s*)?(?P<first>\d+|(?:{'|'.join(_NUMBERS[1:])})\b)"
    rf"(?:\s*(?P<to>to|-|–|through|and|&|,)\s*(?P<last>\d+|(?:{'|'.join(_NUMBERS[1:])})\b))?",
    re.IGNORECASE,
)
_NTH_PARAGRAPH = re.compile(rf"\b(?P<nth>{_ORDINAL})\s+{_PARAGRAPH}", re.IGNORECASE)
_BARE_NUMBER = re.compile(
    r"^\W*(?:and|what about|how about|then)?\W*(?:number|no\.?|the)?\s*(\d+)(?:st|nd|rd|th)?\W*$", re.I
)

_TRAILING = (
    r"(?:\s+(?:at all|anywhere|somewhere|ever|even|once|by name|explicitly|directly|too|also|either|please|pls|again"
    r"|here|there|by (?:him|her|them|the author)"
    r"|(?:in|throughout|within|across)\s+(?:it|this|that|here|(?:the|this|that|his|her|their)\s+"
    r"(?:\w+\s+)?(?:article|articles|text|texts|piece|pieces|essay|column|library|op-?ed|thing|book|paper|letter|post"
    r"|speech|title|headline))))*\W*$"
)
_KIND_OF_WORD = r"(?:(?:the|a)\s+)?(?:(?:exact\s+)?(?:words?|names?|terms?|phrases?|expressions?)\s+)?(?:of\s+)?"
_VERB = (
    r"(?:mention(?:s|ed|ing)?|nam(?:e|es|ed)|refer(?:s|red)?\s+to|bring(?:s)?\s+up|brought\s+up|us(?:e|es|ed)"
    r"|cit(?:e|es|ed)|says?|said|writes?|wrote|talks?\s+(?:at all\s+)?about"
    r"|talked\s+about|speaks?\s+(?:of|about)|invokes?|repeats?)"
)
_NOBODY = r"(?!(?:he|she|they|it|this|the (?:author|writer|article|text|piece))\b)"
_OCCURS = (
    r"(?:ever\s+|even\s+|actually\s+)?(?:been\s+)?(?:mentioned|named|referred to|brought up|come up|comes up|occurs?"
    r"|appears?|shows? up|turns? up|get mentioned|get a mention|used|cited|feature|in there|in it"
    r"|in the (?:article|text|piece))"
)
_WHO = r"(?:he|she|they|it|author|writer|article|text|piece|of them|which|essay|column|who|ones?|\w+)"
_SUBJECTS = tuple(
    re.compile(pattern + _TRAILING, re.IGNORECASE)
    for pattern in (
        r"\b(?:mentions?|references?|occurrences?|instances?|appearances?|allusions?|word)\s+(?:of|to|on|about)\s+"
        rf"{_KIND_OF_WORD}(?P<s>.+?)(?:\s+(?:are|is|do|does|has)\s+(?:there|it|he|she)(?:\s+have)?)?",
        rf"\b(?:is|are|was|were|does|do|did|has|have)\s+{_KIND_OF_WORD}(?P<s>{_NOBODY}.+?)\s+{_OCCURS}",
        rf"\b{_WHO}\s+(?:ever\s+|even\s+|actually\s+|also\s+|anywhere\s+)?{_VERB}\s+(?:anything about\s+)?"
        rf"{_KIND_OF_WORD}(?P<s>.+?)",
        rf"\bcount\s+(?:up\s+)?(?:how often\s+|the times\s+|every\s+|all\s+)?{_KIND_OF_WORD}(?P<s>.+?)",
        rf"\b{_VERB}\s+{_KIND_OF_WORD}(?P<s>.+?)",
        r"^\W*(?:and|or|but)?\W*(?:(?:what about|how about|does|is)\b)?\s*(?P<s>.+?)",
    )
)
_QUOTED = re.compile(r"[\"“«„]([^\"”»“]{2,60})[\"”»“]|(?<!\w)['‘]([^'’]{2,60})['’](?!\w)")

_FORM = re.compile(
    rf"\b(?P<n>{_COUNT})[\s-]+(?:\w+[\s-]+){{0,2}}?(?P<unit>sentences?|lines?|bullet\s?points?|bullets?|points?|takeaways?"
    r"|words?|paragraphs?|quotes?|things|ideas|arguments|claims)\b",
    re.IGNORECASE,
)
# What "a few" means.
_FEW = 3
_MAX_QUOTES = 10

_LINK = re.compile(r"\[([^\[\]]{1,200})\]\((?:https?://|www\.)[^\s)]{1,2000}\)", re.IGNORECASE)
_URL = re.compile(r"<?\b(?:https?://|www\.)\S+", re.IGNORECASE)


class SummaryForm(NamedTuple):
    """How long a summary should be: a number of quotes, or of words; None where it does not matter."""

    quotes: int | None = None
    words: int | None = None


ANY_FORM = SummaryForm()


def paragraph_numbers(question: str, last: int) -> tuple[int, ...]:
    """Return the numbers of the paragraphs that a question names, in order; at most those of one range.

    Args:
        question: the question.
        last: the number of the article's last paragraph.
    """
    if match := _PARAGRAPHS.search(question):
        first = _number(match["first"])
        if match["last"] is None:
            return (first,)
        to = _number(match["last"])
        ranged = match["to"].lower() in ("to", "-", "–", "through") and first < to
        return tuple(range(first, to + 1)) if ranged else (first, to)
    if match := _NTH_PARAGRAPH.search(question):
        nth = match["nth"].lower()
        if nth in ("last", "final", "closing"):
            return (last,)
        return (1 if nth == "opening" else _ORDINALS.index(nth) if nth in _ORDINALS else int(re.sub(r"\D", "", nth)),)
    match = _BARE_NUMBER.match(question)
    return (int(match[1]),) if match else ()


def asked_word(question: str) -> str:
    """Return the word or name that a question asks to find or to count, "" if it is not clear."""
    if quoted := _QUOTED.search(question):
        return (quoted[1] or quoted[2]).strip()
    for pattern in _SUBJECTS:
        if match := pattern.search(question):
            return re.sub(r"^(?:the|a|an|any|some|to|of)\s+", "", match["s"].strip(" .,;:?!\"'"), flags=re.IGNORECASE)
    return ""


def summary_form(question: str) -> SummaryForm:
    """Return the length that a question wants a summary to have."""
    for match in _FORM.finditer(question):
        n = _number(match["n"])
        unit = match["unit"].lower()
        if unit.startswith("word"):
            return SummaryForm(words=max(n, 1))
        if unit.startswith("paragraph"):
            continue
        return SummaryForm(quotes=max(1, min(n, _MAX_QUOTES)))
    return SummaryForm()


def without_addresses(text: str) -> str:
    """Return a message without web addresses; it is all that is left of one that is only an address."""
    return " ".join(_URL.sub(" ", _LINK.sub(r"\1", text)).split())


def _number(written: str) -> int:
    written = written.lower().replace(",", "")
    if written.isdigit():
        return int(written[:6])
    if written in _NUMBERS:
        return _NUMBERS.index(written)
    return _FEW if "few" in written or "couple" in written else 1
