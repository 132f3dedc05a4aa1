"""Buttons below messages that older versions of the bot sent."""

from hashlib import sha256

import pytest

from bot.answering.answerer import Answerer
from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import Scene


@pytest.mark.parametrize(("label", "expected"), [("In context", "**Although it is very strange"), ("More", "> “")])
async def test_keys_of_eight_hexadecimal_digits_still_work(
    scene: Scene, answerer: Answerer, label: str, expected: str
) -> None:
    answer = await scene.mention("What does he say about China's investment?")
    [article] = answerer.articles()
    key = sha256(article.encode()).hexdigest()[:8]
    old = {"In context": f"byline:context:{key}.6", "More": f"byline:more:{key}"}
    answer.find_component(label)["custom_id"] = old[label]
    pressed = await scene.server.press(scene.bob, answer, label)
    assert expected in unescape((await pressed.wait()).text)


async def test_a_button_that_is_unknown_by_now_says_so(scene: Scene) -> None:
    answer = await scene.mention("What does he say about China's investment?")
    answer.find_component("More")["custom_id"] = "byline:more:01234567"
    pressed = await scene.server.press(scene.bob, answer, "More")
    assert "changed or removed" in unescape((await pressed.wait()).text)
