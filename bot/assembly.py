"""Put the objects together: what the commands and the Discord bot are made of."""

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

    from index.store.manifest import Manifest

    from bot.answering.answerer import Answerer
    from bot.answering.chat.limits import Ledger
    from bot.answering.chat.reader import ChatReader
    from bot.asking import Asker


class ReaderName(StrEnum):
    CHAT = "chat"
    EXTRACTIVE = "extractive"


async def serve_discord(settings: BotSettings, token: str) -> None:
    """The Discord bot, put together. The index is read before Discord is asked, so that its absence is told at once."""
    import asyncio

    from index.embedding import model_identity
    from index.generation import check_compatible, open_articles
    from index.live import LiveIndex
    from index.publishing.factory import make_publisher

    from bot.discord.gateway import serve
    from bot.discord.queue import AnswerQueue, RateLimiter
    from bot.discord.service import AnswerService
    from bot.logs import log_to_stderr
    from bot.state import State

    log_to_stderr(debug=_debug(), secrets=settings.secrets)
    state = State(settings.state_file)
    reader = chat_reader(settings, state)
    model = model_identity(settings.embedding_model)
    publisher = make_publisher(settings)
    name = publisher.current_name()
    manifest = publisher.manifest(name)
    check_compatible(manifest, model)
    index = LiveIndex(publisher, model)

    def load() -> "Answerer":
        from index.embedding import QUESTION_THREADS, load_embedder

        from bot.answering.answerer import Answerer
        from bot.answering.evidence.reranker import load_reranker

        with index.lease():  # its absence is told before the model is loaded
            pass
        embedder = load_embedder(settings.embedding_model, QUESTION_THREADS)
        return Answerer(index, embedder, load_reranker(settings.reranker_model))

    answers = AnswerQueue(
        load,
        waiting=settings.max_waiting,
        seconds=settings.answer_seconds,
        allowance=RateLimiter(settings.questions_per_minute),
        prepare=lambda answerer, questions: answerer.expect(questions),
    )
    desk = AnswerService(
        answers,
        state,
        articles=open_articles(publisher, name, manifest),
        heads={entry.id: entry for entry in manifest.articles},
        manifest=publisher.manifest,
        model=model,
        log_questions=settings.log_questions,
        reader=reader,
    )
    try:
        await serve(
            desk,
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


def chat_reader(settings: BotSettings, ledger: "Ledger | None") -> "ChatReader | None":
    """The reader with a chat model, None where CHAT_MODEL is not set; raises SettingsError if it cannot be loaded."""
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
def asking(settings: BotSettings, reader: ReaderName | None = None, *, budgeted: bool = True) -> "Iterator[Asker]":
    """Everything that answers one question after another; the chat model comes first, so that its errors are told."""
    from bot.asking import Asker
    from bot.logs import log_to_stderr
    from bot.state import State

    log_to_stderr(debug=_debug(), secrets=settings.secrets, level=logging.ERROR)
    chat = None
    if settings.chat_model and reader is not ReaderName.EXTRACTIVE:
        chat = chat_reader(settings, State(settings.state_file) if budgeted else None)
    with answering(settings) as answerer, Asker(answerer, chat) as asker:
        yield asker


def _debug() -> bool:
    return "--debug" in sys.argv


@contextmanager
def answering(settings: BotSettings) -> "Iterator[Answerer]":
    """Everything that answers, put together; the index comes before the model, so that its absence is told at once."""
    from index.embedding import model_identity
    from index.live import LiveIndex
    from index.publishing.factory import make_publisher

    usable_manifest(settings)
    index = LiveIndex(make_publisher(settings), model_identity(settings.embedding_model))
    try:
        with spinner("Loading the models"):
            from index.embedding import QUESTION_THREADS, load_embedder

            from bot.answering.answerer import Answerer
            from bot.answering.evidence.reranker import load_reranker

            with index.lease():
                pass
            embedder = load_embedder(settings.embedding_model, QUESTION_THREADS)
            answerer = Answerer(index, embedder, load_reranker(settings.reranker_model))
        yield answerer
    finally:
        index.close()


def usable_manifest(settings: BotSettings) -> "Manifest":
    """What is indexed, read without loading anything; raises BylineError for an index that cannot be asked."""
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
        # A rebuild alone is no way out for somebody who has mistyped the model's name.
        hint = "Set EMBEDDING_MODEL back, or, if that model is on this machine, rebuild with: python -m index rebuild"
        raise IndexOutdated(error.message, hint) from None
    return manifest


def _check_folder(path: Path) -> None:
    """Raise SettingsError for an index folder that no rebuild could make."""
    hint = "Name a folder with --index or INDEX_DIR."
    absolute = path.absolute()
    try:
        existing = next(place for place in (absolute, *absolute.parents) if place.exists())
        if not existing.is_dir():
            raise SettingsError(f"The index cannot be at {printable(str(path))}: {existing} is no folder.", hint)
    except OSError as error:
        raise SettingsError(
            f"The index folder {printable(str(path))} cannot be read: {error.strerror}.", hint
        ) from None
