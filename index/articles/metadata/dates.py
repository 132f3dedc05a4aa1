"""Recognise printed dates and times, in English and about twenty other languages.

`split_date` finds the date in a line; `index.articles.metadata.head` decides with it whether the line is a date line. A
date is a day, a month and a year next to each other in a usual order, so that "April Jones met the council" has none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# Names of each month from the Unicode CLDR for German, French, Spanish, Italian, Portuguese, Dutch, Swedish,
# Danish, Polish, Czech, Ukrainian, Russian, Belarusian, Turkish, Romanian, Finnish, Hungarian, Greek and Bulgarian.
_MONTH_NAMES = (
    "january januar janvier enero gennaio janeiro januari stycznia styczeń ledna leden січня січень января январь "
    "студзеня ocak ianuarie tammikuuta január ιανουαρίου януари jänner",
    "february februar février febrero febbraio fevereiro februari lutego luty února únor лютого лютий февраля февраль "
    "лютага şubat februarie helmikuuta február φεβρουαρίου февруари",
    "march märz mars marzo março maart marts marca marzec března březen березня березень марта март сакавіка mart "
    "martie maaliskuuta március μαρτίου",
    "april avril abril aprile kwietnia kwiecień dubna duben квітня квітень апреля апрель красавіка nisan aprilie "
    "huhtikuuta április απριλίου април",
    "mai mayo maggio maio mei maj maja května květen травня травень мая mayıs toukokuuta május μαΐου май",
    "june juni juin junio giugno junho czerwca czerwiec června červen червня червень июня июнь чэрвеня haziran iunie "
    "kesäkuuta június ιουνίου юни",
    "july juli juillet julio luglio julho lipca lipiec července červenec липня липень июля июль ліпеня temmuz iulie "
    "heinäkuuta július ιουλίου юли",
    "august août agosto augustus augusti sierpnia sierpień srpna srpen серпня серпень августа август жніўня ağustos "
    "elokuuta augusztus αυγούστου",
    "september septembre septiembre settembre setembro września wrzesień září вересня вересень сентября сентябрь "
    "верасня eylül septembrie syyskuuta szeptember σεπτεμβρίου септември",
    "october oktober octobre octubre ottobre outubro października październik října říjen жовтня жовтень октября "
    "октябрь кастрычніка ekim octombrie lokakuuta október οκτωβρίου октомври",
    "november novembre noviembre novembro listopada listopad listopadu листопада листопад ноября ноябрь лістапада "
    "kasım noiembrie marraskuuta νοεμβρίου ноември",
    "december dezember décembre diciembre dicembre dezembro desember grudnia grudzień prosince prosinec грудня "
    "грудень декабря декабрь снежня aralık decembrie joulukuuta δεκεμβρίου декември",
)
_ENGLISH_ABBREVIATIONS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# Abbreviations in other languages. Many are also ordinary words, so they count only next to a day and a year.
_OTHER_ABBREVIATIONS = (
    "janv ene gen sty січ янв",
    "févr fev lut лют февр фев",
    "mär mrt бер мар",
    "avr abr kwi квіт апр",
    "mag трав",
    "juin giu cze черв июн",
    "juil lug lip лип июл",
    "août ago sie серп авг",
    "sept set wrz вер сент сен",
    "okt ott out paź жовт окт",
    "lis лист нояб",
    "déc dez dic gru груд дек",
)
_SAFE_MONTHS = {name: month for month, names in enumerate(_MONTH_NAMES, 1) for name in names.split()} | {
    name: month for month, name in enumerate(_ENGLISH_ABBREVIATIONS, 1)
}
_SAFE_MONTHS |= {"sept": 9}
_MONTHS = {name: month for month, names in enumerate(_OTHER_ABBREVIATIONS, 1) for name in names.split()} | _SAFE_MONTHS

_MONTH = "(?P<month>" + "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True)) + r")(?![^\W\d_])\.?"
_DAY = r"(?<![\d.:/])(?P<day>\d{1,2})(?![\d:])(?:st|nd|rd|th|er|re|º|ª)?\.?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)(?!\d)"
_OF = r"(?:of\s+|del?\s+)?"
_DATE_PATTERNS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"(?<!\d)(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)",
        r"(?P<year>\d{4})[年년]\s*(?P<number>\d{1,2})[月월]\s*(?P<day>\d{1,2})[日일]",
        rf"{_DAY}[\s/-]*{_OF}{_MONTH}(?:[\s/,-]*{_OF}{_YEAR})?",
        rf"(?<![^\W_]){_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?",
        rf"(?<![^\W_]){_YEAR}[.,]?\s+{_MONTH}\s+{_DAY}",
        rf"(?<![^\W_]){_MONTH},?\s+{_OF}{_YEAR}",
        rf"(?<![\d./])(?P<one>\d{{1,2}})(?P<mark>[./-])(?P<two>\d{{1,2}})(?P=mark){_YEAR}",
    )
)
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
        return _numeric_date(match, int(parts["one"]), int(parts["two"]), parts["mark"], year or 0)
    word = parts.get("month")
    if word is not None:
        name = word.lower()
        if word == "may":  # the verb
            return None
        if name not in _SAFE_MONTHS and not (year and parts.get("day")):
            return None
    month = _MONTHS[word.lower()] if word else int(parts["number"])
    if not parts.get("day"):
        return f"{year:04}-{month:02}"
    return _iso_date(year, month, int(parts["day"]), match.group().strip())


def _numeric_date(match: "re.Match[str]", one: int, two: int, mark: str, year: int) -> str | None:
    """Resolve two numbers and a year: day first if separated by dots, else ambiguous unless one exceeds 12."""
    if mark == "." or one > 12 or one == two:
        return _iso_date(year, two, one, match.group())
    return _iso_date(year, one, two, match.group()) if two > 12 else match.group()


def _iso_date(year: int | None, month: int, day: int, printed: str) -> str | None:
    """Return a date in ISO 8601, or as printed if there is no year; None if there is no such day."""
    try:
        value = date(year or 2000, month, day)
    except ValueError:
        return None
    return value.isoformat() if year else printed
