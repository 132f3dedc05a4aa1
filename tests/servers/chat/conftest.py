"""What the tests of the fake chat model share."""

import gc
import os
import threading
import warnings
from collections.abc import Iterator

import openai
import pytest
from langchain_openai.chat_models import _client_utils

from tests.servers.chat.client import Chat, connect
from tests.servers.chat.server import ChatServer


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Remove the user's settings and proxies from the environment, and check that no server thread is left."""
    for name in os.environ:
        if name.upper().startswith(("OPENAI_", "LANGSMITH_", "LANGCHAIN_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    yield
    assert not [thread for thread in threading.enumerate() if thread.name == "chat-server"]


@pytest.fixture(scope="package", autouse=True)
def _collect_garbage() -> Iterator[None]:
    """Collect garbage before and after this package, so that a ResourceWarning comes only from these tests.

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


@pytest.fixture
def chat(server: ChatServer) -> Iterator[Chat]:
    """A function that creates models with an HTTP client that is closed after the test.

    langchain-openai never closes the clients that it caches by address, and a later server may reuse an address.
    """
    with openai.DefaultHttpxClient() as http_client:
        yield lambda **options: connect(server, http_client=http_client, **options)
