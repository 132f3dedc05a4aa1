"""HTTP of the fake Discord server: requests, responses, rate limits and simulated failures."""

import json
import re
import socket as sockets
import struct
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import web

from tests.servers.discord.limits import Json, invalid

PREFIX = "/api/v10"
MESSAGES = {
    10003: "Unknown Channel",
    10008: "Unknown Message",
    10062: "Unknown interaction",
    50001: "Missing Access",
    50007: "Cannot send messages to this user",
    50013: "Missing Permissions",
    50027: "Invalid Webhook Token",
}


@dataclass(eq=False)
class Request:
    """A recorded request: its path below the API's URL, its time, its status (0 if the connection was reset)."""

    method: str
    path: str
    query: dict[str, str]
    body: Json
    at: float = field(default_factory=time.monotonic)
    status: int = 0


@dataclass(eq=False)
class Fault:
    """A simulated failure of the next `times` requests with this method and path; see DiscordServer.fail."""

    method: str
    path: str
    status: int = 500
    times: float = 1
    code: int = 0
    retry_after: float = 0.1
    via: bool = True
    global_: bool = False
    reset: bool = False
    after: bool = False
    delay: float = 0.0
    hits: int = 0

    def matches(self, method: str, path: str) -> bool:
        return self.hits < self.times and self.method in ("*", method) and bool(re.fullmatch(self.path, path))

    def stop(self) -> None:
        self.times = self.hits

    def response(self) -> web.Response:
        """Return the error response as Discord, or the proxy in front of it, sends it."""
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._rate_limited()
        if self.status in (502, 503, 504):
            return web.Response(
                status=self.status, text="<html><title>Bad gateway</title></html>", content_type="text/html"
            )
        phrase = HTTPStatus(self.status).phrase
        return answer(
            {"message": MESSAGES.get(self.code) or f"{self.status}: {phrase}", "code": self.code}, self.status
        )

    def _rate_limited(self) -> web.Response:
        headers = {"Retry-After": str(self.retry_after)}
        if not self.via:
            return web.Response(status=429, text="error code: 1015", headers=headers)
        scope = "global" if self.global_ else "user"
        headers |= {"Via": "1.1 google", "X-RateLimit-Scope": scope, "X-RateLimit-Reset-After": str(self.retry_after)}
        headers |= {"X-RateLimit-Global": "true"} if self.global_ else {}
        body: Json = {"message": "You are being rate limited.", "retry_after": self.retry_after, "global": self.global_}
        return answer(body, 429, headers)


@dataclass(eq=False)
class Bucket:
    """A rate limit as documented: `limit` requests per window of `per` seconds, reported in X-RateLimit headers."""

    limit: int
    per: float
    used: int = 0
    opened: float = field(default_factory=time.monotonic)

    def take(self) -> bool:
        if self.remaining() <= 0:
            self.used, self.opened = 0, time.monotonic()
        self.used += 1
        return self.used <= self.limit

    def remaining(self) -> float:
        """Return the seconds until the window ends."""
        return self.opened + self.per - time.monotonic()

    def headers(self) -> dict[str, str]:
        seconds = max(0.0, self.remaining())
        headers = {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": str(max(0, self.limit - self.used))}
        headers |= {"X-RateLimit-Reset": f"{time.time() + seconds:.3f}", "X-RateLimit-Reset-After": f"{seconds:.3f}"}
        return {**headers, "X-RateLimit-Bucket": "messages"}

    def refusal(self) -> web.Response:
        return Fault("", "", 429, retry_after=round(max(0.0, self.remaining()), 3)).response()


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON response; discord.py expects the content type without a charset."""
    return web.Response(status=status, body=json.dumps(body).encode(), content_type="application/json", headers=headers)


@dataclass(frozen=True)
class Call:
    """A request as the route handlers receive it."""

    params: dict[str, str]
    query: dict[str, str]
    body: Any
    files: list[Json]

    @classmethod
    async def read(cls, request: web.Request) -> "Call":
        """Read a JSON body, or a form with the JSON in the field payload_json and files in the others."""
        body: Any = {}
        files: list[Json] = []
        if request.content_type == "multipart/form-data":
            for name, part in (await request.post()).items():
                if isinstance(part, web.FileField):
                    part.file.seek(0)
                    size = len(part.file.read())
                    files.append({"filename": part.filename, "size": size, "content_type": part.content_type})
                elif name == "payload_json":
                    body = json.loads(part if isinstance(part, str) else bytes(part))
        elif request.body_exists and (text := await request.text()):
            body = json.loads(text)
        return cls(dict(request.match_info), dict(request.query), body, files)


def reset_connection(request: web.Request) -> None:
    """Reset the TCP connection instead of responding."""
    transport = request.transport
    if transport is not None:
        transport.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def parse_snowflake(text: str) -> int:
    """Parse a snowflake; anything else is refused with status 400, code 50035."""
    if not text.isdecimal():
        raise invalid("id", "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)
