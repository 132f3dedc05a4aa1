"""A fake chat model for tests: an OpenAI-compatible HTTP API on 127.0.0.1 with scripted replies.

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
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.servers.chat.bodies import completion, events, message_text
from tests.servers.chat.replies import (
    Data,
    Drop,
    Hang,
    Interrupted,
    ModelReply,
    Refusal,
    Reply,
    Scripted,
    Status,
    Text,
)
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


@dataclass(eq=False)
class Request:
    """A received request. Header names are in lower case.

    `at` is its time (`time.monotonic`), `status` the status of the response (0 before it starts). `finished` says
    whether the response was complete, `client_disconnected` whether the client left before that.
    """

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
        """The texts of the request's messages, one on each line."""
        return "\n".join(message_text(message) for message in self.body.get("messages", ()))


class _Stopping(Exception):
    """The server stopped while a reply was being sent."""


class ChatServer:
    """A chat model server. A request for a model that is not in `models` gets a 404."""

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
        """Stop the server at once, even in the middle of a reply. It may be called twice."""
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
        """The number of scripted replies that have not been used."""
        return len(self._script)

    def script(self, *replies: Scripted) -> None:
        """Append replies to the script."""
        self._script.extend(replies)

    def set_default_reply(self, reply: Scripted | None) -> None:
        """Set the reply to requests after the end of the script; with None they get a 400."""
        self._default_reply = reply

    def wait(self, condition: Callable[[], bool], timeout: float = 5.0) -> bool:
        """Block until a condition is true; return False on timeout. It is checked whenever a request changes."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    # The server

    async def _serve(self, listener: socket.socket, ready: "Future[None]") -> None:
        runner: web.AppRunner | None = None
        try:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            application = web.Application()
            application.router.add_post(ENDPOINT, self._complete)
            application.router.add_get("/v1/models", self._list_models)
            application.router.add_route("*", "/{path:.*}", self._unknown_path)
            runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
            await runner.setup()
            await web.SockSite(runner, listener).start()
        except Exception as exception:
            listener.close()
            ready.set_exception(exception)
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

    def _update(
        self, request: Request, *, status: int = 0, finished: bool = False, client_disconnected: bool = False
    ) -> None:
        with self._changed:
            request.status = status or request.status
            request.finished, request.client_disconnected = finished, client_disconnected
            self._changed.notify_all()

    def _check_key(self, request: Request) -> Status | None:
        sent = request.headers.get("authorization", "")
        if not sent:
            return Status(401, error("You didn't provide an API key.", code="invalid_api_key"))
        return None if secrets.compare_digest(sent.encode(), f"Bearer {self.key}".encode()) else Status(401)

    async def _unknown_path(self, http: web.Request) -> web.StreamResponse:
        message = f"Invalid URL ({http.method} {http.path})"
        return self._answer(self._record(http), Status(404, error(message)))

    async def _list_models(self, http: web.Request) -> web.StreamResponse:
        request = self._record(http)
        listed = [
            {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "tests"} for name in self.models
        ]
        return self._answer(request, self._check_key(request) or Status(200, {"object": "list", "data": listed}))

    async def _complete(self, http: web.Request) -> web.StreamResponse:
        request = self._record(http)
        raw = await http.read()
        try:
            if refused := self._check_key(request):
                return self._answer(request, refused)
            request.body = parse(raw, http.content_type)
            check(request.body)
            if request.body["model"] not in self.models:
                return self._answer(request, Status(404))
            return await self._reply(http, request, self._next(request.body))
        except Refused as refusal:
            return self._answer(request, Status(400, error(refusal.message, param=refusal.param)))
        except asyncio.CancelledError:
            self._update(request, client_disconnected=True)
            raise
        except ConnectionError:
            self._update(request, client_disconnected=True)
            return _close(http)
        except _Stopping:
            return _close(http)
        except Exception as exception:
            self._errors.append(exception)
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
        except Exception as exception:
            self._errors.append(exception)
            return Status(400, error("The scripted function raised an exception."))

    async def _reply(self, http: web.Request, request: Request, reply: Reply) -> web.StreamResponse:
        if isinstance(reply, Status):
            return self._answer(request, reply)
        if isinstance(reply, Hang) and reply.reply is None:
            await self._sleep(reply.seconds)
            return _close(http)
        message = reply.reply if isinstance(reply, Hang | Drop | Interrupted) else reply
        assert message is not None
        await self._sleep(message.delay)
        if request.body.get("stream"):
            return await self._stream(http, request, message, reply)
        whole = completion(message, request.body)
        if isinstance(reply, Hang):
            await self._sleep(reply.seconds)
            return _close(http)
        if isinstance(reply, Interrupted):
            return self._answer(request, Status(500, error(reply.message, "server_error")))
        if isinstance(reply, Drop):
            return await self._send_half(http, request, json.dumps(whole).encode())
        return self._answer(request, Status(200, whole))

    async def _send_half(self, http: web.Request, request: Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": JSON, "Content-Length": str(len(body))})
        await response.prepare(http)
        self._update(request, status=200)
        await response.write(body[: len(body) // 2])
        _close(http)
        return response

    async def _stream(
        self, http: web.Request, request: Request, message: ModelReply, reply: ModelReply | Hang | Drop | Interrupted
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8", **_identity()})
        await response.prepare(http)
        self._update(request, status=200)
        complete = isinstance(reply, Text | Data | Refusal)
        for number, event in enumerate(events(message, request.body)):
            if number:
                await self._sleep(message.pause)
            if not isinstance(reply, Text | Data | Refusal) and number > reply.after:
                break
            await response.write(_sse(event))
        if complete:
            self._update(request, finished=True)
            await response.write(b"data: [DONE]\n\n")
        elif isinstance(reply, Interrupted):
            await response.write(_sse(error(reply.message, "server_error")))
        else:
            if isinstance(reply, Hang):
                await self._sleep(reply.seconds)
            _close(http)
        return response

    def _answer(self, request: Request, answer: Status) -> web.Response:
        kind, code, message = STATUS_TEXTS.get(answer.status, UNKNOWN)
        body = error(message, kind, code=code) if answer.body is None else answer.body
        plain = isinstance(body, str)
        content_type = "text/html" if plain else JSON
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        self._update(request, status=answer.status, finished=True)
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


def _close(http: web.Request) -> web.StreamResponse:
    """Close the connection, and return a response that aiohttp can no longer send."""
    if http.transport is not None:
        http.transport.close()
    return web.Response()


def _identity() -> dict[str, str]:
    return {"x-request-id": f"req_{secrets.token_hex(16)}"}


def _sse(event: Json) -> bytes:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
