"""Buttons that older versions of the bot made, and buttons whose answer or article was removed since."""

from hashlib import sha256

import pytest

from bot.answering.answerer import Answerer
from bot.discord.buttons import ARTICLE_CHANGED, ARTICLE_REMOVED, BUTTONS, UNKNOWN_BUTTON, UNREADABLE
from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import Scene
from tests.servers.discord.server import Message

INVESTMENT = "What does he say about China's investment?"


@pytest.mark.parametrize(("label", "expected"), [("In context", "**Although it is very strange"), ("More", "> “")])
async def test_keys_of_eight_hexadecimal_digits_still_work(
    scene: Scene, answerer: Answerer, label: str, expected: str
) -> None:
    answer = await scene.mention(INVESTMENT)
    [article] = answerer.articles()
    key = sha256(article.encode()).hexdigest()[:8]
    old = {"In context": f"byline:context:{key}.6", "More": f"byline:more:{key}"}
    answer.find_component(label)["custom_id"] = old[label]
    pressed = await scene.server.press(scene.bob, answer, label)
    assert expected in unescape((await pressed.wait()).text)


async def press(scene: Scene, answer: Message, label: str) -> str:
    """Press a button and return the response, which only the user sees."""
    pressed = await scene.server.press(scene.bob, answer, label)
    response = await pressed.wait()
    assert pressed.ephemeral
    return unescape(response.text)


async def test_more_of_an_article_that_is_gone_says_so(scene: Scene) -> None:
    answer = await scene.mention(INVESTMENT)
    answer.find_component("More")["custom_id"] = "byline:more:01234567"
    assert await press(scene, answer, "More") == ARTICLE_REMOVED


async def test_context_of_an_article_that_is_gone_says_so(scene: Scene) -> None:
    answer = await scene.mention(INVESTMENT)
    answer.find_component("In context")["custom_id"] = "byline:context:01234567.6"
    assert await press(scene, answer, "In context") == ARTICLE_CHANGED


@pytest.mark.parametrize("custom_id", ["byline:explain:6", "byline:vote:maybe", "byline:threads", "byline:context:?"])
async def test_a_button_that_this_version_does_not_know_says_so(scene: Scene, custom_id: str) -> None:
    answer = await scene.mention(INVESTMENT)
    answer.find_component("More")["custom_id"] = custom_id
    assert await press(scene, answer, custom_id) == UNKNOWN_BUTTON


async def test_each_button_that_this_version_makes_is_dispatched_once(scene: Scene) -> None:
    answer = await scene.mention(INVESTMENT)
    made = [part["custom_id"] for row in answer.components for part in row["components"]]
    assert len(made) == 5
    for custom_id in made:
        assert sum(bool(button.__discord_ui_compiled_template__.fullmatch(custom_id)) for button in BUTTONS) == 1


@pytest.mark.parametrize("label", ["In context", "More", "Thread", "👍"])
async def test_a_button_below_an_answer_whose_embed_was_removed_says_so(scene: Scene, label: str) -> None:
    answer = await scene.mention(INVESTMENT)
    answer.embeds.clear()
    assert await press(scene, answer, label) == UNREADABLE
    assert answer.thread is None
