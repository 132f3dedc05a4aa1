"""Failures of the fake chat model, and what the unmodified langchain-openai makes of them."""

import asyncio
import time

import openai
import pytest
from langchain_core.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelRateLimitError,
    ModelTimeoutError,
)

from tests.servers.chat.client import (
    CONTENT,
    Chat,
    achat,
    statuses,
)
from tests.servers.chat.replies import Drop, Hang, Interrupted, Reply, Status, Text, rate_limited
from tests.servers.chat.server import ChatServer

# Here, resources must be closed. The project's configuration ignores these warnings because of other libraries.
pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")

BROKEN_STREAMS: list[tuple[Reply, type[Exception]]] = [
    (Drop(Text(CONTENT, size=9), after=2), ModelConnectionError),
    (Hang(30, Text(CONTENT, size=9), after=2), ModelTimeoutError),
    (Interrupted(Text(CONTENT, size=9), after=2), openai.APIError),
]


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
