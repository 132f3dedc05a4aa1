"""The fake chat model, and how the unmodified langchain-openai handles its replies."""

import asyncio
import gc
import http.client
import json
import os
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import openai
import pytest
from langchain.chat_models import init_chat_model
from langchain_core.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelRateLimitError,
    ModelRefusalError,
    ModelTimeoutError,
    OutputParserException,
)
from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models import _client_utils
from pydantic import BaseModel, ValidationError

from tests.servers.chat.rules import Json
from tests.servers.chat.server import (
    ChatServer,
    Data,
    Drop,
    Hang,
    Interrupted,
    Refusal,
    Reply,
    Status,
    Text,
    Usage,
    rate_limited,
)

# Here, resources must be closed. The project's configuration ignores these warnings because of other libraries.
pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")

CONTENT = "He says that “ships” sail — and that they don’t."
METHODS = ("json_schema", "function_calling", "json_mode")
PROMPT = "Answer in JSON: why?"


class Claim(BaseModel):
    """A claim and its source."""

    quote: str
    passage: int
    voice: str | None


CLAIM = Claim(quote="“ships” sail — \\ \n", passage=3, voice=None)
SCHEMA = Claim.model_json_schema()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Remove the user's settings and proxies from the environment, and check that no server thread is left."""
    for name in os.environ:
        if name.upper().startswith(("OPENAI_", "LANGSMITH_", "LANGCHAIN_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    yield
    assert not [thread for thread in threading.enumerate() if thread.name == "chat-server"]


@pytest.fixture(scope="module", autouse=True)
def _collect_garbage() -> Iterator[None]:
    """Collect garbage before and after the module, so that a ResourceWarning comes only from these tests.

    langchain-openai caches 128 clients; those of earlier tests would be evicted, and warn, during these tests.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _client_utils._cached_async_httpx_client.cache_clear()
        _client_utils._cached_sync_httpx_client.cache_clear()
        gc.collect()
    yield
    gc.collect()


@pytest.fixture
def server(_clean_environment: None) -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


Chat = Callable[..., ChatOpenAI]


def connect(server: ChatServer, *, model: str | None = None, **options: Any) -> ChatOpenAI:
    settings = {"base_url": server.base_url, "api_key": server.key, "max_retries": 0, **options}
    chat = init_chat_model(f"openai:{model or server.model}", **settings)
    assert isinstance(chat, ChatOpenAI)
    return chat


@pytest.fixture
def chat(server: ChatServer) -> Iterator[Chat]:
    """A function that creates models with an HTTP client that is closed after the test.

    langchain-openai never closes the clients that it caches by address, and a later server may reuse an address.
    """
    with openai.DefaultHttpxClient() as http_client:
        yield lambda **options: connect(server, http_client=http_client, **options)


@asynccontextmanager
async def achat(server: ChatServer, **options: Any) -> AsyncIterator[ChatOpenAI]:
    async with openai.DefaultAsyncHttpxClient() as http_client:
        yield connect(server, http_async_client=http_client, **options)


def statuses(server: ChatServer) -> list[int]:
    return [request.status for request in server.requests]


def post(server: ChatServer, body: object, **headers: str) -> tuple[int, Json]:
    """Send a request without a client library."""
    host = server.base_url.removeprefix("http://").removesuffix("/v1")
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        sent = body if isinstance(body, str) else json.dumps(body)
        all_headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json", **headers}
        connection.request("POST", "/v1/chat/completions", sent, all_headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


# Plain replies


def test_invoke_returns_the_content_and_the_usage(server: ChatServer, chat: Chat) -> None:
    server.script(Text(CONTENT, usage=Usage(120, 30)))
    reply = chat(temperature=0, max_tokens=50).invoke([("system", "Be brief."), ("human", "Why?")])
    assert reply.content == CONTENT
    assert reply.usage_metadata is not None
    assert (reply.usage_metadata["input_tokens"], reply.usage_metadata["output_tokens"]) == (120, 30)
    assert reply.response_metadata["finish_reason"] == "stop"
    (request,) = server.requests
    assert [message["role"] for message in request.body["messages"]] == ["system", "user"]
    assert request.text == "Be brief.\nWhy?"
    assert request.body["temperature"] == 0
    assert request.body["max_completion_tokens"] == 50
    assert request.headers["authorization"] == f"Bearer {server.key}"
    assert server.remaining == 0


async def test_ainvoke_returns_the_content(server: ChatServer) -> None:
    server.script(Text(CONTENT))
    async with achat(server) as model:
        assert (await model.ainvoke("Why?")).content == CONTENT


def test_a_reply_can_be_a_function_of_the_request(server: ChatServer, chat: Chat) -> None:
    server.set_default_reply(lambda body: Text(body["messages"][-1]["content"].upper()))
    assert [chat().invoke(word).content for word in ("why", "how")] == ["WHY", "HOW"]


def test_scripted_replies_come_in_order_and_then_an_error(server: ChatServer, chat: Chat) -> None:
    server.script(Text("one"), Text(""))
    server.script(Text("three"))
    assert [chat().invoke("?").content for _ in range(3)] == ["one", "", "three"]
    with pytest.raises(ModelInvalidRequestError, match="no reply left"):
        chat().invoke("?")


def test_an_exception_in_a_scripted_function_is_raised_when_the_server_stops() -> None:
    def fail(body: Json) -> Reply:
        raise LookupError("no such passage")

    server = ChatServer()
    server.script(fail)

    def use() -> None:
        with server:
            assert post(server, {"model": server.model, "messages": [{"role": "user", "content": "?"}]})[0] == 400

    with pytest.raises(LookupError, match="no such passage"):
        use()


def test_the_server_lists_its_models(server: ChatServer, chat: Chat) -> None:
    assert [model.id for model in chat().root_client.models.list()] == [server.model]


# Streams


def test_stream_yields_chunks_over_time(server: ChatServer, chat: Chat) -> None:
    server.script(Text(CONTENT, size=5, pause=0.02))
    arrivals: list[float] = []
    pieces: list[str] = []
    for chunk in chat().stream("Why?"):
        arrivals.append(time.monotonic())
        pieces.append(chunk.text)
    assert "".join(pieces) == CONTENT
    assert max(map(len, pieces)) == 5
    assert arrivals[-1] - arrivals[0] > 0.02 * (len(CONTENT) // 5 - 1)
    assert "stream_options" not in server.requests[0].body  # with a base_url, usage must be requested explicitly


async def test_astream_reports_the_usage_if_requested(server: ChatServer) -> None:
    server.script(Text(CONTENT, usage=Usage(120, 30)))
    async with achat(server, stream_usage=True) as model:
        chunks = [chunk async for chunk in model.astream("Why?")]
    assert "".join(chunk.text for chunk in chunks) == CONTENT
    counted = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert [(usage["input_tokens"], usage["output_tokens"]) for usage in counted] == [(120, 30)]
    assert server.requests[0].body["stream_options"] == {"include_usage": True}


def test_a_truncated_stream_ends_with_the_reason_length(server: ChatServer, chat: Chat) -> None:
    server.script(Text(CONTENT, finish="length"))
    reasons = [chunk.response_metadata.get("finish_reason") for chunk in chat().stream("Why?")]
    assert [reason for reason in reasons if reason] == ["length"]


async def test_a_client_that_disconnects_is_recorded(server: ChatServer) -> None:
    server.script(Hang(30))
    async with achat(server) as model:
        waiting = asyncio.create_task(model.ainvoke("Why?"))
        assert await asyncio.to_thread(server.wait, lambda: len(server.requests) == 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await asyncio.to_thread(server.wait, lambda: server.requests[0].client_disconnected)


# Structured output


@pytest.mark.parametrize("method", [None, *METHODS])
@pytest.mark.parametrize("schema", [Claim, SCHEMA], ids=["class", "schema"])
def test_structured_output_has_the_requested_type(
    server: ChatServer, chat: Chat, method: str | None, schema: Any
) -> None:
    server.set_default_reply(Data(CLAIM.model_dump()))
    options: dict[str, Any] = {} if method is None else {"method": method}
    expected = CLAIM if schema is Claim else CLAIM.model_dump()
    assert chat().with_structured_output(schema, **options).invoke(PROMPT) == expected
    raw = chat().with_structured_output(schema, include_raw=True, **options).invoke(PROMPT)
    assert isinstance(raw, dict)
    assert raw["parsed"] == expected
    assert isinstance(raw["raw"], AIMessage)
    assert raw["parsing_error"] is None
    body = server.requests[0].body
    if method == "function_calling":
        assert body["tool_choice"] == {"type": "function", "function": {"name": "Claim"}}
        assert raw["raw"].tool_calls[0]["args"] == CLAIM.model_dump()
    else:
        assert body["response_format"]["type"] == ("json_object" if method == "json_mode" else "json_schema")
        assert json.loads(raw["raw"].text) == CLAIM.model_dump()
    # With json_schema, a class is strict by default, a schema is not.
    if method in (None, "json_schema"):
        assert body["response_format"]["json_schema"]["strict"] is (schema is Claim)


@pytest.mark.parametrize("method", METHODS)
async def test_ainvoke_returns_structured_output(server: ChatServer, method: Any) -> None:
    server.script(Data(CLAIM.model_dump()))
    async with achat(server) as model:
        assert await model.with_structured_output(Claim, method=method).ainvoke(PROMPT) == CLAIM


@pytest.mark.parametrize("method", METHODS)
def test_a_schema_streams_growing_dicts(server: ChatServer, chat: Chat, method: Any) -> None:
    server.script(Data(CLAIM.model_dump(), size=4))
    parts = list(chat().with_structured_output(SCHEMA, method=method).stream(PROMPT))
    assert len(parts) > 3
    assert parts[-1] == CLAIM.model_dump()
    assert server.requests[0].body["stream"] is True


@pytest.mark.parametrize("method", ["function_calling", "json_mode"])
def test_a_class_streams_only_the_complete_object(server: ChatServer, chat: Chat, method: Any) -> None:
    server.script(Data(CLAIM.model_dump(), size=4))
    assert list(chat().with_structured_output(Claim, method=method).stream(PROMPT)) == [CLAIM]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning")
def test_a_class_with_json_schema_streams_only_the_complete_object_and_pydantic_may_warn(
    server: ChatServer, chat: Chat
) -> None:
    server.script(Data(CLAIM.model_dump(), size=4))
    assert list(chat().with_structured_output(Claim).stream(PROMPT)) == [CLAIM]


TRUNCATED_JSON = Text('{"quote": "“ships” sa')


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("schema", [Claim, SCHEMA], ids=["class", "schema"])
def test_a_refusal_is_raised_or_returned_with_the_raw_reply(
    server: ChatServer, chat: Chat, method: Any, schema: Any
) -> None:
    server.set_default_reply(Refusal("I won't."))
    with pytest.raises(ModelRefusalError, match=r"I won't\."):
        chat().with_structured_output(schema, method=method).invoke(PROMPT)
    if method != "function_calling":
        with pytest.raises(ModelRefusalError, match=r"I won't\."):
            list(chat().with_structured_output(schema, method=method).stream(PROMPT))
    result = chat().with_structured_output(schema, method=method, include_raw=True).invoke(PROMPT)
    assert isinstance(result, dict)
    assert isinstance(result["parsing_error"], ModelRefusalError)


def test_a_streamed_refusal_is_lost_if_no_format_is_requested(server: ChatServer, chat: Chat) -> None:
    server.set_default_reply(Refusal("I won't."))
    assert not any(chunk.text for chunk in chat().stream(PROMPT))
    assert list(chat().with_structured_output(Claim, method="function_calling").stream(PROMPT)) in ([], [None])


def test_a_class_with_json_schema_loses_a_raw_reply_that_cannot_be_parsed(server: ChatServer, chat: Chat) -> None:
    for reply in (TRUNCATED_JSON, Text("Because."), Data({"quote": 1})):
        server.script(reply)
        with pytest.raises(ValidationError):
            chat().with_structured_output(Claim, include_raw=True).invoke(PROMPT)


def test_a_schema_accepts_truncated_json(server: ChatServer, chat: Chat) -> None:
    server.set_default_reply(TRUNCATED_JSON)
    assert chat().with_structured_output(SCHEMA).invoke(PROMPT) == {"quote": "“ships” sa"}
    assert list(chat().with_structured_output(SCHEMA).stream(PROMPT))[-1] == {"quote": "“ships” sa"}


def test_a_schema_returns_prose_and_empty_replies_with_the_error(server: ChatServer, chat: Chat) -> None:
    for text in ("Because.", ""):
        server.script(Text(text))
        result = chat().with_structured_output(SCHEMA, include_raw=True).invoke(PROMPT)
        assert isinstance(result, dict)
        assert isinstance(result["parsing_error"], OutputParserException)
        assert result["raw"].text == text


def test_prose_instead_of_a_function_call_returns_none(server: ChatServer, chat: Chat) -> None:
    server.script(Text("Because."))
    assert chat().with_structured_output(Claim, method="function_calling").invoke(PROMPT) is None


@pytest.mark.parametrize("schema", [Claim, SCHEMA], ids=["class", "schema"])
def test_a_truncated_structured_reply_raises_openais_own_error(server: ChatServer, chat: Chat, schema: Any) -> None:
    server.set_default_reply(Text(TRUNCATED_JSON.text, finish="length"))
    with pytest.raises(openai.LengthFinishReasonError) as caught:
        chat().with_structured_output(schema, include_raw=True).invoke(PROMPT)
    assert caught.value.completion.choices[0].message.content == TRUNCATED_JSON.text
    with pytest.raises(openai.LengthFinishReasonError):
        list(chat().with_structured_output(schema).stream(PROMPT))


# Failures


@pytest.mark.parametrize(
    ("reply", "raised"),
    [
        (Status(400), ModelInvalidRequestError),
        (Status(401), ModelAuthenticationError),
        (Status(404), ModelNotFoundError),
        (rate_limited(), ModelRateLimitError),
        (Status(500), ModelAPIError),
        (Status(503, "<html>overloaded</html>"), ModelAPIError),
        (Status(529), ModelAPIError),
        (Hang(0.1), ModelConnectionError),
        (Drop(Text(CONTENT)), ModelConnectionError),
        (Interrupted(Text(CONTENT)), ModelAPIError),
        (Status(402), openai.APIStatusError),  # LangChain has no class for it
        (Status(200, "<html>a captive portal</html>"), ValueError),  # OpenAI's client has no class for it
    ],
)
def test_each_failure_raises_its_exception_without_the_key(
    server: ChatServer, chat: Chat, reply: Reply, raised: type[Exception]
) -> None:
    server.script(reply)
    with pytest.raises(raised) as caught:
        chat().invoke("Why?")
    assert server.key not in f"{caught.value!r} {caught.value}"
    assert len(server.requests) == 1


def test_a_wrong_key_is_rejected_and_not_repeated(server: ChatServer, chat: Chat) -> None:
    server.script(Text("unreached"))
    with pytest.raises(ModelAuthenticationError) as caught:
        chat(api_key="sk-test-somebody-else").invoke("Why?")
    assert "somebody" not in str(caught.value)
    assert server.remaining == 1


def test_an_unknown_model_is_reported(server: ChatServer, chat: Chat) -> None:
    with pytest.raises(ModelNotFoundError):
        chat(model="another").invoke("Why?")


def test_the_client_waits_as_long_as_a_429_asks(server: ChatServer, chat: Chat) -> None:
    server.script(rate_limited(0.3), Text(CONTENT))
    assert chat(max_retries=2).invoke("Why?").content == CONTENT
    assert statuses(server) == [429, 200]
    first, second = server.requests
    assert 0.3 <= second.at - first.at < 0.5 + 1
    assert second.headers["x-stainless-retry-count"] == "1"


def test_the_client_does_not_wait_longer_than_two_minutes(server: ChatServer, chat: Chat) -> None:
    server.script(rate_limited(121), Text("unreached"))
    with pytest.raises(ModelRateLimitError):
        chat(max_retries=2).invoke("Why?")


def test_the_client_tries_three_times_by_default(server: ChatServer, chat: Chat) -> None:
    server.set_default_reply(Status(500, headers={"Retry-After-Ms": "10"}))
    with pytest.raises(ModelAPIError):
        chat(max_retries=None).invoke("Why?")
    assert statuses(server) == [500, 500, 500]


def test_a_response_that_exceeds_the_timeout_is_abandoned(server: ChatServer, chat: Chat) -> None:
    server.script(Hang(30))
    started = time.monotonic()
    with pytest.raises(ModelTimeoutError):
        chat(timeout=0.2).invoke("Why?")
    assert time.monotonic() - started < 5
    assert server.wait(lambda: server.requests[0].client_disconnected)


def test_the_client_has_no_timeout_by_default(server: ChatServer, chat: Chat) -> None:
    assert chat().root_client.timeout is None


def test_the_timeout_applies_to_silence_not_to_the_whole_response(server: ChatServer, chat: Chat) -> None:
    server.script(Text("a" * 8, size=1, pause=0.2))
    started = time.monotonic()
    assert "".join(chunk.text for chunk in chat(timeout=1).stream("Why?")) == "a" * 8
    assert time.monotonic() - started > 1


async def test_the_server_can_be_stopped_during_a_hanging_response() -> None:
    with ChatServer() as server:
        server.script(Hang(60))
        async with achat(server) as model:
            asking = asyncio.create_task(model.ainvoke("Why?"))
            assert await asyncio.to_thread(server.wait, lambda: len(server.requests) == 1 and not server.remaining)
            started = time.monotonic()
            server.stop()
            assert time.monotonic() - started < 5
            with pytest.raises(ModelConnectionError):
                await asking


BROKEN_STREAMS: list[tuple[Reply, type[Exception]]] = [
    (Drop(Text(CONTENT, size=9), after=2), ModelConnectionError),
    (Hang(30, Text(CONTENT, size=9), after=2), ModelTimeoutError),
    (Interrupted(Text(CONTENT, size=9), after=2), openai.APIError),
]


@pytest.mark.parametrize(("reply", "raised"), BROKEN_STREAMS)
def test_a_broken_stream_raises_after_the_received_chunks_and_is_not_retried(
    server: ChatServer, chat: Chat, reply: Reply, raised: type[Exception]
) -> None:
    server.script(reply, Text("unreached"))
    received = ""
    stream = chat(timeout=0.3, max_retries=2).stream("Why?")
    with pytest.raises(raised):  # noqa: PT012 - the chunks before the error matter
        for chunk in stream:
            received += chunk.text
    assert received == CONTENT[:18]
    assert server.remaining == 1
    assert statuses(server) == [200]


@pytest.mark.parametrize(("reply", "raised"), BROKEN_STREAMS)
async def test_a_broken_astream_raises_after_the_received_chunks_and_is_not_retried(
    server: ChatServer, reply: Reply, raised: type[Exception]
) -> None:
    server.script(reply, Text("unreached"))
    received = ""
    async with achat(server, timeout=0.3, max_retries=2) as model:
        with pytest.raises(raised):  # noqa: PT012 - the chunks before the error matter
            async for chunk in model.astream("Why?"):
                received += chunk.text
    assert received == CONTENT[:18]
    assert server.remaining == 1


async def test_an_astream_has_a_separate_timeout_between_chunks(server: ChatServer) -> None:
    server.script(Hang(30, Text(CONTENT)))
    async with achat(server, stream_chunk_timeout=0.2) as model:
        with pytest.raises(TimeoutError):
            async for _ in model.astream("Why?"):
                pass


# Validation of requests

USER = {"role": "user", "content": "Answer in JSON."}
VALID: Json = {"model": "scripted", "messages": [USER]}


def strict(schema: Json) -> Json:
    return {"type": "json_schema", "json_schema": {"name": "Claim", "strict": True, "schema": schema}}


CLOSED: Json = {
    "type": "object",
    "properties": {"default": {"type": "string"}},
    "required": ["default"],
    "additionalProperties": False,
}
TOOL: Json = {"type": "function", "function": {"name": "Claim", "parameters": CLOSED, "strict": True}}


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
