"""Read the names of the authors in a byline, in the name of a blog, or in the title of a speech."""

import re

from index.articles.metadata.dates import split_date
from index.articles.metadata.names import (
    BY,
    NOT_NAMES,
    ROLE,
    as_printed_name,
    candidate_name,
    honorific_name,
    inverted_name,
    is_handle,
    is_name,
    is_role,
    parse_authors,
    strip_by,
)

_SITE = r"(?:blog|weblog|website|site|newsletter|column|notes|journal|diary|substack)"
_BLOG = re.compile(
    rf"(?:^|\b(?:on|from|at)\s+)(?P<name>[^\W\d_][\w .'’-]{{3,40}}?)['’]s?\s+{_SITE}\b"
    rf"|\b{_SITE} of (?P<other>[^\W\d_][\w .'’-]{{3,40}})$",
    re.I,
)
_BY_INSIDE = re.compile(r"(?:^|[\s,;(])by:?\s+(?P<names>[^\W\d_].*)$", re.I)
_SPEECH = re.compile(
    r"\b(?:remarks|speech|statement|address|lecture|testimony|keynote|sermon|talk|letter|message)\b[^,:;]{0,40}?"
    r"\sby\s+(?P<who>.+)$",
    re.I,
)
_OFFICE = re.compile(
    r"(?:the|senior|deputy|acting|former|first|vice|prime|advisor|adviser|assistant|under|minister|envoy|special|chair|chief"
    r"|u\.?s\.?|us|eu|un|\(retired\)|retired|\(ret\.\))",
    re.I,
)
# Whoever translated, edited, drew or photographed, and whoever was asked, is not the author.
_CREDITED = re.compile(
    r"[,;(|]?\s*\b(?:translat\w+|edited|abridged|compiled|adapted|introduced|introduction|foreword|preface|interview\w*|photo\w*"
    r"|pictures?|images?|illustrat\w+|drawings?|graphics?|artwork|cover|read aloud|narrated|produced|directed|designed"
    r"|posted in)"
    r"(?:\s+from\s.{1,30}?)?\s*(?:by|with|:|©|/).*$",
    re.I,
)
_FOR = re.compile(r"\s+(?:for|in|of|at|from|on)\s+(?:the\s+)?[^\W\d_].*$", re.I)
_PEN_NAME = re.compile(r"[^\W\d_][\w-]{2,29}")
_MAX_NAME_WORDS = 5


def authors_in(text: str, body_words: frozenset[str]) -> tuple[str, ...]:
    """Return the authors in a line that is known to be a byline, a name or the name of somebody's blog."""
    if blogger := blog_author(text):
        return blogger
    text = _CREDITED.sub("", text)
    leftover = split_date(text).leftover.strip(" ,;–—-")
    by = _BY_INSIDE.search(leftover)
    is_byline = bool(by) or bool(BY.match(leftover))
    line = by["names"] if by and not BY.match(leftover) else leftover
    line = re.sub(r"^(?:the\s+late\s+)(?=\S)", "", strip_by(line), flags=re.I).strip(' ,;"“”')
    if name := inverted_name(line):
        return (name,)
    if is_byline and not is_name(candidate_name(line), allow_all_caps=True):
        line = _FOR.sub("", line)
    first = candidate_name(line)
    if name := honorific_name(first):
        others = parse_authors(line, body_words, is_byline=is_byline)[1:]
        return (name if len(name.split()) == 1 or not is_name(first) or first.isupper() else first, *others)
    if names := parse_authors(line, body_words, is_byline=True):
        return tuple(name for name in names if is_byline or not is_role(name))
    single = first.strip("@ ")
    if (is_byline and _PEN_NAME.fullmatch(single) and single.lower() not in NOT_NAMES) or is_handle(first):
        return (single,)
    if is_byline and is_name(first, allow_all_caps=True):
        return (as_printed_name(first),)
    return ()


def blog_author(text: str) -> tuple[str, ...]:
    """Return whose blog a line names: "on Jane Roe's blog", "The blog of Jane Roe"."""
    blog = _BLOG.search(text)
    name = (blog["name"] or blog["other"]).strip() if blog else ""
    return (name,) if is_name(name) else ()


def speaker_in_title(title: str) -> tuple[str, ...]:
    """Return who speaks according to the title of a speech: "Remarks by President Roe on …"."""
    match = _SPEECH.search(title)
    if not match:
        return ()
    words: list[str] = []
    had_office = False
    for word in match["who"].replace(",", " ,").split():
        if not words and (_OFFICE.fullmatch(word) or ROLE.fullmatch(word) or honorific_name(f"{word} Roe")):
            had_office = True
        elif word[0].isupper() and len(words) < _MAX_NAME_WORDS and word.lower().strip(".,’'s") not in NOT_NAMES:
            words.append(word)
        else:
            break
    name = " ".join(words)
    return (name,) if is_name(name) or (had_office and len(words) == 1) else ()
