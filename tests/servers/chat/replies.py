"""The replies that the fake chat model can be told to give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.servers.chat.rules import Json


@dataclass(frozen=True)
class Usage:
    """The token counts that a reply reports."""

    prompt: int
    completion: int


@dataclass(frozen=True, kw_only=True)
class _ModelReply:
    """Options of all replies from the model.

    `delay` is the time in seconds before the first byte. A streamed reply has chunks of `size` characters, with `pause`
    seconds between them. Without a `usage`, the words of the request and of the reply are counted.
    """

    delay: float = 0.0
    size: int = 12
    pause: float = 0.0
    usage: Usage | None = None


@dataclass(frozen=True)
class Text(_ModelReply):
    """A reply with this content, which may be invalid or empty. `finish` is "length" if the reply was truncated."""

    text: str = ""
    finish: str = "stop"


@dataclass(frozen=True)
class Data(_ModelReply):
    """A reply with a value as JSON: as the arguments of the function that the request names, or of the function `call`
    if the request lets the model choose; otherwise as content."""

    value: object
    call: str | None = None


@dataclass(frozen=True)
class Refusal(_ModelReply):
    """A refusal by the model, in the API's field `refusal`."""

    text: str = "I'm sorry, I can't help with that."


ModelReply = Text | Data | Refusal


@dataclass(frozen=True)
class Status:
    """An HTTP response with this status; without a body, it gets OpenAI's error body for the status."""

    status: int
    body: Json | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hang:
    """Send nothing, or the first `after` chunks of a reply; then stay silent for `seconds` and close the connection."""

    seconds: float
    reply: ModelReply | None = None
    after: int = 1


@dataclass(frozen=True)
class Drop:
    """Close the connection after `after` chunks of a streamed reply, or in the middle of the body of another reply."""

    reply: ModelReply
    after: int = 1


@dataclass(frozen=True)
class Interrupted:
    """Send an error after `after` chunks of a streamed reply; otherwise respond with status 500."""

    reply: ModelReply
    after: int = 1
    message: str = "The server had an error while processing your request. Sorry about that!"


Reply = Text | Data | Refusal | Status | Hang | Drop | Interrupted


Scripted = Reply | Callable[[Json], Reply]


def rate_limited(retry_after: float | None = None) -> Status:
    """Return a 429 response with a Retry-After in seconds."""
    return Status(429, headers={} if retry_after is None else {"Retry-After": f"{retry_after:g}"})
