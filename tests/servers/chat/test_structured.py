"""Structured output of the fake chat model, as the unmodified langchain-openai reads it."""

import json
from typing import Any

import openai
import pytest
from langchain_core.exceptions import (
    ModelRefusalError,
    OutputParserException,
)
from langchain_core.messages import AIMessage
from pydantic import ValidationError

from tests.servers.chat.client import CLAIM, METHODS, PROMPT, SCHEMA, Chat, Claim, achat
from tests.servers.chat.replies import Data, Refusal, Text
from tests.servers.chat.server import ChatServer

# Here, resources must be closed. The project's configuration ignores these warnings because of other libraries.
pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")

TRUNCATED_JSON = Text('{"quote": "“ships” sa')


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
