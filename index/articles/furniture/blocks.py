"""Classify the blocks of an article: the author's text, and the kinds of what is not the argument."""

from collections.abc import Sequence

from index.articles.article import Kind
from index.articles.furniture.marks import (
    CLOSING,
    COMMENT_MARK,
    COMMENTS_HEADING,
    marked_kind,
)
from index.articles.lines import Line

# A heading of comments this far down, by words, needs no comment below it; above, it may be a counter.
_COMMENTS_FROM = 0.6
_LOOK_AHEAD = 4
_SALUTATION_BLOCKS = 4
_SIGNATURE_LINES, _SIGNATURE_CHARS = 6, 90


def classify_blocks(blocks: Sequence[Sequence[Line]]) -> tuple[Kind, ...]:
    """Classify the blocks of an article, front matter excluded.

    The head is not recognised here: a title or a byline counts as the body. If nothing else would be left, all blocks
    are the body.

    Args:
        blocks: The lines of each block.
    """
    texts = ["\n".join(line.text for line in block) for block in blocks]
    kinds: list[Kind] = [marked_kind(text) or "body" for text in texts]
    _sign(kinds, texts)
    for number in range(_SALUTATION_BLOCKS, len(kinds)):
        if kinds[number] == "salutation":
            kinds[number] = "body"  # an address to the audience in a speech
    comments = _comments_start(texts)
    if comments is not None:
        kinds[comments:] = ["comment" if kind == "body" else kind for kind in kinds[comments:]]
    return tuple(kinds) if "body" in kinds else tuple("body" for _ in kinds)


def _sign(kinds: list[Kind], texts: Sequence[str]) -> None:
    """Mark the names below "Yours sincerely," as part of the signature."""
    for number, text in enumerate(texts[:-1]):
        if kinds[number] == "signature" and CLOSING.fullmatch(text.strip()):
            lines = texts[number + 1].strip().splitlines()
            if len(lines) <= _SIGNATURE_LINES and all(len(line) <= _SIGNATURE_CHARS for line in lines):
                kinds[number + 1] = "signature"


def _comments_start(texts: Sequence[str]) -> int | None:
    """Return the number of the heading of the readers' comments, counted from 0; None without one."""
    sizes = [len(text.split()) for text in texts]
    for number, text in enumerate(texts):
        first = text.strip().split("\n")[0]
        if number < 2 or not COMMENTS_HEADING.fullmatch(first.strip()):
            continue
        below = texts[number : number + 1 + _LOOK_AHEAD]
        if sum(COMMENT_MARK.search(part) is not None for part in below) or (
            sum(sizes[:number]) >= _COMMENTS_FROM * sum(sizes)
        ):
            return number
    return None
