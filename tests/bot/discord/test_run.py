"""`byline run` as an operator starts it: another process, against the fake Discord server."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.bot.answering.chat.scene import faithful
from tests.bot.discord.process import run_bot
from tests.servers.chat.replies import Status, Text
from tests.servers.chat.server import ChatServer
from tests.servers.discord.server import DiscordServer

WHY = "Why does Russia back Maduro?"


@pytest.mark.slow
async def test_every_way_to_ask_is_answered_and_sigterm_ends_it_cleanly(shipped_index: Path, tmp_path: Path) -> None:
    # Six questions follow one another faster than one person may ask.
    freely = {"QUESTIONS_PER_MINUTE": "600"}
    async with DiscordServer() as server, run_bot(server, shipped_index, tmp_path, freely, fresh=True) as process:
        guild, ann = server.guild("Readers"), server.user("Ann")
        channel, dm, me = guild.channel("general"), server.dm(ann), server.bot.mention
        await server.online(60)
        await server.until(lambda: server.commands, 20)
        # The model is still being loaded: the question is acknowledged at once and answered later.
        asked = await server.slash(ann, channel, "ask", {"question": WHY})
        await asked.acknowledged()
        assert "¶" in (await asked.wait(60)).text
        mention = await server.say(channel, ann, f"{me} {WHY}")
        answer = await server.reply_to(mention)
        reply = await server.say(channel, ann, "and China?", reply_to=answer, ping=False)
        assert "China" in (await server.reply_to(reply)).text
        message = await server.say(dm, ann, WHY)
        assert "¶" in (await server.reply_to(message)).text
        await (await server.press(ann, answer, "Thread")).wait()
        assert answer.thread is not None
        in_thread = await server.say(answer.thread, ann, "and China?")
        assert "China" in (await server.reply_to(in_thread)).text
        menu = await server.menu(ann, channel, "Ask about this", message)
        assert "¶" in (await menu.wait()).text
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 15)
        log = errors.decode()
        assert process.returncode == 0, log
        assert server.closes[-1] == 1000
        assert "Traceback" not in log
        assert server.token not in log
        assert all(interaction.token not in log for interaction in server.interactions.all)
        assert "Maduro" not in log
        for way in ("ask", "mention", "reply", "dm", "thread", "menu"):
            assert f"answered way={way}" in log


async def test_a_chat_model_answers_and_no_secret_is_in_the_log_of_its_failures(
    shipped_index: Path, tmp_path: Path
) -> None:
    with ChatServer() as chat:
        echo = {"error": {"message": f"Wrong key {chat.key}", "type": "x", "code": chat.key}}
        chat.script(faithful(), Status(401, echo), Text(text="Nothing of use."), Text(text=chat.key))
        settings = {"CHAT_MODEL": "openai:scripted", "CHAT_BASE_URL": chat.base_url, "CHAT_API_KEY": chat.key}
        async with (
            DiscordServer() as server,
            run_bot(server, shipped_index, tmp_path, settings, debug=True) as process,
        ):
            channel, ann = server.guild("Readers").channel("general"), server.user("Ann")
            await server.online(60)
            for reader in ("openai:scripted", "it rejected the API key", "nothing in its reply could be verified"):
                answer = await server.reply_to(await server.say(channel, ann, f"{server.bot.mention} {WHY}"), 60)
                await server.until(lambda answer=answer: "footer" in answer.embeds[0])  # type: ignore[misc]
                assert answer.embeds[0]["footer"]["text"].endswith(reader)
                assert chat.key not in answer.text
            process.send_signal(signal.SIGTERM)
            _, errors = await asyncio.wait_for(process.communicate(), 15)
            log = errors.decode()
            assert process.returncode == 0, log
            assert "chat model=openai:scripted kept=3 dropped=0" in log
            assert "fallback='it rejected the API key'" in log
            assert "raw='Nothing of use.'" in log
            assert chat.key not in log
            assert server.token not in log


async def _failed(server: DiscordServer, index: Path, state: Path, **environment: str) -> tuple[int | None, str]:
    async with run_bot(server, index, state, environment) as process:
        out, errors = await asyncio.wait_for(process.communicate(), 60)
        assert not out
        assert server.token not in errors.decode()
        return process.returncode, errors.decode()


@pytest.mark.parametrize(
    ("environment", "status", "said"),
    [
        ({"DISCORD_TOKEN": ""}, 2, "There is no Discord token.\n  Copy .env.example to .env, then put DISCORD_TOKEN"),
        ({"DISCORD_TOKEN": "wrong.token.here"}, 3, "Discord does not accept the token."),
        (
            {"MESSAGE_CONTENT": "on"},
            3,
            "The bot does not have permission to read message content yet.\n  Switch on Message Content Intent",
        ),
        ({"MESSAGE_CONTENT": "perhaps"}, 2, "The setting MESSAGE_CONTENT cannot be used"),
        ({"DISCORD_API": "http://127.0.0.1:9/api"}, 1, "Discord cannot be reached"),
        ({"DISCORD_API": "nowhere"}, 2, "The setting DISCORD_API is not a web address"),
        ({"INDEX_DIR": "none"}, 1, "There is no index yet.\n  Build it with: byline rebuild"),
        ({"STATE_FILE": "/dev/null/state"}, 1, "The state file /dev/null/state cannot be used"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_failed_start_is_one_sentence_and_what_to_do(
    shipped_index: Path, tmp_path: Path, environment: dict[str, str], status: int, said: str
) -> None:
    async with DiscordServer(message_content=False) as server:
        ended, told = await _failed(server, shipped_index, tmp_path, **environment)
        lines = [line for line in told.splitlines() if " INFO " not in line]
        assert "\n".join(lines).startswith(said)
        assert ended == status
        assert len(lines) == 2


async def test_the_gateways_refusals_are_told_too(shipped_index: Path, tmp_path: Path) -> None:
    """The token was changed, or the intent taken away, between the login and the gateway."""
    async with DiscordServer(identify_limit=0) as server:
        status, told = await _failed(server, shipped_index, tmp_path)
        assert (status, "does not accept the token" in told) == (3, True), told
    async with DiscordServer() as server:
        running = asyncio.create_task(_failed(server, shipped_index, tmp_path))
        await server.until(lambda: [one for one in server.requests if one.path.endswith("/gateway/bot")], 60)
        server.gateway.granted = 0
        status, told = await running
        assert (status, "does not have permission to read message content" in told) == (3, True), told
