"""The bot in a Discord server, ready to be asked: the fixture `scene`, and the mark `bot` that sets its options."""

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest

from bot.answering.answerer import Answerer

from tests.bot.discord.scene import Scene, bot_at, bot_options


@pytest.fixture
async def scene(
    request: pytest.FixtureRequest, shipped_index: Path, answerer: Answerer, tmp_path: Path
) -> AsyncIterator[Scene]:
    """The bot, logged in, about the shipped article.

    The mark `bot` gives options of `bot_at`; `load` there is called with the answerer, and returns what answers.
    """
    options = bot_options(request)
    load = options.pop("load", lambda answerer: answerer)
    async with bot_at(shipped_index, tmp_path / "state.sqlite", lambda: load(answerer), **options) as scene:
        yield scene


@pytest.fixture(autouse=True)
def no_pause_before_identifying(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord wants five seconds between two logins; the fake server does not."""

    async def hook(*_: object, **__: object) -> None: ...

    monkeypatch.setattr(discord.Client, "before_identify_hook", hook)
