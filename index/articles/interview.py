"""Recognise an interview: who speaks in which paragraph, and which paragraphs are the interviewer's questions.

The certain marks are labels ("Ann Bell:", "Q:", "A:") at the start of paragraphs or lines. Without labels, questions in
bold, or paragraphs that are nothing but a question, count if the text before them says that it is an interview, or if
they address the author by name. The first question often lacks the mark that the others have.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from index.articles.article import Paragraph, Turn
from index.articles.metadata.names import surname

_ASKING = frozenset(("q", "question", "interviewer", "host", "moderator", "f", "п", "в", "з"))
_ANSWERING = frozenset(("a", "answer", "interviewee", "guest"))
_LABEL = re.compile(
    r"(?P<label>[^\W\d_][\w.’'-]*(?: [^\W\d_][\w.’'-]*){0,4})(?: ?\([^()\n]{1,40}\))?[ \t]*[:：][ \t]*(?=\S)"
    r"|(?P<letter>[QA])[ \t]?[.)–—-][ \t]+(?=\S)"
)
_PARTICLES = frozenset("de van von der den da di la le al el bin of the".split())
_INTERVIEW = re.compile(
    r"\binterview|\bq ?& ?a\b|\bin conversation\b|\b(?:spoke|speaks|talked|talks) (?:to|with)\b", re.I
)
# The fewest labelled turns, unless the labels are "Q" and "A", and the least share of labelled paragraphs.
_MIN_TURNS, _MIN_SHARE = 3, 0.4
# The fewest questions in bold, or that are paragraphs of their own, and their most words.
_MIN_BOLD, _MIN_PLAIN, _MAX_WORDS = 2, 3, 60
# The most paragraphs of a question without a mark and its answer.
_MAX_UNMARKED = 3

_YOU = re.compile(r"\byou(?:r|rs|rself)?\b", re.I)
_NAME = r"[^\W\d_a-z][\w.'’-]*(?: [^\W\d_a-z][\w.'’-]*){1,3}"
_MADE_BY = re.compile(
    rf"(?i:\binterview(?:ed)?(?: \w+)? by|\b(?:in conversation|speaks|talks) (?:to|with))\s+(?P<name>{_NAME})"
    rf"|(?P<other>{_NAME}) (?:has |had )?(?:interviewed|spoke|talked|sat down|met)(?: to| with)?\b"
    r"(?P<whom>[^.!?\n]{0,60})"
)

Emphasised = Callable[[int, int], bool]
"""Whether all between two offsets of the article text is set in emphasis."""


class _Line(NamedTuple):
    """A line of the body, or several without a label between; `start` is behind the label, `mark` before it."""

    mark: int
    start: int
    end: int
    label: str


def find_turns(
    text: str, paragraphs: Sequence[Paragraph], authors: Sequence[str], is_emphasised: Emphasised
) -> tuple[Turn, ...]:
    """Return what each speaker of an interview says, in order; nothing if the article is none.

    Args:
        text: The article text.
        paragraphs: Its paragraphs.
        authors: Its authors.
        is_emphasised: Tells what is set in bold or italics.
    """
    body = [p for p in paragraphs if p.kind == "body" and p.body_start < p.end]
    lines = [line for paragraph in body for line in _lines(text, paragraph)]
    askers = _askers(text, lines)
    if askers:
        turns = list(_labelled_turns(lines, askers))
        answering = next((turn.speaker for turn in turns if not turn.asks), "")
        asking = next(turn.speaker for turn in turns if turn.asks)
    else:
        turns = list(_unlabelled_turns(text, body, authors, is_emphasised))
        answering = asking = ""
    return (*_unmarked_turns(text, body, turns, asking, answering), *turns) if turns else ()


def describe_interviewee(
    text: str, paragraphs: Sequence[Paragraph], turns: Sequence[Turn], authors: Sequence[str]
) -> tuple[Paragraph, ...]:
    """Return the paragraphs, of which those above an interview are a note if the author is whoever answers in it.

    Args:
        text: The article text.
        paragraphs: Its paragraphs.
        turns: What each speaker says.
        authors: The article's authors.
    """
    if not turns or not any(_answers(text, turns, author) for author in authors):
        return tuple(paragraphs)
    return tuple(
        replace(p, kind="note") if p.kind == "body" and p.end <= turns[0].mark and not p.quoted else p
        for p in paragraphs
    )


def without_labels(paragraph: Paragraph, turns: Sequence[Turn]) -> Paragraph:
    """Return a paragraph whose body starts behind the label, and is split where another speaker begins."""
    inside = [turn for turn in turns if paragraph.body_start <= turn.mark < paragraph.end and turn.label]
    if not inside or paragraph.kind != "body":
        return paragraph
    cuts = [(paragraph.body_start, inside[0].mark)] if inside[0].mark > paragraph.body_start else []
    cuts += [(turn.start, min(turn.end, paragraph.end)) for turn in inside]
    parts = [(max(a, start), min(b, end)) for start, end in cuts for a, b in paragraph.parts if a < end and start < b]
    return replace(paragraph, body_start=parts[0][0], items=tuple(parts) if len(parts) > 1 else ())


def _lines(text: str, paragraph: Paragraph) -> Iterator[_Line]:
    """Yield the lines of a paragraph that a label starts; lines without a label belong to the one before."""
    found: list[_Line] = []
    start = paragraph.body_start
    while start < paragraph.end:
        newline = text.find("\n", start, paragraph.end)
        end = newline if newline >= 0 else paragraph.end
        match = _LABEL.match(text, start, end)
        label = (match["label"] or match["letter"]) if match else ""
        if match and _is_name(label):
            found.append(_Line(start, match.end(), end, label))
        elif found:
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(_Line(start, start, end, ""))
        start = end + 1
    yield from found


def _is_name(label: str) -> bool:
    words = label.split()
    return words[0][0].isupper() and all(word[0].isupper() or word.lower() in _PARTICLES for word in words)


def _askers(text: str, lines: Sequence[_Line]) -> frozenset[str]:
    """Return the labels of those who ask; none if the labels are not those of an interview."""
    first = next((n for n, line in enumerate(lines) if line.label), len(lines))
    labelled = [line for line in lines[first:] if line.label]
    turns, questions = Counter(line.label for line in labelled), Counter[str]()
    for line in labelled:
        questions[line.label] += text[line.start : line.end].rstrip("\"”'’)* \n").endswith("?")
    askers = {label for label in turns if label.lower() in _ASKING or 2 * questions[label] >= turns[label]}
    askers -= {label for label in turns if label.lower() in _ANSWERING}
    letters = {label.lower() for label in turns}
    enough = len(labelled) >= _MIN_TURNS or (letters & _ASKING and letters & _ANSWERING)
    if not enough or not askers or len(askers) == len(turns) or len(labelled) < _MIN_SHARE * len(lines[first:]):
        return frozenset()
    return frozenset(askers)


def _labelled_turns(lines: Sequence[_Line], askers: frozenset[str]) -> Iterator[Turn]:
    current = ""
    for line in lines:
        current = line.label or current
        if current:
            yield Turn(line.mark, line.start, line.end, line.label, current, current in askers)


def _unlabelled_turns(
    text: str, body: Sequence[Paragraph], authors: Sequence[str], is_emphasised: Emphasised
) -> Iterator[Turn]:
    """Yield the turns of an interview whose questions are paragraphs of their own, in bold or between the answers."""
    questions = [p for p in body if _is_question(text[p.body_start : p.end])]
    bold = [p for p in questions if is_emphasised(p.body_start, p.end)]
    asked = bold if len(bold) >= _MIN_BOLD else questions if len(questions) >= _MIN_PLAIN else []
    addressed = any(_addresses(text[p.body_start : p.end], author) for p in questions for author in authors)
    if not asked or not (addressed or _INTERVIEW.search(text[: asked[0].body_start])):
        return
    for paragraph in body:
        start, end = paragraph.body_start, paragraph.end
        if start >= asked[0].body_start:
            # In bold are also the interviewer's words that are no question.
            asks = paragraph in asked or (asked is bold and is_emphasised(start, end))
            yield Turn(start, start, end, "", "", asks)


def _unmarked_turns(
    text: str, body: Sequence[Paragraph], turns: Sequence[Turn], asking: str, answering: str
) -> Iterator[Turn]:
    """Yield the first question, which has no mark, and its answer, if they stand above the turns.

    asking, answering: the labels of the speakers.
    """
    above = [p for p in body if p.end <= turns[0].mark]
    asked = [n for n, p in enumerate(above) if _is_put_to_somebody(text[p.body_start : p.end])]
    # Above another question, the first one has an answer. What opens the article may ask its readers.
    asked = [n for n in asked if n and (n < len(above) - 1) == turns[0].asks and n >= len(above) - _MAX_UNMARKED]
    for number, paragraph in enumerate(above):
        if asked and number >= asked[-1]:
            asks = number == asked[-1]
            speaker = asking if asks else answering
            yield Turn(paragraph.body_start, paragraph.body_start, paragraph.end, "", speaker, asks)


def _is_question(text: str) -> bool:
    """Whether a paragraph is no more than a question."""
    return text.rstrip("\"”'’)* \n").endswith("?") and len(text.split()) <= _MAX_WORDS


def _is_put_to_somebody(text: str) -> bool:
    """Whether a paragraph ends with a question and addresses somebody."""
    return _is_question(text) and bool(_YOU.search(text))


def _addresses(question: str, author: str) -> bool:
    """Whether a question is put to an author: "Ms Bell, why do you …?"."""
    return bool(_YOU.search(question)) and bool(re.search(rf"\b{re.escape(surname(author))}\b", question))


def _answers(text: str, turns: Sequence[Turn], author: str) -> bool:
    """Whether an author answers: by the label, by name in a question, or because somebody else made the interview."""
    asking = {turn.speaker for turn in turns if turn.asks}
    answering = {turn.speaker for turn in turns if not turn.asks}
    initials = "".join(word[0] for word in author.split())
    own = {initials.lower(), author.lower(), surname(author).lower(), author.split()[0].lower()}
    if any(label.lower() in own for label in answering):
        return True
    if any(label.lower() in own for label in asking):
        return False
    whom = re.compile(rf"\s(?:her|him|them|.*{re.escape(surname(author))})\b")
    made = [m for m in _MADE_BY.finditer(text[: turns[0].mark]) if m["name"] or whom.match(m["whom"])]
    makers = [match["name"] or match["other"] for match in made]
    addressed = any(_addresses(text[turn.start : turn.end], author) for turn in turns if turn.asks)
    return addressed or (bool(makers) and not any(surname(author) in maker for maker in makers))
