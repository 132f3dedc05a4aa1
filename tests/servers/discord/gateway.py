"""The gateway of the fake Discord server: identify, heartbeats, numbered events, resume, simulated disconnections."""

import asyncio
import contextlib
import importlib
import itertools
import json
import secrets
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import WSMsgType, web

from tests.servers.discord.limits import Json
from tests.servers.discord.rules import GUILDS, MEMBERS, MESSAGE_CONTENT, PRESENCES
from tests.servers.discord.world import Build, Guild, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME = 0, 1, 2, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11
PRIVILEGED = MEMBERS | PRESENCES | MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1
Drop = Literal["reconnect", "resumable", "invalid", "close", "abort"]


@dataclass(frozen=True)
class Heartbeat:
    """A heartbeat: its time (time.monotonic), its shard (None before the first identify), the last sequence number."""

    at: float
    shard: int | None
    sequence: int | None


class Encoder:
    """Encode payloads for one connection: as JSON text, or with the compression that its URL requests."""

    def __init__(self, compress: str | None) -> None:
        self._compress: Callable[[bytes], bytes] | None = None
        if compress == "zlib-stream":
            deflate = zlib.compressobj()
            self._compress = lambda data: deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)
        elif compress == "zstd-stream":
            zstandard: Any = importlib.import_module("zstandard")  # discord.py requests zstd only if this is installed
            stream = zstandard.ZstdCompressor().compressobj()
            self._compress = lambda data: stream.compress(data) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    async def send(self, socket: web.WebSocketResponse, payload: Json) -> None:
        text = json.dumps(payload)
        if self._compress is None:
            await socket.send_str(text)
        else:
            await socket.send_bytes(self._compress(text.encode()))


@dataclass(eq=False)
class Session:
    """A client's session with all events sent, numbered from 1, so that the client can resume it."""

    shard: int
    shards: int
    intents: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    events: list[Json] = field(default_factory=list)
    connection: "Connection | None" = None

    def covers(self, guild: Guild | None) -> bool:
        """Whether this shard gets a guild's events: shard (id >> 22) % shards; direct messages go to shard 0."""
        return self.shard == ((guild.id >> 22) % self.shards if guild else 0)

    def send(self, event: str, data: Json) -> None:
        self.events.append({"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": data})
        if self.connection is not None:
            self.connection.send(self.events[-1])


class Connection:
    """A WebSocket connection with a queue of outgoing events, so that a slow client does not block the server."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.code: int | None = None
        self._transport = request.transport
        self._encoder = Encoder(request.query.get("compress"))
        self._queue: asyncio.Queue[Json | int] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def send(self, payload: Json) -> None:
        self._queue.put_nowait(payload)

    def close(self, code: int) -> None:
        """Close the connection with this code after the queued events are sent."""
        self.detach()
        self.code = code
        self._queue.put_nowait(code)

    def abort(self) -> None:
        """Abort the TCP connection: the client sees close code 1006."""
        self.detach()
        if self._transport is not None:
            self._transport.abort()

    def detach(self) -> None:
        """Detach the session; it collects events until it is resumed."""
        if self.session is not None and self.session.connection is self:
            self.session.connection = None

    async def finish(self) -> None:
        self.detach()
        self._writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._writer

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while not self.socket.closed:
                item = await self._queue.get()
                if isinstance(item, int):
                    await self.socket.close(code=item)
                    return
                await self._encoder.send(self.socket, item)


class Gateway:
    """Accept connections, manage sessions, and send each event to the sessions whose shard and intents include it."""

    def __init__(
        self, token: str, *, granted: int, heartbeat_interval: float, identify_limit: int, changed: Callable[[], None]
    ) -> None:
        self.token = token
        self.granted = granted
        self.heartbeat_interval = heartbeat_interval
        self.identify_limit = identify_limit
        self.replay_count = 0
        self.address = ""
        self.heartbeats: list[Heartbeat] = []
        self.identifies: list[float] = []
        self.identify_interval = 0.0
        self.resumes: list[float] = []
        self.closes: list[int] = []
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self._next_identify = 0.0
        self._changed = changed
        self._world: World | None = None

    @property
    def world(self) -> World:
        assert self._world is not None, "the world has not been set"
        return self._world

    @world.setter
    def world(self, world: World) -> None:
        self._world = world

    def emit(self, event: str, guild: Guild | None, intents: int, build: Build) -> None:
        """Send an event to the sessions that receive it; without the content intent, the content is blank."""
        for session in self.sessions.values():
            if session.covers(guild) and (not intents or session.intents & intents):
                session.send(event, build(bool(session.intents & MESSAGE_CONTENT)))
        self._changed()

    def online(self) -> set[int]:
        """Return the shards that have a session with an open connection."""
        return {session.shard for session in self.sessions.values() if session.connection is not None}

    def drop(self, kind: Drop, *, shard: int | None = None, code: int = 4000) -> None:
        """End connections as Discord does: with op 7 (reconnect), op 9 (invalid session), a close code, or an abort."""
        for connection in list(self.connections):
            session = connection.session
            if session is None or shard not in (None, session.shard):
                continue
            if kind == "close":
                connection.close(code)
            elif kind == "abort":
                connection.abort()
            else:
                connection.detach()
                connection.send({"op": RECONNECT, "d": None} if kind == "reconnect" else invalid(kind == "resumable"))
            if kind == "invalid":
                self._remove_session(session)
        self._changed()

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection."""
        socket = web.WebSocketResponse(compress=False, timeout=1.0)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self.connections.add(connection)
        try:
            if request.query.get("v") not in (None, "9", "10"):
                connection.close(4012)
            connection.send({"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat_interval * 1000)}})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._receive(connection, message.data)
        finally:
            self._leave(connection)
            await connection.finish()
            self._changed()
        return socket

    async def stop(self) -> None:
        """Close all connections with code 1001 (going away)."""
        connections = list(self.connections)
        for connection in connections:
            connection.detach()
            with contextlib.suppress(ConnectionError):
                await connection.socket.close(code=1001)
            await connection.finish()

    def _leave(self, connection: Connection) -> None:
        """Handle a closed connection: code 1000 or 1001 ends the session; after any other code it can be resumed."""
        self.connections.discard(connection)
        self.closes.append(connection.code or int(connection.socket.close_code or 1006))
        session = connection.session
        if session and session.connection is connection and connection.socket.close_code in (1000, 1001):
            self._remove_session(session)

    def _remove_session(self, session: Session) -> None:
        self.sessions.pop(session.id, None)
        session.connection = None

    def _receive(self, connection: Connection, text: str) -> None:
        try:
            payload = json.loads(text)
            op, data = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            connection.close(4002)
            return
        if op == HEARTBEAT:
            shard = connection.session.shard if connection.session else None
            self.heartbeats.append(Heartbeat(time.monotonic(), shard, data))
            connection.send({"op": ACK})
        elif op == IDENTIFY:
            self._identify(connection, data)
        elif op == RESUME:
            self._resume(connection, data)
        elif connection.session is None:
            connection.close(4003)
        elif op == REQUEST_MEMBERS:
            self._send_members(connection.session, data)
        elif op not in (3, 4):
            connection.close(4001)
        self._changed()

    def _identify(self, connection: Connection, data: Json) -> None:
        shard, shards = data.get("shard") or (0, 1)
        intents = data.get("intents")
        self.identifies.append(time.monotonic())
        if connection.session is not None and connection.session.connection is connection:
            connection.close(4005)
        elif data.get("token") != self.token or len(self.identifies) > self.identify_limit:
            connection.close(4004)
        elif not 0 <= shard < shards:
            connection.close(4010)
        elif not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            connection.close(4013)
        elif intents & PRIVILEGED & ~self.granted:
            connection.close(4014)
        elif time.monotonic() < self._next_identify:
            connection.send(invalid(resumable=False))
        else:
            self._next_identify = time.monotonic() + self.identify_interval
            session = Session(shard, shards, intents, connection=connection)
            self.sessions[session.id] = attach(connection, session)
            self._send_ready(session)

    def _send_ready(self, session: Session) -> None:
        """Send READY with unavailable guilds, then a GUILD_CREATE for each guild."""
        bot = self.world.bot
        guilds = [guild for guild in self.world.guilds.values() if session.covers(guild) and bot.id in guild.users]
        ready: Json = {"v": 10, "user": {**bot.payload(), "verified": True, "mfa_enabled": False, "email": None}}
        ready |= {"guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds]}
        ready |= {"session_id": session.id, "resume_gateway_url": self.address, "session_type": "normal"}
        ready |= {"shard": [session.shard, session.shards], "application": {"id": str(bot.id), "flags": self.flags()}}
        session.send("READY", {**ready, "private_channels": []})
        for guild in guilds if session.intents & GUILDS else ():
            session.send("GUILD_CREATE", guild.payload())

    def flags(self) -> int:
        """Return the application's flags: its privileged intents, of the kind for bots in fewer than 100 servers."""
        kinds = ((MEMBERS, 1 << 15), (PRESENCES, 1 << 13), (MESSAGE_CONTENT, 1 << 19))
        return sum(flag for intent, flag in kinds if self.granted & intent)

    def _resume(self, connection: Connection, data: Json) -> None:
        """Replay the events that the client has not seen, and before them the last `replay_count` that it has seen."""
        session = self.sessions.get(data.get("session_id") or "")
        seen = data.get("seq") or 0
        self.resumes.append(time.monotonic())
        if data.get("token") != self.token:
            connection.close(4004)
        elif session is None:
            connection.send(invalid(resumable=False))
        elif seen > len(session.events):
            self._remove_session(session)
            connection.close(4007)
        else:
            attach(connection, session)
            for event in itertools.islice(session.events, max(0, seen - self.replay_count), None):
                connection.send(event)
            session.send("RESUMED", {"_trace": []})

    def _send_members(self, session: Session, data: Json) -> None:
        """Send the members with these ids, or whose names start with the query, in one GUILD_MEMBERS_CHUNK."""
        guild = self.world.guilds[int(data["guild_id"])]
        requested = data.get("user_ids")
        ids = {int(user_id) for user_id in ([requested] if isinstance(requested, str | int) else requested or [])}
        users = [
            user
            for user in guild.users.values()
            if (user.id in ids if ids else user.name.lower().startswith((data.get("query") or "").lower()))
        ]
        chunk: Json = {"guild_id": str(guild.id), "members": [guild.member(user) for user in users]}
        chunk |= {"chunk_index": 0, "chunk_count": 1, "nonce": data.get("nonce")}
        session.send("GUILD_MEMBERS_CHUNK", chunk)


def attach(connection: Connection, session: Session) -> Session:
    """Attach a session to a connection, and detach it from its earlier one."""
    connection.session, session.connection = session, connection
    return session


def invalid(resumable: bool) -> Json:
    return {"op": INVALID_SESSION, "d": resumable}
