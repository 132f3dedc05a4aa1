"""Whole conversations, as a person would read them."""

from collections.abc import Mapping

import pytest

from index.articles.article import Article
from index.articles.formats import parse
from index.errors import BylineError, IndexMissing, UsageError

from bot.answering.reply.citations import quote
from bot.answering.reply.wording import as_text
from bot.answering.types import Abstention, Answer, Question, Reply, Response
from bot.asking import OnPartial
from bot.terminal import HELP, WITHDRAWN, StreamPrinter, chat, sanitized, wrapped

FERRY = parse("ferry.txt", b"By Jane Roe\n3 May 2024\n\nThe ferry should stay free.\n\nI think a bridge costs more.\n")
TOLL = parse("toll.md", b"---\ntitle: The Toll\n---\n\nA toll is fair.\n")
GREETING = "Ask about ferry.txt by Jane Roe (2024-05-03). /help lists the commands, /quit leaves."


class Scripted:
    """Answers from a table, and keeps what it was asked."""

    def __init__(self, *articles: Article, trouble: BylineError | None = None) -> None:
        self._articles = {article.id: article for article in articles}
        self._trouble = trouble
        self.asked: list[Question] = []

    def ask(self, question: Question, on_partial: OnPartial | None = None) -> Response:
        self.asked.append(question)
        if question.text == "broken":
            raise UsageError("That cannot be asked.", "Ask something else.")
        if question.text == "weather?":
            reply = Abstention(question.text, "The article does not address that.", (), 0.0, "not_addressed")
            return Response(reply, self._articles)
        start = FERRY.text.index("I think")
        found = quote(FERRY, start, start + len("I think a bridge costs more."))
        return Response(Answer(question.text, "Roe, hedging:", (found,), 0.9), self._articles)

    def articles(self) -> Mapping[str, Article]:
        return self._articles

    def index_error(self) -> BylineError | None:
        return self._trouble


def converse(asker: Scripted, *lines: str) -> list[str]:
    """What is written in reply to some lines, the greeting left out."""
    script = iter(lines)
    written: list[str] = []
    chat(asker, lambda: next(script, None), written.append)
    return written[1:]


ANSWER = 'Roe, hedging:\n\n> "I think a bridge costs more." — ¶3 (Roe, hedging)'


def test_a_conversation_from_greeting_to_goodbye() -> None:
    written: list[str] = []
    script = iter(["a bridge?", "", "   ", "weather?", "/quit", "never read"])
    chat(Scripted(FERRY), lambda: next(script, None), written.append)
    assert written == [GREETING, ANSWER, "The article does not address that."]
    assert next(script) == "never read"


def test_the_exchange_before_goes_with_the_next_question() -> None:
    asker = Scripted(FERRY)
    converse(asker, "a bridge?", "why?")
    assert asker.asked[0].history == ()
    assert [(turn.role, turn.text) for turn in asker.asked[1].history] == [("user", "a bridge?"), ("bot", ANSWER)]


def test_an_error_is_one_sentence_and_a_hint_and_the_chat_goes_on() -> None:
    assert converse(Scripted(FERRY), "broken", "a bridge?") == ["That cannot be asked.\n  Ask something else.", ANSWER]


def test_trouble_with_the_index_is_told_once() -> None:
    trouble = IndexMissing("The index was deleted.", "Build it with: make index")
    replies = converse(Scripted(FERRY, trouble=trouble), "a bridge?", "a bridge?")
    told = "(The index was deleted. I answer from the copy I opened before. Build it with: make index)"
    assert replies == [ANSWER, told, ANSWER]


@pytest.mark.parametrize("command", ["/help", "/HELP"])
def test_help_lists_the_commands(command: str) -> None:
    assert converse(Scripted(FERRY), command) == [HELP]


def test_quit_may_be_shouted() -> None:
    assert converse(Scripted(FERRY), "/QUIT", "a bridge?") == []


def test_refusals_and_trouble_go_where_complaints_go_and_answers_do_not() -> None:
    written: list[str] = []
    complaints: list[str] = []
    script = iter(["broken", "/nosuch", "/article zebra", "/passage 9", "a bridge?"])
    asker = Scripted(FERRY, trouble=IndexMissing("The index was deleted.", "Build it."))
    chat(asker, lambda: next(script, None), written.append, complaints.append)
    assert written == [GREETING, ANSWER]
    assert complaints == [
        "That cannot be asked.\n  Ask something else.",
        "There is no command /nosuch.\n  /help lists them.",
        "No article is called “zebra”.\n  /article lists them.",
        "ferry.txt has paragraphs 1 to 3.\n  Try: /passage 1",
        "(The index was deleted. I answer from the copy I opened before. Build it.)",
    ]


def test_thanks_do_not_take_the_place_of_what_was_asked_before() -> None:
    asker = Scripted(FERRY)
    converse(asker, "a bridge?", "thanks!", "why?")
    assert [turn.text for turn in asker.asked[2].history] == ["a bridge?", ANSWER]


def test_the_article_of_the_last_quotes_goes_with_the_next_question() -> None:
    asker = Scripted(FERRY, TOLL)
    converse(asker, "a bridge?", "who wrote it?", "weather?", "who wrote it?", "/article all", "who wrote it?")
    assert [question.recent for question in asker.asked] == [None, "ferry.txt", "ferry.txt", "ferry.txt", None]


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
def test_nothing_that_a_terminal_obeys_is_printed(text: str, shown: str) -> None:
    assert sanitized(text) == shown


@pytest.mark.parametrize("line", ["/article \x1b[31mred", "/\x1b[31mred"])
def test_what_was_typed_is_not_echoed_as_it_is(line: str) -> None:
    assert "\x1b" not in converse(Scripted(FERRY), line)[0]


@pytest.mark.parametrize("command", ["/nosuch", "/", "/quit now"])
def test_an_unknown_command_is_said_to_be_one(command: str) -> None:
    assert "/help lists them" in converse(Scripted(FERRY), command)[0]


def test_a_passage_is_shown_with_what_stands_around_it() -> None:
    assert converse(Scripted(FERRY), "/passage 2") == [
        "  ¶1  By Jane Roe 3 May 2024",
        "▸ ¶2  The ferry should stay free.",
        "  ¶3  I think a bridge costs more.",
    ]


@pytest.mark.parametrize("number", ["0", "4", "999999999999", "abc", "", "-1", "²"])
def test_a_passage_that_is_not_there_is_said_to_be_none(number: str) -> None:
    assert converse(Scripted(FERRY), f"/passage {number}") == ["ferry.txt has paragraphs 1 to 3.\n  Try: /passage 1"]


def test_with_several_articles_a_passage_needs_one() -> None:
    assert converse(Scripted(FERRY, TOLL), "/passage 1")[0] == "Which article?\n  Name it first with /article NAME."


def test_the_articles_are_listed_and_one_may_be_chosen() -> None:
    asker = Scripted(FERRY, TOLL)
    replies = converse(
        asker, "/article", "/article toll", "fair?", "/article", "/article all", "fair?", "/article zebra"
    )
    assert replies[0] == "ferry.txt: ferry.txt by Jane Roe (2024-05-03), 11 words, 3 paragraphs"
    assert replies[2] == "Asking about “The Toll”."
    assert "* toll.md: “The Toll”, 4 words, 1 paragraph" in replies
    assert replies[-1] == "No article is called “zebra”.\n  /article lists them."
    assert [question.article for question in asker.asked] == ["toll.md", None]


def test_a_name_that_fits_several_articles_is_not_guessed() -> None:
    assert "2 articles match “t”." in converse(Scripted(FERRY, TOLL), "/article t")[0]


@pytest.mark.parametrize("width", [20, 40, 88, 200])
def test_a_wrapped_quote_keeps_its_mark_and_its_words(width: int) -> None:
    text = "> " + "somewhat long words " * 20 + "— ¶3"
    lines = wrapped(text, width).splitlines()
    assert all(line.startswith("> ") for line in lines)
    assert max(map(len, lines)) <= width
    assert " ".join(line.removeprefix("> ") for line in lines).split() == text.removeprefix("> ").split()


def growing(*replies: Answer, final: Reply) -> str:
    """What is written while an answer grows, and at its end."""
    written: list[str] = []
    live = StreamPrinter(written.append)
    for reply in replies:
        live.show(Response(reply, {FERRY.id: FERRY}))
    live.finish(as_text(Response(final, {FERRY.id: FERRY})))
    return "\n".join(written)


def test_an_answer_that_grows_reads_as_if_it_had_come_whole() -> None:
    quotes = tuple(
        quote(FERRY, FERRY.text.index(words), FERRY.text.index(words) + len(words))
        for words in ("The ferry should stay free.", "I think a bridge costs more.")
    )
    whole = Answer("why?", "", quotes, 0.9, claims=("Roe says so.", "She thinks so."))
    begun = Answer("why?", "", quotes[:1], 0.9, claims=("Roe says so.",))
    assert growing(begun, whole, final=whole) == as_text(Response(whole, {FERRY.id: FERRY}))
    assert growing(final=whole) == as_text(Response(whole, {FERRY.id: FERRY}))
    other = Answer("why?", "Roe argues:", quotes[:1], 0.9, note="it is busy")
    taken_back = growing(begun, final=other)
    assert f"\n\n{WITHDRAWN}\n\nRoe argues:" in taken_back
    assert taken_back.endswith("(No chat model: it is busy.)")


def test_nothing_is_taken_back_when_a_second_article_comes_in() -> None:
    articles = {article.id: article for article in (FERRY, TOLL)}
    ferry, toll = (
        quote(article, at, at + len(text))
        for article, text in ((FERRY, "The ferry should stay free."), (TOLL, "A toll is fair."))
        for at in (article.text.index(text),)
    )
    written: list[str] = []
    live = StreamPrinter(written.append)
    whole = Answer("?", "", (ferry, toll), 0.9, claims=("Roe wants no fare.", "The other author does."))
    live.show(Response(Answer("?", "", (ferry,), 0.9, claims=whole.claims[:1]), articles))
    live.finish(as_text(Response(whole, articles)))
    assert [WITHDRAWN in text for text in written] == [False, False]
    assert "¶2 (Roe), ferry.txt" in written[0]
    assert "“The Toll”" in written[1]
