"""The only door to LangChain's chat models: loading one by name, streaming its structured reply."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from index.errors import SettingsError

from bot.answering.chat import prompts
from bot.answering.chat.claims import Claim
from bot.answering.chat.errors import BadRequest, Busy, ChatError, Refused, Unreachable, cut_off, translated
from bot.answering.chat.messages import Message, tokens

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable, RunnableConfig

    Chain = Runnable[Any, Any]

EXTRAS = {"openai": "openai", "azure_openai": "openai", "anthropic": "anthropic", "ollama": "ollama",
          "huggingface": "huggingface"}  # fmt: skip
# Servers on one's own machine ask for no key, but their clients do.
_NO_KEY = "none"
# A token of text and JSON has four characters or so; what has far more was written by a server that knows no limit.
CHARS_PER_TOKEN = 10
LONGEST = 10_000


class _ReplyTooLong(Exception):
    """A reply goes on beyond its limit."""


class ClaimForm(BaseModel):
    """One sentence, the ids of the passages and the exact words that it rests on, and whose view they state."""

    model_config = ConfigDict(extra="forbid")

    text: str
    passages: list[str]
    quote: str
    voice: str

    def claim(self) -> Claim:
        return Claim(self.text, tuple(self.passages), self.quote, self.voice)


class ReplyForm(BaseModel):
    """The form of a reply; its schema is what a model is given where it can be."""

    model_config = ConfigDict(extra="forbid")

    verdict: str
    claims: list[ClaimForm]


@dataclass(slots=True)
class CallRecord:
    """What came of one call: the raw reply so far, whether it is whole, and its tokens, estimated if none were told.

    billed: no, where the server turned the request away.
    """

    raw: str = ""
    whole: bool = False
    billed: bool = True
    tokens_in: int = 0
    tokens_out: int = 0


def schema() -> dict[str, Any]:
    """The JSON schema of a reply, with the three verdicts."""
    found = ReplyForm.model_json_schema()
    found["title"], found["description"] = "answer", prompts.SCHEMA
    found["properties"]["verdict"] = {
        "type": "string",
        "enum": [prompts.ANSWERS, prompts.NOT_ADDRESSED, prompts.PREMISE_WRONG],
    }
    return found


def claim_from(data: object) -> Claim | None:
    """A claim of a parsed reply; None for what has not the form of one."""
    try:
        return ClaimForm.model_validate(data).claim()
    except ValidationError:
        return None


class ChatModel:
    """A chat model with a name; `chain` is a Runnable from messages to the reply as far as it has come."""

    def __init__(self, name: str, model: "BaseChatModel", longest: int = LONGEST) -> None:
        """longest: after how many characters a reply is cut off; each chunk costs reading all that came before."""
        self.name = name
        self._longest = longest
        self._model = model
        self._plain = False
        try:
            self._structured: Chain | None = model.with_structured_output(schema())
        except NotImplementedError:
            self._structured = None

    @property
    def chain(self) -> "Chain":
        """Messages → the reply as a mapping: by the model's structured output where it has one, else read as JSON."""
        from langchain_core.output_parsers import JsonOutputParser

        if self._structured is not None and not self._plain:
            return self._structured
        return self._model | JsonOutputParser()

    async def stream(
        self, messages: Sequence[Message], heard: CallRecord, config: "RunnableConfig | None" = None
    ) -> AsyncIterator[Mapping[str, Any]]:
        """The reply as far as it has come, again and again; raises ChatError. What was heard is filled in meanwhile.

        A server that knows no structured output is asked again without, now and from now on.
        """
        plain = self._structured is None or self._plain
        try:
            async for part in self._streamed(messages, heard, config):
                yield part
        except BadRequest:
            if plain or heard.raw:
                raise
            self._plain = heard.billed = True
            try:
                async for part in self._streamed(messages, heard, config):
                    yield part
            except ChatError:
                self._plain = False  # it was something else that the server did not like
                raise

    async def text(self, messages: Sequence[Message], heard: CallRecord, config: "RunnableConfig | None" = None) -> str:
        """A reply in plain words; raises ChatError."""
        from langchain_core.output_parsers import StrOutputParser

        try:
            said: str = await (self._model | StrOutputParser()).ainvoke(list(messages), self._heard_by(heard, config))
        except Exception as error:
            failed = translated(error)
            heard.billed = not isinstance(failed, Busy | Refused | Unreachable)
            raise failed from None
        finally:
            _estimate(heard, messages)
        return said

    async def _streamed(
        self, messages: Sequence[Message], heard: CallRecord, config: "RunnableConfig | None"
    ) -> AsyncIterator[Mapping[str, Any]]:
        from langchain_core.exceptions import OutputParserException

        try:
            async for part in self.chain.astream(list(messages), self._heard_by(heard, config)):
                if isinstance(part, Mapping):
                    yield part
        except OutputParserException:
            return  # no JSON: what was heard says so
        except Exception as error:
            if isinstance(error, _ReplyTooLong) or cut_off(error):
                return  # at the limit of its length: what was heard is not whole
            failed = translated(error)
            heard.billed = bool(heard.raw) or not isinstance(failed, Busy | Refused | Unreachable)
            raise failed from None
        finally:
            _estimate(heard, messages)

    def _heard_by(self, heard: CallRecord, config: "RunnableConfig | None") -> "RunnableConfig":
        """A configuration whose callbacks also fill in what was heard."""
        from langchain_core.callbacks import AsyncCallbackHandler
        from langchain_core.runnables.config import merge_configs

        longest = self._longest

        class Listener(AsyncCallbackHandler):
            raise_error = True

            async def on_llm_new_token(self, token: Any, *, chunk: Any = None, **_: Any) -> None:
                calls = getattr(getattr(chunk, "message", None), "tool_call_chunks", None) or ()
                heard.raw += (token if isinstance(token, str) else "") or "".join(
                    call.get("args") or "" for call in calls
                )
                if len(heard.raw) > longest:
                    raise _ReplyTooLong

            async def on_llm_end(self, response: Any, **_: Any) -> None:
                message: BaseMessage = response.generations[0][0].message
                calls = getattr(message, "tool_calls", None) or ()
                said = json.dumps(calls[0]["args"], ensure_ascii=False) if calls else str(message.text)
                heard.raw = said or heard.raw  # a call that broke off is left out of the message
                heard.whole = bool(calls) or is_whole(heard.raw)
                usage = getattr(message, "usage_metadata", None) or {}
                heard.tokens_in += usage.get("input_tokens", 0)
                heard.tokens_out += usage.get("output_tokens", 0)

        return merge_configs(config, {"callbacks": [Listener()]})


def load(
    name: str,
    *,
    base_url: str | None = None,
    api_key: SecretStr | None = None,
    timeout: float = 60.0,
    max_tokens: int = 1000,
    context_tokens: int = 8000,
) -> ChatModel:
    """The chat model that "provider:model" names; timeout in seconds; max_tokens: of a reply; context_tokens: of all.

    Raises SettingsError for a name that means nothing, an extra that is not installed, a key that is missing.
    """
    provider, colon, model = name.partition(":")
    provider = provider.strip().replace("-", "_").lower()
    if not (provider and colon and model.strip()):
        raise SettingsError(
            f"The setting CHAT_MODEL is not of the form provider:model: {name}.",
            "Give a name such as openai:gpt-4.1-mini, anthropic:claude-sonnet-4-5 or ollama:llama3.1.",
        )
    from langchain.chat_models import init_chat_model

    options = _options(provider, base_url, api_key, timeout, max_tokens, context_tokens)
    try:
        loaded = init_chat_model(model.strip(), model_provider=provider, **options)
        return ChatModel(name, loaded, max_tokens * CHARS_PER_TOKEN)
    except ImportError as error:
        raise _missing(provider, error) from None
    except ValueError as error:
        if str(error).startswith(("Unsupported", "Unable to infer")):
            raise SettingsError(
                f"The setting CHAT_MODEL names a provider that LangChain does not know: {provider}.",
                "docs/chat-models.md lists the usual ones; a server with OpenAI's API is openai, with CHAT_BASE_URL.",
            ) from None
        raise _unloadable(name, error) from None
    except Exception as error:
        raise _unloadable(name, error) from None


def _options(
    provider: str,
    base_url: str | None,
    api_key: SecretStr | None,
    timeout: float,
    max_tokens: int,
    context_tokens: int,
) -> dict[str, Any]:
    """What a provider's class is given; retries are ours, so that they are the same for all."""
    key = {"api_key": api_key} if api_key else {}
    base = {"base_url": base_url} if base_url else {}
    if provider == "ollama":
        headers = {"headers": {"Authorization": f"Bearer {api_key.get_secret_value()}"}} if api_key else {}
        # Its own window is small, and what does not fit it is cut off without a word.
        return {
            **base,
            "num_ctx": context_tokens,
            "num_predict": max_tokens,
            "client_kwargs": {"timeout": timeout, **headers},
        }
    if provider == "huggingface":
        if base_url:
            raise SettingsError(
                "CHAT_BASE_URL does not go with the provider huggingface.",
                "A server of your own that has OpenAI's API is openai:MODEL, with CHAT_BASE_URL.",
            )
        if not api_key:  # on this machine
            return {"backend": "pipeline", "max_tokens": max_tokens}
        secret = api_key.get_secret_value()
        return {
            "backend": "endpoint",
            "timeout": int(timeout),
            "max_new_tokens": max_tokens,
            "huggingfacehub_api_token": secret,
        }
    options = {"timeout": timeout, "max_retries": 0, "max_tokens": max_tokens, **key, **base}
    if provider == "openai":
        options["stream_usage"] = True
        if base_url and not api_key and not _has("OPENAI_API_KEY"):
            options["api_key"] = _NO_KEY
    return options


def _has(variable: str) -> bool:
    import os

    return bool(os.environ.get(variable))


def _missing(provider: str, error: ImportError) -> SettingsError:
    extra = EXTRAS.get(provider)
    if extra:
        return SettingsError(
            f"CHAT_MODEL needs the package of its provider {provider}, which is not installed.",
            f"pip install 'byline[{extra}]'",
        )
    named = re.search(r"pip install (?:-U )?([\w-]+)", str(error))
    package = named[1] if named else f"langchain-{provider.replace('_', '-')}"
    return SettingsError(
        f"CHAT_MODEL needs a package of its provider {provider} that is not installed.", f"pip install {package}"
    )


def _unloadable(name: str, error: Exception) -> SettingsError:
    words = str(error).lower()
    if "api_key" in words or "api key" in words or "credential" in words or "token" in words:
        return SettingsError(
            f"There is no key for the chat model {name}.",
            "Put CHAT_API_KEY=… into .env, or set the provider's own variable, such as OPENAI_API_KEY.",
        )
    return SettingsError(
        f"The chat model {name} cannot be loaded ({type(error).__name__}).",
        "Check CHAT_MODEL and CHAT_BASE_URL; docs/chat-models.md has examples.",
    )


def is_whole(text: str) -> bool:
    """Whether a text holds a JSON object with both its ends."""
    from langchain_core.utils.json import parse_json_markdown

    try:
        return isinstance(parse_json_markdown(text.strip(), parser=json.loads), dict)
    except ValueError:
        return False


def _estimate(heard: CallRecord, messages: Sequence[Message]) -> None:
    if not heard.billed:
        return
    if not heard.tokens_in:
        heard.tokens_in = tokens("".join(text for _, text in messages))
    if not heard.tokens_out and heard.raw:
        heard.tokens_out = tokens(heard.raw)
