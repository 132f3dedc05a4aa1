"""Answer what somebody says whom an article reports, and who that is."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from index.articles.article import Article
from index.articles.metadata.names import surname
from index.generation import Generation
from index.store.manifest import ArticleEntry
from index.text.words import terms

from bot.answering.question.countries import is_related
from bot.answering.question.forms import HERE
from bot.answering.question.names import KnownNames, asked_speaker, is_name_like
from bot.answering.reply import wording
from bot.answering.reply.about.overview import central_sentences
from bot.answering.reply.about.places import body_sentences
from bot.answering.reply.about.speakers import describe_speakers
from bot.answering.reply.citations import quote
from bot.answering.reply.extractive import NEAR
from bot.answering.types import Abstention, Answer, Evidence, Quote, Reply
from bot.answering.voice.interviews import asks, interviewers
from bot.answering.voice.people import write_name
from bot.answering.voice.voice import UNNAMED, voice_of

# How many quotes and people are shown, and how many articles are read.
MAX_QUOTES, MAX_PEOPLE, MAX_ARTICLES = 3, 4, 8
# The certainty of what an article reports of somebody, and of a reply that nobody of that name is in it.
_CERTAIN, _CERTAINLY_NOT = 0.95, 0.05
_REPORTED = "reported:"
# To propose, want, suggest or warn is more than to say: these have a subject of their own.
_SAYS = r"(?:say|think|argue|write|claim|believe|tell us|have to say)"
_IN_GENERAL = re.compile(
    rf"^\W*(?:and |so |but |ok )*what (?:does|did|do) (?P<who>.+?) {_SAYS}{HERE}\W*$", re.IGNORECASE
)
_IT = re.compile(
    r"(?:it|(?:the|this|that) (?:article|author|writer|piece|essay|text|column|letter|speech))", re.IGNORECASE
)
_GOES_ON = re.compile(r"[\"“‘']?(?:he|she|they|his|her|their)\b", re.IGNORECASE)


class Unheard(NamedTuple):
    """Somebody whom a question asks to speak, without an answer; `is_named` if an article names them at all."""

    name: str
    is_named: bool


def asks_in_general(question: str) -> bool:
    """Whether a question is for what somebody says, on no subject: "what does Roe say?"."""
    return bool(_IN_GENERAL.match(question))


def asks_what_it_says(question: str) -> bool:
    """Whether a question is for what the article says, on no subject: "what does it argue?"."""
    match = _IN_GENERAL.match(question)
    return bool(match and _IT.fullmatch(match["who"]))


def describe_reported(asked: str, article: Article) -> Reply:
    """Say whom an article reports, and quote the first sentence of each."""
    first: dict[str, Quote] = {}
    for quoted in _reports(article):
        first.setdefault(quoted.voice.removeprefix(_REPORTED), quoted)
    people = {name: quoted for name, quoted in first.items() if _is_named(name)}
    if not people:
        return Abstention(asked, "The article reports nobody by name.", (), _CERTAINLY_NOT, "not_addressed")
    shown = list(people)[:MAX_PEOPLE]
    return Answer(asked, f"{_who_reports(article)} {_list(shown)}:", tuple(people[name] for name in shown), _CERTAIN)


def answer_for_person(asked: str, question: str, generation: Generation, scope: Sequence[ArticleEntry]) -> Reply | None:
    """Quote what articles report of somebody who is no author, for a question on no subject; None for another question.

    Args:
        asked: the question as it was asked.
        question: the question.
        generation: the generation to answer from.
        scope: the articles that it is about.
    """
    name = asked_speaker(question)
    if not name or not asks_in_general(question) or _is_author(name, scope):
        return None
    articles = [generation.articles[entry.id] for entry in scope if _names(generation.articles[entry.id].text, name)]
    for article in articles:
        if any(_names(asking, name) for asking in interviewers(article)):
            return Answer(asked, describe_speakers(article) or "", (), _CERTAIN)
    said: list[Quote] = []
    for article in articles[:MAX_ARTICLES]:
        reports = list(_reports_of(article, name))
        if len(reports) > 2 * MAX_QUOTES:  # the answers of an interview
            central = set(central_sentences(generation, article, 2 * MAX_QUOTES))
            reports = [quoted for quoted in reports if (quoted.start, quoted.end) in central] or reports
        said += reports[:MAX_QUOTES]
    if said:
        return Answer(asked, wording.lead(said[:MAX_QUOTES], generation.articles), tuple(said[:MAX_QUOTES]), _CERTAIN)
    if articles and is_name_like(name):
        named = _naming(articles[0], name)[:MAX_QUOTES]
        return Abstention(
            asked, wording.only_named(name, named), tuple(named), NEAR, "closest" if named else "not_addressed"
        )
    return None


def find_unheard(
    known: KnownNames, question: str, masked: str, ranked: Sequence[Evidence], generation: Generation
) -> Unheard | None:
    """Return whom a question asks to speak, if nobody is called so, or no evidence is their words or names them.

    Args:
        known: the names that the articles have.
        question: the question.
        masked: the question, in which authors are called by pronouns.
        ranked: the evidence, best first.
        generation: the generation that it is from.
    """
    if name := known.unknown_speaker(question):
        return Unheard(name, is_named=False)
    name = asked_speaker(masked)
    # In another form than the articles have it, as in a misspelt name, it says nothing of who is meant.
    has_form = name and all(term in known.terms for term in terms(name))
    if not has_form or not is_name_like(name) or known.may_have_others:
        return None
    heard = any(_speaks(name, e, _voice(e, generation)) for e in ranked)
    return None if heard else Unheard(name, is_named=True)


def tell_unheard(unheard: Unheard, reply: Reply, question: str, articles: Sequence[Article]) -> Reply:
    """Say in an abstention that nobody has the name that a question asks to speak, or not on its subject.

    Without a subject no passage can be close; whom a single article does report is told instead.
    """
    if unheard.is_named:
        return replace(reply, lead=wording.said_elsewhere(unheard.name, len(articles), reply.quotes))
    if not asks_in_general(question):
        return replace(reply, lead=wording.nobody_called(unheard.name, len(articles), reply.quotes))
    people = _people(articles[0])[:MAX_PEOPLE] if len(articles) == 1 else []
    instead = f" {_who_reports(articles[0])} {_list(people)}." if people else ""
    lead = wording.nobody_called(unheard.name, len(articles), ()) + instead
    return replace(reply, lead=lead, quotes=(), degree="not_addressed")


def _people(article: Article) -> list[str]:
    """Return the names of those whom an article reports, most often first."""
    names = Counter(quoted.voice.removeprefix(_REPORTED) for quoted in _reports(article))
    return [name for name, _ in names.most_common() if _is_named(name)]


def prefer_words_of(question: str, ranked: Sequence[Evidence], generation: Generation) -> list[Evidence]:
    """Begin with the words of whom a question asks to speak, and drop those of others whom articles report.

    Args:
        question: the question, in which authors are called by pronouns.
        ranked: the evidence, best first.
        generation: the generation that it is from.
    """
    name = asked_speaker(question)
    voices = {id(e): _voice(e, generation) for e in ranked} if name and is_name_like(name) else {}
    own = [e for e in ranked if voices and _speaks(name, e, voices[id(e)])]
    if not own:
        return list(ranked)
    theirs = {id(e) for e in own}
    kept = [e for e in ranked if id(e) in theirs or not _is_named(voices[id(e)].removeprefix(_REPORTED))]
    return [own[0], *(e for e in kept if e is not own[0])]


def _voice(evidence: Evidence, generation: Generation) -> str:
    sentence = evidence.sentence
    return voice_of(generation.articles[evidence.passage.article], sentence.start, sentence.end)


def _speaks(name: str, evidence: Evidence, voice: str) -> bool:
    return is_voice_of(name, voice) or _names(evidence.sentence.text, name)


def is_voice_of(name: str, voice: str) -> bool:
    """Whether a voice is that of somebody of a name, or called by another word for the same country."""
    if not voice.startswith(_REPORTED) or voice == UNNAMED:
        return False
    speaker = voice.removeprefix(_REPORTED)
    return _names(speaker, name) or is_related(name, terms(speaker))


def _is_named(speaker: str) -> bool:
    """Whether a reported speaker has a name: "Ann Bell", "the Treasury"."""
    return speaker.removeprefix("the ")[:1].isupper()


def _reports_of(article: Article, name: str) -> Iterator[Quote]:
    """Yield the sentences that report somebody, also those that begin with a name which may be a common word."""
    for quoted in _reports(article):
        opening = _opening(quoted.text, name)
        if is_voice_of(name, quoted.voice):
            yield quoted
        elif quoted.voice == UNNAMED and opening:
            yield quote(article, quoted.start, quoted.end, f"{_REPORTED}{write_name(opening)}")


def _opening(text: str, name: str) -> str | None:
    """Return the name that a text begins with, if it ends with a surname: "Captain Ann Reed"."""
    match = re.match(rf"(?:(?-i:[^\W\d_a-z])\w*\s+)*{re.escape(surname(name))}(?!\w)", text, re.IGNORECASE)
    return match[0] if match else None


def _naming(article: Article, name: str) -> list[Quote]:
    """Quote the sentences that name somebody, and those after them that go on with a pronoun."""
    found: list[Quote] = []
    goes_on = False
    for start, end in body_sentences(article):
        text = article.text[start:end]
        goes_on = _names(text, name) or (goes_on and bool(_GOES_ON.match(text)))
        found += [quote(article, start, end)] if goes_on else []
    return found


def _reports(article: Article) -> Iterator[Quote]:
    """Yield the sentences of an article that report somebody."""
    for span in body_sentences(article):
        if asks(article, span[0]):
            continue
        quoted = quote(article, *span)
        if quoted.voice.startswith(_REPORTED):
            yield quoted


def _who_reports(article: Article) -> str:
    who = wording.speaker(article)
    return f"{who[:1].upper()}{who[1:]} {'report' if len(article.authors) > 1 else 'reports'}"


def _list(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _names(text: str, name: str) -> bool:
    """Whether a text has the surname of somebody as a word."""
    return bool(re.search(rf"(?<!\w){re.escape(surname(name))}(?!\w)", text, re.IGNORECASE))


def _is_author(name: str, scope: Sequence[ArticleEntry]) -> bool:
    return any(_names(author, name) for entry in scope for author in entry.authors)
