"""The REST API of the fake Discord server: all routes that the bot may use, and simulated faults."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from tests.servers.discord.gateway import Gateway
from tests.servers.discord.http import PREFIX, Bucket, Call, Fault, Request, answer, parse_snowflake, reset_connection
from tests.servers.discord.interactions import Interactions, compose
from tests.servers.discord.limits import Json, Refusal, check_commands, check_message, invalid
from tests.servers.discord.rules import DEFAULT, MESSAGE_CONTENT, PRIVATE_THREAD, PUBLIC_THREAD, REPLY, User
from tests.servers.discord.world import Channel, Guild, Message, World

UPLOAD_LIMIT = 30 * 1024 * 1024

Handler = Callable[[Call], Any]
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    """Record requests and route them to the world's objects."""

    def __init__(
        self,
        world: World,
        interactions: Interactions,
        gateway: Gateway,
        changed: Callable[[], None],
        message_rate: tuple[int, float] | None,
    ) -> None:
        self.world = world
        self.interactions = interactions
        self.gateway = gateway
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.commands: dict[int | None, list[Json]] = {None: []}
        self._changed = changed
        self._message_rate = message_rate
        self._buckets: dict[str, Bucket] = {}
        self._nonces: dict[tuple[int, str], Message] = {}

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._serve], client_max_size=UPLOAD_LIMIT)
        app.router.add_get("/ws", self.gateway.connect)
        for method, path, handler in self._routes():
            app.router.add_route(method, PREFIX + path, self._endpoint(handler, path))
        return app

    def _routes(self) -> list[tuple[str, str, Handler]]:
        channel, message = "/channels/{channel}", "/channels/{channel}/messages/{message}"
        app, hook = "/applications/{app}", "/webhooks/{app}/{token}"
        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/users/@me", lambda _: {**self.world.bot.payload(), "verified": True, "mfa_enabled": False}),
            ("GET", "/users/@me/guilds", lambda _: [guild.payload() for guild in self.world.guilds.values()]),
            ("POST", "/users/@me/channels", self._open_dm),
            ("GET", "/users/{user}", lambda call: self._user(call.params["user"]).payload()),
            ("GET", "/applications/@me", self._about),
            ("GET", "/oauth2/applications/@me", self._about),
            ("GET", "/gateway", lambda _: {"url": self.gateway.address}),
            ("GET", "/gateway/bot", self._gateway_bot),
            ("GET", "/guilds/{guild}", lambda call: self._guild(call).payload()),
            (
                "GET",
                "/guilds/{guild}/channels",
                lambda call: [c.payload() for c in self._guild(call).channels.values()],
            ),
            ("GET", "/guilds/{guild}/roles", lambda call: self._guild(call).roles()),
            ("GET", "/guilds/{guild}/threads/active", self._active_threads),
            ("GET", "/guilds/{guild}/members", self._members),
            ("GET", "/guilds/{guild}/members/{user}", self._member),
            ("GET", channel, lambda call: self._channel(call).payload()),
            ("PATCH", channel, self._edit_channel),
            ("POST", f"{channel}/typing", self._type),
            ("GET", f"{channel}/messages", self._history),
            ("POST", f"{channel}/messages", self._post),
            ("GET", message, self._get_message),
            ("PATCH", message, self._edit_message),
            ("DELETE", message, self._delete_message),
            ("PUT", f"{message}/reactions/{{emoji}}/@me", self._react),
            ("DELETE", f"{message}/reactions/{{emoji}}/@me", self._unreact),
            ("POST", f"{message}/threads", self._thread_from_message),
            ("POST", f"{channel}/threads", self._thread),
            ("GET", f"{channel}/thread-members", self._thread_members),
            ("PUT", f"{channel}/thread-members/{{user}}", self._join_thread),
            ("DELETE", f"{channel}/thread-members/{{user}}", self._leave_thread),
            ("POST", "/interactions/{id}/{token}/callback", self._callback),
            ("POST", hook, self._follow_up),
            ("GET", f"{hook}/messages/{{message}}", self._get_answer),
            ("PATCH", f"{hook}/messages/{{message}}", self._edit_answer),
            ("DELETE", f"{hook}/messages/{{message}}", self._delete_answer),
        ]
        for commands in (f"{app}/commands", f"{app}/guilds/{{guild}}/commands"):
            routes += [("GET", commands, lambda call: self._commands(call)), ("PUT", commands, self._put_commands)]
            routes += [("POST", commands, self._post_command), ("DELETE", f"{commands}/{{id}}", self._delete_command)]
            routes += [
                ("PATCH", f"{commands}/{{id}}", self._patch_command),
                ("GET", f"{commands}/{{id}}", self._get_command),
            ]
        return routes

    def _endpoint(self, handler: Handler, path: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        without_token = path.startswith(("/interactions", "/webhooks")) or path == "/gateway"

        async def endpoint(request: web.Request) -> web.Response:
            if not without_token and request.headers.get("Authorization") != f"Bot {self.gateway.token}":
                raise Refusal(401, 0, "401: Unauthorized")
            result = handler(await Call.read(request))
            return web.Response(status=204) if result is None else answer(result)

        return endpoint

    @web.middleware
    async def _serve(self, request: web.Request, handler: Serve) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        fault = next((fault for fault in self.faults if fault.matches(request.method, path)), None)
        if path == "/ws" and fault is None:
            return await handler(request)
        if fault:
            fault.hits += 1
        record = Request(request.method, path, dict(request.query), (await Call.read(request)).body)
        self.requests.append(record)
        bucket = None if fault else self._bucket(request, path)
        if fault:
            response = await self._respond_with_fault(request, handler, fault)
        elif bucket and not bucket.take():
            response = bucket.refusal()
        else:
            response = await self._respond(request, handler)
        response.headers.update(bucket.headers() if bucket else {})
        record.status = 0 if fault and fault.reset else response.status
        self._changed()
        return response

    def _bucket(self, request: web.Request, path: str) -> Bucket | None:
        """Return the rate limit of a request: of sending messages, by channel, if the server has one."""
        if self._message_rate is None or request.method != "POST" or not re.fullmatch(r"/channels/\d+/messages", path):
            return None
        return self._buckets.setdefault(path, Bucket(*self._message_rate))

    async def _respond_with_fault(self, request: web.Request, handler: Serve, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.delay)
        ok = await self._respond(request, handler) if fault.after or fault.status == HTTPStatus.OK else None
        if fault.reset:
            reset_connection(request)
        return fault.response() if ok is None or fault.status != HTTPStatus.OK else ok

    @staticmethod
    async def _respond(request: web.Request, handler: Serve) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            return answer(refusal.body, refusal.status)
        except web.HTTPException as error:
            return answer({"message": f"{error.status}: {error.reason}", "code": 0}, error.status)

    # Looking up objects

    def _channel(self, call: Call, *needs: str) -> Channel:
        """Return the channel; refuse if it is unknown (10003), invisible (50001), or lacks permissions (50013)."""
        channel = self.world.channels.get(parse_snowflake(call.params["channel"]))
        if channel is None or channel.unknown or (channel.parent and channel.parent.unknown):
            raise Refusal(404, 10003, "Unknown Channel")
        if not channel.may(self.world.bot, "view_channel"):
            raise Refusal(403, 50001, "Missing Access")
        if not channel.may(self.world.bot, *needs):
            raise Refusal(403, 50013, "Missing Permissions")
        return channel

    def _message(self, call: Call, *needs: str) -> Message:
        message = self._channel(call, *needs).messages.get(parse_snowflake(call.params["message"]))
        if message is None:
            raise Refusal(404, 10008, "Unknown Message")
        return message

    def _guild(self, call: Call) -> Guild:
        guild = self.world.guilds.get(parse_snowflake(call.params["guild"]))
        if guild is None:
            raise Refusal(404, 10004, "Unknown Guild")
        return guild

    def _user(self, user_id: str) -> User:
        user = self.world.bot if user_id == "@me" else self.world.users.get(parse_snowflake(user_id))
        if user is None:
            raise Refusal(404, 10013, "Unknown User")
        return user

    def _payload(self, message: Message) -> Json:
        """Return a message object; its content is blank if the message-content intent was not granted."""
        return message.payload(content=bool(self.gateway.granted & MESSAGE_CONTENT))

    # The bot and its servers

    def _about(self, _: Call) -> Json:
        owner = {"id": "1", "username": "owner", "discriminator": "0", "avatar": None, "global_name": None}
        fixed = {"name": "Byline", "description": "", "icon": None, "bot_public": True, "bot_require_code_grant": False}
        verify = {"verify_key": "0" * 64, "owner": owner, "team": None}
        return {"id": str(self.world.bot.id), **fixed, **verify, "flags": self.gateway.flags()}

    def _gateway_bot(self, _: Call) -> Json:
        left = max(0, self.gateway.identify_limit - len(self.gateway.identifies))
        limit = {"total": self.gateway.identify_limit, "remaining": left, "reset_after": 86_400_000}
        start = {**limit, "max_concurrency": 1}
        return {"url": self.gateway.address, "shards": self.world.shards, "session_start_limit": start}

    def _open_dm(self, call: Call) -> Json:
        return self.world.dm(self._user(str(call.body.get("recipient_id")))).payload()

    def _active_threads(self, call: Call) -> Json:
        return {"threads": [thread.payload() for thread in self._guild(call).threads()], "members": []}

    def _members(self, call: Call) -> list[Json]:
        guild = self._guild(call)
        return [guild.member(user) for user in guild.users.values()][: int(call.query.get("limit", 1))]

    def _member(self, call: Call) -> Json:
        guild, user = self._guild(call), self._user(call.params["user"])
        if user.id not in guild.users:
            raise Refusal(404, 10007, "Unknown Member")
        return guild.member(user)

    # Channels and messages

    def _edit_channel(self, call: Call) -> Json:
        channel = self._channel(call)
        if channel.owner is not self.world.bot and not channel.may(self.world.bot, "manage_channels"):
            raise Refusal(403, 50013, "Missing Permissions")
        for name in ("name", "archived", "locked"):
            setattr(channel, name, call.body.get(name, getattr(channel, name)))
        return channel.payload()

    def _type(self, call: Call) -> None:
        self._may_send(self._channel(call))

    def _may_send(self, channel: Channel, *needs: str) -> None:
        """Refuse if the bot cannot write: no permission, closed direct messages, a locked thread."""
        needs += ("send_messages_in_threads" if channel.is_thread else "send_messages",)
        if channel.forbidden or not channel.may(self.world.bot, *needs):
            raise Refusal(403, 50013, "Missing Permissions")
        if channel.recipient is not None and channel.recipient.dms_closed:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        if channel.archived and channel.locked:
            raise Refusal(400, 50083, "Thread is archived")

    def _post(self, call: Call) -> Json:
        channel, body = self._channel(call), call.body
        needs = ("embed_links",) if body.get("embeds") else ()
        self._may_send(channel, *needs, *(("attach_files",) if call.files else ()))
        check_message(body, empty_allowed=bool(call.files))
        nonce = None if body.get("nonce") is None else str(body["nonce"])
        if nonce and body.get("enforce_nonce") and (channel.id, nonce) in self._nonces:
            return self._payload(self._nonces[channel.id, nonce])
        reference = self._reference(channel, body.get("message_reference"))
        kind = REPLY if reference else DEFAULT
        message = compose(self.world, channel, body, call.files, kind=kind, reference=reference, nonce=nonce)
        if nonce:
            self._nonces[channel.id, nonce] = message
        return self._payload(self.world.post(message))

    def _reference(self, channel: Channel, reference: Json | None) -> Message | None:
        """Return the message that is replied to; refuse a deleted one unless fail_if_not_exists is false."""
        if reference is None:
            return None
        if not channel.may(self.world.bot, "read_message_history"):
            raise Refusal(403, 160002, "Cannot reply without permission to read message history")
        message = channel.messages.get(parse_snowflake(str(reference.get("message_id"))))
        if message is None and reference.get("fail_if_not_exists", True):
            raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return message

    def _history(self, call: Call) -> list[Json]:
        """Return messages, newest first: the nearest ones to `before`, `after` or `around`; none without permission."""
        channel = self._channel(call)
        limit = int(call.query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
        if not channel.may(self.world.bot, "read_message_history"):
            return []
        ids = sorted(channel.messages)
        if "before" in call.query:
            ids = [one for one in ids if one < int(call.query["before"])][-limit:]
        elif "after" in call.query:
            ids = [one for one in ids if one > int(call.query["after"])][:limit]
        elif "around" in call.query:
            older = [one for one in ids if one <= int(call.query["around"])][-(limit // 2 + 1) :]
            ids = older + [one for one in ids if one > int(call.query["around"])][: limit - len(older)]
        return [self._payload(channel.messages[one]) for one in reversed(ids[-limit:])]

    def _get_message(self, call: Call) -> Json:
        return self._payload(self._message(call, "read_message_history"))

    def _edit_message(self, call: Call) -> Json:
        message = self._message(call)
        if message.author is not self.world.bot:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        self.interactions.change(message, call.body, call.files)
        return self._payload(message)

    def _delete_message(self, call: Call) -> None:
        message = self._message(call)
        if message.author is not self.world.bot and not message.channel.may(self.world.bot, "manage_messages"):
            raise Refusal(403, 50013, "Missing Permissions")
        self.world.delete(message)

    def _react(self, call: Call) -> None:
        self._message(call, "add_reactions", "read_message_history").reactions.append(call.params["emoji"])

    def _unreact(self, call: Call) -> None:
        reactions = self._message(call).reactions
        if call.params["emoji"] in reactions:
            reactions.remove(call.params["emoji"])

    # Threads

    def _thread_from_message(self, call: Call) -> Json:
        message = self._message(call, "create_public_threads", "read_message_history")
        if message.channel.guild is None or message.channel.is_thread:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        if message.thread is not None:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        return self._open_thread(message.channel, call, message, PUBLIC_THREAD)

    def _thread(self, call: Call) -> Json:
        kind = call.body.get("type", PRIVATE_THREAD)
        need = "create_public_threads" if kind == PUBLIC_THREAD else "create_private_threads"
        return self._open_thread(self._channel(call, need), call, None, kind)

    def _open_thread(self, channel: Channel, call: Call, start: Message | None, kind: int) -> Json:
        name = call.body.get("name") or ""
        if not 1 <= len(name.strip()) <= 100:
            raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        return self.world.thread(channel, name, self.world.bot, start, kind).payload()

    def _thread_members(self, call: Call) -> list[Json]:
        thread = self._channel(call)
        return [thread.thread_member(self.world.users[one]) for one in thread.members]

    def _join_thread(self, call: Call) -> None:
        self._channel(call).members.add(self._user(call.params["user"]).id)

    def _leave_thread(self, call: Call) -> None:
        self._channel(call).members.discard(self._user(call.params["user"]).id)

    # Interactions and their webhooks

    def _callback(self, call: Call) -> Json | None:
        token = call.params["token"]
        response = self.interactions.respond(parse_snowflake(call.params["id"]), token, call.body, call.files)
        return response if call.query.get("with_response") in ("1", "true", "True") else None

    def _follow_up(self, call: Call) -> Json:
        return self.interactions.follow_up(call.params["token"], call.body, call.files).payload()

    def _get_answer(self, call: Call) -> Json:
        return self.interactions.message(call.params["token"], call.params["message"])[1].payload()

    def _edit_answer(self, call: Call) -> Json:
        token, message = call.params["token"], call.params["message"]
        return self.interactions.edit(token, message, call.body, call.files).payload()

    def _delete_answer(self, call: Call) -> None:
        self.world.delete(self.interactions.message(call.params["token"], call.params["message"])[1])

    # Commands

    def _commands(self, call: Call) -> list[Json]:
        guild = call.params.get("guild")
        return self.commands.setdefault(parse_snowflake(guild) if guild else None, [])

    def _put_commands(self, call: Call) -> list[Json]:
        """Replace all commands; one with the same type and name keeps its id."""
        check_commands(call.body)
        commands = self._commands(call)
        commands[:] = [self._registered(call, body) for body in call.body]
        return commands

    def _registered(self, call: Call, body: Json) -> Json:
        kind = body.get("type") or 1
        same_name = (one for one in self._commands(call) if (one["type"], one["name"]) == (kind, body["name"]))
        known_id = next((one["id"] for one in same_name), None)
        fixed: Json = {"default_member_permissions": None, "nsfw": False, "contexts": None, "integration_types": [0]}
        ids: Json = {"id": known_id or str(self.world.new_id()), "application_id": str(self.world.bot.id)}
        guild = {"guild_id": call.params["guild"]} if "guild" in call.params else {}
        version = {"version": str(self.world.new_id())}
        return {**fixed, "description": "", "options": [], **body, "type": kind, **ids, **guild, **version}

    def _post_command(self, call: Call) -> Json:
        check_commands([call.body])
        commands, command = self._commands(call), self._registered(call, call.body)
        commands[:] = [*(one for one in commands if one["id"] != command["id"]), command]
        return command

    def _get_command(self, call: Call) -> Json:
        for command in self._commands(call):
            if command["id"] == call.params["id"]:
                return command
        raise Refusal(404, 10063, "Unknown application command")

    def _patch_command(self, call: Call) -> Json:
        command = self._get_command(call)
        check_commands([{**command, **call.body}])
        command.update(call.body)
        return command

    def _delete_command(self, call: Call) -> None:
        self._commands(call).remove(self._get_command(call))
