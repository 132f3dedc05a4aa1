"""A fake chat model for tests: an OpenAI-compatible API on 127.0.0.1 with scripted replies, over real HTTP.

    with ChatServer() as server:
        model = init_chat_model(f"openai:{server.model}", base_url=server.base_url, api_key=server.key)
        server.script(rate_limited(0.1), Data({"claims": []}), Drop(Text("It breaks off here"), after=1))
        model.invoke("Why?")
        assert [request.status for request in server.requests] == [429, 200]

Each request consumes the next scripted reply; when the script is empty, it gets the default reply. A reply may also be
a function of the request's body. A request is validated first: its key (401), its format (400, see rules.py), its model
(404); an invalid request does not consume a reply. The server runs in its own thread with its own event loop, so
clients may be synchronous or asynchronous.
"""

import asyncio
import json
import re
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.servers.chat.rules import Json, Refused, check, error, parse

STATUS_TEXTS = {
    400: ("invalid_request_error", None, "The request could not be understood."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: (
        "invalid_request_error",
        "unsupported_country_region_territory",
        "Country, region, or territory not supported",
    ),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    500: ("server_error", None, "The server had an error while processing your request. Sorry about that!"),
    503: ("service_unavailable", None, "The engine is currently overloaded, please try again later."),
}
UNKNOWN = ("server_error", None, "Something went wrong.")
JSON = "application/json"
ENDPOINT = "/v1/chat/completions"


@dataclass(frozen=True)
class Usage:
    """Tokens that a reply reports."""

    prompt: int
    completion: int


@dataclass(frozen=True, kw_only=True)
class _Written:
    """Options of all replies with a message: `delay` seconds before the first byte, streamed in chunks of `size`
    characters with `pause` seconds between them, and `usage` (None: the words of the request and of the reply)."""

    delay: float = 0.0
    size: int = 12
    pause: float = 0.0
    usage: Usage | None = None


@dataclass(frozen=True)
class Text(_Written):
    """Content as it is: prose, half of a JSON, nothing. `finish` is "length" where the reply was cut off."""

    text: str = ""
    finish: str = "stop"


@dataclass(frozen=True)
class Data(_Written):
    """A value as JSON, in the form that the request asks for: as arguments of the function that it names, or of `call`
    where the model chooses; as content otherwise."""

    value: object
    call: str | None = None


@dataclass(frozen=True)
class Refusal(_Written):
    """A refusal by the model, in the field that the API has for it."""

    text: str = "I'm sorry, I can't help with that."


Written = Text | Data | Refusal


@dataclass(frozen=True)
class Status:
    """An HTTP response as it is; without a body, OpenAI's error for that status."""

    status: int
    body: Json | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hang:
    """Silence for so many seconds, then the connection is closed: at once, or after so many chunks of a reply."""

    seconds: float
    reply: Written | None = None
    after: int = 1


@dataclass(frozen=True)
class Drop:
    """The connection breaks after so many chunks of a reply, or in the middle of its body where it isn't streamed."""

    reply: Written
    after: int = 1


@dataclass(frozen=True)
class Interrupted:
    """After so many chunks of a reply, the stream carries an error; where it isn't streamed, a 500 does."""

    reply: Written
    after: int = 1
    message: str = "The server had an error while processing your request. Sorry about that!"


Reply = Text | Data | Refusal | Status | Hang | Drop | Interrupted
Scripted = Reply | Callable[[Json], Reply]


def rate_limited(retry_after: float | None = None) -> Status:
    """A 429 response with a Retry-After in seconds."""
    return Status(429, headers={} if retry_after is None else {"Retry-After": f"{retry_after:g}"})


@dataclass(eq=False)
class Request:
    """A request: its time (`time.monotonic`), its status (0: no response was begun), and whether the client
    disconnected before the response was complete. Header names are lower-case."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: Json = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)
    status: int = 0
    finished: bool = False
    client_disconnected: bool = False

    @property
    def text(self) -> str:
        """The texts of the request's messages, one after another."""
        return "\n".join(_content(message) for message in self.body.get("messages", ()))


class _Stopping(Exception):
    """The server stopped while a reply was being sent."""


class ChatServer:
    """The server. `models` are the known names; others get a 404."""

    def __init__(self, *, models: tuple[str, ...] = ("scripted",)) -> None:
        self.key = f"sk-test-{secrets.token_urlsafe(30)}"
        self.models = models
        self.base_url = ""
        self.requests: list[Request] = []
        self._script: deque[Scripted] = deque()
        self._default_reply: Scripted | None = None
        self._changed = threading.Condition()
        self._errors: list[Exception] = []
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, ready)), name="chat-server", daemon=True
        )
        self._thread.start()
        ready.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._errors and raised is None:
            raise self._errors[0]

    def stop(self) -> None:
        """Stop the server at once, even within a reply; stopping it twice is no error."""
        if self._thread is None:
            return
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._thread = None

    # The script

    @property
    def model(self) -> str:
        """The name of a known model."""
        return self.models[0]

    @property
    def remaining(self) -> int:
        """The number of scripted replies that are left."""
        return len(self._script)

    def script(self, *replies: Scripted) -> None:
        """Append replies to the script."""
        self._script.extend(replies)

    def set_default_reply(self, reply: Scripted | None) -> None:
        """Set the reply to every request after the end of the script; None: a 400 that says so."""
        self._default_reply = reply

    def wait(self, happened: Callable[[], bool], timeout: float = 5.0) -> bool:
        """Block until a condition is true, and return whether it was in time; each change of a request checks it."""
        with self._changed:
            return self._changed.wait_for(happened, timeout)

    # The server

    async def _serve(self, listener: socket.socket, ready: "Future[None]") -> None:
        runner: web.AppRunner | None = None
        try:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            application = web.Application()
            application.router.add_post(ENDPOINT, self._complete)
            application.router.add_get("/v1/models", self._list_models)
            application.router.add_route("*", "/{path:.*}", self._unknown)
            runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
            await runner.setup()
            await web.SockSite(runner, listener).start()
        except Exception as failed:
            listener.close()
            ready.set_exception(failed)
        else:
            ready.set_result(None)
            await self._stop.wait()
        finally:
            if runner is not None:
                await runner.cleanup()

    def _record(self, http: web.Request) -> Request:
        headers = {name.lower(): value for name, value in http.headers.items()}
        request = Request(http.method, http.path, headers)
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        return request

    def _note(
        self, request: Request, *, status: int = 0, finished: bool = False, client_disconnected: bool = False
    ) -> None:
        with self._changed:
            request.status = status or request.status
            request.finished, request.client_disconnected = finished, client_disconnected
            self._changed.notify_all()

    def _key_refused(self, request: Request) -> Status | None:
        given = request.headers.get("authorization", "")
        if not given:
            return Status(401, error("You didn't provide an API key.", code="invalid_api_key"))
        return None if secrets.compare_digest(given.encode(), f"Bearer {self.key}".encode()) else Status(401)

    async def _unknown(self, http: web.Request) -> web.StreamResponse:
        message = f"Invalid URL ({http.method} {http.path})"
        return self._answer(self._record(http), Status(404, error(message)))

    async def _list_models(self, http: web.Request) -> web.StreamResponse:
        request = self._record(http)
        listed = [
            {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "tests"} for name in self.models
        ]
        return self._answer(request, self._key_refused(request) or Status(200, {"object": "list", "data": listed}))

    async def _complete(self, http: web.Request) -> web.StreamResponse:
        request = self._record(http)
        raw = await http.read()
        try:
            if refused := self._key_refused(request):
                return self._answer(request, refused)
            request.body = parse(raw, http.content_type)
            check(request.body)
            if request.body["model"] not in self.models:
                return self._answer(request, Status(404))
            return await self._reply(http, request, self._next(request.body))
        except Refused as refusal:
            return self._answer(request, Status(400, error(refusal.message, param=refusal.param)))
        except asyncio.CancelledError:
            self._note(request, client_disconnected=True)
            raise
        except ConnectionError:
            self._note(request, client_disconnected=True)
            return _cut(http)
        except _Stopping:
            return _cut(http)
        except Exception as failed:
            self._errors.append(failed)
            raise

    def _next(self, body: Json) -> Reply:
        with self._changed:
            reply = self._script.popleft() if self._script else self._default_reply
            self._changed.notify_all()
        if reply is None:
            return Status(400, error("The script has no reply left for this request."))
        if not callable(reply):
            return reply
        try:
            return reply(body)
        except Exception as failed:
            self._errors.append(failed)
            return Status(400, error("The script failed at this request."))

    async def _reply(self, http: web.Request, request: Request, reply: Reply) -> web.StreamResponse:
        if isinstance(reply, Status):
            return self._answer(request, reply)
        if isinstance(reply, Hang) and reply.reply is None:
            await self._sleep(reply.seconds)
            return _cut(http)
        written = reply.reply if isinstance(reply, Hang | Drop | Interrupted) else reply
        assert written is not None
        await self._sleep(written.delay)
        if request.body.get("stream"):
            return await self._stream(http, request, written, reply)
        completion = _completion(written, request.body)
        if isinstance(reply, Hang):
            await self._sleep(reply.seconds)
            return _cut(http)
        if isinstance(reply, Interrupted):
            return self._answer(request, Status(500, error(reply.message, "server_error")))
        if isinstance(reply, Drop):
            return await self._half(http, request, json.dumps(completion).encode())
        return self._answer(request, Status(200, completion))

    async def _half(self, http: web.Request, request: Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": JSON, "Content-Length": str(len(body))})
        await response.prepare(http)
        self._note(request, status=200)
        await response.write(body[: len(body) // 2])
        _cut(http)
        return response

    async def _stream(
        self, http: web.Request, request: Request, written: Written, reply: Written | Hang | Drop | Interrupted
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8", **_identity()})
        await response.prepare(http)
        self._note(request, status=200)
        whole = isinstance(reply, Text | Data | Refusal)
        for number, event in enumerate(_events(written, request.body)):
            if number:
                await self._sleep(written.pause)
            if not isinstance(reply, Text | Data | Refusal) and number > reply.after:
                break
            await response.write(_sse(event))
        if whole:
            self._note(request, finished=True)
            await response.write(b"data: [DONE]\n\n")
        elif isinstance(reply, Interrupted):
            await response.write(_sse(error(reply.message, "server_error")))
        else:
            if isinstance(reply, Hang):
                await self._sleep(reply.seconds)
            _cut(http)
        return response

    def _answer(self, request: Request, answer: Status) -> web.Response:
        kind, code, message = STATUS_TEXTS.get(answer.status, UNKNOWN)
        body = error(message, kind, code=code) if answer.body is None else answer.body
        plain = isinstance(body, str)
        content_type = "text/html" if plain else JSON
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        self._note(request, status=answer.status, finished=True)
        return web.Response(
            status=answer.status, text=text, content_type=content_type, headers={**_identity(), **answer.headers}
        )

    async def _sleep(self, seconds: float) -> None:
        """Sleep, unless the server stops."""
        assert self._stop is not None
        if seconds <= 0:
            return
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return
        raise _Stopping


# Pure functions: from replies to what is sent


def _cut(http: web.Request) -> web.StreamResponse:
    """Close the connection; the returned reply can no longer be sent."""
    if http.transport is not None:
        http.transport.close()
    return web.Response()


def _identity() -> dict[str, str]:
    return {"x-request-id": f"req_{secrets.token_hex(16)}"}


def _sse(event: Json) -> bytes:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def _content(message: Json) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def _called(reply: Written, body: Json) -> str | None:
    """Return the function that a reply calls, if any."""
    if not isinstance(reply, Data):
        return None
    choice = body.get("tool_choice")
    if isinstance(choice, dict):
        name: str = choice["function"]["name"]
        return name
    if choice == "required" and reply.call is None:
        first: str = body["tools"][0]["function"]["name"]
        return first
    return reply.call


def _words(reply: Written) -> str:
    return json.dumps(reply.value, ensure_ascii=False) if isinstance(reply, Data) else reply.text


def _finish(reply: Written, body: Json) -> str:
    if isinstance(reply, Text):
        return reply.finish
    # OpenAI says "stop", not "tool_calls", where the request left no choice of function.
    return "tool_calls" if _called(reply, body) and not isinstance(body.get("tool_choice"), dict) else "stop"


def _usage(reply: Written, body: Json) -> Json:
    prompt = sum(len(_content(message).split()) for message in body["messages"])
    usage = reply.usage or Usage(prompt, len(_words(reply).split()))
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
    }


def _head(body: Json, kind: str) -> Json:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": int(time.time()),
        "model": body["model"],
        "system_fingerprint": None,
    }


def _call(name: str, arguments: str) -> Json:
    function = {"name": name, "arguments": arguments}
    return {"id": f"call_{secrets.token_hex(12)}", "type": "function", "function": function}


def _completion(reply: Written, body: Json) -> Json:
    """A reply as one object."""
    message: Json = {"role": "assistant", "content": None, "refusal": None}
    if name := _called(reply, body):
        message["tool_calls"] = [_call(name, _words(reply))]
    else:
        message["refusal" if isinstance(reply, Refusal) else "content"] = _words(reply)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply, body)}
    return {**_head(body, "chat.completion"), "choices": [choice], "usage": _usage(reply, body)}


def _deltas(reply: Written, body: Json) -> Iterator[Json]:
    pieces = re.findall(rf".{{1,{reply.size}}}", _words(reply), re.DOTALL)
    if name := _called(reply, body):
        yield {"role": "assistant", "content": None, "tool_calls": [{"index": 0, **_call(name, "")}]}
        for piece in pieces:
            yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
    else:
        where = "refusal" if isinstance(reply, Refusal) else "content"
        yield {"role": "assistant", "content": "" if where == "content" else None, "refusal": None}
        for piece in pieces:
            yield {where: piece}


def _events(reply: Written, body: Json) -> Iterator[Json]:
    """A reply as a stream: first the role, then the chunks of the message, why it ends, and its usage if asked for."""
    counted = bool((body.get("stream_options") or {}).get("include_usage"))
    head = _head(body, "chat.completion.chunk") | ({"usage": None} if counted else {})
    for delta in _deltas(reply, body):
        yield {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]}
    last = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": _finish(reply, body)}
    yield {**head, "choices": [last]}
    if counted:
        yield {**head, "choices": [], "usage": _usage(reply, body)}
