"""What the bot may not do or read, and whom it does not answer."""

import asyncio

import pytest

from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import POST, WHY, Scene


async def test_a_lost_permission_is_explained_to_the_asker_once(scene: Scene) -> None:
    scene.channel.forbidden = True
    await scene.ask(WHY)
    await scene.ask(WHY)
    dm = scene.server.dm(scene.ann)
    [told] = await scene.server.until(lambda: scene.server.answers(dm))
    assert "Send Messages" in told.text
    scene.channel.forbidden = False
    await scene.settled()
    assert len(scene.server.answers(dm)) == 1


async def test_a_reply_without_permission_to_read_history_becomes_a_message(scene: Scene) -> None:
    scene.server.fail(*POST, status=400, code=160002)
    await scene.ask(WHY)
    [answer] = await scene.server.until(lambda: scene.server.answers(scene.channel))
    assert "¶" in answer.text


async def test_bots_webhooks_and_system_messages_are_not_answered(scene: Scene) -> None:
    server, me = scene.server, scene.server.bot.mention
    robot = server.user("Robot", bot=True)
    unheard = [
        await server.say(scene.channel, robot, f"{me} {WHY}"),
        await server.say(scene.channel, scene.ann, f"{me} {WHY}", webhook=True),
        await server.say(scene.channel, scene.ann, f"{me} {WHY}", kind=7),
        await server.say(scene.channel, scene.ann, f"@everyone {WHY}"),
    ]
    await scene.settled()
    assert not [message.content for message in unheard if message.replies]


async def test_talk_in_the_bots_thread_is_ignored(scene: Scene) -> None:
    answer = await scene.mention(WHY)
    await (await scene.server.press(scene.ann, answer, "Thread")).wait()
    thread = answer.thread
    assert thread is not None
    talk = [await scene.server.say(thread, scene.bob, text) for text in ("thanks!", "lol ok", "see you", "📎")]
    why = await scene.server.say(thread, scene.bob, "why?")
    await scene.server.reply_to(why)
    assert not [message.content for message in talk if message.replies or message.reactions]


async def test_an_answer_channel_without_permissions_says_which(scene: Scene) -> None:
    scene.channel.deny("send_messages")
    await asyncio.sleep(0.1)
    on = await scene.server.slash(scene.bob, scene.channel, "channel", {"answer": "on"})
    assert "Send Messages" in unescape((await on.wait()).text)


async def test_opening_a_thread_twice_or_without_permission_says_so(scene: Scene) -> None:
    answer = await scene.mention(WHY)
    await (await scene.server.press(scene.ann, answer, "Thread")).wait()
    again = await scene.server.press(scene.bob, answer, "Thread")
    assert "That answer already has a thread" in unescape((await again.wait()).text)
    scene.channel.deny("create_public_threads")
    await asyncio.sleep(0.1)
    other = await scene.mention(WHY)
    refused = await scene.server.press(scene.bob, other, "Thread")
    assert "Create Public Threads" in unescape((await refused.wait()).text)


@pytest.mark.bot(message_content=False)
async def test_a_message_that_may_not_be_read_says_how_to_ask_about_it(scene: Scene) -> None:
    claim = await scene.server.say(scene.channel, scene.bob, "China has invested more than anybody")
    bare = await scene.server.say(scene.channel, scene.ann, scene.server.bot.mention, reply_to=claim)
    assert "Ask about this" in (await scene.server.reply_to(bare)).text
