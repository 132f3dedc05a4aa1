"""The command line `byline`, also run as `python -m bot`. The commands of the index are in index/cli.py."""

import json
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter, time
from typing import TYPE_CHECKING, Annotated

import typer

from index.cli import INTERRUPTED, WRITING_COMMANDS, IndexOption, JsonOption
from index.cli import app as index_app
from index.console import progress_bar, run_app
from index.errors import BylineError, UsageError

from bot.assembly import ReaderName, open_session, read_manifest, serve_discord
from bot.settings import BotSettings

if TYPE_CHECKING:
    from bot.answering.chat.request import ChatOutcome
    from bot.answering.types import Question, Response
    from bot.asking import QuestionSession


app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

ArticleOption = Annotated[
    str | None,
    typer.Option("--article", help="Search only this article: its file name, its title, or words of either."),
]


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
    from bot.evaluation.report import as_line, to_json
    from bot.terminal import StreamPrinter, make_printer

    # Refuse invalid input before the models are loaded.
    clean_question(question)
    settings = BotSettings.load(index_dir=index)
    if article is not None:
        find_article(read_manifest(settings).articles, article)
    stream = None if as_json else StreamPrinter(make_printer())
    with open_session(settings) as session:
        started = perf_counter()
        response = session.ask(Question(question, article=article), stream.show if stream else None)
        seconds = perf_counter() - started
    if stream is None:
        print(as_line(to_json(response, seconds)))
    else:
        stream.finish(as_text(response))


@app.command()
def chat(index: IndexOption = None) -> None:
    """Ask one question after another; follow-up questions are understood."""
    from bot import terminal

    settings = BotSettings.load(index_dir=index)
    with open_session(settings) as session:
        read = terminal.make_line_reader(settings.history_file)
        terminal.chat(session, read, terminal.make_printer(), terminal.make_error_printer())


@app.command("run")
def run_bot(index: IndexOption = None) -> None:
    """Answer in Discord until Ctrl-C or SIGTERM."""
    import asyncio

    settings = BotSettings.load(index_dir=index)
    asyncio.run(serve_discord(settings, settings.token()))


# In the middle, as --help lists the commands in this order.
app.registered_commands += index_app.registered_commands


@app.command("eval")
def evaluate(
    questions: Annotated[Path, typer.Argument(help="A JSONL file with one question per line.")],
    answers: Annotated[Path | None, typer.Option("--answers", help="Write each answer to this JSONL file.")] = None,
    article: ArticleOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
    reader: Annotated[
        ReaderName | None,
        typer.Option("--reader", help="Who answers (default: chat if CHAT_MODEL is set, else extractive)."),
    ] = None,
    price_in: Annotated[
        float, typer.Option("--price-in", help="Price of a million tokens that the chat model reads.")
    ] = 0,
    price_out: Annotated[
        float, typer.Option("--price-out", help="Price of a million tokens that the chat model writes.")
    ] = 0,
) -> None:
    """Answer a file of questions and report how good the answers are."""
    from dataclasses import replace

    from bot.evaluation import report, scoring
    from bot.evaluation.questions import check_articles, read_questions

    items = read_questions(questions)
    settings = BotSettings.load(index_dir=index)
    if reader is ReaderName.CHAT and not settings.chat_model:
        raise UsageError("No chat model is set.", "Set CHAT_MODEL, as docs/chat-models.md shows.")
    check_articles(questions, items, read_manifest(settings).articles, article)
    results = []
    outcomes: list[ChatOutcome] = []
    prices = report.Prices(price_in, price_out)
    with (
        report.line_writer(answers, questions) as write,
        open_session(settings, reader, budgeted=False) as session,
        progress_bar("Asking") as progress,
    ):
        for done, item in enumerate(items, 1):
            question = replace(item.question, article=article or item.question.article)
            started = perf_counter()
            response = _ask_or_abstain(session, question)
            seconds = perf_counter() - started
            outcomes += [session.last_outcome] if session.last_outcome else []
            results.append(scoring.judge(item, response, seconds))
            write(report.as_line(report.to_json(response, seconds, item.id)))
            progress(done, len(items))
    if as_json:
        print(report.as_line(report.figures(results, outcomes, prices)))
    else:
        print("\n".join([*report.table(results), *(report.chat_table(outcomes, prices) if outcomes else ())]))


@app.command()
def feedback(
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV (the only format).")] = False,
) -> None:
    """Print the votes on answers in Discord."""
    from bot.state import State

    if not csv:
        raise UsageError("Votes can only be printed as CSV.", "Add --csv: byline feedback --csv > votes.csv")
    State(BotSettings.load().state_file).export(sys.stdout)


@app.command()
def health(as_json: JsonOption = False) -> None:
    """Check the running bot; the exit status is 0 if it is healthy."""
    from dataclasses import asdict

    from bot.health import assess, read_report

    report = read_report(BotSettings.load().health_file)
    findings = assess(report, time())
    healthy = all(finding.well for finding in findings)
    if as_json:
        facts = {
            "well": healthy,
            "findings": [asdict(finding) for finding in findings],
            "pulse": asdict(report) if report else None,
        }
        print(json.dumps(facts, ensure_ascii=False))
    else:
        print("\n".join(finding.text if finding.well else f"NOT WELL: {finding.text}" for finding in findings))
    raise typer.Exit(0 if healthy else 1)


def main() -> int:
    """Run the command of this process; return the exit status."""
    changes_index = any(argument in WRITING_COMMANDS for argument in sys.argv[1:])
    interrupted = INTERRUPTED if changes_index else "Interrupted."
    return run_app(app, sys.argv[1:], interrupted=interrupted, redact=_without_secrets)


def _ask_or_abstain(session: "QuestionSession", question: "Question") -> "Response":
    """Answer a question; abstain from text that cannot be a question, and say why."""
    from bot.answering.question.parsing import clean_question
    from bot.answering.types import Abstention, Response

    try:
        clean_question(question.text)
    except UsageError as error:
        return Response(Abstention(question.text, error.message, (), 0.0, "not_addressed"), session.articles())
    return session.ask(question)


def _without_secrets(text: str) -> str:
    from bot.logs import without_secrets

    with suppress(BylineError):
        return without_secrets(text, BotSettings.load().secrets)
    return without_secrets(text)
