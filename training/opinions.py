"""Examples from questions about opinion articles, searched in a real index as the bot does."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.embedding import Embedder, load_embedder, model_identity
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild
from index.search import Hit, search_vector
from training.examples import Example, LabelledWindow, label

from bot.answering.answerer import Answerer, choose_scope
from bot.answering.question.parsing import parse_question
from bot.evaluation.questions import EvalQuestion, read_questions

EVERYTHING = 1_000


def opinions(folders: Iterable[Path], embedder: Embedder | None = None) -> Iterator[Example]:
    """Yield an example for each question of each folder, with every passage of its article, best first."""
    embedder = embedder or load_embedder(None)
    for folder in folders:
        with tempfile.TemporaryDirectory() as root:
            rebuild(folder, FolderPublisher(Path(root)), model_identity(None), lambda: embedder)
            live = LiveIndex(FolderPublisher(Path(root)), model_identity(None))
            answerer = Answerer(live, embedder)
            for item in read_questions(folder / "questions.jsonl"):
                yield _example(folder.name, item, live, answerer)
            live.close()


def _example(folder: str, item: EvalQuestion, live: LiveIndex, answerer: Answerer) -> Example:
    with live.lease() as generation:
        reading = parse_question(item.question, generation.lexical.counts)
        scope = choose_scope(generation, reading.text, item.question.article)
        hits = search_vector(
            generation, answerer._embed(reading), reading.term_weights, EVERYTHING, [article.id for article in scope]
        )
        idf = {term: generation.lexical.idf(term) for term in reading.term_weights}
    windows = [_window(hit, item) for hit in hits]
    return Example(
        id=item.id,
        source=folder,
        group=f"{folder}/{item.question.article}",
        kind=item.kind,
        question=reading.text,
        context=reading.context,
        answerable=bool(item.answerable),
        windows=tuple(windows),
        reading=reading,
        hits=tuple(hits),
        idf=idf,
        gold=tuple(item.gold) if item.answerable else (),
    )


def _window(hit: Hit, item: EvalQuestion) -> LabelledWindow:
    gold = item.gold if item.answerable else ()
    sentences = hit.passage.sentences
    return LabelledWindow(
        sentences=tuple(sentence.text for sentence in sentences),
        labels=tuple(label(sentence.text, sentence.paragraph, gold) for sentence in sentences),
        before=hit.previous_sentence,
    )
