"""Rebuild the index: plan, build beside the old one, switch, report."""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from index.articles import Article, Folder, Skipped, fingerprint, read_folder
from index.embedding import Embedder, Progress
from index.errors import ArticlesError, BylineError, IndexMissing, IndexUnusable, UsageError
from index.generations import Generations, read_manifest
from index.manifest import FORMAT, ArticleEntry, Manifest, digests
from index.passages import SPLITTER_VERSION, Passage, split
from index.sentences import sentence_spans
from index.wording import printable

UNCHANGED = "The index that answered before is unchanged."


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rebuild does, by article id; `stale` completes "every article is built again: …" where it does so."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    stale: str | None = None

    @property
    def empty(self) -> bool:
        return not (self.added or self.changed or self.removed or self.stale)


@dataclass(frozen=True, slots=True)
class Report:
    """What a rebuild did; `built` is false after a dry run and where nothing had changed."""

    plan: Plan
    skipped: tuple[Skipped, ...]
    built: bool
    passages: int
    sentences: int
    seconds: float


def rebuild(
    folder: Path,
    generations: Generations,
    model: str,
    load: Callable[[], Embedder],
    *,
    only: tuple[Path, ...] = (),
    encoding: str | None = None,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Bring the index up to date with a folder of articles.

    model: the identity of the embedding model; load is called only if there is something to embed.
    only: files and folders below `folder` to look at; articles elsewhere stay as they are indexed.
    progress is told (texts embedded, texts in all). Raises ArticlesError, ModelError, UsageError,
    IndexLocked, or BylineError where the disk fails; the index that answered before still does then.
    """
    started = perf_counter()

    def prepare() -> _Prepared:
        return _prepare(folder, generations, model, only, encoding, force=force)

    prepared = prepare()
    if not (dry_run or prepared.plan.empty):
        try:
            with generations.rebuilding() as staging:
                if generations.newest() != prepared.newest:  # another rebuild was published since
                    prepared = prepare()
                if not prepared.plan.empty:
                    built = _build(staging, prepared.articles, model, load, progress)
                    generations.publish(staging)
                    return _report(prepared, built, started, built=True)
        except OSError as error:
            raise BylineError(
                f"The index cannot be written to {generations.root}: {error.strerror or error}.",
                UNCHANGED if prepared.manifest else "Check the path, the space on its disk, and INDEX_DIR.",
            ) from error
    return _report(prepared, prepared.manifest, started, built=False)


class _Prepared(NamedTuple):
    """What is to be done; newest: what CURRENT named when it was found out, manifest: that generation's."""

    articles: Sequence[Article]
    skipped: tuple[Skipped, ...]
    plan: Plan
    manifest: Manifest | None
    newest: str | None


def header(article: Article) -> str:
    """What is known about an article in one line, put before its passages where they are embedded and indexed."""
    return " | ".join(part for part in (article.title, ", ".join(article.authors), article.published) if part)


def _prepare(
    folder: Path,
    generations: Generations,
    model: str,
    only: tuple[Path, ...],
    encoding: str | None,
    *,
    force: bool,
) -> _Prepared:
    newest = generations.newest()
    current, stale = _current(generations, model, force=force)
    manifest = current[1] if current else None
    indexed = {entry.id for entry in manifest.articles} if manifest else set()
    places = tuple(_place(path, folder, indexed) for path in only)
    if stale:  # nothing of such an index may be kept, so everything is read again
        places = ()
    read = read_folder(folder, tuple(folder / place for place in places), encoding, indexed)
    kept = _kept(current[0], places) if current and places else ()
    articles, skipped = _without_copies(read, kept)
    if not articles:
        raise ArticlesError(
            f"There is no article in {folder} to index.",
            "; ".join(f"{skip.name} was skipped: {skip.reason}" for skip in skipped)
            or "Put .txt or .md files there, or set ARTICLES_DIR.",
        )
    return _Prepared(articles, skipped, _plan(articles, manifest, stale), manifest, newest)


def _report(prepared: _Prepared, manifest: Manifest | None, started: float, *, built: bool) -> Report:
    passages, sentences = (manifest.passages, manifest.sentences) if manifest else (0, 0)
    return Report(prepared.plan, prepared.skipped, built, passages, sentences, perf_counter() - started)


def _build(
    staging: Path, articles: Sequence[Article], model: str, load: Callable[[], Embedder], progress: Progress | None
) -> Manifest:
    from index.store import write

    split_up = [(article, split(article, sentence_spans)) for article in articles]
    passages = [passage for _, own in split_up for passage in own]
    texts = [f"{header(article)}\n{passage.text}" for article, own in split_up for passage in own]
    sentences = [sentence.text for passage in passages for sentence in passage.sentences]
    embedder = load()
    vectors = embedder.documents([*texts, *sentences], progress)
    write(staging, articles, passages, texts, vectors[: len(texts)], vectors[len(texts) :])
    manifest = Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=model,
        dimension=vectors.shape[1],
        splitter=SPLITTER_VERSION,
        articles=tuple(_entry(article, own) for article, own in split_up),
        files=digests(staging),
    )
    (staging / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _entry(article: Article, passages: Sequence[Passage]) -> ArticleEntry:
    return ArticleEntry(
        id=article.id,
        digest=article.digest,
        title=article.title,
        authors=article.authors,
        published=article.published,
        words=article.words,
        paragraphs=len(article.paragraphs),
        passages=len(passages),
        sentences=sum(len(passage.sentences) for passage in passages),
    )


def _current(generations: Generations, model: str, *, force: bool) -> tuple[tuple[Path, Manifest] | None, str | None]:
    """The index that answers, if it can be read, and why nothing of it may be kept, if so."""
    try:
        folder = generations.current()
        manifest = read_manifest(folder)
    except IndexMissing:
        return None, None
    except IndexUnusable:
        return None, "the index was damaged"
    return (folder, manifest), _stale(folder, manifest, model, force=force)


def _kept(folder: Path, places: tuple[str, ...]) -> tuple[Article, ...]:
    """The indexed articles that the given places do not cover."""
    from index.store import read_articles

    return tuple(article for article in read_articles(folder) if not _covered(article.id, places))


def _without_copies(read: Folder, kept: Sequence[Article]) -> tuple[list[Article], tuple[Skipped, ...]]:
    """All articles in the order of their ids, without those that were read and repeat one that is kept."""
    known = {fingerprint(article.text): article.id for article in kept}
    copies = [article for article in read.articles if fingerprint(article.text) in known]
    fresh = [article for article in read.articles if article not in copies]
    told = (Skipped(printable(a.id), f"it has the same text as {known[fingerprint(a.text)]}") for a in copies)
    return sorted((*fresh, *kept), key=lambda article: article.id), (*read.skipped, *told)


def _place(path: Path, folder: Path, indexed: Collection[str]) -> str:
    """A path as article ids begin below it; raises UsageError for one that is neither there nor indexed."""
    absolute, base = (Path(os.path.normpath(given.absolute())) for given in (path, folder))
    if not path.is_absolute() and not os.path.lexists(absolute) and os.path.lexists(base / path):
        absolute = base / path  # named as it stands inside the folder
    if not absolute.is_relative_to(base):
        raise UsageError(
            f"{path} is not in the articles folder {folder}.", "Copy it there, or name another folder with --articles."
        )
    place = absolute.relative_to(base).as_posix()
    if not os.path.lexists(absolute) and not any(_covered(article, (place,)) for article in indexed):
        raise UsageError(f"There is no {path}.", "Name a file or folder that is there, or that was and is indexed.")
    return place


def _covered(article: str, places: tuple[str, ...]) -> bool:
    return any(place in (".", article) or article.startswith(f"{place}/") for place in places)


def _stale(folder: Path, manifest: Manifest, model: str, *, force: bool) -> str | None:
    if force:
        return "--force was given"
    if manifest.model != model:
        return "the embedding model is another one"
    if manifest.splitter != SPLITTER_VERSION:
        return "the index was built by another version of the splitter"
    found = digests(folder)
    if any(found.get(name) != digest for name, digest in manifest.files.items()):
        return "the index was damaged"
    return None


def _plan(articles: Sequence[Article], manifest: Manifest | None, stale: str | None) -> Plan:
    before = {entry.id: entry.digest for entry in manifest.articles} if manifest else {}
    now = {article.id: article.digest for article in articles}
    return Plan(
        added=tuple(name for name in now if name not in before),
        changed=tuple(name for name in now if name in before and now[name] != before[name]),
        removed=tuple(name for name in before if name not in now),
        unchanged=tuple(name for name in now if before.get(name) == now[name]),
        stale=stale,
    )
