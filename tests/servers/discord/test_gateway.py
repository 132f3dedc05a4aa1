"""The gateway of the fake Discord server: logins, resumes, shards and heartbeats of an unmodified discord.py client."""

from typing import Any

import discord
import pytest

from tests.servers.discord.client import Client, logged_in, use_server
from tests.servers.discord.server import DiscordServer


async def test_a_wrong_token_and_a_privileged_intent_that_was_not_granted_are_refused() -> None:
    async with DiscordServer(message_content=False) as server:
        use_server(server)
        async with Client() as client:
            with pytest.raises(discord.LoginFailure):
                await client.start("wrong")
        async with Client() as client:
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await client.start(server.token)


async def test_without_the_content_intent_only_direct_messages_and_mentions_have_content() -> None:
    client = Client(intents=discord.Intents(guilds=True, messages=True))
    async with logged_in(client, message_content=False) as scene:
        server, bot = scene.server, scene.server.bot
        await scene.say("private")
        await scene.say(f"{bot.mention} open")
        mine = await scene.send(content="mine")
        await server.say(scene.channel, scene.ann, "a reply", reply_to=mine)
        await server.say(scene.channel, scene.ann, "no ping", reply_to=mine, ping=False)
        await server.say(server.dm(scene.ann), scene.ann, "direct")
        await server.until(lambda: len(client.received) == 6)
        seen = ["", f"{bot.mention} open", "mine", "a reply", ""]
        assert client.texts == [*seen, "direct"]
        assert client.application_flags.gateway_message_content_limited is False
        history = client.get_partial_messageable(scene.channel.id).history(oldest_first=True)
        assert [message.content async for message in history] == seen


@pytest.mark.parametrize("kind", ["reconnect", "resumable", "close", "abort", "invalid"])
async def test_missed_events_are_replayed_after_a_disconnection_unless_the_session_is_invalid(kind: Any) -> None:
    async with logged_in() as scene:
        await scene.say("before")
        await scene.server.until(lambda: scene.client.texts == ["before"])
        await scene.server.drop(kind)
        await scene.say("meanwhile")
        await scene.server.online()
        await scene.say("after")
        await scene.server.until(lambda: "after" in scene.client.texts)
        lost = kind == "invalid"
        assert scene.client.texts == (["before", "after"] if lost else ["before", "meanwhile", "after"])
        assert len(scene.server.gateway.identifies) == (2 if lost else 1)
        await scene.server.until(lambda: scene.client.resumed == (0 if lost else 1))


async def test_a_resume_can_repeat_events() -> None:
    async with logged_in() as scene:
        for text in ("1", "2"):
            await scene.say(text)
        await scene.server.until(lambda: len(scene.client.received) == 2)
        scene.server.replay(1)
        await scene.server.drop()
        await scene.server.until(lambda: scene.client.texts == ["1", "2", "2"])


async def test_each_shard_receives_the_events_of_its_guilds() -> None:
    async with logged_in(shards=2) as scene:
        server = scene.server
        other = server.guild("Others", shard=1)
        channel = other.channel("general")
        await server.say(channel, scene.ann, "there")
        await server.until(lambda: scene.client.received)
        guild = scene.client.received[0].guild
        assert guild
        assert (guild.shard_id, scene.client.shard_count) == (1, 2)
        await server.drop("invalid", shard=1)
        await server.say(channel, scene.ann, "lost")
        await server.say(server.dm(scene.ann), scene.ann, "direct")
        await scene.say("here")
        await server.until(lambda: len(scene.client.received) == 3)
        assert scene.client.texts == ["there", "direct", "here"]


async def test_heartbeats_are_recorded_and_members_can_be_queried() -> None:
    async with logged_in(heartbeat_interval=0.1) as scene:
        await scene.server.until(lambda: len(scene.server.heartbeats) > 3)
        assert scene.server.heartbeats[-1].shard == 0
        scene.guild.join(scene.ann)
        guild = scene.client.get_guild(scene.guild.id)
        assert guild
        assert [member.name for member in await guild.query_members("an")] == ["Ann"]
        assert (await guild.fetch_member(scene.ann.id)).name == "Ann"


async def test_a_client_that_closes_its_connection_ends_its_session() -> None:
    async with logged_in() as scene:
        await scene.client.close()
        await scene.server.until(lambda: scene.server.closes == [1000])
        assert not scene.server.gateway.sessions


async def test_identifying_before_the_interval_has_passed_is_refused() -> None:
    async with logged_in(identify_interval=0.2) as scene:
        await scene.server.drop("invalid")
        await scene.server.online()
        assert len(scene.server.gateway.identifies) > 2


async def test_events_outside_the_intents_are_not_sent() -> None:
    async with logged_in(Client(intents=discord.Intents(guilds=True, dm_messages=True))) as scene:
        await scene.say("unheard")
        await scene.server.say(scene.server.dm(scene.ann), scene.ann, "heard")
        await scene.server.until(lambda: scene.client.texts == ["heard"])
