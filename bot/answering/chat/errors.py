"""Errors of a chat model, in words of our own that may be shown to users.

ChatError
├── NotAsked         no request was sent: the model is paused or busy with others, or a limit is reached
├── TimedOut         no reply in time
├── Unreachable      no connection, or one that was lost
├── Busy             status 429, or a 5xx
├── Rejected         the API key, the model's name or the request is not accepted
│   └── BadRequest   status 400, 413 or 422: often a server that does not support structured output
├── Declined         the model refuses to answer
└── Unusable         two replies in a row could not be used
"""

from collections.abc import Sequence


class ChatError(Exception):
    """A chat model gave no usable reply. Never holds a provider's own words.

    Attributes:
        reason: Completes "No chat model: …".
        retry_after: Seconds after which the server asks for the next request, 0.0 if it does not say.
        transient: Whether trying again soon may help.
        service_works: Whether the service is fine all the same; None if the error tells nothing about it.
    """

    reason = "it failed"
    transient = False
    service_works: bool | None = False

    def __init__(self, reason: str = "", retry_after: float = 0.0) -> None:
        self.reason = reason or self.reason
        self.retry_after = retry_after
        super().__init__(self.reason)


class NotAsked(ChatError):
    """No request was sent, so nothing is known about the service."""

    service_works = None


class TimedOut(ChatError):
    """No reply came in time."""

    reason = "it did not answer in time"


class Unreachable(ChatError):
    """There is no connection, or it was lost."""

    reason = "it cannot be reached"
    transient = True


class Busy(ChatError):
    """The service has too many requests or an error of its own."""

    reason = "it is busy"
    transient = True


class Rejected(ChatError):
    """The service does not accept the request, and would not accept it again."""

    reason = "it rejected the request"


class BadRequest(Rejected):
    """The service does not accept the form of the request."""


class Declined(ChatError):
    """The model refuses to answer."""

    reason = "it declined to answer"
    service_works = True


class Unusable(ChatError):
    """Neither the model's reply nor its repair held a verified claim."""

    reason = "nothing in its reply could be verified"
    service_works = True


def translate_error(error: BaseException) -> ChatError:
    """Return the ChatError for an exception of any provider's client, which may quote keys, texts and addresses."""
    if isinstance(error, ChatError):
        return error
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 8:
        chain.append(current)
        current = current.__cause__ or current.__context__
    names = " ".join(kind.__name__ for one in chain for kind in type(one).__mro__)
    status = next((code for code in map(_status, chain) if code), 0)
    if "Refusal" in names or "ContentFilter" in names:
        return Declined()
    if status in (408, 504) or "Timeout" in names:
        return TimedOut()
    if status == 429 or status >= 500:
        return Busy("" if status == 429 else f"it failed (status {status})", _retry_after(chain))
    if status in (401, 403):
        return Rejected("it rejected the API key")
    if status == 404:
        return Rejected("the model was not found at that address")
    if status in (400, 413, 422):
        return BadRequest()
    if any(word in names for word in ("Connect", "RemoteProtocolError", "ReadError", "ClientPayloadError")):
        return Unreachable()
    if "APIError" in names:  # an error inside a stream has no status
        return Busy("it failed")
    return ChatError()


def is_length_limit(error: Exception) -> bool:
    """Whether a client raised this because the reply reached its maximum length."""
    return "LengthFinishReason" in type(error).__name__


def _status(error: BaseException) -> int:
    code = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return code if isinstance(code, int) else 0


def _retry_after(chain: Sequence[BaseException]) -> float:
    """The seconds in the Retry-After header of a response in the chain, 0.0 if there is none."""
    for error in chain:
        headers = getattr(getattr(error, "response", None), "headers", None) or {}
        try:
            return max(0.0, float(headers.get("retry-after", "")))
        except (ValueError, AttributeError):
            continue
    return 0.0
