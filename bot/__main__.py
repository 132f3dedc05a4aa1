"""python -m bot ask | chat | eval; the one place where objects are assembled."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from index.console import progress_bar, run, working
from index.errors import BylineError, UsageError

from bot.settings import BotSettings

if TYPE_CHECKING:
    from index.articles import Article

    from bot.answering.answerer import Answerer
    from bot.answering.types import Question, Reply

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

IndexOption = Annotated[Path | None, typer.Option("--index", help="The folder of the index [default: INDEX_DIR].")]
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
    from bot.answering.question import clean
    from bot.answering.types import Question
    from bot.answering.wording import as_text
    from bot.evaluation import to_json

    clean(question)  # a question that cannot be asked is refused before anything heavy is loaded
    with answering(BotSettings.load(index_dir=index)) as answerer:
        started = perf_counter()
        reply, articles = answerer.ask(Question(question, article=article))
        seconds = perf_counter() - started
    if as_json:
        print(json.dumps(to_json(reply, articles, seconds), ensure_ascii=False))
    else:
        _writer()(as_text(reply, articles))


@app.command()
def chat(index: IndexOption = None) -> None:
    """Ask one question after another; the conversation is remembered."""
    from bot import terminal

    settings = BotSettings.load(index_dir=index)
    with answering(settings) as answerer:
        terminal.chat(answerer, _line_reader(settings), _writer())


@app.command("eval")
def evaluate(
    questions: Annotated[Path, typer.Argument(help="A JSONL file with one question a line.")],
    answers: Annotated[Path | None, typer.Option("--answers", help="Write each answer to this JSONL file.")] = None,
    article: ArticleOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a file of questions and say how good the answers are."""
    from dataclasses import replace

    from bot import evaluation

    items = evaluation.read_questions(questions)
    lines: list[str] = []
    results = []
    with answering(BotSettings.load(index_dir=index)) as answerer, progress_bar("Answering") as progress:
        for done, item in enumerate(items, 1):
            question = replace(item.question, article=article or item.question.article)
            started = perf_counter()
            reply, articles = _ask_or_abstain(answerer, question)
            seconds = perf_counter() - started
            results.append(evaluation.judge(item, reply, articles, seconds))
            answer = evaluation.to_json(reply, articles, seconds, item.id)
            lines.append(json.dumps(answer, ensure_ascii=False))
            progress(done, len(items))
    if answers is not None:
        _write(answers, lines)
    if as_json:
        print(
            json.dumps(
                {
                    "total": evaluation.summary(results),
                    "kinds": evaluation.by_kind(results),
                    "degrees": evaluation.by_degree(results),
                }
            )
        )
    else:
        print("\n".join(evaluation.table(results)))


@contextmanager
def answering(settings: BotSettings) -> "Iterator[Answerer]":
    """Everything that answers, put together; the index comes before the model, so that its absence is told at once."""
    from index.embedding import model_identity
    from index.generations import Generations
    from index.live import LiveIndex
    from index.store import check

    model = model_identity(settings.embedding_model)
    check(Generations(settings.index_dir).manifest(), model)
    index = LiveIndex(settings.index_dir, model)
    try:
        with working("Loading the models"):
            from index.embedding import load_embedder

            from bot.answering.answerer import Answerer
            from bot.answering.reranker import load_reranker

            index.generation()
            embedder = load_embedder(settings.embedding_model)
            answerer = Answerer(index, embedder, load_reranker(settings.reranker_model))
        yield answerer
    finally:
        index.close()


def _ask_or_abstain(answerer: "Answerer", question: "Question") -> "tuple[Reply, Mapping[str, Article]]":
    """The reply; for a question that cannot be asked, an abstention that says why."""
    from bot.answering.question import clean
    from bot.answering.types import Abstention

    try:
        clean(question.text)
    except UsageError as error:
        return Abstention(question.text, error.message, (), 0.0, "not_addressed"), answerer.articles()
    return answerer.ask(question)


def _write(path: Path, lines: list[str]) -> None:
    try:
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise BylineError(f"The answers cannot be written to {path}: {error.strerror}.", "Name another file.") from None


def _writer() -> Callable[[str], None]:
    """Prints text: broken at the terminal's width where there is one, in whole lines elsewhere."""
    from bot.terminal import wrapped

    def write(text: str) -> None:
        print(wrapped(text, shutil.get_terminal_size().columns) if sys.stdout.isatty() else text, flush=True)

    return write


def _line_reader(settings: BotSettings) -> Callable[[], str | None]:
    """Reads lines: with editing and a history on a terminal, plainly elsewhere; None at the end."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return lambda: next(iter(sys.stdin.readline, ""), None)
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory

    session: PromptSession[str] = PromptSession(history=FileHistory(str(settings.history_file)))

    def read() -> str | None:
        while True:
            try:
                return session.prompt("\n› ")
            except KeyboardInterrupt:
                continue  # Ctrl-C clears the line, as in a shell
            except EOFError:
                return None

    return read


def main() -> int:
    return run(app, sys.argv[1:], interrupted="Interrupted.")


if __name__ == "__main__":
    sys.exit(main())
