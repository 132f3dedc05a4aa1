"""Verification: no quote leaves unless it is verbatim, in the paragraph it names, and free of head lines."""

from index.articles.article import Article

from bot.answering.types import Quote
from bot.answering.voice.voice import voice_of


class UnverifiedQuote(Exception):
    """A quote that is not what it says; it must not be shown."""


def quote(article: Article, start: int, end: int, voice: str | None = None) -> Quote:
    """The quote between two offsets; its voice is read from the text unless given.

    Raises UnverifiedQuote, as `verify` does.
    """
    try:
        paragraph = article.paragraph_at(start).number
    except ValueError:
        raise UnverifiedQuote(f"nothing stands at offset {start} of {article.id}") from None
    found = Quote(article.id, paragraph, article.text[start:end], voice or voice_of(article, start, end), start, end)
    verify(article, found)
    return found


def balanced(text: str, start: int) -> tuple[int, int]:
    """The offsets of a text that begins at `start`, without a quotation mark at its edge that has no partner in it."""
    end = start + len(text)
    if text.count('"') % 2:
        if text.endswith('"'):
            return start, end - 1
        return start + text.startswith('"'), end
    if text.endswith("”") and "“" not in text:
        return start, end - 1
    return start + (text.startswith("“") and "”" not in text), end


def verify(article: Article, quote: Quote) -> None:
    """Raise UnverifiedQuote unless the article holds the quote, in its paragraph, outside the head lines.

    Only a quote with the voice `byline` may be a head line or the author note, and then nothing else.
    """
    paragraph = next((p for p in article.paragraphs if p.number == quote.paragraph), None)
    if quote.article != article.id or paragraph is None:
        raise UnverifiedQuote(f"{quote.article} ¶{quote.paragraph} does not exist")
    if not quote.text.strip() or article.text[quote.start : quote.end] != quote.text:
        raise UnverifiedQuote(f"¶{quote.paragraph} of {article.id} does not hold the quoted words")
    if not (paragraph.start <= quote.start and quote.end <= paragraph.end):
        raise UnverifiedQuote(f"the quote leaves ¶{quote.paragraph} of {article.id}")
    in_head = quote.start < paragraph.body_start
    if in_head and not _is_head(article, quote.start, quote.end, paragraph.body_start):
        raise UnverifiedQuote(f"the quote glues a head line to ¶{quote.paragraph} of {article.id}")
    in_note = article.note_span is not None and quote.start >= article.note_span[0]
    if (in_head or in_note) != (quote.voice == "byline"):
        raise UnverifiedQuote(f"a byline of {article.id} is told as somebody's claim, or a claim as a byline")


def _is_head(article: Article, start: int, end: int, body: int) -> bool:
    """Whether a span is a head line, part of one, or several in a row, the first and the last of them whole."""
    if any(line.start <= start and end <= line.end for line in article.head):
        return True
    return (
        end <= body
        and any(line.start == start for line in article.head)
        and any(line.end == end for line in article.head)
    )
