"""Questions from many users while the gateway disconnects and the API fails: none is lost or answered twice.

BURST_QUESTIONS, BURST_DROPS and BURST_SECONDS set the size; `make soak` uses 1,000 questions, 50 drops, 10 minutes.
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
QUESTIONS_IN_ALL = int(os.environ.get("BURST_QUESTIONS", "30"))
USERS = min(50, QUESTIONS_IN_ALL)
QUESTIONS_PER_USER = QUESTIONS_IN_ALL // USERS
QUESTIONS = (
    "Why does Russia back Maduro?",
    "What does he say about China's investment?",
    "Does he expect a war?",
    "What did Pompeo tell Lavrov?",
)


async def _cause_faults(scene: Scene, pause: float, chance: random.Random) -> None:
    """At regular intervals, drop the connection in different ways and make requests fail."""
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
async def test_a_burst_of_questions_during_faults_is_answered_exactly_once(
    shipped_index: Path, answerer: Answerer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(4)

    async def identify_at_once(*_: object, **__: object) -> None: ...

    monkeypatch.setattr(discord.Client, "before_identify_hook", identify_at_once)
    async with bot_at(shipped_index, tmp_path / "state", lambda: answerer, service={"per_minute": 10}) as scene:
        server = scene.server
        await scene.mention(QUESTIONS[0])
        users = [server.user(f"Reader {n}") for n in range(USERS)]
        channels = [scene.channel, server.guild("Elsewhere").channel("general"), server.guild("Third").channel("talk")]
        messages: list[Message] = []
        interactions: list[Interaction] = []
        faults = asyncio.create_task(_cause_faults(scene, SECONDS / (DROPS + 1), chance))
        turns = [user for user in users for _ in range(QUESTIONS_PER_USER)]
        chance.shuffle(turns)
        for n, user in enumerate(turns):
            text, channel = chance.choice(QUESTIONS), chance.choice(channels)
            # Discord does not deliver a command that is used while the bot has no session.
            if n % 5 == 0 and server.gateway.online():
                interactions.append(await server.slash(user, channel, "ask", {"question": text}))
            elif n % 7 == 0:
                messages.append(await server.say(server.dm(user), user, text))
            else:
                messages.append(await server.say(channel, user, f"{server.bot.mention} {text}"))
            await asyncio.sleep(SECONDS / len(turns) * chance.uniform(0.2, 1.8))
        await faults

        def reply_count(interaction: Interaction) -> int:
            """Count the responses to a command, and the messages sent in its channel after the interaction expired."""
            sent = [m for m in server.answers(interaction.channel) if m.nonce == str(interaction.id)]
            return len(interaction.messages) + len(sent)

        await server.until(
            lambda: all(m.replies or m.reactions for m in messages) and all(map(reply_count, interactions)), 60
        )
        await asyncio.sleep(1)
        assert len(messages) + len(interactions) == USERS * QUESTIONS_PER_USER
        assert [len(m.replies) + len(m.reactions) for m in messages] == [1] * len(messages)
        assert [reply_count(one) for one in interactions] == [1] * len(interactions)
        answered = sum(len(m.replies) for m in messages) + len(interactions)
        print(f"\n{answered} answered over {DROPS} drops, ", end="")
        print(f"{USERS * QUESTIONS_PER_USER - answered} asked to wait, in {SECONDS:.0f} s;")
        print(f"{len(server.gateway.identifies)} logins, {len(server.gateway.resumes)} resumes, ", end="")
        print(f"{sum(request.status >= 400 or not request.status for request in server.requests)} failed requests")
