"""Loading a chat model by its name, with an error that says what to do if it cannot be loaded."""

import os
import re
from typing import Any

from pydantic import SecretStr

from index.errors import SettingsError

from bot.answering.chat.model import ChatModel

EXTRAS = {"openai": "openai", "azure_openai": "openai", "anthropic": "anthropic", "ollama": "ollama",
          "huggingface": "huggingface"}  # fmt: skip
# Local servers ask for no key, but their client does.
_NO_KEY = "none"
# A token of text and JSON has about four characters; a reply with far more comes from a server that ignores the limit.
CHARS_PER_TOKEN = 10


def load_chat_model(
    name: str,
    *,
    base_url: str | None = None,
    api_key: SecretStr | None = None,
    timeout: float = 60.0,
    max_tokens: int = 1000,
    context_tokens: int = 8000,
) -> ChatModel:
    """Load the chat model that is named "provider:model".

    Args:
        name: The setting CHAT_MODEL.
        base_url: Address of the server; None for the provider's own.
        api_key: None if the provider's own variable holds it, or none is needed.
        timeout: Seconds for a request.
        max_tokens: Tokens of a reply.
        context_tokens: Tokens of a prompt and its reply together.

    Raises:
        SettingsError: The name is not valid, or a package or a key is missing.
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
        raise _missing_package(provider, error) from None
    except Exception as error:
        if isinstance(error, ValueError) and str(error).startswith(("Unsupported", "Unable to infer")):
            raise SettingsError(
                f"The setting CHAT_MODEL names a provider that LangChain does not know: {provider}.",
                "See docs/chat-models.md for the usual ones. "
                "For a server with OpenAI's API use openai:MODEL and CHAT_BASE_URL.",
            ) from None
        raise _not_loaded(name, error) from None


def _options(
    provider: str,
    base_url: str | None,
    api_key: SecretStr | None,
    timeout: float,
    max_tokens: int,
    context_tokens: int,
) -> dict[str, Any]:
    """Return the arguments of a provider's class. Its own retries are off; ours are the same for all providers."""
    key = {"api_key": api_key} if api_key else {}
    base = {"base_url": base_url} if base_url else {}
    if provider == "ollama":
        headers = {"headers": {"Authorization": f"Bearer {api_key.get_secret_value()}"}} if api_key else {}
        # Ollama's default context window is small, and it truncates what does not fit without an error.
        return {
            **base,
            "num_ctx": context_tokens,
            "num_predict": max_tokens,
            "client_kwargs": {"timeout": timeout, **headers},
        }
    if provider == "huggingface":
        if base_url:
            raise SettingsError(
                "CHAT_BASE_URL cannot be used with the provider huggingface.",
                "For a server of your own with OpenAI's API use openai:MODEL and CHAT_BASE_URL.",
            )
        if not api_key:  # the model runs on this machine
            return {"backend": "pipeline", "max_tokens": max_tokens}
        return {
            "backend": "endpoint",
            "timeout": int(timeout),
            "max_new_tokens": max_tokens,
            "huggingfacehub_api_token": api_key.get_secret_value(),
        }
    options = {"timeout": timeout, "max_retries": 0, "max_tokens": max_tokens, **key, **base}
    if provider == "openai":
        options["stream_usage"] = True
        if base_url and not api_key and not os.environ.get("OPENAI_API_KEY"):
            options["api_key"] = _NO_KEY
    return options


def _missing_package(provider: str, error: ImportError) -> SettingsError:
    extra = EXTRAS.get(provider)
    named = re.search(r"pip install (?:-U )?([\w-]+)", str(error))
    package = named[1] if named else f"langchain-{provider.replace('_', '-')}"
    return SettingsError(
        f"CHAT_MODEL needs the package for the provider {provider}, which is not installed.",
        f"Install it in Byline's folder: .venv/bin/pip install --editable '.[{extra}]'"
        if extra
        else f"Install it: .venv/bin/pip install {package}",
    )


def _not_loaded(name: str, error: Exception) -> SettingsError:
    words = str(error).lower()
    if any(word in words for word in ("api_key", "api key", "credential", "token")):
        return SettingsError(
            f"There is no key for the chat model {name}.",
            "Put CHAT_API_KEY=… into .env, or set the provider's own variable, such as OPENAI_API_KEY.",
        )
    return SettingsError(
        f"The chat model {name} cannot be loaded ({type(error).__name__}).",
        "Check CHAT_MODEL and CHAT_BASE_URL; docs/chat-models.md has examples.",
    )
