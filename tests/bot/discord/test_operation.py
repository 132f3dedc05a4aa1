"""The running bot: restarts, a rebuilt index, shards, the log."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker
from bot.discord.buttons import ARTICLE_CHANGED, ARTICLE_REMOVED
from bot.discord.gateway import run_bot
from bot.discord.rendering.markup import unescape
from bot.settings import Shards

from tests.bot.discord.scene import WHY, Scene, bot_at, service_of
from tests.servers.discord.server import DiscordServer
from tests.support.fakes import check_in_process


async def test_buttons_work_after_a_restart(scene: Scene) -> None:
    answer = await scene.mention("What does he say about China's investment?")
    await scene.restart()
    for label, expected in (("In context", "**"), ("More", "¶"), ("👍", "Thank you"), ("Thread", "Continue in")):
        pressed = await scene.server.press(scene.bob, answer, label)
        assert expected in (await pressed.wait()).text, label


async def test_a_rebuilt_index_answers_within_two_seconds_and_nothing_fails_meanwhile(
    tmp_path: Path, folder: Path, embedder: Embedder
) -> None:
    index = tmp_path / "index"

    def build(cost: int) -> None:
        (folder / "bridge.txt").write_text(f"By Jo Writer\n\nThe bridge over the river costs {cost} million a year.\n")
        rebuild(folder, FolderPublisher(index, check_in_process), model_identity(None), lambda: embedder)

    build(3)
    live = LiveIndex(FolderPublisher(index), model_identity(None))
    async with bot_at(index, tmp_path / "state", lambda: Answerer(live, embedder, load_reranker(SMALL))) as scene:
        question = "What does the bridge over the river cost?"
        assert "3 million" in (await scene.mention(question)).text
        building = asyncio.create_task(asyncio.to_thread(build, 5))
        while not building.done():
            assert "million" in (await scene.mention(question)).text
        built = time.monotonic()
        await scene.server.until(lambda: "5 million" in next(iter(scene.service.articles.values())).text, 10)
        assert time.monotonic() - built < 2
        assert "5 million" in (await scene.mention(question)).text
    live.close()


@pytest.fixture
def read_log(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """What the bot has logged since before it started."""
    caplog.set_level(logging.INFO, "bot")
    return lambda: "\n".join(r.getMessage() for phase in ("setup", "call") for r in caplog.get_records(phase))


async def test_logs_are_one_line_an_event_without_question_or_token(read_log: Callable[[], str], scene: Scene) -> None:
    scene.server.fail("PATCH", r"/webhooks/.*", status=429, retry_after=0.1)
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    await asked.wait()
    await scene.mention("What does he say about China's investment?")
    logged = read_log()
    assert "answered way=mention" in logged
    assert "answered way=ask" in logged
    assert "China" not in logged
    assert "Maduro" not in logged
    assert scene.server.token not in logged


async def test_a_login_that_takes_long_can_be_stopped(shipped_index: Path, answerer: Answerer, tmp_path: Path) -> None:
    async with DiscordServer() as server:
        server.fail("GET", "/users/@me", status=200, delay=30, times=9)
        stop = asyncio.Event()
        service = service_of(shipped_index, tmp_path / "state", lambda: answerer)
        running = asyncio.create_task(run_bot(service, server.token, api=server.api, stop=stop))
        await asyncio.sleep(0.3)
        stop.set()
        await asyncio.wait_for(running, 3)


async def test_a_bot_stopped_while_it_registers_its_commands_does_not_warn(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.service.state.save_note("commands", "others")
    register = scene.server.fail("PUT", r"/applications/\d+/commands", status=200, delay=60)
    await scene.restart()
    await scene.server.until(lambda: register.hits)
    await scene.finish()
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "register"))
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_process_serves_its_own_shards_and_leaves_the_others_to_others(
    shipped_index: Path, answerer: Answerer, tmp_path: Path
) -> None:
    async with DiscordServer(shards=2) as server:
        here, there = server.guild("Here", shard=1), server.guild("There", shard=0)
        ann = server.user("Ann")
        stop = asyncio.Event()
        service = service_of(shipped_index, tmp_path / "state", lambda: answerer)
        shards = Shards((1,), 2)
        running = asyncio.create_task(
            run_bot(service, server.token, api=server.api, stop=stop, ready_timeout=0.1, shards=shards)
        )
        await server.until(lambda: server.gateway.online() == {1}, 10)
        unheard = await server.say(there.channel("general"), ann, f"{server.bot.mention} {WHY}")
        asked = await server.say(here.channel("general"), ann, f"{server.bot.mention} {WHY}")
        assert "Khara argues" in (await server.reply_to(asked)).text
        assert not unheard.replies
        stop.set()
        await asyncio.wait_for(running, 15)


async def test_a_conversation_about_one_article_stays_with_it(tmp_path: Path, folder: Path, embedder: Embedder) -> None:
    (folder / "trains.txt").write_text(
        "The Trains\n\nBy Jo Rail\n\nThe trains cost 7 million.\n\nTheir money is the state's.\n"
    )
    (folder / "bridge.txt").write_text(
        "The Bridge\n\nBy Al Span\n\nThe bridge costs 3 million.\n\nThe money for it is the town's.\n"
    )
    index = tmp_path / "index"
    rebuild(folder, FolderPublisher(index, check_in_process), model_identity(None), lambda: embedder)
    live = LiveIndex(FolderPublisher(index), model_identity(None))
    async with bot_at(index, tmp_path / "state", lambda: Answerer(live, embedder, load_reranker(SMALL))) as scene:
        options = {"question": "What do the trains cost?", "article": "trains.txt"}
        asked = await scene.server.slash(scene.ann, scene.channel, "ask", options)
        answer = await asked.wait()
        follow = await scene.server.say(scene.channel, scene.ann, "and the money?", reply_to=answer)
        assert "the town" not in (await scene.server.reply_to(follow)).text
        (folder / "trains.txt").unlink()
        await asyncio.to_thread(rebuild, folder, FolderPublisher(index), model_identity(None), lambda: embedder)
        await scene.server.until(lambda: "trains.txt" not in scene.service.articles, 5)
        for label, notice in (("More", ARTICLE_REMOVED), ("In context", ARTICLE_CHANGED)):
            pressed = await scene.server.press(scene.ann, answer, label)
            assert unescape((await pressed.wait()).text) == notice
    live.close()


async def test_context_follows_a_quote_to_its_new_place(tmp_path: Path, folder: Path, embedder: Embedder) -> None:
    path, index = folder / "bridge.txt", tmp_path / "index"
    path.write_text("The Bridge\n\nBy Al Span\n\nThe bridge over the river costs 3 million a year.\n\nIt is old.\n")
    rebuild(folder, FolderPublisher(index, check_in_process), model_identity(None), lambda: embedder)
    live = LiveIndex(FolderPublisher(index), model_identity(None))
    async with bot_at(index, tmp_path / "state", lambda: Answerer(live, embedder, load_reranker(SMALL))) as scene:
        answer = await scene.mention("What does the bridge over the river cost a year?")
        path.write_text(path.read_text().replace("\n\nThe bridge", "\n\nA new foreword stands here.\n\nThe bridge"))
        await asyncio.to_thread(rebuild, folder, FolderPublisher(index), model_identity(None), lambda: embedder)
        await scene.server.until(lambda: "foreword" in next(iter(scene.service.articles.values())).text, 5)
        shown = await (await scene.server.press(scene.ann, answer, "In context")).wait()
        assert "**The bridge over the river costs 3 million a year" in unescape(shown.text)
        assert "foreword" not in shown.text

    live.close()
