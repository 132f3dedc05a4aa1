"""Private copies: a new process removes those of dead processes and leaves those of running ones."""

import multiprocessing
import signal
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from index.publishing.copies import PrivateFolder


def hold_copy(folder: str, connection: Connection) -> None:
    tempfile.tempdir = folder
    copy = PrivateFolder()
    (copy.path / "file").write_text("x", encoding="utf-8")
    connection.send(str(copy.path))
    signal.pause()


def test_a_new_process_removes_the_copy_of_a_killed_process_but_not_of_a_running_one(copies: Path) -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=hold_copy, args=(str(copies), sender))
    process.start()
    orphan = Path(receiver.recv())
    own = PrivateFolder()
    assert (orphan / "file").exists()
    process.kill()
    process.join()
    assert (orphan / "file").exists()
    other = PrivateFolder()
    assert sorted(copies.iterdir()) == sorted([own.path.parent, other.path.parent])
    for copy in (own, other):
        copy.close()
    assert list(copies.iterdir()) == []


def test_other_files_and_folders_are_not_removed(copies: Path, tmp_path: Path) -> None:
    (copies / "byline-without-lock").mkdir()
    (copies / "byline-file").write_text("x", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "owner.lock").write_text("", encoding="utf-8")
    (copies / "byline-link").symlink_to(elsewhere, target_is_directory=True)
    (copies / "byline-linked-lock").mkdir()
    (copies / "byline-linked-lock" / "owner.lock").symlink_to(elsewhere / "owner.lock")
    before = sorted(copies.iterdir())
    PrivateFolder().close()
    assert sorted(copies.iterdir()) == before
    assert (elsewhere / "owner.lock").exists()


def test_a_copy_is_readable_by_its_owner_only(copies: Path) -> None:
    copy = PrivateFolder()
    assert copy.path.parent.stat().st_mode & 0o077 == 0
    copy.close()


def test_a_copy_can_be_closed_twice(copies: Path) -> None:
    copy = PrivateFolder()
    copy.close()
    copy.close()
