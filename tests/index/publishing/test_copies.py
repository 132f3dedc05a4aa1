"""Private copies: an owner's stays, one whose owner was killed goes with the next start."""

import multiprocessing
import signal
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from index.publishing.copies import PrivateCopy


def own_a_copy(folder: str, told: Connection) -> None:
    tempfile.tempdir = folder
    copy = PrivateCopy()
    (copy.path / "file").write_text("x", encoding="utf-8")
    told.send(str(copy.path))
    signal.pause()


def test_the_copy_of_a_killed_process_is_removed_by_the_next_start_and_a_living_ones_stays(copies: Path) -> None:
    told, tell = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=own_a_copy, args=(str(copies), tell))
    process.start()
    left = Path(told.recv())
    mine = PrivateCopy()
    assert (left / "file").exists()
    process.kill()
    process.join()
    assert (left / "file").exists()
    other = PrivateCopy()
    assert sorted(copies.iterdir()) == sorted([mine.path.parent, other.path.parent])
    for copy in (mine, other):
        copy.close()
    assert list(copies.iterdir()) == []


def test_what_is_not_a_copy_of_ours_stays(copies: Path, tmp_path: Path) -> None:
    (copies / "byline-without-lock").mkdir()
    (copies / "byline-file").write_text("x", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "owner.lock").write_text("", encoding="utf-8")
    (copies / "byline-link").symlink_to(elsewhere, target_is_directory=True)
    (copies / "byline-linked-lock").mkdir()
    (copies / "byline-linked-lock" / "owner.lock").symlink_to(elsewhere / "owner.lock")
    before = sorted(copies.iterdir())
    PrivateCopy().close()
    assert sorted(copies.iterdir()) == before
    assert (elsewhere / "owner.lock").exists()


def test_a_copy_is_for_its_owners_eyes_only(copies: Path) -> None:
    copy = PrivateCopy()
    assert copy.path.parent.stat().st_mode & 0o077 == 0
    copy.close()


def test_a_copy_can_be_closed_twice(copies: Path) -> None:
    copy = PrivateCopy()
    copy.close()
    copy.close()
