"""What the bot does not read: marks in a question are left out, and attachments are said to be unread."""

from bot.discord.conversation import NOT_READ
from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import WHY, Scene
from tests.servers.discord.server import Message

EMOJI, TIME, COMMAND = "<a:party:123456789012345678>", "<t:1618953630:R>", "</ask:123456789012345678>"


def title(message: Message) -> str:
    return unescape(message.embeds[0].get("title", ""))


async def test_marks_and_mentions_in_a_question_are_left_out_and_ping_nobody(scene: Scene) -> None:
    server, bob, everyone = scene.server, scene.bob.mention, "@everyone"
    reference = await scene.mention(WHY)
    for text in (
        f"{EMOJI} {WHY} <:thonk:123456789012345678>",
        f"{TIME} {WHY}",
        f"{COMMAND} {WHY} <#{scene.channel.id}>",
        f"{everyone} {bob} <@&{scene.guild.id + 1}> {WHY} @here",
    ):
        used = await server.slash(scene.ann, scene.channel, "ask", {"question": text})
        for answer in (await scene.mention(text), await used.wait()):
            assert title(answer) == WHY, text
            assert answer.embeds[0]["description"] == reference.embeds[0]["description"]
            assert not answer.pinged
    for nothing in (EMOJI, f"{TIME} {bob}"):
        used = await server.slash(scene.ann, scene.channel, "ask", {"question": nothing})
        for told in (await scene.mention(nothing), await used.wait()):
            assert "The question contains no words" in told.text
    # Below a message, an emoji beside the mention asks about that message as the mention alone does.
    claim = await server.say(scene.channel, scene.bob, f"{EMOJI} {WHY} {everyone}")
    below = await scene.ask(EMOJI, reply_to=claim)
    assert title(await server.reply_to(below)) == WHY
    menu = await server.menu(scene.ann, scene.channel, "Ask about this", claim)
    assert title(await menu.wait()) == WHY


async def test_attachments_are_said_to_be_unread(scene: Scene) -> None:
    server, files = scene.server, ["message.txt"]
    alone = await scene.ask("", files=files)
    assert unescape((await server.reply_to(alone)).text) == NOT_READ
    with_words = await server.reply_to(await scene.ask("is this right?", files=files))
    assert title(with_words) == "is this right?"
    assert with_words.embeds[0]["fields"][0] == {"name": "Note", "value": NOT_READ, "inline": False}
    assert NOT_READ not in (await scene.mention(WHY)).text
    # The same below a message with an attachment, in its menu, in direct messages, and in the bot's own threads.
    paste = await server.say(scene.channel, scene.bob, "", files=files)
    for text in ("", "what of it?"):
        assert NOT_READ in unescape((await server.reply_to(await scene.ask(text, reply_to=paste))).text)
    menu = await server.menu(scene.ann, scene.channel, "Ask about this", paste)
    assert NOT_READ in unescape((await menu.wait()).text)
    with_text = await server.say(scene.channel, scene.bob, WHY, files=["chart.png"])
    menu = await server.menu(scene.ann, scene.channel, "Ask about this", with_text)
    told = await menu.wait()
    assert title(told) == WHY
    assert NOT_READ in unescape(told.text)
    dm = server.dm(scene.ann)
    pasted = await server.say(dm, scene.ann, "", files=files)
    assert unescape((await server.reply_to(pasted)).text) == NOT_READ
    scene.channel.deny("embed_links")
    await scene.settled()
    plain = await scene.mention(WHY)
    assert not plain.embeds
    asked = await scene.ask(WHY, files=files)
    assert unescape((await server.reply_to(asked)).content).endswith(NOT_READ)


async def test_a_paste_in_the_bots_own_thread_is_said_to_be_unread(scene: Scene) -> None:
    answer = await scene.mention(WHY)
    await (await scene.server.press(scene.ann, answer, "Thread")).wait()
    assert answer.thread is not None
    picture = await scene.server.say(answer.thread, scene.bob, "", files=["cat.png"])
    paste = await scene.server.say(answer.thread, scene.ann, "", files=["message.txt"])
    told = await scene.server.reply_to(paste)
    assert unescape(told.text) == NOT_READ
    assert not picture.replies
