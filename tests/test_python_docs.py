"""The examples of docs/python.md run as they are written."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel

from index.embedding import Embedder
from index.generation import Generation

from tests.support.paths import REPOSITORY, SHIPPED

PAGE = REPOSITORY / "docs" / "python.md"
RETRIEVER_EXAMPLE, EMBEDDINGS_EXAMPLE, CHAT_MODEL_EXAMPLE = re.findall(
    r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S
)


def run(example: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    exec(compile(example, str(PAGE), "exec"), {"__name__": "__main__"})


def test_the_retriever_works_in_a_chain_of_langchains(
    shipped: Generation,
    shipped_index: Path,
    embedder: Embedder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    prompts: list[str] = []
    call = FakeListChatModel._call

    def record(self: FakeListChatModel, messages: Any, *arguments: Any, **options: Any) -> str:
        prompts.append(messages[0].content)
        return call(self, messages, *arguments, **options)

    monkeypatch.setattr(FakeListChatModel, "_call", record)
    monkeypatch.setattr("index.embedding.load_embedder", lambda _: embedder)
    monkeypatch.setenv("INDEX_DIR", str(shipped_index))
    run(RETRIEVER_EXAMPLE, tmp_path, monkeypatch)
    assert capsys.readouterr().out == "This is the model's answer.\n"
    (article,) = shipped.articles.values()
    (prompt,) = prompts
    header, *passages, question = prompt.split(f"\n\n{article.id} ¶")
    assert header == "Answer from these passages:"
    assert question.endswith("\n\nQuestion: What does the author propose?")
    assert len(passages) == 3
    for passage in passages:
        number, text = passage.split(": ", 1)
        assert text in article.text
        assert article.paragraph_at(article.text.index(text)).number == int(number)


def test_an_index_can_be_built_and_searched_with_other_embeddings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(SHIPPED, tmp_path / "articles")
    run(EMBEDDINGS_EXAMPLE, tmp_path, monkeypatch)
    first, *hits = [line for line in capsys.readouterr().out.splitlines() if line]
    assert re.fullmatch(r"\d+ passages", first)
    assert sum("¶" in line for line in hits) == 3
    assert (tmp_path / ".byline-letters" / "CURRENT").is_file()


def test_a_chat_model_object_answers_or_is_replaced_with_the_reason(
    shipped_index: Path,
    embedder: Embedder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("index.embedding.load_embedder", lambda *_: embedder)
    monkeypatch.setenv("INDEX_DIR", str(shipped_index))
    run(CHAT_MODEL_EXAMPLE, tmp_path, monkeypatch)
    printed = capsys.readouterr().out
    assert "\n> " in printed
    assert "(No chat model: " in printed
