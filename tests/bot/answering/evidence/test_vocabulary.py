"""The words of the networks: those in Latin letters, and in order."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from bot.answering.evidence.network import load_encoder
from bot.answering.evidence.vocabulary import digest, latin_words

WEIGHTS = Path(str(files("bot.answering.evidence") / "weights"))


def test_words_in_other_letters_and_unused_ones_are_left_out_and_the_order_is_kept() -> None:
    words = ["[CLS]", "[unused0]", "ferry", "##ö", "мост", "##橋", "€", "“", "naïve", "7"]
    numbered = {word: number for number, word in reversed(list(enumerate(words)))}
    assert latin_words(numbered) == ["[CLS]", "ferry", "##ö", "€", "“", "naïve", "7"]


def test_a_vocabulary_with_other_words_or_in_another_order_has_another_digest() -> None:
    assert len({digest(words) for words in (["a", "b"], ["b", "a"], ["a"], ["ab"])}) == 4


def test_words_that_the_network_was_not_made_for_are_refused(tmp_path: Path) -> None:
    special = json.loads((WEIGHTS / "large" / "vocabulary.json").read_text(encoding="utf-8"))
    (tmp_path / "vocabulary.json").write_text(json.dumps({**special, "after": []}), encoding="utf-8")
    with pytest.raises(ValueError, match="another vocabulary"):
        load_encoder(tmp_path)
