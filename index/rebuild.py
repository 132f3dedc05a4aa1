"""Rebuild the index: plan, build beside the old one, switch, report."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

from index.articles.article import Article, fingerprint, text_digest
from index.articles.files import FolderContents, SkippedFile, read_folder
from index.embedding import Embedder, Progress, Vectors
from index.errors import (
    UNCHANGED,
    ArticlesError,
    BylineError,
    IndexLocked,
    IndexMissing,
    IndexOutdated,
    IndexUnreachable,
    IndexUnusable,
    UsageError,
)
from index.formatting import printable
from index.publishing.locks import folder_lock
from index.publishing.publisher import Publisher
from index.publishing.verification import verify_built
from index.store.manifest import FORMAT, ArticleEntry, Manifest, file_digests
from index.text.passages import SPLITTER_VERSION, Passage, split, with_header
from index.text.sentences import sentence_spans

DAMAGED = "the index was damaged"


@dataclass(frozen=True, slots=True)
class RebuildPlan:
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
class RebuildReport:
    """What a rebuild did; `built` is false after a dry run and where nothing had changed."""

    plan: RebuildPlan
    skipped: tuple[SkippedFile, ...]
    built: bool
    passages: int
    sentences: int
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
    """Bring the index up to date with a folder of articles.

    model: the identity of the embedding model; load is called only if there is something to embed.
    only: files and folders below `folder` to look at; articles elsewhere stay as they are indexed.
    progress is told (texts embedded, texts in all). Raises ArticlesError, ModelError, UsageError,
    IndexLocked, or BylineError where the disk fails; the index that answered before still does then.
    """
    started = perf_counter()
    options = _Options(folder, model, only, encoding, force)
    survey = _survey(publisher, options)
    if dry_run:
        return _unbuilt(survey, started)
    if survey.plan.empty:
        with suppress(IndexLocked, OSError), folder_lock(publisher.root):  # removes what a killed rebuild left
            pass
        return _unbuilt(survey, started)
    try:
        with publisher.begin_rebuild() as staging:
            if (
                publisher.peek_current_name() != survey.newest
            ):  # another rebuild came first; its work must not be undone
                survey = _survey(publisher, options)
                if survey.plan.empty:
                    return _unbuilt(survey, started)
            embed = Embedding(load, _reusable(publisher, survey, model), progress)
            built = _build(publisher, staging, survey.articles, model, embed)
            verify_built(publisher, staging, built)
            publisher.publish(staging)
    except OSError as error:
        hint = "Check that folder, or name another with --index." if survey.manifest is None else UNCHANGED
        why = error.strerror or error
        raise BylineError(f"The index in {publisher.root} cannot be written: {why}.", hint) from error
    return RebuildReport(survey.plan, survey.skipped, True, built.passages, built.sentences, perf_counter() - started)


@dataclass(frozen=True, slots=True)
class _Options:
    folder: Path
    model: str
    only: tuple[Path, ...]
    encoding: str | None
    force: bool


@dataclass(frozen=True, slots=True)
class _Survey:
    """What there is to do; newest: what CURRENT named when the index was looked at."""

    newest: str | None
    manifest: Manifest | None
    articles: tuple[Article, ...]
    skipped: tuple[SkippedFile, ...]
    plan: RebuildPlan


def _survey(publisher: Publisher, options: _Options) -> _Survey:
    """Compare the folder with the index. Articles outside `only` are kept as indexed if the index is sound and ours."""
    newest = publisher.peek_current_name()
    current, stale = _current(publisher, options.model)
    manifest = current[1] if current else None
    before = {entry.id: entry.digest for entry in manifest.articles} if manifest else {}
    places = tuple(_place(path, options.folder, before) for path in options.only)
    kept: tuple[Article, ...] = ()
    if current and places and not stale:
        found = _kept(publisher, current, places)
        stale, kept = (DAMAGED, ()) if found is None else (None, found)
    paths = () if stale else tuple(options.folder / place for place in places)
    read = read_folder(options.folder, paths, options.encoding, before)
    articles, skipped = _without_copies(read, kept)
    if not articles:
        raise ArticlesError(
            f"There is no article in {options.folder} to index.",
            "; ".join(f"{skip.name} was skipped: {skip.reason}" for skip in skipped)
            or "Put .txt or .md files there, or set ARTICLES_DIR.",
        )
    if stale is None and options.force and manifest:
        stale = "--force was given"
    return _Survey(newest, manifest, tuple(articles), skipped, _plan(articles, before, stale))


def _unbuilt(survey: _Survey, started: float) -> RebuildReport:
    manifest = survey.manifest
    passages, sentences = (manifest.passages, manifest.sentences) if manifest else (0, 0)
    return RebuildReport(survey.plan, survey.skipped, False, passages, sentences, perf_counter() - started)


def _build(
    publisher: Publisher, staging: Path, articles: Sequence[Article], model: str, embed: "Embedding"
) -> Manifest:
    from index.generation import write_generation

    split_up = [(article, split(article, sentence_spans)) for article in articles]
    passages = [passage for _, own in split_up for passage in own]
    texts = [with_header(article, passage.text) for article, own in split_up for passage in own]
    sentences = [sentence.text for passage in passages for sentence in passage.sentences]
    vectors = embed([*texts, *sentences])
    write_generation(publisher, staging, articles, passages, texts, vectors[: len(texts)], vectors[len(texts) :])
    manifest = Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=model,
        dimension=vectors.shape[1],
        splitter=SPLITTER_VERSION,
        articles=tuple(_entry(article, own) for article, own in split_up),
        files=file_digests(staging),
    )
    (staging / "manifest.json").write_text(manifest.to_json(), encoding="utf-8")
    return manifest


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors for texts, each text embedded once: known ones from the generation before, the rest by the model.

    load is called only where something is not known. known: the texts that are asked for → the vectors of some.
    """

    load: Callable[[], Embedder]
    known: Callable[[Collection[str]], Mapping[str, Vectors]]
    progress: Progress | None

    def __call__(self, texts: Sequence[str]) -> Vectors:
        wanted = dict.fromkeys(texts)
        vectors = dict(self.known(wanted))
        missing = [text for text in wanted if text not in vectors]
        if missing:
            made = self.load().embed_documents(missing, self.progress)
            if vectors and made.shape[1] != len(next(iter(vectors.values()))):  # the same name, another model
                return Embedding(self.load, lambda _: {}, self.progress)(texts)
            vectors |= zip(missing, made, strict=True)
        return np.stack([vectors[text] for text in texts])


def _reusable(
    publisher: Publisher, survey: "_Survey", model: str
) -> Callable[[Collection[str]], Mapping[str, Vectors]]:
    """What was embedded for the generation before, if all of it can be relied on."""

    def known(wanted: Collection[str]) -> Mapping[str, Vectors]:
        if survey.manifest is None or survey.plan.stale:
            return {}
        from index.generation import open_current

        try:
            with open_current(publisher, model) as generation:
                return generation.reusable_vectors(
                    wanted, lambda name, text: with_header(generation.articles[name], text)
                )
        except IndexUnreachable:
            raise
        except IndexUnusable:  # damaged since the plan was made; it is built from the articles alone
            return {}

    return known


def _entry(article: Article, passages: Sequence[Passage]) -> ArticleEntry:
    return ArticleEntry(
        id=article.id,
        digest=article.digest,
        title=article.title,
        authors=article.authors,
        published=article.published,
        words=article.word_count,
        paragraphs=len(article.paragraphs),
        passages=len(passages),
        sentences=sum(len(passage.sentences) for passage in passages),
    )


def _current(publisher: Publisher, model: str) -> tuple[tuple[str, Manifest] | None, str | None]:
    """The current generation, if there is one, and why nothing of the index can be taken over, if so."""
    try:
        name = publisher.current_name()
        manifest = publisher.manifest(name)
    except IndexMissing:
        # A pointer to a generation that is gone: there were articles once, and nobody knows which.
        return None, None if publisher.peek_current_name() is None else "the index was deleted"
    except IndexUnreachable:
        raise
    except IndexOutdated:
        return None, "the index was built by another version of Byline"
    except IndexUnusable:
        return None, DAMAGED
    return (name, manifest), _stale(publisher, name, manifest, model)


def _stale(publisher: Publisher, name: str, manifest: Manifest, model: str) -> str | None:
    if manifest.model != model:
        return "the embedding model is another one"
    if manifest.splitter != SPLITTER_VERSION:
        return "the index was built by another version of the splitter"
    return None if publisher.is_intact(name, manifest) else DAMAGED


def _kept(publisher: Publisher, current: tuple[str, Manifest], places: tuple[str, ...]) -> tuple[Article, ...] | None:
    """The indexed articles that the given places do not cover; None if they are not those that were indexed."""
    from index.generation import read_articles

    name, manifest = current
    try:
        articles = read_articles(publisher, name)
    except IndexUnreachable:
        raise
    except IndexUnusable:
        return None
    if {a.id: text_digest(a.text) for a in articles} != {entry.id: entry.digest for entry in manifest.articles}:
        return None
    return tuple(article for article in articles if not _covered(article.id, places))


def _without_copies(read: FolderContents, kept: Sequence[Article]) -> tuple[list[Article], tuple[SkippedFile, ...]]:
    """All articles in the order of their ids, without those that were read and repeat one that is kept."""
    known = {fingerprint(article.text): article.id for article in kept}
    copies = [article for article in read.articles if fingerprint(article.text) in known]
    fresh = [article for article in read.articles if article not in copies]
    told = (
        SkippedFile(printable(a.id), f"it has the same text as {printable(known[fingerprint(a.text)])}") for a in copies
    )
    return sorted((*fresh, *kept), key=lambda article: article.id), (*read.skipped, *told)


def _place(path: Path, folder: Path, indexed: Collection[str]) -> str:
    """A path, from here or from the folder, as article ids begin below it.

    Raises UsageError for one that is neither there nor indexed.
    """
    base = _normal(folder)
    places = [
        given.relative_to(base).as_posix()
        for given in map(_normal, (path, folder / path))
        if given.is_relative_to(base)
    ]
    for place in places:
        if os.path.lexists(base / place) or any(_covered(article, (place,)) for article in indexed):
            return place
    if _normal(path).is_relative_to(base):
        raise UsageError(f"There is no {path}.", "Name a file or folder that is there, or that was and is indexed.")
    raise UsageError(
        f"{path} is not in the articles folder {folder}.", "Copy it there, or name another folder with --articles."
    )


def _normal(path: Path) -> Path:
    return Path(os.path.normpath(path.absolute()))


def _covered(article: str, places: tuple[str, ...]) -> bool:
    return any(place in (".", article) or article.startswith(f"{place}/") for place in places)


def _plan(articles: Sequence[Article], before: Mapping[str, str], stale: str | None) -> RebuildPlan:
    now = {article.id: article.digest for article in articles}
    return RebuildPlan(
        added=tuple(name for name in now if name not in before),
        changed=tuple(name for name in now if name in before and now[name] != before[name]),
        removed=tuple(name for name in before if name not in now),
        unchanged=tuple(name for name in now if before.get(name) == now[name]),
        stale=stale,
    )
