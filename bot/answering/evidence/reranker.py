"""Score how well each sentence answers a question; the only module that imports onnxruntime and tokenizers.

The packaged reader is a MiniLM cross-encoder that scores all sentences of a window in one pass (training/README.md
describes its training). A cross-encoder chosen by the user scores them one by one.
"""

import os
from collections.abc import Callable, Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.embedding import packaged_model
from index.errors import ModelError

from bot.answering.evidence.encoding import EncodedWindow, WindowEncoder
from bot.answering.evidence.windows import Logits, SentenceWindow
from bot.answering.types import UNREAD

if TYPE_CHECKING:
    import onnxruntime

PairScorer = Callable[[Sequence[tuple[str, str]]], Logits]

# The most tokens of a batch, padding included.
BATCH_TOKENS = 640
_THREADS = 4


class Reranker(Protocol):
    """Scores the sentences of windows for a question."""

    name: str

    def score(self, question: str, context: str, windows: Sequence[SentenceWindow]) -> list[Logits]:
        """Score every sentence of the windows.

        Args:
            question: The question.
            context: The exchange that it depends on, or "".
            windows: The windows to read.

        Returns:
            For each window logits of shape (sentences, 2): the sentence answers; it corrects a false premise.
        """
        ...


class PackagedReader:
    """The reader that is part of Byline, run by onnxruntime."""

    name = "byline-reader"

    def __init__(self, session: "onnxruntime.InferenceSession", encoder: WindowEncoder) -> None:
        """Create a reader from a loaded network and the encoder of its inputs; see `load`."""
        self._session = session
        self._encoder = encoder

    @classmethod
    def load(cls, folder: Path | None = None) -> "PackagedReader":
        """Load the weights from a folder, by default those in the package.

        The tokenizer is that of the packaged sentence encoder, from which the reader was fine-tuned.

        Raises:
            ModelError: The weights or the tokenizer cannot be loaded.
        """
        weights = folder or Path(str(files("bot.answering.evidence") / "weights"))
        try:
            import onnxruntime
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = min(_THREADS, os.cpu_count() or 1)
            # A bot is idle most of the time; waiting threads must not keep a core busy.
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            session = onnxruntime.InferenceSession(
                str(weights / "reader.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # tokenizers raises bare Exception, onnxruntime a dozen types
            raise ModelError(
                f"The packaged reader cannot be loaded ({type(error).__name__}).", "Run `make setup` again."
            ) from error

        def tokenize(texts: list[str]) -> list[list[int]]:
            return [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]

        return cls(session, WindowEncoder(tokenize))

    def score(self, question: str, context: str, windows: Sequence[SentenceWindow]) -> list[Logits]:
        """Score every sentence (see Reranker.score); those beyond the network's input length get UNREAD."""
        encoded = [self._encoder.encode(question, context, w.before, w.texts) for w in windows]
        scores: list[Logits] = [np.full((len(w.sentences), 2), UNREAD, dtype=np.float32) for w in windows]
        for batch in _batches([len(e.ids) for e in encoded]):
            logits = self._run([encoded[n] for n in batch])
            for n, rows in zip(batch, logits, strict=True):
                read = len(encoded[n].sentence_spans)
                scores[n][:read] = rows[:read]
        return scores

    def _run(self, batch: Sequence[EncodedWindow]) -> Logits:
        """Run the network on one batch; return logits of shape (windows, most sentences, 2)."""
        tokens = max(len(e.ids) for e in batch)
        sentences = max(len(e.sentence_spans) for e in batch)
        ids, segments, mask = (np.zeros((len(batch), tokens), dtype=np.int64) for _ in range(3))
        for row, e in enumerate(batch):
            ids[row, : len(e.ids)], segments[row, : len(e.ids)], mask[row, : len(e.ids)] = e.ids, e.segments, 1
        pool = np.stack([e.pooling_matrix(sentences, tokens) for e in batch])
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": segments, "pool": pool}
        return np.asarray(self._session.run(["logits"], inputs)[0], dtype=np.float32)


class CrossEncoderReader:
    """A cross-encoder of pairs: it scores the question with each sentence, preceded by the sentence before."""

    def __init__(self, predict: PairScorer, name: str) -> None:
        """Create a reader; `predict` maps (question, text) pairs to logits of shape (pairs,)."""
        self.name = name
        self._predict = predict

    def score(self, question: str, context: str, windows: Sequence[SentenceWindow]) -> list[Logits]:
        """Score every sentence (see Reranker.score); the logit that it corrects a premise is always UNREAD."""
        question = f"{context} {question}".strip()
        pairs = [
            (question, f"{before} {text}".strip())
            for window in windows
            for before, text in pairwise((window.before, *window.texts))
        ]
        logits = np.asarray(self._predict(pairs), dtype=np.float32)
        both = np.stack([logits, np.full_like(logits, UNREAD)], axis=1)
        ends = np.cumsum([len(window.sentences) for window in windows])[:-1]
        return list(np.split(both, ends))


def load_reranker(model: str | None) -> Reranker:
    """Load a sentence-transformers cross-encoder by name or path, or for None the packaged reader.

    Raises:
        ModelError: The model cannot be loaded.
    """
    if model is None:
        return PackagedReader.load()
    from index.embedding import load_pair_scorer

    return CrossEncoderReader(load_pair_scorer(model), Path(model).name)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group the indexes of texts into batches of similar length, so that little padding is needed."""
    batches: list[list[int]] = []
    for n in sorted(range(len(lengths)), key=lambda n: -lengths[n]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= BATCH_TOKENS:
            batches[-1].append(n)
        else:
            batches.append([n])
    return batches
