"""Interactions of the fake Discord server: commands, buttons and modals, and the bot's responses to them."""

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.servers.discord.limits import Json, Refusal, check_choices, check_message, check_modal, invalid
from tests.servers.discord.rules import EPHEMERAL, LOADING, REPLY, User, pings
from tests.servers.discord.world import Channel, Message, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
SEND, DEFER, DEFER_UPDATE, UPDATE, SUGGEST, MODAL = 4, 5, 6, 7, 8, 9
ALLOWED = {
    COMMAND: (SEND, DEFER, MODAL),
    COMPONENT: (SEND, DEFER, DEFER_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (SUGGEST,),
    MODAL_SUBMIT: (SEND, DEFER, DEFER_UPDATE, UPDATE),
}
SLASH_MESSAGE, MENU_MESSAGE = 20, 23
ATTACHMENT_LIMIT = 10 * 1024 * 1024

Until = Callable[[Callable[[], bool], float], Awaitable[bool]]


def attachments_of(body: Json, files: list[Json], new_id: Callable[[], int], existing: list[Json]) -> list[Json]:
    """Return the attachments that a request body keeps and those that it uploads."""
    kept_ids = {str(one.get("id")) for one in body.get("attachments") or []}
    uploaded = []
    for file in files:
        url = f"https://cdn.discordapp.com/attachments/{new_id()}/{file['filename']}"
        uploaded.append({"id": str(new_id()), **file, "url": url, "proxy_url": url})
    return [one for one in existing if one["id"] in kept_ids or "attachments" not in body] + uploaded


def compose(world: World, channel: Channel, body: Json, files: list[Json], **fields: Any) -> Message:
    """Create a message of the bot from a request body, without posting it."""
    content, reference = body.get("content") or "", fields.get("reference")
    replied = reference.author if fields.get("kind") == REPLY and reference and not fields.get("interaction") else None
    return Message(
        world.new_id(),
        channel,
        world.bot,
        content.strip(),
        embeds=[{"type": "rich", **embed} for embed in body.get("embeds") or []],
        components=body.get("components") or [],
        attachments=attachments_of(body, files, world.new_id, []),
        pinged=pings(content, body.get("allowed_mentions"), replied),
        **fields,
    )


@dataclass(eq=False)
class Interaction:
    """A user's interaction through a command, button or modal, as the user sees it.

    Attributes:
        payload: The interaction as it was sent to the bot.
        callback: The body of the bot's first response.
        acknowledged_after: The seconds until the first response.
        original: The message that the first response created; for a button, the message with the button.
        followups: The later messages.
        choices: The suggestions of an autocompletion.
        modal: The modal that the response opened.
    """

    id: int
    kind: int
    user: User
    channel: Channel
    payload: Json
    until: Until = field(repr=False)
    deadline: float
    lifetime: float
    source: Message | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    created: float = field(default_factory=time.monotonic)
    acknowledged_after: float | None = None
    callback: Json | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Json] | None = None
    modal: Json | None = None
    answered: bool = False

    @property
    def ephemeral(self) -> bool:
        """Whether only the user sees the first response."""
        return bool(((self.callback or {}).get("data") or {}).get("flags", 0) & EPHEMERAL)

    @property
    def failed(self) -> bool:
        """Whether the user saw “The application did not respond”."""
        return self.callback is None and time.monotonic() - self.created > self.deadline

    @property
    def messages(self) -> list[Message]:
        """All messages that the user received, in order."""
        first = self.original if self.original is not self.source else None
        return ([first] if first and not first.loading else []) + self.followups

    def age(self, seconds: float) -> None:
        """Make the interaction older by this many seconds, so that its token's 15 minutes end earlier."""
        self.created -= seconds

    async def acknowledged(self, timeout: float = 5.0) -> None:
        """Wait for the first response, which may be a deferral."""
        await self.until(lambda: self.callback is not None or self.failed, timeout)
        assert self.callback is not None, "the application did not respond"

    async def wait(self, timeout: float = 10.0) -> Message:
        """Wait for a response that is more than a deferral, and return the newest message."""
        await self.until(lambda: self.answered or self.failed, timeout)
        assert not self.failed, "the application did not respond"
        message = self.followups[-1] if self.followups else self.original
        assert message is not None, "the response was not a message"
        return message


class Interactions:
    """Send interactions and accept responses within the documented deadlines: 3 seconds, then 15 minutes."""

    def __init__(self, world: World, until: Until) -> None:
        self.world = world
        self.deadline = 3.0
        self.lifetime = 900.0
        self.all: list[Interaction] = []
        self._until = until
        self._by_token: dict[str, Interaction] = {}

    def send(self, kind: int, user: User, channel: Channel, data: Json, source: Message | None = None) -> Interaction:
        """Send an interaction to the bot through the gateway."""
        guild = channel.guild
        if guild is not None:
            guild.join(user)
        interaction = Interaction(
            self.world.new_id(), kind, user, channel, {}, self._until, self.deadline, self.lifetime, source
        )
        interaction.payload = {
            "id": str(interaction.id),
            "application_id": str(self.world.bot.id),
            "type": kind,
            "version": 1,
            "token": interaction.token,
            "data": data,
            "entitlements": [],
            "locale": "en-US",
            "attachment_size_limit": ATTACHMENT_LIMIT,
            "channel_id": str(channel.id),
            "channel": {**channel.payload(), "permissions": str(channel.permissions(user))},
            "app_permissions": str(channel.permissions(self.world.bot)),
            **self._context(user, channel),
            **({"message": source.payload()} if source else {}),
        }
        self.all.append(interaction)
        self._by_token[interaction.token] = interaction
        self.world.emit("INTERACTION_CREATE", guild, 0, lambda _: interaction.payload)
        return interaction

    @staticmethod
    def _context(user: User, channel: Channel) -> Json:
        """Return the user and the context: in a guild the member and context 0, in direct messages context 1."""
        guild = channel.guild
        if guild is None:
            return {"user": user.payload(), "context": 1, "authorizing_integration_owners": {"0": "0"}}
        member = {**guild.member(user), "permissions": str(channel.permissions(user))}
        context: Json = {"member": member, "guild_id": str(guild.id), "guild_locale": "en-US", "context": 0}
        context["guild"] = {"id": str(guild.id), "locale": "en-US", "features": []}
        return {**context, "authorizing_integration_owners": {"0": str(guild.id)}}

    def respond(self, interaction_id: int, token: str, body: Json, files: list[Json]) -> Json:
        """Accept the first response. A late or unknown one is refused with code 10062, a second one with 40060."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id or interaction.failed:
            raise Refusal(404, 10062, "Unknown interaction")
        if interaction.callback is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        kind, data = body.get("type"), body.get("data") or {}
        if kind not in ALLOWED[interaction.kind] or (kind in (DEFER_UPDATE, UPDATE) and not interaction.source):
            raise invalid("type", "INTERACTION_CALLBACK_INVALID", "Not a valid answer to this kind of interaction")
        self._check(kind, data, files)
        interaction.callback = body
        interaction.acknowledged_after = time.monotonic() - interaction.created
        interaction.answered = kind not in (DEFER, DEFER_UPDATE)
        self._apply(interaction, kind, data, files)
        return self._response(interaction, kind)

    @staticmethod
    def _check(kind: int, data: Json, files: list[Json]) -> None:
        if kind in (SEND, UPDATE):
            check_message(data, empty_allowed=bool(files) or kind == UPDATE)
        elif kind == SUGGEST:
            check_choices(data.get("choices") or [])
        elif kind == MODAL:
            check_modal(data)

    def _apply(self, interaction: Interaction, kind: int, data: Json, files: list[Json]) -> None:
        if kind in (SEND, DEFER):
            flags = data.get("flags", 0) & EPHEMERAL | (LOADING if kind == DEFER else 0)
            interaction.original = self._post(interaction, {} if kind == DEFER else data, files, flags)
        elif kind in (DEFER_UPDATE, UPDATE):
            interaction.original = interaction.source
            if kind == UPDATE and interaction.source:
                self.change(interaction.source, data, files)
        elif kind == SUGGEST:
            interaction.choices = data.get("choices") or []
        else:
            interaction.modal = data

    @staticmethod
    def _response(interaction: Interaction, kind: int) -> Json:
        """Return the response body for a callback with the parameter `with_response`."""
        fields: Json = {"id": str(interaction.id), "type": interaction.kind}
        response: Json = {"interaction": fields}
        message = interaction.original
        if message is not None:
            fields |= {"response_message_id": str(message.id), "response_message_loading": message.loading}
            fields["response_message_ephemeral"] = message.ephemeral
        if kind in (SEND, UPDATE) and message is not None:
            response["resource"] = {"type": kind, "message": message.payload()}
        return response

    def _post(self, interaction: Interaction, body: Json, files: list[Json], flags: int) -> Message:
        """Post a message as a response; for a button, it is a reply to the button's message."""
        on_button = interaction.kind == COMPONENT
        from_menu = interaction.payload["data"].get("target_id") is not None
        message = compose(
            self.world,
            interaction.channel,
            body,
            files,
            kind=REPLY if on_button else MENU_MESSAGE if from_menu else SLASH_MESSAGE,
            reference=interaction.source if on_button else None,
            flags=flags,
            only_for=interaction.user if flags & EPHEMERAL else None,
            interaction=self._metadata(interaction),
        )
        return self.world.post(message)

    @staticmethod
    def _metadata(interaction: Interaction) -> Json:
        metadata: Json = {"id": str(interaction.id), "type": interaction.kind, "user": interaction.user.payload()}
        metadata["authorizing_integration_owners"] = interaction.payload["authorizing_integration_owners"]
        if interaction.source is not None and interaction.kind == COMPONENT:
            metadata["interacted_message_id"] = str(interaction.source.id)
        if target := interaction.payload["data"].get("target_id"):
            metadata["target_message_id"] = target
        return metadata

    def active(self, token: str) -> Interaction:
        """Return a webhook token's interaction; refuse without a first response (10015) and when expired (50027)."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.callback is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        if time.monotonic() - interaction.created > interaction.lifetime:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return interaction

    def message(self, token: str, message_id: str) -> tuple[Interaction, Message]:
        """Return the message of @original, or a follow-up by its id; refuse a deleted one (404, 10008)."""
        interaction = self.active(token)
        messages = [*interaction.followups, *([interaction.original] if interaction.original else [])]
        for message in messages:
            matches = message is interaction.original if message_id == "@original" else str(message.id) == message_id
            if matches and not message.deleted:
                return interaction, message
        raise Refusal(404, 10008, "Unknown Message")

    def edit(self, token: str, message_id: str, body: Json, files: list[Json]) -> Message:
        """Edit a response; the first edit after a deferral makes it visible."""
        interaction, message = self.message(token, message_id)
        if message.loading:
            return self._complete_deferred(interaction, message, body, files)
        self.change(message, body, files)
        interaction.answered = True
        return message

    def follow_up(self, token: str, body: Json, files: list[Json]) -> Message:
        """Send a further message. The first one after a deferral replaces “thinking”, and is ephemeral if that was."""
        interaction = self.active(token)
        original = interaction.original
        if original is not None and original.loading and not original.deleted:
            return self._complete_deferred(interaction, original, body, files)
        check_message(body, empty_allowed=bool(files))
        message = self._post(interaction, body, files, body.get("flags", 0) & EPHEMERAL)
        interaction.followups.append(message)
        interaction.answered = True
        return message

    def _complete_deferred(self, interaction: Interaction, message: Message, body: Json, files: list[Json]) -> Message:
        check_message(body, empty_allowed=bool(files))
        message.flags &= ~LOADING
        message.pinged = pings(body.get("content") or "", body.get("allowed_mentions"), None)
        self._change(message, body, files)
        message.edits, message.edited = 0, None
        interaction.answered = True
        return message

    def _change(self, message: Message, body: Json, files: list[Json]) -> None:
        attachments = attachments_of(body, files, self.world.new_id, message.attachments)
        self.world.edit(message, {**body, "attachments": attachments})

    def change(self, message: Message, body: Json, files: list[Json]) -> None:
        """Edit one of the bot's own messages; an edit sends no notifications."""
        merged: Json = {"content": message.content, "embeds": message.embeds, "attachments": message.attachments}
        check_message({**merged, **body}, empty_allowed=bool(files))
        self._change(message, body, files)
