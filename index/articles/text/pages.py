"""Undo what printing on pages did to a text: running heads, hyphenated line ends, drop capitals."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, pairwise

from index.articles.offsets import Edit, join
from index.articles.text.blocks import Block, without_blank_lines
from index.english import english_dictionary

_MAX_RUN = 3
_MAX_WORDS = 12
_MAX_CHARS = 120
_MIN_CHARS = 60  # of what is interrupted: titles and the items of a list are shorter
_PAGE_NUMBER = re.compile(
    r"^\W*\d{1,3}(?:\s{2,}|\s*\|)|^\W*\d{1,3}\b(?!.*\b(?:1[5-9]|20)\d\d\b)|\b\d{1,3}\W*$|\b(?:page|seite|p|pp|стр|с|str)\b\.?\s*\d",
    re.I,
)
# A line of its own that says so is a running head wherever it stands.
_PAGE_LINE = re.compile(r"(?:.{0,80}\W)?page \d{1,4}(?: of \d{1,4})?[^\w.!?]*|page \d{1,4}\b.{0,80}(?<![.!?])", re.I)
_BYLINE = re.compile(r"(?:by|von|par|por|di|da|od|av|door|от|від)\b")
_BROKEN_OFF = re.compile(r"[^\W_][,’'\"”»)]*[-‐\u2011]?\s*$")
_ENDS_IN_HYPHEN = re.compile(r"[^\W\d_][-‐]\s*$")
_HYPHEN = re.compile(r"(?<![-‐–—])[-‐][ \t]*\n[ \t]*(?=[^\W_])")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DIVIDED_WORD = re.compile(r"(?<![^\W_])[^\W_]{0,40}[-‐][ \t]*\n[ \t]*[^\W_]*")
# A hyphen and a blank where a line end was, as some programs copy it.
_HYPHEN_AND_BLANK = re.compile(r"(?<![^\W_])([^\W\d_]{2,40})- (?=([^\W\d_]{2,40})(?![^\W_]))")
_WORD_BEFORE = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*$")
_WORD_AFTER = re.compile(r"[^\W_]+")
_LONGEST_WORD = 40
_DROP_CAPITAL = re.compile(r"[ \t]*([^\W\d_])(\n[ \t]*|[ ])(?=([^\W\d_]+))")
_SUSPENDED = frozenset("and or to und oder bis et ou y o e och og en of и или та або і".split())


def undo_pages(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks without running heads, and with the words together that pages, lines and capitals divide.

    What stands on the next page is joined to the block that it continues; its own number stays, with no text.
    """
    result = _remove_running_heads(blocks)
    for number in range(1, len(result)):
        if _continues_page(result, number, blocks):
            _join_to_earlier(result, number)
    words = _Words(result)
    for number, (above, below) in enumerate(pairwise(result)):
        if _is_drop_capital(above.content.text.strip(), below.content.text, words):
            result[number] = above.with_content(join([above.content, above.gap.cut(0, 1), below.content]))
            result[number + 1] = below.with_content(below.content.cut(0, 0))
    return [_join_lines(_join_drop_capital(block, words), words) for block in result]


class _Words:
    """The words of an article, and those of English."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks

    @cached_property
    def _written(self) -> frozenset[str]:
        """The words that the article has inside its lines."""
        texts = (_DIVIDED_WORD.sub(" ", block.content.text).lower() for block in self._blocks)
        return frozenset(word for text in texts for word in _WORD.findall(text))

    def has_written(self, word: str) -> bool:
        """Whether the article has a word inside a line."""
        return word.lower() in self._written

    def frequency(self, word: str) -> int:
        """Return how frequent a word is in English."""
        return int(english_dictionary().word_frequency[word.lower()])

    def __contains__(self, word: str) -> bool:
        return len(word) > 1 and (self.has_written(word) or self.frequency(word) > 0)


def _remove_running_heads(blocks: Sequence[Block]) -> list[Block]:
    heads = _running_heads([_lines(block.content.text) for block in blocks])
    if not heads:
        return list(blocks)
    result: list[Block] = []
    for block in blocks:
        offset, edits = 0, []
        for line in block.content.text.split("\n"):
            if _form(line) in heads:
                edits.append(Edit(offset, offset + len(line)))
            offset += len(line) + 1
        result.append(block.with_content(without_blank_lines(block.content.edit(edits))) if edits else block)
    return result


def _continues_page(blocks: Sequence[Block], number: int, before: Sequence[Block]) -> bool:
    """Whether a block goes on with the sentence of an earlier one: behind a running head, or a hyphen.

    before: the blocks with their running heads.
    """
    text, above = blocks[number].content.text, blocks[number - 1].content.text
    if number == 0 or not text.lstrip()[:1].islower():
        return False
    return bool(_ENDS_IN_HYPHEN.search(above[-_LONGEST_WORD:]) if above else before[number - 1].content.text)


def _join_to_earlier(blocks: list[Block], number: int) -> None:
    """Move the text of a block to the last block above that has any, if that breaks off."""
    earlier = next((i for i in range(number - 1, -1, -1) if blocks[i].content.text), None)
    if earlier is None or not _BROKEN_OFF.search(blocks[earlier].content.text[-_LONGEST_WORD:]):
        return
    parts = [blocks[earlier].content, blocks[earlier].gap.cut(0, 1), blocks[number].content]
    blocks[earlier] = blocks[earlier].with_content(join(parts))
    blocks[number] = blocks[number].with_content(blocks[number].content.cut(0, 0))


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _running_heads(blocks: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return the forms of the lines that interrupt a sentence and have a page number or stand there several times.

    So are those that have the word "page" and its number and stand alone.
    """
    lines = [line for block in blocks for line in block]
    lengths = [length for block in blocks for length in accumulate(map(len, block))]
    forms = Counter(map(_form, lines))
    heads = {_form(block[0]) for block in blocks if len(block) == 1 and _PAGE_LINE.fullmatch(block[0].strip())}
    for index, (line, length) in enumerate(zip(lines, lengths, strict=True)):
        broken = length >= _MIN_CHARS and _BROKEN_OFF.search(line[-_LONGEST_WORD:])
        run = _interruption(lines, index + 1) if broken else ()
        if run and any(_PAGE_NUMBER.search(line) or forms[_form(line)] > 1 for line in run):
            heads.update(map(_form, run))
    return frozenset(heads)


def _interruption(lines: Sequence[str], start: int) -> Sequence[str]:
    """Return the short lines from an index on that a line in lower case follows; none if there are none."""
    for end in range(start, min(start + _MAX_RUN + 1, len(lines))):
        line = lines[end].strip()
        if line[:1].islower():
            return () if _BYLINE.match(line) else lines[start:end]
        if len(line) > _MAX_CHARS or len(line.split()) > _MAX_WORDS or line.endswith((".", "!", "?", ",", ";")):
            return ()
    return ()


def _form(line: str) -> str:
    """Return what is the same in a running head on all pages: on the left ones the number may stand first."""
    if len(line) > _MAX_CHARS:
        return line
    form = re.sub(r"\d+", "#", " ".join(line.split())).casefold()
    return re.sub(r"^[\W_]+|[\W_]+$", "", form) or form


def _join_lines(block: Block, words: _Words) -> Block:
    """Join the words that hyphens at line ends divide."""
    text = block.content.text
    edits = [*_hyphen_edits(text, words), *_blank_edits(text, words)]
    return block.with_content(block.content.edit(sorted(edits))) if edits else block


def _hyphen_edits(text: str, words: _Words) -> Iterator[Edit]:
    for match in _HYPHEN.finditer(text):
        before = _WORD_BEFORE.search(text, max(0, match.start() - _LONGEST_WORD), match.start())
        after = _WORD_AFTER.match(text, match.end(), match.end() + _LONGEST_WORD)
        if before is None or after is None:
            continue
        first, second = before[0], after[0]
        last = re.split(r"['’-]", first)[-1]
        if last.isalpha() and second.islower() and not _keeps_hyphen(last, second, words):
            yield Edit(match.start(), match.end())
        elif second.lower() not in _SUSPENDED:
            yield Edit(match.start() + 1, match.end())


def _blank_edits(text: str, words: _Words) -> Iterator[Edit]:
    for match in _HYPHEN_AND_BLANK.finditer(text):
        first, second = match[1], match[2]
        if second.islower() and second not in _SUSPENDED and first + second in words:
            yield Edit(match.end(1), match.end())


def _keeps_hyphen(first: str, second: str, words: _Words) -> bool:
    """Whether two parts of a word that a line end divides are written with a hyphen."""
    if words.has_written(first + second):
        return False
    if words.has_written(f"{first}-{second}") or second in _SUSPENDED:
        return True
    return not words.frequency(first + second) and first in words and second in words


def _join_drop_capital(block: Block, words: _Words) -> Block:
    match = _DROP_CAPITAL.match(block.content.text)
    if match is None or not _is_drop_capital(match[1], match[3], words, same_line="\n" not in match[2]):
        return block
    return block.with_content(block.content.edit([Edit(*match.span(2))]))


def _is_drop_capital(capital: str, text: str, words: _Words, *, same_line: bool = False) -> bool:
    """Whether a letter that stands alone begins the first word of a text."""
    if len(capital) != 1 or not capital.isupper():
        return False
    first = _WORD.match(text)
    rest = first[0] if first else ""
    if not (rest.islower() or (rest.isupper() and len(rest) > 1)) or capital + rest not in words:
        return False
    if rest not in words:
        return True
    return capital not in "AIO" and (not same_line or words.frequency(capital + rest) > words.frequency(rest))
