"""What the tests of the index share."""

from pathlib import Path

import pytest

from tests.index.rebuilding import ANTS, BEES


@pytest.fixture
def articles(folder: Path) -> Path:
    """Two articles, one of them in a subfolder."""
    (folder / "more").mkdir()
    (folder / "ants.txt").write_text(ANTS, encoding="utf-8")
    (folder / "more" / "bees.txt").write_text(BEES, encoding="utf-8")
    return folder
