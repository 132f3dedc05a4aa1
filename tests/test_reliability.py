"""Guarantees of docs/reliability.md that no other file tests: oversized input, repeated reopening, damaged files.

REOPENINGS is the number of reopenings; `make soak` sets it to 200.
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
NESTED_LINKS = "[a](" * 20_000


def test_nested_link_markup_in_article_and_question_is_rendered_within_50_ms() -> None:
    source = article(NESTED_LINKS, "The bridge is old.")
    articles = {source.id: source}
    response = Response(answer(source, NESTED_LINKS, "The bridge is old.", question=NESTED_LINKS), articles)
    for render in (lambda: render_answer(response), lambda: answer_as_text(response)):
        fastest = min(_cpu_seconds(render) for _ in range(3))
        assert fastest < 0.05


def _cpu_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def test_repeated_reopening_leaks_neither_file_handles_nor_memory(
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

    handles_before, memory_before = reopen(10)
    handles_after, memory_after = reopen(REOPENINGS)
    print(f"\n{REOPENINGS} reopenings: {handles_before} handles before, {handles_after} after;", end="")
    print(f" memory grew by {memory_after / memory_before - 1:.1%}")
    assert handles_after <= handles_before + 2
    assert memory_after < 1.2 * memory_before


@pytest.mark.slow
def test_the_old_generation_answers_while_any_file_of_the_new_one_is_damaged_and_the_next_one_takes_over(
    folder: Path, tmp_path: Path, publisher: FolderPublisher, build: Callable[..., RebuildReport]
) -> None:
    def write(number: int) -> None:
        (folder / "x.txt").write_text(f"The bridge number {number} is old.\n", encoding="utf-8")
        build()

    def publish_damaged(damage: Callable[[Path], object], path: Path) -> None:
        with publisher.begin_rebuild() as staging:
            shutil.copytree(intact, staging, dirs_exist_ok=True)
            damage(staging / path)
            publisher.publish(staging)

    def go_back() -> None:
        shutil.rmtree(publisher.current_folder())
        (publisher.root / "CURRENT").write_text(f"{first}\n")

    write(0)
    first = publisher.current_name()
    write(1)
    # One new generation, damaged in many ways: to build it each time would take most of the time.
    intact = Path(shutil.copytree(publisher.current_folder(), tmp_path / "intact"))
    go_back()
    damages: list[Callable[[Path], object]] = [Path.unlink, _empty, _truncate, _invert]
    damage_count = 0
    with LiveIndex(publisher, FAKE_MODEL, interval=0.02) as live:
        with live.lease() as generation:
            assert generation.name == first
        for file in sorted(path for path in intact.rglob("*") if path.is_file()):
            for damage in damages[: None if file.stat().st_size else 1]:
                publish_damaged(damage, file.relative_to(intact))
                damage_count += 1
                newest = publisher.peek_current_name()
                _wait_until(lambda newest=newest: live.last_error is not None and live._failed == newest)  # type: ignore[misc]
                with live.lease() as generation:
                    assert generation.name == first, f"{file} {damage}"
                    assert generation.passages([0])[0].passage.text == "The bridge number 0 is old."
                go_back()
                _wait_until(lambda: live.last_error is None)
        write(1000)
        _wait_until(lambda: live.last_error is None)
        _wait_until(lambda: _text(live) == "The bridge number 1000 is old.")
    assert damage_count >= 20


def _text(live: LiveIndex) -> str:
    with live.lease() as generation:
        return generation.passages([0])[0].passage.text


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _invert(path: Path) -> None:
    # Every byte changes. Some of Chroma's files contain only zeros, so writing zeros may damage nothing.
    path.write_bytes(bytes(byte ^ 0xFF for byte in path.read_bytes()))
