"""Create and connect the objects that the commands and the Discord bot consist of."""

import logging
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from index.console import spinner
from index.errors import IndexOutdated, SettingsError
from index.formatting import printable

from bot.settings import BotSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.live import LiveIndex
    from index.store.manifest import Manifest

    from bot.answering.answerer import Answerer
    from bot.answering.chat.limits import Ledger
    from bot.answering.chat.reader import ChatReader
    from bot.asking import QuestionSession


class ReaderName(StrEnum):
    """Who answers: a chat model, or the extractive reader."""

    CHAT = "chat"
    EXTRACTIVE = "extractive"


async def serve_discord(settings: BotSettings, token: str) -> None:
    """Run the Discord bot. The index is opened before the login, so that a missing one is reported at once."""
    import asyncio

    from index.embedding import model_identity
    from index.generation import check_compatible, open_articles
    from index.live import LiveIndex
    from index.publishing.factory import make_publisher

    from bot.discord.gateway import run_bot
    from bot.discord.queue import AnswerQueue, RateLimiter
    from bot.discord.service import AnswerService
    from bot.logs import log_to_stderr
    from bot.state import State

    log_to_stderr(debug=_debug(), secrets=settings.secrets)
    state = State(settings.state_file)
    reader = make_chat_reader(settings, state)
    model = model_identity(settings.embedding_model)
    publisher = make_publisher(settings)
    name = publisher.current_name()
    manifest = publisher.manifest(name)
    check_compatible(manifest, model)
    index = LiveIndex(publisher, model)

    answers = AnswerQueue(
        lambda: _load_answerer(settings, index),
        capacity=settings.max_waiting,
        time_limit=settings.answer_seconds,
        rate_limiter=RateLimiter(settings.questions_per_minute),
        prepare=lambda answerer, questions: answerer.prefetch(questions),
    )
    service = AnswerService(
        answers,
        state,
        articles=open_articles(publisher, name, manifest),
        entries={entry.id: entry for entry in manifest.articles},
        read_manifest=publisher.manifest,
        model=model,
        log_questions=settings.log_questions,
        reader=reader,
    )
    try:
        await run_bot(
            service,
            token,
            api=settings.discord_api,
            message_content=settings.message_content,
            health=settings.health_file,
            shards=settings.shards(),
        )
    finally:
        if reader is not None:
            await reader.flush_usage()
        await asyncio.to_thread(index.close)


def make_chat_reader(settings: BotSettings, ledger: "Ledger | None") -> "ChatReader | None":
    """Create the reader with a chat model; None if CHAT_MODEL is not set.

    Args:
        settings: the settings.
        ledger: counts questions and tokens per user; None for no budget.

    Raises:
        SettingsError: the model cannot be loaded.
    """
    if not settings.chat_model:
        return None
    from bot.answering.chat.limits import Budget
    from bot.answering.chat.loading import load_chat_model
    from bot.answering.chat.reader import ChatReader

    model = load_chat_model(
        settings.chat_model,
        base_url=settings.chat_base_url,
        api_key=settings.chat_api_key,
        timeout=settings.chat_timeout,
        max_tokens=settings.chat_max_tokens,
        context_tokens=settings.chat_context_tokens,
    )
    return ChatReader(
        model,
        context_tokens=settings.chat_context_tokens,
        max_tokens=settings.chat_max_tokens,
        timeout=settings.chat_timeout,
        budget=Budget(
            settings.chat_questions_per_day,
            settings.chat_tokens_per_day,
            settings.chat_all_questions_per_day,
            settings.chat_all_tokens_per_day,
        ),
        ledger=ledger,
    )


@contextmanager
def open_session(
    settings: BotSettings, reader: ReaderName | None = None, *, budgeted: bool = True
) -> "Iterator[QuestionSession]":
    """Open a session of questions. The chat model is loaded first, as its settings are checked quickly.

    Args:
        settings: the settings.
        reader: who answers; None for the chat model if one is set.
        budgeted: whether questions and tokens count for the daily budget.
    """
    from bot.asking import QuestionSession
    from bot.logs import log_to_stderr
    from bot.state import State

    log_to_stderr(debug=_debug(), secrets=settings.secrets, level=logging.ERROR)
    chat = None
    if settings.chat_model and reader is not ReaderName.EXTRACTIVE:
        chat = make_chat_reader(settings, State(settings.state_file) if budgeted else None)
    with open_answerer(settings) as answerer, QuestionSession(answerer, chat) as session:
        yield session


def _debug() -> bool:
    """Whether --debug was given; `run_app` removes it from the arguments that commands get."""
    return "--debug" in sys.argv


@contextmanager
def open_answerer(settings: BotSettings) -> "Iterator[Answerer]":
    """Open the index and load the models. The index is checked first, so that a missing one is reported at once."""
    from index.embedding import model_identity
    from index.live import LiveIndex
    from index.publishing.factory import make_publisher

    read_manifest(settings)
    index = LiveIndex(make_publisher(settings), model_identity(settings.embedding_model))
    try:
        with spinner("Loading the models"):
            answerer = _load_answerer(settings, index)
        yield answerer
    finally:
        index.close()


def _load_answerer(settings: BotSettings, index: "LiveIndex") -> "Answerer":
    from index.embedding import QUESTION_THREADS, load_embedder

    from bot.answering.answerer import Answerer
    from bot.answering.evidence.reranker import load_reranker

    with index.lease():  # open the index before the model, which takes seconds to load
        pass
    embedder = load_embedder(settings.embedding_model, QUESTION_THREADS)
    return Answerer(index, embedder, load_reranker(settings.reranker_model))


def read_manifest(settings: BotSettings) -> "Manifest":
    """Read the manifest of the index, without loading a model; raises BylineError if the index cannot be used."""
    from index.embedding import model_identity
    from index.generation import check_compatible
    from index.publishing.factory import make_publisher

    _check_folder(settings.index_dir)
    manifest = make_publisher(settings).manifest()
    model = model_identity(settings.embedding_model)
    try:
        check_compatible(manifest, model)
    except IndexOutdated as error:
        if manifest.model == model:
            raise
        # The setting may be mistyped; then a rebuild would not help.
        hint = "Set EMBEDDING_MODEL back, or, if that model is on this machine, rebuild with: byline rebuild"
        raise IndexOutdated(error.message, hint) from None
    return manifest


def _check_folder(path: Path) -> None:
    """Raise SettingsError if the index folder is not a folder, or could not be created."""
    hint = "Name a folder with --index or INDEX_DIR."
    absolute = path.absolute()
    try:
        existing = next(parent for parent in (absolute, *absolute.parents) if parent.exists())
        if not existing.is_dir():
            raise SettingsError(f"The index cannot be at {printable(str(path))}: {existing} is not a folder.", hint)
    except OSError as error:
        raise SettingsError(
            f"The index folder {printable(str(path))} cannot be read: {error.strerror}.", hint
        ) from None
