"""A question that is edited: its answer is edited too, a mention that is added is heard, and nothing is said twice."""

import asyncio
from datetime import timedelta

import pytest

from bot.discord.messages import handler
from bot.discord.queue import BURST
from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import WHY, Scene
from tests.bot.discord.slow import slow
from tests.servers.discord.server import Message

CHINA = "What does he say about China's investment?"
SYRIA = "What does he say about Syria?"


def title(message: Message) -> str:
    return unescape(message.embeds[0].get("title", ""))


async def edit(scene: Scene, message: Message, text: str) -> None:
    await scene.server.edit(message, f"{scene.server.bot.mention} {text}")


async def shows(scene: Scene, answer: Message, question: str) -> None:
    """Wait until an answer is to this question."""
    await scene.server.until(lambda: title(answer) == question)


async def test_the_answer_to_an_edited_question_is_edited(scene: Scene) -> None:
    server = scene.server
    asked = await scene.ask("Whta does he sya abuot Chnia?")
    answer = await server.reply_to(asked)
    await edit(scene, asked, SYRIA)
    await shows(scene, answer, SYRIA)
    assert "Syria" in answer.embeds[0]["description"]
    assert answer.labels[0] == "In context"
    # What changes no word asks nothing new, nor does the preview of a link, or a mention that is taken away.
    edits = answer.edits
    await edit(scene, asked, f"  {SYRIA} <:thonk:123456789012345678>")
    server.world.preview(asked, {"type": "link", "url": "https://example.org", "title": "Syria"})
    await server.edit(asked, "never mind")
    await scene.settled()
    assert answer.edits == edits
    # A question that cannot be answered takes the place of the answer with all that belongs to it.
    await edit(scene, asked, "🤔")
    await server.until(lambda: "no words" in answer.text)
    assert not answer.components
    await edit(scene, asked, CHINA)
    await shows(scene, answer, CHINA)
    assert answer.labels[0] == "In context"
    assert asked.replies == [answer]


async def test_a_mention_that_is_added_soon_is_heard(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = await scene.server.say(scene.channel, scene.ann, WHY)
    late = await scene.server.say(scene.channel, scene.ann, WHY)
    talk = await scene.server.say(scene.channel, scene.ann, "good morning")
    await scene.server.edit(talk, "good evening")
    await edit(scene, asked, WHY)
    assert title(await scene.server.reply_to(asked)) == WHY
    await edit(scene, asked, CHINA)
    await shows(scene, asked.replies[0], CHINA)
    monkeypatch.setattr(handler, "EDITS_HEARD", timedelta(0))
    await edit(scene, late, WHY)
    await scene.settled()
    assert [len(message.replies) for message in (asked, late, talk)] == [1, 0, 0]


async def test_in_direct_messages_and_answer_channels_edits_are_heard_too(scene: Scene) -> None:
    server = scene.server
    scene.service.answer_channels.add(scene.channel.id)
    for channel in (server.dm(scene.ann), scene.channel):
        asked = await server.say(channel, scene.ann, WHY)
        answer = await server.reply_to(asked)
        await server.edit(asked, CHINA)
        await shows(scene, answer, CHINA)
        assert asked.replies == [answer]
    talk = await server.say(scene.channel, scene.ann, "so, Maduro")
    await server.edit(talk, WHY)
    assert title(await server.reply_to(talk)) == WHY


@pytest.mark.bot(load=slow(0.4))
async def test_an_edit_while_the_answer_is_under_way_replaces_it(scene: Scene) -> None:
    asked = await scene.ask(WHY)
    for question in (CHINA, WHY, SYRIA):
        await asyncio.sleep(0.05)
        await edit(scene, asked, question)
    await scene.settled()
    answer = await scene.server.reply_to(asked)
    await shows(scene, answer, SYRIA)
    assert asked.replies == [answer]
    # The answer of a question that is deleted while its edit is being answered stays, as that of any other does.
    await edit(scene, asked, WHY)
    await asyncio.sleep(0.05)
    await scene.server.delete(asked)
    await scene.settled()
    assert title(answer) == SYRIA
    assert not answer.deleted
    await scene.server.until(lambda: scene.service.queue.pending == 0)


async def test_an_edit_while_the_answer_is_being_sent_follows_it(scene: Scene) -> None:
    met = scene.server.fail("POST", r"/channels/\d+/messages", status=200, delay=0.5)
    asked = await scene.ask(WHY)
    await scene.server.until(lambda: met.hits)
    await edit(scene, asked, CHINA)
    answer = await scene.server.reply_to(asked)
    await shows(scene, answer, CHINA)
    assert asked.replies == [answer]


@pytest.mark.bot(service={"per_minute": 1})
async def test_edits_count_as_questions(scene: Scene) -> None:
    asked = await scene.ask(WHY)
    answer = await scene.server.reply_to(asked)
    for n in range(1, BURST):
        await edit(scene, asked, (WHY, CHINA)[n % 2])
        await shows(scene, answer, (WHY, CHINA)[n % 2])
    await edit(scene, asked, SYRIA)
    [told] = await scene.server.until(lambda: scene.server.answers(scene.server.dm(scene.ann)))
    assert "too fast" in told.text
    assert asked.reactions
    assert title(answer) == WHY


async def test_replayed_edits_and_an_answer_that_is_gone_do_no_harm(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    server = scene.server
    asked = await scene.ask(WHY)
    answer = await server.reply_to(asked)
    for question in (CHINA, SYRIA):
        await edit(scene, asked, question)
        await shows(scene, answer, question)
    edits = answer.edits
    server.replay(20)
    await server.drop("reconnect")
    await scene.settled()
    assert (title(answer), answer.edits) == (SYRIA, edits)
    await server.delete(answer)
    await edit(scene, asked, WHY)
    await server.until(lambda: any("status=404" in line for line in caplog.messages))
    assert len(asked.replies) == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_edits_of_messages_from_before_a_restart_are_found_again_and_old_ones_left_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = scene.server
    asked, talk = await scene.ask(WHY), await server.say(scene.channel, scene.ann, WHY)
    answer = await server.reply_to(asked)
    await scene.finish()
    missed = await scene.ask(WHY)
    await scene.start()
    await edit(scene, asked, CHINA)
    await shows(scene, answer, CHINA)
    await edit(scene, talk, WHY)
    assert title(await server.reply_to(talk)) == WHY
    # A question that the bot has not seen is not new because a preview is added to it, or because it is changed late.
    server.world.preview(missed, {"type": "link", "url": "https://example.org"})
    monkeypatch.setattr(handler, "_is_edited_soon", lambda _: False)
    for question in (CHINA, SYRIA):
        await edit(scene, missed, question)
        await scene.settled()
    assert [len(message.replies) for message in (asked, talk, missed)] == [1, 1, 0]
