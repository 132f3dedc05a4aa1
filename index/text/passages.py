"""Split an article into passages, the unit of retrieval (the chunk).

A passage consists of whole sentences of one paragraph, or of adjacent short paragraphs.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

from index.articles.article import Article, Paragraph

SPLITTER_VERSION = 4
"""The version of the passage splitter.

Raise it with every change of offsets, of the lines that count as head, or of the context header. An index
built by another version is rejected, and a rebuild does not reuse its vectors.
"""

MAX_WORDS = 130
"""Limit of a passage: about 190 tokens of English; all-MiniLM-L6-v2 reads 256."""

SHORT_WORDS = 25
"""Paragraphs with fewer words are joined with an adjacent one."""

MAX_SENTENCE_CHARS = 2_000
"""Longer sentences are split between words."""

# As many words as fit, or the start of a word that is too long itself.
_SENTENCE_PIECE = re.compile(rf"\S(?:.{{0,{MAX_SENTENCE_CHARS - 2}}}\S)?(?!\S)|\S{{{MAX_SENTENCE_CHARS}}}", re.DOTALL)

SentenceSplitter = Callable[[str], list[tuple[int, int]]]
"""Maps the text of one paragraph to start and end offset of each sentence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence.

    Attributes:
        start: Start offset in the article's text.
        end: End offset in the article's text.
        paragraph: Number of its paragraph, from 1.
        text: The article's text from `start` to `end`.
    """

    start: int
    end: int
    paragraph: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage.

    Attributes:
        id: Hash of article id, start offset and text.
        article: Id of the article.
        start: Start offset in the article's text.
        end: End offset in the article's text.
        text: The article's text from `start` to `end`.
        sentences: Its sentences in order.
    """

    id: str
    article: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]


def split(article: Article, splitter: SentenceSplitter) -> tuple[Passage, ...]:
    """Split an article into passages, in reading order. Head lines are in none of them."""
    passages: list[Passage] = []
    pending: list[Sentence] = []
    for paragraph in article.paragraphs:
        for sentences in _split_at_note(article, list(find_sentences(article, paragraph, splitter))):
            if pending and not _belongs(article, pending, sentences):
                passages.append(_make_passage(article, pending))
                pending = []
            pending += sentences
            while sum(map(_size, pending)) > MAX_WORDS and len(pending) > 1:
                count = _first_share(pending)
                passages.append(_make_passage(article, pending[:count]))
                pending = pending[count:]
    if pending:
        passages.append(_make_passage(article, pending))
    return tuple(passages)


def find_sentences(article: Article, paragraph: Paragraph, splitter: SentenceSplitter) -> Iterator[Sentence]:
    """Yield the sentences of a paragraph's body. Each point of a list and each row of a table is at least one."""
    for part_start, part_end in paragraph.parts:
        for sentence_start, sentence_end in splitter(article.text[part_start:part_end]):
            for start, end in _split_overlong(article.text, part_start + sentence_start, part_start + sentence_end):
                yield Sentence(start, end, paragraph.number, article.text[start:end])


def _split_overlong(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence's offsets; split it between words, or else anywhere, if it exceeds `MAX_SENTENCE_CHARS`."""
    if end - start <= MAX_SENTENCE_CHARS:
        yield start, end
    else:
        yield from (piece.span() for piece in _SENTENCE_PIECE.finditer(text, start, end))


def _size(sentence: Sentence) -> int:
    """Return the number of words. Text without spaces counts too: about one token for every six characters."""
    return max(len(sentence.text.split()), len(sentence.text) // 12)


def _belongs(article: Article, pending: list[Sentence], sentences: list[Sentence]) -> bool:
    """Whether sentences join a passage. In an interview, each question opens one, and its answer belongs to it."""
    if not sentences:
        return True
    if _asks(article, pending[-1]) != _asks(article, sentences[0]):
        return _asks(article, pending[-1])
    return not _crosses_note(article, pending, sentences) and _can_join(pending, sentences)


def _asks(article: Article, sentence: Sentence) -> bool:
    turn = article.turn_at(sentence.start)
    return turn is not None and turn.asks


def _can_join(pending: list[Sentence], sentences: list[Sentence]) -> bool:
    before, after = sum(map(_size, pending)), sum(map(_size, sentences))
    return min(before, after) < SHORT_WORDS and before + after <= MAX_WORDS


def _split_at_note(article: Article, sentences: list[Sentence]) -> list[list[Sentence]]:
    """Split the sentences of a paragraph where the author note starts."""
    start = article.note_span[0] if article.note_span else 0
    before = [sentence for sentence in sentences if sentence.start < start]
    note = sentences[len(before) :]
    return [before, note] if before and note else [sentences]


def _crosses_note(article: Article, pending: list[Sentence], sentences: list[Sentence]) -> bool:
    """Whether the pending sentences and the next ones are not all argument, or all of a note, or all of footnotes."""
    return bool(sentences) and _status(article, pending[0].start) != _status(article, sentences[0].start)


def _status(article: Article, offset: int) -> tuple[bool, bool]:
    return article.is_note(offset), article.is_argument(offset)


def _first_share(sentences: list[Sentence]) -> int:
    """Return how many sentences the next passage takes so that all have about the same length."""
    total = sum(map(_size, sentences))
    target = total / ceil(total / MAX_WORDS)
    taken = 0
    for count, sentence in enumerate(sentences):
        taken += _size(sentence)
        if taken > MAX_WORDS and count:
            return count
        if taken >= target:
            return min(count + 1, len(sentences) - 1)
    return len(sentences) - 1


def _make_passage(article: Article, sentences: list[Sentence]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    text = article.text[start:end]
    key = f"{article.id}\0{start}\0{text}".encode("utf-8", "surrogatepass")
    return Passage(hashlib.sha256(key).hexdigest()[:20], article.id, start, end, text, tuple(sentences))


def context_header(article: Article) -> str:
    """Return the context header of an article's passages: its title, authors and date in one line."""
    return " | ".join(part for part in (article.title, ", ".join(article.authors), article.published) if part)


def with_context_header(article: Article, text: str) -> str:
    """Return the text that is embedded and indexed for a passage: the article's context header, then the passage."""
    return f"{context_header(article)}\n{text}"
