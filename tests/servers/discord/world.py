"""The objects of the fake Discord server: users, guilds, channels, threads, messages and permissions."""

import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tests.servers.discord.limits import Json
from tests.servers.discord.rules import (
    CROSSPOSTED_HAS_THREAD,
    DEFAULT,
    DIRECT_MESSAGES,
    DM,
    EPHEMERAL,
    EPOCH_MS,
    EVERYTHING,
    FORUM,
    GUILD_MESSAGES,
    GUILDS,
    LOADING,
    MEMBERS,
    MEMBERS_MAY,
    NOBODY,
    TEXT,
    THREAD_CREATED,
    THREAD_STARTER,
    Pinged,
    User,
    bits,
    now,
    snowflake_time,
)

Build = Callable[[bool], Json]
Emit = Callable[[str, "Guild | None", int, Build], None]


@dataclass(eq=False)
class Channel:
    """A text channel, a thread, or the direct messages with a user.

    If `forbidden`, sending to it fails (403, 50013); if `unknown`, every request for it fails (404, 10003).
    """

    world: "World"
    id: int
    kind: int
    name: str
    guild: "Guild | None" = None
    parent: "Channel | None" = None
    owner: User | None = None
    recipient: User | None = None
    denied: int = 0
    allowed: int = 0
    forbidden: bool = False
    unknown: bool = False
    archived: bool = False
    locked: bool = False
    members: set[int] = field(default_factory=set)
    messages: "dict[int, Message]" = field(default_factory=dict)

    @property
    def is_thread(self) -> bool:
        return self.parent is not None

    def deny(self, *names: str) -> None:
        """Deny the bot these permissions in this channel."""
        self.denied |= bits(*names)
        self.allowed &= ~bits(*names)
        self.world.emit("CHANNEL_UPDATE", self.guild, GUILDS, lambda _: self.payload())

    def allow(self, *names: str) -> None:
        """Grant the bot these permissions in this channel."""
        self.allowed |= bits(*names)
        self.denied &= ~bits(*names)
        self.world.emit("CHANNEL_UPDATE", self.guild, GUILDS, lambda _: self.payload())

    def delete(self) -> None:
        """Delete the channel: all further requests for it fail with 404, 10003."""
        self.unknown = True
        if self.guild is not None:
            self.guild.channels.pop(self.id, None)
            self.world.emit("CHANNEL_DELETE", self.guild, GUILDS, lambda _: self.payload())

    def may(self, user: User, *names: str) -> bool:
        """Return whether a user has all these permissions in this channel."""
        required = bits(*names)
        return self.permissions(user) & required == required

    def permissions(self, user: User) -> int:
        """Return a user's permissions: those of the roles, then the overwrites of the channel or thread parent."""
        if self.guild is None:
            return MEMBERS_MAY
        if user is self.world.bot and user.id not in self.guild.users:
            return 0
        base = self.guild.permissions(user)
        if user is not self.world.bot or base & bits("administrator"):
            return base
        channel = self.parent or self
        return base & ~channel.denied | channel.allowed

    def payload(self) -> Json:
        last = max(self.messages, default=None)
        base: Json = {"id": str(self.id), "type": self.kind, "last_message_id": last and str(last), "flags": 0}
        if self.recipient is not None:
            return {**base, "recipients": [self.recipient.payload()]}
        base |= {"guild_id": str(self.guild.id if self.guild else 0), "name": self.name, "rate_limit_per_user": 0}
        if self.parent is not None:
            return {**base, **self._thread_fields(self.parent)}
        overwrite: Json = {
            "id": str(self.world.bot.id),
            "type": 1,
            "allow": str(self.allowed),
            "deny": str(self.denied),
        }
        overwrites = [overwrite] if self.allowed | self.denied else []
        fixed = {"position": 0, "topic": None, "nsfw": False, "parent_id": None}
        return {**base, **fixed, "permission_overwrites": overwrites}

    def _thread_fields(self, parent: "Channel") -> Json:
        metadata: Json = {"archived": self.archived, "locked": self.locked, "auto_archive_duration": 1440}
        metadata |= {"archive_timestamp": now().isoformat(), "create_timestamp": now().isoformat()}
        fields: Json = {"parent_id": str(parent.id), "owner_id": str(self.owner.id if self.owner else 0)}
        fields |= {"message_count": len(self.messages), "member_count": len(self.members), "thread_metadata": metadata}
        fields["total_message_sent"] = len(self.messages)
        if self.world.bot.id in self.members:
            fields["member"] = self.thread_member(self.world.bot)
        return fields

    def thread_member(self, user: User) -> Json:
        return {"id": str(self.id), "user_id": str(user.id), "join_timestamp": now().isoformat(), "flags": 0}


@dataclass(eq=False)
class Guild:
    """A guild with its channels and members, to which the bot belongs."""

    world: "World"
    id: int
    name: str
    channels: dict[int, Channel] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    joined: datetime = field(default_factory=now)

    def channel(self, name: str, *, without: Iterable[str] = ()) -> Channel:
        """Create a text channel; `without` names permissions, as discord.Permissions does, that the bot lacks."""
        channel = Channel(self.world, self.world.new_id(), TEXT, name, self, denied=bits(*without))
        self.channels[channel.id] = self.world.channels[channel.id] = channel
        self.world.emit("CHANNEL_CREATE", self, GUILDS, lambda _: channel.payload())
        return channel

    def forum(self, name: str) -> Channel:
        """Create a forum, whose posts are threads; nothing can be said in the forum itself."""
        forum = Channel(self.world, self.world.new_id(), FORUM, name, self)
        self.channels[forum.id] = self.world.channels[forum.id] = forum
        self.world.emit("CHANNEL_CREATE", self, GUILDS, lambda _: forum.payload())
        return forum

    def join(self, user: User) -> None:
        """Make a user a member; users who act in a guild join it automatically."""
        if user.id not in self.users:
            self.users[user.id] = user
            payload = {**self.member(user), "guild_id": str(self.id)}
            self.world.emit("GUILD_MEMBER_ADD", self, MEMBERS, lambda _: payload)

    def remove_bot(self) -> None:
        """Remove the bot: it receives no more events, and all requests for channels fail with 403, 50001."""
        del self.users[self.world.bot.id]
        self.world.emit("GUILD_DELETE", self, GUILDS, lambda _: {"id": str(self.id)})

    def permissions(self, user: User) -> int:
        """Return a user's permissions in the whole guild."""
        extra = bits("administrator") if user.admin else bits("manage_guild") if user.manage_guild else 0
        return EVERYTHING if user.admin else MEMBERS_MAY | extra

    def member(self, user: User, *, partial: bool = False) -> Json:
        """Return a member object; `partial` leaves out the user, as in events about messages."""
        roles = [str(self.id + 1)] if user.admin else [str(self.id + 2)] if user.manage_guild else []
        fixed = {"nick": None, "avatar": None, "deaf": False, "mute": False, "flags": 0, "pending": False}
        member = {"roles": roles, "joined_at": self.joined.isoformat(), "premium_since": None, **fixed}
        return member if partial else {**member, "user": user.payload()}

    def roles(self) -> list[Json]:
        colours = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
        fixed: Json = {"color": 0, "colors": colours, "hoist": False, "managed": False, "mentionable": True, "flags": 0}
        kinds = (("@everyone", MEMBERS_MAY), ("admins", bits("administrator")), ("managers", bits("manage_guild")))
        return [
            {"id": str(self.id + n), "name": name, "permissions": str(value), "position": n, **fixed}
            for n, (name, value) in enumerate(kinds)
        ]

    def threads(self) -> list[Channel]:
        return [one for one in self.world.channels.values() if one.guild is self and one.is_thread and not one.archived]

    def payload(self) -> Json:
        """Return the guild as in GUILD_CREATE without the presences intent: only the bot is listed as a member."""
        bot = self.world.bot
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": "1",
            "large": False,
            "features": [],
            "unavailable": False,
            "joined_at": self.joined.isoformat(),
            "preferred_locale": "en-US",
            "roles": self.roles(),
            "emojis": [],
            "stickers": [],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "channels": [channel.payload() for channel in self.channels.values()],
            "threads": [thread.payload() for thread in self.threads()],
            "members": [self.member(bot)],
            "member_count": len(self.users),
        }


@dataclass(eq=False)
class Message:
    """The current state of a message; `edits` counts its edits, `pinged` is whom it notified when it was sent."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    kind: int = DEFAULT
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    reactions: list[str] = field(default_factory=list)
    reference: "Message | None" = None
    replies: "list[Message]" = field(default_factory=list)
    flags: int = 0
    nonce: str | None = None
    webhook: bool = False
    mentions: list[User] = field(default_factory=list)
    pinged: Pinged = NOBODY
    interaction: Json | None = None
    only_for: User | None = None
    thread: Channel | None = None
    edited: datetime | None = None
    edits: int = 0
    deleted: bool = False
    at: float = field(default_factory=time.monotonic)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it only shows that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def text(self) -> str:
        """The visible text: the content and the texts of the embeds, one on each line."""
        lines: list[str | None] = [self.content]
        for embed in self.embeds:
            lines += [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
            for one in embed.get("fields") or []:
                lines += [one["name"], one["value"]]
            lines.append((embed.get("footer") or {}).get("text"))
        return "\n".join(line for line in lines if line)

    @property
    def parts(self) -> list[Json]:
        """The buttons and select menus, in order."""
        return [part for row in self.components for part in row["components"]]

    @property
    def labels(self) -> list[str]:
        """The labels of the buttons, or the emoji of those without a label."""
        return [part.get("label") or (part.get("emoji") or {}).get("name") or "" for part in self.parts]

    def find_component(self, name: str) -> Json:
        """Return the enabled button or select menu with this custom id, label or emoji."""
        for part in self.parts:
            names = (part.get("custom_id"), part.get("label"), (part.get("emoji") or {}).get("name"))
            if name in names and not part.get("disabled"):
                return part
        raise LookupError(f"no enabled button {name!r} among {self.labels}")

    def payload(self, *, content: bool = True, nested: bool = False) -> Json:
        """Return a message object; without `content`, the fields that need the message-content intent are blank."""
        show_content = content or self._exempt()
        body: Json = {"id": str(self.id), "channel_id": str(self.channel.id), "author": self.author.payload()}
        body |= {"content": self.content if show_content else "", "embeds": self.embeds if show_content else []}
        body |= {
            "attachments": self.attachments if show_content else [],
            "components": self.components if show_content else [],
        }
        body |= {"type": self.kind, "flags": self.flags, "tts": False, "pinned": False}
        body |= {"timestamp": snowflake_time(self.id), "edited_timestamp": self.edited and self.edited.isoformat()}
        body |= {"mention_everyone": self.pinged.everyone, "mention_roles": [str(one) for one in self.pinged.roles]}
        body["mentions"] = [user.payload() for user in self.mentions]
        body |= {"webhook_id": str(self.author.id)} if self.webhook else {}
        body |= {"nonce": self.nonce} if self.nonce is not None else {}
        body |= {"interaction_metadata": self.interaction} if self.interaction else {}
        body |= {"thread": self.thread.payload()} if self.thread else {}
        if self.reference is not None:
            body |= self._reference_fields(self.reference, content=content, nested=nested)
        return body

    def _reference_fields(self, referenced: "Message", *, content: bool, nested: bool) -> Json:
        """Return the fields of a reply: its target is included one level deep, and is null if it was deleted."""
        ids: Json = {"type": 0, "message_id": str(referenced.id), "channel_id": str(referenced.channel.id)}
        if referenced.channel.guild:
            ids["guild_id"] = str(referenced.channel.guild.id)
        if nested:
            return {"message_reference": ids}
        target = None if referenced.deleted else referenced.payload(content=content, nested=True)
        return {"message_reference": ids, "referenced_message": target}

    def _exempt(self) -> bool:
        """Whether the content needs no intent: direct messages, the bot's own messages, and those that mention it."""
        bot = self.channel.world.bot
        return self.channel.guild is None or self.author is bot or bot in self.mentions

    def event(self, *, content: bool) -> Json:
        """Return the message as the gateway sends it, with its guild and the author as a member."""
        body, guild = self.payload(content=content), self.channel.guild
        if guild is None:
            return {**body, "channel_type": DM}
        for mention, user in zip(body["mentions"], self.mentions, strict=True):
            mention["member"] = guild.member(user, partial=True)
        member = {} if self.webhook else {"member": guild.member(self.author, partial=True)}
        return {**body, "guild_id": str(guild.id), **member}


class World:
    """All objects of the server; all changes go through this class, which passes them to `emit` as events."""

    def __init__(self, *, shards: int, emit: Emit) -> None:
        self.shards = shards
        self.emit = emit
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self._last_id = 0
        self._guild_numbers = itertools.count(1, 8)
        self.bot = self.user("Byline", bot=True)

    def new_id(self) -> int:
        """Return a snowflake of the current time, larger than all earlier ones."""
        self._last_id = max((int(time.time() * 1000) - EPOCH_MS) << 22, self._last_id + 1)
        return self._last_id

    def user(self, name: str, *, bot: bool = False, admin: bool = False, manage_guild: bool = False) -> User:
        user = User(self.new_id(), name, bot, admin, manage_guild)
        self.users[user.id] = user
        return user

    def guild(self, name: str, *, shard: int = 0) -> Guild:
        """Create a guild whose id belongs to a shard: (id >> 22) % shards."""
        timestamp = (self.new_id() >> 22) - self.shards
        timestamp += (shard - timestamp) % self.shards
        guild = Guild(self, (timestamp << 22) + next(self._guild_numbers), name)
        guild.users[self.bot.id] = self.bot
        self.guilds[guild.id] = guild
        self.emit("GUILD_CREATE", guild, GUILDS, lambda _: guild.payload())
        return guild

    def dm(self, user: User) -> Channel:
        """Return the channel of direct messages between a user and the bot, and create it if necessary."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self, self.new_id(), DM, user.name, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def thread(self, parent: Channel, name: str, owner: User, start: Message | None, kind: int) -> Channel:
        """Create a thread, with the id of the message `start` if there is one, and post the system message about it."""
        thread_id = start.id if start else self.new_id()
        thread = Channel(self, thread_id, kind, name, parent.guild, parent, owner, members={owner.id})
        self.channels[thread.id] = thread
        self.emit("THREAD_CREATE", parent.guild, GUILDS, lambda _: {**thread.payload(), "newly_created": True})
        if start:
            start.thread = thread
            start.flags |= CROSSPOSTED_HAS_THREAD
            self._announce("MESSAGE_UPDATE", start)
            self.post(Message(self.new_id(), thread, owner, kind=THREAD_STARTER, reference=start))
        elif parent.kind != FORUM:
            self.post(Message(self.new_id(), parent, owner, name, THREAD_CREATED))
        return thread

    def post(self, message: Message) -> Message:
        """Store a message and emit its event; an ephemeral message is neither stored nor emitted."""
        message.mentions = [self.users[one] for one in sorted(message.pinged.users) if one in self.users]
        if message.channel.guild and not message.webhook:
            message.channel.guild.join(message.author)
        if message.reference is not None:
            message.reference.replies.append(message)
        if message.channel.is_thread:
            message.channel.members.add(message.author.id)
            message.channel.archived = False
        if not message.ephemeral:
            message.channel.messages[message.id] = message
            self._announce("MESSAGE_CREATE", message)
        return message

    def add_to_thread(self, thread: Channel, user: User) -> None:
        """Add a user to a thread; of its members, the event tells the bot only about itself."""
        thread.members.add(user.id)
        if user is self.bot:
            ids = {"id": str(thread.id), "guild_id": str(thread.guild.id if thread.guild else 0)}
            added = {**ids, "member_count": len(thread.members), "added_members": [thread.thread_member(user)]}
            self.emit("THREAD_MEMBERS_UPDATE", thread.guild, GUILDS, lambda _: added)

    def preview(self, message: Message, embed: Json) -> None:
        """Add the preview of a link to a message, which nobody has edited."""
        message.embeds = [*message.embeds, embed]
        self._announce("MESSAGE_UPDATE", message)

    def edit(self, message: Message, changes: Json) -> None:
        """Edit a message with the body of a PATCH request; fields that are not in it stay unchanged."""
        for name in ("content", "embeds", "components", "attachments"):
            if name in changes:
                setattr(message, name, changes[name] or type(getattr(message, name))())
        message.edits += 1
        message.edited = now()
        message.at = time.monotonic()
        if not message.ephemeral:
            self._announce("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        guild = message.channel.guild
        ids = {"id": str(message.id), "channel_id": str(message.channel.id)}
        ids |= {"guild_id": str(guild.id)} if guild else {}
        if not message.ephemeral:
            self.emit("MESSAGE_DELETE", guild, GUILD_MESSAGES if guild else DIRECT_MESSAGES, lambda _: ids)

    def _announce(self, event: str, message: Message) -> None:
        """Emit an event about a message if the bot can see its channel."""
        channel = message.channel
        if channel.may(self.bot, "view_channel") and not channel.unknown:
            intents = GUILD_MESSAGES if channel.guild else DIRECT_MESSAGES
            self.emit(event, channel.guild, intents, lambda content: message.event(content=content))
