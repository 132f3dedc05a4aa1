"""Whether the collections of a generation hold what its manifest says, and find it: counts, texts, self-search.

python -m index.selfcheck FOLDER, in a process of its own, says so for a folder's generation in one line of JSON: a
store that is broken can crash or hang whoever opens it. Nothing heavier than chromadb is imported.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import REBUILD_HINT, BylineError, IndexDamaged
from index.formatting import count
from index.store.manifest import Manifest, read_manifest

SAMPLE = 500
SHARE = 0.99
_BATCH = 100
_SAME = 1e-5
_SECONDS, _SECONDS_A_ROW = 60.0, 0.005


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was looked at: rows in all, and of a sample of them those that are nearest to their own vector."""

    passages: int
    sentences: int
    searched: int
    found: int


def check_collections(place: Any, manifest: Manifest) -> CheckResult:
    """Check both collections of an open `CollectionPair`; raises IndexDamaged that says what is wrong.

    One of several rows with the same vector finds itself where any of them comes first.
    """
    from index.store.chroma import get_collection, translate_errors

    with translate_errors():
        passages = get_collection(place.client, place.passages, manifest.passages)
        sentences = get_collection(place.client, place.sentences, manifest.sentences)
        _check_texts(passages, manifest.passages)
        searched, found = _self_search(passages, manifest.passages, manifest.dimension)
        more = _self_search(sentences, manifest.sentences, manifest.dimension)
    for part, (asked, right) in (("passages", (searched, found)), ("sentences", more)):
        if right < SHARE * asked:
            raise IndexDamaged(
                f"The index is damaged: {asked - right} of {asked} {part} do not find themselves.", REBUILD_HINT
            )
    return CheckResult(manifest.passages, manifest.sentences, searched + more[0], found + more[1])


def check_in_subprocess(folder: Path, manifest: Manifest) -> CheckResult:
    """Check a generation's folder, which Chroma will write to, from a process of its own, for a bounded time.

    Raises IndexDamaged.
    """
    seconds = _SECONDS + _SECONDS_A_ROW * (manifest.passages + manifest.sentences)
    here = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(  # noqa: S603  # nothing of it comes from outside
            [sys.executable, "-m", "index.store.self_check", str(folder)],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise IndexDamaged(
            f"The index is damaged: it could not be read within {seconds:.0f} s.", REBUILD_HINT
        ) from None
    except ValueError:
        how = f"signal {-done.returncode}" if done.returncode < 0 else f"exit status {done.returncode}"
        raise IndexDamaged(f"The index is damaged: whoever opens it crashes ({how}).", REBUILD_HINT) from None
    if "problem" in said:
        raise IndexDamaged(said["problem"], REBUILD_HINT)
    return CheckResult(**said)


def _check_texts(rows: Any, number: int) -> None:
    from index.store.chroma import read_rows

    empty = 0
    for _, found in read_rows(rows, range(number), ["documents"]):
        empty += sum(not text for text in found["documents"])
    if empty:
        raise IndexDamaged(f"The index is damaged: {count(empty, 'text')} of {number:,} in it are empty.", REBUILD_HINT)


def _self_search(rows: Any, number: int, dimension: int) -> tuple[int, int]:
    """How many rows at even distances were looked for by their own vectors, and how many were found."""
    from index.store.chroma import to_vectors

    step = max(1, -(-number // SAMPLE))
    ids = [str(n) for n in range(0, number, step)]
    right = 0
    for start in range(0, len(ids), _BATCH):
        got = rows.get(ids=ids[start : start + _BATCH], include=["embeddings"])
        vectors = to_vectors(got)
        if vectors.shape != (len(ids[start : start + _BATCH]), dimension):
            raise IndexDamaged("The index is damaged: some of its vectors are missing.", REBUILD_HINT)
        near = rows.query(query_embeddings=list(vectors), n_results=1, include=["distances"])
        firsts = zip(got["ids"], near["ids"], near["distances"], strict=True)
        right += sum(bool(best) and (best[0] == own or far[0] <= _SAME) for own, best, far in firsts)
    return len(ids), right


def main() -> int:
    from index.store.chroma import open_folder, translate_errors

    folder = Path(sys.argv[1])
    try:
        manifest = read_manifest(folder)
        with translate_errors():
            place = open_folder(folder / "chroma")
        said: dict[str, Any] = asdict(check_collections(place, manifest))
        place.close()
    except BylineError as error:
        said = {"problem": error.message}
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
