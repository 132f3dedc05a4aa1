"""Loading chat models by name, and reading from LangChain's own fake models."""

import json
from collections.abc import Iterator

import pytest
from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.language_models.fake_chat_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from pydantic import SecretStr

from index.errors import SettingsError

from bot.answering.chat.errors import Busy, ChatError, Rejected, TimedOut, Unreachable, Unusable, translate_error
from bot.answering.chat.loading import load_chat_model
from bot.answering.chat.model import ChatModel, is_complete_object, parse_claim, reply_schema
from bot.answering.chat.prompts import ANSWERS, NOT_ADDRESSED, PREMISE_WRONG
from bot.answering.chat.reader import ChatReader
from bot.answering.chat.request import ChatOutcome
from bot.answering.types import Answer

from tests.bot.answering.chat.scene import ARTICLES, DECLINED, FREE, PREPARED, STAYS, quoted
from tests.support.command import Run

GOOD = json.dumps({"verdict": ANSWERS, "claims": [STAYS]})


async def read(model: ChatModel) -> ChatOutcome:
    return await ChatReader(model, context_tokens=8000, max_tokens=1000, timeout=5).read(PREPARED)


def replies(*texts: str) -> Iterator[AIMessage]:
    return iter([AIMessage(text) for text in texts])


async def test_a_reply_without_structured_output_is_parsed_as_json() -> None:
    outcome = await read(ChatModel("fake:generic", GenericFakeChatModel(messages=replies(GOOD))))
    assert isinstance(outcome.reply, Answer)
    assert outcome.reply.quotes[0].text == FREE
    assert outcome.tokens_in > 300  # estimated
    assert outcome.reply.reader == "fake:generic"


async def test_a_code_fence_around_the_json_is_ignored() -> None:
    outcome = await read(
        ChatModel("fake:list", FakeListChatModel(responses=[f"Here you are:\n```json\n{GOOD}\n```\n"]))
    )
    assert not outcome.reply.note
    assert outcome.counts.kept == 1


async def test_two_replies_in_prose_fall_back_to_the_extractive_reader() -> None:
    outcome = await read(ChatModel("fake:list", FakeListChatModel(responses=["Roe wants it free.", "I said so."])))
    assert outcome.reply.note == Unusable.reason
    assert outcome.raw_replies == ("Roe wants it free.", "I said so.")
    assert outcome.reply.quotes == quoted(FREE).quotes


async def test_the_verdict_not_addressed_is_an_abstention() -> None:
    model = FakeListChatModel(responses=[json.dumps({"verdict": NOT_ADDRESSED, "claims": []})])
    outcome = await read(ChatModel("fake:list", model))
    assert outcome.reply.lead == DECLINED.lead
    assert outcome.reply.abstained
    assert set(ARTICLES) == set(PREPARED.articles)


async def test_callbacks_of_the_model_see_its_requests() -> None:
    seen: list[str] = []

    class Tracer(AsyncCallbackHandler):
        async def on_chat_model_start(self, *_: object, **__: object) -> None:
            seen.append("model")

    await read(ChatModel("fake:list", FakeListChatModel(responses=[GOOD], callbacks=[Tracer()])))
    assert seen == ["model"]


def test_the_schema_names_the_three_verdicts_and_allows_nothing_else() -> None:
    schema = reply_schema()
    assert schema["properties"]["verdict"]["enum"] == [ANSWERS, NOT_ADDRESSED, PREMISE_WRONG]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["verdict", "claims"]


@pytest.mark.parametrize("data", [None, 3, "x", [], {}, {**STAYS, "quote": None}, {**STAYS, "more": 1}])
def test_data_without_the_form_of_a_claim_is_rejected(data: object) -> None:
    assert parse_claim(data) is None


@pytest.mark.parametrize(
    ("text", "whole"), [(GOOD, True), (GOOD[:-1], False), ("", False), ("[1]", False), ("no", False)]
)
def test_an_object_is_complete_when_it_is_closed(text: str, whole: bool) -> None:
    assert is_complete_object(text) is whole


@pytest.mark.parametrize("name", ["gpt-4.1", "", ":", "openai:", ":x"])
def test_a_name_without_provider_or_model_is_rejected(name: str) -> None:
    with pytest.raises(SettingsError, match="provider:model"):
        load_chat_model(name)


def test_an_unknown_provider_is_reported() -> None:
    with pytest.raises(SettingsError, match="does not know: nosuch"):
        load_chat_model("nosuch:model")


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama"])
def test_a_missing_extra_is_reported_with_the_command_that_installs_it(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import langchain.chat_models.base as base

    def missing(module: str, _: str) -> object:
        raise ImportError(f"Please install it with `pip install {module.replace('_', '-')}`")

    monkeypatch.setattr(base, "_import_module", missing)
    base._get_chat_model_creator.cache_clear()
    with pytest.raises(SettingsError) as error:
        load_chat_model(f"{provider}:model", api_key=SecretStr("k"))
    assert error.value.hint == f"Install it in Byline's folder: .venv/bin/pip install --editable '.[{provider}]'"
    base._get_chat_model_creator.cache_clear()


def test_a_provider_without_an_extra_is_reported_with_its_package() -> None:
    with pytest.raises(SettingsError) as error:
        load_chat_model("mistralai:small")
    assert error.value.hint == "Install it: .venv/bin/pip install langchain-mistralai"


@pytest.mark.parametrize(
    ("message", "package"),
    [("cannot import name 'x' from 'y'", "langchain-cohere"), ("`pip install -U lc-co`.", "lc-co")],
)
def test_the_missing_package_is_read_from_the_import_error_or_derived(
    message: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> object:
        raise ImportError(message)

    monkeypatch.setattr("langchain.chat_models.init_chat_model", missing)
    with pytest.raises(SettingsError) as error:
        load_chat_model("cohere:x")
    assert error.value.hint == f"Install it: .venv/bin/pip install {package}"


def test_a_missing_key_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="no key") as error:
        load_chat_model("openai:gpt")
    assert "CHAT_API_KEY" in error.value.hint
    assert (
        load_chat_model("openai:gpt", base_url="http://127.0.0.1:1/v1").name == "openai:gpt"
    )  # a local server needs no key


def test_an_address_is_rejected_for_hugging_face() -> None:
    with pytest.raises(SettingsError, match="cannot be used with"):
        load_chat_model("huggingface:org/model", base_url="http://127.0.0.1:1")


class Response(Exception):
    def __init__(self, status: int) -> None:
        super().__init__("sk-secret-words of a provider")
        self.status_code = status


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Response(429), Busy),
        (Response(529), Busy),
        (Response(401), Rejected),
        (Response(404), Rejected),
        (Response(504), TimedOut),
        (TimeoutError(), TimedOut),
        (ConnectionError(), Unreachable),
        (KeyError("x"), ChatError),
    ],
)
def test_errors_of_any_provider_are_translated_without_their_own_words(error: Exception, kind: type[ChatError]) -> None:
    failure = translate_error(error)
    assert type(failure) is kind
    assert "secret" not in f"{failure} {failure.reason}"


def test_no_provider_package_is_imported_without_a_chat_model(command: Run) -> None:
    code = (
        "import sys; from bot.assembly import make_chat_reader; from bot.settings import BotSettings\n"
        "assert make_chat_reader(BotSettings.load(), None) is None\n"
        "import bot.answering.answerer, bot.answering.chat.reader, bot.asking, bot.discord.service, bot.terminal\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('langchain', 'langchain_openai', 'openai')])"
    )
    import subprocess
    import sys

    from tests.support.paths import REPOSITORY

    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, env={"PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
