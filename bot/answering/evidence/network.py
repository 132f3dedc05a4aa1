"""A reader's network on disk: scores every sentence of a window for a question in one pass.

The only module that imports onnxruntime and tokenizers. training/reader describes the networks and their training.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.embedding import packaged_model
from index.errors import ModelError

from bot.answering.evidence.encoding import EncodedWindow, Marks, WindowEncoder
from bot.answering.evidence.vocabulary import digest, latin_words
from bot.answering.evidence.windows import SentenceWindow
from bot.answering.types import UNREAD

if TYPE_CHECKING:
    import onnxruntime

# The columns of a sentence's logits, and of a window's.
ANSWERS, CORRECTS, CONTINUES = range(3)
ADDRESSED, YES, NO, MIXED = range(4)
# The most tokens of a batch, padding included.
BATCH_TOKENS = 640
_THREADS = 4


class WindowReading(NamedTuple):
    """What a network found in one window.

    Attributes:
        sentences: Logits of shape (sentences, 3): it answers; it corrects a false premise; it goes on with the answer
            of the sentence before it.
        window: Logits of shape (4,): the window answers, and the author's stance to a yes/no question.
    """

    sentences: NDArray[np.float32]
    window: NDArray[np.float32]


def unread(window: SentenceWindow) -> WindowReading:
    """Return the reading of a window that was not read."""
    return WindowReading(np.full((len(window.sentences), 3), UNREAD, np.float32), np.full(4, UNREAD, np.float32))


def best_answer(readings: Sequence[WindowReading]) -> float:
    """Return the highest logit that a sentence of some windows answers; UNREAD if there is none."""
    return max((float(reading.sentences[:, ANSWERS].max(initial=UNREAD)) for reading in readings), default=UNREAD)


class ReaderNetwork:
    """A network, run by onnxruntime, and the encoder of its inputs."""

    def __init__(self, session: "onnxruntime.InferenceSession", encoder: WindowEncoder) -> None:
        """Create a network from a loaded session; see `load`."""
        self._session = session
        self._encoder = encoder

    @classmethod
    def load(cls, folder: Path) -> "ReaderNetwork":
        """Load `reader.onnx` and `vocabulary.json` from a folder.

        Raises:
            ModelError: They cannot be loaded.
        """
        try:
            import onnxruntime

            encoder = load_encoder(folder)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = min(_THREADS, os.cpu_count() or 1)
            # A bot is idle most of the time; waiting threads must not keep a core busy.
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            session = onnxruntime.InferenceSession(
                str(folder / "reader.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # tokenizers raises bare Exception, onnxruntime a dozen types
            raise ModelError(
                f"The packaged reader cannot be loaded ({type(error).__name__}).", "Run `make setup` again."
            ) from error
        return cls(session, encoder)

    def read(self, question: str, context: str, windows: Sequence[SentenceWindow]) -> list[WindowReading]:
        """Read windows; the sentences beyond the network's input length get UNREAD.

        Args:
            question: The question.
            context: The exchange that it depends on, or "".
            windows: The windows.
        """
        encoded = [self._encoder.encode(question, context, w.before, w.texts) for w in windows]
        readings = [unread(window) for window in windows]
        for batch in _batches([len(e.ids) for e in encoded]):
            sentences, whole = self._run([encoded[n] for n in batch])
            for row, n in enumerate(batch):
                fitting = len(encoded[n].sentence_spans)
                readings[n].sentences[:fitting] = sentences[row, :fitting]
                readings[n].window[:] = whole[row]
        return readings

    def _run(self, batch: Sequence[EncodedWindow]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run the network on one batch; return logits of shapes (windows, most sentences, 3) and (windows, 4)."""
        tokens = max(len(e.ids) for e in batch)
        sentences = max(len(e.sentence_spans) for e in batch)
        ids = np.full((len(batch), tokens), self._encoder.marks.padding, dtype=np.int64)
        mask = np.zeros((len(batch), tokens), dtype=np.int64)
        for row, e in enumerate(batch):
            ids[row, : len(e.ids)], mask[row, : len(e.ids)] = e.ids, 1
        pool = np.stack([e.pooling_matrix(sentences, tokens) for e in batch])
        inputs = {"input_ids": ids, "attention_mask": mask, "pool": pool}
        found, whole = self._session.run(["sentences", "windows"], inputs)
        return np.asarray(found, dtype=np.float32), np.asarray(whole, dtype=np.float32)


def load_encoder(folder: Path) -> WindowEncoder:
    """Load the encoder of a packaged network's inputs.

    The folder's `vocabulary.json` names the special tokens before and after the words of the packaged sentence encoder.

    Raises:
        ValueError: The network was made for other words than the packaged encoder has.
    """
    tokenizer = json.loads((packaged_model() / "tokenizer.json").read_text(encoding="utf-8"))
    special = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
    words = [*special["before"], *latin_words(tokenizer["model"]["vocab"]), *special["after"]]
    if digest(words) != special["sha256"]:
        raise ValueError("the packaged encoder has another vocabulary")
    tokenizer["model"]["vocab"] = {word: number for number, word in enumerate(words)}
    return encoder_of(tokenizer)


def encoder_of(tokenizer: dict[str, Any]) -> WindowEncoder:
    """Return the encoder of windows that has the vocabulary of a `tokenizer.json`."""
    from tokenizers import Tokenizer

    # Without added tokens, "[SEP]" in a question is three words, and does not separate it from the window.
    plain = {**tokenizer, "added_tokens": [], "post_processor": None, "truncation": None, "padding": None}
    loaded = Tokenizer.from_str(json.dumps(plain))

    def tokenize(texts: list[str]) -> list[list[int]]:
        return [encoding.ids for encoding in loaded.encode_batch(texts, add_special_tokens=False)]

    return WindowEncoder(tokenize, Marks.of(loaded.token_to_id))


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group the indexes of texts into batches of similar length, so that little padding is needed."""
    batches: list[list[int]] = []
    for n in sorted(range(len(lengths)), key=lambda n: -lengths[n]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= BATCH_TOKENS:
            batches[-1].append(n)
        else:
            batches.append([n])
    return batches
