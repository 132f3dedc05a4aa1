"""Check the collections of a generation: row counts, empty texts, and whether vectors are their own nearest neighbours.

`python -m index.store.self_check FOLDER` prints the result as one line of JSON, in a process of its own, because
a broken store can crash or hang the process that opens it. It imports nothing heavier than chromadb.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

from index.errors import REBUILD_HINT, BylineError, IndexDamaged
from index.formatting import count
from index.store.manifest import Manifest, read_manifest

SAMPLE = 500
MIN_SELF_RECALL = 0.99
_BATCH = 100
_SAME_VECTOR = 1e-5
_TIMEOUT_SECONDS, _TIMEOUT_SECONDS_PER_ROW = 60.0, 0.005


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check.

    Attributes:
        passages: The number of passages.
        sentences: The number of sentences.
        searched: The number of rows in the sample that was searched for by its own vectors.
        found: How many of these came first.
    """

    passages: int
    sentences: int
    searched: int
    found: int


def check_collections(collections: Any, manifest: Manifest) -> CheckResult:
    """Check both collections of an open `CollectionPair`.

    A row counts as found if it, or another row with the same vector, comes first.

    Raises:
        IndexDamaged: Rows, texts or vectors are missing, or too many rows are not their own nearest neighbour.
    """
    from index.store.chroma import get_collection, translate_errors

    with translate_errors():
        passages = get_collection(collections.client, collections.passages, manifest.passages)
        sentences = get_collection(collections.client, collections.sentences, manifest.sentences)
        _check_texts(passages, manifest.passages)
        results = {
            "passages": _self_search(passages, manifest.passages, manifest.dimension),
            "sentences": _self_search(sentences, manifest.sentences, manifest.dimension),
        }
    for kind, (searched, found) in results.items():
        if found < MIN_SELF_RECALL * searched:
            raise IndexDamaged(
                f"The index is damaged: {searched - found} of {searched} {kind} are not their own nearest neighbour.",
                REBUILD_HINT,
            )
    return CheckResult(manifest.passages, manifest.sentences, *map(sum, zip(*results.values(), strict=True)))


def check_in_subprocess(folder: Path, manifest: Manifest) -> CheckResult:
    """Check a private copy of a generation in a subprocess, with a timeout; Chroma writes to the folder.

    Raises:
        IndexDamaged: The check failed, crashed or timed out.
    """
    seconds = _TIMEOUT_SECONDS + _TIMEOUT_SECONDS_PER_ROW * (manifest.passages + manifest.sentences)
    project = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (project, os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(  # noqa: S603  # no argument is user input
            [sys.executable, "-m", "index.store.self_check", str(folder)],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        result = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise IndexDamaged(
            f"The index is damaged: it could not be read within {seconds:.0f} s.", REBUILD_HINT
        ) from None
    except ValueError:
        status = f"signal {-done.returncode}" if done.returncode < 0 else f"exit status {done.returncode}"
        raise IndexDamaged(f"The index is damaged: Chroma crashes when it opens it ({status}).", REBUILD_HINT) from None
    if "problem" in result:
        raise IndexDamaged(result["problem"], REBUILD_HINT)
    return CheckResult(**result)


def _check_texts(rows: Any, number: int) -> None:
    from index.store.chroma import read_rows

    empty = 0
    for _, page in read_rows(rows, range(number), ["documents"]):
        empty += sum(not text for text in page["documents"])
    if empty:
        raise IndexDamaged(f"The index is damaged: {count(empty, 'text')} of {number:,} in it are empty.", REBUILD_HINT)


def _self_search(rows: Any, number: int, dimension: int) -> tuple[int, int]:
    """Search for a sample of rows, evenly spaced, by their own vectors.

    Returns:
        How many rows were searched for, and how many of them came first.
    """
    from index.store.chroma import to_vectors

    step = max(1, ceil(number / SAMPLE))
    ids = [str(n) for n in range(0, number, step)]
    correct = 0
    for start in range(0, len(ids), _BATCH):
        sample = rows.get(ids=ids[start : start + _BATCH], include=["embeddings"])
        vectors = to_vectors(sample)
        if vectors.shape != (len(ids[start : start + _BATCH]), dimension):
            raise IndexDamaged("The index is damaged: some of its vectors are missing.", REBUILD_HINT)
        nearest = rows.query(query_embeddings=list(vectors), n_results=1, include=["distances"])
        firsts = zip(sample["ids"], nearest["ids"], nearest["distances"], strict=True)
        correct += sum(bool(best) and (best[0] == row or far[0] <= _SAME_VECTOR) for row, best, far in firsts)
    return len(ids), correct


def main() -> int:
    """Check the generation in the folder that the command line names, and print the result as JSON."""
    from index.store.chroma import open_folder, translate_errors

    folder = Path(sys.argv[1])
    try:
        manifest = read_manifest(folder)
        with translate_errors():
            collections = open_folder(folder / "chroma")
        result: dict[str, Any] = asdict(check_collections(collections, manifest))
        collections.close()
    except BylineError as error:
        result = {"problem": error.message}
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
