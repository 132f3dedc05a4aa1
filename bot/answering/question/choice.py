"""Choose the articles that a question names: by title, file name, author or date. No I/O."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from index.articles.lookup import ArticleInfo
from index.articles.metadata.names import surname
from index.store.manifest import ArticleEntry
from index.text.words import STOP_WORDS, stem, terms

from bot.answering.question.names import asked_speaker
from bot.answering.voice.people import is_name, names_person

# A title of so many content words is not in a question by chance.
CERTAIN_TITLE_TERMS = 3
# Part of a title names it if it has so many of its content words, and such a share of them.
MIN_TITLE_TERMS, MIN_TITLE_SHARE = 2, 0.6

_NOUN = r"(?:articles?|pieces?|essays?|columns?|texts?|op-?eds?|editorials?|posts?|one)"
_NOUN_AFTER = re.compile(rf"[\s\"”’']*{_NOUN}\b", re.IGNORECASE)
_BEFORE_NAME = re.compile(
    r"(?:\b(?:the|that|this)\s+)?(?:(?:article|piece|essay|column)\s+)?(?:called\s+|titled\s+)?[\"“‘']?$", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SPEAKS = (
    r"(?:say|says|said|think|thinks|thought|argue|argues|argued|write|writes|wrote|claim|claims|claimed|believe"
    r"|believes|propose|proposes|want|wants|mention|mentions|suggest|suggests|see|sees|make|makes|feel|feels)"
)
_OBJECT = r"(?:mention|nam|cit|quot|criticis|criticiz|attack|blam|prais|answer|ignor|call|accus)(?:e|es|ed|s)?"
_ABOUT = re.compile(
    rf"\b(?:{_SPEAKS}\b.*?\b(?:about|of|on|regarding|towards?|against)|{_OBJECT})\b(?P<topic>.*)$", re.IGNORECASE
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if month[3:] else month for month in _MONTHS)
_DATE = (
    r"(?:(?P<iso>(?:1[5-9]|20)\d\d-\d\d(?:-\d\d)?)"
    rf"|(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>{_MONTH})\.?"
    r"(?:\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?)?(?:,?\s+(?P<year>(?:1[5-9]|20)\d\d))?"
    r"|(?P<only>(?:1[5-9]|20)\d\d))"
)
_DATED = re.compile(
    rf"\b{_NOUN}\s+(?:from|of|dated|published(?:\s+(?:on|in))?|written\s+(?:on|in))\s+(?:the\s+)?{_DATE}(?!\w)",
    re.IGNORECASE,
)
_DATE_BEFORE = re.compile(rf"(?<![\w-])(?:the\s+)?{_DATE}\s+{_NOUN}\b", re.IGNORECASE)


_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
# Not "post": it may be the last one of a title.
_LISTED = r"(?:articles?|pieces?|essays?|columns?|texts?|one)"
_NTH = re.compile(
    rf"(?<![\"“‘'])\bthe\s+(?P<nth>{'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th)|last)\s+(?P<noun>{_LISTED})\b(?!\s+(?:of|in|to|from)\b)",
    re.IGNORECASE,
)
# A superlative, and whether it is for the date or the length, and for the most of it.
_ORDERS = {
    **dict.fromkeys(("newest", "latest", "most recent"), ("date", True)),
    **dict.fromkeys(("oldest", "earliest"), ("date", False)),
    **dict.fromkeys(("longest",), ("length", True)),
    **dict.fromkeys(("shortest",), ("length", False)),
}
_ORDER = "|".join(_ORDERS)
_ORDERED = re.compile(
    rf"(?<![\"“‘'])\b(?:the|your)\s+(?P<order>{_ORDER})\s+(?P<noun>{_NOUN})\b(?!\s+(?:of|in|to|from|on|by|about)\b)",
    re.IGNORECASE,
)
# What came first or last of all that was published, where no superlative is written.
_FIRST, _LAST = re.compile(r"\bfirst\b", re.IGNORECASE), re.compile(r"\b(?:last|most recently)\b", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}")


class Choice(NamedTuple):
    """The articles that a question names.

    Attributes:
        articles: the articles; empty if the question names none.
        text: the question with "the article" in place of what names one, and "he" in place of authors' names.
        certain: whether even a question for something that articles say is about these articles only.
    """

    articles: tuple[ArticleEntry, ...]
    text: str
    certain: bool


def choose_articles(question: str, entries: Sequence[ArticleEntry]) -> Choice:
    """Choose the articles that a question names by file name, place in the list, title, date, or author."""
    for way in (_by_file, _by_whole_title, _by_place, _by_title, _by_date):
        if (named := way(question, entries)) is not None:
            speakers = _by_author(named.text, named.articles)
            articles = speakers if named.certain else named.articles
            return Choice(articles or named.articles, mask_authors(named.text, named.articles), named.certain)
    by_author = _by_author(question, entries)
    return Choice(by_author, mask_authors(question, by_author), certain=True)


def choose_scope(entries: Sequence[ArticleEntry], question: str) -> tuple[ArticleEntry, ...]:
    """Choose the articles to search for what they say: those that a question surely names, or all."""
    named = choose_articles(question, entries)
    return (named.articles if named.certain else _by_author(question, entries)) or tuple(entries)


def mask_authors(question: str, articles: Iterable[ArticleInfo]) -> str:
    """Replace the names of authors by "he", possessives by "his"."""
    for author in dict.fromkeys(author for article in articles for author in article.authors):
        last = surname(author)
        if last.lower() in question.lower():
            names = "|".join(re.escape(word) for word in author.split() if word != last)
            before = rf"(?:(?:{names})\s+)*" if names else ""
            question = re.sub(
                rf"(?<!\w){before}(?P<name>{re.escape(last)})(?P<of>['’]s?)?(?!\w)",
                lambda found, last=last: (  # type: ignore[misc]
                    ("his" if found["of"] else "he") if is_name(found["name"], last) else found.group()
                ),
                question,
                flags=re.IGNORECASE,
            )
    return question


def _by_file(question: str, entries: Sequence[ArticleEntry]) -> Choice | None:
    """Find a file name in a question; without its suffix only if it does not look like words."""
    lowered = question.casefold()
    for entry in entries:
        name = entry.id.rsplit("/", 1)[-1].casefold()
        bare = name.rsplit(".", 1)[0]
        for written in (entry.id.casefold(), name, *((bare,) if re.search(r"[-_\d]", bare) and len(bare) > 3 else ())):
            at = lowered.find(written)
            if at >= 0 and not _continues(lowered, at, at + len(written)):
                return Choice((entry,), _masked(question, at, at + len(written)), certain=True)
    return None


def _by_whole_title(question: str, entries: Sequence[ArticleEntry]) -> Choice | None:
    """Find the article whose whole title a question surely has, which may call itself "The Last Column"."""
    named = _by_title(question, entries, min_share=1.0)
    return named if named and named.certain else None


def _by_title(question: str, entries: Sequence[ArticleEntry], min_share: float = 0.0) -> Choice | None:
    """Find the article whose title a question has, whole or in part."""
    asked = [(match.start(), match.end(), _normal(match.group())) for match in _WORD.finditer(question)]
    stems = {stem(word) for _, _, word in asked}
    best: list[tuple[float, ArticleEntry, tuple[int, int], bool]] = []
    for entry in entries:
        if entry.title and (content := _title_terms(entry.title)):
            common = content & stems
            if common and (found := _span(question, asked, entry.title, content, common)):
                share, span, certain = found
                if share >= min_share:
                    best.append((share, entry, span, certain))
    if not best:
        return None
    best.sort(key=lambda row: -row[0])
    share, _, span, certain = best[0]
    articles = tuple(entry for other, entry, _, _ in best if other >= share)
    if len(articles) > 1 and not certain:
        return None
    return Choice(articles, _masked(question, *span), certain)


def _span(
    question: str, asked: Sequence[tuple[int, int, str]], title: str, content: frozenset[str], common: frozenset[str]
) -> tuple[float, tuple[int, int], bool] | None:
    """Return the share of a title that a question has, where it has it, and whether it surely means the title."""
    words = [word for _, _, word in asked]
    places = [n for n, word in enumerate(words) if stem(word) in common]
    first, last = places[0], places[-1]
    if common == content and last - first < len(common) + 2:  # "Letter 10" for "The Letter No. 10"
        numbered = len(common) > 1 and any(word.isdigit() for word in common)
        if numbered or len(common) >= CERTAIN_TITLE_TERMS:
            return 1.0, (asked[first][0], asked[last][1]), True
    run_start, length = _longest_run(_title_words(title), words)
    start, end = asked[run_start][0], asked[run_start + max(0, length - 1)][1]
    run = {stem(word) for word in words[run_start : run_start + length]} & content
    share = len(run) / len(content)
    typed_as_title = question[start:end] in title and question[start].isupper() and run_start > 0
    if share == 1 and (len(content) >= CERTAIN_TITLE_TERMS or _is_marked(question, start, end) or typed_as_title):
        return 1.0 + length, (start, end), True
    if len(run) >= MIN_TITLE_TERMS and (share >= MIN_TITLE_SHARE or typed_as_title):
        return share, (start, end), False
    # "the ferry article": its noun follows at once.
    if last - first < 2 * len(common) + 1 and len(words[last]) > 2 and _NOUN_AFTER.match(question, asked[last][1]):
        return len(common) / len(content), (asked[first][0], asked[last][1]), True
    return None


def _longest_run(title: Sequence[str], words: Sequence[str]) -> tuple[int, int]:
    """Return the position in a question of the longest run of words that its title has too, and its length."""
    best = (0, 0)
    for at in range(len(words)):
        for begin in range(len(title)):
            length = 0
            while words[at + length : at + length + 1] == title[begin + length : begin + length + 1] != []:
                length += 1
            if length > best[1]:
                best = at, length
    return best


def _by_date(question: str, entries: Sequence[ArticleEntry]) -> Choice | None:
    """Find the articles of a date, if the question calls an article by one."""
    match = _DATED.search(question) or _DATE_BEFORE.search(question)
    if match is None:
        return None
    prefix, month = match["iso"] or match["only"] or match["year"] or "", match["month"]
    if month and prefix:
        number = next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(month.lower()[:3]))
        day = match["day"] or match["day2"]
        prefix += f"-{number:02}" + (f"-{int(day):02}" if day else "")
    chosen = tuple(entry for entry in entries if prefix and (entry.published or "").startswith(prefix))
    return Choice(chosen, f"{question[: match.start()]}the article{question[match.end() :]}", True) if chosen else None


def _by_place(question: str, entries: Sequence[ArticleEntry]) -> Choice | None:
    """Find the article that a question calls by its place among all, "the second article" or "the newest one"."""
    if len(entries) < 2:
        return None
    if (match := _ORDERED.search(question)) and (first := first_in_order(match["order"], entries)):
        # "the shortest one" may be a route.
        return Choice(first, _masked(question, *match.span()), certain=match["noun"].lower() != "one")
    if match := _NTH.search(question):
        nth = match["nth"].lower()
        place = len(entries) if nth == "last" else _ORDINALS.index(nth) + 1 if nth in _ORDINALS else int(nth[:-2])
        if 1 <= place <= len(entries):
            # "the second one" may be a reason.
            certain = match["noun"].lower() in ("article", "piece", "essay", "column")
            return Choice((entries[place - 1],), _masked(question, *match.span()), certain)
    return None


def asked_order(question: str) -> str:
    """Return the superlative that a question asks for, such as "newest"; "" if there is none."""
    if match := re.search(rf"\b(?:{_ORDER})\b", question, re.IGNORECASE):
        return match.group().lower()
    return "oldest" if _FIRST.search(question) else "newest" if _LAST.search(question) else ""


def first_in_order(order: str, entries: Sequence[ArticleEntry]) -> tuple[ArticleEntry, ...]:
    """Return the newest, oldest, longest or shortest articles; those without a date have no place in time."""
    by, most = _ORDERS[order.lower()]
    ranks = {
        e: (0, e.published or "") if by == "date" else (e.words, "") for e in entries if by != "date" or _is_dated(e)
    }
    first = (max if most else min)(ranks.values(), default=None)
    return tuple(entry for entry, rank in ranks.items() if rank == first)


def _is_dated(entry: ArticleEntry) -> bool:
    return bool(_YEAR.match(entry.published or ""))


def _by_author(question: str, entries: Sequence[ArticleEntry]) -> tuple[ArticleEntry, ...]:
    """Return the articles by the authors that a question names; not those that another one is asked about."""
    named = {
        author: names_author(question, author)
        for author in dict.fromkeys(author for entry in entries for author in entry.authors)
    }
    names = [author for author, is_named in named.items() if is_named]
    if len(names) > 1 and (about := _ABOUT.search(question)):
        speakers = [author for author in names if names_author(question[: about.start("topic")], author)]
        names = speakers or names
    return tuple(entry for entry in entries if any(author in names for author in entry.authors))


def written_by(name: str, entries: Sequence[ArticleEntry]) -> tuple[ArticleEntry, ...]:
    """Return the articles by authors with a name: a full one, a surname or a first name."""
    words = [_normal(word) for word in _WORD.findall(name)]
    return tuple(
        entry
        for entry in entries
        if words and any(set(words) <= {_normal(word) for word in _WORD.findall(author)} for author in entry.authors)
    )


def names_author(question: str, author: str) -> bool:
    """Whether a question names an author by surname, or by first name where somebody speaks or owns an article."""
    last, first = surname(author), author.split()[0]
    if names_person(question, last) or asked_speaker(question).lower() in (last.lower(), author.lower()):
        return True
    if first == last or len(first) < 3 or first.lower() not in question.lower():
        return False
    speaks = rf"(?<!\w)(?P<name>{re.escape(first)})(?:\s+{_SPEAKS}\b|['’]?s\s+(?:\w+\s+)?(?:{_NOUN}|view|argument)\b)"
    return any(is_name(match["name"], first) for match in re.finditer(speaks, question, re.IGNORECASE))


@lru_cache(maxsize=20_000)
def _title_words(title: str) -> list[str]:
    """Return the normalised words of a title without its article."""
    words = [_normal(match.group()) for match in _WORD.finditer(title)]
    return words[1:] if len(words) > 1 and words[0] in ("a", "an", "the") else words


@lru_cache(maxsize=20_000)
def _title_terms(title: str) -> frozenset[str]:
    """Return the stemmed content words of a title."""
    return frozenset(stem(word) for word in _title_words(title) if word not in STOP_WORDS) | frozenset(terms(title))


def _normal(word: str) -> str:
    return word.casefold().replace("’", "'").removesuffix("'s").replace("'", "")


def _is_marked(question: str, start: int, end: int) -> bool:
    """Whether quotation marks or a noun such as "article" show that a span is a name."""
    quoted = question[max(0, start - 1) : start] in "\"“‘'«" and question[end : end + 1] in "\"”’'»"
    return (start > 0 and quoted) or bool(_NOUN_AFTER.match(question, end))


def _masked(question: str, start: int, end: int) -> str:
    """Put "the article" in place of a span, of the noun after it and of the article before it."""
    noun = _NOUN_AFTER.match(question, end)
    before = _BEFORE_NAME.sub("", question[:start])
    after = question[noun.end() if noun else end :].lstrip("\"”’'")
    return " ".join(f"{before} the article {after}".split()).replace(" ?", "?")


def _continues(text: str, start: int, end: int) -> bool:
    """Whether a word goes on before or after a span."""
    return text[max(0, start - 1) : start].isalnum() or text[end : end + 1].isalnum()
