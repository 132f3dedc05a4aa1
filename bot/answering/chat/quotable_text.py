"""The text that a chat model may quote, and the search for quoted words in it. No I/O."""

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.articles.article import Article
from index.text.passages import Passage

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_MARKS = dict.fromkeys(map(ord, "“”„‟«»"), '"') | dict.fromkeys(map(ord, "‘’‚‛‹›`´"), "'")
_PLAIN = _DASHES | _MARKS


@dataclass(frozen=True, slots=True)
class QuoteLocation:
    """The whole sentences of an article that hold quoted words.

    Attributes:
        article: The article.
        start: Offset of the first sentence in the article's text.
        end: Offset of the end of the last one.
        in_named_passage: Whether they are in a passage that the model named.
    """

    article: Article
    start: int
    end: int
    in_named_passage: bool


class QuotableText:
    """The passages that a model was given, in which its quotes must occur."""

    def __init__(self, passages: Mapping[str, Passage], articles: Mapping[str, Article]) -> None:
        """Index passages.

        Args:
            passages: Passages by the ids that the model was given.
            articles: Their articles by id.
        """
        self.articles = articles
        self._passages = passages
        self._regions = tuple(_regions(passages.values(), articles))

    def locate(self, words: str, passages: Sequence[str] = ()) -> QuoteLocation | None:
        """Find quoted words, in the passages with the given ids if they are there, else in all.

        White space, dashes and quotation marks match whatever their form. Returns None if the words are not found.
        """
        location = None
        spans = [(p.article, p.start, p.end) for p in (self._passages.get(_bare_id(name)) for name in passages) if p]
        for wanted in _spellings(words):
            for region in self._regions:
                for start, end in region.occurrences(wanted):
                    named = any(a == region.article.id and s < end and start < e for a, s, e in spans)
                    if named or location is None:
                        location = QuoteLocation(region.article, *region.whole_sentences(start, end), named)
                    if named:
                        return location
            if location is not None:
                break
        return location


@dataclass(frozen=True, slots=True)
class _Region:
    """Adjacent sentences of one paragraph that the model was given."""

    article: Article
    start: int
    plain: str
    offsets: tuple[int, ...]
    sentences: tuple[tuple[int, int], ...]

    def occurrences(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Yield the spans in the article of whole words that are the same as `wanted`."""
        for start, end in occurrences(wanted, self.plain):
            yield self.start + self.offsets[start], self.start + self.offsets[end - 1] + 1

    def whole_sentences(self, start: int, end: int) -> tuple[int, int]:
        """Widen a span to whole sentences: half of one can say the opposite of it."""
        touched = [span for span in self.sentences if span[0] < end and start < span[1]]
        return min(touched)[0], max(end for _, end in touched)


def normalise(text: str) -> tuple[str, tuple[int, ...]]:
    """Replace white space by single spaces, and dashes and quotation marks by plain ones; change nothing else.

    Returns:
        The text, and the offset in the original of each of its characters and of its end.
    """
    plain: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if character.isspace():
            if plain and plain[-1] == " ":
                continue
            character = " "
        plain.append(character.translate(_PLAIN))
        offsets.append(offset)
    return "".join(plain), (*offsets, len(text))


def occurrences(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans where whole words occur in a text; both must be normalised."""
    start = text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not (_is_inside_word(text, start) or _is_inside_word(text, end)):
            yield start, end
        start = text.find(wanted, start + 1)


def _regions(passages: Iterable[Passage], articles: Mapping[str, Article]) -> Iterator[_Region]:
    """Group the sentences of passages, without author notes: no claim can rest on one."""
    paragraphs: dict[tuple[str, int], set[tuple[int, int]]] = {}
    for passage in passages:
        for sentence in passage.sentences:
            if not articles[passage.article].is_note(sentence.start):
                spans = paragraphs.setdefault((passage.article, sentence.paragraph), set())
                spans.add((sentence.start, sentence.end))
    for (name, _), spans in paragraphs.items():
        article = articles[name]
        adjacent: list[tuple[int, int]] = []
        for span in sorted(spans):
            if adjacent and article.text[adjacent[-1][1] : span[0]].strip():
                yield _region(article, adjacent)
                adjacent = []
            adjacent.append(span)
        yield _region(article, adjacent)


def _region(article: Article, sentences: Sequence[tuple[int, int]]) -> _Region:
    start, end = sentences[0][0], sentences[-1][1]
    return _Region(article, start, *normalise(article.text[start:end]), tuple(sentences))


def _spellings(words: str) -> Iterator[str]:
    """Quoted words as they are searched for: as given, with HTML escapes resolved, and without marks around them."""
    for given in dict.fromkeys((words, html.unescape(words))):
        plain = normalise(given)[0].strip()
        for wanted in dict.fromkeys((plain, plain.strip("\"' "))):
            if wanted:
                yield wanted


def _is_inside_word(text: str, offset: int) -> bool:
    return 0 < offset < len(text) and text[offset - 1].isalnum() and text[offset].isalnum()


def _bare_id(name: str) -> str:
    return name.strip(" []().")
