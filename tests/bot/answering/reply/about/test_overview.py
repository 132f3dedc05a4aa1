"""Replies about the text itself, from the head and the body of an article."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.embedding import Embedder
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildReport

from bot.answering.answerer import Answerer
from bot.answering.types import Question, Reply

from tests.support.fakes import FAKE_MODEL

ARTICLE = (
    "Jane Roe\n3 May 2024\nTranslated from the Danish\n"
    "The ferry should stay free, and the council knows that it should.\n\n"
    "I was harbour master of Selby for nineteen years. I think that a bridge would cost more than it saves.\n"
)


@pytest.fixture
def ask(
    tmp_path: Path, folder: Path, build: Callable[..., RebuildReport], fake: Embedder
) -> Iterator[Callable[[str], Reply]]:
    (folder / "ferry.txt").write_text(ARTICLE, encoding="utf-8")
    build()
    live = LiveIndex(FolderPublisher(tmp_path / "index"), FAKE_MODEL)
    answerer = Answerer(live, fake)
    yield lambda text: answerer.ask(Question(text)).reply
    live.close()


def test_adjacent_head_lines_are_joined_into_one_quote(ask: Callable[[str], Reply]) -> None:
    assert [q.text for q in ask("who wrote this and when").quotes] == ["Jane Roe\n3 May 2024"]
    assert [q.text for q in ask("when was this published and by whom?").quotes] == ["Jane Roe\n3 May 2024"]
    assert [q.text for q in ask("who wrote this?").quotes] == ["Jane Roe"]


def test_a_translation_is_shown_by_its_head_line(ask: Callable[[str], Reply]) -> None:
    reply = ask("the english is a bit odd, is this a translation?")
    assert [(q.text, q.voice) for q in reply.quotes] == [("Translated from the Danish", "byline")]


def test_without_an_author_note_the_body_is_quoted_for_the_authors_career(ask: Callable[[str], Reply]) -> None:
    assert [q.text for q in ask("what does the author do for a living?").quotes] == [
        "I was harbour master of Selby for nineteen years."
    ]
