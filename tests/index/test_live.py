"""The live index: it opens new generations in the background, and keeps the current one if that fails."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexUnusable
from index.generation import Generation, open_current
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildReport

Build = Callable[..., RebuildReport]
MODEL = "word-lengths"


@pytest.fixture
def write(folder: Path) -> Callable[[str], None]:
    """Write the only article of the folder."""

    def to(text: str) -> None:
        (folder / "x.txt").write_text(text, encoding="utf-8")

    to("The first text.")
    return to


@pytest.fixture
def live(publisher: FolderPublisher) -> Iterator[LiveIndex]:
    with LiveIndex(publisher, MODEL, interval=0.05) as index:
        yield index


def text(live: LiveIndex) -> str:
    with live.lease() as generation:
        return text_of(generation)


def text_of(generation: Generation) -> str:
    return generation.passages([0])[0].passage.text


def until(true: Callable[[], object], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.01)


def test_a_lease_fails_if_no_index_was_built(live: LiveIndex) -> None:
    with pytest.raises(IndexMissing), live.lease():
        pass


def test_a_lease_after_the_first_rebuild_opens_it(live: LiveIndex, build: Build, write: Callable[[str], None]) -> None:
    with pytest.raises(IndexMissing), live.lease():
        pass
    build()
    assert text(live) == "The first text."
    assert live.last_error is None


def test_a_generation_stays_open_while_it_is_the_newest(
    live: LiveIndex, build: Build, write: Callable[[str], None]
) -> None:
    build()
    with live.lease() as one:
        time.sleep(0.3)
        with live.lease() as other:
            assert one is other


def test_a_new_generation_is_opened_in_the_background(
    publisher: FolderPublisher, build: Build, write: Callable[[str], None]
) -> None:
    build()
    with LiveIndex(publisher, MODEL) as live:
        assert text(live) == "The first text."
        write("The second text.")
        build()
        until(lambda: text(live) == "The second text.", 2)
        assert live.last_error is None


def test_a_lease_keeps_its_generation_and_later_leases_get_the_new_one(
    live: LiveIndex, build: Build, write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Generation] = []
    close = Generation.close

    def noted(self: Generation) -> None:
        closed.append(self)
        close(self)

    monkeypatch.setattr(Generation, "close", noted)
    build()
    seen: list[str] = []
    with live.lease() as first:
        write("The second text.")
        build()
        elsewhere = threading.Thread(target=lambda: until(lambda: text(live) == "The second text."))
        elsewhere.start()
        elsewhere.join()
        seen = [text_of(first), text(live)]
        assert first not in closed
    assert seen == ["The first text.", "The first text."]
    until(lambda: first in closed)
    assert text(live) == "The second text."


def test_a_generation_that_cannot_be_opened_is_retried_with_backoff(
    live: LiveIndex,
    publisher: FolderPublisher,
    build: Build,
    write: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build()
    assert text(live) == "The first text."
    tried: list[float] = []

    def fails(*_: object) -> Generation:
        tried.append(time.monotonic())
        raise IndexDamaged("The index is damaged.")

    monkeypatch.setattr("index.live.open_current", fails)
    write("The second text.")
    build()
    until(lambda: len(tried) == 4)
    assert text(live) == "The first text."
    assert isinstance(live.last_error, IndexDamaged)
    assert tried[3] - tried[0] >= 0.05 + 0.1 + 0.2
    # A newer one is tried at once, and what was wrong is forgotten.
    monkeypatch.setattr("index.live.open_current", open_current)
    write("The third text.")
    build()
    until(lambda: text(live) == "The third text.")
    assert live.last_error is None


def test_opening_times_out_if_the_store_hangs_and_succeeds_once_it_responds(
    publisher: FolderPublisher, build: Build, write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    hold = threading.Event()
    with LiveIndex(publisher, MODEL, interval=0.05, timeout=0.3) as live:
        assert text(live) == "The first text."

        def hangs(*arguments: Any) -> Generation:
            hold.wait(20)
            return open_current(*arguments)

        monkeypatch.setattr("index.live.open_current", hangs)
        write("The second text.")
        build()
        until(lambda: live.last_error)
        assert live.last_error is not None
        assert live.last_error.message == "The index did not open within 0.3 seconds."
        assert text(live) == "The first text."
        until(lambda: len(live._hanging) == 3)
        hold.set()
        until(lambda: text(live) == "The second text.")
        until(lambda: live.last_error is None)


class Panic(BaseException):
    """Like the panics of chromadb's Rust core, not an Exception."""


def test_the_watcher_survives_panics_of_the_store(
    live: LiveIndex, build: Build, write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    assert text(live) == "The first text."
    left = [Panic, Panic, Panic, Panic]

    def panics(*arguments: Any) -> Generation:
        if left:
            raise left.pop()
        return open_current(*arguments)

    monkeypatch.setattr("index.live.open_current", panics)
    write("The second text.")
    build()
    until(lambda: live.last_error)
    assert live.last_error is not None
    assert live.last_error.message == "The index cannot be opened (Panic)."
    until(lambda: text(live) == "The second text.")
    assert not left


def test_the_first_opening_times_out_with_an_error(
    publisher: FolderPublisher, build: Build, write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    hold = threading.Event()

    def hangs(*_: object) -> Generation:
        hold.wait(20)
        raise IndexDamaged("The index is damaged.")

    monkeypatch.setattr("index.live.open_current", hangs)
    with (
        LiveIndex(publisher, MODEL, timeout=0.2) as live,
        pytest.raises(IndexUnusable, match="did not open within"),
        live.lease(),
    ):
        pass
    hold.set()


def test_opening_is_retried_if_a_generation_is_deleted_meanwhile(
    live: LiveIndex,
    publisher: FolderPublisher,
    build: Build,
    write: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build()
    assert text(live) == "The first text."

    def loses(publisher: FolderPublisher, model: str) -> Generation:
        monkeypatch.setattr("index.live.open_current", open_current)
        whole = publisher.current_folder()
        moved = whole.rename(whole.with_name("moved"))
        try:
            return open_current(publisher, model)
        finally:
            moved.rename(whole)

    monkeypatch.setattr("index.live.open_current", loses)
    write("The second text.")
    build()
    until(lambda: text(live) == "The second text.")
    until(lambda: live.last_error is None)


def delete(publisher: FolderPublisher) -> None:
    shutil.rmtree(publisher.root)


def damage(publisher: FolderPublisher) -> None:
    (publisher.current_folder() / "articles.json").write_text("[]", encoding="utf-8")


def point_nowhere(publisher: FolderPublisher) -> None:
    (publisher.root / "CURRENT").write_text("../../etc", encoding="utf-8")


def of_another_model(publisher: FolderPublisher) -> None:
    manifest = publisher.current_folder() / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(MODEL, "another"), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "trouble"),
    [
        pytest.param(delete, IndexMissing, id="the index folder deleted"),
        pytest.param(damage, IndexDamaged, id="the new generation damaged"),
        pytest.param(point_nowhere, IndexDamaged, id="CURRENT names nothing"),
        pytest.param(of_another_model, IndexOutdated, id="another model"),
    ],
)
def test_the_old_generation_answers_after_an_error_until_the_next_rebuild(
    live: LiveIndex,
    publisher: FolderPublisher,
    build: Build,
    write: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[FolderPublisher], None],
    trouble: type[Exception],
) -> None:
    build()
    assert text(live) == "The first text."
    publish = FolderPublisher.publish

    def publish_spoiled(self: FolderPublisher, staging: Path) -> None:
        with monkeypatch.context() as still:  # the watcher must not see it while it is whole
            still.setattr(self, "peek_current_name", lambda: older)
            publish(self, staging)
            spoil(self)

    older = publisher.peek_current_name()
    monkeypatch.setattr(FolderPublisher, "publish", publish_spoiled)
    write("The second text.")
    build()
    monkeypatch.setattr(FolderPublisher, "publish", publish)
    until(lambda: live.last_error)
    assert text(live) == "The first text."
    assert isinstance(live.last_error, trouble)
    write("The third text.")
    build()
    until(lambda: text(live) == "The third text.")
    assert live.last_error is None


def test_following_new_generations_leaves_no_copies_behind(
    live: LiveIndex,
    build: Build,
    write: Callable[[str], None],
    copies: Path,
) -> None:
    for number in range(3):
        write(f"Text number {number}.")
        build()
        until(lambda number=number: text(live) == f"Text number {number}.")  # type: ignore[misc]
        until(lambda: len(list(copies.iterdir())) == 1)
    live.close()
    assert list(copies.iterdir()) == []


def test_subscribers_are_called_for_each_new_generation_and_each_new_error(
    live: LiveIndex, publisher: FolderPublisher, build: Build, write: Callable[[str], None]
) -> None:
    seen: list[tuple[str, str | None]] = []

    def note() -> None:
        assert threading.current_thread().name == "index"
        seen.append((text(live), type(live.last_error).__name__ if live.last_error else None))

    live.subscribe(note)
    build()
    assert text(live) == "The first text."
    until(lambda: len(seen) == 1)
    write("The second text.")
    build()
    until(lambda: len(seen) == 2)
    point_nowhere(publisher)
    until(lambda: len(seen) == 3)
    write("The third text.")
    build()
    until(lambda: len(seen) == 4)
    time.sleep(0.3)
    assert seen == [
        ("The first text.", None),
        ("The second text.", None),
        ("The second text.", "IndexDamaged"),
        ("The third text.", None),
    ]


def test_a_subscriber_that_fails_stops_neither_the_watcher_nor_other_subscribers(
    live: LiveIndex, build: Build, write: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[str] = []

    def fail() -> None:
        raise ValueError("the subscriber's own mistake")

    live.subscribe(fail)
    live.subscribe(lambda: calls.append(text(live)))
    build()
    assert text(live) == "The first text."
    until(lambda: calls)
    write("The second text.")
    build()
    until(lambda: len(calls) == 2)
    assert calls == ["The first text.", "The second text."]
    assert [r.message for r in caplog.records if r.name == "index.live"] == ["A subscriber of the index failed"] * 2
