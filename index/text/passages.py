"""Passages, the unit of retrieval: whole sentences of one paragraph, or of adjacent short ones. Pure."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.articles.article import Article, Paragraph
from index.articles.formats import marker_end

SPLITTER_VERSION = 2
"""Raised by every change that moves an offset, reads a head differently or puts another header before a passage.

An index of another version is refused, and nothing of it is taken over.
"""

MAX_WORDS = 130
"""About 190 word pieces of running English, inside the 256 that all-MiniLM-L6-v2 reads."""

SHORT_WORDS = 25
MAX_SENTENCE_CHARS = 2_000

Splitter = Callable[[str], list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its offsets in the article and the number of its paragraph."""

    start: int
    end: int
    paragraph: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """`article.text[start:end] == text`, always; id is the same for the same words at the same place."""

    id: str
    article: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]


def split(article: Article, splitter: Splitter) -> tuple[Passage, ...]:
    """The passages of an article in order; head lines are in none of them.

    splitter: text of one paragraph → (start, end) of its sentences.
    """
    passages: list[Passage] = []
    pending: list[Sentence] = []
    for paragraph in article.paragraphs:
        for sentences in _around_note(article, list(_sentences(article, paragraph, splitter))):
            words = sum(map(_words, sentences))
            if pending and (_crosses_note(article, pending, sentences) or not _joins(pending, words)):
                passages.append(_passage(article, pending))
                pending = []
            pending += sentences
            while sum(map(_words, pending)) > MAX_WORDS and len(pending) > 1:
                cut = _cut(pending)
                passages.append(_passage(article, pending[:cut]))
                pending = pending[cut:]
    if pending:
        passages.append(_passage(article, pending))
    return tuple(passages)


def _sentences(article: Article, paragraph: Paragraph, splitter: Splitter) -> Iterator[Sentence]:
    for offset, stop in _items(article, paragraph):
        text = article.text[offset:stop]
        for start, end in splitter(text):
            for low, high in _bounded(text, start, end):
                start_at, end_at = offset + low, offset + high
                yield Sentence(start_at, end_at, paragraph.number, article.text[start_at:end_at])


def _items(article: Article, paragraph: Paragraph) -> Iterator[tuple[int, int]]:
    """Start and end of each list item of a paragraph behind its marker, or of the whole where it is no list."""
    start = line = paragraph.body_start
    while (line := article.text.find("\n", line, paragraph.end) + 1) > 0:
        behind = marker_end(article.id, article.text, line, paragraph.end)
        if behind > line and article.text[line:behind].strip(" \t>"):
            yield start, line
            start = behind
    yield start, paragraph.end


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence as it is; what is too long to be one in pieces, cut between words where there are any."""
    if end - start <= MAX_SENTENCE_CHARS:
        yield start, end
        return
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    pieces = RecursiveCharacterTextSplitter(chunk_size=MAX_SENTENCE_CHARS, chunk_overlap=0, add_start_index=True)
    for document in pieces.create_documents([text[start:end]]):
        low = start + document.metadata["start_index"]
        yield low, low + len(document.page_content)


def _words(sentence: Sentence) -> int:
    # Text without spaces still costs the model about one word piece for every six characters.
    return max(len(sentence.text.split()), len(sentence.text) // 12)


def _joins(pending: list[Sentence], words: int) -> bool:
    before = sum(map(_words, pending))
    return min(before, words) < SHORT_WORDS and before + words <= MAX_WORDS


def _around_note(article: Article, sentences: list[Sentence]) -> list[list[Sentence]]:
    """The sentences of a paragraph, cut where the author note begins in it."""
    start = article.note_span[0] if article.note_span else 0
    before = [sentence for sentence in sentences if sentence.start < start]
    behind = sentences[len(before) :]
    return [before, behind] if before and behind else [sentences]


def _crosses_note(article: Article, pending: list[Sentence], sentences: list[Sentence]) -> bool:
    span = article.note_span
    return span is not None and bool(sentences) and pending[0].start < span[0] <= sentences[0].start


def _cut(sentences: list[Sentence]) -> int:
    """How many sentences the next passage takes: as even a share of the rest as the limit allows."""
    total = sum(map(_words, sentences))
    target = total / -(-total // MAX_WORDS)
    taken = 0
    for count, sentence in enumerate(sentences):
        taken += _words(sentence)
        if taken > MAX_WORDS and count:
            return count
        if taken >= target:
            return min(count + 1, len(sentences) - 1)
    return len(sentences) - 1


def _passage(article: Article, sentences: list[Sentence]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    text = article.text[start:end]
    key = f"{article.id}\0{start}\0{text}".encode("utf-8", "surrogatepass")
    return Passage(hashlib.sha256(key).hexdigest()[:20], article.id, start, end, text, tuple(sentences))


def header(article: Article) -> str:
    """What is known about an article in one line, put before its passages where they are embedded and indexed."""
    return " | ".join(part for part in (article.title, ", ".join(article.authors), article.published) if part)


def with_header(article: Article, text: str) -> str:
    """What is embedded and indexed for a passage of an article."""
    return f"{header(article)}\n{text}"
