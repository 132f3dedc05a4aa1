"""Encode a question and a window of sentences as the token ids that the reader's network takes. No I/O."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Limits in tokens.
MAX_QUESTION, MAX_CONTEXT, MAX_BEFORE, MAX_TOKENS = 48, 40, 24, 288
CLS, SEP = 101, 102

Tokenize = Callable[[list[str]], list[list[int]]]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class EncodedWindow:
    """The token ids of one window.

    Attributes:
        ids: Token ids, with CLS and SEP.
        segments: The segment of each token: 0 for the question with its context, 1 for the text.
        question_span: Start and end index of the question's tokens.
        sentence_spans: Those of each sentence; sentences that do not fit are missing at the end.
    """

    ids: list[int]
    segments: list[int]
    question_span: Span
    sentence_spans: tuple[Span, ...]

    def pooling_matrix(self, sentences: int, tokens: int) -> NDArray[np.float32]:
        """Return the matrix that averages the tokens of the question and of each sentence.

        Args:
            sentences: The number of sentence rows, padded with zeros.
            tokens: The number of columns, padded likewise.

        Returns:
            Shape (1 + sentences, tokens); the first row is the question's.
        """
        rows = np.zeros((1 + sentences, tokens), dtype=np.float32)
        for n, (start, end) in enumerate((self.question_span, *self.sentence_spans)):
            rows[n, start:end] = 1 / (end - start)
        return rows


class WindowEncoder:
    """Encodes windows with a tokenizer of BERT's vocabulary."""

    def __init__(self, tokenize: Tokenize) -> None:
        """Create an encoder; `tokenize` maps texts to token ids without special tokens."""
        self._tokenize = tokenize

    def encode(self, question: str, context: str, before: str, sentences: Sequence[str]) -> EncodedWindow:
        """Encode one window.

        Args:
            question: The question, cut at MAX_QUESTION tokens.
            context: The exchange that the question depends on, or ""; cut at MAX_CONTEXT tokens.
            before: The sentence before the window, or ""; its last MAX_BEFORE tokens are used.
            sentences: The sentences of the window, cut where MAX_TOKENS is reached.
        """
        question_ids, context_ids, before_ids, *sentence_ids = self._tokenize([question, context, before, *sentences])
        ids = [CLS, *context_ids[:MAX_CONTEXT], *([SEP] if context_ids else []), *question_ids[:MAX_QUESTION]]
        first = len(ids) - len(question_ids[:MAX_QUESTION])
        question_span = (first, len(ids)) if question_ids else (0, 1)
        ids.append(SEP)
        text_start = len(ids)
        ids += before_ids[-MAX_BEFORE:]
        spans: list[Span] = []
        for sentence in sentence_ids:
            fitting = sentence[: max(0, MAX_TOKENS - 1 - len(ids))]
            if not fitting and not spans:
                fitting = [SEP]  # a first sentence without tokens: a window must have a sentence to average over
            if not fitting:
                break
            spans.append((len(ids), len(ids) + len(fitting)))
            ids += fitting
        ids.append(SEP)
        segments = [0] * text_start + [1] * (len(ids) - text_start)
        return EncodedWindow(ids, segments, question_span, tuple(spans))
