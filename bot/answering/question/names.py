"""Names in questions: those of authors, and those that no article has.

A question about somebody or something that no article names cannot be answered from the articles, however similar what
they say of others is.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.articles.metadata.names import surname
from index.english import english_dictionary
from index.generation import Generation
from index.store.manifest import ArticleEntry
from index.text.words import STOP_WORDS, terms, words

from bot.answering.question.countries import country_names, is_related
from bot.answering.question.forms import any_of
from bot.answering.voice.people import is_name

# Longer words in capitals are acronyms only if they are not English.
_ACRONYM = 4
# So many equal letters at the start make words of one family: Russia, Russian.
_FAMILY = 4
_WRITER = r"the (?:author|writer|columnist|essayist)s?"
_TITLE = r"(?:mr|mrs|ms|dr|prof|professor|sir|dame)\.?"
_OF = r"(?P<of>['’]s?)?(?!\w)"
_SPEAKS = r"(?:say|think|argue|write|claim|believe|propose|want|suggest|warn|tell us|have to say|answer)"
_SPEAKER = any_of(
    r"\bwhat (?:does|did|do) (?:the (?=(?-i:[A-Z])))?(?P<a>[^\W\d_]+(?: (?-i:[A-Z])[^\W\d_]+)*)"
    rf" {_SPEAKS}\b",
    r"\baccording to (?P<b>(?-i:[A-Z])[^\W\d_]+(?: (?-i:[A-Z])[^\W\d_]+)*)",
)
# What may follow a name: "articles by NAME do you have".
_AFTER_NAME = r"(?:\s+(?:do|are|have|is|in|that|on|about|here|there|you|please|did|from)\b.*)?\W*$"
_WRITTEN_BY = any_of(
    rf"\b(?:articles?|pieces?|essays?|texts?|columns?|anything|something|letters?|posts?|everything|all|have|any|else)\s+"
    rf"(?:(?:(?:have|has) been|were|was|are|is)\s+)?(?:(?:written|published)\s+)?by\s+"
    rf"(?P<a>[^?.,!;]{{2,60}}?){_AFTER_NAME}",
    r"\b(?:has|did|have)\s+(?P<b>[^?.,!;]{2,60}?)\s+(?:write|written|wrote|published?)\b(?!\s+by\b)",
)
_MONTH = re.compile(
    r"january|february|march|april|may|june|july|august|september|october|november|december", re.IGNORECASE
)
_PRONOUNS = frozenset(
    (
        "he she they it one we i you this that these those everybody everyone people somebody anybody nobody someone"
        " anyone none author writer ppl"
        " text article essay piece column op-ed paper"
    ).split()
)
_CAPITALISED = re.compile(r"(?<!\w)[^\W\d_a-zà-öø-ÿ][\w’'\-]*(?:\.\w)*")
_NO_NAMES = re.compile(r"I(?:['’]\w+)?|OK|TL|DR|TLDR|Dr|Mr|Mrs|Ms|Prof|Sir|PS")
_FOLLOW_UP = re.compile(
    r"^\W*(?:and|but|or|what about|how about|what of|and what about|and how about)\s+(.+?)\W*$", re.I
)


def names_in(question: str) -> tuple[str, ...]:
    """Return the names in a question, written as such inside a sentence, or a country's.

    Words in capitals that follow each other are one name.
    """
    found: list[str] = []
    end = -1
    for match in _CAPITALISED.finditer(question) if not question.isupper() else ():
        if question[: match.start()].endswith(("@", "#", "/", ":")):
            continue  # a role, a channel, an address
        before = question[: match.start()].rstrip(" \"'“‘(")
        if match.group().isupper() and len(match.group()) > _ACRONYM and match.group().lower() in english_dictionary():
            continue  # shouting
        if before and before[-1] not in ".?!:;" and not _NO_NAMES.fullmatch(match.group()):
            name = re.sub(r"['’]s?$", "", match.group())
            if match.start() == end + 1 and question[end] == " ":
                name = f"{found.pop()} {name}"
            found.append(name)
            end = match.end()
    written = {word.lower() for name in found for word in name.split()}
    return (*found, *(word for word in words(question) if word in country_names() and word not in written))


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names that one article, or a library, has.

    Attributes:
        terms: the stemmed terms of the text.
        authors: the names of the authors.
        text: the article, in which an acronym may be written out; "" for a library.
        speakers: the authors of the articles that are asked.
        may_have_others: whether who wrote it is not known by a full name, so that a name may be the author's.
    """

    terms: Collection[str]
    authors: tuple[str, ...] = ()
    text: str = ""
    may_have_others: bool = False
    speakers: tuple[str, ...] = ()

    def unknown_names(self, question: str) -> list[str]:
        """Return the names in a question that the text does not have in any form, except those of authors."""
        own = self._author_words()
        return [
            name
            for name in names_in(question)
            if not any(_near_any(word.lower(), own) for word in name.split())
            and not self._has(name)
            and not (self.may_have_others and _may_be_person(name))
        ]

    def unknown_speaker(self, question: str) -> str:
        """Return whom a question asks to speak, if it is neither an author nor named in the text; else ""."""
        name = asked_speaker(question)
        last = name.split()[-1] if name and is_name_like(name) else ""
        authors = frozenset(word for author in self.speakers for word in _words(author))
        known = not last or self.may_have_others or _near_any(last.lower(), authors) or self._has(last)
        return "" if known else name

    def _author_words(self) -> frozenset[str]:
        return frozenset(word for author in self.authors for word in _words(author))

    def _has(self, name: str) -> bool:
        """Whether the text has a name, a word of its family, or another word for it."""
        own = terms(name)
        if not own or any(word in self.terms for word in own) or is_related(name, self.terms):
            return True
        heads = {word[:_FAMILY] for word in own if len(word) >= _FAMILY}
        return any(word[:_FAMILY] in heads for word in self.terms) or _is_written_out(name, self.text)


def known_names(generation: Generation, scope: Sequence[ArticleEntry]) -> KnownNames:
    """Return the names that the article in scope has; with several in scope, those of the whole index."""
    authors = tuple(dict.fromkeys(author for entry in generation.manifest.articles for author in entry.authors))
    if len(scope) > 1:
        return KnownNames(generation.lexical.terms, authors, speakers=authors)
    text = generation.articles[scope[0].id].text
    unsigned = all(len(author.split()) == 1 for author in scope[0].authors)
    return KnownNames(_vocabulary(text), authors, text, unsigned, scope[0].authors)


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"\w+", name)]


@lru_cache(maxsize=64)
def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _may_be_person(name: str) -> bool:
    return name.lower() not in country_names() and not (name.isupper() and len(name) <= _ACRONYM)


def asked_speaker(question: str) -> str:
    """Return NAME of a question like "what does NAME say", "" for questions of another form."""
    match = _SPEAKER.search(question)
    name = (match["a"] or match["b"]) if match else ""
    return "" if name.lower() in _PRONOUNS or name.lower() in STOP_WORDS else name


def asked_author(question: str) -> str:
    """Return NAME of a question like "articles by NAME" or "what has NAME written", "" for another form."""
    match = _WRITTEN_BY.search(question)
    name = (match["a"] or match["b"]).strip() if match else ""
    is_other = (
        name.split()[:1] and name.split()[0].lower() in _PRONOUNS,
        any(character.isdigit() for character in name),
        _MONTH.fullmatch(name),
        name.lower() in country_names(),
    )
    return "" if any(is_other) else name


def is_name_like(phrase: str) -> bool:
    """Whether some words are likely a name: capitalised, a country's, or not in an English dictionary."""
    return all(
        word[0].isupper() or word.lower() in country_names() or word.lower() not in english_dictionary()
        for word in phrase.split()
    )


def _near_any(name: str, own: Collection[str]) -> bool:
    """Whether a name is one of an author's, also in another spelling or with an ending."""
    bare = name.removesuffix("s")
    return any(name == word or (len(word) > 4 and (word.startswith(bare[:5]) or bare == word)) for word in own)


def _is_written_out(name: str, text: str) -> bool:
    """Whether a text has consecutive words with the initials of an acronym."""
    letters = name.removesuffix("s")
    if not (1 < len(letters) <= 6 and letters.isupper()):
        return False
    between = r"[\w’.]*[\s\-]+(?:(?:of|the|and|for|on|in)\s+){0,2}"
    return bool(re.search(r"\b" + between.join(letters), text, re.IGNORECASE))


def replace_authors(question: str, authors: Iterable[str]) -> str:
    """Replace the names of authors, and "the author", by "they" or "their".

    Authors seldom use their own names, so a name does not help to find the sentence that answers.
    """
    found = re.sub(rf"(?<!\w){_WRITER}{_OF}", _pronoun, question, flags=re.IGNORECASE)
    for author in authors:
        if surname(author).lower() in found.lower():
            found = _replace_author(found, author)
    return found


def _replace_author(question: str, author: str) -> str:
    last = surname(author)
    before = "|".join([_TITLE, *(re.escape(word) for word in author.split() if word != last)])

    def replaced(match: re.Match[str]) -> str:
        return _pronoun(match) if is_name(match["name"], last) else match.group()

    pattern = rf"(?<!\w)(?:(?:{before})\s+)*(?P<name>{re.escape(last)}){_OF}"
    return re.sub(pattern, replaced, question, flags=re.IGNORECASE)


def _pronoun(match: re.Match[str]) -> str:
    return "their" if match["of"] else "they"
