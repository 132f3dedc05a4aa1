"""Read a page: its article, found by trafilatura, and what it states about title, author and date."""

import re
from typing import Any

from lxml.etree import ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from index.articles.formats.html.blocks import to_blocks
from index.articles.formats.html.encoding import decode_html
from index.articles.formats.html.hidden import remove_hidden
from index.articles.formats.html.stated import read_stated
from index.articles.formats.markdown import Block, to_markdown
from index.articles.formats.result import FormatResult
from index.errors import ArticleRejected

NO_ARTICLE = "no article was found in this page"

_BOXES = re.compile(
    r"(?:[a-z]+[-_]{1,2})?(?:pull-?quote|fact-?box|info-?box|side-?box|box-?out|breakout-?box|(?:photo-?|image-?|wp-)?caption"
    r"(?:-text)?|credits?|newsletter|advert(?:isement)?|promo)(?:[-_]{1,2}[a-z0-9]+)*",
    re.I,
)
_BOX_ROLES = frozenset(
    {"complementary", "navigation", "banner", "contentinfo", "dialog", "alertdialog", "search", "note"}
)
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-z]|[*†‡§])[\])]?", re.I)
_NOTE_LINK = re.compile(r"#.*(?:fn|note|cite|ref|\d)", re.I)
# A box is never most of the page; a wrapper that is named like one can be.
_MAX_BOX_SHARE = 0.4
# Pictures and fonts in a page that was saved as one file.
_EMBEDDED = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s]+")
_REST = re.compile(
    r"(?:\d+ )?(?:comments?|responses|replies|kommentare?|commentaires?|comentarios|commenti|коментарі|комментарии)"
    r"(?: \(?\d+\)?)?|(?:leave|post|write) (?:a|your) (?:comment|reply)|"
    r"(?:recent|latest|popular|related|recommended|more|other) "
    r"(?:posts?|articles?|stories|news|comments|videos?|slide ?shows?|links|reading|content|topics)|"
    r"(?:more|most) (?:read|viewed|popular|from .{2,30})|you (?:may|might) also (?:like|enjoy)|"
    r".*\bslide ?show|read (?:more|next)|see also|up next",
    re.I,
)
_MAX_LABEL = 100
# The excerpt of another article; within an article, words are left out in the middle of a quotation.
_TEASER = re.compile(r"[\[(](?:…|\.\.\.)[\])]\s*$")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।:][\"'»”’)\]]*$", re.M)
_MIN_BLOCK, _MIN_ARTICLE = 40, 100


def read_page(
    data: bytes, charset: str | None = None, fallback: str | None = None, url: str | None = None
) -> FormatResult:
    """Read a page as the article that its readers read.

    Args:
        data: The page.
        charset: The encoding that the server declared.
        fallback: Encoding of a page that declares none.
        url: Where the page is from.

    Raises:
        ArticleRejected: The page contains no article, or its encoding is not known.
    """
    tree = parse_html(_EMBEDDED.sub("data:,", decode_html(data, charset, fallback)))
    stated = read_stated(tree, url)
    remove_unread(tree)
    blocks = extract_blocks(tree)
    if not is_article(blocks):
        raise ArticleRejected(NO_ARTICLE)
    return FormatResult(to_markdown(blocks), is_markdown=True, stated=stated)


def parse_html(text: str) -> HtmlElement:
    """Parse HTML without comments; nothing is fetched, and scripts do not run.

    Raises:
        ArticleRejected: There is nothing in it.
    """
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return document_fromstring(text.replace("\x00", "").encode("utf-8", "replace"), parser=parser)
    except ParserError:
        raise ArticleRejected("it is empty") from None


def remove_unread(tree: HtmlElement) -> None:
    """Remove what readers do not see, and what is beside the article; rewrite what is easily misread."""
    remove_hidden(tree)
    _remove_boxes(tree)
    _prepare(tree)


def extract_blocks(tree: HtmlElement) -> list[Block]:
    """Return the article of a page as blocks; none if there is none."""
    from trafilatura import bare_extraction

    document: Any = bare_extraction(
        tree, include_comments=False, include_tables=False, include_formatting=True, with_metadata=False
    )
    return _without_rest(to_blocks(document.body)) if document is not None and document.body is not None else []


def _without_rest(blocks: list[Block]) -> list[Block]:
    """Remove excerpts of other articles, and what follows the article if a label announces it."""
    blocks = [block for block in blocks if not _TEASER.search(block.text)]
    sizes = [len(block.text) for block in blocks]
    for position, block in enumerate(blocks):
        is_late = sum(sizes[:position]) > 0.5 * sum(sizes)
        if is_late and len(block.text) <= _MAX_LABEL and _REST.fullmatch(block.text.strip(" :#\n")):
            return blocks[:position]
    return blocks


def is_article(blocks: list[Block]) -> bool:
    """Return whether there are sentences, and not only links and labels."""
    texts = [block.text.strip() for block in blocks if block.kind != "heading"]
    return sum(len(text) for text in texts if len(text) >= _MIN_BLOCK and _SENTENCE_END.search(text)) >= _MIN_ARTICLE


def _remove_boxes(tree: HtmlElement) -> None:
    """Remove captions, boxes, pull quotes and what is beside the article."""
    total = len("".join(tree.itertext())) or 1
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in ("html", "body", "head") or element.getparent() is None:
            continue
        tokens = (element.get("class") or "").split()
        is_box = (
            element.tag in ("figcaption", "aside", "noscript", "template", "dialog", "caption")
            or (element.get("role") or "").lower() in _BOX_ROLES
            or any(_BOXES.fullmatch(token) for token in tokens)
        )
        if is_box and len("".join(element.itertext())) <= _MAX_BOX_SHARE * total:
            element.drop_tree()


def _prepare(tree: HtmlElement) -> None:
    """Rewrite what the extraction would lose or misread: quotation marks, layout tables, note marks, figures."""
    for quotation in list(tree.iter("q")):
        quotation.text = f"“{quotation.text or ''}"
        if len(quotation):
            quotation[-1].tail = f"{quotation[-1].tail or ''}”"
        else:
            quotation.text += "”"
        quotation.tag = "span"
    for mark in list(tree.iter("sup")):
        text = "".join(mark.itertext()).strip()
        link = next((a.get("href") or "" for a in mark.iter("a")), "")
        if _NOTE_MARK.fullmatch(text) and (_NOTE_LINK.search(link) or "note" in (mark.get("class") or "")):
            mark.drop_tree()
    for figure in list(tree.iter("figure")):
        if figure.find(".//blockquote") is not None:
            figure.tag = "div"
    for table in list(tree.iter("table")):
        if _is_layout(table):
            for element in table.iter("table", "tbody", "thead", "tfoot", "tr", "td", "th"):
                element.tag = "div"


def _is_layout(table: HtmlElement) -> bool:
    """Return whether a table only places text, as in old pages and in newsletters."""
    if any(True for _ in table.iter("th", "caption")):
        return False
    return any(
        cell.find(".//p") is not None
        or cell.find(".//table") is not None
        or cell.find(".//h1") is not None
        or len("".join(cell.itertext()).strip()) > 400
        for cell in table.iter("td")
    )
