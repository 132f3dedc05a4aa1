"""LangChain's chat models behind one interface: streaming structured replies, translating errors, counting tokens."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.answering.chat import prompts
from bot.answering.chat.claims import Claim
from bot.answering.chat.errors import (
    BadRequest,
    Busy,
    ChatError,
    Rejected,
    Unreachable,
    is_length_limit,
    translate_error,
)
from bot.answering.chat.messages import Message, estimate_tokens

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable, RunnableConfig

MAX_REPLY_CHARS = 10_000


class _ReplyTooLong(Exception):
    """A reply is longer than its limit."""


class ClaimForm(BaseModel):
    """One sentence, the ids of the passages and the exact words that it rests on, and whose view they state."""

    model_config = ConfigDict(extra="forbid")

    text: str
    passages: list[str]
    quote: str
    voice: str


class ReplyForm(BaseModel):
    """The form of a reply; its JSON schema is given to a model that supports structured output."""

    model_config = ConfigDict(extra="forbid")

    verdict: str
    claims: list[ClaimForm]


@dataclass(slots=True)
class CallRecord:
    """What came of one request; filled in while the reply streams.

    Attributes:
        raw: The reply so far, word for word.
        complete: Whether it is a complete JSON object.
        billed: False if the server turned the request away.
        tokens_in: Tokens of the prompt, estimated if the provider does not count them.
        tokens_out: Tokens of the reply, likewise.
    """

    raw: str = ""
    complete: bool = False
    billed: bool = True
    tokens_in: int = 0
    tokens_out: int = 0


def reply_schema() -> dict[str, Any]:
    """Return the JSON schema of a reply, with the three verdicts."""
    schema = ReplyForm.model_json_schema()
    schema["title"], schema["description"] = "answer", prompts.SCHEMA
    schema["properties"]["verdict"] = {
        "type": "string",
        "enum": [prompts.ANSWERS, prompts.NOT_ADDRESSED, prompts.PREMISE_WRONG],
    }
    return schema


def parse_claim(data: object) -> Claim | None:
    """Return a claim of a parsed reply; None if the data has not the form of one."""
    try:
        form = ClaimForm.model_validate(data)
    except ValidationError:
        return None
    return Claim(form.text, tuple(form.passages), form.quote, form.voice)


class ChatModel:
    """A LangChain chat model that is asked for replies of our form.

    Structured output is used if the model's class and its server support it; otherwise the reply is parsed as JSON.
    """

    def __init__(self, name: str, model: "BaseChatModel", max_chars: int = MAX_REPLY_CHARS) -> None:
        """Wrap a model.

        Args:
            name: "provider:model", shown with every answer.
            model: Any LangChain chat model.
            max_chars: Length at which a reply is cut off. Each chunk costs parsing all that came before it.
        """
        self.name = name
        self._model = model
        self._max_chars = max_chars
        try:
            self._structured: Runnable[Any, Any] | None = model.with_structured_output(reply_schema())
        except NotImplementedError:
            self._structured = None

    async def stream(self, messages: Sequence[Message], record: CallRecord) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the reply as parsed so far, again and again as it grows.

        A server that does not support structured output is asked again without it, and from then on.

        Args:
            messages: The prompt.
            record: Is filled in.

        Raises:
            ChatError: The request failed. A reply that is too long or not JSON just ends.
        """
        structured = self._structured
        try:
            async for partial in self._stream(structured, messages, record):
                yield partial
        except BadRequest:
            if structured is None or record.raw:
                raise
            record.billed = True
            async for partial in self._stream(None, messages, record):
                yield partial
            self._structured = None  # only now is it clear that the server objected to nothing else

    async def text(self, messages: Sequence[Message], record: CallRecord) -> str:
        """Return a reply in plain words.

        Raises:
            ChatError: The request failed.
        """
        from langchain_core.output_parsers import StrOutputParser

        try:
            reply: str = await (self._model | StrOutputParser()).ainvoke(list(messages), self._recording(record))
        except Exception as error:
            raise _failure(error, record) from None
        finally:
            _estimate_missing(record, messages)
        return reply

    async def _stream(
        self, structured: "Runnable[Any, Any] | None", messages: Sequence[Message], record: CallRecord
    ) -> AsyncIterator[Mapping[str, Any]]:
        from langchain_core.exceptions import OutputParserException
        from langchain_core.output_parsers import JsonOutputParser

        chain = structured or self._model | JsonOutputParser()
        try:
            async for partial in chain.astream(list(messages), self._recording(record)):
                if isinstance(partial, Mapping):
                    yield partial
        except (OutputParserException, _ReplyTooLong):
            return  # the record is not complete
        except Exception as error:
            if is_length_limit(error):
                return
            raise _failure(error, record) from None
        finally:
            _estimate_missing(record, messages)

    def _recording(self, record: CallRecord) -> "RunnableConfig":
        """Return a configuration whose callback fills in the record."""
        from langchain_core.callbacks import AsyncCallbackHandler

        max_chars = self._max_chars

        class Recorder(AsyncCallbackHandler):
            raise_error = True

            async def on_llm_new_token(self, token: Any, *, chunk: Any = None, **_: Any) -> None:
                calls = getattr(getattr(chunk, "message", None), "tool_call_chunks", None) or ()
                record.raw += (token if isinstance(token, str) else "") or "".join(
                    call.get("args") or "" for call in calls
                )
                if len(record.raw) > max_chars:
                    raise _ReplyTooLong

            async def on_llm_end(self, response: Any, **_: Any) -> None:
                message: BaseMessage = response.generations[0][0].message
                calls = getattr(message, "tool_calls", None) or ()
                text = json.dumps(calls[0]["args"], ensure_ascii=False) if calls else str(message.text)
                record.raw = text or record.raw  # a tool call that was cut off is left out of the message
                record.complete = bool(calls) or is_complete_object(record.raw)
                usage = getattr(message, "usage_metadata", None) or {}
                record.tokens_in += usage.get("input_tokens", 0)
                record.tokens_out += usage.get("output_tokens", 0)

        return {"callbacks": [Recorder()]}


def is_complete_object(text: str) -> bool:
    """Whether a text holds a JSON object that is closed."""
    from langchain_core.utils.json import parse_json_markdown

    try:
        return isinstance(parse_json_markdown(text.strip(), parser=json.loads), dict)
    except ValueError:
        return False


def _failure(error: Exception, record: CallRecord) -> ChatError:
    """Translate an error; a request that failed before any reply is not billed if the server turned it away."""
    failure = translate_error(error)
    record.billed = bool(record.raw) or not isinstance(failure, Busy | Rejected | Unreachable)
    return failure


def _estimate_missing(record: CallRecord, messages: Sequence[Message]) -> None:
    if not record.billed:
        return
    if not record.tokens_in:
        record.tokens_in = estimate_tokens("".join(text for _, text in messages))
    if not record.tokens_out and record.raw:
        record.tokens_out = estimate_tokens(record.raw)
