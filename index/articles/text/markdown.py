"""Find the marks of Markdown, which a reader of the page does not see."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.articles.offsets import Edit
from index.articles.text.characters import plain_characters
from index.articles.text.markdown_parser import Event, read_events

Span = tuple[int, int]

_QUOTATION_MARK = re.compile(r">[ \t]?")
_QUOTATION_LINE = re.compile(r"^(?:[ \t]*>)+[ \t]?", re.M)
_HEADING_MARK = re.compile(r"#{1,6}[ \t]+")
_ITEM_MARK = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?=\s)")
_CALLOUT_MARK = re.compile(r"\[!(?P<kind>\w[\w-]{0,30})(?:\|[^\]\n]{0,30})?\][+-]?[ \t]*")
_QUOTING = frozenset({"quote", "cite"})
_WHITE_SPACE = re.compile(r"\s+")
_DELETED = re.compile(rb"\x00+")
_TAG = re.compile(r"<!--.*?-->|<(?P<close>/?)(?P<name>[A-Za-z][\w-]*)[^<>]*>|<[!?][^<>]*>", re.S)
_HIDDEN_ELEMENTS = frozenset("script style iframe svg noscript template figcaption button select textarea nav".split())
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});")
# A link to a footnote, back from one, or to the heading that it stands in: "[1]", "↩", "¶".
_REFERENCE_TEXT = re.compile(r"[\W_]{0,4}(?:\d{1,3}|[a-z])?[\W_]{0,4}")
_REFERENCE_TARGET = re.compile(r"^#|#[^#]{0,12}(?:fn|foot|note|cite|ref|end)", re.I)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]{1,40}\]")
_RAISED_NUMBER = re.compile(
    r"(?:(?<=[^\W\d_]{3})|(?<=[.,;:!?…”\"’»)\]]))<sup\b[^<>]*>\s*\[?\d{1,3}\]?\s*</sup>", re.IGNORECASE
)
_HIGHLIGHT = re.compile(r"(?<!=)==(?=[^\s=])([^=\n]+(?:\n[^=\n]+)*)(?<=\S)==(?!=)")
_COMMENT = re.compile(r"(?<!%)%%(?!%).*?(?<!%)%%(?!%)", re.S)
_BLOCK_ID = re.compile(r"[ \t]\^[A-Za-z0-9-]{1,40}[ \t]*$", re.M)
_TEMPLATE_TAG = re.compile(r"\{%[^%{}\n]*%\}|\{\{[<%][^{}\n]*[>%]\}\}|^\{:[^{}\n]*\}[ \t]*$", re.M)
_DESTINATION = re.compile(r"\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_INLINE = ("Emphasis", "Strong", "Strikethrough", "Link", "Image")


# What nobody writes who does not write Markdown.
_LINK = re.compile(
    r"(?<!\\)\]\((?:https?://|mailto:|/|#)[^\s()]*(?:\([^\s()]*\)[^\s()]*)*(?:\s+\"[^\"\n]*\")?\)|\[\[[^\[\]\n]+\]\]"
)


@dataclass(frozen=True, slots=True)
class MarkdownMarks:
    """What the marks of a Markdown text say. All offsets are those of the text with its marks.

    Attributes:
        edits: The edits that remove the marks, sorted.
        quotations: The spans of block quotations.
        callouts: The spans of callouts, the remarks of whoever keeps the file: "> [!note] …".
        footnotes: The spans of footnotes.
        emphases: The spans that are set in emphasis.
        breaks: Offsets at which a sentence ends whatever its punctuation: of headings, table rows and quotations.
    """

    edits: tuple[Edit, ...] = ()
    quotations: tuple[Span, ...] = ()
    callouts: tuple[Span, ...] = ()
    footnotes: tuple[Span, ...] = ()
    emphases: tuple[Span, ...] = ()
    breaks: tuple[int, ...] = ()


def read_markdown(text: str, start: int) -> MarkdownMarks:
    """Find the marks in a Markdown text from an offset on.

    Heading marks ("#") and list marks stay, because they tell what a line is; a heading that is underlined
    by "=" gets one.
    Text in links, code and emphasis stays. Pictures, comments, tags, the definitions of links and what is struck out
    are removed; the cells of a table are joined by semicolons.
    """
    return _Reader(text, start).read()


def has_markdown_links(text: str) -> bool:
    """Whether a text has links or pictures as Markdown writes them, whatever the file is called."""
    return _LINK.search(text) is not None


class _Reader:
    """Walks over the parser's events; `_kept` says of each character whether it stays."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._start = start
        self._kept = bytearray(len(text))
        self._prose = bytearray(len(text))
        self._replaced: list[Edit] = []
        self._removed: list[Span] = []
        self._quotations: list[Span] = []
        self._callouts: list[Span] = []
        self._footnotes: list[Span] = []
        self._emphases: list[Span] = []
        self._breaks: set[int] = set()

    def read(self) -> MarkdownMarks:
        source = self._hide_what_is_not_markdown()
        events = list(read_events(source, self._start))
        self._keep_white_space(events)
        self._keep_leaves(events)
        self._keep_structure(events)
        self._drop_extensions()
        for start, end in _merge_spans(self._removed):
            self._drop(start, end)
        replaced = [edit for edit in self._replaced if edit.start == edit.end or self._kept[edit.start]]
        return MarkdownMarks(
            tuple(_merge_edits([*self._deletions(), *replaced])),
            tuple(_merge_spans(self._quotations)),
            tuple(_merge_spans(self._callouts)),
            tuple(_merge_spans(self._footnotes)),
            tuple(_merge_spans(self._emphases)),
            tuple(sorted(self._breaks)),
        )

    def _deletions(self) -> Iterator[Edit]:
        """Yield the edits that delete what does not stay, and of the blanks at both sides those at one side."""
        text, end = self._text, self._start
        for match in _DELETED.finditer(self._kept, self._start):
            first, last = match.span()
            before = text[first - 1] if first > self._start else "\n"
            if before in " \n":
                while text.startswith(" ", last) and self._kept[last]:
                    last += 1
            if before == " " and (last == len(text) or text[last] == "\n"):
                first -= 1
            yield Edit(max(first, end), last)
            end = last

    def _hide_what_is_not_markdown(self) -> str:
        """Return the text as the parser gets it, with the same length.

        Comments of note programs ("%%…%%") become blanks; a comment of HTML that never ends would hide the rest.
        """
        text = _SURROGATE.sub("?", self._text)
        for match in _COMMENT.finditer(text, self._start):
            self._removed.append(match.span())
        if self._removed:
            text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text[self._start :])
            text = self._text[: self._start] + text
        last = text.rfind("-->")
        head, tail = text[: max(last, 0)], text[max(last, 0) :]
        return head + tail.replace("<!--", "x!--")

    def _keep(self, start: int, end: int) -> None:
        self._kept[start:end] = b"\1" * (end - start)

    def _drop(self, start: int, end: int) -> None:
        """Remove what stands between two offsets, but for line ends."""
        self._kept[start:end] = bytes(end - start)
        at = self._text.find("\n", start, end)
        while at >= 0:
            self._kept[at] = 1
            at = self._text.find("\n", at + 1, end)

    def _keep_white_space(self, events: Sequence["Event"]) -> None:
        for match in _WHITE_SPACE.finditer(self._text, self._start):
            self._keep(*match.span())
        end = 0
        for event in events:
            if event.is_start and event.start >= end and event.kind in (*_INLINE, "Table"):
                self._drop(event.start, event.end)
                end = event.end
        end = 0
        for event in events:
            if event.is_start and event.kind == "BlockQuote":
                if event.start >= end:
                    end = event.end
                    for match in _QUOTATION_LINE.finditer(self._text, event.start, end):
                        self._drop(*match.span())
                mark = _QUOTATION_MARK.match(self._text, event.start)
                if mark:
                    self._drop(*mark.span())

    def _keep_leaves(self, events: Sequence["Event"]) -> None:
        in_code = False
        for event in events:
            start, end = event.start, event.end
            if event.kind == "CodeBlock":
                in_code = event.is_start
            elif event.kind == "Text":
                self._keep(start, end)
                if event.text != self._text[start:end] and len(event.text) < end - start:
                    self._replaced.append(Edit(start, end, plain_characters(event.text)))
                if not in_code:
                    self._prose[start:end] = b"\1" * (end - start)
            elif event.kind == "Code":
                self._keep(*_code_content(self._text, start, end))
            elif event.kind in ("Html", "InlineHtml"):
                self._keep(start, end)
            elif event.kind == "HardBreak" and self._text[start:end].startswith("\\"):
                self._drop(start, end)

    def _keep_structure(self, events: Sequence["Event"]) -> None:
        """Keep the marks that tell what a line is, note the spans of blocks, and drop pictures, tags and the like."""
        emphasis_end = cell = 0
        for event in events:
            start, end, kind = event.start, event.end, event.kind
            if kind == "InlineHtml":
                self._drop_tags(start, end)
            if not event.is_start:
                continue
            if kind == "Heading":
                self._read_heading(start, end)
            elif kind == "Item":
                mark = _ITEM_MARK.match(self._text, start)
                if mark:
                    self._keep(*mark.span())
            elif kind == "BlockQuote":
                self._breaks |= {start, end}
                mark = _QUOTATION_MARK.match(self._text, start)
                callout = _CALLOUT_MARK.match(self._text, mark.end()) if mark else None
                if callout:
                    self._removed.append(callout.span())
                is_quotation = not callout or callout["kind"].lower() in _QUOTING
                (self._quotations if is_quotation else self._callouts).append((start, end))
            elif kind == "FootnoteDefinition":
                self._footnotes.append((start, end))
                self._breaks |= {start, end}
            elif kind in ("TableHead", "TableRow"):
                self._breaks |= {start, end}
                cell = 0
            elif kind == "TableCell":
                if self._text[start:end].strip():
                    if cell:
                        self._replaced.append(Edit(start, start, "; "))
                    cell += 1
            elif kind == "HtmlBlock":
                self._drop_tags(start, end)
            elif kind in ("Emphasis", "Strong") and start >= emphasis_end:
                self._emphases.append((start, end))
                emphasis_end = end
            elif kind == "Image":
                self._removed.append((start, end))
            elif kind == "Strikethrough":
                self._read_strike(start, end)
            elif kind == "Link":
                self._read_link(event)

    def _read_heading(self, start: int, end: int) -> None:
        mark = _HEADING_MARK.match(self._text, start)
        if mark:
            self._keep(*mark.span())
        elif "=" in self._text[start:end].rstrip()[-1:]:  # a line of dashes is more often meant as a rule
            self._replaced.append(Edit(start, start, "# "))
        self._breaks |= {start, end}

    def _read_strike(self, start: int, end: int) -> None:
        if self._text.startswith("~~", start):
            self._removed.append((start, end))
        else:  # "~" means "about" more often than it strikes out
            self._keep(start, start + 1)
            self._keep(end - 1, end)

    def _read_link(self, event: "Event") -> None:
        start, end = event.start, event.end
        if event.is_wiki_link:
            after = _DESTINATION.match(self._text, end)
            if after:
                self._removed.append(after.span())
                end = after.end()
        shown = bytes(self._kept[start:end])
        text = "".join(character for character, kept in zip(self._text[start:end], shown, strict=True) if kept)
        if _REFERENCE_TEXT.fullmatch(text) and ("#" in event.target or "#" in self._text[event.end : end]):
            self._removed.append((start, end))

    def _drop_tags(self, start: int, end: int) -> None:
        """Drop the tags and comments of HTML, and resolve its entities."""
        hidden: tuple[str, int] | None = None
        for match in _TAG.finditer(self._text, start, end):
            self._removed.append(match.span())
            name = (match["name"] or "").lower()
            if hidden is None and name in _HIDDEN_ELEMENTS and not match["close"]:
                hidden = name, match.end()
            elif hidden is not None and name == hidden[0] and match["close"]:
                self._removed.append((hidden[1], match.start()))
                hidden = None
            elif name == "br" and not self._text.startswith("\n", match.end()):
                self._replaced.append(Edit(match.start(), match.start(), "\n"))
        for match in _ENTITY.finditer(self._text, start, end):
            self._replaced.append(Edit(*match.span(), plain_characters(html.unescape(match[0]))))

    def _drop_extensions(self) -> None:
        """Drop what other dialects of Markdown do not show: marks of highlights, footnotes, block ids, templates."""
        for pattern in (_FOOTNOTE_MARK, _BLOCK_ID, _TEMPLATE_TAG):
            for match in pattern.finditer(self._text, self._start):
                if self._prose[match.end() - 1]:
                    self._removed.append(match.span())
        for match in _RAISED_NUMBER.finditer(self._text, self._start):
            self._removed.append(match.span())
        for match in _HIGHLIGHT.finditer(self._text, self._start):
            if self._prose[match.start()] and self._prose[match.end() - 1]:
                self._removed += [(match.start(), match.start() + 2), (match.end() - 2, match.end())]


def _code_content(text: str, start: int, end: int) -> Span:
    """Return the span of inline code without its marks."""
    marks = 0
    while start + marks < end and text[start + marks] == "`":
        marks += 1
    first, last = start + marks, end - marks
    if last - first > 2 and text[first] in " \n" and text[last - 1] in " \n" and text[first:last].strip():
        return first + 1, last - 1
    return first, last


def _merge_edits(edits: Sequence[Edit]) -> Iterator[Edit]:
    """Yield edits sorted and apart: an insertion into what another one replaces is joined to that one."""
    last: Edit | None = None
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if last is None or edit.start >= last.end:
            if last is not None:
                yield last
            last = edit
        elif edit.start == edit.end:
            last = Edit(last.start, last.end, last.text + edit.text)
    if last is not None:
        yield last


def _merge_spans(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield spans sorted, those that touch or overlap as one."""
    last: Span | None = None
    for span in sorted(spans):
        if last is not None and span[0] <= last[1]:
            last = last[0], max(last[1], span[1])
        else:
            if last is not None:
                yield last
            last = span
    if last is not None:
        yield last


def covers(spans: Sequence[Span], start: int, end: int) -> bool:
    """Whether one of some sorted spans covers all between two offsets."""
    index = bisect_right(spans, (start, 1 << 62)) - 1
    return index >= 0 and spans[index][0] <= start and end <= spans[index][1]
