"""How well each sentence answers a question, read in its context; the only door to onnxruntime and tokenizers.

The packaged reader is a MiniLM cross-encoder that scores all sentences of a window in one pass;
training/README.md says how it was made. A cross-encoder of the user's choice scores them one by one.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding import packaged_model
from index.errors import ModelError

from bot.answering.evidence.pairs import Encoded, Encoder
from bot.answering.types import UNREAD

if TYPE_CHECKING:
    import onnxruntime

Scores = NDArray[np.float32]
PairScorer = Callable[[Sequence[tuple[str, str]]], Scores]

BATCH_TOKENS = 640
_THREADS = 4


@dataclass(frozen=True, slots=True)
class Window:
    """Sentences in a row; before: the one that stands before them, "" at the beginning of an article."""

    sentences: tuple[str, ...]
    before: str = ""


class Reranker(Protocol):
    """Scores the sentences of windows for a question that leans on `context`."""

    name: str

    def score(self, question: str, context: str, windows: Sequence[Window]) -> list[Scores]:
        """For each window logits of shape (sentences, 2): that it answers, that it corrects what the question takes
        for granted."""
        ...


class PackagedReader:
    """The reader that comes with Byline, on onnxruntime."""

    name = "byline-reader"

    def __init__(self, session: "onnxruntime.InferenceSession", encoder: Encoder) -> None:
        self._session = session
        self._encoder = encoder

    @classmethod
    def load(cls, folder: Path | None = None) -> "PackagedReader":
        """Load the weights from a folder, by default those in the package; raises ModelError.

        The tokenizer is that of the sentence encoder that the reader began as.
        """
        where = folder or Path(str(files("bot.answering.evidence") / "weights"))
        try:
            import onnxruntime
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = min(_THREADS, os.cpu_count() or 1)
            # A bot waits far longer than it answers; idle threads must not keep a core busy.
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            session = onnxruntime.InferenceSession(
                str(where / "reader.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # tokenizers raises bare Exception, onnxruntime a dozen kinds
            raise ModelError(
                f"The packaged reader cannot be loaded ({type(error).__name__}).", "Run `make setup` again."
            ) from error

        def tokenize(texts: list[str]) -> list[list[int]]:
            return [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]

        return cls(session, Encoder(tokenize))

    def score(self, question: str, context: str, windows: Sequence[Window]) -> list[Scores]:
        encoded = [self._encoder.encode(question, context, w.before, w.sentences) for w in windows]
        found: list[Scores] = [np.full((len(w.sentences), 2), UNREAD, dtype=np.float32) for w in windows]
        for places in _batches([len(e.ids) for e in encoded]):
            logits = self._run([encoded[n] for n in places])
            for n, rows in zip(places, logits, strict=True):
                read = len(encoded[n].spans)
                found[n][:read] = rows[:read]
        return found

    def _run(self, batch: Sequence[Encoded]) -> Scores:
        width = max(len(e.ids) for e in batch)
        tall = max(len(e.spans) for e in batch)
        ids, types, mask = (np.zeros((len(batch), width), dtype=np.int64) for _ in range(3))
        for row, e in enumerate(batch):
            ids[row, : len(e.ids)], types[row, : len(e.ids)], mask[row, : len(e.ids)] = e.ids, e.types, 1
        pool = np.stack([e.pool(tall, width) for e in batch])
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, "pool": pool}
        return np.asarray(self._session.run(["logits"], inputs)[0], dtype=np.float32)


class PairReader:
    """A cross-encoder that knows pairs only: each sentence with the one before it, beside the question."""

    def __init__(self, predict: PairScorer, name: str) -> None:
        self.name = name
        self._predict = predict

    def score(self, question: str, context: str, windows: Sequence[Window]) -> list[Scores]:
        asked = f"{context} {question}".strip()
        pairs = [
            (asked, f"{before} {sentence}".strip())
            for window in windows
            for before, sentence in zip((window.before, *window.sentences), window.sentences, strict=False)
        ]
        logits = np.asarray(self._predict(pairs), dtype=np.float32)
        both = np.stack([logits, np.full_like(logits, UNREAD)], axis=1)
        ends = np.cumsum([len(window.sentences) for window in windows])[:-1]
        return list(np.split(both, ends))


def load_reranker(model: str | None) -> Reranker:
    """The packaged reader, or a sentence-transformers cross-encoder by name or path; raises ModelError."""
    if model is None:
        return PackagedReader.load()
    from index.embedding import load_pair_scorer

    return PairReader(load_pair_scorer(model), Path(model).name)


def manifest() -> dict[str, str]:
    """What the packaged weights are: file names with their SHA-256."""
    text = (files("bot.answering.evidence") / "weights" / "manifest.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Places grouped so that texts alike in length go together and little is read that is only filling."""
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda n: -lengths[n]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= BATCH_TOKENS:
            batches[-1].append(place)
        else:
            batches.append([place])
    return batches
