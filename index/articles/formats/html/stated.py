"""Read what a page states about title, authors, date and address, without what is plainly no such thing."""

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from index.articles.formats.markdown import Block
from index.articles.formats.result import StatedMetadata

_SEPARATOR = re.compile(r"\s+[|–—·•»:/-]{1,2}\s+")
_NOBODY = frozenset(
    "admin administrator anonymous author editor editors guest none null redaktion staff unknown user webmaster "
    "wordpress".split()
)
# An office after a name, without a comma: "Ann Roe Senior Editor".
_OFFICE = re.compile(
    r"(?<=\w)[\s,–—|-]+(?:(?:the|a|an|our|principal|senior|chief|deputy|assistant|associate|staff|guest|contributing|managing|"
    r"executive|former|visiting|freelance|political|foreign|science|business|technology|health|education|environment|"
    r"investigative|national|world)\s+)*(?:editor|writer|reporter|correspondent|columnist|contributor|journalist|"
    r"researcher|scientist|engineer|professor|lecturer|director|fellow|analyst|author|blogger|producer|critic|"
    r"technologist|president|ceo|founder)\b.*",
    re.I,
)
_MONTH = re.compile(  # of a date behind a byline
    r"\s(?:january|february|march|april|may|june|july|august|september|october|november|december)\b.*", re.I
)
# A name alone in a line, above the line of an e-mail address.
_NAME_ABOVE_ADDRESS = re.compile(r"(?m)^((?:[^\W\d_a-z][\w.’'-]*[ \t]?){2,4})\n[\w.+-]{1,64}@[\w.-]{1,200}$")
_NAME = re.compile(r"[^\W\d_a-z][\w.’'-]*(?: (?:[^\W\d_a-z][\w.’'-]*|van|von|de|der|da|di|la|le)){1,4}")
_MAX_TITLE, _MAX_NAME, _MAX_AUTHORS = 300, 60, 20


def read_stated(tree: HtmlElement, url: str | None) -> StatedMetadata:
    """Return what a page states in its meta elements, JSON-LD and marked-up byline.

    Args:
        tree: The page.
        url: Where the page is from; None for a file.
    """
    from trafilatura.metadata import extract_metadata
    from trafilatura.settings import set_date_params

    # Without the extensive search, which takes any date of the page for its own.
    document = extract_metadata(tree, url, set_date_params(extensive=False))
    site = document.sitename
    return StatedMetadata(
        title=clean_title(document.title, site, _headings(tree)),
        authors=clean_authors((document.author or "").split(";"), (site, document.hostname)),
        published=document.date,
        source=_choose_source(document.url, url),
    )


def clean_title(title: str | None, site: str | None = None, headings: tuple[str, ...] = ()) -> str | None:
    """Return a title without the name of the site; None if nothing else is left.

    Args:
        title: The title as stated.
        site: Name of the site.
        headings: The page's headings of the first level.
    """
    text = " ".join((title or "").split())
    if not text or len(text) > _MAX_TITLE:
        return None
    for heading in headings:
        if len(heading) >= 8 and text.startswith(heading) and _SEPARATOR.match(text, len(heading)):
            return heading
    parts = _SEPARATOR.split(text)
    if site and len(parts) > 1 and _same_name(parts[-1], site):
        text = text[: text.rindex(parts[-1])].rstrip(" |–—·•»:/-")
    if not any(map(str.isalpha, text)) or (site and _same_name(text, site)):
        return None
    return text


def clean_authors(names: list[str], others: tuple[str | None, ...] = ()) -> tuple[str, ...]:
    """Return the names that can be a person's or an organisation's, without repetitions.

    Args:
        names: The names as stated.
        others: Names that are not an author: the site, its host.
    """
    kept: dict[str, str] = {}
    for name in names:
        text = " ".join(name.split()).strip(" ,;|")
        text = _OFFICE.sub("", re.sub(r"^(?:by|von|par|por|di|door|av|af)\s+(?=[A-Z])", "", text, flags=re.I))
        if len(text.split()) > 2:
            text = _MONTH.sub("", text)
        if not _is_name(text) or any(other and _same_name(text, other) for other in others):
            continue
        kept.setdefault(text.casefold(), text)
    return tuple(kept.values())[:_MAX_AUTHORS]


def find_names(blocks: list[Block]) -> list[str]:
    """Return the authors' names below the title of a document: above an e-mail address, or all names of a list."""
    names = [match[1] for block in blocks[:6] for match in _NAME_ABOVE_ADDRESS.finditer(block.text)]
    for block in blocks[1:3]:
        parts = [part.strip() for part in re.split(r",|;|&|\band\b", block.text) if part.strip()]
        if not names and len(parts) > 1 and all(map(_NAME.fullmatch, parts)) and blocks[0].kind == "heading":
            return parts
    return names


def _is_name(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return (
        letters >= 2
        and len(text) <= _MAX_NAME
        and letters >= 0.6 * len(text)
        and text.casefold() not in _NOBODY
        and not re.search(r"https?:|www\.|@|\d{3}|[<>{}\\]", text)
        and len(text.split()) <= 7
    )


def _same_name(one: str, other: str) -> bool:
    """Whether two names are the same apart from case, blanks, "The" and the ending of a host name."""

    def reduce(name: str) -> str:
        name = re.sub(r"^(?:https?://)?(?:www\.)?|^the\s+|\.[a-z]{2,6}$", "", name.casefold().strip())
        return "".join(filter(str.isalnum, name))

    return bool(reduce(one)) and reduce(one) == reduce(other)


def _headings(tree: HtmlElement) -> tuple[str, ...]:
    return tuple(" ".join("".join(element.itertext()).split()) for element in tree.iter("h1"))


def _choose_source(stated: str | None, url: str | None) -> str | None:
    """Return the address that a page gives itself, but one on another host only if it is from no known host."""
    parts = urlsplit(stated or "")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or len(stated or "") > 2_000:
        return url
    return stated if url is None or parts.hostname == urlsplit(url).hostname else url
