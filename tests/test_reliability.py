"""Promises of docs/reliability.md that no other file tests: oversized input, many reopenings, damaged files.

REOPENINGS is the number of reopenings; `make soak` takes 200.
"""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from index.embedding import Embedder
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import RebuildReport, rebuild

from bot.answering.types import Response
from bot.discord.rendering.answers import answer_as_text, render_answer

from tests.bot.discord.rendering.test_replies import answer, article
from tests.support.fakes import FAKE_MODEL

REOPENINGS = int(os.environ.get("REOPENINGS", "20"))
MONSTER = "[a](" * 20_000


def test_a_monster_in_article_and_question_is_rendered_within_50_ms() -> None:
    source = article(MONSTER, "The bridge is old.")
    articles = {source.id: source}
    response = Response(answer(source, MONSTER, "The bridge is old.", question=MONSTER), articles)
    for render_it in (lambda: render_answer(response), lambda: answer_as_text(response)):
        fastest = min(_took(render_it) for _ in range(3))
        assert fastest < 0.05


def _took(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def test_reopening_again_and_again_keeps_handles_and_memory(
    folder: Path, tmp_path: Path, publisher: FolderPublisher, fake: Embedder
) -> None:
    process = psutil.Process()
    (folder / "x.txt").write_text("The bridge is old.\n\nIt costs much.\n", encoding="utf-8")
    rebuild(folder, publisher, FAKE_MODEL, lambda: fake)

    def reopen(times: int) -> tuple[int, int]:
        for _ in range(times):
            with LiveIndex(publisher, FAKE_MODEL) as live, live.lease() as generation:
                assert generation.passages([0])
        return process.num_fds(), process.memory_info().rss

    handles, memory = reopen(10)
    after, grown = reopen(REOPENINGS)
    print(f"\n{REOPENINGS} reopenings: {handles} handles before, {after} after;", end="")
    print(f" memory grew by {grown / memory - 1:.1%}")
    assert after <= handles + 2
    assert grown < 1.2 * memory


@pytest.mark.slow
def test_whatever_file_of_a_new_generation_is_spoilt_the_old_one_answers_and_the_next_takes_over(
    folder: Path, publisher: FolderPublisher, build: Callable[..., RebuildReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = FolderPublisher.publish
    spoilt = 0

    def write(number: int) -> None:
        (folder / "x.txt").write_text(f"The bridge number {number} is old.\n", encoding="utf-8")
        build()

    def spoiling(way: Callable[[Path], object], number: int) -> Callable[[FolderPublisher, Path], None]:
        def publish_spoilt(self: FolderPublisher, staging: Path) -> None:
            way(_files(staging)[number])
            publish(self, staging)

        return publish_spoilt

    write(0)
    files = _files(publisher.current_folder())
    ways: list[Callable[[Path], object]] = [Path.unlink, _empty, _cut, _zero]
    with LiveIndex(publisher, FAKE_MODEL, interval=0.02) as live:
        with live.lease() as generation:
            first = generation.name
        for number, file in enumerate(files):
            for way in ways[: None if file.stat().st_size else 1]:
                with monkeypatch.context() as spoil:
                    spoil.setattr(FolderPublisher, "publish", spoiling(way, number))
                    write(spoilt := spoilt + 1)
                newest = publisher.peek_current_name()
                _until(lambda newest=newest: live.last_error is not None and live._failed == newest)  # type: ignore[misc]
                with live.lease() as generation:
                    assert generation.name == first, f"{file} {way}"
                    assert generation.passages([0])[0].passage.text == "The bridge number 0 is old."
                shutil.rmtree(publisher.current_folder())
                (publisher.root / "CURRENT").write_text(f"{first}\n")
                _until(lambda: live.last_error is None)
        write(1000)
        _until(lambda: live.last_error is None)
        _until(lambda: _text(live) == "The bridge number 1000 is old.")
    assert spoilt >= 20


def _files(generation: Path) -> list[Path]:
    """Its files in an order that is the same in each: Chroma names some folders at random."""
    return sorted((p for p in generation.rglob("*") if p.is_file()), key=lambda p: (len(p.parts), p.name, str(p)))


def _text(live: LiveIndex) -> str:
    with live.lease() as generation:
        return generation.passages([0])[0].passage.text


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _zero(path: Path) -> None:
    path.write_bytes(b"\0" * path.stat().st_size)
