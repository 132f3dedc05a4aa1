"""Countries and other words for them: their people and languages, capitals and regions.

The only module that imports countryinfo.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from index.english import english_dictionary
from index.text.words import terms

# Countries whose names are also English words or other places'.
_AMBIGUOUS = frozenset("turkey chad jersey guinea georgia jordan mali togo oman".split())
# What the library does not have: names in everyday use, and words for the people.
_MORE_NAMES = {
    "united kingdom": "britain england scotland wales",
    "united states": "america",
    "netherlands": "holland",
    "czech republic": "czechia",
    "myanmar": "burma",
}
_MORE_WORDS = {
    "united kingdom": "uk briton english scottish scot welsh",
    "poland": "pole",
    "spain": "spaniard",
    "denmark": "dane",
    "ukraine": "kiev",
    "vatican city state": "vatican",
}
_MORE_REGIONS = {"middle east": "western asia", "far east": "eastern asia", "scandinavia": "northern europe"}
# Unions have no people or capital of their own.
_UNIONS = (("eu", "european union", "europe", "european"), ("nato", "atlantic alliance"), ("un", "united nations"))
# So many equal letters at the start make words of one family: Finn, Finnish.
_FAMILY = 4

Words = frozenset[str]


class Country(NamedTuple):
    """A country, with words in lower case.

    Attributes:
        name: its name in English, without "the".
        words: its name in all forms, its people or language, and its capital; each may stand for it in a text.
        codes: its ISO codes, in capitals.
        regions: the regions that it lies in.
    """

    name: str
    words: Words
    codes: Words
    regions: Words


@cache
def country_names() -> Words:
    """Return the names of countries of one word, in lower case; not those that are English words too."""
    written = (name for country in _countries() for name in (country.name, *_MORE_NAMES.get(country.name, "").split()))
    return frozenset(name for name in written if name.isalpha()) - _AMBIGUOUS


def is_related(name: str, text_terms: Collection[str]) -> bool:
    """Whether a text has another word for the country, people, capital, union or region that a name stands for.

    Every country in a region stands for the region.

    Args:
        name: the name.
        text_terms: the stemmed terms of the text.
    """
    return any(
        (stems := _stems(word)) and all(stem in text_terms for stem in stems)
        for words in _meanings(name)
        for word in words
    )


def _meanings(name: str) -> Iterator[Collection[str]]:
    """Yield the words for each country or union that a name may stand for."""
    lowered = name.casefold().removeprefix("the ")
    region = _MORE_REGIONS.get(lowered, lowered)
    # "South America", "West Africa" and "Africans" are in regions of other names.
    last = region.split()[-1].removesuffix("s") if region else ""
    regions = {region, last, last.removesuffix("n")} - {""}
    yield from (union for union in _UNIONS if lowered in union)
    for country in _countries():
        if name in country.codes or not regions.isdisjoint(country.regions) or _is_word_for(lowered, country):
            yield country.words


def _is_word_for(name: str, country: Country) -> bool:
    """Whether a name is a word for a country, or one that such a word begins with: "Swedes", "Finn"."""
    if name in country.words:
        return True
    start = name.removesuffix("s")
    return len(start) >= _FAMILY and start.isalpha() and any(word.startswith(start) for word in country.words)


@cache
def _stems(word: str) -> tuple[str, ...]:
    return tuple(terms(word))


@cache
def _countries() -> tuple[Country, ...]:
    import countryinfo

    return tuple(_read(country.info()) for country in countryinfo.all_countries() if country.info().get("region"))


def _read(info: Mapping[str, object]) -> Country:
    """Read an entry of the library, some of whose fields may be missing."""
    name = str(info["name"]).removeprefix("The ").casefold()
    iso, spellings = info.get("ISO"), info.get("altSpellings")
    codes = frozenset(str(code).upper() for code in iso.values() if code) if isinstance(iso, dict) else frozenset()
    others = [str(other).casefold() for other in spellings] if isinstance(spellings, list) else []
    people = str(info.get("demonym") or "").replace("/", ",").casefold().split(",")
    capital = str(info.get("capital") or "").casefold()
    words = [name, *_MORE_NAMES.get(name, "").split(), *_MORE_WORDS.get(name, "").split(), *people, capital]
    # Native spellings may be English words: "Island".
    words += [other for other in others if other.upper() not in codes and other not in english_dictionary()]
    region, subregion = (str(info.get(field) or "").casefold() for field in ("region", "subregion"))
    return Country(
        name,
        frozenset(words) - {""},
        codes,
        frozenset((region, region.removesuffix("s"), subregion)) - {""},
    )
