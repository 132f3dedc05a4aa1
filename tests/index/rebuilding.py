"""Articles to rebuild an index from, and what stands in the index afterwards."""

from collections.abc import Callable
from pathlib import Path

from index.generation import open_current
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildReport

Build = Callable[..., RebuildReport]


ANTS = "The ants came in May.\n\nNobody had asked them to, least of all the council."
BEES = "The bees left in June.\n\nThey took the honey, and who can blame them?"
CROWS = "The crows stayed all winter.\n\nThey always do."


def indexed(publisher: FolderPublisher, model: str) -> dict[str, str]:
    """Read from the current generation: article id → text of its passages."""
    with open_current(publisher, model) as generation:
        texts = dict.fromkeys(generation.articles, "")
        for stored in generation.passages(generation.positions().tolist()):
            texts[stored.passage.article] += stored.passage.text
        return texts


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
