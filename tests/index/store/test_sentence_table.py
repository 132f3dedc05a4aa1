"""The sentence table: sentences survive saving and loading, and damaged files are detected."""

from pathlib import Path

import numpy as np
import pytest

from index.articles.parse import parse
from index.errors import IndexDamaged
from index.store.sentence_table import FIRST, SENTENCES, SentenceTable
from index.text.passages import Passage, split
from index.text.sentences import sentence_spans

TEXT = "The ants came in May. They stayed.\n\nNobody knows why. “Noël”, said one, and left."


@pytest.fixture
def passages() -> tuple[Passage, ...]:
    split_passages = split(parse("ants.txt", (TEXT + "\n\n" + "The nest is large. " * 60).encode()), sentence_spans)
    assert len(split_passages) > 1
    return split_passages


def test_sentences_are_unchanged_after_saving_and_loading(passages: tuple[Passage, ...], tmp_path: Path) -> None:
    sentence_count = sum(len(passage.sentences) for passage in passages)
    SentenceTable.from_passages(passages).save(tmp_path)
    table = SentenceTable.load(tmp_path, len(passages), sentence_count)
    for index, passage in enumerate(passages):
        assert table.read_sentences(index, passage.start, passage.text) == passage.sentences
        assert table.offsets(table.sentences_of(index)) == [(s.start, s.end) for s in passage.sentences]
    assert table.sentences_of(len(passages) - 1).stop == sentence_count


@pytest.mark.parametrize("name", [FIRST, SENTENCES])
@pytest.mark.parametrize("content", [None, b"", b"no array", "shorter"])
def test_a_missing_or_changed_file_is_reported_as_damage(
    passages: tuple[Passage, ...], tmp_path: Path, name: str, content: bytes | str | None
) -> None:
    sentence_count = sum(len(passage.sentences) for passage in passages)
    SentenceTable.from_passages(passages).save(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    elif isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        np.save(tmp_path / name, np.load(tmp_path / name)[:-1])
    with pytest.raises(IndexDamaged, match="table of its sentences"):
        SentenceTable.load(tmp_path, len(passages), sentence_count)
