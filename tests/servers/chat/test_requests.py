"""Requests that the fake chat model accepts or refuses, as OpenAI does."""

import json

import pytest

from tests.servers.chat.client import CONTENT, post
from tests.servers.chat.replies import Data, Text
from tests.servers.chat.rules import Json
from tests.servers.chat.server import ChatServer

# Here, resources must be closed. The project's configuration ignores these warnings because of other libraries.
pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")

USER = {"role": "user", "content": "Answer in JSON."}
VALID: Json = {"model": "scripted", "messages": [USER]}
CLOSED: Json = {
    "type": "object",
    "properties": {"default": {"type": "string"}},
    "required": ["default"],
    "additionalProperties": False,
}
TOOL: Json = {"type": "function", "function": {"name": "Claim", "parameters": CLOSED, "strict": True}}


def strict(schema: Json) -> Json:
    return {"type": "json_schema", "json_schema": {"name": "Claim", "strict": True, "schema": schema}}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Why?"}]}]},
        {"response_format": {"type": "text"}},
        {"response_format": strict(CLOSED)},
        {"tools": [TOOL], "tool_choice": "auto", "temperature": 2, "max_completion_tokens": 1, "n": 1},
    ],
)
def test_a_valid_request_is_accepted(server: ChatServer, change: Json) -> None:
    server.script(Text(CONTENT))
    status, body = post(server, {**VALID, **change})
    assert (status, body["choices"][0]["message"]["content"]) == (200, CONTENT)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"model": None}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "empty array"),
        ({"messages": ["Why?"]}, "expected an object"),
        ({"messages": [{"role": "narrator", "content": "?"}]}, "narrator"),
        ({"messages": [{"role": "user"}]}, "content"),
        ({"messages": [{"role": "user", "content": 7}]}, "content"),
        ({"messages": [{"role": "tool", "content": "7"}]}, "tool_call_id"),
        ({"ls_structured_output_format": {}}, "Unrecognized"),
        ({"temperature": 3}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"response_format": {"type": "xml"}}, "xml"),
        ({"response_format": {"type": "json_object"}, "messages": [{"role": "user", "content": "?"}]}, "json"),
        ({"response_format": strict({**CLOSED, "additionalProperties": True})}, "additionalProperties"),
        ({"response_format": strict({**CLOSED, "required": []})}, "Missing 'default'"),
        ({"response_format": strict({**CLOSED, "properties": {"default": {"default": 1}}})}, "not permitted"),
        ({"tool_choice": "auto"}, "tools"),
        ({"tools": []}, "tools"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "Other"}}}, "tool_choice"),
    ],
)
def test_an_invalid_request_is_refused(server: ChatServer, change: Json, expected: str) -> None:
    server.script(Text("unreached"))
    status, body = post(server, {**VALID, **change})
    assert status == 400
    assert expected in body["error"]["message"]
    assert server.remaining == 1


def test_a_body_that_is_not_a_json_object_is_refused(server: ChatServer) -> None:
    assert post(server, "{")[0] == 400
    assert post(server, "[]")[0] == 400
    assert post(server, VALID, **{"Content-Type": "text/plain"})[0] == 400


def test_a_missing_or_wrong_key_is_refused_and_not_repeated(server: ChatServer) -> None:
    for authorization in ("", "Bearer wrong", server.key):
        status, body = post(server, VALID, Authorization=authorization)
        assert status == 401
        assert server.key not in json.dumps(body)


def test_the_model_can_choose_a_function(server: ChatServer) -> None:
    server.script(Data({"default": "x"}, call="Claim"), Data({"default": "x"}))
    for choice in ("auto", "required"):
        _, body = post(server, {**VALID, "tools": [TOOL], "tool_choice": choice})
        assert body["choices"][0]["finish_reason"] == "tool_calls"
        assert body["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "Claim"
