"""Messages that Discord took although the connection broke before it said so: they arrive once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker
from bot.discord.interactions import INCOMPLETE
from bot.discord.rendering.markup import unescape

from tests.bot.discord.scene import Scene, bot_at
from tests.servers.discord.server import Interaction
from tests.support.fakes import check_in_process

WHY = "Why does Russia back Maduro?"
TAKEN_BUT_BROKEN = [{"reset": True, "after": True}, {"status": 503, "after": True}]
FOLLOW_UP = r"/webhooks/\d+/[^/]+"


@pytest.mark.parametrize("fault", TAKEN_BUT_BROKEN, ids=str)
async def test_the_first_message_of_a_thread_arrives_once(scene: Scene, fault: dict[str, Any]) -> None:
    answer = await scene.mention(WHY)
    met = scene.server.fail("POST", r"/channels/\d+/messages", **fault)
    pressed = await scene.server.press(scene.ann, answer, "Thread")
    assert "Continue in" in (await pressed.wait()).text
    assert answer.thread is not None
    assert met.hits == 1
    assert [message.content[:13] for message in scene.server.answers(answer.thread)] == ["Continue here"]


@pytest.mark.parametrize("fault", TAKEN_BUT_BROKEN, ids=str)
async def test_a_thread_that_was_opened_unnoticed_is_named(scene: Scene, fault: dict[str, Any]) -> None:
    answer = await scene.mention(WHY)
    met = scene.server.fail("POST", r"/channels/\d+/messages/\d+/threads", **fault)
    pressed = await scene.server.press(scene.ann, answer, "Thread")
    text = (await pressed.wait()).text
    assert met.hits == 1
    assert answer.thread is not None
    assert f"already has a thread: <#{answer.thread.id}>" in text


@pytest.mark.parametrize("fault", TAKEN_BUT_BROKEN, ids=str)
async def test_a_private_notice_arrives_once(scene: Scene, fault: dict[str, Any]) -> None:
    dm = scene.server.dm(scene.ann)
    met = scene.server.fail("POST", f"/channels/{dm.id}/messages", **fault)
    scene.channel.forbidden = True
    await scene.server.say(scene.channel, scene.ann, f"{scene.server.bot.mention} {WHY}")
    notices = await scene.server.until(lambda: met.hits and scene.server.answers(dm))
    scene.channel.forbidden = False
    await scene.mention(WHY, user=scene.bob)
    assert notices
    assert len(scene.server.answers(dm)) == 1


@pytest.fixture(scope="module")
def long_index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of an article whose second paragraph takes three messages."""
    folder, index = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("index")
    sentences = " ".join(f"Sentence number {n} of this paragraph is about the old bridge." for n in range(160))
    (folder / "bridge.txt").write_text(f"By Al Span\n\n{sentences}\n")
    rebuild(folder, FolderPublisher(index, check_in_process), model_identity(None), lambda: embedder)
    return index


@pytest.fixture
async def long_paragraph(long_index: Path, embedder: Embedder, tmp_path: Path) -> AsyncIterator[Scene]:
    """The bot, about that article."""
    live = LiveIndex(FolderPublisher(long_index), model_identity(None))
    async with bot_at(long_index, tmp_path / "state", lambda: Answerer(live, embedder, load_reranker(SMALL))) as scene:
        yield scene
    live.close()


async def show_paragraph(scene: Scene) -> Interaction:
    """Ask for the long paragraph, and wait until a later command is answered as well."""
    asked = await scene.server.slash(scene.ann, scene.channel, "passage", {"n": 2})
    await asked.wait()
    await scene.server.until(lambda: len(asked.messages) == 3 or INCOMPLETE in first_text(asked))
    await (await scene.server.slash(scene.ann, scene.channel, "help")).wait()
    return asked


def first_text(asked: Interaction) -> str:
    return unescape(asked.messages[0].text) if asked.messages else ""


async def test_a_long_paragraph_comes_in_several_messages(long_paragraph: Scene) -> None:
    asked = await show_paragraph(long_paragraph)
    assert "Sentence number 159 " in asked.messages[-1].text
    assert INCOMPLETE not in first_text(asked)


async def test_a_follow_up_that_discord_refused_for_a_while_is_repeated(long_paragraph: Scene) -> None:
    met = long_paragraph.server.fail("POST", FOLLOW_UP, status=429, retry_after=0.1, via=False)
    asked = await show_paragraph(long_paragraph)
    assert met.hits == 1
    assert len(asked.messages) == 3
    assert INCOMPLETE not in first_text(asked)


@pytest.mark.parametrize("after", [True, False])
async def test_a_follow_up_that_may_have_arrived_is_not_repeated_and_the_user_is_told(
    long_paragraph: Scene, after: bool
) -> None:
    met = long_paragraph.server.fail("POST", FOLLOW_UP, reset=True, after=after)
    asked = await show_paragraph(long_paragraph)
    texts = [message.text for message in asked.messages]
    assert met.hits == 1
    assert len(texts) == len(set(texts)) == (2 if after else 1)
    assert INCOMPLETE in first_text(asked)
    assert "Sentence number 0 " in first_text(asked)
