"""Rebuild the index: plan the work, build a new generation beside the current one, verify it, publish it, report."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from index.articles.article import Article, fingerprint, text_digest
from index.articles.files import SUFFIX_LIST, FolderContents, SkippedFile, read_folder
from index.embedding import Embedder, Progress, Vectors, VectorSource, embed_distinct
from index.errors import (
    UNCHANGED,
    ArticlesError,
    BylineError,
    IndexMissing,
    IndexOutdated,
    IndexUnreachable,
    IndexUnusable,
    UsageError,
)
from index.formatting import printable
from index.publishing.locks import remove_leftovers
from index.publishing.publisher import Publisher
from index.publishing.verification import verify_built
from index.store.manifest import FORMAT, Manifest, describe_article, file_digests
from index.text.passages import SPLITTER_VERSION, split, with_context_header
from index.text.sentences import sentence_spans

DAMAGED = "the index was damaged"


@dataclass(frozen=True, slots=True)
class RebuildPlan:
    """What a rebuild does.

    Attributes:
        added: The ids of new articles.
        changed: The ids of articles whose text or metadata has changed.
        removed: The ids of articles that are no longer in the folder.
        unchanged: The ids of all other articles.
        stale: Why the whole index is built again ("the embedding model has changed"); None if it is not. A field of
            `rebuild --json`, hence the short name.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    stale: str | None = None

    @property
    def empty(self) -> bool:
        """Whether the index is up to date."""
        return not (self.added or self.changed or self.removed or self.stale)


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild did.

    Attributes:
        plan: What was to be done.
        skipped: Files that were not indexed, with the reasons.
        built: Whether a new generation was published; false after a dry run and if nothing has changed.
        passages: The number of passages in the index.
        sentences: The number of sentences in the index.
        unread: Article id → ISO 639-1 code, for articles in languages that are not read without a chat model.
        seconds: How long it took.
    """

    plan: RebuildPlan
    skipped: tuple[SkippedFile, ...]
    built: bool
    passages: int
    sentences: int
    unread: dict[str, str]
    seconds: float


def rebuild(
    folder: Path,
    publisher: Publisher,
    model: str,
    load: Callable[[], Embedder],
    *,
    only: tuple[Path, ...] = (),
    encoding: str | None = None,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> RebuildReport:
    """Bring the index up to date with a folder of articles; until it is done, the current generation answers.

    Args:
        folder: The folder of articles.
        publisher: Where generations are published.
        model: The identity of the embedding model (see `index.embedding.model_identity`).
        load: Loads the embedding model; called only if there is something to embed.
        only: Files and folders below `folder` to read; all other articles stay as they are indexed.
        encoding: The encoding of files that are neither marked nor UTF-8.
        force: Build again even if nothing has changed.
        dry_run: Plan only; write nothing.
        progress: Called with (texts embedded, texts to embed).

    Raises:
        ArticlesError: There is nothing to index.
        ModelError: The embedding model cannot be loaded.
        UsageError: A path in `only` is neither in the folder nor in the index.
        IndexLocked: Another rebuild is running.
        IndexUnreachable: The Chroma server does not answer.
        BylineError: The index cannot be written, for example because the disk is full.
    """
    started = perf_counter()
    options = _Options(folder, model, only, encoding, force)
    changes = _find_changes(publisher, options)
    if dry_run:
        return _report(changes, False, changes.manifest, started)
    if changes.plan.empty:
        remove_leftovers(publisher.root)
        return _report(changes, False, changes.manifest, started)
    try:
        with publisher.begin_rebuild() as staging:
            if publisher.peek_current_name() != changes.generation_name:  # another rebuild has published in between
                changes = _find_changes(publisher, options)
                if changes.plan.empty:
                    return _report(changes, False, changes.manifest, started)
            manifest = _build(publisher, staging, changes, model, load, progress)
            verify_built(publisher, staging, manifest)
            publisher.publish(staging)
    except OSError as error:
        hint = "Check that folder, or name another with --index." if changes.manifest is None else UNCHANGED
        reason = error.strerror or error
        raise BylineError(f"The index in {publisher.root} cannot be written: {reason}.", hint) from error
    return _report(changes, True, manifest, started)


@dataclass(frozen=True, slots=True)
class _Options:
    folder: Path
    model: str
    only: tuple[Path, ...]
    encoding: str | None
    force: bool


@dataclass(frozen=True, slots=True)
class _Changes:
    """The articles to index, compared with the current generation, if there is one."""

    generation_name: str | None
    manifest: Manifest | None
    articles: tuple[Article, ...]
    skipped: tuple[SkippedFile, ...]
    plan: RebuildPlan


@dataclass(frozen=True, slots=True)
class _CurrentIndex:
    """Why nothing of the current generation can be reused, if so; its name and manifest, if they can be read."""

    rebuild_reason: str | None
    name: str | None = None
    manifest: Manifest | None = None


def _find_changes(publisher: Publisher, options: _Options) -> _Changes:
    """Compare the folder with the index; articles outside `only` are taken from the index if it can be trusted."""
    generation_name = publisher.peek_current_name()
    current = _read_current(publisher, options.model)
    manifest, rebuild_reason = current.manifest, current.rebuild_reason
    indexed = {entry.id: entry.digest for entry in manifest.articles} if manifest else {}
    prefixes = tuple(_id_prefix(path, options.folder, indexed) for path in options.only)
    kept: tuple[Article, ...] = ()
    if manifest and prefixes and not rebuild_reason:
        outside = _articles_outside(publisher, current.name, manifest, prefixes)
        rebuild_reason, kept = (DAMAGED, ()) if outside is None else (None, outside)
    paths = () if rebuild_reason else tuple(options.folder / prefix for prefix in prefixes)
    contents = read_folder(options.folder, paths, options.encoding, indexed)
    articles, skipped = _merge(contents, kept)
    if not articles:
        raise ArticlesError(
            f"There is no article in {options.folder} to index.",
            "; ".join(f"{skip.name} was skipped: {skip.reason}" for skip in skipped)
            or f"Put {SUFFIX_LIST} files there, or set ARTICLES_DIR.",
        )
    if rebuild_reason is None and options.force and manifest:
        rebuild_reason = "--force was given"
    return _Changes(generation_name, manifest, tuple(articles), skipped, _plan(articles, indexed, rebuild_reason))


def _report(changes: _Changes, built: bool, manifest: Manifest | None, started: float) -> RebuildReport:
    passages, sentences = (manifest.passages, manifest.sentences) if manifest else (0, 0)
    unread = manifest.unread if manifest else {}
    seconds = perf_counter() - started
    return RebuildReport(changes.plan, changes.skipped, built, passages, sentences, unread, seconds)


def _build(
    publisher: Publisher,
    staging: Path,
    changes: _Changes,
    model: str,
    load: Callable[[], Embedder],
    progress: Progress | None,
) -> Manifest:
    from index.generation import write_generation

    passages_by_article = [(article, split(article, sentence_spans)) for article in changes.articles]
    passages = [passage for _, part in passages_by_article for passage in part]
    texts = [with_context_header(article, passage.text) for article, part in passages_by_article for passage in part]
    sentences = [sentence.text for passage in passages for sentence in passage.sentences]
    reuse = _vector_source(publisher, changes, model)
    vectors = embed_distinct([*texts, *sentences], load, reuse, progress)
    count = len(texts)
    write_generation(publisher, staging, changes.articles, passages, texts, vectors[:count], vectors[count:])
    manifest = Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=model,
        dimension=vectors.shape[1],
        splitter=SPLITTER_VERSION,
        articles=tuple(describe_article(article, part) for article, part in passages_by_article),
        files=file_digests(staging),
    )
    (staging / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _vector_source(publisher: Publisher, changes: _Changes, model: str) -> VectorSource:
    """Yield vectors of the current generation, unless all texts must be embedded again."""

    def reuse(texts: Collection[str]) -> Iterator[tuple[str, Vectors]]:
        if changes.manifest is None or changes.plan.stale:
            return
        from index.generation import open_current

        with open_current(publisher, model) as generation:
            articles = generation.articles
            yield from generation.reusable_vectors(texts, lambda name, text: with_context_header(articles[name], text))

    return reuse


def _read_current(publisher: Publisher, model: str) -> _CurrentIndex:
    try:
        name = publisher.current_name()
        manifest = publisher.manifest(name)
    except IndexMissing:
        # If CURRENT names a generation that is gone, nobody knows which articles it had.
        return _CurrentIndex(None if publisher.peek_current_name() is None else "the index was deleted")
    except IndexUnreachable:
        raise
    except IndexOutdated:
        return _CurrentIndex("the index was built by another version of Byline")
    except IndexUnusable:
        return _CurrentIndex(DAMAGED)
    return _CurrentIndex(_rebuild_reason(publisher, name, manifest, model), name, manifest)


def _rebuild_reason(publisher: Publisher, name: str, manifest: Manifest, model: str) -> str | None:
    if manifest.model != model:
        return "the embedding model has changed"
    if manifest.splitter != SPLITTER_VERSION:
        return "the index was built by another version of the splitter"
    return None if publisher.is_intact(name, manifest) else DAMAGED


def _articles_outside(
    publisher: Publisher, name: str | None, manifest: Manifest, prefixes: tuple[str, ...]
) -> tuple[Article, ...] | None:
    """Return the indexed articles below none of the prefixes; None if the stored articles do not match the manifest."""
    from index.generation import read_articles

    try:
        articles = read_articles(publisher, name)
    except IndexUnreachable:
        raise
    except IndexUnusable:
        return None
    if {a.id: text_digest(a.text) for a in articles} != {entry.id: entry.digest for entry in manifest.articles}:
        return None
    return tuple(article for article in articles if not _is_below(article.id, prefixes))


def _merge(contents: FolderContents, kept: Sequence[Article]) -> tuple[list[Article], tuple[SkippedFile, ...]]:
    """Return all articles sorted by id, skipping files that repeat the text of a kept article."""
    kept_ids = {fingerprint(article.text): printable(article.id) for article in kept}
    originals = [(article, kept_ids.get(fingerprint(article.text))) for article in contents.articles]
    repeats = (
        SkippedFile(printable(a.id), f"it has the same text as {original}") for a, original in originals if original
    )
    fresh = (article for article, original in originals if not original)
    return sorted((*fresh, *kept), key=lambda article: article.id), (*contents.skipped, *repeats)


def _id_prefix(path: Path, folder: Path, indexed: Collection[str]) -> str:
    """Turn a path (relative to the working directory or to the folder) into the prefix of the article ids below it.

    Raises UsageError if the path is neither in the folder nor in the index.
    """
    base = _normalize(folder)
    prefixes = [
        candidate.relative_to(base).as_posix()
        for candidate in map(_normalize, (path, folder / path))
        if candidate.is_relative_to(base)
    ]
    for prefix in prefixes:
        if os.path.lexists(base / prefix) or any(_is_below(article, (prefix,)) for article in indexed):
            return prefix
    if _normalize(path).is_relative_to(base):
        raise UsageError(f"{path} does not exist.", "Name a file or folder that is there, or that was indexed before.")
    raise UsageError(
        f"{path} is not in the articles folder {folder}.", "Copy it there, or name another folder with --articles."
    )


def _normalize(path: Path) -> Path:
    return Path(os.path.normpath(path.absolute()))


def _is_below(article: str, prefixes: tuple[str, ...]) -> bool:
    return any(prefix in (".", article) or article.startswith(f"{prefix}/") for prefix in prefixes)


def _plan(articles: Sequence[Article], indexed: Mapping[str, str], rebuild_reason: str | None) -> RebuildPlan:
    digests = {article.id: article.digest for article in articles}
    return RebuildPlan(
        added=tuple(name for name in digests if name not in indexed),
        changed=tuple(name for name in digests if name in indexed and digests[name] != indexed[name]),
        removed=tuple(name for name in indexed if name not in digests),
        unchanged=tuple(name for name in digests if indexed.get(name) == digests[name]),
        stale=rebuild_reason,
    )
