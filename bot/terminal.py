"""Chat in a terminal. Input and output are functions, so that tests can replace them."""

import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from index.articles.article import Article
from index.articles.lookup import find_article
from index.errors import BylineError, UsageError
from index.formatting import count, printable

from bot.answering.question import small_talk
from bot.answering.reply.wording import as_block, as_text, describe
from bot.answering.types import Question, Response, Turn
from bot.asking import OnPartial

# How many turns of the conversation a question gets.
HISTORY_TURNS = 6
# Lines are not longer on a wider terminal.
MAX_WIDTH = 88
# What a terminal acts on instead of showing: C0 controls, DEL, C1 controls, surrogates, direction marks.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069]")
# The mark and number before a paragraph, as `/passage` writes them.
_PARAGRAPH = re.compile(r"[▸ ] ¶\d+ +")

WELCOME = "Ask about {what}. /help lists the commands, /quit leaves."
WITHDRAWN = "(The answer above is withdrawn. The new answer:)"
HELP = """\
Type a question in plain words. Follow-up questions such as "and why?" are understood.

/article          list the articles
/article NAME     ask about this article only
/article all      ask about all articles again
/passage N        show paragraph N and its neighbours
/help             show this list
/quit             leave (or press Ctrl-D)"""


class Session(Protocol):
    """Answers the questions of a chat; see `bot.asking.QuestionSession`."""

    def ask(self, question: Question, on_partial: OnPartial | None = None) -> Response:
        """Answer a question."""
        ...

    def articles(self) -> Mapping[str, Article]:
        """Return the articles that can be asked about, by id."""
        ...

    def index_error(self) -> BylineError | None:
        """Return why the newest index could not be opened, if an older one answers instead."""
        ...


def chat(
    session: Session,
    read: Callable[[], str | None],
    write: Callable[[str], None],
    write_error: Callable[[str], None] | None = None,
) -> None:
    """Answer lines until `read` returns None or the user types /quit.

    Args:
        session: answers the questions.
        read: returns the next line, or None at the end of the input.
        write: prints text.
        write_error: prints errors; by default `write`.
    """
    write_error = write_error or write
    conversation = _Conversation(session, write, write_error)
    write(WELCOME.format(what=_describe_all(session.articles())))
    while (line := read()) is not None:
        line = line.strip()
        if line.lower() in ("/quit", "/exit", "/q"):
            break
        if line:
            try:
                conversation.handle(line)
            except BylineError as error:
                write_error(f"{error.message}\n  {error.hint}" if error.hint else error.message)


def sanitize(text: str) -> str:
    """Replace characters that a terminal would act on, such as escape and direction marks, by a visible one."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def wrap(text: str, width: int) -> str:
    """Wrap text between words; each line of a block quote begins with its mark, each of a paragraph below its text."""
    lines = []
    for line in text.split("\n"):
        paragraph = _PARAGRAPH.match(line)
        indent = " " * len(paragraph[0]) if paragraph else "> " if line.startswith("> ") else ""
        lines += textwrap.wrap(
            line, min(width, MAX_WIDTH), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)


class StreamPrinter:
    """Prints an answer block by block, while it is written."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._shown = ""

    def show(self, response: Response) -> None:
        """Print the part of an unfinished answer that is new."""
        reply = response.reply
        blocks = [reply.lead, *(as_block(response, n) for n in range(len(reply.quotes)))]
        self._print_rest("\n\n".join(block for block in blocks if block))

    def finish(self, text: str) -> None:
        """Print the rest of the final text, or all of it if it does not begin with what was printed."""
        self._print_rest(text)

    def _print_rest(self, text: str) -> None:
        if not self._shown:
            self._write(text)
        elif not text.startswith(self._shown):
            self._write(f"\n{WITHDRAWN}\n\n{text}")
        elif rest := text.removeprefix(self._shown).strip("\n"):
            self._write(f"\n{rest}")
        self._shown = text


class _Conversation:
    """The state of one chat.

    `_scope` is the id of the article that questions are limited to, `_recent` of the only article that the last answer
    quoted, `_last` of the article that /passage shows. `_reported` is the last index error that was printed.
    """

    def __init__(self, session: Session, write: Callable[[str], None], write_error: Callable[[str], None]) -> None:
        self._session = session
        self._write = write
        self._write_error = write_error
        self._history: tuple[Turn, ...] = ()
        self._scope: str | None = None
        self._last: str | None = None
        self._recent: str | None = None
        self._reported: str | None = None

    def handle(self, line: str) -> None:
        """Answer a question or run a command."""
        command, _, rest = line.removeprefix("/").partition(" ")
        command = command.lower()
        if not line.startswith("/"):
            self._ask(line)
        elif command == "help":
            self._write(HELP)
        elif command in ("article", "articles"):
            self._choose_article(rest.strip())
        elif command in ("passage", "p"):
            self._show_paragraph(rest.strip().lstrip("¶"))
        else:
            raise UsageError(f"There is no command /{printable(command)}.", "/help lists them.")

    def _ask(self, line: str) -> None:
        stream = StreamPrinter(self._write)
        response = self._session.ask(Question(line, self._history, self._scope, self._recent), stream.show)
        reply, text = response.reply, as_text(response)
        stream.finish(text)
        if not small_talk.is_small_talk(line):  # "and why?" after "thanks" refers to the answer before
            self._history = (*self._history, Turn("user", line), Turn("bot", text))[-HISTORY_TURNS:]
        if reply.quotes:
            self._last = reply.quotes[0].article
            self._recent = self._last if len({quote.article for quote in reply.quotes}) == 1 else None
        self._report_index_error()

    def _report_index_error(self) -> None:
        """Print an error of the index, once until it changes."""
        error = self._session.index_error()
        message = error.message if error else None
        if error and message != self._reported:
            self._write_error(f"({message} I answer from the copy that I opened before. {error.hint})")
        self._reported = message

    def _choose_article(self, name: str) -> None:
        articles = self._session.articles()
        if name == "all":
            self._scope = self._recent = None
            self._write(f"Asking about {_describe_all(articles)}.")
        elif name:
            self._limit_to(name, articles)
        else:
            for article in articles.values():
                mark = "* " if article.id == self._scope else ""
                size = f"{count(article.word_count, 'word')}, {count(len(article.paragraphs), 'paragraph')}"
                self._write(f"{mark}{printable(article.id)}: {describe(article)}, {size}")

    def _limit_to(self, name: str, articles: Mapping[str, Article]) -> None:
        article = find_article(articles.values(), name, "/article lists them.")
        self._scope = self._last = self._recent = article.id
        self._history = ()
        self._write(f"Asking about {describe(article)}.")

    def _show_paragraph(self, number: str) -> None:
        articles = self._session.articles()
        chosen = self._scope or self._last or (next(iter(articles)) if len(articles) == 1 else None)
        if chosen is None or chosen not in articles:
            raise UsageError("Choose an article first.", "Type /article to list them, then /article NAME.")
        article = articles[chosen]
        wanted = int(number) if number.isdecimal() and len(number) < 9 else 0
        last = len(article.paragraphs)
        if not 1 <= wanted <= last:
            raise UsageError(f"{printable(article.id)} has paragraphs 1 to {last}.", "Try: /passage 1")
        for paragraph in article.paragraphs[max(0, wanted - 2) : wanted + 1]:
            mark = "▸" if paragraph.number == wanted else " "
            text = " ".join(article.text[paragraph.start : paragraph.end].split()) or "(no text)"
            self._write(f"{mark} ¶{paragraph.number}  {text}")


def _describe_all(articles: Mapping[str, Article]) -> str:
    if len(articles) == 1:
        return describe(next(iter(articles.values())))
    return f"{len(articles)} articles"


def make_printer() -> Callable[[str], None]:
    """Return a function that prints text, wrapped to the width of the terminal if it is one."""

    def write(text: str) -> None:
        text = sanitize(text)
        print(wrap(text, shutil.get_terminal_size().columns) if sys.stdout.isatty() else text, flush=True)

    return write


def make_error_printer() -> Callable[[str], None] | None:
    """Return a function that prints errors on stderr; None on a terminal, where they are printed among the answers."""
    if _interactive():
        return None
    return lambda text: print(sanitize(text), file=sys.stderr, flush=True)


def _interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def make_line_reader(history: Path) -> Callable[[], str | None]:
    """Return a function that reads a line, or returns None at the end; a terminal gets line editing and a history."""
    if not _interactive():
        return lambda: next(iter(sys.stdin.readline, ""), None)
    from bot import prompt

    return prompt.make_line_reader(history)
