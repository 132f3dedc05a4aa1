"""A burst: 100 questions of 50 users while the gateway drops and the API fails; none is lost or answered twice.

BURST_QUESTIONS, BURST_DROPS and BURST_SECONDS set the size; `make soak` takes 1,000, 50 and ten minutes.
"""

import asyncio
import itertools
import os
import random
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.answering.answerer import Answerer

from tests.bot.discord.scene import Scene, bot_at
from tests.servers.discord.server import Interaction, Message

SECONDS = float(os.environ.get("BURST_SECONDS", "8"))
DROPS = int(os.environ.get("BURST_DROPS", "5"))
PEOPLE = 50
EACH = int(os.environ.get("BURST_QUESTIONS", "100")) // PEOPLE
QUESTIONS = (
    "Why does Russia back Maduro?",
    "What does he say about China's investment?",
    "Does he expect a war?",
    "What did Pompeo tell Lavrov?",
)


async def _faults(scene: Scene, pause: float, chance: random.Random) -> None:
    """Drop the connection in each way and let requests fail, at regular intervals."""
    server = scene.server
    kinds: list[Any] = ["resumable", "reconnect", "abort", "close", "invalid", "resumable", "abort", "reconnect"]
    for n, kind in enumerate(itertools.islice(itertools.cycle(kinds), DROPS)):
        await asyncio.sleep(pause)
        server.fail("*", r"/(channels|webhooks)/.*", status=500, times=2)
        server.fail("*", r"/(channels|webhooks)/.*", status=429, retry_after=0.3, times=3, via=n % 2 == 0)
        server.fail("*", r"/(channels|webhooks)/.*", status=503, after=n % 2 == 0)
        server.fail("POST", r"/channels/\d+/messages", reset=True, after=True)
        server.replay(chance.randrange(8))
        await server.drop(kind)


@pytest.mark.slow
async def test_a_burst_loses_nothing_and_doubles_nothing(
    shipped_index: Path, answerer: Answerer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(4)

    async def hook(*_: object, **__: object) -> None: ...

    monkeypatch.setattr(discord.Client, "before_identify_hook", hook)
    async with bot_at(shipped_index, tmp_path / "state", lambda: answerer, service={"per_minute": 10}) as scene:
        server = scene.server
        await scene.mention(QUESTIONS[0])
        people = [server.user(f"Reader {n}") for n in range(PEOPLE)]
        rooms = [scene.channel, server.guild("Elsewhere").channel("general"), server.guild("Third").channel("talk")]
        typed: list[Message] = []
        used: list[Interaction] = []
        faults = asyncio.create_task(_faults(scene, SECONDS / (DROPS + 1), chance))
        turns = [person for person in people for _ in range(EACH)]
        chance.shuffle(turns)
        for n, person in enumerate(turns):
            text, room = chance.choice(QUESTIONS), chance.choice(rooms)
            # Discord itself loses a command that is used while the bot has no session.
            if n % 5 == 0 and server.gateway.online():
                used.append(await server.slash(person, room, "ask", {"question": text}))
            elif n % 7 == 0:
                typed.append(await server.say(server.dm(person), person, text))
            else:
                typed.append(await server.say(room, person, f"{server.bot.mention} {text}"))
            await asyncio.sleep(SECONDS / len(turns) * chance.uniform(0.2, 1.8))
        await faults

        def replies(asked: Interaction) -> int:
            """To the command itself, or in its channel where Discord had given it up."""
            sent = [m for m in server.answers(asked.channel) if m.nonce == str(asked.id)]
            return len(asked.messages) + len(sent)

        await server.until(
            lambda: all(m.replies or m.reactions for m in typed) and all(replies(one) for one in used), 60
        )
        await asyncio.sleep(1)
        assert len(typed) + len(used) == PEOPLE * EACH
        assert [len(m.replies) + len(m.reactions) for m in typed] == [1] * len(typed)
        assert [replies(one) for one in used] == [1] * len(used)
        answered = sum(len(m.replies) for m in typed) + len(used)
        print(f"\n{answered} answered over {DROPS} drops, {len(typed) + len(used) - answered} told to wait,", end="")
        print(f" in {SECONDS:.0f} s;")
        print(f"{len(server.gateway.identifies)} logins, {len(server.gateway.resumes)} resumes, ", end="")
        print(f"{sum(request.status >= 400 or not request.status for request in server.requests)} failed requests")
