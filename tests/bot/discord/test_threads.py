"""Threads and forum posts: they have the setting of their channel."""

import pytest

from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import WHY, Scene
from tests.servers.discord.server import Channel, Message


async def set_channel(scene: Scene, channel: Channel, answer: str) -> str:
    used = await scene.server.slash(scene.bob, channel, "channel", {"answer": answer})
    return unescape((await used.wait()).text)


def title(message: Message) -> str:
    return unescape(message.embeds[0].get("title", ""))


async def test_the_threads_of_an_answer_channel_are_answered(scene: Scene) -> None:
    server, channel = scene.server, scene.channel
    before = await server.thread(channel, scene.ann, "earlier talk")
    silent = await server.say(before, scene.ann, WHY)
    assert "in this channel and its threads" in await set_channel(scene, channel, "on")
    start = await server.say(channel, scene.bob, "look at this article")
    for thread in (before, await server.thread(channel, scene.ann, "side talk", start=start)):
        await server.say(thread, scene.bob, "I think so too")
        asked = await server.say(thread, scene.ann, "What does he say about China's investment?")
        assert "Chinese investment" in (await server.reply_to(asked)).text
        follow = await server.say(thread, scene.ann, "and servicemen?")
        assert "Chinese servicemen" in (await server.reply_to(follow)).text
    # Private threads only where the bot was added, whatever its permissions let it see.
    private = await server.thread(channel, scene.ann, "just us", private=True)
    unheard = await server.say(private, scene.ann, WHY)
    await scene.settled()
    server.world.add_to_thread(private, server.bot)
    heard = await server.say(private, scene.ann, WHY)
    await server.reply_to(heard)
    # The setting is the channel's, also where it is changed in a thread.
    assert "in #general and all of its threads only when I am asked" in await set_channel(scene, before, "off")
    silent_again = await server.say(channel, scene.ann, WHY)
    await scene.settled()
    assert not [message.id for message in (silent, unheard, silent_again) if message.replies]
    assert len(server.answers(before)) == 2


async def test_the_posts_of_a_forum_are_answered_from_their_first_message_on(scene: Scene) -> None:
    server = scene.server
    forum = scene.guild.forum("questions")
    first = await server.post(forum, scene.ann, "Hello everybody", "nice to be here")
    told = await set_channel(scene, first.channel, "on")
    assert "every question in #questions and all of its posts" in told
    asked = await server.post(forum, scene.ann, "About Maduro", WHY)
    assert title(await server.reply_to(asked)) == WHY
    in_title = await server.post(forum, scene.ann, WHY, "I have read the article twice and cannot find it.")
    assert title(await server.reply_to(in_title)) == WHY
    talk = await server.post(forum, scene.ann, "Rules of this forum", "Be kind to each other.")
    bare = await server.post(forum, scene.ann, WHY, server.bot.mention)
    assert title(await server.reply_to(bare)) == WHY
    reply = await server.say(talk.channel, scene.bob, WHY)
    await server.reply_to(reply)
    assert not first.replies
    assert not talk.replies


@pytest.mark.bot(message_content=True)
async def test_a_forum_where_the_bot_may_not_write_says_what_is_missing(scene: Scene) -> None:
    forum = scene.guild.forum("questions")
    forum.deny("send_messages_in_threads", "send_messages")
    post = await scene.server.post(forum, scene.ann, "Hello", "nice to be here")
    told = await set_channel(scene, post.channel, "on")
    assert "Send Messages In Threads" in told
    assert "Send Messages," not in told
