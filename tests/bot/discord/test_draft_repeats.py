"""A draft that fails costs nobody the answer; one that may have arrived is finished or deleted, not left as it is."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.answering.answerer import Answerer
from bot.answering.chat.reader import ChatReader
from bot.answering.types import Question, Response
from bot.discord import delivery, interactions
from bot.discord.drafts import DraftUpdater
from bot.discord.messages import reply
from bot.discord.rendering.answers import render_response
from bot.discord.rendering.markup import unescape
from bot.discord.service import WENT_WRONG, OnPartial, RequestInfo
from bot.state import State

from tests.bot.answering.chat.scene import faithful, reader_of
from tests.bot.discord.scene import Scene, bot_at
from tests.servers.chat.server import ChatServer
from tests.servers.discord.http import Fault
from tests.servers.discord.server import Message

WHY = "Why does Russia back Maduro?"


async def test_a_draft_that_was_taken_unnoticed_becomes_the_answer(
    shipped_index: Path, answerer: Answerer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.01)
    with ChatServer() as model:

        def chat(state: State) -> ChatReader:
            return reader_of(model, ledger=state, timeout=30.0)

        async with bot_at(shipped_index, tmp_path / "state", lambda: answerer, service={"chat": chat}) as scene:
            model.script(faithful(size=12, pause=0.04))
            met = scene.server.fail("POST", r"/channels/\d+/messages", reset=True, after=True, times=delivery.TRIES)
            answer = await scene.mention(WHY)
            await scene.server.until(lambda: answer.embeds[0].get("footer"))
            assert met.hits == delivery.TRIES
            assert answer.embeds[0]["description"].count("> “") == 3
            assert scene.server.answers(scene.channel) == [answer]


def show_a_draft(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, then: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)
) -> None:
    """Have each answer shown as a draft first; the answer follows when `then` returns, or fails as `then` does."""
    ask = scene.service.ask

    async def ask_with_draft(question: Question, request: RequestInfo, on_partial: OnPartial) -> Response:
        response = await ask(question, request)
        on_partial(response)
        await asyncio.sleep(0.05)
        await then()
        return response

    monkeypatch.setattr(scene.service, "ask", ask_with_draft)


def lose_responses(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Fault:
    """Have Discord take a draft although every try to send it seems to fail."""
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.01)
    return scene.server.fail("POST", r"/channels/\d+/messages", reset=True, after=True, times=delivery.TRIES)


def is_finished(message: Message) -> bool:
    return bool(message.embeds and message.embeds[0].get("footer"))


async def ask_in_answer_channel(scene: Scene, text: str) -> None:
    scene.service.answer_channels.add(scene.channel.id)
    await scene.server.say(scene.channel, scene.ann, text)


async def wait_for_shown(scene: Scene) -> Message:
    [shown] = await scene.server.until(lambda: scene.server.answers(scene.channel))
    return shown


@pytest.mark.parametrize("module", [reply, interactions], ids=["message", "command"])
async def test_an_answer_is_delivered_although_its_draft_cannot_be_shown(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    def fail_on_drafts(*args: Any, unfinished: bool = False, **options: Any) -> dict[str, Any]:
        if unfinished:
            raise LookupError
        return render_response(*args, **options)

    monkeypatch.setattr(module, "render_response", fail_on_drafts)
    show_a_draft(scene, monkeypatch)
    if module is reply:
        answer = await scene.mention(WHY)
    else:
        answer = await (await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})).wait()
    assert is_finished(answer)
    assert WENT_WRONG not in unescape(answer.text)


async def test_an_updater_survives_a_draft_that_fails_and_does_not_show_another() -> None:
    shown: list[Response] = []

    async def fail(draft: Response) -> bool:
        shown.append(draft)
        raise RuntimeError("Session is closed")

    updater = DraftUpdater(fail, interval=0.01)
    draft = Response(None, {})  # type: ignore[arg-type]
    updater(draft)
    await asyncio.sleep(0.01)
    updater(draft)
    await asyncio.sleep(0.01)
    await updater.stop()
    assert shown == [draft]


@pytest.mark.parametrize("in_answer_channel", [False, True])
async def test_an_error_after_a_draft_takes_its_place(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, in_answer_channel: bool
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LookupError

    monkeypatch.setattr(reply, "make_buttons", fail)
    show_a_draft(scene, monkeypatch)
    if in_answer_channel:
        await ask_in_answer_channel(scene, WHY)
    else:
        await scene.mention(WHY)
    answer = await wait_for_shown(scene)
    await scene.server.until(lambda: WENT_WRONG in unescape(answer.text))
    assert scene.server.answers(scene.channel) == [answer]


async def test_a_draft_that_was_taken_unnoticed_is_deleted_with_its_question(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_a_draft(scene, monkeypatch, asyncio.Event().wait)
    met = lose_responses(scene, monkeypatch)
    asked = await scene.server.say(scene.channel, scene.ann, f"{scene.server.bot.mention} {WHY}")
    await scene.server.until(lambda: met.hits == delivery.TRIES)
    shown = await wait_for_shown(scene)
    await scene.server.delete(asked)
    await scene.server.until(lambda: shown.deleted)
    assert not scene.server.answers(scene.channel)


async def test_a_draft_is_deleted_although_its_question_is_deleted_while_the_last_draft_is_shown(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, stopping = DraftUpdater.stop, asyncio.Event()

    async def report_and_stop(updater: DraftUpdater) -> None:
        stopping.set()
        await stop(updater)

    monkeypatch.setattr(DraftUpdater, "stop", report_and_stop)
    show_a_draft(scene, monkeypatch)
    asked = await scene.server.say(scene.channel, scene.ann, f"{scene.server.bot.mention} {WHY}")
    shown = await scene.server.reply_to(asked)
    await stopping.wait()
    await scene.server.delete(asked)
    await scene.server.until(lambda: shown.deleted)


@pytest.mark.parametrize("fails", [False, True], ids=["not addressed", "failed"])
async def test_a_draft_that_was_taken_unnoticed_is_finished_where_no_answer_is_expected(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    async def fail() -> None:
        raise LookupError

    show_a_draft(scene, monkeypatch, fail if fails else lambda: asyncio.sleep(0))
    met = lose_responses(scene, monkeypatch)
    await ask_in_answer_channel(scene, WHY if fails else "Does anyone know the best recipe for sourdough bread?")
    shown = await wait_for_shown(scene)
    await scene.server.until(lambda: WENT_WRONG in unescape(shown.text) if fails else is_finished(shown))
    assert met.hits == delivery.TRIES


async def test_the_draft_for_a_question_that_is_edited_becomes_the_answer_to_the_new_one(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds: list[Callable[[], Awaitable[object]]] = [asyncio.Event().wait, lambda: asyncio.sleep(0)]
    show_a_draft(scene, monkeypatch, lambda: holds.pop(0)())
    asked = await scene.ask(WHY)
    draft = await scene.server.reply_to(asked)
    await scene.server.until(lambda: len(holds) == 1)
    assert not is_finished(draft)
    await scene.server.edit(asked, f"{scene.server.bot.mention} What does he say about China's investment?")
    await scene.server.until(lambda: is_finished(draft))
    assert "China" in draft.embeds[0]["title"]
    assert scene.server.answers(scene.channel) == [draft]
