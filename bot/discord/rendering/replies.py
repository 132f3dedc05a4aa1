"""Replies, articles and paragraphs as embeds that fit Discord's limits. Pure.

Nothing is cut inside a sentence: a quote that does not fit is named by its paragraph instead.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby, islice

import discord

from index.articles.article import Article, Paragraph
from index.formatting import count, printable
from index.text.sentences import sentence_spans

from bot.answering.reply import wording
from bot.answering.types import EXTRACTIVE, Quote, Reply, Response
from bot.discord.rendering.markup import (
    CONTENT,
    EMBED_AUTHOR,
    EMBED_DESCRIPTION,
    EMBED_FOOTER,
    EMBED_TITLE,
    EMBED_TOTAL,
    FIELD_VALUE,
    escape,
    shorten,
    size,
    unescape,
)

ANSWERS, CLOSEST, NOT_ADDRESSED, PLAIN = 0x2E7D32, 0xF9A825, 0x78909C, 0x37474F
_COLOURS = {"answers": ANSWERS, "closest": CLOSEST, "not_addressed": NOT_ADDRESSED}
# How the id of the button for further evidence begins; the key of the article that was asked follows, or "-".
MORE = "byline:more:"
ASK_INSTEAD = "You could ask"
_QUOTE = re.compile(r"^> “(?P<text>.*)” — ¶(?P<paragraph>\d+)")
_BOLD = re.compile(r"^\*\*(?P<question>.+)\*\*$")
_AROUND = 900
_LISTED = 200
MAX_PAGES = 5
# As much of a paragraph as MAX_PAGES can hold, and a little more.
_READ = (MAX_PAGES + 1) * EMBED_DESCRIPTION


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer read back from a message: the question, the whole text, the quotes in it.

    scope: the `key` of the article that was asked, None where all were.
    """

    question: str
    text: str
    quotes: tuple[str, ...]
    scope: str | None = None


def answer(response: Response) -> discord.Embed:
    """A reply as an embed: the question as title, the lead, the quotes, the suggested questions."""
    reply, articles = response.reply, response.articles
    embed = discord.Embed(title=shorten(reply.question, EMBED_TITLE), colour=_COLOURS[reply.degree])
    sources = list(dict.fromkeys(quote.article for quote in reply.quotes))
    if not sources and len(articles) == 1:
        sources = list(articles)
    embed.description = _fitted(_blocks(response), EMBED_DESCRIPTION)
    if len(sources) == 1:
        embed.set_author(name=shorten(_name(articles[sources[0]]), EMBED_AUTHOR, escaped=False))
    lines = [
        f"• {escape(question)}"
        for question in response.suggestions
        if question.strip() and size(question) < _AROUND // 3
    ]
    if lines:
        embed.add_field(name=ASK_INSTEAD, value=_fitted(lines, FIELD_VALUE, "\n"), inline=False)
    embed.set_footer(text=shorten(_footer(reply, [articles[s] for s in sources]), EMBED_FOOTER, escaped=False))
    return _within(embed)


def draft(response: Response) -> discord.Embed:
    """A reply that is still being written; without a footer, it is not read back as an answer."""
    return answer(response).remove_footer()


def as_content(response: Response) -> str:
    """The same as a message without an embed, for a channel in which the bot may not embed links."""
    blocks = [f"**{shorten(response.reply.question, EMBED_TITLE)}**", *_blocks(response)]
    if response.suggestions:
        blocks.append(f"{ASK_INSTEAD}: {' '.join(escape(question) for question in response.suggestions)}")
    return _fitted(blocks, CONTENT)


def read_back(message: discord.Message) -> ShownAnswer | None:
    """The answer that a message of the bot's own shows, or None where it shows none."""
    if message.embeds:
        embed = message.embeds[0]
        question, text = embed.title, embed.description
        if not embed.footer.text:  # notices, lists and paragraphs bear none
            return None
    else:
        first, _, text = message.content.partition("\n")
        match = _BOLD.match(first)
        question = match["question"] if match else None
    if not question or not text:
        return None
    quotes = [unescape(match["text"]) for match in map(_QUOTE.match, text.splitlines()) if match]
    return ShownAnswer(unescape(question), unescape(text).strip(), tuple(quotes), _scope(message))


def _scope(message: discord.Message) -> str | None:
    for row in message.components:
        for part in row.children if isinstance(row, discord.ActionRow) else ():
            name = getattr(part, "custom_id", None) or ""
            if name.startswith(MORE) and name != f"{MORE}-":
                return name.removeprefix(MORE)
    return None


def key(article: str) -> str:
    """A short name for an article's id, for the buttons of a message."""
    return sha256(article.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def places(quotes: Iterable[Quote]) -> str:
    """Where quotes stand, short enough for a button: "KEY.6.7;KEY.2"."""
    found = dict.fromkeys((quote.article, quote.paragraph) for quote in quotes)
    groups = groupby(sorted(found, key=lambda place: place[0]), key=lambda place: place[0])
    return ";".join(".".join([key(article), *(str(number) for _, number in group)]) for article, group in groups)


def context(wanted: str, shown: Sequence[str], articles: Mapping[str, Article]) -> list[discord.Embed]:
    """The paragraphs around quotes, the quoted words in bold; as many as fit one message.

    wanted: their `places` when they were shown. A quote that stands elsewhere since is looked for in its article.
    """
    embeds: list[discord.Embed] = []
    by_key = {key(article): article for article in articles}
    quoted = list(dict.fromkeys(" ".join(text.split()) for text in shown))
    used = 0
    for group in wanted.split(";"):
        name, *numbers = group.split(".")
        article = articles.get(by_key.get(name, ""))
        for number in _standing(article, numbers, quoted) if article else ():
            paragraph = _paragraph(article, number) if article else None
            if article is None or paragraph is None:
                continue
            text = _around(article, paragraph, quoted)
            title = shorten(f"¶{paragraph.number} · {_name(article)}", EMBED_TITLE)
            if used + size(text) + size(title) > EMBED_TOTAL or len(embeds) == 10:
                return embeds
            used += size(text) + size(title)
            embeds.append(discord.Embed(title=title, description=text, colour=PLAIN))
    return embeds


def _standing(article: Article, numbers: Sequence[str], quoted: Sequence[str]) -> list[int]:
    """The numbers of the paragraphs that hold the quotes today: those named, or others where the article was edited."""
    texts = {p.number: " ".join(article.text[p.start : p.end].split()) for p in article.paragraphs}
    named = [int(number) for number in numbers if number.isdecimal()]
    held = [n for n in named if any(quote in texts.get(n, "") for quote in quoted)]
    if len(held) == len(named):
        return held
    return [n for n, text in texts.items() if any(quote in text for quote in quoted)]


def passage(article: Article, number: int) -> list[discord.Embed]:
    """A paragraph whole, in as many embeds as it takes, and after it its neighbours as far as whole sentences fit.

    Each embed is a message of its own. Raises LookupError where there is no such paragraph.
    """
    paragraph = _paragraph(article, number)
    if paragraph is None:
        raise LookupError(f"{article.id} has paragraphs 1 to {len(article.paragraphs)}")
    title = shorten(f"¶{number} · {_name(article)}", EMBED_TITLE)
    pages = _pages(_sentences(article, paragraph))
    left = paragraph.end - paragraph.body_start - _READ
    if len(pages) > MAX_PAGES or left > 0:
        rest = max(left, 0) + sum(map(len, pages[MAX_PAGES:]))
        pages = [*pages[:MAX_PAGES], f"¶{number} goes on for about {count(rest, 'more character')}."]
    embeds = [discord.Embed(title=title if not n else None, description=p, colour=PLAIN) for n, p in enumerate(pages)]
    if len(embeds) == 1:
        for near in (number - 1, number + 1):
            neighbour = _paragraph(article, near)
            if neighbour is not None:
                value = _fitted(_sentences(article, neighbour), FIELD_VALUE, " ") or "/passage shows it."
                embeds[0].add_field(name=f"¶{near}", value=value, inline=False)
    return [_within(embed) for embed in embeds]


def catalogue(articles: Mapping[str, Article]) -> discord.Embed:
    """What is indexed: everything about a single article, a line each for several."""
    if len(articles) == 1:
        return details(next(iter(articles.values())))
    lines = [f"• {escape(wording.describe(article))}" for article in islice(articles.values(), _LISTED)]
    title = count(len(articles), "article")
    rest = f"…and more, {len(articles):,} in all. /article article: finds each by its name."
    text = _fitted([*lines, *[""] * (len(articles) > _LISTED)], EMBED_DESCRIPTION, "\n", rest=rest)
    return discord.Embed(title=title, description=text, colour=PLAIN)


def details(article: Article) -> discord.Embed:
    """One article: title, author, date, length, source, note."""
    embed = discord.Embed(title=shorten(article.title or printable(article.id), EMBED_TITLE), colour=PLAIN)
    size_ = f"{count(article.word_count, 'word')}, {count(len(article.paragraphs), 'paragraph')}"
    facts = {
        "Author": " and ".join(article.authors),
        "Date": _date(article.published),
        "Length": size_,
        "Source": article.source or "",
        "About the author": article.note or "",
        "File": printable(article.id),
    }
    for name, value in facts.items():
        if value:
            embed.add_field(name=name, value=shorten(value, FIELD_VALUE), inline=False)
    return _within(embed)


def notice(text: str) -> discord.Embed:
    """A few plain words."""
    return discord.Embed(description=shorten(text, EMBED_DESCRIPTION), colour=PLAIN)


def _blocks(response: Response) -> list[str]:
    reply, articles = response.reply, response.articles
    several = len({quote.article for quote in reply.quotes}) > 1
    blocks = [shorten(reply.lead, _AROUND)] if reply.lead else []
    for n, quote in enumerate(reply.quotes):
        article = articles[quote.article]
        said = wording.label(quote, article)
        where = f"¶{quote.paragraph}" + (f" *({escape(said)})*" if said else "")
        where += f", {escape(_name(article))}" if several else ""
        line = f"> “{escape(quote.text)}” — {where}"
        if size(line) > EMBED_DESCRIPTION // 2:
            line = f"> ¶{quote.paragraph} answers in one sentence of {len(quote.text):,} characters: /passage"
        claim = wording.claim_of(reply, n)
        # Together, so that neither is cut off without the other.
        blocks.append(f"{shorten(claim, _AROUND)}\n{line}" if claim else line)
    return blocks


def _fitted(blocks: Sequence[str], limit: int, gap: str = "\n\n", rest: str = "") -> str:
    """As many whole blocks as fit, in order; what is said of the rest counts too."""
    text = ""
    for done, block in enumerate(blocks):
        more = rest.format(n=len(blocks) - done - 1)
        longer = f"{text}{gap}{block}" if text else block
        if size(longer) + (size(gap) + size(more) if done + 1 < len(blocks) and rest else 0) > limit:
            return f"{text}{gap}{rest.format(n=len(blocks) - done)}" if rest else text
        text = longer
    return text


def _within(embed: discord.Embed) -> discord.Embed:
    """The embed without its last fields where all of it together is too long."""
    while embed.fields and _total(embed) > EMBED_TOTAL:
        embed.remove_field(len(embed.fields) - 1)
    return embed


def _total(embed: discord.Embed) -> int:
    texts = [embed.title, embed.description, embed.footer.text, embed.author.name]
    texts += [text for field in embed.fields for text in (field.name, field.value)]
    return sum(size(text) for text in texts if text)


def _footer(reply: Reply, sources: Sequence[Article]) -> str:
    reader = "no chat model" if reply.reader == EXTRACTIVE else reply.reader
    reader += f": {reply.note}" if reply.note else ""
    if len(sources) != 1:
        return reader
    author = " and ".join(sources[0].authors)
    return " · ".join(part for part in (author, _date(sources[0].published), reader) if part)


def _date(published: str | None) -> str:
    """ "2019-03-26" → "26 March 2019"; anything else as it is."""
    try:
        day = date.fromisoformat(published or "")
    except ValueError:
        return published or ""
    return f"{day.day} {day:%B %Y}"


def _name(article: Article) -> str:
    return article.title or printable(article.id)


def _paragraph(article: Article, number: int) -> Paragraph | None:
    return article.paragraphs[number - 1] if 0 < number <= len(article.paragraphs) else None


def _sentences(article: Article, paragraph: Paragraph, skip: int = 0) -> list[str]:
    """The sentences of a paragraph, escaped, as far as can be shown; its head lines come first unless some are skipped.

    skip: how many characters of the body to leave out.
    """
    head = [
        article.text[line.start : line.end] for line in article.head if paragraph.start <= line.start < paragraph.end
    ]
    body = article.text[paragraph.body_start + skip : paragraph.end][:_READ]
    spans = sentence_spans(body)
    return [escape(text) for text in (*(() if skip else head), *(body[start:end] for start, end in spans))]


def _around(article: Article, paragraph: Paragraph, quoted: Sequence[str]) -> str:
    """A paragraph with its quoted sentences in bold; a long one from the sentence before the first quote on."""
    body = article.text[paragraph.body_start : paragraph.end]
    # A paragraph may be a book: what is far before the first quote is not looked at.
    found = [body.find(quote[:40]) for quote in quoted]
    skip = max(0, min((place for place in found if place >= 0), default=0) - 2 * _AROUND)
    marked = [
        (any(_holds(unescape(text), quote) for quote in quoted), text) for text in _sentences(article, paragraph, skip)
    ]
    first = next((n for n, (is_quoted, _) in enumerate(marked) if is_quoted), 0)
    whole = sum(size(text) for _, text in marked) <= _AROUND
    parts = [f"**{text}**" if is_quoted else text for is_quoted, text in marked[0 if whole else max(0, first - 1) :]]
    kept: list[str] = []
    for part in parts:
        if kept and sum(map(size, kept)) + size(part) > _AROUND and any(k.startswith("**") for k in kept):
            break
        kept.append(part)
    text = _fitted(kept, EMBED_DESCRIPTION - 4, " ")
    before = "… " if skip or (not whole and first > 1) else ""
    return f"{before}{text}{' …' if len(kept) < len(parts) else ''}"


def _holds(sentence: str, quote: str) -> bool:
    return quote in sentence or sentence in quote


def _pages(sentences: Sequence[str]) -> list[str]:
    """Sentences joined to texts that fit an embed; a sentence that does not is broken between words."""
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
    pieces, text = [""], unescape(sentence)
    for word in text.split():
        for part in (word[i : i + EMBED_DESCRIPTION // 4] for i in range(0, len(word), EMBED_DESCRIPTION // 4)):
            longer = f"{pieces[-1]} {escape(part)}".strip()
            if size(longer) > EMBED_DESCRIPTION:
                pieces.append(escape(part))
            else:
                pieces[-1] = longer
    return pieces
