"""Many questions, slow answers and a model that loads: everybody is answered or told why not.

QUEUED is how many questions one test queues; `make soak` takes 200.
"""

import asyncio
import os
import time
from itertools import pairwise
from pathlib import Path

import pytest

from bot.answering.answerer import Answerer
from bot.answering.types import Question, Response
from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import WHY, Scene, bot_at
from tests.bot.discord.slow import Slow, slow

QUEUED = int(os.environ.get("QUEUED", "12"))


def slow_to_load(answerer: Answerer) -> Answerer:
    time.sleep(2.0)
    return slow(1.0)(answerer)


@pytest.mark.bot(load=slow_to_load, heartbeat_interval=0.4)
async def test_heartbeats_go_on_while_the_model_loads_and_answers_take_long(scene: Scene) -> None:
    began = time.monotonic()
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    await asked.acknowledged()
    assert asked.acknowledged_after is not None
    assert asked.acknowledged_after < 1
    typed = await scene.ask(WHY)
    await scene.server.reply_to(typed, timeout=20)
    assert "¶" in (await asked.wait()).text
    beats = [beat.at for beat in scene.server.heartbeats if beat.at > began]
    gaps = [after - before for before, after in pairwise(beats)]
    assert len(beats) >= 6
    assert max(gaps) < 1.5
    assert any(request.path.endswith("/typing") for request in scene.server.requests)


@pytest.mark.slow
@pytest.mark.bot(heartbeat_interval=0.5)
async def test_many_queued_questions_are_all_acknowledged_and_answered(scene: Scene) -> None:
    people = [scene.server.user(f"Reader {n}") for n in range(QUEUED // 4)]
    asked = [
        await scene.server.slash(person, scene.channel, "ask", {"question": WHY}) for person in people for _ in range(4)
    ]
    for one in asked:
        await one.acknowledged(20)
    answers = [await one.wait(40) for one in asked]
    assert all("¶" in answer.text for answer in answers)
    assert max(one.acknowledged_after or 9 for one in asked) < 3


@pytest.mark.bot(service={"per_minute": 5})
async def test_a_rate_limited_user_is_told_once_in_private_and_others_are_answered(scene: Scene) -> None:
    flood = [await scene.ask(WHY) for _ in range(100)]
    other = await scene.mention(WHY, user=scene.bob)
    assert "¶" in other.text
    await scene.server.until(lambda: all(m.replies or m.reactions for m in flood), 20)
    answered = [m for m in flood if m.replies]
    assert len(answered) == 5
    assert not [m for m in answered if m.reactions]
    [notice] = scene.server.answers(scene.server.dm(scene.ann))
    assert "You are asking too fast. Please try again in" in notice.text
    slash = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    assert "You are asking too fast. Please try again in" in (await slash.wait()).text
    assert slash.ephemeral


@pytest.mark.bot(load=slow(0.2))
async def test_a_server_with_many_questions_does_not_delay_another(scene: Scene) -> None:
    elsewhere = scene.server.guild("Elsewhere").channel("general")
    crowd = [await scene.ask(WHY) for _ in range(5)]
    crowd += [
        await scene.server.say(scene.channel, scene.server.user(f"R{n}"), f"{scene.server.bot.mention} {WHY}")
        for n in range(15)
    ]
    await asyncio.sleep(0.3)
    await scene.mention(WHY, user=scene.bob, channel=elsewhere)
    assert sum(bool(m.replies) for m in crowd) <= 6


@pytest.mark.bot(load=slow(0.3), service={"capacity": 6})
async def test_a_question_to_a_full_queue_is_declined(scene: Scene) -> None:
    people = [scene.server.user(f"Reader {n}") for n in range(8)]
    asked = [await scene.server.slash(p, scene.channel, "ask", {"question": WHY}) for p in people]
    texts = [unescape((await one.wait(20)).text) for one in asked]
    full = [one for one, text in zip(asked, texts, strict=True) if "Too many questions are waiting" in text]
    assert 1 <= len(full) <= 5
    assert all(one.ephemeral for one in full)
    assert sum("¶" in text for text in texts) == len(asked) - len(full)


@pytest.mark.bot(load=slow(2.0), service={"time_limit": 0.5})
async def test_an_answer_that_hangs_ends_in_an_apology(scene: Scene) -> None:
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    assert "took me too long" in unescape((await asked.wait()).text)


@pytest.mark.bot(load=slow(0.4))
async def test_at_shutdown_every_pending_question_is_answered_or_declined(scene: Scene) -> None:
    asked = [await scene.ask(WHY) for _ in range(5)]
    await asyncio.sleep(0.2)
    began = time.monotonic()
    await scene.finish()
    assert time.monotonic() - began < 10
    assert all(len(m.replies) == 1 for m in asked)
    assert scene.server.closes[-1] == 1000


@pytest.mark.bot(service={"per_minute": 5})
async def test_people_who_did_not_ask_are_never_told_to_wait(scene: Scene) -> None:
    await (await scene.server.slash(scene.bob, scene.channel, "channel", {"answer": "on"})).wait()
    talk = [await scene.server.say(scene.channel, scene.ann, "are you coming tonight?") for _ in range(12)]
    await scene.settled()
    assert not [m for m in talk if m.replies or m.reactions]
    assert not scene.server.answers(scene.server.dm(scene.ann))
    # Nor has that talk cost her anything.
    await scene.mention(WHY)


class Hangs(Slow):
    def ask(self, question: Question) -> Response:
        if "hang" in question.text:
            time.sleep(4)
        return self._answerer.ask(question)


@pytest.mark.bot(load=lambda answerer: Hangs(answerer, 0), service={"time_limit": 1.5})
async def test_an_answer_that_hangs_does_not_stop_the_others(scene: Scene) -> None:
    hung = await scene.ask("Does this hang?")
    await asyncio.sleep(0.1)
    other = await scene.server.say(scene.channel, scene.bob, f"{scene.server.bot.mention} {WHY}")
    assert "took me too long" in unescape((await scene.server.reply_to(hung)).text)
    # Who waited behind it has waited as long; who asks now is served.
    await scene.server.reply_to(other)
    assert "¶" in (await scene.mention(WHY, user=scene.server.user("Cat"))).text
    status = await scene.server.slash(scene.bob, scene.channel, "status")
    assert "1 answer did not finish" in (await status.wait()).text


async def test_a_model_that_fails_to_load_ends_the_bot_and_tells_who_waits(
    shipped_index: Path, answerer: Answerer, tmp_path: Path
) -> None:
    def load() -> Answerer:
        time.sleep(1)
        raise OSError("no model")

    async with bot_at(shipped_index, tmp_path / "state", load) as scene:
        asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
        assert "being restarted" in (await asked.wait()).text
        with pytest.raises(OSError, match="no model"):
            await scene.finish()
