"""A question and a window of sentences as the word pieces that the reader's network takes. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUESTION, CONTEXT, BEFORE, LONGEST = 48, 40, 24, 288
CLS, SEP = 101, 102

Tokenize = Callable[[list[str]], list[list[int]]]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Word pieces with their segment (0 question, 1 text); asked, spans: where the question and each sentence stand.

    Sentences that do not fit are missing at the end of `spans`.
    """

    ids: list[int]
    types: list[int]
    asked: tuple[int, int]
    spans: tuple[tuple[int, int], ...]

    def pool(self, tall: int, width: int) -> NDArray[np.float32]:
        """Rows that average the question's tokens and each sentence's; shape (1 + tall, width)."""
        rows = np.zeros((1 + tall, width), dtype=np.float32)
        for n, (start, end) in enumerate((self.asked, *self.spans)):
            rows[n, start:end] = 1 / (end - start)
        return rows


class Encoder:
    """Encodes windows with a tokenizer of BERT's vocabulary, given as a function from texts to ids without marks."""

    def __init__(self, tokenize: Tokenize) -> None:
        self._tokenize = tokenize

    def encode(self, question: str, context: str, before: str, sentences: Sequence[str]) -> Encoded:
        """One window; context: the exchange that the question leans on, before: the sentence before the window."""
        asked, said, earlier, *texts = self._tokenize([question, context, before, *sentences])
        ids = [CLS, *said[:CONTEXT], *([SEP] if said else []), *asked[:QUESTION]]
        first = len(ids) - len(asked[:QUESTION])
        place = (first, len(ids)) if asked else (0, 1)
        ids.append(SEP)
        mark = len(ids)
        ids += earlier[-BEFORE:]
        spans: list[tuple[int, int]] = []
        for text in texts:
            text = text[: max(0, LONGEST - 1 - len(ids))] or ([] if spans else [SEP])
            if not text:
                break
            spans.append((len(ids), len(ids) + len(text)))
            ids += text
        ids.append(SEP)
        return Encoded(ids, [0] * mark + [1] * (len(ids) - mark), place, tuple(spans))
