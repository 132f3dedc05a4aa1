"""Where sentences are: what is saved comes back, and what is not what it should be is damage."""

from pathlib import Path

import numpy as np
import pytest

from index.articles.formats import parse
from index.errors import IndexDamaged
from index.store.sentence_table import FIRST, SENTENCES, SentenceTable
from index.text.passages import Passage, split
from index.text.sentences import sentence_spans

TEXT = "The ants came in May. They stayed.\n\nNobody knows why. “Noël”, said one, and left."


@pytest.fixture
def passages() -> tuple[Passage, ...]:
    found = split(parse("ants.txt", (TEXT + "\n\n" + "The nest is large. " * 60).encode()), sentence_spans)
    assert len(found) > 1
    return found


def test_sentences_come_back_as_they_were_split(passages: tuple[Passage, ...], tmp_path: Path) -> None:
    number = sum(len(passage.sentences) for passage in passages)
    SentenceTable.from_passages(passages).save(tmp_path)
    spans = SentenceTable.load(tmp_path, len(passages), number)
    for position, passage in enumerate(passages):
        assert spans.read_sentences(position, passage.start, passage.text) == passage.sentences
        assert spans.offsets(spans.sentences_of(position)) == [(s.start, s.end) for s in passage.sentences]
    assert spans.sentences_of(len(passages) - 1).stop == number


@pytest.mark.parametrize("name", [FIRST, SENTENCES])
@pytest.mark.parametrize("content", [None, b"", b"no array", "shorter"])
def test_what_is_not_there_as_it_was_saved_is_damage(
    passages: tuple[Passage, ...], tmp_path: Path, name: str, content: bytes | str | None
) -> None:
    number = sum(len(passage.sentences) for passage in passages)
    SentenceTable.from_passages(passages).save(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    elif isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        np.save(tmp_path / name, np.load(tmp_path / name)[:-1])
    with pytest.raises(IndexDamaged, match="table of its sentences"):
        SentenceTable.load(tmp_path, len(passages), number)
