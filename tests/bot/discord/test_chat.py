"""Answers of a chat model in Discord: they grow, are withdrawn, fall back, and stay within a budget."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.answering.answerer import Answerer
from bot.answering.chat.limits import Budget
from bot.answering.chat.reader import NO_BUDGET, ChatReader
from bot.answering.types import Response
from bot.discord.drafts import DraftUpdater
from bot.discord.rendering.markup import unescape
from bot.state import State

from tests.bot.answering.chat.scene import faithful, reader_of
from tests.bot.discord.scene import Scene, bot_at, bot_options
from tests.servers.chat.replies import Hang, Status, Text
from tests.servers.chat.server import ChatServer
from tests.servers.discord.server import Message

WHY = "Why does Russia back Maduro?"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as started:
        yield started


@pytest.fixture
async def scene(
    request: pytest.FixtureRequest, shipped_index: Path, answerer: Answerer, tmp_path: Path, server: ChatServer
) -> AsyncIterator[Scene]:
    """The bot with a chat model; the mark `bot` gives its budget."""
    budget: Budget | None = bot_options(request).get("budget")

    def chat(state: State) -> ChatReader:
        return reader_of(server, budget=budget, ledger=state, timeout=5.0)

    async with bot_at(shipped_index, tmp_path / "state.sqlite", lambda: answerer, service={"chat": chat}) as scene:
        yield scene


def footer(message: Message) -> str:
    return str(message.embeds[0].get("footer", {}).get("text", "")) if message.embeds else ""


async def finished(scene: Scene, question: str = WHY) -> Message:
    answer = await scene.mention(question)
    await scene.server.until(lambda: footer(answer))
    return answer


async def test_an_answer_shows_each_claim_above_its_quote_and_who_read(scene: Scene, server: ChatServer) -> None:
    server.script(faithful())
    answer = await finished(scene)
    lines = [line for line in unescape(answer.embeds[0]["description"]).splitlines() if line]
    assert [line.startswith("> “") for line in lines] == [False, True] * 3
    assert lines[0].startswith("Claim A rests on")
    assert footer(answer).endswith("openai:scripted")
    assert len(answer.components) == 1


async def test_an_answer_grows_by_at_most_one_edit_a_second(scene: Scene, server: ChatServer) -> None:
    server.script(faithful(size=12, pause=0.04))
    asked = await scene.server.say(scene.channel, scene.ann, f"{scene.server.bot.mention} {WHY}")
    answer = await scene.server.reply_to(asked)
    assert not footer(answer)
    assert unescape(answer.embeds[0]["description"]).count("> “") == 1
    await scene.server.until(lambda: footer(answer))
    assert unescape(answer.embeds[0]["description"]).count("> “") == 3
    at = [r.at for r in scene.server.requests if r.method in ("POST", "PATCH") and "/messages" in r.path]
    assert len(at) >= 2
    assert all(later - earlier >= 0.95 for earlier, later in itertools.pairwise(at))
    assert scene.server.answers(scene.channel) == [answer]


async def test_a_command_is_answered_as_it_grows(scene: Scene, server: ChatServer) -> None:
    server.script(faithful(size=12, pause=0.04))
    asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": WHY})
    answer = await asked.wait()
    await scene.server.until(lambda: footer(answer))
    assert unescape(answer.embeds[0]["description"]).count("> “") == 3
    assert answer.edits >= 2


async def test_a_deleted_question_cancels_the_model_and_withdraws_what_was_shown(
    scene: Scene, server: ChatServer
) -> None:
    server.script(lambda body: Hang(30, faithful(size=400)(body), after=3))
    asked = await scene.server.say(scene.channel, scene.ann, f"{scene.server.bot.mention} {WHY}")
    answer = await scene.server.reply_to(asked)
    await scene.server.delete(asked)
    await scene.server.until(lambda: answer.deleted)
    assert await asyncio.to_thread(server.wait, lambda: server.requests[-1].client_disconnected)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ([Hang(30)], "it did not answer in time"),
        ([Status(500)] * 3, "it failed (status 500)"),
        ([Text(text="I am a model.")] * 2, "nothing in its reply could be verified"),
    ],
    ids=["hang", "500", "prose"],
)
async def test_whatever_fails_the_answer_comes_and_is_labelled(
    scene: Scene, server: ChatServer, script: list[Any], why: str
) -> None:
    server.script(*script)
    answer = await finished(scene)
    assert footer(answer).endswith(f"no chat model: {why}")
    assert "> “" in answer.text


async def test_a_follow_up_is_reworded_by_the_model_and_titled_as_it_was_asked(
    scene: Scene, server: ChatServer
) -> None:
    server.script(faithful(), Text(text="What does he say about China?"), faithful())
    answer = await finished(scene)
    follow = await scene.server.say(scene.channel, scene.ann, "and china?", reply_to=answer, ping=False)
    told = await scene.server.reply_to(follow)
    await scene.server.until(lambda: footer(told))
    assert unescape(told.embeds[0]["title"]) == "and china?"
    assert "<question>What does he say about China?</question>" in server.requests[-1].text
    assert "<user>Why does Russia back Maduro?</user>" in server.requests[1].text


@pytest.mark.bot(budget=Budget(questions=1))
async def test_a_used_up_budget_is_a_friendly_stop_that_survives_a_restart(scene: Scene, server: ChatServer) -> None:
    server.set_default_reply(faithful())
    assert footer(await finished(scene)).endswith("openai:scripted")
    for _ in range(2):
        answer = await finished(scene)
        assert footer(answer).endswith(f"no chat model: {NO_BUDGET}")
        assert "> “" in answer.text
        await scene.restart()
    asked = len(server.requests)
    follow = await scene.server.say(scene.channel, scene.ann, "and china?", reply_to=answer, ping=False)
    assert footer(await scene.server.reply_to(follow)).endswith(f"no chat model: {NO_BUDGET}")
    assert len(server.requests) == asked  # nor is a follow-up reworded
    other = await scene.mention(WHY, user=scene.bob)
    await scene.server.until(lambda: footer(other))
    assert footer(other).endswith("openai:scripted")


async def test_status_says_who_reads_and_how_it_goes_and_never_the_key(scene: Scene, server: ChatServer) -> None:
    server.set_default_reply(Status(401))

    async def status() -> str:
        return unescape((await (await scene.server.slash(scene.bob, scene.channel, "status")).wait()).text)

    assert "openai:scripted, working; 0 answers without it" in await status()
    for _ in range(5):
        await finished(scene)
    told = await status()
    assert "paused for" in told
    assert "5 answers without it" in told
    assert server.key not in told
    assert "127.0.0.1" not in told


async def test_the_model_holds_up_nobody(scene: Scene, server: ChatServer) -> None:
    """While one question waits for a model, another that needs none is answered."""
    server.script(Hang(3))
    slow = await scene.server.say(scene.channel, scene.ann, f"{scene.server.bot.mention} {WHY}")
    await asyncio.to_thread(server.wait, lambda: bool(server.requests))
    quick = await scene.mention("who wrote this?", user=scene.bob)
    assert not slow.replies
    assert "Khara" in quick.text


async def test_closing_delivers_what_there_is(
    scene: Scene, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.gateway.GRACE", 1.5)
    server.script(Hang(30))
    asked = await scene.server.say(scene.channel, scene.ann, f"{scene.server.bot.mention} {WHY}")
    await asyncio.to_thread(server.wait, lambda: bool(server.requests))
    await scene.finish()
    assert footer(asked.replies[0]).endswith("no chat model: I am being restarted")


@pytest.mark.parametrize(("succeeds", "expected"), [(True, [0, 2]), (False, [0])])
async def test_live_shows_the_newest_and_gives_up_where_it_may_not(succeeds: bool, expected: list[int]) -> None:
    drafts = [Response(None, {}, (name,)) for name in "abc"]  # type: ignore[arg-type]
    shown: list[Response] = []

    async def show(draft: Response) -> bool:
        shown.append(draft)
        return succeeds

    updater = DraftUpdater(show, interval=0.05)
    updater(drafts[0])
    await asyncio.sleep(0.01)
    updater(drafts[1])
    updater(drafts[2])
    await asyncio.sleep(0.1)
    await updater.stop()
    updater(drafts[0])
    await asyncio.sleep(0.02)
    assert shown == [drafts[n] for n in expected]
