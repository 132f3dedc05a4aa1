"""Paragraphs of articles as embeds: whole ones, and those around quotes. Sentences are never cut in two if they fit."""

from collections.abc import Iterator, Mapping, Sequence

import discord

from index.articles.article import Article, Paragraph
from index.errors import UsageError
from index.formatting import count, printable
from index.text.sentences import sentence_spans

from bot.answering.reply.citations import share_words
from bot.discord.rendering.button_ids import find_by_key, parse_positions
from bot.discord.rendering.embeds import NEUTRAL_COLOUR, drop_overlong_fields, title_of
from bot.discord.rendering.markup import (
    EMBED_DESCRIPTION,
    EMBED_TITLE,
    EMBED_TOTAL,
    FIELD_VALUE,
    escape,
    join_blocks,
    shorten,
    size,
    unescape,
)

MAX_PAGES = 5
NO_TEXT = "There is no text here, only a picture, a comment or the like."
_MAX_EMBEDS = 10
# About as much of a long paragraph is shown around a quote, in UTF-16 code units.
_CONTEXT_SIZE = 900
# The most characters of a paragraph that are split into sentences: what MAX_PAGES can hold, and a little more.
_MAX_CHARS = (MAX_PAGES + 1) * EMBED_DESCRIPTION


def render_context(positions: str, quotes: Sequence[str], articles: Mapping[str, Article]) -> list[discord.Embed]:
    """Show the paragraphs around quotes, with the quoted sentences in bold; as many as fit one message.

    Args:
        positions: articles and paragraphs, as in the id of the button. A quote that has moved since is looked for
            in its article.
        quotes: the quoted texts.
        articles: the articles of the current generation, by id.
    """
    embeds: list[discord.Embed] = []
    quoted = list(dict.fromkeys(" ".join(text.split()) for text in quotes))
    used = 0
    for key, numbers in parse_positions(positions):
        article = articles.get(find_by_key(key, articles) or "")
        if article is None:
            continue
        for number in _current_numbers(article, numbers, quoted):
            text = _excerpt(article, article.paragraphs[number - 1], quoted)
            title = shorten(f"¶{number} · {title_of(article)}", EMBED_TITLE)
            used += size(text) + size(title)
            if used > EMBED_TOTAL or len(embeds) == _MAX_EMBEDS:
                return embeds
            embeds.append(discord.Embed(title=title, description=text, colour=NEUTRAL_COLOUR))
    return embeds


def render_paragraph(article: Article, number: int) -> list[discord.Embed]:
    """Show a whole paragraph in as many embeds as it takes, each for a message of its own.

    If one embed is enough, the neighbouring paragraphs follow as fields, as far as whole sentences fit.

    Raises:
        UsageError: there is no such paragraph.
    """
    paragraph = _paragraph(article, number)
    if paragraph is None:
        raise UsageError(
            f"{printable(article.id)} has paragraphs 1 to {len(article.paragraphs)}.", "Choose one of them."
        )
    title = shorten(f"¶{number} · {title_of(article)}", EMBED_TITLE)
    pages = _pages(_sentences(article, paragraph) or [NO_TEXT])
    unread = paragraph.end - paragraph.body_start - _MAX_CHARS
    if len(pages) > MAX_PAGES or unread > 0:
        left = max(unread, 0) + sum(map(len, pages[MAX_PAGES:]))
        pages = [*pages[:MAX_PAGES], f"¶{number} goes on for about {count(left, 'more character')}."]
    embeds = [
        discord.Embed(title=None if n else title, description=page, colour=NEUTRAL_COLOUR)
        for n, page in enumerate(pages)
    ]
    if len(embeds) == 1:
        for near in (number - 1, number + 1):
            neighbour = _paragraph(article, near)
            if neighbour is not None:
                value = join_blocks(_sentences(article, neighbour), FIELD_VALUE, " ")
                value = value or (
                    f"Too long to show here; /passage {near} shows it." if neighbour.start < neighbour.end else NO_TEXT
                )
                embeds[0].add_field(name=f"¶{near}", value=value, inline=False)
    return [drop_overlong_fields(embed) for embed in embeds]


def _paragraph(article: Article, number: int) -> Paragraph | None:
    return article.paragraphs[number - 1] if 0 < number <= len(article.paragraphs) else None


def _current_numbers(article: Article, numbers: Sequence[int], quoted: Sequence[str]) -> list[int]:
    """The numbers of the paragraphs that hold the quotes: those given, or others if the article was edited since."""
    texts = {p.number: " ".join(article.text[p.start : p.end].split()) for p in article.paragraphs}
    unchanged = [n for n in numbers if n in texts and any(quote in texts[n] for quote in quoted)]
    if len(unchanged) == len(numbers):
        return unchanged
    return [n for n, text in texts.items() if any(quote in text for quote in quoted)]


def _sentences(article: Article, paragraph: Paragraph, skip: int = 0) -> list[str]:
    """The sentences of a paragraph, escaped, as far as they can be shown.

    Lines of the article's head in it come first, unless some characters of the body are skipped; furniture last.
    """
    lines = [line for line in article.head if paragraph.start <= line.start < paragraph.end]
    head, tail = (
        [article.text[line.start : line.end] for line in lines if (line.start >= paragraph.body_start) == below]
        for below in (False, True)
    )
    return [escape(text) for text in (*(() if skip else head), *_body_sentences(article, paragraph, skip), *tail)]


def _body_sentences(article: Article, paragraph: Paragraph, skip: int) -> Iterator[str]:
    """The sentences of a paragraph's body; the first one of each point of a list has its mark."""
    first = paragraph.body_start + skip
    at = max([paragraph.start, *(line.end for line in article.head if line.end <= first)]) if paragraph.items else first
    at = first if skip or article.text.startswith("#", at) else at
    for part_start, part_end in paragraph.parts:
        start, end = max(part_start, first), min(part_end, first + _MAX_CHARS)
        mark = article.text[at:start].strip() if at < start else ""
        for sentence_start, sentence_end in sentence_spans(article.text[start:end]):
            yield f"{mark} {article.text[start + sentence_start : start + sentence_end]}".lstrip()
            mark = ""
        at = max(part_end, at)


def _excerpt(article: Article, paragraph: Paragraph, quoted: Sequence[str]) -> str:
    """A paragraph with its quoted sentences in bold; a long one from the sentence before the first quote on."""
    body = article.text[paragraph.body_start : paragraph.end]
    # A paragraph may be as long as a book; its sentences far before the first quote are not looked for.
    offsets = [body.find(quote[:40]) for quote in quoted]
    skip = max(0, min((offset for offset in offsets if offset >= 0), default=0) - 2 * _CONTEXT_SIZE)
    sentences = _sentences(article, paragraph, skip)
    is_quoted = [any(share_words(unescape(text), quote) for quote in quoted) for text in sentences]
    first = is_quoted.index(True) if True in is_quoted else 0
    start = 0 if sum(map(size, sentences)) <= _CONTEXT_SIZE else max(0, first - 1)
    parts = [f"**{text}**" if bold else text for text, bold in zip(sentences[start:], is_quoted[start:], strict=True)]
    kept: list[str] = []
    for part in parts:
        too_long = sum(map(size, kept)) + size(part) > _CONTEXT_SIZE
        if kept and too_long and any(text.startswith("**") for text in kept):
            break
        kept.append(part)
    text = join_blocks(kept, EMBED_DESCRIPTION - 4, " ")
    return f"{'… ' if skip or start else ''}{text}{' …' if len(kept) < len(parts) else ''}"


def _pages(sentences: Sequence[str]) -> list[str]:
    """Sentences joined to texts that fit an embed; a sentence that does not fit is broken between words."""
    pages = [""]
    for sentence in sentences:
        for piece in _pieces(sentence):
            longer = f"{pages[-1]} {piece}".strip()
            if size(longer) > EMBED_DESCRIPTION:
                pages.append(piece)
            else:
                pages[-1] = longer
    return pages


def _pieces(sentence: str) -> list[str]:
    if size(sentence) <= EMBED_DESCRIPTION:
        return [sentence]
    pieces, step = [""], EMBED_DESCRIPTION // 4
    for word in unescape(sentence).split():
        for part in (word[i : i + step] for i in range(0, len(word), step)):
            longer = f"{pieces[-1]} {escape(part)}".strip()
            if size(longer) > EMBED_DESCRIPTION:
                pieces.append(escape(part))
            else:
                pieces[-1] = longer
    return pieces
