"""Commands, buttons, menus and modals of the fake Discord server, used by an unmodified discord.py client."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.servers.discord.client import Client, logged_in
from tests.servers.discord.server import Interaction


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
