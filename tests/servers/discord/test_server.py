"""The fake Discord server: every feature of it is used once by an unmodified discord.py client."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from tests.servers.discord.limits import Refusal, check_choices, check_commands, check_message, check_modal
from tests.servers.discord.rules import Pinged, pings
from tests.servers.discord.server import Channel, DiscordServer, Guild, Interaction, Message, User

Reply = Callable[[discord.Message], Awaitable[object]]


class Client(discord.AutoShardedClient):
    """A client with a command tree that records received messages and answers with functions set by the test."""

    def __init__(self, *, intents: discord.Intents | None = None) -> None:
        super().__init__(intents=intents or discord.Intents(guilds=True, messages=True, message_content=True))
        self.tree = app_commands.CommandTree(self)
        self.received: list[discord.Message] = []
        self.resumed = 0
        self.answer: Reply | None = None
        self.pressed: Callable[[discord.Interaction], Awaitable[object]] | None = None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait five seconds between shards."""

    async def on_message(self, message: discord.Message) -> None:
        self.received.append(message)
        if self.answer is not None and not message.author.bot:
            await self.answer(message)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if self.pressed is not None and interaction.type is not discord.InteractionType.application_command:
            await self.pressed(interaction)

    async def on_resumed(self) -> None:
        self.resumed += 1

    @property
    def texts(self) -> list[str]:
        return [message.content for message in self.received]


class Scene:
    """A server with a guild, a channel and a user, and a client to log in."""

    def __init__(self, server: DiscordServer, client: Client) -> None:
        self.server = server
        self.client = client
        self.guild: Guild = server.guild("Readers")
        self.channel: Channel = self.guild.channel("general")
        self.ann: User = server.user("Ann")

    async def start(self) -> None:
        self.running = asyncio.create_task(self.client.start(self.server.token))
        await self.server.online()

    async def say(self, text: str) -> Message:
        return await self.server.say(self.channel, self.ann, text)

    async def send(self, **content: Any) -> Message:
        """Send a message to the channel with the client, and return it as the server stored it."""
        channel = self.client.get_partial_messageable(self.channel.id)
        sent = await channel.send(**content)
        return self.channel.messages[sent.id]

    async def send_refused(self, **content: Any) -> discord.HTTPException:
        """Send a message that the server must refuse, and return the client's error."""
        with pytest.raises(discord.HTTPException) as caught:
            await self.send(**content)
        return caught.value

    async def register(self, *commands: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu) -> None:
        for command in commands:
            self.client.tree.add_command(command)
        await self.client.tree.sync()


@contextlib.asynccontextmanager
async def logged_in(client: Client | None = None, **options: Any) -> AsyncIterator[Scene]:
    client = client or Client()
    async with DiscordServer(**options) as server:
        use_server(server)
        scene = Scene(server, client)
        try:
            async with client:
                await scene.start()
                yield scene
        finally:
            await asyncio.gather(scene.running, return_exceptions=True)


def use_server(server: DiscordServer) -> None:
    Route.BASE = server.api
    DiscordWebSocket.DEFAULT_GATEWAY = URL(server.gateway_address)


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore discord.py's addresses after each test."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)


async def test_a_client_logs_in_and_replies_to_a_message() -> None:
    async with logged_in() as scene:
        scene.client.answer = lambda message: message.reply("Because.", mention_author=False)
        question = await scene.say(f"{scene.server.bot.mention} why?")
        reply = await scene.server.reply_to(question)
        assert reply.content == "Because."
        assert not reply.pinged
        received = scene.client.received[0]
        assert str(received.guild) == "Readers"
        assert [user.id for user in received.mentions] == [scene.server.bot.id]


async def test_a_slash_command_is_deferred_edited_and_followed_up() -> None:
    async with logged_in() as scene:

        @app_commands.command(description="Ask.")
        async def ask(interaction: discord.Interaction, question: str) -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.edit_original_response(content=f"You asked {question}")
            await interaction.followup.send("More", ephemeral=True)

        await scene.register(ask)
        asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": "why?"})
        await scene.server.until(lambda: asked.followups)
        assert asked.acknowledged_after is not None
        assert asked.acknowledged_after < 1
        assert asked.ephemeral
        assert [message.content for message in asked.messages] == ["You asked why?", "More"]
        assert scene.server.messages(scene.channel) == []


def ask_command(handler: Callable[[discord.Interaction, str], Awaitable[None]]) -> app_commands.Command[Any, ..., Any]:
    """Return an /ask command with this handler."""

    @app_commands.command(description="Ask.")
    async def ask(interaction: discord.Interaction, question: str) -> None:
        await handler(interaction, question)

    return ask


async def test_a_wrong_token_and_a_privileged_intent_that_was_not_granted_are_refused() -> None:
    async with DiscordServer(message_content=False) as server:
        use_server(server)
        async with Client() as client:
            with pytest.raises(discord.LoginFailure):
                await client.start("wrong")
        async with Client() as client:
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await client.start(server.token)


async def test_without_the_content_intent_only_direct_messages_and_mentions_have_content() -> None:
    client = Client(intents=discord.Intents(guilds=True, messages=True))
    async with logged_in(client, message_content=False) as scene:
        server, bot = scene.server, scene.server.bot
        await scene.say("private")
        await scene.say(f"{bot.mention} open")
        mine = await scene.send(content="mine")
        await server.say(scene.channel, scene.ann, "a reply", reply_to=mine)
        await server.say(scene.channel, scene.ann, "no ping", reply_to=mine, ping=False)
        await server.say(server.dm(scene.ann), scene.ann, "direct")
        await server.until(lambda: len(client.received) == 6)
        seen = ["", f"{bot.mention} open", "mine", "a reply", ""]
        assert client.texts == [*seen, "direct"]
        assert client.application_flags.gateway_message_content_limited is False
        history = client.get_partial_messageable(scene.channel.id).history(oldest_first=True)
        assert [message.content async for message in history] == seen


async def test_late_and_repeated_responses_to_an_interaction_are_refused() -> None:
    codes: list[int] = []

    async def slow(interaction: discord.Interaction, question: str) -> None:
        callback = discord.http.Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback")
        await asyncio.sleep(0.3 if question == "late" else 0)
        for _ in range(2):
            try:
                await interaction.client.http.request(callback, json={"type": 4, "data": {"content": "Yes."}})
            except discord.HTTPException as error:
                codes.append(error.code)

    async with logged_in() as scene:
        await scene.register(ask_command(slow))
        scene.server.interactions.deadline = 0.2
        late = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": "late"})
        with pytest.raises(AssertionError, match="did not respond"):
            await late.wait()
        await scene.server.until(lambda: codes == [10062, 10062])
        soon = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": "soon"})
        assert (await soon.wait()).content == "Yes."
        await scene.server.until(lambda: codes == [10062, 10062, 40060])


async def test_a_follow_up_replaces_the_deferral_and_the_token_expires_after_15_minutes() -> None:
    codes: list[tuple[int, int]] = []
    go = asyncio.Event()

    async def defer(interaction: discord.Interaction, question: str) -> None:
        await interaction.response.defer()
        await go.wait()
        await interaction.followup.send("Yes.")
        asked[0].age(901)
        try:
            await interaction.edit_original_response(content="No.")
        except discord.HTTPException as error:
            codes.append((error.status, error.code))

    async with logged_in() as scene:
        await scene.register(ask_command(defer))
        asked = [await scene.server.slash(scene.ann, scene.channel, "ask", {"question": "why?"})]
        await asked[0].acknowledged()
        (thinking,) = scene.server.messages(scene.channel)
        assert thinking.loading
        assert not asked[0].answered
        go.set()
        assert await asked[0].wait() is thinking
        assert (thinking.content, thinking.loading) == ("Yes.", False)
        await scene.server.until(lambda: codes)
        assert codes == [(401, 50027)]


async def test_an_interaction_contains_its_guild_channel_and_permissions() -> None:
    seen: list[discord.Interaction] = []

    async def note(interaction: discord.Interaction, question: str) -> None:
        seen.append(interaction)
        await interaction.response.send_message("Noted.")

    async with logged_in() as scene:
        await scene.register(ask_command(note))
        for channel in (scene.channel, scene.server.dm(scene.ann)):
            asked = await scene.server.slash(scene.ann, channel, "ask", {"question": "why?"})
            assert (await asked.wait()).content == "Noted."
        here, direct = seen
        assert here.context.guild
        assert here.is_guild_integration()
        assert here.app_permissions.send_messages
        assert not here.permissions.manage_guild
        assert str(here.channel) == "general"
        assert direct.context.dm_channel
        assert direct.guild is None
        assert isinstance(direct.channel, discord.DMChannel)


async def test_a_message_context_menu_contains_its_target() -> None:
    @app_commands.context_menu(name="Ask about this")
    async def about(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{message.author.name}: {message.content}", ephemeral=True)

    client = Client(intents=discord.Intents(guilds=True, messages=True))
    async with logged_in(client, message_content=False) as scene:
        await scene.register(about)
        asked = await scene.server.menu(scene.ann, scene.channel, "Ask about this", await scene.say("a claim"))
        assert (await asked.wait()).content == "Ann: a claim"
        assert asked.ephemeral


async def test_buttons_can_be_pressed_and_modals_submitted() -> None:
    class Form(discord.ui.Modal, title="Why?"):
        reason: discord.ui.TextInput["Form"] = discord.ui.TextInput(label="Reason", custom_id="reason")

        async def on_submit(self, interaction: discord.Interaction) -> None:
            await interaction.response.send_message(f"Because {self.reason.value}", ephemeral=True)

    async def pressed(interaction: discord.Interaction) -> None:
        data: Any = interaction.data
        custom_id = data.get("custom_id")
        if custom_id == "form":
            await interaction.response.send_modal(Form())
        elif custom_id == "more":
            await interaction.response.send_message("More.", ephemeral=True)
        elif custom_id == "change":
            await interaction.response.edit_message(content="Changed.")
        elif custom_id == "later":
            await interaction.response.defer()
            await interaction.edit_original_response(content="Changed later.")

    async with logged_in() as scene:
        scene.client.pressed = pressed
        view = discord.ui.View(timeout=None)
        for name in ("more", "change", "later", "form"):
            view.add_item(discord.ui.Button(label=name.title(), custom_id=name))
        message = await scene.send(content="Press.", view=view)
        assert message.labels == ["More", "Change", "Later", "Form"]

        async def press(what: str) -> Interaction:
            return await scene.server.press(scene.ann, message, what)

        more = await (await press("More")).wait()
        assert (more.content, more.ephemeral, more.reference) == ("More.", True, message)
        assert await (await press("change")).wait() is message
        assert message.content == "Changed."
        await (await press("later")).wait()
        assert message.content == "Changed later."
        form = await press("form")
        await form.acknowledged()
        sent = await scene.server.submit(form, {"reason": "I say so"})
        assert (await sent.wait()).content == "Because I say so"
        with pytest.raises(LookupError):
            await press("none")


async def test_autocompletion_returns_choices() -> None:
    @app_commands.command(description="Ask.")
    async def ask(interaction: discord.Interaction, question: str, article: str | None = None) -> None:
        await interaction.response.send_message(f"{question} {article}")

    @ask.autocomplete("article")
    async def suggest(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current} {n}", value=str(n)) for n in range(2)]

    async with logged_in() as scene:
        await scene.register(ask)
        choices = await scene.server.autocomplete(scene.ann, scene.channel, "ask", "article", "Ta")
        assert [choice["name"] for choice in choices] == ["Ta 0", "Ta 1"]
        asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": "why?", "article": "1"})
        assert (await asked.wait()).content == "why? 1"


async def test_commands_are_offered_according_to_their_registration() -> None:
    @app_commands.command(description="Set.")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def channel(interaction: discord.Interaction, answer: bool) -> None:
        await interaction.response.send_message("on" if answer else "off")

    async with logged_in() as scene:
        await scene.register(channel)
        first = scene.server.commands[0]["id"]
        await scene.client.tree.sync()
        assert scene.server.commands[0]["id"] == first
        chief = scene.server.user("Chief", manage_guild=True)
        asked = await scene.server.slash(chief, scene.channel, "channel", {"answer": True})
        assert (await asked.wait()).content == "on"
        for user, where, options in (
            (scene.ann, scene.channel, {"answer": True}),
            (chief, scene.server.dm(chief), {"answer": True}),
            (chief, scene.channel, {}),
            (chief, scene.channel, {"answer": "yes"}),
        ):
            with pytest.raises(LookupError):
                await scene.server.slash(user, where, "channel", options)
        with pytest.raises(LookupError):
            await scene.server.slash(chief, scene.channel, "nothing")


def embed(**parts: Any) -> dict[str, Any]:
    return {"embeds": [{"description": "x", **parts}]}


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"content": "x", "components": [{"type": 1, "components": list(buttons)}]}


def button(n: int = 0, **parts: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "x", "custom_id": str(n), **parts}


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2001},
        {"content": "𝒳" * 1001},
        embed(title="x" * 257),
        embed(description="x" * 4097),
        embed(footer={"text": "x" * 2049}),
        embed(fields=[{"name": "x" * 257, "value": "x"}]),
        embed(fields=[{"name": "x", "value": "x" * 1025}]),
        embed(fields=[{"name": "x", "value": " "}]),
        embed(fields=[{"name": "x", "value": "x"}] * 26),
        embed(url="javascript:x"),
        {"embeds": [{"description": "x" * 3001}] * 2},
        {"embeds": [{"description": "x"}] * 11},
        {"embeds": [{}]},
        row(*(button(n) for n in range(6))),
        row(button(1), button(1)),
        row(button(label="x" * 81)),
        row(button(custom_id="x" * 101)),
        row({"type": 2, "style": 1, "custom_id": "1"}),
        {"content": "x", "components": row(button())["components"] * 6},
        {"content": "x", "nonce": "x" * 26},
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    ],
)
def test_a_message_over_a_limit_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        check_message(body)
    assert caught.value.body["code"] == 50035


def test_a_message_at_the_limits_is_accepted() -> None:
    fields = [{"name": "x" * 11, "value": "x" * 20}] * 25
    check_message({"content": "𝒳" * 1000})
    check_message(
        embed(title="x" * 256, description="x" * 4096, fields=fields, footer={"text": "x" * 873}) | row(button())
    )
    check_message(row(*(button(n, label="x" * 80, custom_id=f"{n:0100}") for n in range(5))))


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Ask", "description": "x"},
        {"name": "a b", "description": "x"},
        {"name": "ask", "description": ""},
        {"name": "ask", "description": "x" * 101},
        {"name": "ask", "description": "x", "options": [{"name": "Q", "description": "x", "type": 3}]},
        {"name": "ask", "description": "x", "options": [{"name": "q", "description": "x", "type": 3}] * 2},
        {
            "name": "ask",
            "description": "x",
            "options": [
                {"name": "q", "description": "x", "type": 3},
                {"name": "r", "description": "x", "type": 3, "required": True},
            ],
        },
        {"name": "x" * 33, "type": 3},
    ],
)
def test_an_invalid_command_is_refused(command: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        check_commands([command])


def test_notifications_follow_allowed_mentions() -> None:
    text, ann = "<@1> <@!2> <@&3> @everyone", User(4, "Ann")
    unrestricted = pings(text, None, ann)
    assert unrestricted == Pinged(frozenset({1, 2, 4}), frozenset({3}), everyone=True)
    assert not pings(text, {"parse": []}, ann)
    assert pings(text, {"parse": [], "users": ["1"]}, ann).users == {1}
    assert pings(text, {"parse": [], "replied_user": True}, ann).users == {4}
    assert pings(text, {"parse": ["roles", "everyone"]}, None).everyone


async def test_invalid_messages_replies_and_edits_are_refused_with_discords_codes() -> None:
    async with logged_in() as scene:
        assert (await scene.send_refused(content="x" * 2001)).code == 50035
        assert (await scene.send_refused(content=" ")).code == 50006
        question = await scene.say("why?")
        await scene.server.delete(question)
        reference = discord.MessageReference(message_id=question.id, channel_id=scene.channel.id)
        assert (await scene.send_refused(content="x", reference=reference)).code == 50035
        lenient = discord.MessageReference(
            message_id=question.id, channel_id=scene.channel.id, fail_if_not_exists=False
        )
        assert (await scene.send(content="x", reference=lenient)).reference is None
        channel = scene.client.get_partial_messageable(scene.channel.id)
        with pytest.raises(discord.NotFound) as gone:
            await channel.fetch_message(question.id)
        assert gone.value.code == 10008
        other = await scene.say("mine")
        with pytest.raises(discord.Forbidden) as foreign:
            await channel.get_partial_message(other.id).edit(content="yours")
        assert foreign.value.code == 50005


async def test_the_permissions_of_a_channel_are_enforced() -> None:
    async with logged_in() as scene:
        scene.channel.deny("embed_links")
        assert (await scene.send_refused(embed=discord.Embed(title="x"))).code == 50013
        scene.channel.deny("send_messages")
        assert (await scene.send_refused(content="x")).code == 50013
        known = scene.client.get_channel(scene.channel.id)
        assert isinstance(known, discord.TextChannel)
        await scene.server.until(lambda: not known.permissions_for(known.guild.me).send_messages)
        scene.channel.deny("view_channel")
        assert (await scene.send_refused(content="x")).code == 50001
        await scene.say("unseen")
        scene.channel.allow("view_channel", "send_messages", "embed_links")
        await scene.send(content="x")
        await scene.server.until(lambda: scene.client.received)
        assert scene.client.texts == ["x"]
        scene.channel.forbidden = True
        assert (await scene.send_refused(content="x")).code == 50013
        scene.channel.unknown = True
        assert (await scene.send_refused(content="x")).code == 10003
        hidden = scene.guild.channel("hidden", without=["send_messages"])
        assert not hidden.may(scene.server.bot, "send_messages")


async def test_a_repeated_message_with_the_same_nonce_is_stored_once() -> None:
    async with logged_in() as scene:
        fault = scene.server.fail("POST", r"/channels/\d+/messages", after=True)
        message = await scene.send(content="once", nonce="1")
        assert fault.hits == 1
        assert scene.server.messages(scene.channel) == [message]
        assert [one.status for one in scene.server.requests if one.method == "POST"] == [500, 200]


async def test_history_is_paged() -> None:
    async with logged_in() as scene:
        sent = [await scene.say(str(n)) for n in range(7)]
        channel = scene.client.get_partial_messageable(scene.channel.id)

        async def texts(**options: Any) -> list[str]:
            return [message.content async for message in channel.history(**options)]

        middle = discord.Object(sent[3].id)
        assert await texts(limit=2) == ["6", "5"]
        assert await texts(before=middle, limit=2) == ["2", "1"]
        assert await texts(after=middle, limit=2) == ["4", "5"]
        assert await texts(around=middle, limit=3) == ["4", "3", "2"]
        scene.channel.deny("read_message_history")
        assert await texts() == []


async def test_a_thread_can_be_created_only_once_from_a_message() -> None:
    async with logged_in() as scene:
        await scene.say("why?")
        await scene.server.until(lambda: scene.client.received)
        question = scene.client.received[0]
        thread = await question.create_thread(name="Why?")
        await thread.send("Because.")
        assert thread.id == question.id
        with pytest.raises(discord.HTTPException) as twice:
            await question.create_thread(name="Again")
        assert twice.value.code == 160004
        stored = scene.server.world.channels[thread.id]
        assert [one.content for one in scene.server.answers(stored)] == ["Because."]
        await scene.server.say(stored, scene.ann, "And?")
        await scene.server.until(lambda: "And?" in scene.client.texts)
        assert isinstance(scene.client.received[-1].channel, discord.Thread)
        assert scene.client.received[-1].channel.owner_id == scene.server.bot.id
        theirs = await scene.server.thread(scene.channel, scene.ann, "Talk")
        await scene.server.until(lambda: scene.client.get_channel(theirs.id))
        await scene.server.until(lambda: scene.client.received[-1].type is discord.MessageType.thread_created)
        await scene.server.say(scene.channel, scene.ann, "", kind=7)
        await scene.server.until(lambda: scene.client.received[-1].type is discord.MessageType.new_member)


async def test_direct_messages_arrive_unless_the_user_has_closed_them() -> None:
    async with logged_in() as scene:
        user = await scene.client.fetch_user(scene.ann.id)
        await user.send("Hello.")
        assert [one.content for one in scene.server.messages(scene.server.dm(scene.ann))] == ["Hello."]
        scene.ann.dms_closed = True
        with pytest.raises(discord.Forbidden) as closed:
            await user.send("Hello?")
        assert closed.value.code == 50007


async def test_edits_deletions_replies_webhooks_and_files_reach_the_other_side() -> None:
    async with logged_in() as scene:
        file = discord.File(io.BytesIO(b"words"), "a.txt")
        mine = await scene.send(content="x", file=file, embed=discord.Embed(title="T").set_footer(text="F"))
        assert mine.text == "x\nT\nF"
        assert [(one["filename"], one["size"]) for one in mine.attachments] == [("a.txt", 5)]
        channel = scene.client.get_partial_messageable(scene.channel.id)
        await channel.get_partial_message(mine.id).edit(content="y")
        assert (mine.content, mine.edits, len(mine.attachments)) == ("y", 1, 1)
        await channel.get_partial_message(mine.id).add_reaction("👍")
        assert mine.reactions == ["👍"]
        reply = await scene.server.say(scene.channel, scene.ann, "why?", reply_to=mine)
        await scene.server.say(scene.channel, scene.ann, "hook", webhook=True)
        await scene.server.until(lambda: len(scene.client.received) == 3)
        received = scene.client.received[1]
        assert received.reference
        assert isinstance(received.reference.resolved, discord.Message)
        assert received.reference.resolved.content == "y"
        assert scene.client.received[2].webhook_id
        await scene.server.edit(reply, "why not?")
        await scene.server.until(lambda: received.content == "why not?")
        await channel.get_partial_message(mine.id).delete()
        assert mine.deleted
        fetched = await channel.fetch_message(reply.id)
        assert fetched.reference
        assert isinstance(fetched.reference.resolved, discord.DeletedReferencedMessage)


@pytest.mark.parametrize("kind", ["reconnect", "resumable", "close", "abort", "invalid"])
async def test_missed_events_are_replayed_after_a_disconnection_unless_the_session_is_invalid(kind: Any) -> None:
    async with logged_in() as scene:
        await scene.say("before")
        await scene.server.until(lambda: scene.client.texts == ["before"])
        await scene.server.drop(kind)
        await scene.say("meanwhile")
        await scene.server.online()
        await scene.say("after")
        await scene.server.until(lambda: "after" in scene.client.texts)
        lost = kind == "invalid"
        assert scene.client.texts == (["before", "after"] if lost else ["before", "meanwhile", "after"])
        assert len(scene.server.gateway.identifies) == (2 if lost else 1)
        await scene.server.until(lambda: scene.client.resumed == (0 if lost else 1))


async def test_a_resume_can_repeat_events() -> None:
    async with logged_in() as scene:
        for text in ("1", "2"):
            await scene.say(text)
        await scene.server.until(lambda: len(scene.client.received) == 2)
        scene.server.replay(1)
        await scene.server.drop()
        await scene.server.until(lambda: scene.client.texts == ["1", "2", "2"])


async def test_simulated_faults_occur_as_often_as_requested() -> None:
    async with logged_in() as scene:
        server, path = scene.server, r"/channels/\d+/messages"
        fault = server.fail("POST", path, status=429, retry_after=0.05, times=2)
        await scene.send(content="x")
        assert fault.hits == 2
        server.fail("POST", path, status=429, via=False)
        assert (await scene.send_refused(content="x")).status == 429
        server.fail("POST", path, status=503)
        assert (await scene.send_refused(content="x")).status == 503
        server.fail("POST", path, status=403, code=50013)
        assert (await scene.send_refused(content="x")).code == 50013
        server.fail("POST", path, reset=True)
        with pytest.raises((OSError, discord.DiscordException)):
            await scene.send(content="x")
        assert server.requests[-1].status == 0
        server.fail("POST", path, status=200, delay=0.2)
        await scene.send(content="x")
        with pytest.raises(AssertionError):
            await server.until(lambda: False, 0.1)


async def test_each_shard_receives_the_events_of_its_guilds() -> None:
    async with logged_in(shards=2) as scene:
        server = scene.server
        other = server.guild("Others", shard=1)
        channel = other.channel("general")
        await server.say(channel, scene.ann, "there")
        await server.until(lambda: scene.client.received)
        guild = scene.client.received[0].guild
        assert guild
        assert (guild.shard_id, scene.client.shard_count) == (1, 2)
        await server.drop("invalid", shard=1)
        await server.say(channel, scene.ann, "lost")
        await server.say(server.dm(scene.ann), scene.ann, "direct")
        await scene.say("here")
        await server.until(lambda: len(scene.client.received) == 3)
        assert scene.client.texts == ["there", "direct", "here"]


async def test_heartbeats_are_recorded_and_members_can_be_queried() -> None:
    async with logged_in(heartbeat_interval=0.1) as scene:
        await scene.server.until(lambda: len(scene.server.heartbeats) > 3)
        assert scene.server.heartbeats[-1].shard == 0
        scene.guild.join(scene.ann)
        guild = scene.client.get_guild(scene.guild.id)
        assert guild
        assert [member.name for member in await guild.query_members("an")] == ["Ann"]
        assert (await guild.fetch_member(scene.ann.id)).name == "Ann"


async def test_a_rate_limit_is_announced_and_enforced() -> None:
    async with logged_in(message_rate=(2, 0.3)) as scene:
        await asyncio.gather(*(scene.send(content=str(n)) for n in range(5)))
        assert len(scene.server.messages(scene.channel)) == 5
        statuses = [one.status for one in scene.server.requests if one.method == "POST"]
        assert statuses.count(200) == 5
        times = sorted(message.at for message in scene.server.messages(scene.channel))
        assert times[-1] - times[0] > 0.5


async def test_a_channel_can_be_deleted_and_the_bot_removed_from_a_guild() -> None:
    async with logged_in() as scene:
        channel = scene.guild.channel("short-lived")
        await scene.server.until(lambda: scene.client.get_channel(channel.id))
        channel.delete()
        await scene.server.until(lambda: scene.client.get_channel(channel.id) is None)
        scene.guild.remove_bot()
        await scene.server.until(lambda: not scene.client.guilds)
        assert (await scene.send_refused(content="x")).code == 50001


async def test_a_client_that_closes_its_connection_ends_its_session() -> None:
    async with logged_in() as scene:
        await scene.client.close()
        await scene.server.until(lambda: scene.server.closes == [1000])
        assert not scene.server.gateway.sessions


async def test_identifying_before_the_interval_has_passed_is_refused() -> None:
    async with logged_in(identify_interval=0.2) as scene:
        await scene.server.drop("invalid")
        await scene.server.online()
        assert len(scene.server.gateway.identifies) > 2


async def test_responses_to_interactions_can_be_edited_fetched_and_deleted() -> None:
    async def respond(interaction: discord.Interaction, question: str) -> None:
        await interaction.response.send_message("One.")
        more = await interaction.followup.send("Two.", wait=True)
        await more.edit(content="Two, changed.")
        first = await interaction.original_response()
        await first.edit(content=f"{first.content} Changed.")
        await (await interaction.followup.send("Three.", wait=True)).delete()

    async with logged_in() as scene:
        await scene.register(ask_command(respond))
        asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": "why?"})
        await scene.server.until(lambda: len(asked.followups) == 2 and asked.followups[1].deleted)
        texts = [message.content for message in scene.server.messages(scene.channel)]
        assert texts == ["One. Changed.", "Two, changed."]


async def test_a_guild_command_is_offered_only_in_its_guild() -> None:
    async def respond(interaction: discord.Interaction, question: str) -> None:
        await interaction.response.send_message(question)

    async with logged_in() as scene:
        guild = discord.Object(scene.guild.id)
        scene.client.tree.add_command(ask_command(respond), guild=guild)
        await scene.client.tree.sync(guild=guild)
        asked = await scene.server.slash(scene.ann, scene.channel, "ask", {"question": "why?"})
        assert (await asked.wait()).content == "why?"
        elsewhere = scene.server.guild("Others").channel("general")
        with pytest.raises(LookupError):
            await scene.server.slash(scene.ann, elsewhere, "ask", {"question": "why?"})


def test_suggestions_and_modals_over_a_limit_are_refused() -> None:
    check_choices([{"name": "x" * 100, "value": "x" * 100}] * 25)
    check_modal({"title": "x" * 45, "custom_id": "x", "components": [{}]})
    for choices in ([{"name": "x", "value": "x"}] * 26, [{"name": "x" * 101, "value": 1}]):
        with pytest.raises(Refusal):
            check_choices(choices)
    with pytest.raises(Refusal):
        check_modal({"title": "x" * 46, "custom_id": "x", "components": [{}]})


async def test_events_outside_the_intents_are_not_sent() -> None:
    async with logged_in(Client(intents=discord.Intents(guilds=True, dm_messages=True))) as scene:
        await scene.say("unheard")
        await scene.server.say(scene.server.dm(scene.ann), scene.ann, "heard")
        await scene.server.until(lambda: scene.client.texts == ["heard"])
