"""The pipeline of the usual LangChain tutorial, for comparison: it finds passages and verifies nothing."""

from collections.abc import Sequence
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

TOP = 4


def split(texts: Sequence[str]) -> list[Document]:
    """Split texts into chunks of 1,000 characters with an overlap of 200."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks: list[Document] = splitter.split_documents([Document(text) for text in texts])
    return chunks


def build(texts: Sequence[str], embeddings: Embeddings, folder: Path) -> Chroma:
    """Index the chunks of texts."""
    chunks = split(texts)
    store = Chroma.from_documents(chunks[:5000], embeddings, persist_directory=str(folder))
    for start in range(5000, len(chunks), 5000):  # Chroma takes 5,461 at once
        store.add_documents(chunks[start : start + 5000])
    return store


def search(store: Chroma, question: str) -> list[Document]:
    nearest: list[Document] = store.similarity_search(question, k=TOP)
    return nearest
