"""Whatever a command raises, the user gets one sentence that nobody else sees."""

from typing import Any

import pytest

from index.errors import BylineError

from bot.discord import commands
from bot.discord.commands import NOT_DONE
from bot.discord.rendering.markup import unescape
from bot.discord.service import WENT_WRONG

from tests.bot.discord.scene import Scene


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (BylineError("/secret/state.sqlite cannot be written.", "Free some space."), NOT_DONE),
        (LookupError("/secret"), WENT_WRONG),
    ],
    ids=["BylineError", "LookupError"],
)
async def test_an_error_is_reported_without_its_details(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(scene.service.state, "set_answer_channel", fail)
    used = await scene.server.slash(scene.bob, scene.channel, "channel", {"answer": "on"})
    assert unescape((await used.wait()).text) == sentence
    assert used.ephemeral
    assert scene.channel.id not in scene.service.answer_channels


@pytest.mark.parametrize(
    ("command", "options", "permission"),
    [("channel", {"answer": "on"}, "Manage Server"), ("status", None, "Administrator")],
)
async def test_a_command_granted_in_the_server_settings_still_needs_the_permission(
    scene: Scene, command: str, options: dict[str, Any] | None, permission: str
) -> None:
    for registered in scene.server.commands:
        registered["default_member_permissions"] = None
    used = await scene.server.slash(scene.ann, scene.channel, command, options)
    sentence = f"This command needs the permission {permission}. Ask somebody who has it."
    assert unescape((await used.wait()).text) == sentence
    assert used.ephemeral
    assert scene.channel.id not in scene.service.answer_channels


@pytest.mark.parametrize("raise_late", [False, True])
async def test_an_error_after_the_acknowledgement_takes_the_place_of_the_answer(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, raise_late: bool
) -> None:
    def fail(*_: object) -> Any:
        raise LookupError

    if raise_late:
        monkeypatch.setattr(commands, "render_paragraph", fail)
    used = await scene.server.slash(scene.ann, scene.channel, "passage", {"n": 6 if raise_late else 99})
    expected = WENT_WRONG if raise_late else "has paragraphs 1 to 23. Choose one of them."
    assert unescape((await used.wait()).text).endswith(expected)
    assert [message.loading for message in used.messages] == [False]
