"""The index's commands, part of `byline`; alone they are `python -m index`."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.articles.lookup import find_article, missing_lines
from index.console import print_error, progress_bar, run_app, spinner
from index.errors import BylineError, IndexUnusable, UsageError
from index.formatting import count, printable, strip_control_characters
from index.publishing.factory import make_publisher
from index.settings import IndexSettings
from index.store.manifest import Manifest
from index.text.language import list_languages

if TYPE_CHECKING:
    from index.rebuild import RebuildReport
    from index.search import Hit

MAX_QUESTION_CHARS = 2_000
_NICENESS = 10
# How many articles in other languages are named.
_SHOWN = 5
_SHOWN_LINES = 60
# The commands that leave the index unchanged when interrupted, and what is printed then.
WRITING_COMMANDS = frozenset({"add", "rebuild"})
INTERRUPTED = "Interrupted. The index is unchanged."

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

ArticlesOption = Annotated[
    # Not checked here: reading the folder gives better error messages than typer's.
    Path | None, typer.Option("--articles", help="The folder of articles (default: ARTICLES_DIR).", readable=False)
]
IndexOption = Annotated[
    Path | None, typer.Option("--index", help="The folder of the index (default: INDEX_DIR).", readable=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def rebuild(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files or folders in the articles folder to read; other articles stay as indexed (default: all).",
            readable=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Build again even if nothing has changed.")] = False,
    articles: ArticlesOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Update the index from the articles folder. The old index answers until the new one is complete."""
    settings = IndexSettings.load(articles_dir=articles, index_dir=index)
    report = _rebuild(settings, tuple(paths or ()), force, dry_run)
    if as_json:
        _print_json({**asdict(report), "skipped": [skip._asdict() for skip in report.skipped]})
    else:
        _print_report(report, dry_run)


@app.command()
def add(
    sources: Annotated[list[str], typer.Argument(help="Addresses of pages, or files.", metavar="URL|FILE...")],
    name: Annotated[str | None, typer.Option("--name", help="The file name in the articles folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of the same name.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also fetch from addresses that are not public.")
    ] = False,
    no_rebuild: Annotated[bool, typer.Option("--no-rebuild", help="Do not update the index.")] = False,
    articles: ArticlesOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add articles: fetch pages or read files, write them to the articles folder, and update the index."""
    from index.commands.adding import Options
    from index.commands.adding import add as add_article
    from index.commands.showing import as_fields, as_lines

    if name is not None and len(sources) > 1:
        raise UsageError("--name is for one article.", "Add the articles one by one, or leave --name out.")
    settings = IndexSettings.load(articles_dir=articles, index_dir=index)
    options = Options(settings.articles_dir, name, force, allow_private, settings.articles_encoding)
    added: list[dict[str, Any]] = []
    failed: list[BylineError] = []
    for source in sources:
        try:
            with spinner(f"Reading {printable(source)}"):
                result = add_article(source, options)
        except BylineError as error:
            failed.append(error)
            print_error(error)
            continue
        added.append({"source": source, "outcome": result.outcome, **as_fields(result.article)})
        if not as_json:
            _print_added(result.outcome, result.path, as_lines(result.article))
    if as_json:
        failures = [{"message": error.message, "hint": error.hint} for error in failed]
        _print_json({"added": added, "failed": failures})
    if added and not no_rebuild:
        report = _rebuild(settings)
        if not as_json:
            _print_report(report, dry_run=False)
    if failed:
        raise typer.Exit(2 if not added and all(error.exit_status == 2 for error in failed) else 1)


@app.command()
def edit(
    file: Annotated[str, typer.Argument(help="A .txt or .md file, or an article by file name, title or author.")],
    title: Annotated[str | None, typer.Option("--title", help="The title.")] = None,
    author: Annotated[list[str] | None, typer.Option("--author", help="An author; repeat it for several.")] = None,
    published: Annotated[str | None, typer.Option("--date", help="The date of publication.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="The web address of the article.")] = None,
    articles: ArticlesOption = None,
) -> None:
    """Set the title, authors, date or source of an article, by writing the front matter of its file."""
    from index.commands.editing import changes_of
    from index.commands.editing import edit as edit_file
    from index.commands.showing import as_lines

    changes = changes_of(title, author or [], published, source)
    settings = IndexSettings.load(articles_dir=articles)
    article = edit_file(file, settings.articles_dir, changes, settings.articles_encoding)
    for line in takewhile(bool, as_lines(article)):
        print(line)
    print("The index still has what it had before. Update it with: byline rebuild")


@app.command()
def status(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Show what is indexed, when it was built, and with which model."""
    settings = IndexSettings.load(index_dir=index)
    publisher = make_publisher(settings)
    name = publisher.current_name()
    manifest = publisher.manifest(name)
    if as_json:
        _print_json({"generation": name, **{k: v for k, v in asdict(manifest).items() if k != "files"}})
        return
    _print_status(name, manifest)


@app.command()
def show(
    file: Annotated[str, typer.Argument(help="An article file, or the name of an article in the folder.")],
    articles: ArticlesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is understood of one file: title, authors, date, and each paragraph with its number and kind."""
    from index.commands.showing import as_fields, as_lines, find_file

    settings = IndexSettings.load(articles_dir=articles)
    article = find_file(file, settings.articles_dir, settings.articles_encoding)
    if as_json:
        _print_json(as_fields(article))
    else:
        print("\n".join(as_lines(article)))


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 5,
    article: Annotated[str | None, typer.Option("--article", help="Search only this article.")] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the passages closest to a question, with their scores."""
    from index.embedding import load_embedder, model_identity
    from index.generation import open_current
    from index.search import search as search_index

    if not question.strip():
        raise UsageError("The question is empty.", 'Try: byline search "what is it about"')
    if len(question) > MAX_QUESTION_CHARS:
        raise UsageError(
            f"The question has {len(question):,} characters; the limit is {MAX_QUESTION_CHARS:,}.",
            "Ask it in fewer words.",
        )
    settings = IndexSettings.load(index_dir=index)
    model = model_identity(settings.embedding_model)
    with spinner("Loading the model"), open_current(make_publisher(settings), model) as generation:
        article_id = None if article is None else find_article(generation.manifest.articles, article).id
        hits = search_index(generation, load_embedder(settings.embedding_model), question, k, article_id)
    if as_json:
        _print_json([_hit_fields(hit) for hit in hits])
        return
    for rank, hit in enumerate(hits, 1):
        passage = hit.passage
        numbers = sorted({sentence.paragraph for sentence in passage.sentences})
        location = f"¶{numbers[0]}" if len(numbers) == 1 else f"¶{numbers[0]}–{numbers[-1]}"
        scores = f"passage {hit.passage_cosine:.2f}, sentence {hit.sentence_cosine:.2f}, words {hit.lexical:.1f}"
        print(f"{rank}. {printable(passage.article)} {location}  score {hit.score:.2f} ({scores})")
        print(f"   {' '.join(strip_control_characters(passage.text).split())}\n")


@app.command()
def verify(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Check that the files of the current index are unchanged, and that searches find its passages."""
    from index.publishing.verification import verify_current

    publisher = make_publisher(IndexSettings.load(index_dir=index))
    try:
        with spinner("Checking"):
            name, result = verify_current(publisher)
    except IndexUnusable as error:
        if as_json:
            _print_json({"generation": publisher.peek_current_name(), "sound": False, "problem": error.message})
        raise
    if as_json:
        _print_json({"generation": name, "sound": True, **asdict(result)})
        return
    size = f"{count(result.passages, 'passage')} and {count(result.sentences, 'sentence')}"
    print(
        f"Generation {name} is intact: {size}; {result.found} of {result.searched} searches found their own text first."
    )


def main() -> int:
    """Run the index's commands for this process; return the exit status."""
    return run_app(app, sys.argv[1:], interrupted=INTERRUPTED)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
) -> None:
    """Build and inspect the index of articles."""


def _rebuild(
    settings: IndexSettings, only: tuple[Path, ...] = (), force: bool = False, dry_run: bool = False
) -> "RebuildReport":
    from index.embedding import load_embedder, model_identity
    from index.rebuild import rebuild as rebuild_index

    with progress_bar("Embedding passages") as progress:
        return rebuild_index(
            settings.articles_dir,
            make_publisher(settings),
            model_identity(settings.embedding_model),
            lambda: load_embedder(settings.embedding_model, _lower_priority()),
            only=only,
            encoding=settings.articles_encoding,
            force=force,
            dry_run=dry_run,
            progress=progress,
        )


def _hit_fields(hit: "Hit") -> dict[str, Any]:
    passage = hit.passage
    return {
        "article": passage.article,
        "paragraphs": sorted({sentence.paragraph for sentence in passage.sentences}),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": round(hit.score, 4),
        "dense": round(hit.passage_cosine, 4),
        "sentence": round(hit.sentence_cosine, 4),
        "lexical": round(hit.lexical, 4),
    }


def _lower_priority() -> int:
    """Give way to a bot on this machine; return the number of threads for a rebuild."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICENESS)
    return max(1, (os.cpu_count() or 1) // 2)


def _print_added(outcome: str, path: Path, lines: Iterable[str]) -> None:
    """Print what was understood of an article; of a long one, its beginning."""
    shown = list(lines)
    print(f"{outcome:10} {printable(path.name)}")
    print("\n".join(shown[:_SHOWN_LINES]))
    if len(shown) > _SHOWN_LINES:
        print(f"… (byline show {printable(path.name)} shows all of it)")
    print()


def _print_report(report: "RebuildReport", dry_run: bool) -> None:
    for skip in report.skipped:
        print(f"skipped    {skip.name}: {skip.reason}")
    plan = report.plan
    for word, ids in (("added", plan.added), ("changed", plan.changed), ("removed", plan.removed)):
        for article in ids:
            print(f"{word:10} {printable(article)}")
    if plan.stale:
        print(f"All articles are indexed again: {plan.stale}.")
    lists = {"added": plan.added, "changed": plan.changed, "removed": plan.removed, "unchanged": plan.unchanged}
    counts = ", ".join(f"{len(ids)} {word}" for word, ids in lists.items())
    counts += f", {len(report.skipped)} skipped" if report.skipped else ""
    seconds = f"{report.seconds:.1f} s"
    if plan.empty:
        print(f"Nothing has changed: {counts}; {seconds}.")
    elif dry_run:
        print(f"A rebuild would index: {counts}. Nothing was written.")
    else:
        print(f"Indexed: {counts}; {report.passages:,} passages, {report.sentences:,} sentences; {seconds}.")
    if not dry_run:
        _print_unread(report.unread)


def _print_unread(languages: Mapping[str, str]) -> None:
    """Say which articles are in languages that are not read without a chat model, in one line."""
    if not languages:
        return
    shown = [f"{printable(article)} ({list_languages([code])})" for article, code in list(languages.items())[:_SHOWN]]
    shown += [f"{len(languages) - _SHOWN:,} more"] if len(languages) > _SHOWN else []
    print(f"Not in English: {', '.join(shown)}. Without a chat model, only their closest passages are shown.")


def _print_status(name: str, manifest: Manifest) -> None:
    print(f"Generation {name}, built {manifest.created} with {manifest.model}")
    counts = ((len(manifest.articles), "article"), (manifest.passages, "passage"), (manifest.sentences, "sentence"))
    print(", ".join(count(n, noun) for n, noun in counts))
    _print_unread(manifest.unread)
    print()
    for article in manifest.articles:
        details = " · ".join(part for part in (article.title, ", ".join(article.authors), article.published) if part)
        size = f"{count(article.words, 'word')}, {count(article.paragraphs, 'paragraph')}"
        print(f"{printable(article.id)}  {size}{'  ' + strip_control_characters(details) if details else ''}")
    for line in missing_lines(manifest.articles):
        print(line)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False))
