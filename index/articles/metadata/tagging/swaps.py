"""Correct mistakes of the model: a name taken for the title, and a title below the first paragraph."""

from collections.abc import Sequence
from dataclasses import replace

from index.articles.furniture.lines import is_kicker
from index.articles.lines import Line
from index.articles.metadata.names import is_handle, is_name
from index.articles.metadata.tagging.features import SITE
from index.articles.metadata.tagging.model import Tag
from index.articles.metadata.tagging.pieces import Piece
from index.articles.metadata.tagging.prose import is_prose, is_sentence


def swap_name_and_title(pieces: Sequence[Piece], tags: Sequence[Tag], body_words: frozenset[str]) -> list[Tag]:
    """Return the tags with a title and an author if the only title is a name, no author is known, and one section is.

    Args:
        pieces: The pieces of the first lines.
        tags: What the model says of each.
        body_words: Words that the article has in lower case.
    """
    tags = list(tags)
    labels = [tag.label for tag in tags]
    titles = [at for at, label in enumerate(labels) if label == "title"]
    sections = [at for at, label in enumerate(labels) if label == "kicker" and not is_kicker(pieces[at].text)]
    if len(titles) != 1 or len(sections) != 1 or "author" in labels:
        return tags
    title, section = titles[0], sections[0]
    other = pieces[section].text
    if is_name(pieces[title].text, body_words) and not (SITE.search(other) or is_handle(other) or other[-1] in ".?!"):
        tags[title] = replace(tags[title], label="author")
        tags[section] = replace(tags[section], label="title")
    return tags


def last_mark(by_line: Sequence[tuple[Line, list[tuple[Piece, Tag]]]]) -> int:
    """Return where the last line with a title, a name or a date starts, -1 without one; a paragraph ends the head."""
    last = -1
    for line, pieces in by_line:
        labels = {found.label for _, found in pieces}
        if is_prose(line) and labels == {"body"}:
            break
        if (labels & {"author", "date"} and not is_prose(line)) or ("title" in labels and not is_sentence(line)):
            last = line.start
    return last
