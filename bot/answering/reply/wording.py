"""The wording of replies: leads, labels of voices, abstentions, and a whole reply as plain text."""

from collections.abc import Mapping, Sequence

from index.articles.article import Article
from index.articles.lookup import ArticleInfo, name_of
from index.articles.metadata.names import surname

from bot.answering.reply.sources import quoted_articles, source_url
from bot.answering.types import Answer, Quote, Reply, Response
from bot.answering.voice.people import write_name
from bot.answering.voice.voice import BYLINE, HEDGED, UNNAMED

CLOSEST = "The closest passages:"
MAY_NOT_ANSWER = "These are the closest passages; they may not answer the question."
FURTHER = "Further passages that may be relevant:"
NOTHING_MORE = "I found nothing more on that."
IN_SHORT = "In short:"
NO_LINKS = "I cannot open links; I answer from the articles that I have read. Ask me about one of them."
NO_OPINION = "I have no opinion of my own: I only quote what the articles say. Ask what an author says, or why."
NOT_UNSAID = "I quote what an article says, and cannot tell what it leaves out. Ask me about a subject instead."
NO_TRANSLATION = "I quote the author's own words and do not translate them."
OPPOSING = "I do not judge arguments. Other views that the article reports, and may argue against:"
NO_COUNTERARGUMENT = "I find no counterargument in the article that I could quote, and I do not judge arguments myself."
CONTRADICTION = "The article says otherwise:"
QUESTION_NOT_READ = "I read questions in English only without a chat model."
NO_COMMENTS = "Readers' comments are not part of an article: I leave them out and do not quote them."
NO_CHAT_MODEL = "No chat model: {why}."


def not_addressed(articles: int) -> str:
    """Say that the articles do not address a question."""
    return "The article does not address that." if articles == 1 else "The articles do not address that."


def not_said(articles: int) -> str:
    """Say that the articles are on the topic of a question but do not answer it, before the closest passages."""
    subject = "The article touches on that, but does" if articles == 1 else "The articles touch on that, but do"
    return f"{subject} not say. {CLOSEST}"


def off_topic(articles: int) -> str:
    """Say that a question is about another topic."""
    verb = "It is" if articles == 1 else "They are"
    return f"{not_addressed(articles)} {verb} about something else."


def article_not_read(described: str, articles: int, languages: str) -> str:
    """Say that one or several articles are in languages that are not read without a chat model."""
    verb = "is" if articles == 1 else "are"
    return f"{described} {verb} in {languages}, and I read English only without a chat model."


def not_all_read(articles: int) -> str:
    """Say that some of several articles are in languages that are not read without a chat model."""
    count = "One article is" if articles == 1 else f"{articles:,} articles are"
    return f"{count} not in English, and I did not read {'it' if articles == 1 else 'them'} without a chat model."


def nobody_called(name: str, articles: int, quotes: Sequence[Quote]) -> str:
    """Say that a question names somebody whom no article is by and none mentions, before the closest passages."""
    wrote = "wrote the article or is named in it" if articles == 1 else "wrote one of the articles or is named in one"
    closest = f" {CLOSEST}" if quotes else ""
    return f"Nobody called {name} {wrote}.{closest}"


def only_named(name: str, quotes: Sequence[Quote]) -> str:
    """Say that somebody is named, but that it is not clear what they say, before the sentences that name them."""
    return f"I cannot tell what {name} says.{' The article names them here:' if quotes else ''}"


def said_elsewhere(name: str, articles: int, quotes: Sequence[Quote]) -> str:
    """Say that articles name somebody, but report nothing of them on the subject of a question."""
    subject = "The article reports" if articles == 1 else "The articles report"
    return f"{subject} nothing that {name} says on that.{f' {CLOSEST}' if quotes else ''}"


def speaker(article: Article) -> str:
    """Name who argues: the surnames of one or two authors, else "the author" or "the authors"."""
    names = [surname(write_name(name)) for name in article.authors]
    return " and ".join(names) if 1 <= len(names) <= 2 else f"the {_plural('author', names)}"


def lead(quotes: Sequence[Quote], articles: Mapping[str, Article], best: Quote | None = None) -> str:
    """Introduce quotes, claiming no more than they do: "Roe argues:", "Roe, hedging:", "Roe reports Ann Bell:".

    Args:
        quotes: The quotes.
        articles: The articles by id.
        best: The one that answers, if it is not the first.
    """
    speakers = list(dict.fromkeys(speaker(articles[quote.article]) for quote in quotes))
    if len(speakers) > 1:
        return f"{_capital(' and '.join(speakers))} argue:" if len(speakers) == 2 else "Several authors argue:"
    who, first = _capital(speakers[0]), (best or quotes[0]).voice
    authors = articles[quotes[0].article].authors
    if all(quote.voice == BYLINE for quote in quotes):
        return "The article says:"
    if first == HEDGED:
        return f"{who}, hedging:"
    if first.startswith("reported:"):
        return f"{who} {_verb('report', authors)}{_source(first)}:"
    return f"{who} {_verb('argue', authors)}:"


def correction(first: Quote, articles: Mapping[str, Article]) -> str:
    """Introduce quotes that may contradict what the question presumes."""
    subject = "the article" if len(articles) == 1 else describe(articles[first.article])
    return f"{_capital(subject)} may see that differently; ¶{first.paragraph} says:"


def label(quote: Quote, article: Article) -> str:
    """Say whose claim a quote is; "" if it is the author's own."""
    who = _capital(speaker(article))
    if quote.voice == HEDGED:
        return f"{who}, hedging"
    if quote.voice == UNNAMED:
        return f"{who} {_verb('report', article.authors)} others"
    if quote.voice.startswith("reported:"):
        return f"{who} {_verb('report', article.authors)}{_source(quote.voice)}"
    return "byline" if quote.voice == BYLINE else ""


def describe(article: ArticleInfo) -> str:
    """Describe an article as “Title” by its authors (date), as far as they are known."""
    title = title_of(article)
    if not article.title and (article.authors or article.published):
        return title  # which has the authors and the date
    by = f" by {' and '.join(article.authors)}" if article.authors else ""
    return f"{title}{by}" + (f" ({article.published})" if article.published else "")


def as_text(response: Response) -> str:
    """Write a whole reply as plain text: the lead, then each quote as a block quote with paragraph number and voice.

    A chat model's claim stands above the quote that supports it. With several articles, each quote names its own; if
    all quotes are from one article, it is named once at the end. The addresses of the quoted articles follow.
    """
    reply, articles = response.reply, response.articles
    sources = dict.fromkeys(quote.article for quote in reply.quotes)
    blocks = [reply.lead, *(as_block(response, n) for n in range(len(reply.quotes)))]
    if len(sources) == 1 and len(articles) > 1 and not _names_each(response):
        blocks.append(f"From {describe(articles[next(iter(sources))])}.")
    blocks.append(_source_lines(response))
    if reply.note:
        blocks.append(f"({NO_CHAT_MODEL.format(why=reply.note)})")
    return "\n\n".join(block for block in blocks if block)


def _source_lines(response: Response) -> str:
    """The address of each quoted article that has one, on a line each, with the article if several are quoted."""
    quoted = quoted_articles(response)
    urls = [
        (f"Source of {title_of(article)}" if len(quoted) > 1 else "Source", source_url(article)) for article in quoted
    ]
    return "\n".join(f"{label}: {url}" for label, url in urls if url)


def as_block(response: Response, n: int) -> str:
    """Write the n-th quote of a reply, counted from 0, with its paragraph number and voice, under its claim if any."""
    quote = response.reply.quotes[n]
    several = _names_each(response)
    article = response.articles[quote.article]
    voice = label(quote, article) or (_capital(speaker(article)) if several else "")
    source = f"¶{quote.paragraph}" + (f" ({voice})" if voice else "")
    source += f", {title_of(article)}" if several else ""
    claim = claim_of(response.reply, n)
    return f"{claim}\n\n" * bool(claim) + f"> {_quoted(' '.join(quote.text.split()))} — {source}"


def _names_each(response: Response) -> bool:
    """Whether each quote names its article. Claims always do: they are streamed before the later quotes are known."""
    reply = response.reply
    streaming = isinstance(reply, Answer) and bool(reply.claims)
    return len(response.articles if streaming else {quote.article for quote in reply.quotes}) > 1


def claim_of(reply: Reply, n: int) -> str:
    """Return the chat model's claim above the n-th quote, counted from 0; "" if there is none."""
    return reply.claims[n] if isinstance(reply, Answer) and n < len(reply.claims) else ""


def title_of(article: ArticleInfo) -> str:
    """Return the title of an article in quotation marks, else its file name."""
    return f"“{article.title}”" if article.title else name_of(article)


def _quoted(text: str) -> str:
    """Put a text in straight quotation marks, or in curly ones if it contains straight ones."""
    return f"“{text}”" if '"' in text else f'"{text}"'


def _source(voice: str) -> str:
    name = voice.removeprefix("reported:")
    if name == "unnamed":
        return ""
    # A source without a proper name, such as "ministry", needs the article.
    return f" the {name}" if name[0].islower() and not name.startswith("the ") else f" {name}"


def _plural(noun: str, names: Sequence[str]) -> str:
    return f"{noun}s" if len(names) > 1 else noun


def _verb(verb: str, names: Sequence[str]) -> str:
    """Add the -s of the third person for a single author."""
    return verb if len(names) > 1 else f"{verb}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
