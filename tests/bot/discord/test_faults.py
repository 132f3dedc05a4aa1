"""What goes wrong between a bot and Discord, and what people see of it: one answer, or one word why not.

QUEUED is how many questions wait in line in one test; `make soak` takes 200.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import discord
import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.types import Question, Response
from bot.discord import delivery
from bot.discord.buttons import ARTICLE_CHANGED, ARTICLE_REMOVED
from bot.discord.gateway import run_bot
from bot.discord.rendering.markup import unescape
from bot.settings import Shards

from tests.bot.discord.scene import Scene, bot_at, service_of
from tests.servers.discord.server import DiscordServer, Message

QUEUED = int(os.environ.get("QUEUED", "24"))
WHY = "Why does Russia back Maduro?"
POST = ("POST", r"/channels/\d+/messages")


class Slow:
    """An answerer that takes its time, as a big index or a busy machine does; it blocks its thread meanwhile."""

    def __init__(self, answerer: Answerer, seconds: float) -> None:
        self._answerer = answerer
        self._seconds = seconds

    def ask(self, question: Question) -> Response:
        time.sleep(self._seconds)
        return self._answerer.ask(question)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answerer, name)


def slow(seconds: float) -> Callable[[Answerer], Answerer]:
    """Make an answerer take so many seconds for each answer."""
    return lambda answerer: cast("Answerer", Slow(answerer, seconds))


@pytest.fixture(autouse=True)
def no_pause_before_identifying(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord wants five seconds between two logins; the fake server does not."""

    async def hook(*_: object, **__: object) -> None: ...

    monkeypatch.setattr(discord.Client, "before_identify_hook", hook)


async def ask(scene: Scene, text: str = WHY, **options: Any) -> Message:
    """Say a question without waiting for the answer."""
    return await scene.server.say(scene.channel, scene.ann, f"{scene.server.bot.mention} {text}", **options)


async def settled(scene: Scene) -> None:
    """Wait until what was asked before has been answered: a later question is."""
    await scene.mention("What does he say about China's investment?", user=scene.bob)


@pytest.mark.parametrize("kind", ["reconnect", "resumable", "close", "abort"])
async def test_a_lost_connection_is_resumed_and_nothing_is_answered_twice(scene: Scene, kind: Any) -> None:
    first = await ask(scene)
    await scene.server.reply_to(first)
    scene.server.replay(5)
    await scene.server.drop(kind)
    during = await ask(scene)
    await scene.server.reply_to(during)
    await settled(scene)
    assert [len(first.replies), len(during.replies)] == [1, 1]


async def test_what_a_lost_session_missed_is_read_back(scene: Scene) -> None:
    dm = scene.server.dm(scene.ann)
    await scene.server.reply_to(await scene.server.say(dm, scene.ann, WHY))
    before = await ask(scene)
    await scene.server.reply_to(before)
    scene.server.fail("GET", "/ws", status=503, times=1)
    await scene.server.drop("invalid")
    missed = await ask(scene)
    missed_dm = await scene.server.say(dm, scene.ann, "What does he say about China's investment?")
    await scene.server.reply_to(missed, timeout=20)
    await scene.server.reply_to(missed_dm, timeout=20)
    await settled(scene)
    assert [len(m.replies) for m in (before, missed, missed_dm)] == [1, 1, 1]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "times": 2},
        {"status": 503, "after": True},
        {"reset": True, "times": 2},
        {"reset": True, "after": True},
        {"status": 429, "retry_after": 0.2},
        {"status": 429, "retry_after": 0.2, "via": False},
    ],
    ids=str,
)
async def test_a_failing_send_is_repeated_and_arrives_once(scene: Scene, fault: dict[str, Any]) -> None:
    met = scene.server.fail(*POST, **fault)
    asked = await ask(scene)
    await scene.server.reply_to(asked)
    await settled(scene)
    assert met.hits
    assert len(asked.replies) == 1


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        ({"status": 503}, delivery.TRIES),
        ({"status": 429, "retry_after": 0.01, "via": False}, delivery.TRIES),
        ({"reset": True}, delivery.TRIES),
        ({"status": 404, "code": 10003}, 1),
        ({"status": 400, "code": 50035}, 1),
    ],
    ids=str,
)
async def test_what_can_never_be_sent_is_tried_a_few_times_and_logged_once(
    scene: Scene, fault: dict[str, Any], tries: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.01)
    met = scene.server.fail(*POST, times=float("inf"), **fault)
    with caplog.at_level(logging.INFO, "bot"):
        asked = await ask(scene)
        await scene.server.until(lambda: [line for line in caplog.messages if line.startswith("not sent")], 20)
    hits = met.hits
    met.times = 0
    assert hits == tries
    await settled(scene)
    assert not asked.replies
    assert len([line for line in caplog.messages if line.startswith("not sent")]) == 1
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": True, "times": 2}, {"status": 500}], ids=str)
async def test_a_failing_edit_is_repeated(scene: Scene, fault: dict[str, Any]) -> None:
    met = scene.server.fail("PATCH", r"/webhooks/.*", **fault)
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    assert "¶" in (await asked.wait()).text
    assert met.hits


async def test_an_interaction_that_discord_gave_up_is_answered_in_the_channel(scene: Scene) -> None:
    scene.server.fail("POST", r"/interactions/.*", status=404, code=10062)
    await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    [answer] = await scene.server.until(lambda: scene.server.answers(scene.channel))
    assert "¶" in answer.text
    scene.server.fail("POST", r"/interactions/.*", status=404, code=10062)
    await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY, "private": True})
    [answer] = await scene.server.until(lambda: scene.server.answers(scene.server.dm(scene.ann)))
    assert "¶" in answer.text
    assert len(scene.server.answers(scene.channel)) == 1


@pytest.mark.bot(load=slow(0.5))
async def test_a_deleted_question_is_given_up(scene: Scene) -> None:
    waiting, deleted = await ask(scene), await ask(scene, "What does he say about China's investment?")
    await asyncio.sleep(0.1)
    await scene.server.delete(deleted)
    await scene.server.reply_to(waiting)
    await settled(scene)
    assert not deleted.replies
    assert len(scene.server.answers(scene.channel)) == 2


async def test_a_question_deleted_at_the_last_moment_ends_in_a_log_line(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.server.fail(*POST, status=400, code=50035)
    with caplog.at_level(logging.INFO):
        await ask(scene)
        await settled(scene)
    [line] = [record for record in caplog.messages if record.startswith("not sent")]
    assert "code=50035" in line


async def test_a_lost_permission_is_explained_to_the_asker_once(scene: Scene) -> None:
    scene.channel.forbidden = True
    await ask(scene)
    await ask(scene)
    dm = scene.server.dm(scene.ann)
    [told] = await scene.server.until(lambda: scene.server.answers(dm))
    assert "Send Messages" in told.text
    scene.channel.forbidden = False
    await settled(scene)
    assert len(scene.server.answers(dm)) == 1


async def test_a_reply_without_permission_to_read_history_becomes_a_message(scene: Scene) -> None:
    scene.server.fail(*POST, status=400, code=160002)
    await ask(scene)
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
    await settled(scene)
    assert not [message.content for message in unheard if message.replies]


def slow_to_load(answerer: Answerer) -> Answerer:
    time.sleep(2.0)
    return slow(1.0)(answerer)


@pytest.mark.bot(load=slow_to_load, heartbeat_interval=0.4)
async def test_heartbeats_go_on_while_the_model_loads_and_answers_take_long(scene: Scene) -> None:
    began = time.monotonic()
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    await asked.acknowledged()
    assert asked.acknowledged_after is not None
    assert asked.acknowledged_after < 1
    typed = await ask(scene)
    await scene.server.reply_to(typed, timeout=20)
    assert "¶" in (await asked.wait()).text
    beats = [beat.at for beat in scene.server.heartbeats if beat.at > began]
    gaps = [after - before for before, after in pairwise(beats)]
    assert len(beats) >= 6
    assert max(gaps) < 1.5
    assert any(request.path.endswith("/typing") for request in scene.server.requests)


@pytest.mark.slow
@pytest.mark.bot(heartbeat_interval=0.5)
async def test_many_questions_in_line_are_all_acknowledged_and_answered(scene: Scene) -> None:
    people = [scene.server.user(f"Reader {n}") for n in range(QUEUED // 4)]
    asked = [
        await scene.server.slash(person, scene.channel, "ask", {"question": WHY}) for person in people for _ in range(4)
    ]
    for one in asked:
        await one.acknowledged(20)
    answers = [await one.wait(40) for one in asked]
    assert all("¶" in answer.text for answer in answers)
    assert max(one.acknowledged_after or 9 for one in asked) < 3


@pytest.mark.bot(service={"per_minute": 5})
async def test_somebody_who_asks_too_fast_is_told_once_in_private_and_others_are_served(scene: Scene) -> None:
    flood = [await ask(scene) for _ in range(100)]
    other = await scene.mention(WHY, user=scene.bob)
    assert "¶" in other.text
    await scene.server.until(lambda: all(m.replies or m.reactions for m in flood), 20)
    answered = [m for m in flood if m.replies]
    assert len(answered) == 5
    assert not [m for m in answered if m.reactions]
    [notice] = scene.server.answers(scene.server.dm(scene.ann))
    assert "You are asking too fast. Please try again in" in notice.text
    slash = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    assert "You are asking too fast. Please try again in" in (await slash.wait()).text
    assert slash.ephemeral


@pytest.mark.bot(load=slow(0.2))
async def test_a_crowded_server_does_not_keep_another_waiting(scene: Scene) -> None:
    elsewhere = scene.server.guild("Elsewhere").channel("general")
    crowd = [await ask(scene) for _ in range(5)]
    crowd += [
        await scene.server.say(scene.channel, scene.server.user(f"R{n}"), f"{scene.server.bot.mention} {WHY}")
        for n in range(15)
    ]
    await asyncio.sleep(0.3)
    await scene.mention(WHY, user=scene.bob, channel=elsewhere)
    assert sum(bool(m.replies) for m in crowd) <= 6


@pytest.mark.bot(load=slow(0.3), service={"capacity": 6})
async def test_a_full_line_turns_people_away_kindly(scene: Scene) -> None:
    people = [scene.server.user(f"Reader {n}") for n in range(8)]
    asked = [await scene.server.slash(p, scene.channel, "ask", {"question": WHY}) for p in people]
    texts = [unescape((await one.wait(20)).text) for one in asked]
    full = [one for one, text in zip(asked, texts, strict=True) if "Too many questions are waiting" in text]
    assert 1 <= len(full) <= 5
    assert all(one.ephemeral for one in full)
    assert sum("¶" in text for text in texts) == len(asked) - len(full)


@pytest.mark.bot(load=slow(2.0), service={"time_limit": 0.5})
async def test_an_answer_that_hangs_ends_in_an_apology(scene: Scene) -> None:
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    assert "took me too long" in unescape((await asked.wait()).text)


@pytest.mark.bot(load=slow(0.4))
async def test_closing_answers_or_apologises_to_everyone(scene: Scene) -> None:
    asked = [await ask(scene) for _ in range(5)]
    await asyncio.sleep(0.2)
    began = time.monotonic()
    await scene.finish()
    assert time.monotonic() - began < 10
    assert all(len(m.replies) == 1 for m in asked)
    assert scene.server.closes[-1] == 1000


async def test_buttons_outlive_a_restart(scene: Scene) -> None:
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
        rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)

    build(3)
    live = LiveIndex(FolderPublisher(index), model_identity(None))
    async with bot_at(index, tmp_path / "state", lambda: Answerer(live, embedder)) as scene:
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
def bot_log(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """What the bot has logged since before it started."""
    caplog.set_level(logging.INFO, "bot")
    return lambda: "\n".join(r.getMessage() for phase in ("setup", "call") for r in caplog.get_records(phase))


async def test_logs_are_one_line_an_event_without_question_or_token(bot_log: Callable[[], str], scene: Scene) -> None:
    scene.server.fail("PATCH", r"/webhooks/.*", status=429, retry_after=0.1)
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    await asked.wait()
    await scene.mention("What does he say about China's investment?")
    logged = bot_log()
    assert "answered way=mention" in logged
    assert "answered way=ask" in logged
    assert "China" not in logged
    assert "Maduro" not in logged
    assert scene.server.token not in logged


@pytest.mark.parametrize("fault", [{"status": 200, "delay": 6.0}, {"status": 500, "times": 9}], ids=str)
@pytest.mark.bot(load=slow(1.2))
async def test_an_answer_does_not_wait_for_the_sign_of_typing(scene: Scene, fault: dict[str, Any]) -> None:
    scene.server.fail("POST", r"/channels/\d+/typing", **fault)
    began = time.monotonic()
    await scene.server.reply_to(await ask(scene))
    assert time.monotonic() - began < 4


async def test_talk_in_the_bots_thread_is_left_alone(scene: Scene) -> None:
    answer = await scene.mention(WHY)
    await (await scene.server.press(scene.ann, answer, "Thread")).wait()
    thread = answer.thread
    assert thread is not None
    talk = [await scene.server.say(thread, scene.bob, text) for text in ("thanks!", "lol ok", "see you", "📎")]
    why = await scene.server.say(thread, scene.bob, "why?")
    await scene.server.reply_to(why)
    assert not [message.content for message in talk if message.replies or message.reactions]


@pytest.mark.bot(service={"per_minute": 5})
async def test_people_who_did_not_ask_are_never_told_to_wait(scene: Scene) -> None:
    await (await scene.server.slash(scene.bob, scene.channel, "channel", {"answer": "on"})).wait()
    talk = [await scene.server.say(scene.channel, scene.ann, "are you coming tonight?") for _ in range(12)]
    await settled(scene)
    assert not [m for m in talk if m.replies or m.reactions]
    assert not scene.server.answers(scene.server.dm(scene.ann))
    # Nor has that talk cost her anything.
    await scene.mention(WHY)


async def test_an_answer_channel_without_permissions_says_which(scene: Scene) -> None:
    scene.channel.deny("send_messages")
    await asyncio.sleep(0.1)
    on = await scene.server.slash(scene.bob, scene.channel, "channel", {"answer": "on"})
    assert "Send Messages" in unescape((await on.wait()).text)


class Hangs(Slow):
    def ask(self, question: Question) -> Response:
        if "hang" in question.text:
            time.sleep(4)
        return self._answerer.ask(question)


@pytest.mark.bot(load=lambda answerer: Hangs(answerer, 0), service={"time_limit": 1.5})
async def test_an_answer_that_hangs_does_not_stop_the_others(scene: Scene) -> None:
    hung = await ask(scene, "Does this hang?")
    await asyncio.sleep(0.1)
    other = await scene.server.say(scene.channel, scene.bob, f"{scene.server.bot.mention} {WHY}")
    assert "took me too long" in unescape((await scene.server.reply_to(hung)).text)
    # Who waited behind it has waited as long; who asks now is served.
    await scene.server.reply_to(other)
    assert "¶" in (await scene.mention(WHY, user=scene.server.user("Cat"))).text
    status = await scene.server.slash(scene.bob, scene.channel, "status")
    assert "1 answer did not finish" in (await status.wait()).text


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": True, "times": 2}], ids=str)
async def test_opening_a_thread_is_tried_again(scene: Scene, fault: dict[str, Any]) -> None:
    answer = await scene.mention(WHY)
    scene.server.fail("POST", r"/channels/\d+/messages/\d+/threads", **fault)
    pressed = await scene.server.press(scene.ann, answer, "Thread")
    assert "Continue in" in (await pressed.wait()).text


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


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": True, "times": 2}], ids=str)
async def test_reading_the_conversation_is_tried_again(scene: Scene, fault: dict[str, Any]) -> None:
    dm = scene.server.dm(scene.ann)
    await scene.server.reply_to(await scene.server.say(dm, scene.ann, "What does he say about China's investment?"))
    scene.server.fail("GET", r"/channels/\d+/messages", **fault)
    second = await scene.server.say(dm, scene.ann, "and servicemen?")
    assert "Chinese servicemen" in (await scene.server.reply_to(second)).text


@pytest.mark.bot(message_content=False)
async def test_a_message_that_may_not_be_read_says_how_to_ask_about_it(scene: Scene) -> None:
    claim = await scene.server.say(scene.channel, scene.bob, "China has invested more than anybody")
    bare = await scene.server.say(scene.channel, scene.ann, scene.server.bot.mention, reply_to=claim)
    assert "Ask about this" in (await scene.server.reply_to(bare)).text


async def test_a_model_that_fails_to_load_ends_the_bot_and_tells_who_waits(
    shipped_index: Path, answerer: Answerer, tmp_path: Path
) -> None:
    def load() -> Answerer:
        time.sleep(1)
        raise OSError("no model")

    async with bot_at(shipped_index, tmp_path / "state", load) as scene:
        asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
        assert "being restarted" in (await asked.wait()).text
        with pytest.raises(OSError, match="no model"):
            await scene.finish()


async def test_a_login_that_takes_long_can_be_stopped(shipped_index: Path, answerer: Answerer, tmp_path: Path) -> None:
    async with DiscordServer() as server:
        server.fail("GET", "/users/@me", status=200, delay=30, times=9)
        stop = asyncio.Event()
        service = service_of(shipped_index, tmp_path / "state", lambda: answerer)
        running = asyncio.create_task(run_bot(service, server.token, api=server.api, stop=stop))
        await asyncio.sleep(0.3)
        stop.set()
        await asyncio.wait_for(running, 3)


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
    (folder / "trains.txt").write_text("By Jo Rail\n\nThe trains cost 7 million.\n\nTheir money is the state's.\n")
    (folder / "bridge.txt").write_text("By Al Span\n\nThe bridge costs 3 million.\n\nThe money for it is the town's.\n")
    index = tmp_path / "index"
    rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
    live = LiveIndex(FolderPublisher(index), model_identity(None))
    async with bot_at(index, tmp_path / "state", lambda: Answerer(live, embedder)) as scene:
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
    path.write_text("By Al Span\n\nThe bridge over the river costs 3 million a year.\n\nIt is old.\n")
    rebuild(folder, FolderPublisher(index), model_identity(None), lambda: embedder)
    live = LiveIndex(FolderPublisher(index), model_identity(None))
    async with bot_at(index, tmp_path / "state", lambda: Answerer(live, embedder)) as scene:
        answer = await scene.mention("What does the bridge over the river cost a year?")
        path.write_text(path.read_text().replace("\n\nThe bridge", "\n\nA new foreword stands here.\n\nThe bridge"))
        await asyncio.to_thread(rebuild, folder, FolderPublisher(index), model_identity(None), lambda: embedder)
        await scene.server.until(lambda: "foreword" in next(iter(scene.service.articles.values())).text, 5)
        shown = await (await scene.server.press(scene.ann, answer, "In context")).wait()
        assert "**The bridge over the river costs 3 million a year" in unescape(shown.text)
        assert "foreword" not in shown.text

    live.close()
