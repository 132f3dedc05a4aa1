"""Whether a message is for the bot, and the question in it with the conversation before it, read back from Discord.

The bot's own answers hold both sides of a conversation (the question as title, the answer below), so no database is
needed, and nothing that users say to each other is read.
"""

import logging
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import discord

from index.errors import UsageError

from bot.answering.question.message_marks import remove_marks
from bot.answering.question.parsing import MAX_CHARS
from bot.answering.types import Question, Turn
from bot.discord.delivery import NETWORK_ERRORS, with_retries
from bot.discord.rendering.button_ids import find_by_key
from bot.discord.rendering.markup import flat
from bot.discord.rendering.read_back import ShownAnswer, read_back

log = logging.getLogger(__name__)

Way = Literal["mention", "reply", "thread", "dm", "channel"]

NOT_READ = f"I do not read attachments. A question may have up to {MAX_CHARS:,} characters."
CANNOT_READ = "I cannot read that message: Message Content Intent is switched off for me."
# How many answers before a question are taken into account, and how many messages are searched for them: up a chain of
# replies, and back in a thread or in direct messages.
EXCHANGES = 3
_MAX_REPLIES, _MAX_HISTORY = 2 * EXCHANGES, 30
# The file that Discord makes of a paste that is longer than a message.
PASTE = "message.txt"
_TYPES = (discord.MessageType.default, discord.MessageType.reply)
# Words of questions that people ask each other rather than an article.
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
    """A message for the bot.

    Attributes:
        way: how it reached the bot.
        text: what it says, without mentions and other marks.
        has_attachments: whether files are attached, which the bot does not read.
    """

    way: Way
    text: str
    has_attachments: bool = False

    @property
    def expects_answer(self) -> bool:
        """Whether the user certainly spoke to the bot, and must get a response."""
        return self.way != "channel"


def parse_message(
    message: discord.Message, me: discord.ClientUser, answer_channels: Container[int]
) -> AddressedMessage | None:
    """Return what a message says to the bot, or None if it is not for the bot.

    It is if it mentions the bot, replies to it, or is a direct message, and if it is a question in a thread of the
    bot's or in one of the channels in which every question is answered, or in a thread or forum post of these.
    """
    if message.author.bot or message.webhook_id or message.type not in _TYPES:
        return None
    text, replied = _typed_text(message, me), _cached_target(message)
    way = _way_of(message, text, replied, me, answer_channels)
    if way is None:
        return None
    title = _forum_title(message)
    if title and (not text or (way == "channel" and _asks_better(title, text))):
        text = title
    return AddressedMessage(way, text, bool(attachments_of(message)))


def _way_of(
    message: discord.Message,
    text: str,
    replied: discord.Message | None,
    me: discord.ClientUser,
    answer_channels: Container[int],
) -> Way | None:
    """How a message reaches the bot; None if it does not."""
    channel = message.channel
    if isinstance(channel, discord.DMChannel):
        return "dm"
    replies_to_me = replied is not None and replied.author.id == me.id
    if _is_mentioned(message, me):
        return "reply" if replies_to_me else "mention"
    if _is_for_others(message, replied, me):
        return None
    if isinstance(channel, discord.Thread) and channel.owner_id == me.id and not replies_to_me:
        is_paste = not text and any(file.filename == PASTE for file in message.attachments)
        return "thread" if is_paste or _ONE_WORD.fullmatch(text) or is_question(text) else None
    if not text:
        return None
    if replies_to_me:
        return "reply"
    if _is_answered(channel, answer_channels) and (is_question(text) or is_question(_forum_title(message))):
        return "channel"
    return None


def _is_answered(channel: object, answer_channels: Container[int]) -> bool:
    """Whether every question in a channel is answered, or in the channel of a thread that the bot is in or may join."""
    if not isinstance(channel, discord.Thread):
        return getattr(channel, "id", 0) in answer_channels
    if channel.is_private() and channel.me is None:  # whoever may manage threads sees private ones of other people too
        return False
    return channel.id in answer_channels or channel.parent_id in answer_channels


def _forum_title(message: discord.Message) -> str:
    """The title of the forum post that a message starts; "" for other messages."""
    channel = message.channel
    if not isinstance(channel, discord.Thread) or channel.id != message.id:
        return ""
    return words_of(channel.name) if isinstance(channel.parent, discord.ForumChannel) else ""


def _asks_better(title: str, text: str) -> bool:
    """Whether a forum post asks its question in the title rather than in the text below."""
    return is_question(title) and (not is_question(text) or is_among_people(text))


def is_question(text: str) -> bool:
    """Return whether a message in a channel asks something that an article could answer."""
    if _ONE_WORD.fullmatch(text) or len(text) < 4:
        return False
    return text.rstrip(" \"'”’)").endswith("?") or (bool(_ASKS.match(text)) and len(text.split()) > 2)


def is_among_people(text: str) -> bool:
    """Return whether a question may be meant for the people in a channel."""
    return bool(_AMONG_PEOPLE.search(text))


async def build_question(
    message: discord.Message, addressed: AddressedMessage, me: discord.ClientUser, articles: Iterable[str] = ()
) -> tuple[Question, bool]:
    """Build the question in a message, with the conversation before it and the article that this was about.

    A mention of the bot alone, in a reply to somebody's message, asks about that message; with other words, these ask
    something about it.

    Args:
        message: the message.
        addressed: what it says to the bot.
        me: the bot's user.
        articles: the ids of the indexed articles.

    Returns:
        The question, and whether it, or the message that it asks about, has attachments, which are not read.

    Raises:
        UsageError: the message that it replies to has no text, or the bot may not read it.
    """
    replied = await _reply_target(message)
    if replied is not None and replied.author.id != me.id:
        text, unread = text_of(replied), addressed.has_attachments or bool(attachments_of(replied))
        if not text and not unread:
            raise UsageError(CANNOT_READ, "Use that message's menu → Apps → Ask about this instead.")
        if _has_words(addressed.text):
            return Question(addressed.text, (Turn("user", text),) if text else ()), unread
        if not text:
            raise UsageError(NOT_READ, "")
        return Question(text), unread
    answers = await answers_before(message, me)
    scope = answers[-1].scope if answers else None
    article = find_by_key(scope, articles) if scope else None
    question = Question(addressed.text, turns(answers), article, _recent_article(answers, articles))
    return question, addressed.has_attachments


async def typed_question(answer: discord.Message, me: discord.ClientUser) -> str:
    """Return what the user wrote that an answer replies to; "" if that cannot be read."""
    question = await _reply_target(answer)
    return _typed_text(question, me) if question is not None and not question.author.bot else ""


def text_of(message: discord.Message) -> str:
    """Return the text of a message, or of what it forwards, or of its embed; of an answer of the bot, its question."""
    shown = read_back(message)
    if shown:
        return shown.question
    embedded = message.embeds[0].description or "" if message.embeds else ""
    return words_of(message.content) or words_of(_forwarded_text(message)) or words_of(embedded)


def attachments_of(message: discord.Message) -> list[discord.Attachment]:
    """Return the files in a message, or in what it forwards."""
    forwarded = message.message_snapshots[0].attachments if message.message_snapshots else []
    return [*message.attachments, *forwarded]


async def answers_before(message: discord.Message, me: discord.ClientUser) -> list[ShownAnswer]:
    """Return the bot's answers that a message follows, oldest first.

    They are taken from the chain of replies; if there is none, from the messages before it in a thread or in direct
    messages.
    """
    chain = await _answers_in_chain(message, me)
    if chain or not isinstance(message.channel, discord.Thread | discord.DMChannel):
        return chain
    channel = message.channel

    async def read_history() -> list[discord.Message]:
        return [earlier async for earlier in channel.history(limit=_MAX_HISTORY, before=message)]

    answers: list[ShownAnswer] = []
    try:
        for earlier in await with_retries(read_history):
            shown = read_back(earlier) if earlier.author.id == me.id else None
            answers += [shown] if shown else []
            if len(answers) == EXCHANGES:
                return answers[::-1]
        if isinstance(channel, discord.Thread) and isinstance(channel.parent, discord.TextChannel):
            # A thread that was opened from an answer has the id of that answer.
            parent = channel.parent
            start = await with_retries(lambda: parent.fetch_message(channel.id))
            shown = read_back(start) if start.author.id == me.id else None
            answers += [shown] if shown else []
    except (discord.HTTPException, *NETWORK_ERRORS) as error:
        log.info("history unreadable channel=%d error=%s", channel.id, type(error).__name__)
    return answers[::-1]


def turns(answers: Iterable[ShownAnswer]) -> tuple[Turn, ...]:
    """Return answers with their questions as the turns of a conversation."""
    return tuple(turn for shown in answers for turn in (Turn("user", shown.question), Turn("bot", shown.text)))


def _recent_article(answers: Sequence[ShownAnswer], articles: Iterable[str]) -> str | None:
    """The article that the last answer with quotes is about; None if it quotes several."""
    sources = next((shown.sources for shown in reversed(answers) if shown.sources), ())
    return find_by_key(sources[0], articles) if len(sources) == 1 else None


async def _answers_in_chain(message: discord.Message, me: discord.ClientUser) -> list[ShownAnswer]:
    """The bot's answers up the chain of replies, oldest first."""
    answers: list[ShownAnswer] = []
    target = await _reply_target(message)
    for _ in range(_MAX_REPLIES):
        if target is None:
            break
        shown = read_back(target) if target.author.id == me.id else None
        answers += [shown] if shown else []
        target = await _reply_target(target)
    return answers[::-1]


async def _reply_target(message: discord.Message) -> discord.Message | None:
    """The message that a message replies to, fetched from Discord if it is not at hand."""
    cached = _cached_target(message)
    if cached is not None:
        return cached
    reference = message.reference
    if reference is None or reference.message_id is None or reference.type != discord.MessageReferenceType.reply:
        return None
    message_id = reference.message_id
    try:
        return await with_retries(lambda: message.channel.fetch_message(message_id))
    except (discord.HTTPException, *NETWORK_ERRORS) as error:
        log.info("message unreadable message=%d error=%s", message_id, type(error).__name__)
        return None


def _cached_target(message: discord.Message) -> discord.Message | None:
    reference = message.reference
    if reference is None or reference.type != discord.MessageReferenceType.reply:
        return None
    target = reference.resolved or reference.cached_message
    return target if isinstance(target, discord.Message) else None


def _is_mentioned(message: discord.Message, me: discord.ClientUser) -> bool:
    """Whether the bot is mentioned itself, or by the role of its own, which people choose by mistake; not @everyone."""
    if any(user.id == me.id for user in message.mentions):
        return True
    return any(role.tags is not None and role.tags.bot_id == me.id for role in message.role_mentions)


def _is_for_others(message: discord.Message, replied: discord.Message | None, me: discord.ClientUser) -> bool:
    """Whether people talk to each other: they mention somebody, or reply to somebody else."""
    others = message.mentions or message.role_mentions or message.mention_everyone
    return bool(others) or (message.reference is not None and (replied is None or replied.author.id != me.id))


def _typed_text(message: discord.Message, me: discord.ClientUser) -> str:
    """What was typed or forwarded, without mentions and other marks; these themselves if there is nothing else."""
    mine = {f"<@{me.id}>", f"<@!{me.id}>"}
    mine |= {role.mention for role in message.role_mentions if role.tags and role.tags.bot_id == me.id}
    typed = message.content
    for mention in mine:
        typed = typed.replace(mention, " ")
    return words_of(typed) or words_of(_forwarded_text(message))


def words_of(text: str) -> str:
    """Return a text on one line, without the marks in it if there is anything else."""
    return flat(remove_marks(text)) or flat(text)


def _has_words(text: str) -> bool:
    return any(c.isalnum() for c in remove_marks(text))


def _forwarded_text(message: discord.Message) -> str:
    return message.message_snapshots[0].content if message.message_snapshots else ""
