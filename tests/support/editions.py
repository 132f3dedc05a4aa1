"""Generated articles whose every sentence contains an edition number, so that mixed generations can be detected."""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path

from tests.support.preloaded import PRELOADED, PreloadedProcess

SUBJECTS = ("ferry", "bridge", "toll", "tunnel", "harbour", "market", "library", "tramway")
_SENTENCES = (
    "The {subject} would cost the town {cost} million in edition {edition}, and the council knows it.",
    "Those who want the {subject} closed forget, says edition {edition}, who pays for it in winter.",
    "In edition {edition} the harbour master said that the {subject} is older than the town hall.",
    "I think that edition {edition} will not be the last to ask why the {subject} stands idle on Sundays.",
    "Nobody has counted, edition {edition} notes, how many people the {subject} serves on a working day.",
    "The minister promised in edition {edition} that the {subject} should stay free for everyone.",
)
QUESTIONS = tuple(
    question
    for subject in SUBJECTS
    for question in (
        f"What would the {subject} cost the town?",
        f"What did the harbour master say about the {subject}?",
        f"Should the {subject} stay free?",
        f"How many people does the {subject} serve?",
    )
)


def write_edition(folder: Path, edition: int) -> None:
    """Write all articles of one edition into a folder."""
    for number, subject in enumerate(SUBJECTS):
        text = "\n\n".join(
            sentence.format(subject=subject, edition=edition, cost=number + 3) for sentence in _SENTENCES
        )
        (folder / f"{subject}.txt").write_text(f"By Jo Writer\n\n{text}\n", encoding="utf-8")


def editions(texts: Iterable[str]) -> set[int]:
    """Return the edition numbers that occur in texts."""
    return {int(number) for text in texts for number in re.findall(r"edition (\d+)", text)}


def start_rebuild_process(folder: Path, index: Path, largest_file: int | None = None) -> PreloadedProcess:
    """Start a rebuild with the real model in a separate process; its files are limited to `largest_file` bytes."""
    arguments = ("index", "rebuild", "--articles", str(folder), "--index", str(index))
    return PRELOADED.start(*arguments, cwd=index.parent, environment={}, largest_file=largest_file)


def rebuild_in_subprocess(folder: Path, index: Path) -> None:
    """Rebuild in a separate process, and wait for it."""
    assert start_rebuild_process(folder, index).join(300) == 0, "the rebuild failed"


async def rebuild_in_background(folder: Path, index: Path, kill_after: float | None = None) -> None:
    """Rebuild in a separate process without blocking the event loop; kill it after `kill_after` seconds."""
    process = await asyncio.to_thread(start_rebuild_process, folder, index)
    try:
        status = await asyncio.wait_for(process.wait(), kill_after)
    except TimeoutError:
        process.kill()
    else:
        assert status == 0, "the rebuild failed"
    finally:
        process.kill()
        await process.wait()
