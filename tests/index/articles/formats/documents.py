"""Write small documents for the tests: PDF files, Word documents, electronic books and messages."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from typing import NamedTuple

LOCK = (
    "The lock at Harrow has not been opened since the winter, and the town has learned to live with a dry basin.",
    "I would hire a keeper for two days a week, and let the volunteers of the canal trust do all the rest.",
    "That is what a town should do with what it has inherited from its grandparents, and it would be cheap.",
)


class Print(NamedTuple):
    """A line on a page of a PDF: its place in points from the lower left corner, its size, font and color."""

    x: float
    y: float
    text: str
    size: float = 10
    bold: bool = False
    color: str = "0 g"


def make_pdf(pages: Iterable[Sequence[Print]], info: str = "", trailer: str = "") -> bytes:
    """Return a PDF file with these lines on its pages."""
    pages = list(pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{6 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold /Encoding /WinAnsiEncoding >>",
        f"<< {info} >>",
    ]
    for number, lines in enumerate(pages):
        content = "\n".join(
            f"BT {color} /{'B' if bold else 'R'} {size} Tf {x} {y} Td {_literal(text)} Tj ET"
            for x, y, text, size, bold, color in lines
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {7 + 2 * number} 0 R "
            "/Resources << /Font << /R 3 0 R /B 4 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream")
    parts, offsets, length = [b"%PDF-1.4\n"], [], 9
    for number, body in enumerate(objects, 1):
        offsets.append(length)
        parts.append(f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252"))
        length += len(parts[-1])
    data = b"".join(parts)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R /Info 5 0 R {trailer} >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode("cp1252")


def _literal(text: str) -> str:
    return "(" + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") + ")"


def set_lines(
    text: str, x: float = 60, y: float = 700, width: int = 60, size: float = 10, leading: float = 12
) -> list[Print]:
    """Set paragraphs, separated by line feeds, in lines of a number of characters; each first line is indented."""
    lines: list[Print] = []
    for paragraph in text.split("\n"):
        words, line, indent = paragraph.split(), "", size
        for word in [*words, None]:
            if word is None or len(line) + len(word) >= width:
                lines.append(Print(x + indent, y, line, size))
                y, line, indent = y - leading, word or "", 0
            else:
                line = f"{line} {word}".strip()
    return lines


def make_docx(build: object = None, **properties: str) -> bytes:
    """Return a Word document; `build` is called with it, or it gets the paragraphs of `LOCK`."""
    from docx import Document

    document = Document()
    if callable(build):
        build(document)
    else:
        for text in LOCK:
            document.add_paragraph(text)
    document.core_properties.author = ""
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_zip(entries: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
    '<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    "</container>"
)


def make_epub(chapters: Sequence[str], metadata: str = "", extra: dict[str, str | bytes] | None = None) -> bytes:
    """Return an electronic book whose chapters have these bodies."""
    items = "".join(
        f'<item id="c{n}" href="c%20{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    pages: dict[str, str | bytes] = {
        f"book/c {n}.xhtml": '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{n}</title></head>{body}</html>'
        for n, body in enumerate(chapters)
    }
    pages |= {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "book/package.opf": package}
    return make_zip(pages | (extra or {}))


def make_mail(plain: str | None = None, page: str | None = None, **headers: str) -> bytes:
    """Return a message; headers are given with underscores."""
    message = EmailMessage()
    defaults = {
        "From": "Ada Nwosu <ada@post.example>",
        "Subject": "The Lock Keeper",
        "Date": "Sun, 02 Apr 2023 10:00:00 +0000",
    }
    for name, value in (defaults | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        message[name] = value
    if plain is not None:
        message.set_content(plain)
    if page is not None:
        if plain is None:
            message.set_content(page, subtype="html")
        else:
            message.add_alternative(page, subtype="html")
    return message.as_bytes()
