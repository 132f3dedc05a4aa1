"""Quote an article by place: its beginning, its ending, a paragraph by its number."""

from collections.abc import Iterator, Sequence

from index.articles.article import Article, Paragraph
from index.formatting import count
from index.text.passages import find_sentences

from bot.answering.reply.citations import UnverifiedQuote, quote
from bot.answering.types import Quote
from bot.answering.voice.voice import BYLINE

# A beginning or an ending has so many words and sentences at least.
EDGE_WORDS, EDGE_SENTENCES = 30, 2
# The most paragraphs and sentences that are quoted by number.
MAX_PARAGRAPHS, MAX_SENTENCES = 5, 12
_NOT_BODY = {
    "head": "is the head of the article",
    "note": "is a note",
    "correction": "is a correction",
    "salutation": "is a salutation",
    "signature": "is a signature",
    "caption": "is a caption",
    "comment": "is a reader's comment",
    "furniture": "is part of the page, not of the article",
}


def quote_beginning(article: Article, sentences: int | None = None) -> list[Quote]:
    """Quote the first sentences of the body: so many, or as many as make a beginning."""
    return _edge(article, list(body_sentences(article)), sentences)


def quote_ending(article: Article, sentences: int | None = None) -> list[Quote]:
    """Quote the last sentences of the body: so many, or as many as make an ending."""
    return _edge(article, list(body_sentences(article))[::-1], sentences)


def quote_paragraphs(article: Article, numbers: Sequence[int]) -> tuple[str, list[Quote]]:
    """Quote paragraphs by their numbers, sentence by sentence, so that each shows whose words it is.

    Returns:
        A lead, and the quotes; none if the article has no such paragraph, or only the page around it has.
    """
    last = len(article.paragraphs)
    chosen = [article.paragraphs[n - 1] for n in dict.fromkeys(numbers) if 1 <= n <= last][:MAX_PARAGRAPHS]
    if not chosen:
        return f"The article has {count(last, 'paragraph')}, numbered from 1.", []
    quotes: list[Quote] = []
    cut = False
    for paragraph in chosen:
        spans = list(_sentences(article, paragraph))
        room = MAX_SENTENCES - len(quotes)
        cut |= len(spans) > room
        quotes += [quote(article, *span) for span in spans[:room]] if spans else _head_quotes(article, paragraph)
    what = f"¶{chosen[0].number}" + (f" to ¶{chosen[-1].number}" if len(chosen) > 1 else "")
    if len(chosen) == 1 and (other := _NOT_BODY.get(chosen[0].kind)):
        return f"{what} {other}{':' if quotes else '.'}", quotes
    return f"{what}{', the beginning' if cut else ''}:", quotes


def _edge(article: Article, spans: Sequence[tuple[int, int]], sentences: int | None) -> list[Quote]:
    chosen: list[tuple[int, int]] = []
    for span in spans[: sentences or len(spans)]:
        chosen.append(span)
        words = sum(len(article.text[start:end].split()) for start, end in chosen)
        if sentences is None and len(chosen) >= EDGE_SENTENCES and words >= EDGE_WORDS:
            break
    return [quote(article, *span) for span in sorted(chosen)]


def body_sentences(article: Article) -> Iterator[tuple[int, int]]:
    """Yield the sentences of the argument, without notes, as offsets."""
    for paragraph in article.paragraphs:
        yield from (span for span in _sentences(article, paragraph) if article.is_argument(span[0]))


def _sentences(article: Article, paragraph: Paragraph) -> Iterator[tuple[int, int]]:
    from index.text.sentences import sentence_spans

    for sentence in find_sentences(article, paragraph, sentence_spans):
        yield sentence.start, sentence.end


def _head_quotes(article: Article, paragraph: Paragraph) -> list[Quote]:
    """Quote a paragraph outside the body; nothing if it cannot be quoted."""
    try:
        return [quote(article, paragraph.start, paragraph.end, BYLINE)]
    except UnverifiedQuote:
        return []
