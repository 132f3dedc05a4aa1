"""Discord's constants and rules: intents, types, flags, permissions, snowflakes, and whom a message notifies."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import discord

from tests.servers.discord.limits import Json

EPOCH_MS = 1_420_070_400_000
GUILDS, MEMBERS, PRESENCES, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = (1 << n for n in (0, 1, 8, 9, 12, 15))
TEXT, DM, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 0, 1, 11, 12, 15
DEFAULT, THREAD_CREATED, REPLY, THREAD_STARTER = 0, 18, 19, 21
CROSSPOSTED_HAS_THREAD, EPHEMERAL, LOADING = 1 << 5, 1 << 6, 1 << 7
MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(everyone|here)")


def bits(*names: str) -> int:
    """Return permissions by name as Discord's bit field."""
    return discord.Permissions(**dict.fromkeys(names, True)).value


MEMBERS_MAY = bits(
    "view_channel", "send_messages", "send_messages_in_threads", "read_message_history", "embed_links", "attach_files"
) | bits("add_reactions", "create_public_threads", "use_application_commands", "use_external_emojis")
EVERYTHING = discord.Permissions.all().value


def now() -> datetime:
    return datetime.now(UTC)


def snowflake_time(snowflake: int) -> str:
    """Return the creation time of an id in ISO 8601 format."""
    return datetime.fromtimestamp(((snowflake >> 22) + EPOCH_MS) / 1000, UTC).isoformat()


@dataclass(eq=False)
class User:
    """A human user or a bot. `admin` and `manage_guild` apply to every guild that the user is in."""

    id: int
    name: str
    bot: bool = False
    admin: bool = False
    manage_guild: bool = False
    dms_closed: bool = False

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def payload(self) -> Json:
        fixed = {"discriminator": "0", "global_name": None, "avatar": None, "public_flags": 0}
        return {"id": str(self.id), "username": self.name, "bot": self.bot, **fixed}


@dataclass(frozen=True)
class Pinged:
    """The users and roles that a message notifies; it is false if there are none."""

    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    everyone: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.roles or self.everyone)


NOBODY = Pinged()


def pings(content: str, allowed: Json | None, replied: User | None) -> Pinged:
    """Return whom a text notifies by the documented rules of allowed_mentions; without them, all mentions notify.

    This is stricter than Discord: mentions in code, and @everyone without the permission for it, also notify.
    """
    users = {int(user_id) for user_id in MENTION.findall(content)}
    roles = {int(role_id) for role_id in ROLE_MENTION.findall(content)}
    everyone = bool(EVERYONE.search(content))
    if allowed is None:
        return Pinged(frozenset(users | ({replied.id} if replied else set())), frozenset(roles), everyone)
    parse = allowed.get("parse") or []
    users &= users if "users" in parse else {int(one) for one in allowed.get("users") or []}
    roles &= roles if "roles" in parse else {int(one) for one in allowed.get("roles") or []}
    if replied and allowed.get("replied_user"):
        users.add(replied.id)
    return Pinged(frozenset(users), frozenset(roles), everyone and "everyone" in parse)
