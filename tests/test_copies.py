"""Private copies: an owner's stays, one whose owner was killed goes with the next start."""

import multiprocessing
import signal
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from index.copies import PrivateCopy


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where temporary files of this process, and of those that it starts, go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def own_a_copy(folder: str, told: Connection) -> None:
    tempfile.tempdir = folder
    copy = PrivateCopy()
    (copy.path / "file").write_text("x", encoding="utf-8")
    told.send(str(copy.path))
    signal.pause()


def test_the_copy_of_a_killed_process_is_removed_by_the_next_start_and_a_living_ones_stays(temporary: Path) -> None:
    told, tell = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=own_a_copy, args=(str(temporary), tell))
    process.start()
    left = Path(told.recv())
    mine = PrivateCopy()
    assert (left / "file").exists()
    process.kill()
    process.join()
    assert (left / "file").exists()
    other = PrivateCopy()
    assert sorted(temporary.iterdir()) == sorted([mine.path.parent, other.path.parent])
    for copy in (mine, other):
        copy.close()
    assert list(temporary.iterdir()) == []


def test_what_is_not_a_copy_of_ours_stays(temporary: Path, tmp_path: Path) -> None:
    (temporary / "byline-without-lock").mkdir()
    (temporary / "byline-file").write_text("x", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "owner.lock").write_text("", encoding="utf-8")
    (temporary / "byline-link").symlink_to(elsewhere, target_is_directory=True)
    (temporary / "byline-linked-lock").mkdir()
    (temporary / "byline-linked-lock" / "owner.lock").symlink_to(elsewhere / "owner.lock")
    before = sorted(temporary.iterdir())
    PrivateCopy().close()
    assert sorted(temporary.iterdir()) == before
    assert (elsewhere / "owner.lock").exists()


def test_a_copy_is_for_its_owners_eyes_only(temporary: Path) -> None:
    copy = PrivateCopy()
    assert copy.path.parent.stat().st_mode & 0o077 == 0
    copy.close()


def test_a_copy_can_be_closed_twice(temporary: Path) -> None:
    copy = PrivateCopy()
    copy.close()
    copy.close()
