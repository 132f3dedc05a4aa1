"""The terminal chat: whole conversations, wrapping, and answers that are printed as they are written."""

from collections.abc import Mapping

import pytest

from index.articles.article import Article
from index.articles.parse import parse
from index.errors import BylineError, IndexMissing, UsageError

from bot.answering.reply.citations import quote
from bot.answering.reply.wording import as_text
from bot.answering.types import Abstention, Answer, Question, Reply, Response
from bot.asking import OnPartial
from bot.terminal import HELP, WITHDRAWN, StreamPrinter, chat, sanitize, wrap

FERRY = parse("ferry.txt", b"By Jane Roe\n3 May 2024\n\nThe ferry should stay free.\n\nI think a bridge costs more.\n")
TOLL = parse("toll.md", b"---\ntitle: The Toll\n---\n\nA toll is fair.\n")
GREETING = "Ask about Jane Roe’s article of 3 May 2024. /help lists the commands, /quit leaves."


class ScriptedSession:
    """A session with scripted answers, which records the questions."""

    def __init__(self, *articles: Article, error: BylineError | None = None) -> None:
        self._articles = {article.id: article for article in articles}
        self._error = error
        self.asked: list[Question] = []

    def ask(self, question: Question, on_partial: OnPartial | None = None) -> Response:
        self.asked.append(question)
        if question.text == "broken":
            raise UsageError("That cannot be asked.", "Ask something else.")
        if question.text == "weather?":
            reply = Abstention(question.text, "The article does not address that.", (), 0.0, "not_addressed")
            return Response(reply, self._articles)
        start = FERRY.text.index("I think")
        hedged = quote(FERRY, start, start + len("I think a bridge costs more."))
        return Response(Answer(question.text, "Roe, hedging:", (hedged,), 0.9), self._articles)

    def articles(self) -> Mapping[str, Article]:
        return self._articles

    def index_error(self) -> BylineError | None:
        return self._error


def converse(session: ScriptedSession, *lines: str) -> list[str]:
    """Return what is written in reply to some lines, without the greeting."""
    script = iter(lines)
    written: list[str] = []
    chat(session, lambda: next(script, None), written.append)
    return written[1:]


ANSWER = 'Roe, hedging:\n\n> "I think a bridge costs more." — ¶3 (Roe, hedging)'


def test_a_conversation_begins_with_a_greeting_and_ends_with_quit() -> None:
    written: list[str] = []
    script = iter(["a bridge?", "", "   ", "weather?", "/quit", "never read"])
    chat(ScriptedSession(FERRY), lambda: next(script, None), written.append)
    assert written == [GREETING, ANSWER, "The article does not address that."]
    assert next(script) == "never read"


def test_a_question_gets_the_history_of_the_conversation() -> None:
    session = ScriptedSession(FERRY)
    converse(session, "a bridge?", "why?")
    assert session.asked[0].history == ()
    assert [(turn.role, turn.text) for turn in session.asked[1].history] == [("user", "a bridge?"), ("bot", ANSWER)]


def test_an_error_is_printed_with_its_hint_and_the_chat_goes_on() -> None:
    assert converse(ScriptedSession(FERRY), "broken", "a bridge?") == [
        "That cannot be asked.\n  Ask something else.",
        ANSWER,
    ]


def test_an_index_error_is_printed_once() -> None:
    error = IndexMissing("The index was deleted.", "Build it with: byline rebuild")
    replies = converse(ScriptedSession(FERRY, error=error), "a bridge?", "a bridge?")
    report = "(The index was deleted. I answer from the copy that I opened before. Build it with: byline rebuild)"
    assert replies == [ANSWER, report, ANSWER]


@pytest.mark.parametrize("command", ["/help", "/HELP"])
def test_help_lists_the_commands(command: str) -> None:
    assert converse(ScriptedSession(FERRY), command) == [HELP]


def test_quit_is_accepted_in_capitals() -> None:
    assert converse(ScriptedSession(FERRY), "/QUIT", "a bridge?") == []


def test_errors_are_written_by_write_error_and_answers_are_not() -> None:
    written: list[str] = []
    errors: list[str] = []
    script = iter(["broken", "/nosuch", "/article zebra", "/passage 9", "a bridge?"])
    session = ScriptedSession(FERRY, error=IndexMissing("The index was deleted.", "Build it."))
    chat(session, lambda: next(script, None), written.append, errors.append)
    assert written == [GREETING, ANSWER]
    assert errors == [
        "That cannot be asked.\n  Ask something else.",
        "There is no command /nosuch.\n  /help lists them.",
        "No article is called “zebra”.\n  /article lists them.",
        "ferry.txt has paragraphs 1 to 3.\n  Try: /passage 1",
        "(The index was deleted. I answer from the copy that I opened before. Build it.)",
    ]


def test_thanks_are_not_added_to_the_history() -> None:
    session = ScriptedSession(FERRY)
    converse(session, "a bridge?", "thanks!", "why?")
    assert [turn.text for turn in session.asked[2].history] == ["a bridge?", ANSWER]


def test_a_question_gets_the_article_of_the_last_answer() -> None:
    session = ScriptedSession(FERRY, TOLL)
    converse(session, "a bridge?", "who wrote it?", "weather?", "who wrote it?", "/article all", "who wrote it?")
    assert [question.recent for question in session.asked] == [None, "ferry.txt", "ferry.txt", "ferry.txt", None]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a \x1b[31mred\x1b[0m \x9b2J word\x07", "a �[31mred�[0m �2J word�"),
        ("\u202eturned\u202c \u2066kept\u2069", "�turned� �kept�"),
        ("half \ud83d of one", "half � of one"),
        ("back\rover\x08 it\x7f", "back�over� it�"),
        ("lines\n\tand “quotes” — ¶7 🤔 \u200dנכון", "lines\n\tand “quotes” — ¶7 🤔 \u200dנכון"),
    ],
)
def test_control_characters_are_replaced(text: str, shown: str) -> None:
    assert sanitize(text) == shown


@pytest.mark.parametrize("line", ["/article \x1b[31mred", "/\x1b[31mred"])
def test_an_error_does_not_repeat_control_characters_of_the_input(line: str) -> None:
    assert "\x1b" not in converse(ScriptedSession(FERRY), line)[0]


@pytest.mark.parametrize("command", ["/nosuch", "/", "/quit now"])
def test_an_unknown_command_gets_a_hint(command: str) -> None:
    assert "/help lists them" in converse(ScriptedSession(FERRY), command)[0]


def test_passage_shows_a_paragraph_and_its_neighbours() -> None:
    assert converse(ScriptedSession(FERRY), "/passage 2") == [
        "  ¶1  By Jane Roe 3 May 2024",
        "▸ ¶2  The ferry should stay free.",
        "  ¶3  I think a bridge costs more.",
    ]


@pytest.mark.parametrize("number", ["0", "4", "999999999999", "abc", "", "-1", "²"])
def test_a_paragraph_number_out_of_range_is_an_error(number: str) -> None:
    assert converse(ScriptedSession(FERRY), f"/passage {number}") == [
        "ferry.txt has paragraphs 1 to 3.\n  Try: /passage 1"
    ]


def test_with_several_articles_passage_needs_a_choice() -> None:
    assert converse(ScriptedSession(FERRY, TOLL), "/passage 1")[0] == (
        "Choose an article first.\n  Type /article to list them, then /article NAME."
    )


def test_the_articles_are_listed_and_one_can_be_chosen() -> None:
    session = ScriptedSession(FERRY, TOLL)
    replies = converse(
        session, "/article", "/article toll", "fair?", "/article", "/article all", "fair?", "/article zebra"
    )
    assert replies[0] == "ferry.txt: Jane Roe’s article of 3 May 2024, 11 words, 3 paragraphs"
    assert replies[2] == "Asking about “The Toll”."
    assert "* toll.md: “The Toll”, 4 words, 1 paragraph" in replies
    assert replies[-1] == "No article is called “zebra”.\n  /article lists them."
    assert [question.article for question in session.asked] == ["toll.md", None]


def test_a_name_that_matches_several_articles_is_an_error() -> None:
    assert "2 articles match “t”." in converse(ScriptedSession(FERRY, TOLL), "/article t")[0]


@pytest.mark.parametrize("width", [20, 40, 88, 200])
def test_each_line_of_a_wrapped_quote_has_its_mark(width: int) -> None:
    text = "> " + "somewhat long words " * 20 + "— ¶3"
    lines = wrap(text, width).splitlines()
    assert all(line.startswith("> ") for line in lines)
    assert max(map(len, lines)) <= width
    assert " ".join(line.removeprefix("> ") for line in lines).split() == text.removeprefix("> ").split()


@pytest.mark.parametrize("mark", ["▸ ¶7  ", "  ¶1234  "])
def test_wrapped_lines_of_a_paragraph_stand_below_its_text(mark: str) -> None:
    words = ("somewhat long words " * 20).strip()
    first, *others = wrap(mark + words, 40).splitlines()
    assert first.startswith(mark)
    assert all(line.startswith(" " * len(mark)) and line[len(mark)] != " " for line in others)
    assert " ".join([first.removeprefix(mark), *map(str.strip, others)]) == words


def streamed(*replies: Answer, final: Reply) -> str:
    """Return what is written for some unfinished answers and the final reply."""
    written: list[str] = []
    printer = StreamPrinter(written.append)
    for reply in replies:
        printer.show(Response(reply, {FERRY.id: FERRY}))
    printer.finish(as_text(Response(final, {FERRY.id: FERRY})))
    return "\n".join(written)


def test_a_streamed_answer_reads_like_the_whole_answer_unless_it_is_withdrawn() -> None:
    quotes = tuple(
        quote(FERRY, FERRY.text.index(words), FERRY.text.index(words) + len(words))
        for words in ("The ferry should stay free.", "I think a bridge costs more.")
    )
    whole = Answer("why?", "", quotes, 0.9, claims=("Roe says so.", "She thinks so."))
    unfinished = Answer("why?", "", quotes[:1], 0.9, claims=("Roe says so.",))
    assert streamed(unfinished, whole, final=whole) == as_text(Response(whole, {FERRY.id: FERRY}))
    assert streamed(final=whole) == as_text(Response(whole, {FERRY.id: FERRY}))
    other = Answer("why?", "Roe argues:", quotes[:1], 0.9, note="it is busy")
    withdrawn = streamed(unfinished, final=other)
    assert f"\n\n{WITHDRAWN}\n\nRoe argues:" in withdrawn
    assert withdrawn.endswith("(No chat model: it is busy.)")


def test_nothing_is_withdrawn_when_a_second_article_is_quoted() -> None:
    articles = {article.id: article for article in (FERRY, TOLL)}
    ferry, toll = (
        quote(article, start, start + len(text))
        for article, text in ((FERRY, "The ferry should stay free."), (TOLL, "A toll is fair."))
        for start in (article.text.index(text),)
    )
    written: list[str] = []
    printer = StreamPrinter(written.append)
    whole = Answer("?", "", (ferry, toll), 0.9, claims=("Roe wants no fare.", "The other author does."))
    printer.show(Response(Answer("?", "", (ferry,), 0.9, claims=whole.claims[:1]), articles))
    printer.finish(as_text(Response(whole, articles)))
    assert [WITHDRAWN in text for text in written] == [False, False]
    assert "¶2 (Roe), Jane Roe’s article of 3 May 2024" in written[0]
    assert "“The Toll”" in written[1]
