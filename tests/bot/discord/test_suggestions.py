"""An answer that is ready is delivered, whatever becomes of the questions that are suggested below it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

import pytest

from bot.answering.answerer import Answerer
from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import Scene

BREAD = "What is the best recipe for sourdough bread?"


class Suggesting:
    """An answerer whose suggestions do what a test wants."""

    def __init__(self, answerer: Answerer, suggest: Callable[[], tuple[str, ...]]) -> None:
        self._answerer = answerer
        self._suggest = suggest

    def suggest(self, *_: object) -> tuple[str, ...]:
        return self._suggest()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answerer, name)


def suggesting(suggest: Callable[[], tuple[str, ...]]) -> Callable[[Answerer], Answerer]:
    return lambda answerer: cast("Answerer", Suggesting(answerer, suggest))


def fail() -> tuple[str, ...]:
    raise LookupError("no suggestions")


def take_long() -> tuple[str, ...]:
    time.sleep(2.5)
    return ("What is the main argument?",)


@pytest.mark.bot(load=suggesting(lambda: ("What is the main argument?",)))
async def test_suggestions_are_shown(scene: Scene) -> None:
    assert "You could ask" in (await scene.mention(BREAD)).text


@pytest.mark.bot(load=suggesting(fail))
async def test_an_answer_is_delivered_although_suggesting_fails(scene: Scene) -> None:
    answer = await scene.mention(BREAD)
    assert "does not address that" in unescape(answer.text)
    assert "You could ask" not in answer.text


@pytest.mark.bot(load=suggesting(take_long), service={"time_limit": 1.0})
async def test_an_answer_is_delivered_although_its_suggestions_take_too_long(scene: Scene) -> None:
    answer = await scene.mention(BREAD)
    assert "does not address that" in unescape(answer.text)
    assert "You could ask" not in answer.text


@pytest.mark.bot(load=suggesting(take_long))
async def test_an_answer_is_delivered_although_the_bot_stops_during_its_suggestions(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.gateway.GRACE", 1.0)
    asked = await scene.server.say(scene.channel, scene.ann, f"{scene.server.bot.mention} {BREAD}")
    await asyncio.sleep(1.0)
    await scene.finish()
    [answer] = asked.replies
    assert "does not address that" in unescape(answer.text)
