"""The bodies of the fake chat model's responses, whole and streamed."""

import json
import re
import secrets
import time
from collections.abc import Iterator

from tests.servers.chat.replies import Data, ModelReply, Refusal, Text, Usage
from tests.servers.chat.rules import Json


def message_text(message: Json) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def _function_name(reply: ModelReply, body: Json) -> str | None:
    """Return the name of the function that a reply calls, if any."""
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


def _reply_text(reply: ModelReply) -> str:
    return json.dumps(reply.value, ensure_ascii=False) if isinstance(reply, Data) else reply.text


def _finish_reason(reply: ModelReply, body: Json) -> str:
    if isinstance(reply, Text):
        return reply.finish
    # OpenAI sends "stop", not "tool_calls", if the request named the function.
    return "tool_calls" if _function_name(reply, body) and not isinstance(body.get("tool_choice"), dict) else "stop"


def _usage(reply: ModelReply, body: Json) -> Json:
    prompt = sum(len(message_text(message).split()) for message in body["messages"])
    usage = reply.usage or Usage(prompt, len(_reply_text(reply).split()))
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
    }


def _common_fields(body: Json, kind: str) -> Json:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": int(time.time()),
        "model": body["model"],
        "system_fingerprint": None,
    }


def _tool_call(name: str, arguments: str) -> Json:
    function = {"name": name, "arguments": arguments}
    return {"id": f"call_{secrets.token_hex(12)}", "type": "function", "function": function}


def completion(reply: ModelReply, body: Json) -> Json:
    """Return a reply as one response body."""
    message: Json = {"role": "assistant", "content": None, "refusal": None}
    if name := _function_name(reply, body):
        message["tool_calls"] = [_tool_call(name, _reply_text(reply))]
    else:
        message["refusal" if isinstance(reply, Refusal) else "content"] = _reply_text(reply)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish_reason(reply, body)}
    return {**_common_fields(body, "chat.completion"), "choices": [choice], "usage": _usage(reply, body)}


def _deltas(reply: ModelReply, body: Json) -> Iterator[Json]:
    pieces = re.findall(rf".{{1,{reply.size}}}", _reply_text(reply), re.DOTALL)
    if name := _function_name(reply, body):
        yield {"role": "assistant", "content": None, "tool_calls": [{"index": 0, **_tool_call(name, "")}]}
        for piece in pieces:
            yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
    else:
        field_name = "refusal" if isinstance(reply, Refusal) else "content"
        yield {"role": "assistant", "content": "" if field_name == "content" else None, "refusal": None}
        for piece in pieces:
            yield {field_name: piece}


def events(reply: ModelReply, body: Json) -> Iterator[Json]:
    """Yield the events of a streamed reply: the role, the chunks, the finish reason, and the usage if requested."""
    with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    head = _common_fields(body, "chat.completion.chunk") | ({"usage": None} if with_usage else {})
    for delta in _deltas(reply, body):
        yield {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]}
    last = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": _finish_reason(reply, body)}
    yield {**head, "choices": [last]}
    if with_usage:
        yield {**head, "choices": [], "usage": _usage(reply, body)}
