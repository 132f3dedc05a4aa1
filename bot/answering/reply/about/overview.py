"""Answer questions about the text itself, from its metadata and its central sentences."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from index.articles.article import Article
from index.articles.metadata.names import surname
from index.formatting import count
from index.generation import Generation
from index.text.passages import find_sentences

from bot.answering.question.details import ANY_FORM, SummaryForm
from bot.answering.question.kinds import Kind
from bot.answering.reply.about.places import quote_beginning, quote_ending
from bot.answering.reply.citations import quote
from bot.answering.reply.wording import IN_SHORT
from bot.answering.types import Quote
from bot.answering.voice.interviews import asks
from bot.answering.voice.voice import BYLINE

TOPIC_SENTENCES, SUMMARY_SENTENCES, CLAIM_SENTENCES = 2, 3, 5
# The most sentences of a summary whose length is given in words.
MAX_SUMMARY = 10
# The shortest and the longest central sentence, in words.
CENTRAL_WORDS = (8, 60)

# Phrases with which authors state their point, on any subject.
_POINT = re.compile(
    r"\bI (?:argue|hold|believe|propose|think that|want|shall|will argue|have a different)\b"
    r"|\bmy (?:point|argument|view|claim|answer|proposal|case)\b|\bin my (?:view|opinion)\b"
    r"|\bthe (?:main|real|whole) (?:thing|point|question|reason|problem)\b|\bthe (?:case for|case against|point is)\b"
    r"|\b(?:should|must|ought|therefore|that is why|in short|to sum up|it is time)\b",
    re.IGNORECASE,
)
# Openings of sentences that depend on the sentence before.
_DEPENDENT = re.compile(
    r"[\"“‘']?(?:and|but|or|so|yet|also|thus|then|therefore|however|moreover|nevertheless|in addition|besides"
    r"|this|that|these|those|such|it|he|she|they|here|there)\b",
    re.IGNORECASE,
)
# What authors say about their own work.
_CAREER = re.compile(
    r"\bI (?:\w+ )?(?:am|was|have been|had been|served|serve|spent|worked|work|taught|teach|practised|practise"
    r"|trained)\b[^.;]{0,60}"
    r"\b(?:years|decades?|as an?|for the|an? (?:\w+ )?\w+(?:er|or|ist|ian|ant|man|woman))\b"
    r"|\bmy (?:years|time|career|work) (?:as|in|at)\b|\bas a (?:former|retired) \w+",
)
# The first person of opinion.
_PERSONAL = re.compile(r"\bI (?:think|believe|argue|hold|would|suspect|doubt|fear|propose)\b")


class Overview(NamedTuple):
    """A reply to a question about the text itself; `answered` is false if the article does not tell."""

    lead: str
    quotes: tuple[Quote, ...]
    answered: bool


def central_sentences(generation: Generation, article: Article, n: int) -> list[tuple[int, int]]:
    """Choose at most n sentences that represent an article.

    Each is scored by its cosine to the mean of all sentence vectors (centroid summarisation, Radev et al. 2004), plus
    a bonus for a position near the beginning or end and for words that state a point, minus a penalty if it depends on
    the sentence before it or is a question.

    Returns:
        Their (start, end) offsets in the article, in the order of the text.
    """
    spans, vectors = generation.sentence_vectors(article.id)
    if not spans:
        return []
    centroid = vectors.mean(axis=0)
    cosines = vectors @ centroid / (float((centroid @ centroid) ** 0.5) + 1e-9)
    last = max(1, len(spans) - 1)
    scored = []
    for position, (start, end) in enumerate(spans):
        text = article.text[start:end]
        if not article.is_argument(start) or asks(article, start):
            continue
        length = len(text.split())
        if not CENTRAL_WORDS[0] <= length <= CENTRAL_WORDS[1]:
            continue
        scored.append((float(cosines[position]) + _prominence(text, position / last), start, end))
    chosen: list[tuple[int, int]] = []
    for _, start, end in sorted(scored, reverse=True):
        if not any(_repeats(article.text[start:end], article.text[a:b]) for a, b in chosen):
            chosen.append((start, end))
        if len(chosen) == n:
            break
    return sorted(chosen or spans[:1])


def _prominence(text: str, position: float) -> float:
    """Score a sentence by its relative position, 0 (first) to 1 (last), and its form."""
    edge = 0.2 if position < 0.1 else 0.1 if position < 0.25 or position > 0.85 else 0.0
    dependence = 0.15 if _DEPENDENT.match(text) else 0.0
    question = 0.3 if text.rstrip("\"”'’)").endswith("?") else 0.0
    return edge + (0.06 if _POINT.search(text) else 0.0) - dependence - question


def answer_kinds(
    generation: Generation, article: Article, kinds: Sequence[Kind], form: SummaryForm = ANY_FORM
) -> Overview:
    """Answer a question of one or more kinds about the text itself in one reply.

    Args:
        generation: the generation that contains the article.
        article: the article.
        kinds: the kinds of the question.
        form: the length that the question wants a summary to have.
    """
    parts = [_answer_kind(generation, article, kind, form) for kind in kinds]
    leads = dict.fromkeys(part.lead for part in parts)
    quotes = dict.fromkeys(quote for part in parts for quote in part.quotes)
    return Overview(
        " ".join(leads), tuple(_join_head_lines(article, list(quotes))), any(part.answered for part in parts)
    )


def _join_head_lines(article: Article, quotes: Sequence[Quote]) -> list[Quote]:
    """Join head lines that follow each other into one quote, in the order of the text."""
    joined: list[Quote] = []
    for following in quotes:
        previous = joined[-1] if joined else None
        if (
            previous is not None
            and previous.voice == following.voice == BYLINE
            and previous.paragraph == following.paragraph
        ):
            first, last = sorted((previous, following), key=lambda q: q.start)
            if first.end <= last.start and not article.text[first.end : last.start].strip():
                joined[-1] = quote(article, first.start, last.end)
                continue
        joined.append(following)
    return joined


def quote_central_claims(generation: Generation, article: Article) -> tuple[Quote, ...]:
    """Quote the central claims of an article, in the order of the text."""
    return tuple(_quotes(article, central_sentences(generation, article, CLAIM_SENTENCES)))


def _answer_kind(generation: Generation, article: Article, kind: Kind, form: SummaryForm) -> Overview:
    authors = " and ".join(article.authors)
    if kind == "author":
        bylines = [*_head_lines(article, "author"), *_head_lines_naming(article, article.authors), *_note(article)][:2]
        return _overview(
            f"It was written by {authors}.", "The article does not name its author.", bylines, bool(authors)
        )
    if kind == "affiliation":
        who = authors or "its author"
        note = _note(article) or _biography(article) or _head_lines(article, "author")
        are = "are" if len(article.authors) > 1 else "is"
        return _overview(f"What the article says about {who}:", f"The article does not say who {who} {are}.", note)
    if kind == "date":
        lead = f"It is dated {article.published}."
        return _overview(lead, "The article has no date.", _dates(article), bool(article.published))
    if kind == "title":
        title = _head_lines(article, "title")
        return _overview(f"It is titled “{article.title}”.", "The article has no title.", title, bool(article.title))
    if kind == "source":
        missing = "The article does not say where it was published."
        return _overview(f"Its source is {article.source}.", missing, [], bool(article.source))
    if kind == "translation":
        lines = [line for line in article.head if line.kind not in ("title", "furniture")]
        head = [quote(article, line.start, line.end) for line in lines]
        mentions = [q for q in (*head, *_note(article)) if "translat" in q.text.lower()]
        return _overview("The article says:", "The article does not say that it is a translation.", mentions)
    if kind == "length":
        return _overview(_length(article), "", [], answered=True)
    if kind == "genre":
        return _genre(generation, article)
    if kind == "beginning":
        return _overview(f"{_subject(article)} begins with this:", "", quote_beginning(article, form.quotes))
    if kind == "ending":
        return _overview(f"{_subject(article)} ends with this:", "", quote_ending(article, form.quotes))
    if kind == "topic":
        named = f", “{article.title}”," if article.title else ""
        return _overview(
            f"The article{named} is about this:",
            "",
            _quotes(article, central_sentences(generation, article, form.quotes or TOPIC_SENTENCES)),
        )
    lead = IN_SHORT if kind == "summary" else f"{_subject(article)} argues above all:"
    return _overview(lead, "", _quotes(article, _summary(generation, article, form)))


def _summary(generation: Generation, article: Article, form: SummaryForm) -> list[tuple[int, int]]:
    """Choose the central sentences for a summary of some form: at most so many sentences, or words."""
    if form.words is None:
        return central_sentences(generation, article, form.quotes or SUMMARY_SENTENCES)
    for n in range(MAX_SUMMARY, 1, -1):
        spans = central_sentences(generation, article, n)
        if sum(len(article.text[start:end].split()) for start, end in spans) <= form.words:
            return spans
    return central_sentences(generation, article, 1)


def _length(article: Article) -> str:
    return f"It has {count(article.word_count, 'word')} in {count(len(article.paragraphs), 'paragraph')}."


def _overview(lead: str, missing: str, quotes: Sequence[Quote], answered: bool | None = None) -> Overview:
    """Return the lead and the quotes, or the lead for missing information; `answered` defaults to having a quote."""
    if bool(quotes) if answered is None else answered:
        return Overview(lead, tuple(quotes), answered=True)
    return Overview(missing, (), answered=False)


def _genre(generation: Generation, article: Article) -> Overview:
    spans, _ = generation.sentence_vectors(article.id)
    personal = [(start, end) for start, end in spans if _PERSONAL.search(article.text[start:end])]
    lead = f"It reads as opinion: {_subject(article)} speaks in the first person."
    return _overview(lead, "The article does not say whether it is news or opinion.", _quotes(article, personal[:2]))


def _biography(article: Article) -> list[Quote]:
    """Quote at most two sentences of the body in which the author speaks of their own work."""
    from index.text.sentences import sentence_spans

    chosen: list[tuple[int, int]] = []
    for paragraph in article.paragraphs:
        for sentence in find_sentences(article, paragraph, sentence_spans):
            if _CAREER.search(sentence.text) and len(chosen) < 2:
                chosen.append((sentence.start, sentence.end))
    return _quotes(article, chosen)


def _quotes(article: Article, spans: Sequence[tuple[int, int]]) -> list[Quote]:
    return [quote(article, start, end) for start, end in spans]


def _head_lines(article: Article, kind: str) -> list[Quote]:
    return [quote(article, line.start, line.end) for line in article.head if line.kind == kind]


def _head_lines_naming(article: Article, names: Sequence[str]) -> list[Quote]:
    return [
        quote(article, line.start, line.end)
        for line in article.head
        if line.kind not in ("author", "title", "furniture")
        and any(surname(name) in article.text[line.start : line.end] for name in names)
    ]


def _dates(article: Article) -> list[Quote]:
    return _head_lines(article, "date") or [
        q for q in (*_head_lines(article, "credit"), *_head_lines(article, "author")) if re.search(r"\d", q.text)
    ]


def _note(article: Article) -> list[Quote]:
    return [quote(article, *article.note_span)] if article.note_span else []


def _subject(article: Article) -> str:
    return surname(article.authors[0]) if len(article.authors) == 1 else "The article"


def _repeats(one: str, other: str) -> bool:
    a, b = (" ".join(re.findall(r"\w+", text.lower())) for text in (one, other))
    return a in b or b in a
