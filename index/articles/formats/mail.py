"""Read e-mail: the text of a letter or newsletter, without its quoted parts, attachments and footer."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from index.articles.formats.html.stated import clean_authors, clean_title
from index.articles.formats.markdown import Block, to_markdown
from index.articles.formats.result import FormatResult, StatedMetadata
from index.errors import ArticleRejected

_PREFIX = re.compile(r"^(?:(?:re|fwd?|aw|wg|tr|rv|sv|vs|odp)\s*:\s*|\[[^\]]{1,40}\]\s*)+", re.I)
_FOOTER = re.compile(
    r"\bunsubscribe\b|manage (?:your )?(?:email |e-mail )?(?:preferences|subscription)|update your preferences|"
    r"you(?:'re| are) receiving this|you received this|view (?:our )?previous issues|spam folder|"
    r"was this (?:e-?mail|newsletter)? ?forwarded to you|"
    r"newsletter abbestellen|\babbestellen\b|abmelden|désabonner|désinscri|"
    r"darse de baja|cancelar (?:la )?suscripción|disiscri|afmelden|отписаться|відписатися",
    re.I,
)
_BROWSER = re.compile(
    r"(?:view|read|open|see)\b.{0,30}\b(?:browser|online|web)\b|im browser (?:ansehen|öffnen|lesen)", re.I
)
_SENDER = re.compile(r"\s+(?:from|at|via|of|von|de|@|\|)\s+.*")
_PERSON = re.compile(r"(?!(?:The|Your|Der|Die|Das|Le|La|Les|El|Los)\s)[^\W\d_a-z][\w.’'-]*(?:\s[\w.’'-]+){1,3}")
_OFFICES = re.compile(
    r"\b(?:news|newsletter|daily|weekly|team|post|times|support|info|editors?|magazine|journal|review|digest|brief|"
    r"institute|foundation|university|inc|ltd|gmbh|noreply|mail|updates?)\b",
    re.I,
)
# An extraction that lost more of a letter is wrong; one that lost less only lost a heading.
_MIN_SHARE, _MAX_SHARE = 0.6, 0.9
_ADDRESS = re.compile(r"<?(https?://[^\s<>]{4,1000})>?")


def read_mail(data: bytes) -> FormatResult:
    """Read a message.

    Raises:
        ArticleRejected: It is encrypted, or has no text.
    """
    message: Any = message_from_bytes(data, policy=policy.default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise ArticleRejected("it is not an e-mail")
    if message.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
        raise ArticleRejected("it is encrypted")
    stated = _read_stated(message)
    page = message.get_body(("html",))
    blocks = _read_page(_content(page)) if page is not None else []
    if blocks:
        return FormatResult(to_markdown(blocks), is_markdown=True, stated=stated)
    part = message.get_body(("plain",))
    text = _read_plain(part) if part is not None else ""
    if not any(map(str.isalpha, text)):
        raise ArticleRejected("it contains no text")
    return FormatResult(text, stated=stated)


def _content(part: Any) -> str:
    try:
        return str(part.get_content())
    except (LookupError, KeyError, ValueError):  # an unknown charset or transfer encoding
        return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _read_page(source: str) -> list[Block]:
    """Return the text of an HTML part; the extraction of pages takes some newsletters for navigation."""
    from index.articles.formats.html.blocks import to_blocks
    from index.articles.formats.html.page import extract_blocks, is_article, parse_html, remove_unread

    if not source.strip():
        return []
    tree = parse_html(source)
    remove_unread(tree)
    everything = _without_footer(to_blocks(tree))
    if not is_article(everything):
        return []
    extracted = _without_footer(extract_blocks(tree))
    share = sum(len(block.text) for block in extracted) / sum(len(block.text) for block in everything)
    return extracted if _MIN_SHARE < share < _MAX_SHARE else everything


def _without_footer(blocks: list[Block]) -> list[Block]:
    """Remove what a mailing service adds above and below the letter."""
    start = next(
        (i + 1 for i, block in enumerate(blocks[:6]) if _BROWSER.search(block.text) and len(block.text) < 200), 0
    )
    for position in range(len(blocks) // 2, len(blocks)):
        if _FOOTER.search(blocks[position].text) and len(blocks[position].text) < 600:
            return blocks[start:position]
    return blocks[start:]


def _read_plain(part: Any) -> str:
    """Return the text of a plain part, without signature; soft line breaks are undone."""
    text = _content(part).replace("\r\n", "\n")
    text = re.split(r"(?m)^-- $", text, maxsplit=1)[0]
    if (part.get_param("format") or "").lower() == "flowed":
        text = re.sub(r"(?<=\S) \n(?=\S)", " ", text)
    blocks = [Block("paragraph", block) for block in re.split(r"\n\s*\n", text)]
    return "\n\n".join(block.text.strip("\n") for block in _without_footer(blocks))


def _read_stated(message: EmailMessage) -> StatedMetadata:
    subject = _PREFIX.sub("", " ".join(str(message.get("Subject", "")).split()))
    archived = _ADDRESS.search(str(message.get("Archived-At", "")))
    return StatedMetadata(
        title=clean_title(subject),
        authors=_read_sender(message),
        published=_read_date(message),
        source=archived[1] if archived else None,
    )


def _read_sender(message: EmailMessage) -> tuple[str, ...]:
    """Return the sender if it is a person: a newsletter's name is not its author's."""
    addresses = getattr(message.get("From"), "addresses", ())
    names = [_SENDER.sub("", str(address.display_name)) for address in addresses[:3]]
    return clean_authors([name for name in names if _PERSON.fullmatch(name) and not _OFFICES.search(name)])


def _read_date(message: EmailMessage) -> str | None:
    sent = getattr(message.get("Date"), "datetime", None)
    return sent.date().isoformat() if sent is not None else None
