"""Fakes: an embedding model that counts word lengths, and a generation check without a subprocess."""

from pathlib import Path

from langchain_core.embeddings import Embeddings

from index.store.chroma import open_folder
from index.store.manifest import Manifest
from index.store.self_check import CheckResult, check_collections

FAKE_MODEL = "word-lengths"


class WordLengths(Embeddings):
    """Fake embeddings: how many words of each length a text has. Fast, deterministic, and similar for similar texts."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        counts = [0.01] * 16
        for word in text.split():
            counts[min(len(word), 15)] += 1.0
        norm = sum(count * count for count in counts) ** 0.5
        return [count / norm for count in counts]


def check_in_process(folder: Path, manifest: Manifest) -> CheckResult:
    """Check a generation in this process instead of a subprocess."""
    collections = open_folder(folder / "chroma")
    try:
        return check_collections(collections, manifest)
    finally:
        collections.close()
