"""Read the lines of a PDF with pdfminer.six, and what it states about title and author."""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from index.articles.formats.markdown import Block, to_markdown
from index.articles.formats.pdf.layout import to_blocks
from index.articles.formats.pdf.lines import PrintedLine
from index.articles.formats.result import FormatResult, StatedMetadata
from index.errors import ArticleRejected

MAX_PAGES = 300
ENCRYPTED = "it is encrypted (save a copy without a password)"
NO_TEXT = "it contains no text (pages that were scanned need text recognition first)"

_UNKNOWN_CHARACTER = re.compile(r"\(cid:\d+\)")
_MAX_UNKNOWN = 0.05
_FILE_NAME = re.compile(
    r"^(?:microsoft (?:word|powerpoint)|untitled|slide|document\d*$)|\.(?:docx?|odt|rtf|indd|qxd|tex|pdf|p65|pages)\b",
    re.I,
)
_MIN_SIZE = 3
_MIN_PAGE = 200  # characters
# Below pdfminer's 2, with which the lines of narrow columns run together.
_CHAR_MARGIN = 1.4
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}


def read_pdf(data: bytes) -> FormatResult:
    """Read the running text of a PDF: paragraphs over lines, columns and pages, without running heads and notes.

    Raises:
        ArticleRejected: It is encrypted, has too many pages, or has no text.
    """
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser

    if b"%PDF-" not in data[:1024]:
        raise ArticleRejected("it is not a PDF file")
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
    except PDFPasswordIncorrect:
        raise ArticleRejected(ENCRYPTED) from None
    lines = list(_read_lines(document))
    blocks = to_blocks(lines)
    text = "".join(line.text for line in lines)
    if not any(map(str.isalpha, _UNKNOWN_CHARACTER.sub("", text))) and not _UNKNOWN_CHARACTER.search(text):
        raise ArticleRejected(NO_TEXT)
    if sum(len(match[0]) for match in _UNKNOWN_CHARACTER.finditer(text)) > _MAX_UNKNOWN * len(text):
        raise ArticleRejected("its fonts do not name their characters (print it to a new PDF, or save it as text)")
    if not blocks:
        raise ArticleRejected(NO_TEXT)
    return FormatResult(to_markdown(blocks), is_markdown=True, stated=_read_stated(document, blocks))


def _read_lines(document: Any) -> Iterator[PrintedLine]:
    """Yield the printed lines in reading order."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LAParams, LTTextLine
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdftypes import resolve1

    tree = resolve1(document.catalog.get("Pages"))
    declared = resolve1(tree.get("Count")) if isinstance(tree, dict) else 0
    if isinstance(declared, int) and declared > MAX_PAGES:
        raise ArticleRejected(f"it has {declared:,} pages (the limit is {MAX_PAGES})")
    pages = []
    for page in PDFPage.create_pages(document):
        pages.append(page)
        if len(pages) > MAX_PAGES:
            raise ArticleRejected(f"it has more than {MAX_PAGES} pages")
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=LAParams(char_margin=_CHAR_MARGIN, all_texts=True))
    interpreter = PDFPageInterpreter(manager, device)
    for number, page in enumerate(pages):
        interpreter.process_page(page)
        layout = device.get_result()
        boxes = list(_find_boxes(layout))
        white = sum(_is_white(char) for box in boxes for char in _characters(box))
        is_dark = white > 0.5 * sum(1 for box in boxes for _ in _characters(box))
        for position, box in enumerate(boxes):
            for line in box:
                if isinstance(line, LTTextLine):
                    printed = _read_line(line, number, position, layout, is_dark)
                    if printed is not None:
                        yield printed


def _find_boxes(layout: Any) -> list[Any]:
    """Return the boxes of text on a page; text within a figure counts if the figure is the page.

    Programs that stamp a page put all of it into a figure. The text within other figures labels parts of a picture.
    """
    from pdfminer.layout import LTFigure, LTTextContainer

    boxes = [item for item in layout if isinstance(item, LTTextContainer)]
    if sum(len(box.get_text()) for box in boxes) >= _MIN_PAGE:
        return boxes
    for figure in layout:
        if isinstance(figure, LTFigure) and figure.width * figure.height > 0.5 * layout.width * layout.height:
            boxes += [item for item in figure if isinstance(item, LTTextContainer)]
    return boxes


def _read_line(line: Any, page: int, box: int, layout: Any, is_dark: bool) -> PrintedLine | None:
    """Return a line without what nobody sees; None if nothing is left."""
    from pdfminer.layout import LTAnno, LTChar

    text: list[str] = []
    sizes: Counter[float] = Counter()
    bold = 0
    first = None
    for char in line:
        if isinstance(char, LTAnno):
            text.append(char.get_text())
        elif isinstance(char, LTChar):
            if char.size < _MIN_SIZE or (_is_white(char) and not is_dark):
                continue
            first = first or char
            text.append(char.get_text())
            if not char.get_text().isspace():
                sizes[round(char.size * 2) / 2] += 1
                bold += bool(re.search(r"bold|black|heavy|demi|medi(?!um)", char.fontname, re.I))
    if len(text) > 2 and text[1] == " " and first is not None and first.size >= 1.8 * min(sizes, default=first.size):
        del text[1]  # after a drop capital
    joined = "".join(text).translate(_LIGATURES).replace("\u00ad\n", "-\n").replace("\u00ad", "").strip()
    if (
        not joined
        or not sizes
        or line.x1 < layout.x0
        or line.x0 > layout.x1
        or line.y1 < layout.y0
        or line.y0 > layout.y1
    ):
        return None
    return PrintedLine(
        text=" ".join(joined.split()),
        page=page,
        box=box,
        left=line.x0,
        right=line.x1,
        top=(layout.y1 - line.y1) / (layout.height or 1),
        bottom=(layout.y1 - line.y0) / (layout.height or 1),
        size=sizes.most_common(1)[0][0],
        is_bold=bold > 0.8 * sizes.total(),
        height=layout.height,
    )


def _characters(box: Any) -> Iterator[Any]:
    from pdfminer.layout import LTChar

    for line in box:
        for char in line if hasattr(line, "__iter__") else ():
            if isinstance(char, LTChar):
                yield char


def _is_white(char: Any) -> bool:
    color = getattr(char.graphicstate, "ncolor", None)
    values = color if isinstance(color, (tuple, list)) else (color,)
    if not values or not all(isinstance(value, (int, float)) for value in values):
        return False
    if len(values) == 4:
        return bool(max(values) < 0.04)
    return bool(min(values) > 0.96)


def _read_stated(document: Any, blocks: list[Block]) -> StatedMetadata:
    """Return title and author if the text has them too: programs fill in file names, templates and their users."""
    from index.articles.formats.html.stated import clean_authors, clean_title, find_names

    info = document.info[0] if document.info else {}
    words = set(re.findall(r"\w+", " ".join(block.text for block in blocks).casefold()))
    first = set(re.findall(r"\w+", " ".join(block.text for block in blocks[:12]).casefold()))
    title = clean_title(_decode(info.get("Title")))
    if title is not None:
        own = re.findall(r"\w+", title.casefold())
        if _FILE_NAME.search(title) or not own or sum(word in first for word in own) < 0.8 * len(own):
            title = None
    authors = clean_authors(re.split(r";|,| and ", _decode(info.get("Author"))))
    printed = clean_authors(find_names(blocks))
    return StatedMetadata(
        title=title,
        authors=printed
        or tuple(
            name
            for name in authors
            if " " in name and all(word in words for word in re.findall(r"\w{2,}", name.casefold()))
        ),
    )


def _decode(value: Any) -> str:
    from pdfminer.utils import decode_text

    return decode_text(value) if isinstance(value, bytes) else ""
