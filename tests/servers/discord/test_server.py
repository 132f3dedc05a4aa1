"""The REST API of the fake Discord server: every feature of it is used once by an unmodified discord.py client."""

import asyncio
import io
from typing import Any

import discord
import pytest

from tests.servers.discord.client import logged_in


async def test_a_client_logs_in_and_replies_to_a_message() -> None:
    async with logged_in() as scene:
        scene.client.answer = lambda message: message.reply("Because.", mention_author=False)
        question = await scene.say(f"{scene.server.bot.mention} why?")
        reply = await scene.server.reply_to(question)
        assert reply.content == "Because."
        assert not reply.pinged
        received = scene.client.received[0]
        assert str(received.guild) == "Readers"
        assert [user.id for user in received.mentions] == [scene.server.bot.id]


async def test_invalid_messages_replies_and_edits_are_refused_with_discords_codes() -> None:
    async with logged_in() as scene:
        assert (await scene.send_refused(content="x" * 2001)).code == 50035
        assert (await scene.send_refused(content=" ")).code == 50006
        question = await scene.say("why?")
        await scene.server.delete(question)
        reference = discord.MessageReference(message_id=question.id, channel_id=scene.channel.id)
        assert (await scene.send_refused(content="x", reference=reference)).code == 50035
        lenient = discord.MessageReference(
            message_id=question.id, channel_id=scene.channel.id, fail_if_not_exists=False
        )
        assert (await scene.send(content="x", reference=lenient)).reference is None
        channel = scene.client.get_partial_messageable(scene.channel.id)
        with pytest.raises(discord.NotFound) as gone:
            await channel.fetch_message(question.id)
        assert gone.value.code == 10008
        other = await scene.say("mine")
        with pytest.raises(discord.Forbidden) as foreign:
            await channel.get_partial_message(other.id).edit(content="yours")
        assert foreign.value.code == 50005


async def test_the_permissions_of_a_channel_are_enforced() -> None:
    async with logged_in() as scene:
        scene.channel.deny("embed_links")
        assert (await scene.send_refused(embed=discord.Embed(title="x"))).code == 50013
        scene.channel.deny("send_messages")
        assert (await scene.send_refused(content="x")).code == 50013
        known = scene.client.get_channel(scene.channel.id)
        assert isinstance(known, discord.TextChannel)
        await scene.server.until(lambda: not known.permissions_for(known.guild.me).send_messages)
        scene.channel.deny("view_channel")
        assert (await scene.send_refused(content="x")).code == 50001
        await scene.say("unseen")
        scene.channel.allow("view_channel", "send_messages", "embed_links")
        await scene.send(content="x")
        await scene.server.until(lambda: scene.client.received)
        assert scene.client.texts == ["x"]
        scene.channel.forbidden = True
        assert (await scene.send_refused(content="x")).code == 50013
        scene.channel.unknown = True
        assert (await scene.send_refused(content="x")).code == 10003
        hidden = scene.guild.channel("hidden", without=["send_messages"])
        assert not hidden.may(scene.server.bot, "send_messages")


async def test_a_repeated_message_with_the_same_nonce_is_stored_once() -> None:
    async with logged_in() as scene:
        fault = scene.server.fail("POST", r"/channels/\d+/messages", after=True)
        message = await scene.send(content="once", nonce="1")
        assert fault.hits == 1
        assert scene.server.messages(scene.channel) == [message]
        assert [one.status for one in scene.server.requests if one.method == "POST"] == [500, 200]


async def test_history_is_paged() -> None:
    async with logged_in() as scene:
        sent = [await scene.say(str(n)) for n in range(7)]
        channel = scene.client.get_partial_messageable(scene.channel.id)

        async def texts(**options: Any) -> list[str]:
            return [message.content async for message in channel.history(**options)]

        middle = discord.Object(sent[3].id)
        assert await texts(limit=2) == ["6", "5"]
        assert await texts(before=middle, limit=2) == ["2", "1"]
        assert await texts(after=middle, limit=2) == ["4", "5"]
        assert await texts(around=middle, limit=3) == ["4", "3", "2"]
        scene.channel.deny("read_message_history")
        assert await texts() == []


async def test_a_thread_can_be_created_only_once_from_a_message() -> None:
    async with logged_in() as scene:
        await scene.say("why?")
        await scene.server.until(lambda: scene.client.received)
        question = scene.client.received[0]
        thread = await question.create_thread(name="Why?")
        await thread.send("Because.")
        assert thread.id == question.id
        with pytest.raises(discord.HTTPException) as twice:
            await question.create_thread(name="Again")
        assert twice.value.code == 160004
        stored = scene.server.world.channels[thread.id]
        assert [one.content for one in scene.server.answers(stored)] == ["Because."]
        await scene.server.say(stored, scene.ann, "And?")
        await scene.server.until(lambda: "And?" in scene.client.texts)
        assert isinstance(scene.client.received[-1].channel, discord.Thread)
        assert scene.client.received[-1].channel.owner_id == scene.server.bot.id
        theirs = await scene.server.thread(scene.channel, scene.ann, "Talk")
        await scene.server.until(lambda: scene.client.get_channel(theirs.id))
        await scene.server.until(lambda: scene.client.received[-1].type is discord.MessageType.thread_created)
        await scene.server.say(scene.channel, scene.ann, "", kind=7)
        await scene.server.until(lambda: scene.client.received[-1].type is discord.MessageType.new_member)


async def test_direct_messages_arrive_unless_the_user_has_closed_them() -> None:
    async with logged_in() as scene:
        user = await scene.client.fetch_user(scene.ann.id)
        await user.send("Hello.")
        assert [one.content for one in scene.server.messages(scene.server.dm(scene.ann))] == ["Hello."]
        scene.ann.dms_closed = True
        with pytest.raises(discord.Forbidden) as closed:
            await user.send("Hello?")
        assert closed.value.code == 50007


async def test_edits_deletions_replies_webhooks_and_files_reach_the_other_side() -> None:
    async with logged_in() as scene:
        file = discord.File(io.BytesIO(b"words"), "a.txt")
        mine = await scene.send(content="x", file=file, embed=discord.Embed(title="T").set_footer(text="F"))
        assert mine.text == "x\nT\nF"
        assert [(one["filename"], one["size"]) for one in mine.attachments] == [("a.txt", 5)]
        channel = scene.client.get_partial_messageable(scene.channel.id)
        await channel.get_partial_message(mine.id).edit(content="y")
        assert (mine.content, mine.edits, len(mine.attachments)) == ("y", 1, 1)
        await channel.get_partial_message(mine.id).add_reaction("👍")
        assert mine.reactions == ["👍"]
        reply = await scene.server.say(scene.channel, scene.ann, "why?", reply_to=mine)
        await scene.server.say(scene.channel, scene.ann, "hook", webhook=True)
        await scene.server.until(lambda: len(scene.client.received) == 3)
        received = scene.client.received[1]
        assert received.reference
        assert isinstance(received.reference.resolved, discord.Message)
        assert received.reference.resolved.content == "y"
        assert scene.client.received[2].webhook_id
        await scene.server.edit(reply, "why not?")
        await scene.server.until(lambda: received.content == "why not?")
        await channel.get_partial_message(mine.id).delete()
        assert mine.deleted
        fetched = await channel.fetch_message(reply.id)
        assert fetched.reference
        assert isinstance(fetched.reference.resolved, discord.DeletedReferencedMessage)


async def test_simulated_faults_occur_as_often_as_requested() -> None:
    async with logged_in() as scene:
        server, path = scene.server, r"/channels/\d+/messages"
        fault = server.fail("POST", path, status=429, retry_after=0.05, times=2)
        await scene.send(content="x")
        assert fault.hits == 2
        server.fail("POST", path, status=429, via=False)
        assert (await scene.send_refused(content="x")).status == 429
        server.fail("POST", path, status=503)
        assert (await scene.send_refused(content="x")).status == 503
        server.fail("POST", path, status=403, code=50013)
        assert (await scene.send_refused(content="x")).code == 50013
        server.fail("POST", path, reset=True)
        with pytest.raises((OSError, discord.DiscordException)):
            await scene.send(content="x")
        assert server.requests[-1].status == 0
        server.fail("POST", path, status=200, delay=0.2)
        await scene.send(content="x")
        with pytest.raises(AssertionError):
            await server.until(lambda: False, 0.1)


async def test_a_rate_limit_is_announced_and_enforced() -> None:
    async with logged_in(message_rate=(2, 0.3)) as scene:
        await asyncio.gather(*(scene.send(content=str(n)) for n in range(5)))
        assert len(scene.server.messages(scene.channel)) == 5
        statuses = [one.status for one in scene.server.requests if one.method == "POST"]
        assert statuses.count(200) == 5
        times = sorted(message.at for message in scene.server.messages(scene.channel))
        assert times[-1] - times[0] > 0.5


async def test_a_channel_can_be_deleted_and_the_bot_removed_from_a_guild() -> None:
    async with logged_in() as scene:
        channel = scene.guild.channel("short-lived")
        await scene.server.until(lambda: scene.client.get_channel(channel.id))
        channel.delete()
        await scene.server.until(lambda: scene.client.get_channel(channel.id) is None)
        scene.guild.remove_bot()
        await scene.server.until(lambda: not scene.client.guilds)
        assert (await scene.send_refused(content="x")).code == 50001
