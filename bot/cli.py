"""python -m bot run | ask | chat | eval | feedback | health; the one place where objects are assembled."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter, time
from typing import TYPE_CHECKING, Annotated

import typer

from index.console import progress_bar, run_app
from index.errors import BylineError, UsageError
from index.formatting import printable

from bot.assembly import ReaderName, asking, serve_discord, usable_manifest
from bot.settings import BotSettings

if TYPE_CHECKING:
    from bot.answering.chat.request import ChatOutcome
    from bot.answering.types import Question, Response
    from bot.asking import Asker


app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

IndexOption = Annotated[Path | None, typer.Option("--index", help="The folder of the index; by default INDEX_DIR.")]
ArticleOption = Annotated[str | None, typer.Option("--article", help="Only this article, by file name or title.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
) -> None:
    """Ask what an author argues, and get the author's own words."""


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    article: ArticleOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer one question and exit."""
    from index.articles.lookup import find_article

    from bot.answering.question.parsing import clean_question
    from bot.answering.reply.wording import as_text
    from bot.answering.types import Question
    from bot.evaluation import as_line, to_json
    from bot.terminal import StreamPrinter

    # What cannot be asked is refused before anything heavy is loaded.
    clean_question(question)
    settings = BotSettings.load(index_dir=index)
    if article is not None:
        find_article(usable_manifest(settings).articles, article)
    live = None if as_json else StreamPrinter(_writer())
    with asking(settings) as asker:
        started = perf_counter()
        response = asker.ask(Question(question, article=article), live.show if live else None)
        seconds = perf_counter() - started
    if live is None:
        print(as_line(to_json(response, seconds)))
    else:
        live.finish(as_text(response))


@app.command()
def chat(index: IndexOption = None) -> None:
    """Ask one question after another; the conversation is remembered."""
    from bot import terminal

    settings = BotSettings.load(index_dir=index)
    with asking(settings) as asker:
        terminal.chat(asker, _line_reader(settings), _writer(), _complainer())


@app.command("run")
def run_bot(index: IndexOption = None) -> None:
    """Answer in Discord until Ctrl-C or SIGTERM."""
    import asyncio

    settings = BotSettings.load(index_dir=index)
    asyncio.run(serve_discord(settings, settings.token()))


@app.command()
def feedback(
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, the only form there is so far.")] = False,
) -> None:
    """Print the votes that people gave answers in Discord."""
    from bot.state import State

    if not csv:
        raise UsageError(
            "The votes can be printed as CSV.", "Add --csv, as in: python -m bot feedback --csv > votes.csv"
        )
    State(BotSettings.load().state_file).export(sys.stdout)


@app.command()
def health(as_json: JsonOption = False) -> None:
    """Say whether the bot that runs is well; the exit status is 0 if it is."""
    from dataclasses import asdict

    from bot.health import findings, read

    pulse = read(BotSettings.load().health_file)
    found = findings(pulse, time())
    well = all(finding.well for finding in found)
    if as_json:
        facts = {"well": well, "findings": [asdict(f) for f in found], "pulse": asdict(pulse) if pulse else None}
        print(json.dumps(facts, ensure_ascii=False))
    else:
        print("\n".join(finding.text if finding.well else f"NOT WELL: {finding.text}" for finding in found))
    raise typer.Exit(0 if well else 1)


@app.command("eval")
def evaluate(
    questions: Annotated[Path, typer.Argument(help="A JSONL file with one question a line.")],
    answers: Annotated[Path | None, typer.Option("--answers", help="Write each answer to this JSONL file.")] = None,
    article: ArticleOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
    reader: Annotated[
        ReaderName | None,
        typer.Option("--reader", help="Who answers [default: chat where CHAT_MODEL is set, else extractive]."),
    ] = None,
    price_in: Annotated[float, typer.Option("--price-in", help="What a million tokens cost that the model reads.")] = 0,
    price_out: Annotated[float, typer.Option("--price-out", help="What a million tokens cost that it writes.")] = 0,
) -> None:
    """Answer a file of questions and say how good the answers are."""
    from dataclasses import replace

    from bot import evaluation

    items = evaluation.read_questions(questions)
    settings = BotSettings.load(index_dir=index)
    evaluation.check_articles(questions, items, usable_manifest(settings).articles, article)
    results = []
    reads: list[ChatOutcome] = []
    prices = evaluation.Prices(price_in, price_out)
    with (
        _appending(answers, questions) as keep,
        asking(settings, _reader_named(reader, settings), budgeted=False) as asker,
        progress_bar("Asking") as progress,
    ):
        for done, item in enumerate(items, 1):
            question = replace(item.question, article=article or item.question.article)
            started = perf_counter()
            response = _ask_or_abstain(asker, question)
            seconds = perf_counter() - started
            reads += [asker.last] if asker.last else []
            results.append(evaluation.judge(item, response, seconds))
            keep(evaluation.as_line(evaluation.to_json(response, seconds, item.id)))
            progress(done, len(items))
    if as_json:
        chat = {"chat": evaluation.chat_summary(reads, prices)} if reads else {}
        shown = {
            "total": evaluation.summary(results),
            "kinds": evaluation.by_kind(results),
            "degrees": evaluation.by_degree(results),
        }
        print(evaluation.as_line(shown | chat))
    else:
        print("\n".join([*evaluation.table(results), *(evaluation.chat_table(reads, prices) if reads else ())]))


def _reader_named(name: ReaderName | None, settings: BotSettings) -> ReaderName | None:
    if name is ReaderName.CHAT and not settings.chat_model:
        raise UsageError("There is no chat model to read with.", "Set CHAT_MODEL, as docs/chat-models.md shows.")
    return name


def _ask_or_abstain(asker: "Asker", question: "Question") -> "Response":
    """The reply; for a question that cannot be asked, an abstention that says why."""
    from bot.answering.question.parsing import clean_question
    from bot.answering.types import Abstention, Response

    try:
        clean_question(question.text)
    except UsageError as error:
        return Response(Abstention(question.text, error.message, (), 0.0, "not_addressed"), asker.articles())
    return asker.ask(question)


@contextmanager
def _appending(path: Path | None, questions: Path) -> Iterator[Callable[[str], None]]:
    """A function that writes a line to a file at once, so that what is done outlives an interruption.

    The file is opened before anything is asked; what it held goes only when the first line comes.
    """
    if path is None:
        yield lambda _: None
        return
    if path.exists() and path.samefile(questions):
        raise UsageError("The answers would overwrite the questions.", "Name another file with --answers.")

    def failed(error: OSError) -> BylineError:
        why = f"The answers cannot be written to {printable(str(path))}: {error.strerror}."
        return BylineError(why, "Name another file with --answers.")

    try:
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise failed(error) from None
    started = False

    def write(line: str) -> None:
        nonlocal started
        try:
            if not started and file.seekable():
                file.truncate(0)
            started = True
            file.write(line + "\n")
            file.flush()
        except OSError as error:
            raise failed(error) from None

    try:
        yield write
    finally:
        with suppress(OSError):  # what could not be written has been told
            file.close()


def _writer() -> Callable[[str], None]:
    """Prints text: broken at the terminal's width where there is one, in whole lines elsewhere."""
    from bot.terminal import harmless, wrapped

    def write(text: str) -> None:
        text = harmless(text)
        print(wrapped(text, shutil.get_terminal_size().columns) if sys.stdout.isatty() else text, flush=True)

    return write


def _complainer() -> Callable[[str], None] | None:
    """Says what went wrong apart from the answers where nobody sits at a terminal; None where somebody does."""
    from bot.terminal import harmless

    if _interactive():
        return None
    return lambda text: print(harmless(text), file=sys.stderr, flush=True)


def _interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _line_reader(settings: BotSettings) -> Callable[[], str | None]:
    """Reads lines: with editing and a history on a terminal, plainly elsewhere; None at the end."""
    if not _interactive():
        return lambda: next(iter(sys.stdin.readline, ""), None)
    from bot.prompt import line_reader

    return line_reader(settings.history_file)


def _without_secrets(text: str) -> str:
    from bot.logs import without_secrets

    with suppress(BylineError):
        return without_secrets(text, BotSettings.load().secrets)
    return without_secrets(text)


def main() -> int:
    return run_app(app, sys.argv[1:], interrupted="Interrupted.", clean=_without_secrets)
