"""The fake chat model, and how the unmodified langchain-openai handles its replies."""

import asyncio
import time

import pytest
from langchain_core.exceptions import (
    ModelInvalidRequestError,
)

from tests.servers.chat.client import (
    CONTENT,
    Chat,
    achat,
    post,
)
from tests.servers.chat.replies import Hang, Reply, Text, Usage
from tests.servers.chat.rules import Json
from tests.servers.chat.server import ChatServer

# Here, resources must be closed. The project's configuration ignores these warnings because of other libraries.
pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")


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
