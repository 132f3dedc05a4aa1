"""What can go wrong with a chat model, in our own words.

ChatError
├── TimedOut         no reply in time
├── Unreachable      no connection, or one that broke
├── Busy             429, or a 5xx
├── Refused          the key, the model's name or the request is not accepted
│   └── BadRequest   a 400 or 422: often a server that does not know the form of a reply
└── Declined         the model does not want to answer
"""

from collections.abc import Sequence


class ChatError(Exception):
    """A chat model gave no usable reply; `why` completes "No chat model: …". It never holds a provider's own words.

    passing: trying again at once may help. again: seconds after which the server asks to come again, if it does.
    """

    why = "it failed"
    passing = False

    def __init__(self, why: str = "", again: float = 0.0) -> None:
        self.why = why or self.why
        self.again = again
        super().__init__(self.why)


class TimedOut(ChatError):
    why = "it did not answer in time"


class Unreachable(ChatError):
    why = "it cannot be reached"
    passing = True


class Busy(ChatError):
    why = "it is busy"
    passing = True


class Refused(ChatError):
    why = "it did not take the request"


class Declined(ChatError):
    why = "it declined to answer"


class BadRequest(Refused):
    pass


def translated(error: BaseException) -> ChatError:
    """What went wrong, in our own words: an exception of any provider's client may quote keys, texts and addresses."""
    if isinstance(error, ChatError):
        return error
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and len(chain) < 8:
        chain.append(at)
        at = at.__cause__ or at.__context__
    names = " ".join(kind.__name__ for one in chain for kind in type(one).__mro__)
    status = next((code for code in map(_status, chain) if code), 0)
    if "Refusal" in names or "ContentFilter" in names:
        return Declined()
    if status in (408, 504) or "Timeout" in names:
        return TimedOut()
    if status == 429 or status >= 500:
        return Busy("it is busy" if status == 429 else f"it failed (status {status})", again=_again(chain))
    if status in (401, 403):
        return Refused("it did not take the key")
    if status == 404:
        return Refused("there is no such model at that address")
    if status in (400, 413, 422):
        return BadRequest()
    if any(word in names for word in ("Connect", "RemoteProtocolError", "ReadError", "ClientPayloadError")):
        return Unreachable()
    if "APIError" in names:  # an error inside a stream bears no status
        return Busy("it failed")
    return ChatError()


def cut_off(error: Exception) -> bool:
    return "LengthFinishReason" in type(error).__name__


def _status(error: BaseException) -> int:
    code = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return code if isinstance(code, int) else 0


def _again(chain: Sequence[BaseException]) -> float:
    for error in chain:
        headers = getattr(getattr(error, "response", None), "headers", None) or {}
        try:
            return max(0.0, float(headers.get("retry-after", "")))
        except (ValueError, AttributeError):
            continue
    return 0.0
