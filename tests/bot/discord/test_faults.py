"""What goes wrong between the bot and Discord, and what users see of it: one answer, or one sentence why not."""

import asyncio
import logging
import time
from typing import Any

import pytest

from bot.discord import delivery

from tests.bot.discord.scene import POST, WHY, Scene
from tests.bot.discord.slow import slow


@pytest.mark.parametrize("kind", ["reconnect", "resumable", "close", "abort"])
async def test_a_lost_connection_is_resumed_and_nothing_is_answered_twice(scene: Scene, kind: Any) -> None:
    first = await scene.ask(WHY)
    await scene.server.reply_to(first)
    scene.server.replay(5)
    await scene.server.drop(kind)
    during = await scene.ask(WHY)
    await scene.server.reply_to(during)
    await scene.settled()
    assert [len(first.replies), len(during.replies)] == [1, 1]


async def test_what_a_lost_session_missed_is_read_back(scene: Scene) -> None:
    dm = scene.server.dm(scene.ann)
    await scene.server.reply_to(await scene.server.say(dm, scene.ann, WHY))
    before = await scene.ask(WHY)
    await scene.server.reply_to(before)
    scene.server.fail("GET", "/ws", status=503, times=1)
    await scene.server.drop("invalid")
    missed = await scene.ask(WHY)
    missed_dm = await scene.server.say(dm, scene.ann, "What does he say about China's investment?")
    await scene.server.reply_to(missed, timeout=20)
    await scene.server.reply_to(missed_dm, timeout=20)
    await scene.settled()
    assert [len(m.replies) for m in (before, missed, missed_dm)] == [1, 1, 1]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "times": 2},
        {"status": 503, "after": True},
        {"reset": True, "times": 2},
        {"reset": True, "after": True},
        {"status": 429, "retry_after": 0.2},
        {"status": 429, "retry_after": 0.2, "via": False},
    ],
    ids=str,
)
async def test_a_failing_send_is_repeated_and_arrives_once(scene: Scene, fault: dict[str, Any]) -> None:
    met = scene.server.fail(*POST, **fault)
    asked = await scene.ask(WHY)
    await scene.server.reply_to(asked)
    await scene.settled()
    assert met.hits
    assert len(asked.replies) == 1


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        ({"status": 503}, delivery.TRIES),
        ({"status": 429, "retry_after": 0.01, "via": False}, delivery.TRIES),
        ({"reset": True}, delivery.TRIES),
        ({"status": 404, "code": 10003}, 1),
        ({"status": 400, "code": 50035}, 1),
    ],
    ids=str,
)
async def test_what_can_never_be_sent_is_tried_a_few_times_and_logged_once(
    scene: Scene, fault: dict[str, Any], tries: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.01)
    met = scene.server.fail(*POST, times=float("inf"), **fault)
    with caplog.at_level(logging.INFO, "bot"):
        asked = await scene.ask(WHY)
        await scene.server.until(lambda: [line for line in caplog.messages if line.startswith("not sent")], 20)
    hits = met.hits
    met.times = 0
    assert hits == tries
    await scene.settled()
    assert not asked.replies
    assert len([line for line in caplog.messages if line.startswith("not sent")]) == 1
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": True, "times": 2}, {"status": 500}], ids=str)
async def test_a_failing_edit_is_repeated(scene: Scene, fault: dict[str, Any]) -> None:
    met = scene.server.fail("PATCH", r"/webhooks/.*", **fault)
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    assert "¶" in (await asked.wait()).text
    assert met.hits


async def test_an_expired_interaction_is_answered_in_the_channel(scene: Scene) -> None:
    scene.server.fail("POST", r"/interactions/.*", status=404, code=10062)
    await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    [answer] = await scene.server.until(lambda: scene.server.answers(scene.channel))
    assert "¶" in answer.text
    scene.server.fail("POST", r"/interactions/.*", status=404, code=10062)
    await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY, "private": True})
    [answer] = await scene.server.until(lambda: scene.server.answers(scene.server.dm(scene.ann)))
    assert "¶" in answer.text
    assert len(scene.server.answers(scene.channel)) == 1


@pytest.mark.bot(load=slow(0.5))
async def test_a_deleted_question_is_given_up(scene: Scene) -> None:
    waiting, deleted = await scene.ask(WHY), await scene.ask("What does he say about China's investment?")
    await asyncio.sleep(0.1)
    await scene.server.delete(deleted)
    await scene.server.reply_to(waiting)
    await scene.settled()
    assert not deleted.replies
    assert len(scene.server.answers(scene.channel)) == 2


async def test_a_question_deleted_at_the_last_moment_ends_in_a_log_line(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.server.fail(*POST, status=400, code=50035)
    with caplog.at_level(logging.INFO):
        await scene.ask(WHY)
        await scene.settled()
    [line] = [record for record in caplog.messages if record.startswith("not sent")]
    assert "code=50035" in line


@pytest.mark.parametrize("fault", [{"status": 200, "delay": 6.0}, {"status": 500, "times": 9}], ids=str)
@pytest.mark.bot(load=slow(1.2))
async def test_an_answer_does_not_wait_for_the_typing_indicator(scene: Scene, fault: dict[str, Any]) -> None:
    scene.server.fail("POST", r"/channels/\d+/typing", **fault)
    began = time.monotonic()
    await scene.server.reply_to(await scene.ask(WHY))
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": True, "times": 2}], ids=str)
async def test_opening_a_thread_is_tried_again(scene: Scene, fault: dict[str, Any]) -> None:
    answer = await scene.mention(WHY)
    scene.server.fail("POST", r"/channels/\d+/messages/\d+/threads", **fault)
    pressed = await scene.server.press(scene.ann, answer, "Thread")
    assert "Continue in" in (await pressed.wait()).text


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": True, "times": 2}], ids=str)
async def test_reading_the_conversation_is_tried_again(scene: Scene, fault: dict[str, Any]) -> None:
    dm = scene.server.dm(scene.ann)
    await scene.server.reply_to(await scene.server.say(dm, scene.ann, "What does he say about China's investment?"))
    scene.server.fail("GET", r"/channels/\d+/messages", **fault)
    second = await scene.server.say(dm, scene.ann, "and servicemen?")
    assert "Chinese servicemen" in (await scene.server.reply_to(second)).text
