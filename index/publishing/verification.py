"""Verify a generation: the one that was just built, before it is published, or the current one, at any time."""

from pathlib import Path

from index.errors import COPY_HINT, REBUILD_HINT, UNCHANGED, IndexDamaged, IndexUnusable
from index.publishing.copies import PrivateFolder, copy_tree
from index.publishing.publisher import Publisher
from index.store.manifest import Manifest
from index.store.self_check import CheckResult

_DAMAGED = "The index is damaged: "


def verify_built(publisher: Publisher, staging: Path, manifest: Manifest) -> CheckResult:
    """Check a new generation on a copy of its staging folder, because Chroma writes to a folder that it opens.

    Raises:
        IndexDamaged: The generation is not what it should be.
        OSError: The copy cannot be written.
    """
    private = PrivateFolder()
    try:
        copy_tree(staging, private.path)
        return publisher.check(staging.name, private.path, manifest)
    except IndexDamaged as error:
        why = error.message.removeprefix(_DAMAGED)
        raise IndexDamaged(f"The new index was not published: {why[0].lower()}{why[1:]}", UNCHANGED) from error
    finally:
        private.close()


def verify_current(publisher: Publisher) -> tuple[str, CheckResult]:
    """Check the current generation: its manifest, its files, and its collections.

    Returns:
        The generation's name and the result of the check.

    Raises:
        IndexUnusable: The index is missing, damaged or unreachable, or it cannot be copied.
    """
    name = publisher.current_name()
    manifest = publisher.manifest(name)
    if not manifest.files:
        raise IndexDamaged(f"{_DAMAGED}its manifest lists no files.", REBUILD_HINT)
    try:
        private = PrivateFolder()
    except OSError as error:
        raise IndexUnusable(f"The index cannot be copied for the check: {error.strerror}.", COPY_HINT) from None
    try:
        publisher.copy_to(name, private.path)
        return name, publisher.check(name, private.path, manifest)
    finally:
        private.close()
