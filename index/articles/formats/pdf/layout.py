"""Join the printed lines of pages into blocks of running text: pure functions without a library."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from statistics import median

from index.articles.formats.markdown import Block
from index.articles.formats.pdf.lines import PrintedLine
from index.articles.formats.pdf.order import in_reading_order

_ZONE = 0.12  # of a page's height, at its top and bottom: where running heads and page numbers are
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.|s\.|-|–|—)?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*(?:(?:of|von|/)\s*\d{1,4}|-|–|—)?", re.I
)
_CAPTION = re.compile(
    r"(?:figure|fig\.|table|chart|photo|image|source|abb\.|abbildung|tabelle|bild|quelle)\s*(?:\d|:)", re.I
)
_BULLET = re.compile(r"[•◦▪‣●○■]\s*|[–—-]\s+(?=\S)")
_NUMBERED = re.compile(r"\(?(\d{1,2})[.)]\s+(?=\D)")
_SENTENCE_END = re.compile(r"[.!?…:]['\"”’»)\]]*(?:\d{1,3})?$")
_NUMBER = re.compile(r"[-–+±<>≈$€£]*[\d.,:/]*\d[\d.,:/]*[x×%‰°km]?|[-–—x×]")
# Of an institution or a note, behind the name of an author.
_NOTE_MARKS = re.compile(r"(?<=[^\W\d_])[∗*†‡§¶#$+]+(?=[,;\s]|$)")
_ADDRESSES = re.compile(r"\{.*@|@.*[\s,]\S*@")
_NOTE_SIZE = 0.88
_HEADING_SIZE = 1.13
_MAX_HEADING_WORDS = 20
_BODY_WORDS = 15


def to_blocks(lines: Sequence[PrintedLine]) -> list[Block]:
    """Return the running text as blocks, without running heads, page numbers, captions and notes in small print."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    if not sizes:
        return []
    body = sizes.most_common(1)[0][0]
    lines = _with_drop_capitals(lines, body)
    ordered = [line for page in _pages(_without_running_heads(lines)) for line in in_reading_order(page, 0.8 * body)]
    kept = _without_notes(ordered, body)
    groups = _group(kept, body)
    words = Counter(word for line in kept for word in re.findall(r"[\w’'-]+", line.text.casefold()))
    titles = [line.size for line in kept if line.page == 0 and line.size >= _HEADING_SIZE * body]
    blocks = [_to_block(group, body, max(titles, default=0), words) for group in groups]
    return [block for block in _with_plain_head(blocks, groups) if not _is_table_row(block)]


def _join_head(lines: Sequence[str]) -> str:
    """Return lines of byline and date as they are printed, but a list of names, and several addresses, in one line."""
    text = lines[0]
    for line in lines[1:]:
        text += f" {line}" if text.endswith((",", "and", "&")) or _ADDRESSES.search(line) else f"\n{line}"
    return text


def _is_running_text(block: Block) -> bool:
    return (
        block.kind != "heading"
        and len(block.text.split()) >= _BODY_WORDS
        and re.search(r"\w{2}[.!?…](?:\s|$)", block.text) is not None
    )


def _is_table_row(block: Block) -> bool:
    """Whether a block consists of numbers or signs, as the rows of tables and parts of formulas do."""
    words = block.text.split()
    numbers = sum(bool(_NUMBER.fullmatch(word)) for word in words)
    if not re.search(r"\w", block.text):
        return True
    return block.kind == "paragraph" and numbers >= 0.6 * len(words) and not re.search(r"[^\W\d]{3}[.!?]$", block.text)


def _with_plain_head(blocks: list[Block], groups: Sequence[Sequence[PrintedLine]]) -> list[Block]:
    """Return byline and date, which are often in larger print too, as paragraphs below the title, with their lines."""
    start = next((position for position, block in enumerate(blocks) if _is_running_text(block)), 0)
    head = [
        block
        if block.kind == "heading" and block.level == 1
        else Block("paragraph", _join_head([_NOTE_MARKS.sub("", line.text) for line in group]))
        for block, group in zip(blocks[:start], groups, strict=False)
    ]
    return head + blocks[start:]


def _pages(lines: Sequence[PrintedLine]) -> Iterator[list[PrintedLine]]:
    for _, page in groupby(lines, key=lambda line: line.page):
        yield list(page)


def _without_running_heads(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Remove lines at the top and bottom of pages that repeat on other pages, and page numbers."""
    pages = list(_pages(lines))
    ends = [line for page in pages for line in page if _is_at_end(line, page)]
    places: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for line in ends:
        places[_key(line)].add(line.page)
    removed = {
        line
        for line in ends
        if len(places[_key(line)]) >= min(3, max(2, len(pages))) or _PAGE_NUMBER.fullmatch(line.text)
    }
    return [line for line in lines if line not in removed]


def _is_at_end(line: PrintedLine, page: Sequence[PrintedLine]) -> bool:
    """Whether a line is in the upper or lower margin, or the first or last of its page."""
    if line.bottom < _ZONE or line.top > 1 - _ZONE:
        return True
    return len(page) > 1 and line.top in (min(other.top for other in page), max(other.top for other in page))


def _key(line: PrintedLine) -> tuple[str, int]:
    """Return the text without numbers, and the place: the same for a running head on all pages."""
    return re.sub(r"\d+", "#", line.text.casefold()), round(line.top * 50)


def _with_drop_capitals(lines: Sequence[PrintedLine], body: float) -> list[PrintedLine]:
    """Join a drop capital and the line beside it."""
    result: list[PrintedLine] = []
    capital: PrintedLine | None = None
    for line in lines:
        if capital is not None and line.page == capital.page and line.size < 0.7 * capital.size:
            line = replace(line, text=capital.text + line.text, left=capital.left)
            capital = None
        elif len(line.text) == 1 and line.text.isalpha() and line.size >= 1.8 * body:
            capital = line
            continue
        result.append(line)
    return result


def _without_notes(lines: Sequence[PrintedLine], body: float) -> list[PrintedLine]:
    """Remove captions, and lines in small print below the running text of their page."""
    running: defaultdict[int, list[PrintedLine]] = defaultdict(list)
    for line in lines:
        if line.size > _NOTE_SIZE * body:
            running[line.page].append(line)
    captions = {(line.page, line.box) for line in lines if line.size < body and _CAPTION.match(line.text)}
    return [
        line
        for line in lines
        if (line.page, line.box) not in captions
        and not (line.size <= _NOTE_SIZE * body and line.top > 0.5 and _is_below(line, running[line.page]))
    ]


def _is_below(line: PrintedLine, others: Sequence[PrintedLine]) -> bool:
    """Whether a line is below all others of its column."""
    column = [other for other in others if other.left < line.right and line.left < other.right]
    return all(line.top > other.top for other in column)


def _group(lines: Sequence[PrintedLine], body: float) -> list[list[PrintedLine]]:
    """Group lines into paragraphs, also over columns and pages."""
    rights: defaultdict[tuple[int, int], float] = defaultdict(float)
    for line in lines:
        key = (line.page, round(line.left / 60))
        rights[key] = max(rights[key], line.right)
    gaps = [
        (line.top - before.top) * line.height
        for before, line in pairwise(lines)
        if _in_one_column(before, line) and line.size == before.size == body
    ]
    leading = median(gaps) if gaps else 1.3 * body
    groups: list[list[PrintedLine]] = []
    for line in lines:
        if groups and not _starts_paragraph(groups[-1], line, leading, rights, body):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _in_one_column(before: PrintedLine, line: PrintedLine) -> bool:
    return before.page == line.page and before.top < line.top and line.left < before.right and before.left < line.right


def _starts_paragraph(
    group: Sequence[PrintedLine],
    line: PrintedLine,
    leading: float,
    rights: dict[tuple[int, int], float],
    body: float,
) -> bool:
    before = group[-1]
    if abs(line.size - before.size) > 0.06 * body or line.is_bold != before.is_bold:
        return not (before.text.endswith("-") or line.text[:1].islower()) or abs(line.size - before.size) > 0.3 * body
    if _BULLET.match(line.text) or (_NUMBERED.match(line.text) and line.left <= group[0].left + body):
        return True
    ends = bool(_SENTENCE_END.search(before.text))
    if not _in_one_column(before, line):  # the next column or page
        return ends or (line.text[:1].isupper() and _is_short(before, rights))
    gap = (line.top - before.top) * line.height
    if gap > 1.35 * max(leading, line.size):
        return True
    is_indented = 0.5 * body < line.left - before.left < 8 * body
    is_first_of_hanging = len(group) == 1 and is_indented
    if is_indented and not is_first_of_hanging:
        return True
    if is_first_of_hanging:
        return ends
    return ends and _is_short(before, rights)


def _is_short(line: PrintedLine, rights: dict[tuple[int, int], float]) -> bool:
    """Whether a line ends well before the right edge of its column, as the last line of a paragraph does."""
    right = rights.get((line.page, round(line.left / 60)), line.right)
    return right - line.right > 0.12 * (right - line.left)


def _to_block(group: Sequence[PrintedLine], body: float, title: float, words: Counter[str]) -> Block:
    text = group[0].text
    for line in group[1:]:
        text = _join(text, line.text, words)
    size = group[0].size
    is_short = len(text.split()) <= _MAX_HEADING_WORDS and re.search(r"[^\W\d_]{2}.*(?<![.,;])$", text) is not None
    if size >= _HEADING_SIZE * body and is_short:
        return Block("heading", text, 1 if size == title and group[0].page == 0 else 2)
    if all(line.is_bold for line in group) and is_short and len(group) <= 2:
        return Block("heading", text, 3)
    bullet = _BULLET.match(text)
    if bullet:
        return Block("item", text[bullet.end() :])
    numbered = _NUMBERED.match(text)
    if numbered:
        return Block("item", text[numbered.end() :], number=int(numbered[1]))
    return Block("paragraph", text)


def _join(text: str, line: str, words: Counter[str]) -> str:
    """Join a line to a text; a hyphen at the line's end goes, unless the word has one elsewhere."""
    if not text.endswith(("-", "‐")) or len(text) < 2 or not text[-2].isalpha():
        return f"{text} {line}"
    if not line[:1].islower():
        return text + line if line[:1].isalnum() else f"{text} {line}"
    first = re.search(r"[\w’'-]*$", text[:-1])
    second = re.match(r"[\w’'-]+", line)
    if first is None or second is None:
        return text + line
    left, right = first[0].casefold(), second[0].casefold()
    if words[left + right]:
        return text[:-1] + line
    # The start of a line is counted among the words itself.
    is_compound = words[f"{left}-{right}"] or (min(len(left), len(right)) > 2 and words[left] and words[right] > 1)
    return text + line if is_compound else text[:-1] + line
