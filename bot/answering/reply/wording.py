"""The plain words around quotes: leads, voices, and a reply as the text that a person reads. Pure."""

from collections.abc import Mapping, Sequence

from index.articles.article import Article
from index.articles.lookup import ArticleInfo
from index.articles.names import surname
from index.formatting import printable

from bot.answering.types import Answer, Quote, Reply, Response
from bot.answering.voice.voice import BYLINE, HEDGED, UNNAMED

NOT_ADDRESSED = "The article does not address that."
NOT_ADDRESSED_ANYWHERE = "The articles do not address that."
NOT_SAID = "The article comes near that, but does not say."
NOT_SAID_ANYWHERE = "The articles come near that, but do not say."
OFF_TOPIC = "It is about something else; this is as near as it comes:"
CLOSEST = "These are the closest passages; they may not answer it."
NEARBY = "What comes closest:"
FURTHER = "Further passages, which may bear on it:"
NOTHING_MORE = "I found nothing more on that."
IN_SHORT = "In short:"
WHICH_ARTICLE = "That depends on the article, and there are {n}. Ask about one of them by its name."
OTHERWISE = "The article says otherwise:"
ALONE = "No chat model: {why}."


def speaker(article: Article) -> str:
    """How a lead names who argues: the surname of a single author, both of two, else "the author" or "the authors"."""
    names = [surname(name) for name in article.authors]
    return " and ".join(names) if 1 <= len(names) <= 2 else f"the {_plural('author', names)}"


def lead(quotes: Sequence[Quote], articles: Mapping[str, Article]) -> str:
    """What the quotes are, claiming no more than they do."""
    speakers = list(dict.fromkeys(speaker(articles[quote.article]) for quote in quotes))
    if len(speakers) > 1:
        return f"{_capital(' and '.join(speakers))} argue:" if len(speakers) == 2 else "Several authors argue:"
    who, first = _capital(speakers[0]), quotes[0].voice
    authors = articles[quotes[0].article].authors
    if all(quote.voice == BYLINE for quote in quotes):
        return "The article says:"
    if first == HEDGED:
        return f"{who}, hedging:"
    if first.startswith("reported:"):
        return f"{who} {_verb('report', authors)}{_source(first)}:"
    return f"{who} {_verb('argue', authors)}:"


def correction(first: Quote, articles: Mapping[str, Article]) -> str:
    """What goes before quotes that may contradict what the question takes for granted."""
    where = "the article" if len(articles) == 1 else describe(articles[first.article])
    return f"{_capital(where)} may not say so; ¶{first.paragraph} says:"


def label(quote: Quote, article: Article) -> str:
    """Whose claim a quote is, "" where it is plainly the author's."""
    who = _capital(speaker(article))
    if quote.voice == HEDGED:
        return f"{who}, hedging"
    if quote.voice == UNNAMED:
        return f"{who} {_verb('report', article.authors)} others"
    if quote.voice.startswith("reported:"):
        return f"{who} {_verb('report', article.authors)}{_source(quote.voice)}"
    return "byline" if quote.voice == BYLINE else ""


def describe(article: ArticleInfo) -> str:
    """An article in a few words: “Title” by its authors (date), as far as they are known."""
    title = _named(article)
    by = f" by {' and '.join(article.authors)}" if article.authors else ""
    return f"{title}{by}" + (f" ({article.published})" if article.published else "")


def as_text(response: Response) -> str:
    """The whole reply as plain text: the lead, then each quote as a block quote with its number and voice.

    A chat model's claim stands above the quote that it rests on. Where there are several articles, each
    quote's is named, or once at the end if it is known to be the same for all.
    """
    reply, articles = response.reply, response.articles
    sources = dict.fromkeys(quote.article for quote in reply.quotes)
    blocks = [reply.lead, *(as_block(response, n) for n in range(len(reply.quotes)))]
    if len(sources) == 1 and len(articles) > 1 and not _names_each(response):
        blocks.append(f"From {describe(articles[next(iter(sources))])}.")
    if reply.note:
        blocks.append(f"({ALONE.format(why=reply.note)})")
    return "\n\n".join(block for block in blocks if block)


def as_block(response: Response, n: int) -> str:
    """The n-th quote of a reply with its number and voice, under its claim where it has one."""
    quote = response.reply.quotes[n]
    several = _names_each(response)
    article = response.articles[quote.article]
    said = label(quote, article) or (_capital(speaker(article)) if several else "")
    where = f"¶{quote.paragraph}" + (f" ({said})" if said else "")
    where += f", {_named(article)}" if several else ""
    claim = claim_of(response.reply, n)
    return f"{claim}\n\n" * bool(claim) + f"> {_quoted(' '.join(quote.text.split()))} — {where}"


def _names_each(response: Response) -> bool:
    """Whether each quote names its article: what is shown claim by claim cannot wait for where the last one stands."""
    reply = response.reply
    growing = isinstance(reply, Answer) and bool(reply.claims)
    return len(response.articles if growing else {quote.article for quote in reply.quotes}) > 1


def claim_of(reply: Reply, n: int) -> str:
    """The sentence above the n-th quote, "" where there is none."""
    return reply.claims[n] if isinstance(reply, Answer) and n < len(reply.claims) else ""


def _named(article: ArticleInfo) -> str:
    return f"“{article.title}”" if article.title else printable(article.id)


def _quoted(text: str) -> str:
    """A text in quotation marks: straight ones unless it holds straight ones itself."""
    return f"“{text}”" if '"' in text else f'"{text}"'


def _source(voice: str) -> str:
    name = voice.removeprefix("reported:")
    if name == "unnamed":
        return ""
    # A ministry or a union that the text names by what it is, and not by a name of its own.
    return f" the {name}" if name[0].islower() and not name.startswith("the ") else f" {name}"


def _plural(noun: str, names: Sequence[str]) -> str:
    return f"{noun}s" if len(names) > 1 else noun


def _verb(verb: str, names: Sequence[str]) -> str:
    """What one author argues, and several argue."""
    return verb if len(names) > 1 else f"{verb}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
