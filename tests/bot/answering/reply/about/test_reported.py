"""What an article reports of somebody, and who that is."""

from pathlib import Path

import pytest

from index.embedding import Embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild

from bot.answering.answerer import Answerer
from bot.answering.evidence.reranker import SMALL, load_reranker
from bot.answering.reply.about import reported
from bot.answering.reply.about.reported import is_voice_of
from bot.answering.types import Question, Reply

from tests.support.fakes import check_in_process

FERRY = """The ferry to Holmvik

By Ada Lund

4 May 2021

The Treasury said that "the ferry costs more than the island earns".

Critics of the ferry are loud, and I do not believe them.

According to Moscow, the strait is closed to ferries.

Nobody has asked the islanders, who pay for it twice.
"""


def ask(folder: Path, embedder: Embedder, question: str) -> Reply:
    publisher = FolderPublisher(folder / "index", check_in_process)
    with LiveIndex(publisher, model_identity(None)) as live:
        return Answerer(live, embedder, load_reranker(SMALL)).ask(Question(question)).reply


@pytest.fixture(scope="module")
def folder(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reported")
    (root / "articles").mkdir()
    (root / "articles" / "ferry.txt").write_text(FERRY, encoding="utf-8")
    rebuild(
        root / "articles",
        FolderPublisher(root / "index", check_in_process),
        model_identity(None),
        lambda: embedder,
    )
    return root


def test_who_is_quoted_has_organisations_with_an_article(folder: Path, embedder: Embedder) -> None:
    reply = ask(folder, embedder, "who is quoted?")
    assert not reply.abstained
    assert "the Treasury" in reply.lead


def test_a_word_that_is_no_name_is_searched_for(folder: Path, embedder: Embedder) -> None:
    assert "I cannot tell what" not in ask(folder, embedder, "what do critics say?").lead


@pytest.mark.parametrize(
    ("name", "voice", "same"),
    [
        ("Russia", "reported:Moscow", True),
        ("Norway", "reported:Moscow", False),
        ("Moscow", "reported:Moscow", True),
        ("Russia", "reported:unnamed", False),
        ("Russia", "author", False),
    ],
)
def test_a_country_speaks_through_its_government(name: str, voice: str, same: bool) -> None:
    assert is_voice_of(name, voice) is same


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("Captain Ann Reed sold the boat.", "Captain Ann Reed"),
        ("Reed sold the boat.", "Reed"),
        ("the old reed sold", None),
    ],
)
def test_the_name_that_a_sentence_begins_with_is_found(text: str, opening: str | None) -> None:
    assert reported._opening(text, "Reed") == opening
