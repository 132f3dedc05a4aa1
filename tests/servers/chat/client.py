"""The unmodified langchain-openai as a client of the fake chat model, for the tests of that server."""

import http.client
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import openai
from langchain.chat_models import init_chat_model
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from tests.servers.chat.rules import Json
from tests.servers.chat.server import ChatServer

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


Chat = Callable[..., ChatOpenAI]


def connect(server: ChatServer, *, model: str | None = None, **options: Any) -> ChatOpenAI:
    settings = {"base_url": server.base_url, "api_key": server.key, "max_retries": 0, **options}
    chat = init_chat_model(f"openai:{model or server.model}", **settings)
    assert isinstance(chat, ChatOpenAI)
    return chat


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
