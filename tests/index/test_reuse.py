"""A rebuild embeds only what changed, and reuses no vectors of a generation that it cannot trust."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.embedding import Embedder
from index.generation import open_current
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildReport, rebuild

from tests.support.fakes import FAKE_MODEL, WordLengths

ANTS = "The ants came in May.\n\nNobody had asked them to, least of all the council."
BEES = "The bees left in June.\n\nThey took the honey, and who can blame them?"


class Counting(WordLengths):
    """Records every text that it embeds."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.asked += texts
        return super().embed_documents(texts)


Build = Callable[..., list[str]]


@pytest.fixture
def embedded(folder: Path, publisher: FolderPublisher) -> Build:
    """Rebuild, and return the texts that were embedded, sorted."""
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")

    def run(model: str = FAKE_MODEL, **options: object) -> list[str]:
        counting = Counting()
        rebuild(folder, publisher, model, lambda: Embedder(counting, model), **options)  # type: ignore[arg-type]
        return sorted(counting.asked)

    return run


def refused() -> Embedder:
    raise AssertionError("the model was loaded")


def test_only_what_is_new_is_embedded_again(folder: Path, embedded: Build) -> None:
    assert len(embedded()) == 6
    (folder / "bees.txt").write_text(BEES.replace("June", "July"), encoding="utf-8")
    (folder / "crows.txt").write_text("The crows stayed.", encoding="utf-8")
    assert embedded() == [
        "\nThe bees left in July.\n\nThey took the honey, and who can blame them?",
        "\nThe crows stayed.",
        "The bees left in July.",
        "The crows stayed.",
    ]


def test_a_rebuild_that_only_removes_loads_no_model(folder: Path, publisher: FolderPublisher, embedded: Build) -> None:
    embedded()
    (folder / "ants.txt").unlink()
    report = rebuild(folder, publisher, FAKE_MODEL, refused)
    assert (report.built, report.plan.removed) == (True, ("ants.txt",))
    with open_current(publisher, FAKE_MODEL) as generation:
        assert list(generation.articles) == ["bees.txt"]


def test_a_renamed_article_keeps_its_vectors(folder: Path, publisher: FolderPublisher, embedded: Build) -> None:
    embedded()
    (folder / "ants.txt").rename(folder / "zebras.txt")
    assert rebuild(folder, publisher, FAKE_MODEL, refused).plan.added == ("zebras.txt",)


def test_reused_vectors_equal_those_of_a_full_build_after_many_rebuilds(
    folder: Path, publisher: FolderPublisher, embedded: Build, fake: Embedder
) -> None:
    embedded()
    for number in range(8):
        (folder / "crows.txt").write_text(f"The crows stayed {number} times.", encoding="utf-8")
        embedded()
    with open_current(publisher, FAKE_MODEL) as generation:
        for name in generation.articles:
            spans, vectors = generation.sentence_vectors(name)
            text = generation.articles[name].text
            assert np.allclose(vectors, fake.embed_documents([text[a:b] for a, b in spans]), atol=1e-6)


def test_a_changed_title_embeds_passages_again_but_no_sentences(folder: Path, embedded: Build) -> None:
    head = "---\ntitle: {}\n---\n\n"
    (folder / "bees.txt").write_text(head.format("Bees") + BEES, encoding="utf-8")
    embedded()
    (folder / "bees.txt").write_text(head.format("Honey") + BEES, encoding="utf-8")
    assert embedded() == [f"Honey\n{BEES}"]


def test_a_repeated_text_is_embedded_once(folder: Path, embedded: Build) -> None:
    (folder / "ants.txt").write_text("They stayed.\n\n" * 3 + "Gone.", encoding="utf-8")
    texts = embedded()
    assert len(texts) == len(set(texts))


def test_force_embeds_everything_again(embedded: Build) -> None:
    first = embedded()
    assert embedded(force=True) == first


def test_another_model_or_splitter_reuses_nothing(embedded: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    first = embedded()
    assert embedded("another") == first
    monkeypatch.setattr("index.rebuild.SPLITTER_VERSION", 10_000)
    assert embedded("another") == first


@pytest.mark.parametrize("file", ["articles.json", "lexical/words.tsv", "chroma/chroma.sqlite3"])
def test_nothing_is_reused_from_a_damaged_generation(
    folder: Path, publisher: FolderPublisher, embedded: Build, file: str
) -> None:
    first = embedded()
    with (publisher.current_folder() / file).open("ab") as damaged:
        damaged.write(b"x")
    assert embedded() == first


def test_nothing_is_reused_from_a_generation_that_breaks_after_planning(
    folder: Path, publisher: FolderPublisher, embedded: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = embedded()
    (folder / "crows.txt").write_text("The crows stayed.", encoding="utf-8")
    current = publisher.current_folder()
    copy = publisher.copy_to

    def broken(name: str, target: Path) -> None:
        (current / "chroma" / "chroma.sqlite3").write_bytes(b"")
        copy(name, target)

    monkeypatch.setattr(publisher, "copy_to", broken)
    assert len(embedded()) == len(first) + 2


def test_vectors_of_two_models_with_the_same_name_are_not_mixed(
    folder: Path, publisher: FolderPublisher, embedded: Build
) -> None:
    embedded()

    class Longer(WordLengths):
        def embed_query(self, text: str) -> list[float]:
            return [*super().embed_query(text), 0.0]

    (folder / "crows.txt").write_text("The crows stayed.", encoding="utf-8")
    report: RebuildReport = rebuild(folder, publisher, FAKE_MODEL, lambda: Embedder(Longer(), FAKE_MODEL))
    assert report.built
    assert publisher.manifest().dimension == 17
