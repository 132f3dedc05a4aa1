"""ask and chat in a terminal. What reads and writes is handed in, so a test is a transcript."""

import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Protocol

from index.articles.article import Article
from index.articles.lookup import find_article
from index.errors import BylineError, UsageError
from index.formatting import count, printable

from bot.answering.question import small_talk
from bot.answering.reply.wording import as_block, as_text, describe
from bot.answering.types import Question, Response, Turn
from bot.asking import OnPartial

HISTORY_TURNS = 6
MAX_WIDTH = 88
# What a terminal obeys instead of showing it: C0, DEL and C1 controls, halves of characters, and turns of direction.
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069]")

WELCOME = "Ask about {what}. /help lists the commands, /quit leaves."
TAKEN_BACK = "(I take that back.)"
HELP = """\
Type a question in plain words; a follow-up such as "and why?" is understood from what was said before.

/article          what is indexed
/article NAME     ask about this article only; /article all takes that back
/passage N        show paragraph N and what stands around it
/help             this list
/quit             leave (Ctrl-D does too)"""


class Asker(Protocol):
    """What the chat talks to."""

    def ask(self, question: Question, on_partial: OnPartial | None = None) -> Response: ...

    def articles(self) -> Mapping[str, Article]: ...

    def trouble(self) -> BylineError | None: ...


def chat(
    asker: Asker,
    read: Callable[[], str | None],
    write: Callable[[str], None],
    complain: Callable[[str], None] | None = None,
) -> None:
    """Answer lines until `read` returns None or somebody types /quit; complain: where refusals go, if elsewhere."""
    complain = complain or write
    session = _Session(asker, write, complain)
    write(WELCOME.format(what=_what(asker.articles())))
    while (line := read()) is not None:
        line = line.strip()
        if line.lower() in ("/quit", "/exit", "/q"):
            break
        if line:
            try:
                session.take(line)
            except BylineError as error:
                complain(f"{error.message}\n  {error.hint}" if error.hint else error.message)


def harmless(text: str) -> str:
    """Text that no terminal obeys: whatever would move its cursor or turn the line round is shown as a mark."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def wrapped(text: str, width: int) -> str:
    """Text broken between words at a width; the lines of a block quote each keep their mark."""
    lines = []
    for line in text.split("\n"):
        indent = "> " if line.startswith("> ") else ""
        lines += textwrap.wrap(
            line, min(width, MAX_WIDTH), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)


class StreamPrinter:
    """Writes an answer as it grows, block by block."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._shown = ""

    def show(self, response: Response) -> None:
        """Write what an unfinished answer has more than before."""
        reply = response.reply
        blocks = [reply.lead, *(as_block(response, n) for n in range(len(reply.quotes)))]
        self._go_on("\n\n".join(block for block in blocks if block))

    def finish(self, text: str) -> None:
        """Write the rest of the whole text; all of it where it is not what was begun."""
        self._go_on(text)

    def _go_on(self, text: str) -> None:
        if not self._shown:
            self._write(text)
        elif not text.startswith(self._shown):
            self._write(f"\n{TAKEN_BACK}\n\n{text}")
        elif rest := text.removeprefix(self._shown).strip("\n"):
            self._write(f"\n{rest}")
        self._shown = text


class _Session:
    """One conversation: what was said, which article it is about, and where the last quote stood."""

    def __init__(self, asker: Asker, write: Callable[[str], None], complain: Callable[[str], None]) -> None:
        self._asker = asker
        self._write = write
        self._complain = complain
        self._history: tuple[Turn, ...] = ()
        self._scope: str | None = None
        self._last: str | None = None
        self._recent: str | None = None
        self._told: str | None = None

    def take(self, line: str) -> None:
        """Answer a question, or obey a command."""
        command, _, rest = line.removeprefix("/").partition(" ")
        command = command.lower()
        if not line.startswith("/"):
            self._ask(line)
        elif command == "help":
            self._write(HELP)
        elif command in ("article", "articles"):
            self._article(rest.strip())
        elif command in ("passage", "p"):
            self._passage(rest.strip().lstrip("¶"))
        else:
            raise UsageError(f"There is no command /{printable(command)}.", "/help lists them.")

    def _ask(self, line: str) -> None:
        live = StreamPrinter(self._write)
        response = self._asker.ask(Question(line, self._history, self._scope, self._recent), live.show)
        reply, text = response.reply, as_text(response)
        live.finish(text)
        if not small_talk.is_small_talk(line):  # "and why?" after "thanks" still means what was said before
            self._history = (*self._history, Turn("user", line), Turn("bot", text))[-HISTORY_TURNS:]
        if reply.quotes:
            self._last = reply.quotes[0].article
            self._recent = self._last if len({quote.article for quote in reply.quotes}) == 1 else None
        self._tell_trouble()

    def _tell_trouble(self) -> None:
        trouble = self._asker.trouble()
        message = trouble.message if trouble else None
        if trouble and message != self._told:
            self._complain(f"({message} I answer from the copy I opened before. {trouble.hint})")
        self._told = message

    def _article(self, name: str) -> None:
        articles = self._asker.articles()
        if name == "all":
            self._scope = self._recent = None
            self._write(f"Asking about {_what(articles)}.")
        elif name:
            self._focus(name, articles)
        else:
            for article in articles.values():
                mark = "* " if article.id == self._scope else ""
                size = f"{count(article.word_count, 'word')}, {count(len(article.paragraphs), 'paragraph')}"
                self._write(f"{mark}{printable(article.id)}: {describe(article)}, {size}")

    def _focus(self, name: str, articles: Mapping[str, Article]) -> None:
        article = find_article(articles.values(), name, "/article lists them.")
        self._scope = self._last = self._recent = article.id
        self._history = ()
        self._write(f"Asking about {describe(article)}.")

    def _passage(self, number: str) -> None:
        articles = self._asker.articles()
        chosen = self._scope or self._last or (next(iter(articles)) if len(articles) == 1 else None)
        if chosen is None or chosen not in articles:
            raise UsageError("Which article?", "Name it first with /article NAME.")
        article = articles[chosen]
        wanted = int(number) if number.isdecimal() and len(number) < 9 else 0
        if not 1 <= wanted <= len(article.paragraphs):
            last = len(article.paragraphs)
            raise UsageError(f"{printable(article.id)} has paragraphs 1 to {last}.", "Try: /passage 1")
        for paragraph in article.paragraphs[max(0, wanted - 2) : wanted + 1]:
            mark = "▸" if paragraph.number == wanted else " "
            text = " ".join(article.text[paragraph.start : paragraph.end].split())
            self._write(f"{mark} ¶{paragraph.number}  {text}")


def _what(articles: Mapping[str, Article]) -> str:
    if len(articles) == 1:
        return describe(next(iter(articles.values())))
    return f"{len(articles)} articles"
