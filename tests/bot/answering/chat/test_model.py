"""Loading a chat model by name, and LangChain's own fake ones in place of a service."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from pydantic import SecretStr

from index.errors import SettingsError

from bot.answering.chat.errors import Busy, ChatError, Refused, TimedOut, Unreachable, translated
from bot.answering.chat.model import ChatModel, claim_from, is_whole, load, schema
from bot.answering.chat.prompts import ANSWERS, NOT_ADDRESSED, PREMISE_WRONG
from bot.answering.chat.reader import ChatReader
from bot.answering.chat.request import UNUSABLE, ChatOutcome
from bot.answering.types import Answer

from tests.bot.answering.chat.scene import ARTICLES, DECLINED, FREE, PREPARED, STAYS, quoted
from tests.support.command import Run

GOOD = json.dumps({"verdict": ANSWERS, "claims": [STAYS]})


def read(model: ChatModel) -> ChatOutcome:
    reader = ChatReader(model, context_tokens=8000, max_tokens=1000, timeout=5)
    return asyncio.run(reader.read(PREPARED))


def replies(*texts: str) -> Iterator[AIMessage]:
    return iter([AIMessage(text) for text in texts])


def test_a_model_without_structured_output_is_read_as_plain_json() -> None:
    found = read(ChatModel("fake:generic", GenericFakeChatModel(messages=replies(GOOD))))
    assert isinstance(found.reply, Answer)
    assert found.reply.quotes[0].text == FREE
    assert found.tokens_in > 300  # none were told, so they are estimated
    assert found.reply.reader == "fake:generic"


def test_a_fence_around_the_json_does_not_matter() -> None:
    found = read(ChatModel("fake:list", FakeListChatModel(responses=[f"Here you are:\n```json\n{GOOD}\n```\n"])))
    assert not found.reply.note
    assert found.counts.kept == 1


def test_prose_twice_leaves_the_answer_to_the_extractive_reader() -> None:
    found = read(ChatModel("fake:list", FakeListChatModel(responses=["Roe wants it free.", "I said so."])))
    assert found.reply.note == UNUSABLE
    assert found.raw_replies == ("Roe wants it free.", "I said so.")
    assert found.reply.quotes == quoted(FREE).quotes


def test_not_addressed() -> None:
    model = FakeListChatModel(responses=[json.dumps({"verdict": NOT_ADDRESSED, "claims": []})])
    found = read(ChatModel("fake:list", model))
    assert found.reply.lead == DECLINED.lead
    assert found.reply.abstained
    assert set(ARTICLES) == set(PREPARED.articles)


def test_the_schema_names_the_three_verdicts_and_allows_nothing_else() -> None:
    found = schema()
    assert found["properties"]["verdict"]["enum"] == [ANSWERS, NOT_ADDRESSED, PREMISE_WRONG]
    assert found["additionalProperties"] is False
    assert found["required"] == ["verdict", "claims"]


@pytest.mark.parametrize("data", [None, 3, "x", [], {}, {**STAYS, "quote": None}, {**STAYS, "more": 1}])
def test_what_has_not_the_form_of_a_claim_is_none(data: object) -> None:
    assert claim_from(data) is None


@pytest.mark.parametrize(
    ("text", "whole"), [(GOOD, True), (GOOD[:-1], False), ("", False), ("[1]", False), ("no", False)]
)
def test_an_object_is_whole_when_it_has_both_ends(text: str, whole: bool) -> None:
    assert is_whole(text) is whole


@pytest.mark.parametrize("name", ["gpt-4.1", "", ":", "openai:", ":x"])
def test_a_name_without_provider_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="provider:model"):
        load(name)


def test_an_unknown_provider_is_said_to_be_one() -> None:
    with pytest.raises(SettingsError, match="does not know: nosuch"):
        load("nosuch:model")


@pytest.mark.parametrize("provider", ["openai", "anthropic", "ollama"])
def test_a_missing_extra_says_exactly_how_to_install_it(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import langchain.chat_models.base as base

    def missing(module: str, _: str) -> object:
        raise ImportError(f"Please install it with `pip install {module.replace('_', '-')}`")

    monkeypatch.setattr(base, "_import_module", missing)
    base._get_chat_model_creator.cache_clear()
    with pytest.raises(SettingsError) as error:
        load(f"{provider}:model", api_key=SecretStr("k"))
    assert error.value.hint == f"pip install 'byline[{provider}]'"
    base._get_chat_model_creator.cache_clear()


def test_a_provider_without_an_extra_names_its_package() -> None:
    with pytest.raises(SettingsError) as error:
        load("mistralai:small")
    assert error.value.hint == "pip install langchain-mistralai"


@pytest.mark.parametrize(
    ("told", "package"), [("cannot import name 'x' from 'y'", "langchain-cohere"), ("`pip install -U lc-co`.", "lc-co")]
)
def test_a_package_is_named_however_its_absence_is_told(
    told: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> object:
        raise ImportError(told)

    monkeypatch.setattr("langchain.chat_models.init_chat_model", missing)
    with pytest.raises(SettingsError) as error:
        load("cohere:x")
    assert error.value.hint == f"pip install {package}"


def test_a_missing_key_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="no key") as error:
        load("openai:gpt")
    assert "CHAT_API_KEY" in error.value.hint
    assert load("openai:gpt", base_url="http://127.0.0.1:1/v1").name == "openai:gpt"  # one's own server needs none


def test_an_address_does_not_go_with_every_provider() -> None:
    with pytest.raises(SettingsError, match="does not go with"):
        load("huggingface:org/model", base_url="http://127.0.0.1:1")


class Response(Exception):
    def __init__(self, status: int) -> None:
        super().__init__("sk-secret-words of a provider")
        self.status_code = status


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Response(429), Busy),
        (Response(529), Busy),
        (Response(401), Refused),
        (Response(404), Refused),
        (Response(504), TimedOut),
        (TimeoutError(), TimedOut),
        (ConnectionError(), Unreachable),
        (KeyError("x"), ChatError),
    ],
)
def test_errors_of_any_provider_are_told_in_our_own_words(error: Exception, kind: type[ChatError]) -> None:
    found = translated(error)
    assert type(found) is kind
    assert "secret" not in f"{found} {found.why}"


def test_without_a_chat_model_none_of_its_packages_is_imported(command: Run) -> None:
    code = (
        "import sys; from bot.assembly import chat_reader; from bot.settings import BotSettings\n"
        "assert chat_reader(BotSettings.load(), None) is None\n"
        "import bot.answering.answerer, bot.answering.chat.reader, bot.asking, bot.discord.service, bot.terminal\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('langchain', 'langchain_openai', 'openai')])"
    )
    import subprocess
    import sys

    from tests.support.paths import REPOSITORY

    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, env={"PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
