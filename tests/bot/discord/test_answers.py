"""Every way to ask, through a real client and real sockets, with the real model on the shipped article."""

import asyncio
import csv
import io
from pathlib import Path
from typing import Any

import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker
from bot.discord.rendering.markup import unescape
from bot.state import State

from tests.bot.discord.scene import Scene, bot_at
from tests.servers.discord.server import Message
from tests.support.fakes import check_in_process

WHY = "Why does Russia back Maduro?"


def quotes(message: Message) -> list[str]:
    return [line for line in unescape(message.text).splitlines() if line.startswith("> “")]


async def test_a_mention_is_answered_with_quotes_of_the_article(scene: Scene, answerer: Answerer) -> None:
    text = " ".join(next(iter(answerer.articles().values())).text.split())
    answer = await scene.mention(WHY)
    embed = answer.embeds[0]
    assert unescape(embed["title"]) == WHY
    assert embed["footer"]["text"] == "Oleksandr Khara · 26 March 2019 · no chat model"
    assert quotes(answer)
    for line in quotes(answer):
        words, _, place = line.removeprefix("> “").rpartition("” — ¶")
        assert words in text
        assert place[0].isdigit()
    assert answer.pinged.users == frozenset() or not answer.pinged.users


async def test_what_was_said_before_is_known_from_discord_alone(scene: Scene) -> None:
    """A reply to an answer is a follow-up, without a new mention and after a restart too."""
    answer = await scene.mention("What does he say about China's investment?")
    await scene.restart()
    follow = await scene.server.say(scene.channel, scene.ann, "and servicemen?", reply_to=answer, ping=False)
    assert "Chinese servicemen" in (await scene.server.reply_to(follow)).text


async def test_direct_messages_are_a_conversation(scene: Scene) -> None:
    dm = scene.server.dm(scene.ann)
    first = await scene.server.say(dm, scene.ann, "What does he say about China's investment?")
    await scene.server.reply_to(first)
    second = await scene.server.say(dm, scene.ann, "and servicemen?")
    assert "Chinese servicemen" in (await scene.server.reply_to(second)).text


async def test_a_thread_that_the_bot_opened_needs_no_mention(scene: Scene) -> None:
    answer = await scene.mention("What does he say about China's investment?")
    pressed = await scene.server.press(scene.ann, answer, "Thread")
    assert "Continue in" in (await pressed.wait()).text
    thread = answer.thread
    assert thread is not None
    follow = await scene.server.say(thread, scene.ann, "and servicemen?")
    assert "Chinese servicemen" in (await scene.server.reply_to(follow)).text
    # People who talk to each other there are left alone.
    talk = await scene.server.say(thread, scene.bob, "I know", reply_to=follow)
    asked = await scene.server.say(thread, scene.bob, "who is Lavrov?")
    await scene.server.reply_to(asked)
    assert not talk.replies


@pytest.mark.bot(message_content=False)
async def test_without_the_content_intent_everything_works_with_mentions(scene: Scene) -> None:
    answer = await scene.mention("What does he say about China's investment?")
    unheard = await scene.server.say(scene.channel, scene.ann, "and servicemen?", reply_to=answer, ping=False)
    follow = await scene.server.say(
        scene.channel, scene.ann, f"{scene.server.bot.mention} and servicemen?", reply_to=answer
    )
    assert "Chinese servicemen" in (await scene.server.reply_to(follow)).text
    assert not unheard.replies


async def test_ask_is_deferred_and_then_edited(scene: Scene) -> None:
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    answer = await asked.wait()
    assert asked.callback is not None
    assert asked.callback["type"] == 5
    assert quotes(answer)
    assert not asked.ephemeral
    private = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY, "private": True})
    assert quotes(await private.wait())
    assert private.ephemeral


async def test_ask_offers_articles_and_refuses_what_is_none(scene: Scene) -> None:
    server = scene.server
    [choice] = await server.autocomplete(scene.ann, scene.channel, "ask", "article", "khar")
    one = await server.slash(scene.ann, scene.channel, "ask", {"question": WHY, "article": choice["value"]})
    assert quotes(await one.wait())
    none = await server.slash(scene.ann, scene.channel, "ask", {"question": WHY, "article": "Nothing here"})
    assert "No article is called" in unescape((await none.wait()).text)
    assert none.ephemeral


async def test_the_menu_asks_about_somebodys_message(scene: Scene) -> None:
    claim = await scene.server.say(scene.channel, scene.bob, "China has invested more in Venezuela than anybody")
    asked = await scene.server.menu(scene.ann, scene.channel, "Ask about this", claim)
    assert "Chinese investment in Latin America" in (await asked.wait()).text
    picture = await scene.server.say(scene.channel, scene.bob, "")
    empty = await scene.server.menu(scene.ann, scene.channel, "Ask about this", picture)
    assert "no text in that message" in (await empty.wait()).text


async def test_a_bare_mention_in_a_reply_asks_about_that_message(scene: Scene) -> None:
    claim = await scene.server.say(scene.channel, scene.bob, "What does he say about China's investment?")
    bare = await scene.server.say(scene.channel, scene.ann, scene.server.bot.mention, reply_to=claim)
    assert "Chinese investment" in (await scene.server.reply_to(bare)).text
    alone = await scene.server.say(scene.channel, scene.ann, scene.server.bot.mention)
    assert "Ask me something" in (await scene.server.reply_to(alone)).text


async def test_an_answer_channel_answers_questions_and_leaves_talk_alone(scene: Scene) -> None:
    server, channel = scene.server, scene.channel
    before = await server.say(channel, scene.ann, WHY)
    with pytest.raises(LookupError):
        await server.slash(scene.ann, channel, "channel", {"answer": "on"})
    on = await server.slash(scene.bob, channel, "channel", {"answer": "on"})
    assert "every question" in (await on.wait()).text
    left_alone = [
        await server.say(channel, scene.ann, text)
        for text in ("good morning", "anyone up for lunch today?", "what?", f"{scene.bob.mention} did you read it?")
    ]
    asked = await server.say(channel, scene.ann, WHY)
    assert quotes(await server.reply_to(asked))
    off = await server.slash(scene.bob, channel, "channel", {"answer": "off"})
    await off.wait()
    silent = await server.say(channel, scene.ann, WHY)
    await scene.mention(WHY)
    assert not [m.content for m in (before, silent, *left_alone) if m.replies]


async def test_article_passage_summary_help_and_status(scene: Scene) -> None:
    async def told(command: str, options: dict[str, Any] | None = None, **who: Any) -> str:
        used = await scene.server.slash(who.get("user", scene.ann), scene.channel, command, options)
        return unescape((await used.wait()).text)

    about = await told("article")
    assert "Oleksandr Khara" in about
    assert "26 March 2019" in about
    assert "1,2" in about  # words
    passage = await told("passage", {"n": 6})
    assert "more than half of Chinese investment" in passage
    assert "¶5" in passage
    assert "¶7" in passage
    assert "paragraphs 1 to 23" in await told("passage", {"n": 99})
    assert (await told("summary")).count("> “") == 5
    assert "/ask" in await told("help")
    status = await told("status", user=scene.bob)
    assert "Generation" in status
    assert "18 passages" in status


async def test_buttons_show_context_and_more_to_the_presser_alone(scene: Scene) -> None:
    answer = await scene.mention("What does he say about China's investment?")
    context = await scene.server.press(scene.bob, answer, "In context")
    around = await context.wait()
    assert around.ephemeral
    assert "**Although it is very strange that, say, China" in around.text
    more = await scene.server.press(scene.bob, answer, "More")
    further = await more.wait()
    assert further.ephemeral
    assert quotes(further)
    assert not set(quotes(further)) & set(quotes(answer))


async def test_votes_are_kept_once_a_person_and_exported(scene: Scene, tmp_path: Path) -> None:
    answer = await scene.mention(WHY)
    for user, vote in ((scene.ann, "👍"), (scene.bob, "👍"), (scene.ann, "👎")):
        await (await scene.server.press(user, answer, vote)).wait()
    await scene.finish()
    out = io.StringIO()
    assert State(tmp_path / "state.sqlite").export(out) == 2
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert sorted(row["vote"] for row in rows) == ["down", "up"]
    assert {row["question"] for row in rows} == {WHY}
    assert "Ann" not in out.getvalue()


async def test_an_abstention_offers_questions_that_are_answered(scene: Scene) -> None:
    answer = await scene.mention("What is the best recipe for sourdough bread?")
    assert "does not address that" in unescape(answer.text)
    field = answer.embeds[0]["fields"][0]
    assert field["name"] == "You could ask"
    instead = [unescape(line.removeprefix("• ")) for line in field["value"].splitlines()]
    assert 2 <= len(instead) <= 3
    for question in instead:
        assert quotes(await scene.mention(question)), question


async def test_questions_and_articles_cannot_smuggle_in_pings_or_links(
    folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    hostile = "The minister says @everyone should read [this](https://evil.example) and <@1> <#2> ||hidden|| # now."
    (folder / "hostile.txt").write_text(
        f"The Plan\n\nBy Jo Writer\n\n{hostile}\n\n> The plan of the minister costs 5 million.\n"
    )
    index = tmp_path / "index"
    rebuild(folder, FolderPublisher(index, check_in_process), model_identity(None), lambda: embedder)
    live = LiveIndex(FolderPublisher(index), model_identity(None))
    answerer = Answerer(live, embedder, load_reranker(SMALL))
    async with bot_at(index, tmp_path / "state.sqlite", lambda: answerer) as scene:
        await scene.server.until(lambda: scene.service.queue.ready.is_set())
        answer = await scene.mention("what does the minister say @Mods should [read](http://evil.example) ||now||?")
        body = answer.embeds[0]
        for text in (body["title"], body["description"]):
            for raw in ("@everyone", "<@", "<#", "](", "||"):
                assert raw not in text.replace(f"\\{raw[0]}", "")
        # A link's address is no part of the article text.
        assert hostile.replace("[this](https://evil.example)", "this") in unescape(body["description"])
        assert not answer.pinged.everyone
        assert not answer.pinged.roles
    live.close()


async def test_a_channel_without_embeds_gets_plain_text(scene: Scene) -> None:
    scene.channel.deny("embed_links")
    await asyncio.sleep(0.1)
    answer = await scene.mention("What does he say about China's investment?")
    assert not answer.embeds
    assert "Chinese investment" in answer.content
    follow = await scene.server.say(scene.channel, scene.ann, "and servicemen?", reply_to=answer)
    assert "Chinese servicemen" in (await scene.server.reply_to(follow)).text


async def test_commands_are_registered_only_when_they_changed(scene: Scene) -> None:
    def puts(scene: Scene) -> int:
        return sum(request.method == "PUT" and "commands" in request.path for request in scene.server.requests)

    await scene.server.until(lambda: scene.service.state.get_note("commands"))
    assert puts(scene) == 1
    assert {command["name"] for command in scene.server.commands} == {
        "ask", "article", "summary", "passage", "help", "channel", "status", "Ask about this",
    }  # fmt: skip

    await scene.restart()
    await scene.mention(WHY)
    assert puts(scene) == 1
