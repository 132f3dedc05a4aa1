"""Write the questions of folders of articles, and public ones, with all windows of their articles, labelled."""

import json
import pickle
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index.embedding import Embedder, load_embedder, model_identity
from index.generation import Generation
from index.live import LiveIndex
from index.publishing.folder import FolderPublisher
from index.rebuild import rebuild
from index.search import search_vector
from index.text.passages import Sentence
from training.reader.examples import STANCES, Asked, Window, label, load
from training.reader.public import public

from bot.answering.answerer import Answerer, choose_scope
from bot.answering.evidence.network import ReaderNetwork
from bot.answering.evidence.reranker import promise
from bot.answering.evidence.selection import collect_evidence
from bot.answering.evidence.windows import SentenceWindow, choose_windows
from bot.answering.question.names import replace_authors
from bot.answering.question.parsing import parse_question
from bot.evaluation.questions import EvalQuestion, read_questions

PUBLIC = "public"
# How many public questions are used; of ClapNQ all, as it is small.
SQUAD, SELQA = 1_100, 500
# How many of the most similar windows are sorted by their promise: about as many as the bot skims.
SKIMMED = 14
_EVERYTHING = 10**9


def prepare(opinions: Path, names: Sequence[str], public_sets: Path, target: Path) -> None:
    """Write `asked-NAME.pkl` for each folder of articles, and for the public sets; what exists is kept.

    Args:
        opinions: The folder of the folders of articles, each with a `questions.jsonl`.
        names: The names of those to use.
        public_sets: The folder of the public sets.
        target: The folder to write to.
    """
    target.mkdir(parents=True, exist_ok=True)
    embedder = load_embedder(None)
    for name in names:
        path = target / f"asked-{name}.pkl"
        if not path.exists():
            path.write_bytes(pickle.dumps(list(searched(opinions / name, embedder))))
    path = target / f"asked-{PUBLIC}.pkl"
    if not path.exists():
        path.write_bytes(pickle.dumps(_sample(list(public(public_sets, held_out)))))


def sort_by_promise(examples: Path, names: Sequence[str], network: ReaderNetwork, target: Path) -> None:
    """Write the questions of `prepare` again, with the windows that a network takes for an answer first.

    These are the windows that the large network will read, so those of them that do not answer are what it has to learn
    from.

    Args:
        examples: The folder that `prepare` wrote to.
        names: The names of the folders of articles and of the public sets.
        network: The small network.
        target: The folder to write to.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        sorted_ = [replace(one, windows=_by_promise(one, network)) for one in load(examples, [name])]
        (target / f"asked-{name}.pkl").write_bytes(pickle.dumps(sorted_))


def _by_promise(asked: Asked, network: ReaderNetwork) -> tuple[Window, ...]:
    skimmed, rest = asked.windows[:SKIMMED], asked.windows[SKIMMED:]
    # Only the texts of the sentences are read, so their places do not matter.
    windows = [
        SentenceWindow(tuple(Sentence(0, len(text), 1, text) for text in window.sentences), window.before)
        for window in skimmed
    ]
    readings = network.read(asked.question, asked.context, windows)
    order = sorted(range(len(skimmed)), key=lambda n: -promise(readings[n], n))
    return (*(skimmed[n] for n in order), *rest)


def held_out(name: str, position: int) -> bool:
    """Hold out every other SQuAD article and every other pair of ClapNQ questions for benchmarks/public_sets.py."""
    return name != "selqa" and position % 2 == 1


def searched(folder: Path, embedder: Embedder) -> Iterator[Asked]:
    """Yield the questions of a folder, with the windows of their articles in the order of similarity."""
    stances = {}
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        stances[item["id"]] = item.get("stance")
    with tempfile.TemporaryDirectory() as root:
        rebuild(folder, FolderPublisher(Path(root)), model_identity(None), lambda: embedder)
        with LiveIndex(FolderPublisher(Path(root)), model_identity(None)) as live, live.lease() as generation:
            answerer = Answerer(live, embedder)
            for item in read_questions(folder / "questions.jsonl"):
                yield _asked(folder.name, item, stances[item.id], generation, answerer)


def _asked(folder: str, item: EvalQuestion, stance: str | None, generation: Generation, answerer: Answerer) -> Asked:
    parsed = parse_question(item.question, generation.lexical.counts)
    scope = choose_scope(generation, parsed.text, item.question.article)
    within = [article.id for article in scope]
    hits = search_vector(generation, answerer.embed(parsed), parsed.term_weights, 1_000, within)
    ranked = collect_evidence(hits, parsed.term_weights, generation.lexical.idf)
    gold = item.gold if item.answerable else ()
    windows = []
    for window in choose_windows(ranked, hits, _EVERYTHING):
        worth = tuple(label(s.text, s.paragraph, gold) for s in window.sentences)
        windows.append(Window(window.before, window.texts, worth))
    authors = [author for article in scope for author in article.authors]
    return Asked(
        id=item.id,
        folder=folder,
        kind=item.kind,
        question=replace_authors(parsed.text, authors),
        context=replace_authors(parsed.context, authors),
        answerable=bool(item.answerable),
        stance=stance if stance in STANCES else None,
        windows=tuple(windows),
    )


def _sample(questions: Sequence[Asked]) -> list[Asked]:
    rng = random.Random(3)
    of = {name: [q for q in questions if q.folder == name] for name in ("clapnq", "squad2", "selqa")}
    return [*of["clapnq"], *rng.sample(of["squad2"], SQUAD), *rng.sample(of["selqa"], SELQA)]
