"""Dates as articles print them, in English and a score of other languages. Pure.

A date is a day, a month and a year that stand together in one of the usual orders. Nothing is
guessed from words far apart: "April Jones met the council" is no date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# By month, the names that the Unicode CLDR gives for German, French, Spanish, Italian, Portuguese, Dutch, Swedish,
# Danish, Polish, Czech, Ukrainian, Russian, Belarusian, Turkish, Romanian, Finnish, Hungarian, Greek and Bulgarian.
_NAMES = (
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
_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# Short forms of other languages; many are words of their own, so these count only beside a day and a year.
_SHORT = (
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
_FULL = {name: month for month, names in enumerate(_NAMES, 1) for name in names.split()} | {
    name: month for month, name in enumerate(_ENGLISH, 1)
}
_FULL |= {"sept": 9}
_MONTHS = {name: month for month, names in enumerate(_SHORT, 1) for name in names.split()} | _FULL

_MONTH = "(?P<month>" + "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True)) + r")(?![^\W\d_])\.?"
_DAY = r"(?<![\d.:/])(?P<day>\d{1,2})(?![\d:])(?:st|nd|rd|th|er|re|º|ª)?\.?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)(?!\d)"
_OF = r"(?:of\s+|del?\s+)?"
_PATTERNS = tuple(
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
_FILLERS = re.compile(
    rf"\b(?:on|at|the|of|published|posted|updated|last|modified|edited|revised|date|dated|first|printed|created|issued|"
    rf"(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?|{_ZONE}|"
    r"le|les|à|el|il|am|um|den|der|vom|uhr|kl|publié|publicado|pubblicato|veröffentlicht|aktualisiert|stand|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|"
    r"понеділок|вівторок|середа|четвер|п.ятниця|субота|неділя|понедельник|вторник|среда|четверг|пятница|суббота|"
    r"воскресенье|опубліковано|опубликовано|оновлено|обновлено|року|рік|року|года|год|р|г|о|в)\b|[\W_]+",
    re.I,
)
_UPDATED = re.compile(
    r"\b(?:updat|modifi|edited|revis|amend|aktualis|mis à jour|actualiz|aggiornat|оновлен|обновлен|zaktualiz)", re.I
)
_ISSUED = re.compile(r"\b(?:publi|posted|printed|veröffentlicht|опублік|опублик|pubblicat|first)", re.I)
_EDGES = " \t|,;:–—-•·"
MAX_CHARS = 300


@dataclass(frozen=True, slots=True)
class DatedLine:
    """What a line says of a date: ISO 8601, or as printed where that cannot be told; None for no date.

    leftover: what else the line holds, without times. updated: whether it is the date of a change only.
    """

    date: str | None
    leftover: str
    updated: bool = False


def read_date(text: str) -> str | None:
    """A printed date as ISO 8601 ("2019-03-26", "2019-03"), or as printed where that cannot be told; else None."""
    return split_date(text).date


def split_date(line: str) -> DatedLine:
    """The date of a line, the first that is not one of a change, and what else the line holds."""
    if len(line) > MAX_CHARS or not any(map(str.isdigit, line)):
        return DatedLine(None, line)
    found = list(_dates(line))
    if not found:
        return DatedLine(None, line)
    before = [line[end:start] for (_, end, _), (start, _, _) in zip([(0, 0, ""), *found], found, strict=False)]
    updated = [bool(_UPDATED.search(words)) and not _ISSUED.search(words) for words in before]
    chosen = updated.index(False) if False in updated else 0
    rest = line
    for start, end, _ in reversed(found):
        rest = f"{rest[:start]} {rest[end:]}"
    rest = " ".join(_TIME.sub(" ", rest).split()).strip(_EDGES)
    return DatedLine(found[chosen][2], rest if _FILLERS.sub("", rest) else "", updated[chosen])


def is_time(line: str) -> bool:
    """Whether a line says only when, without a date that lasts: "18:00", "2 days ago", "Yesterday at 9 am"."""
    if len(line) > MAX_CHARS:
        return False
    words = _TIME.sub(" ", line)
    ago = _AGO.sub(" ", words)
    return (words != line or ago != words) and not _FILLERS.sub("", ago)


_AGO = re.compile(
    r"\b(?:\d+|an?|one|two|three|few|several)\s*(?:s|m|h|d|w|mo|y|sec\w*|min\w*|hours?|hrs?|days?|weeks?|months?|years?)"
    r"\.?\s+ago\b|\b(?:just now|yesterday|today|an hour ago)\b|\bvor\s+\d+\s+\w+|\bil y a\s+\d+\s+\w+|"
    r"\bhace\s+\d+\s+\w+|\b\d+\s+\w+\s+(?:тому|назад)\b",
    re.I,
)


def _dates(line: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and text of the dates in a line, in order; where two begin or overlap, the longer first one."""
    found = [
        (match.start(), -match.end(), printed)
        for pattern in _PATTERNS
        for match in pattern.finditer(line)
        if (printed := _printed(match)) is not None
    ]
    last = 0
    for start, end, printed in sorted(found):
        if start >= last:
            last = -end
            yield start, last, printed


def _printed(match: "re.Match[str]") -> str | None:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    if parts.get("one"):
        return _numeric(match, int(parts["one"]), int(parts["two"]), parts["mark"], year or 0)
    word = parts.get("month")
    if word is not None:
        name = word.lower()
        if name == "may" and word == "may":  # the verb
            return None
        if name not in _FULL and not (year and parts.get("day")):
            return None
    month = _MONTHS[word.lower()] if word else int(parts["number"])
    if not parts.get("day"):
        return f"{year:04}-{month:02}"
    return _iso(year, month, int(parts["day"]), match.group().strip())


def _numeric(match: "re.Match[str]", one: int, two: int, mark: str, year: int) -> str | None:
    """Dots mean day first; strokes are read only where one of the numbers is no month."""
    if mark == "." or one > 12 or one == two:
        return _iso(year, two, one, match.group())
    return _iso(year, one, two, match.group()) if two > 12 else match.group()


def _iso(year: int | None, month: int, day: int, printed: str) -> str | None:
    try:
        found = date(year or 2000, month, day)
    except ValueError:
        return None
    return found.isoformat() if year else printed
