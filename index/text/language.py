"""The languages of articles and questions. The only module that imports py3langid.

Everything that reads a text without a chat model (stemmer, sentence splitter, spelling, reader, voice) knows English.
So an article is said to be in another language only where that is probable, and a question only where it is certain:
names, typos and single words look like other languages to any detector. docs/languages.md has the measurements.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Sequence
from functools import cache
from typing import Any

from index.english import english_dictionary
from index.text.words import STOP_WORDS

ENGLISH = "en"
NAMES = dict(
    pair.split("=")
    for pair in (
        "af=Afrikaans ar=Arabic az=Azerbaijani be=Belarusian bg=Bulgarian bn=Bengali bs=Bosnian ca=Catalan cs=Czech"
        " cy=Welsh da=Danish de=German el=Greek en=English es=Spanish et=Estonian eu=Basque fa=Persian fi=Finnish"
        " fr=French ga=Irish gl=Galician gu=Gujarati he=Hebrew hi=Hindi hr=Croatian hu=Hungarian hy=Armenian"
        " id=Indonesian is=Icelandic it=Italian ja=Japanese ka=Georgian kk=Kazakh km=Khmer kn=Kannada ko=Korean"
        " ky=Kyrgyz la=Latin lo=Lao lt=Lithuanian lv=Latvian mk=Macedonian ml=Malayalam mn=Mongolian mr=Marathi"
        " ms=Malay mt=Maltese my=Burmese ne=Nepali nl=Dutch nn=Norwegian no=Norwegian pa=Punjabi pl=Polish ps=Pashto"
        " pt=Portuguese ro=Romanian ru=Russian sk=Slovak sl=Slovenian so=Somali sq=Albanian sr=Serbian sv=Swedish"
        " sw=Swahili ta=Tamil te=Telugu th=Thai tl=Tagalog tr=Turkish uk=Ukrainian ur=Urdu uz=Uzbek vi=Vietnamese"
        " zh=Chinese"
    ).split()
)
"""The English names of the languages that are distinguished, by ISO 639-1 code."""

# How much of an article is looked at, and the fewest words in Latin script that tell its language.
_SAMPLE_CHARS, _FEWEST_WORDS = 10_000, 8
# With this share of stop words a text is English: half of it are such words, of other languages at most a tenth.
_STOP_WORD_SHARE = 0.25
# From this probability on, an article is in a language.
_ARTICLE_PROBABILITY = 0.5
# A question with this share of English words is English.
_KNOWN_SHARE = 0.6
# For a question in another language: its fewest words, the least probability of the language, the most of English.
_QUESTION_WORDS, _QUESTION_PROBABILITY, _ENGLISH_PROBABILITY = 3, 0.2, 0.02
# The same probabilities if only two words of it are not capitalised.
_NAMING_PROBABILITY, _NAMING_ENGLISH_PROBABILITY = 0.5, 0.002
# As many known words in a row may be a list of names.
_MOST_NAMES = 5

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def is_read(language: str | None) -> bool:
    """Whether a language is read without a chat model; an unknown one (None) is taken for English."""
    return language in (None, ENGLISH)


def text_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of an article's text; None if it is too short or unclear."""
    words = _WORD.findall(text[:_SAMPLE_CHARS])
    if _is_latin(words):
        if len(words) < _FEWEST_WORDS:
            return None
        if sum(word.lower() in STOP_WORDS for word in words) >= _STOP_WORD_SHARE * len(words):
            return ENGLISH
    probabilities = _probabilities(words)
    best = max(probabilities, key=probabilities.__getitem__)
    return best if probabilities[best] >= _ARTICLE_PROBABILITY else None


def question_language(question: str, vocabulary: Container[str] = ()) -> str | None:
    """Return the ISO 639-1 code of a question's language if that is certainly not English, else None.

    The code is a guess if the question is short: related languages are confused.

    Args:
        question: The question.
        vocabulary: The lower-case words of the articles, some of which are names.
    """
    words = _WORD.findall(question)
    if not _is_latin(words):
        return _best(_probabilities(words))
    unknown = _not_english(words)
    mostly_english = len(unknown) <= (1 - _KNOWN_SHARE) * len(words)
    if len(words) < _QUESTION_WORDS or (mostly_english and "¿" not in question):
        return None
    if len(words) <= _MOST_NAMES and all(word.lower() in vocabulary for word in unknown):
        return _certain(_probabilities(words), _NAMING_PROBABILITY, _NAMING_ENGLISH_PROBABILITY)
    # Names tell nothing about the language of a question.
    common = [word for at, word in enumerate(words) if not at or not word[0].isupper() or word.isupper()]
    probabilities = _probabilities(common)
    if len(common) >= _QUESTION_WORDS:
        return _certain(probabilities, _QUESTION_PROBABILITY, _ENGLISH_PROBABILITY)
    if len(common) == 1 or probabilities[ENGLISH] >= _ENGLISH_PROBABILITY:
        return None
    return _certain(_probabilities(words), _NAMING_PROBABILITY, _NAMING_ENGLISH_PROBABILITY)


def list_languages(languages: Iterable[str | None]) -> str:
    """List the English names of the languages that are not read: "Spanish and Ukrainian"; "" if there is none."""
    names = sorted({NAMES.get(language, language) for language in languages if language and not is_read(language)})
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _not_english(words: Sequence[str]) -> list[str]:
    dictionary = english_dictionary()
    return [word for word in words if word.lower().replace("’", "'") not in dictionary]


def _certain(probabilities: dict[str, float], least: float, most_english: float) -> str | None:
    best = _best(probabilities)
    certain = best is not None and probabilities[ENGLISH] < most_english and probabilities[best] >= least
    return best if certain else None


def _best(probabilities: dict[str, float]) -> str | None:
    """Return the most probable language other than English."""
    return max((code for code in probabilities if code != ENGLISH), key=probabilities.__getitem__, default=None)


def _is_latin(words: Sequence[str]) -> bool:
    """Whether at least half of the letters are Latin; true for a text without letters."""
    letters = "".join(words)
    latin = sum(c.isascii() or unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return 2 * latin >= len(letters)


def _probabilities(words: Sequence[str]) -> dict[str, float]:
    return dict(_identifier().rank(" ".join(words)))


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(NAMES))
    return identifier
