"""Questions about "it", after an answer about one of several articles."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker
from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import Scene, bot_at
from tests.servers.discord.server import Message
from tests.support.fakes import check_in_process

TRAINS = "What do the trains cost a year?"


@pytest.fixture
async def scene(tmp_path: Path, folder: Path, embedder: Embedder) -> AsyncIterator[Scene]:
    """The bot, about two articles."""
    (folder / "trains.txt").write_text("By Jo Rail\n\nThe trains cost 7 million a year.\n\nThey are always late.\n")
    (folder / "bread.txt").write_text("By Ann Miller\n\nBread must be baked at night.\n\nRye makes it last.\n")
    index = tmp_path / "index"
    rebuild(folder, FolderPublisher(index, check_in_process), model_identity(None), lambda: embedder)
    live = LiveIndex(FolderPublisher(index), model_identity(None))
    async with bot_at(index, tmp_path / "state", lambda: Answerer(live, embedder, load_reranker(SMALL))) as scene:
        yield scene
    live.close()


def says_who_wrote_it(answer: Message) -> bool:
    """Whether an answer names the author instead of asking which article is meant."""
    text = unescape(answer.text)
    return "Jo Rail" in text and "Name the one you mean" not in text


async def test_in_a_reply_it_is_the_article_of_the_answer(scene: Scene) -> None:
    answer = await scene.mention(TRAINS)
    assert "7 million" in answer.text
    follow_up = await scene.server.say(scene.channel, scene.ann, "who wrote it?", reply_to=answer)
    assert says_who_wrote_it(await scene.server.reply_to(follow_up))


async def test_in_direct_messages_it_is_the_article_of_the_last_answer(scene: Scene) -> None:
    dm = scene.server.dm(scene.ann)
    for question, author in ((TRAINS, "Jo Rail"), ("When must bread be baked?", "Ann Miller")):
        await scene.server.reply_to(await scene.server.say(dm, scene.ann, question))
        follow_up = await scene.server.say(dm, scene.ann, "who wrote it?")
        assert author in unescape((await scene.server.reply_to(follow_up)).text)


async def test_in_a_thread_it_is_the_article_of_the_answer_above(scene: Scene) -> None:
    answer = await scene.mention(TRAINS)
    await (await scene.server.press(scene.ann, answer, "Thread")).wait()
    assert answer.thread is not None
    follow_up = await scene.server.say(answer.thread, scene.ann, "who wrote it?")
    assert says_who_wrote_it(await scene.server.reply_to(follow_up))


async def test_without_a_conversation_the_bot_asks_which_article(scene: Scene) -> None:
    assert not says_who_wrote_it(await scene.mention("who wrote it?"))
