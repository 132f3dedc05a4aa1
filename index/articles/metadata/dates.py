"""Recognise printed dates and times, in English and forty other languages.

`split_date` finds the date in a line. Whether a line of the head is a date line is decided by the tagger
(`index.articles.metadata.tagging.model`), below the head by `index.articles.metadata.field_lines`. A date is a day, a
month and a year next to each other in a usual order, so that "April Jones met the council" has none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from index.articles.metadata.months import month_number

# A word that may be a month, with an article's or a case's letters around it; `month_number` decides.
_MONTH = r"(?P<month>[^\W\d_]{3,})\.?(?![^\W\d_])"
_DAY = r"(?<![\d.:/])(?P<day>\d{1,2})(?![\d:])(?:st|nd|rd|th|er|re|º|ª)?\.?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)(?!\d)"
_OF = r"(?:of\s+|del?\s+|d['’])?"
_DATE_PATTERNS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)",
        rf"(?<![\d./]){_YEAR}(?P<mark>[./])\s?(?P<number>\d{{1,2}})(?P=mark)\s?(?P<day>\d{{1,2}})(?!\d)\.?",
        r"(?P<year>\d{4})[年년]\s*(?P<number>\d{1,2})[月월]\s*(?P<day>\d{1,2})[日일]",
        r"(?P<day>\d{1,2}) tháng (?P<number>\d{1,2}),? năm (?P<year>\d{4})",
        rf"{_DAY}[\s/-]*{_OF}{_MONTH}(?:[\s/,-]*{_OF}{_YEAR})?",
        rf"(?<![^\W_]){_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?",
        rf"(?<![^\W_]){_YEAR}[.,]?\s+(?:m\.\s+|gada\s+)?(?:{_DAY}\s+)?{_MONTH}(?<!gada)(?:\s+(?P<later>\d{{1,2}})(?![\d:]))?",
        rf"(?<![^\W_]){_MONTH},?\s+{_OF}{_YEAR}",
        rf"(?<![\d./])(?P<one>\d{{1,2}})(?P<mark>[./-])\s?(?P<two>\d{{1,2}})(?P=mark)\s?{_YEAR}",
        r"(?<![\d./-])(?P<one>\d{1,2})(?P<mark>[./-])(?P<two>\d{1,2})(?P=mark)(?P<short>\d{2})(?![./-]?\d)",
    )
)
# Short names in other languages are also ordinary words, so all but these count only next to a day and a year.
_SHORT_MONTHS = frozenset("mai maj mei máj май мая".split())
_ENGLISH_SHORT_MONTHS = frozenset("jan feb mar apr may jun jul aug sep sept oct nov dec".split())
# Years of two digits: POSIX reads 69 to 99 as the 20th century.
_FIRST_SHORT_YEAR = 69
_TIME = re.compile(
    r"(?<![\d:.])\d{1,2}[:.h]\d{2}(?::\d{2})?(?!\d)\s*(?:[ap]\.?m\b\.?)?|(?<!\d)\d{1,2}\s*(?:[ap]\.?m\b\.?|uhr\b)", re.I
)
_ZONE = r"(?-i:GMT|BST|UTC|[CEW]ES?T|EES?T|[ECMP][SD]?T|A[ECW][SD]?T|NZ[SD]?T|IST|JST|HKT|SGT|MSK)(?:[+-]\d{1,2})?"
_FILLER = re.compile(
    rf"\b(?:on|at|the|of|published|posted|updated|last|modified|edited|revised|date|dated|first|printed|created|issued|"
    rf"(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?|{_ZONE}|"
    r"le|les|à|el|il|am|um|den|der|vom|uhr|kl|publié|publicado|pubblicato|veröffentlicht|aktualisiert|stand|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|"
    r"понеділок|вівторок|середа|четвер|п.ятниця|субота|неділя|понедельник|вторник|среда|четверг|пятница|суббота|"
    r"воскресенье|опубліковано|опубликовано|оновлено|обновлено|року|рік|року|года|год|р|г|о|в)\b|[\W_]+",
    re.I,
)
_UPDATE_LABEL = re.compile(
    r"\b(?:updat|modifi|edited|revis|amend|aktualis|mis à jour|actualiz|aggiornat|оновлен|обновлен|zaktualiz)", re.I
)
_PUBLICATION_LABEL = re.compile(r"\b(?:publi|posted|printed|veröffentlicht|опублік|опублик|pubblicat|first)", re.I)
_AGO = re.compile(
    r"\b(?:\d+|an?|one|two|three|few|several)\s*(?:s|m|h|d|w|mo|y|sec\w*|min\w*|hours?|hrs?|days?|weeks?|months?|years?)"
    r"\.?\s+ago\b|\b(?:just now|yesterday|today|an hour ago)\b|\bvor\s+\d+\s+\w+|\bil y a\s+\d+\s+\w+|"
    r"\bhace\s+\d+\s+\w+|\b\d+\s+\w+\s+(?:тому|назад)\b",
    re.I,
)
_EDGES = " \t|,;:–—-•·"
MAX_LINE_CHARS = 300
_MAX_LINES = 200


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line split into its date and the rest.

    Attributes:
        date: ISO 8601 ("2019-03-26", "2019-03"), as printed if it is ambiguous or has no year, None if there is none.
        leftover: The rest of the line without times; empty if only filler words such as "published on" are left.
        updated: Whether the line only dates a later change ("Last modified on …").
    """

    date: str | None
    leftover: str
    updated: bool = False


def read_date(text: str) -> str | None:
    """Return the first publication date in a text, in the form of `DatedLine.date`."""
    return split_date(text).date


def split_date(line: str) -> DatedLine:
    """Split a line into its date and the rest.

    Of several dates the first that is not the date of a change counts. A line of more than `MAX_LINE_CHARS` characters
    has no date.
    """
    if len(line) > MAX_LINE_CHARS or not any(map(str.isdigit, line)):
        return DatedLine(None, line)
    dates = list(_find_dates(line))
    if not dates:
        return DatedLine(None, line)
    labels = [line[end:start] for (_, end, _), (start, _, _) in zip([(0, 0, ""), *dates], dates, strict=False)]
    updated = [bool(_UPDATE_LABEL.search(label)) and not _PUBLICATION_LABEL.search(label) for label in labels]
    chosen = updated.index(False) if False in updated else 0
    rest = line
    for start, end, _ in reversed(dates):
        rest = f"{rest[:start]} {rest[end:]}"
    rest = " ".join(_TIME.sub(" ", rest).split()).strip(_EDGES)
    return DatedLine(dates[chosen][2], rest if _FILLER.sub("", rest) else "", updated[chosen])


# A place or a bracket, a date, and a dash, a bar or the end of the bracket, above the beginning of a sentence; before a
# bar the date may be alone.
_PLACE = r"(?!(?:In|On|At|By|Since|Until|From|The)\b)(?:[^\W\d_a-z][\w.'’ -]{1,30}?(?:, | [—–-]{1,2} | \()){1,2}"
_DATELINE = re.compile(
    rf"(?:[(\[](?:{_PLACE})?|{_PLACE}|(?=[^|\n]{{6,40}} \| ))(?P<dated>[^()\n—|]{{6,30}}?\d)\.?"
    r"(?: \([A-Z][\w ./-]{1,20}\))?[)\]]?(?: ?[—|] ?| [–-] | ?-- ?|(?<=[)\]])\s)\s*(?=[^\w\s]*[^\W\d_a-zß-ÿа-яіїєґ])"
)
_LONE_YEAR = re.compile(
    r"[\[(]?\s*(?:©|\(c\))?\s*(?:c\.|ca\.|circa|copyright|(?:first )?published(?: in)?|written(?: in)?)?\s*"
    r"(?P<year>1[5-9]\d\d|20\d\d)\s*[\])]?\.?",
    re.I,
)
_YEAR_AT_AN_END = re.compile(
    r"^\[(?P<first>1[5-9]\d\d)\b(?!\s*[-–])|(?:copyright|©|\(c\)),?\s*(?P<right>1[5-9]\d\d|20\d\d)\b"
    r"|[,(:.]\s*(?P<last>1[5-9]\d\d)[.\])]*$",
    re.I,
)


def dateline_date(text: str) -> str | None:
    """Return the date with a year of a dateline at the beginning of a text: "HARLOW, April 3, 2022 — …"."""
    match = _DATELINE.match(text)
    dated = split_date(match["dated"]) if match else None
    return dated.date if dated and dated.date and not dated.leftover and re.match(r"\d{4}", dated.date) else None


def year_in(line: str) -> str | None:
    """Return the year of a line that is a year, or begins or ends with one of long ago: "[1849, a lecture]"."""
    if len(line) > MAX_LINE_CHARS:
        return None
    if match := _LONE_YEAR.fullmatch(line.strip()):
        return match["year"]
    match = _YEAR_AT_AN_END.search(line.strip())
    return (match["first"] or match["right"] or match["last"]) if match else None


_UNCLEAR = re.compile(r"(?P<one>\d{1,2})(?P<mark>[/-])(?P<two>\d{1,2})[/-](?P<year>\d{4}|\d{2})")
_SAME_FORM = re.compile(r"(?<![\d/-])(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})(?![\d/-])")
_IN_ADDRESS = re.compile(r"/(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?!\d)")
_MAX_EVIDENCE_CHARS = 200_000


def settle_date(printed: str, text: str, source: str | None = None) -> str:
    """Return a date whose order of day and month is unclear in ISO 8601 if the rest of the file settles the order.

    What settles it: the same date in words or in an address, or other dates in figures, all of one order.

    Args:
        printed: A date in the form of `DatedLine.date`; any but an unclear one is returned as it is.
        text: The text of the file.
        source: URL of the article.
    """
    match = _UNCLEAR.fullmatch(printed)
    if not match:
        return printed
    one, two = int(match["one"]), int(match["two"])
    year = int(match["year"]) if len(match["year"]) == 4 else _long_year(int(match["year"]))
    day_first, month_first = f"{year:04}-{two:02}-{one:02}", f"{year:04}-{one:02}-{two:02}"
    evidence = text[:_MAX_EVIDENCE_CHARS]
    for y, m, d in _IN_ADDRESS.findall(f"{source or ''} {evidence}"):
        if (found := f"{int(y):04}-{int(m):02}-{int(d):02}") in (day_first, month_first):
            return found
    lines = [line for line in evidence.split("\n") if len(line) <= MAX_LINE_CHARS and str(year) in line]
    stated = {value for line in lines[:_MAX_LINES] for _, _, value in _find_dates(line)} & {day_first, month_first}
    if len(stated) == 1:
        return stated.pop()
    orders = {int(a) > 12 for a, b in _SAME_FORM.findall(evidence) if (int(a) > 12) != (int(b) > 12)}
    if len(orders) == 1:
        return day_first if orders.pop() else month_first
    return printed


def is_time_line(line: str) -> bool:
    """Whether a line is only a time or a relative date: "18:00", "2 days ago", "Yesterday at 9 am"."""
    if len(line) > MAX_LINE_CHARS:
        return False
    rest = _AGO.sub(" ", _TIME.sub(" ", line))
    return rest != line and not _FILLER.sub("", rest)


def _find_dates(line: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and value of the dates in a line; of overlapping ones the first, and of these the longest."""
    candidates = [
        (match.start(), -match.end(), value)
        for pattern in _DATE_PATTERNS
        for match in pattern.finditer(line)
        if (value := _parse_match(match)) is not None
    ]
    last_end = 0
    for start, negative_end, value in sorted(candidates):
        if start >= last_end:
            last_end = -negative_end
            yield start, last_end, value


def _parse_match(match: "re.Match[str]") -> str | None:
    """Return the value of a match of `_DATE_PATTERNS`; None if it is not a date."""
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    if parts.get("one"):
        return _numeric_date(match, year or _long_year(int(parts["short"])))
    word, day = parts.get("month"), parts.get("day") or parts.get("later")
    month = month_number(word) if word else int(parts["number"])
    if month is None or (word == "may" and not year):  # the verb
        return None
    if word and not (year and day) and not _is_clearly_a_month(word.lower()):
        return None
    if not day:
        return f"{year:04}-{month:02}"
    return _iso_date(year, month, int(day), match.group().strip())


def _is_clearly_a_month(word: str) -> bool:
    return len(word) > 3 or word in _SHORT_MONTHS or word in _ENGLISH_SHORT_MONTHS


def _long_year(year: int) -> int:
    return year + (1900 if year >= _FIRST_SHORT_YEAR else 2000)


def _numeric_date(match: "re.Match[str]", year: int) -> str | None:
    """Resolve two numbers and a year: day first if separated by dots, else ambiguous unless one exceeds 12."""
    one, two = int(match["one"]), int(match["two"])
    if match["mark"] == "." or one > 12 or one == two:
        return _iso_date(year, two, one, match.group())
    return _iso_date(year, one, two, match.group()) if two > 12 else match.group()


def _iso_date(year: int | None, month: int, day: int, printed: str) -> str | None:
    """Return a date in ISO 8601, or as printed if there is no year; None if there is no such day."""
    try:
        value = date(year or 2000, month, day)
    except ValueError:
        return None
    return value.isoformat() if year else printed
