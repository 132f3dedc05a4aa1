"""Marks that a chat application puts into a message: custom emoji, timestamps, mentions, command links. No I/O."""

import re

# As Discord's message format defines them: <:name:id> and <a:name:id>, <sound:guild:id>, <t:seconds:style>, </name:id>,
# <@id>, <@!id>, <@&id>, <#id>, <id:browse>. The two mentions of everybody stand in a text as they are typed.
_MARKS = re.compile(
    r"<(?:a?:\w{1,100}:\d{1,25}|sound:\d{1,25}:\d{1,25}|t:-?\d{1,25}(?::\w)?|/[^<>:\n]{1,120}:\d{1,25}|@[!&]?\d{1,25}"
    r"|\#\d{1,25}|id:[\w-]{1,40})>"
    r"|(?<![\w@.])@(?:everyone|here)\b(?!\.\w)"
)
# Pictographs, symbols of dingbats and weather, flags; with what joins and varies them.
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")


def remove_marks(text: str) -> str:
    """Return a message without marks and emoji, which say nothing in words; other text, its lines included, stays."""
    text = _EMOJI.sub(" ", text)
    return _MARKS.sub(" ", text) if "<" in text or "@" in text else text
