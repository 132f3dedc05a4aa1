"""Encode a question and a window of sentences as the token ids that the reader's networks take. No I/O."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Limits in tokens.
MAX_QUESTION, MAX_CONTEXT, MAX_BEFORE, MAX_TOKENS = 48, 40, 24, 288

Tokenize = Callable[[list[str]], list[list[int]]]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Marks:
    """The ids of a vocabulary's special tokens.

    Attributes:
        begin: The first token of a text.
        end: The last one; it also ends the context.
        between: The tokens between the question and the window.
        padding: Fills up the shorter texts of a batch.
    """

    begin: int
    end: int
    between: tuple[int, ...]
    padding: int

    @classmethod
    def of(cls, token_id: Callable[[str], int | None]) -> "Marks":
        """Look up the special tokens of MPNet, or else of BERT; `token_id` returns None for an unknown token."""
        if (begin := token_id("<s>")) is not None:
            end = _known(token_id("</s>"))
            return cls(begin, end, (end, end), _known(token_id("<pad>")))
        end = _known(token_id("[SEP]"))
        return cls(_known(token_id("[CLS]")), end, (end,), _known(token_id("[PAD]")))


@dataclass(frozen=True, slots=True)
class EncodedWindow:
    """The token ids of one window.

    Attributes:
        ids: Token ids, with the special tokens.
        text_span: Start and end index of the question's tokens; without a question, of all sentences.
        sentence_spans: Those of each sentence; sentences that do not fit are missing at the end.
    """

    ids: list[int]
    text_span: Span
    sentence_spans: tuple[Span, ...]

    def pooling_matrix(self, sentences: int, tokens: int) -> NDArray[np.float32]:
        """Return the matrix that averages the tokens of the question and of each sentence.

        Args:
            sentences: The number of sentence rows, padded with zeros.
            tokens: The number of columns, padded likewise.

        Returns:
            Shape (1 + sentences, tokens); the first row is that of `text_span`.
        """
        rows = np.zeros((1 + sentences, tokens), dtype=np.float32)
        for n, (start, end) in enumerate((self.text_span, *self.sentence_spans)):
            rows[n, start:end] = 1 / (end - start)
        return rows


class WindowEncoder:
    """Encodes windows for an encoder of BERT's or MPNet's kind."""

    def __init__(self, tokenize: Tokenize, marks: Marks) -> None:
        """Create an encoder; `tokenize` maps texts to token ids without special tokens."""
        self._tokenize = tokenize
        self.marks = marks

    def encode(self, question: str, context: str, before: str, sentences: Sequence[str]) -> EncodedWindow:
        """Encode one window.

        Args:
            question: The question, cut at MAX_QUESTION tokens; "" to read the sentences without one.
            context: The exchange that the question depends on, or ""; cut at MAX_CONTEXT tokens.
            before: The sentence before the window, or ""; its last MAX_BEFORE tokens are used.
            sentences: The sentences of the window, cut where MAX_TOKENS is reached.
        """
        question_ids, context_ids, before_ids, *sentence_ids = self._tokenize([question, context, before, *sentences])
        marks = self.marks
        if question.strip() and not question_ids:  # nothing but special tokens that somebody wrote
            question_ids = [marks.end]
        ids = [marks.begin, *context_ids[:MAX_CONTEXT], *([marks.end] if context_ids else [])]
        question_start = len(ids)
        ids += question_ids[:MAX_QUESTION]
        question_end = len(ids)
        ids += [*(marks.between if question_ids else ()), *before_ids[-MAX_BEFORE:]]
        start = len(ids)
        spans: list[Span] = []
        for sentence in sentence_ids:
            room = max(0, MAX_TOKENS - 1 - len(ids))
            if not room and spans:
                break
            # A sentence without a token that the vocabulary has: something must stand there to average over.
            fitting = sentence[:room] or [marks.end]
            spans.append((len(ids), len(ids) + len(fitting)))
            ids += fitting
        text_span = (question_start, question_end) if question_ids else (start, len(ids))
        return EncodedWindow([*ids, marks.end], text_span, tuple(spans))


def _known(token: int | None) -> int:
    if token is None:
        raise ValueError("the vocabulary lacks a special token")
    return token
