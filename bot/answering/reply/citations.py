"""Make and verify quotes: each is verbatim, lies in its paragraph, and joins no head line to the body."""

from index.articles.article import Article

from bot.answering.types import Quote
from bot.answering.voice.voice import voice_of

_MARKS = "\"“”„«»‹›'‘’ "


class UnverifiedQuote(Exception):
    """A quote does not match the article; it must not be shown."""


def quote(article: Article, start: int, end: int, voice: str | None = None) -> Quote:
    """Quote the text between two offsets, verified.

    Args:
        article: the article.
        start: the offset of the first character.
        end: the offset after the last character.
        voice: the voice; None determines it from the text.

    Raises:
        UnverifiedQuote: see `verify`.
    """
    try:
        paragraph = article.paragraph_at(start).number
    except ValueError:
        raise UnverifiedQuote(f"{article.id} has no paragraph at offset {start}") from None
    result = Quote(article.id, paragraph, article.text[start:end], voice or voice_of(article, start, end), start, end)
    verify(article, result)
    return result


def balanced(text: str, start: int) -> tuple[int, int]:
    """Return the span of a text that begins at offset `start`, without an unpaired quotation mark at either end."""
    end = start + len(text)
    if text.count('"') % 2:
        if text.endswith('"'):
            return start, end - 1
        return start + text.startswith('"'), end
    if text.endswith("”") and "“" not in text:
        return start, end - 1
    return start + (text.startswith("“") and "”" not in text), end


def share_words(one: str, other: str) -> bool:
    """Whether one of two texts contains the other, but for white space and quotation marks at its ends.

    A quote lacks the quotation marks that have no partner in it.
    """
    one, other = (" ".join(text.split()).strip(_MARKS) for text in (one, other))
    return one in other or other in one


def verify(article: Article, quote: Quote) -> None:
    """Check that the article contains a quote, in its paragraph and outside the head lines.

    Quotes of head lines and of the author note have the voice `byline`, and no other quotes have it.

    Raises:
        UnverifiedQuote: the quote fails one of these checks.
    """
    paragraph = next((p for p in article.paragraphs if p.number == quote.paragraph), None)
    if quote.article != article.id or paragraph is None:
        raise UnverifiedQuote(f"{quote.article} ¶{quote.paragraph} does not exist")
    if not quote.text.strip() or article.text[quote.start : quote.end] != quote.text:
        raise UnverifiedQuote(f"¶{quote.paragraph} of {article.id} does not contain the quoted words")
    if not (paragraph.start <= quote.start and quote.end <= paragraph.end):
        raise UnverifiedQuote(f"the quote extends beyond ¶{quote.paragraph} of {article.id}")
    in_head = quote.start < paragraph.body_start
    if in_head and not _is_head(article, quote.start, quote.end, paragraph.body_start):
        raise UnverifiedQuote(f"the quote joins a head line to ¶{quote.paragraph} of {article.id}")
    if (in_head or article.is_note(quote.start)) != (quote.voice == "byline"):
        raise UnverifiedQuote(f"in {article.id}, a byline has another voice, or another quote the voice byline")


def _is_head(article: Article, start: int, end: int, body: int) -> bool:
    """Whether a span is (part of) one head line, or several whole head lines in a row."""
    if any(line.start <= start and end <= line.end for line in article.head):
        return True
    return (
        end <= body
        and any(line.start == start for line in article.head)
        and any(line.end == end for line in article.head)
    )
