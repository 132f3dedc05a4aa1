"""Who is asked, and what: Discord's messages → a question with the conversation before it, read back from Discord.

The bot's own answers hold both sides of a conversation (the question as title, the answer below), so
that no database is needed, and none of what people say to each other is read.
"""

import logging
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Literal

import discord

from index.errors import UsageError

from bot.answering.types import Question, Turn
from bot.discord.delivery import NETWORK, persist
from bot.discord.rendering.markup import flat
from bot.discord.rendering.replies import ShownAnswer, key, read_back

log = logging.getLogger(__name__)

Way = Literal["mention", "reply", "thread", "dm", "channel"]

CANNOT_READ = "I may not read that message: Message Content Intent is off for me."
EXCHANGES = 3
_HOPS = 2 * EXCHANGES
_LOOK_BACK = 30
_TYPES = (discord.MessageType.default, discord.MessageType.reply)
# A question that people put to each other rather than to an article.
_AMONG_PEOPLE = re.compile(
    r"\b(?:you|u|ur|your|yours|anyone|anybody|someone|somebody|guys|everyone|everybody|y'?all|we|us|my|me|i)\b", re.I
)
_ASKS = re.compile(
    r"(?:(?:and|but|so|ok(?:ay)?|hm+|well|then)[,\s]+)?"
    r"(?:who|whom|whose|what|whats|what's|when|where|why|how|which|is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would|should|tl;?dr|summari[sz]e|explain)\b",
    re.I,
)
_ONE_WORD = re.compile(r"\W*(?:what|why|how|who|when|where|which|really|huh|sure)\W*", re.I)


@dataclass(frozen=True, slots=True)
class AddressedMessage:
    """How a message reached the bot, and what it says without the mention. `insists`: an answer is expected."""

    way: Way
    text: str

    @property
    def insists(self) -> bool:
        return self.way != "channel"


def addressed(
    message: discord.Message, me: discord.ClientUser, answer_channels: Container[int]
) -> AddressedMessage | None:
    """Whether a message is for the bot: a mention, a reply to it, a direct message, in its thread or in its channel."""
    if message.author.bot or message.webhook_id or message.type not in _TYPES:
        return None
    text = _without_mention(message, me)
    if isinstance(message.channel, discord.DMChannel):
        return AddressedMessage("dm", text)
    replied = _replied_to(message)
    to_me = replied is not None and replied.author.id == me.id
    if _is_mentioned(message, me):
        return AddressedMessage("reply" if to_me else "mention", text)
    if not text or _is_for_others(message, replied, me):
        return None
    if to_me:
        return AddressedMessage("reply", text)
    if isinstance(message.channel, discord.Thread) and message.channel.owner_id == me.id:
        return AddressedMessage("thread", text) if _ONE_WORD.fullmatch(text) or is_question(text) else None
    if message.channel.id in answer_channels and is_question(text):
        return AddressedMessage("channel", text)
    return None


def is_question(text: str) -> bool:
    """Whether a message in a channel asks something that an article could answer."""
    if _ONE_WORD.fullmatch(text) or len(text) < 4:
        return False
    return text.rstrip(" \"'”’)").endswith("?") or (bool(_ASKS.match(text)) and len(text.split()) > 2)


def is_among_people(text: str) -> bool:
    """Whether a question may have been put to the people in a channel."""
    return bool(_AMONG_PEOPLE.search(text))


async def question_of(
    message: discord.Message, heard: AddressedMessage, me: discord.ClientUser, articles: Iterable[str] = ()
) -> Question:
    """The question in a message, with the conversation before it and the article that this was about, if it was one.

    A bare mention in reply to somebody's message asks about that message; words beside it are about it too.
    Raises UsageError for a message that must not be read. articles: the ids of those that are indexed.
    """
    replied = await _fetched(message)
    if replied is not None and replied.author.id != me.id:
        said = text_of(replied)
        if not said and not replied.attachments:
            raise UsageError(CANNOT_READ, "Its menu → Apps → Ask about this works without.")
        if not heard.text and said:
            return Question(said)
        return Question(heard.text, (Turn("user", said),) if said else ())
    before = await shown_before(message, me)
    scope = before[-1].scope if before else None
    return Question(heard.text, turns(before), next((name for name in articles if key(name) == scope), None))


async def typed(answer: discord.Message, me: discord.ClientUser) -> str:
    """What somebody wrote that an answer replies to, "" where that cannot be read."""
    asked = await _fetched(answer)
    return _without_mention(asked, me) if asked is not None and not asked.author.bot else ""


def text_of(message: discord.Message) -> str:
    """What a message says, or what it forwards, or what its embed does; of an answer of the bot's own, its question."""
    shown = read_back(message)
    if shown:
        return shown.question
    forwarded = message.message_snapshots[0].content if message.message_snapshots else ""
    embedded = message.embeds[0].description or "" if message.embeds else ""
    return flat(message.clean_content) or flat(forwarded) or flat(embedded)


async def shown_before(message: discord.Message, me: discord.ClientUser) -> list[ShownAnswer]:
    """The answers that a message follows, oldest first: its reply chain, or what stands before it in a thread or DM."""
    chain = await _chain(message, me)
    if chain or not isinstance(message.channel, discord.Thread | discord.DMChannel):
        return chain
    room = message.channel

    async def before() -> list[discord.Message]:
        return [earlier async for earlier in room.history(limit=_LOOK_BACK, before=message)]

    found: list[ShownAnswer] = []
    try:
        for earlier in await persist(before):
            shown = read_back(earlier) if earlier.author.id == me.id else None
            if shown:
                found.append(shown)
            if len(found) == EXCHANGES:
                return found[::-1]
        if isinstance(message.channel, discord.Thread) and isinstance(message.channel.parent, discord.TextChannel):
            # A thread opened from an answer bears that answer's id.
            parent = message.channel.parent
            shown = read_back(await persist(lambda: parent.fetch_message(room.id)))
            found += [shown] if shown else []
    except (discord.HTTPException, *NETWORK) as error:
        log.info("history unreadable channel=%d error=%s", room.id, type(error).__name__)
    return found[::-1]


def turns(exchanges: list[ShownAnswer]) -> tuple[Turn, ...]:
    """What was asked and answered, as the turns of a conversation."""
    return tuple(turn for one in exchanges for turn in (Turn("user", one.question), Turn("bot", one.text)))


async def _chain(message: discord.Message, me: discord.ClientUser) -> list[ShownAnswer]:
    """The bot's answers up the chain of replies, oldest first."""
    found: list[ShownAnswer] = []
    at = await _fetched(message)
    for _ in range(_HOPS):
        if at is None:
            break
        shown = read_back(at) if at.author.id == me.id else None
        if shown:
            found.append(shown)
        at = await _fetched(at)
    return found[::-1]


async def _fetched(message: discord.Message) -> discord.Message | None:
    """The message that a message replies to, asked of Discord where it is not at hand."""
    known = _replied_to(message)
    if known is not None:
        return known
    reference = message.reference
    if reference is None or reference.message_id is None or reference.type != discord.MessageReferenceType.reply:
        return None
    number = reference.message_id
    try:
        return await persist(lambda: message.channel.fetch_message(number))
    except (discord.HTTPException, *NETWORK) as error:
        log.info("message unreadable message=%d error=%s", number, type(error).__name__)
        return None


def _replied_to(message: discord.Message) -> discord.Message | None:
    reference = message.reference
    if reference is None or reference.type != discord.MessageReferenceType.reply:
        return None
    found = reference.resolved or reference.cached_message
    return found if isinstance(found, discord.Message) else None


def _is_mentioned(message: discord.Message, me: discord.ClientUser) -> bool:
    """By name, or by the role that Discord gave the bot, which people pick by mistake; @everyone does not count."""
    if any(user.id == me.id for user in message.mentions):
        return True
    return any(role.tags is not None and role.tags.bot_id == me.id for role in message.role_mentions)


def _is_for_others(message: discord.Message, replied: discord.Message | None, me: discord.ClientUser) -> bool:
    """Whether people talk to each other: they mention somebody, or reply to somebody else."""
    others = message.mentions or message.role_mentions or message.mention_everyone
    return bool(others) or (message.reference is not None and (replied is None or replied.author.id != me.id))


def _without_mention(message: discord.Message, me: discord.ClientUser) -> str:
    """What was typed, without the bot's own mention and with names for the others'."""
    names = {str(user.id): f"@{user.display_name}" for user in message.mentions} | {str(me.id): ""}
    names |= {
        str(role.id): "" if role.tags and role.tags.bot_id == me.id else f"@{role.name}"
        for role in message.role_mentions
    }
    names |= {str(channel.id): f"#{channel.name}" for channel in message.channel_mentions if hasattr(channel, "name")}
    text = re.sub(r"<(?:@[!&]?|#)(\d{1,20})>", lambda m: names.get(m[1], m[0]), message.content)
    forwarded = message.message_snapshots[0].content if message.message_snapshots else ""
    return " ".join(text.split()) or flat(forwarded)
