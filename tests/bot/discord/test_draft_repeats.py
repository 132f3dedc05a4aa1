"""A draft that Discord took although every try seemed to fail is finished, not left as it is."""

from pathlib import Path

import pytest

from bot.answering.answerer import Answerer
from bot.answering.chat.reader import ChatReader
from bot.discord import delivery
from bot.state import State

from tests.bot.answering.chat.scene import faithful, reader_of
from tests.bot.discord.scene import bot_at
from tests.servers.chat.server import ChatServer


async def test_a_draft_that_was_taken_unnoticed_becomes_the_answer(
    shipped_index: Path, answerer: Answerer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.01)
    with ChatServer() as model:

        def chat(state: State) -> ChatReader:
            return reader_of(model, ledger=state, timeout=5.0)

        async with bot_at(shipped_index, tmp_path / "state", lambda: answerer, service={"chat": chat}) as scene:
            model.script(faithful(size=12, pause=0.04))
            met = scene.server.fail("POST", r"/channels/\d+/messages", reset=True, after=True, times=delivery.TRIES)
            answer = await scene.mention("Why does Russia back Maduro?")
            await scene.server.until(lambda: answer.embeds[0].get("footer"))
            assert met.hits == delivery.TRIES
            assert answer.embeds[0]["description"].count("> “") == 3
            assert scene.server.answers(scene.channel) == [answer]
