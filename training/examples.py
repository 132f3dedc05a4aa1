"""What the reader learns from: questions with windows of sentences, each sentence labelled. Pure but for reading files.

A window is a passage as the index cuts it: whole sentences, at most 130 words. Sentences that bear the
answer are labelled 1, sentences that only support it 0.4, all others 0.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz.distance import LCSseq

from index.search import Hit
from index.text.passages import MAX_WORDS
from index.text.sentences import sentence_spans
from index.text.words import words

from bot.answering.question.parsing import ParsedQuestion

MUST, STANDS_IN, SUPPORTS, NONE = 1.0, 1.0, 0.4, 0.0
COVERED = 0.7


@dataclass(frozen=True, slots=True)
class Window:
    """Sentences in a row with a label each; before: the sentence that stands before them, "" at the beginning."""

    sentences: tuple[str, ...]
    labels: tuple[float, ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its windows, best first; group: what must not be split between learning and checking.

    reading, hits, idf, gold: what the bot made of it and found, where it was asked of an index.
    """

    id: str
    source: str
    group: str
    kind: str
    question: str
    context: str
    answerable: bool
    windows: tuple[Window, ...]
    reading: ParsedQuestion | None = None
    hits: tuple[Hit, ...] = ()
    idf: Mapping[str, float] = field(default_factory=dict)
    gold: tuple[Mapping[str, Any], ...] = ()


def label(sentence: str, paragraph: int, gold: Sequence[Mapping[str, Any]]) -> float:
    """How far a sentence bears what the gold quotes say, 0 to 1."""
    best = NONE
    for entry in gold:
        if entry["paragraph"] != paragraph:
            continue
        ours, theirs = words(sentence), words(entry["quote"])
        common = LCSseq.similarity(ours, theirs)
        if not theirs or not ours or max(common / len(theirs), common / len(ours)) < COVERED:
            continue
        worth = MUST if entry["role"] == "must" else STANDS_IN if entry.get("replaces") else SUPPORTS
        best = max(best, worth)
    return best


def cut(sentences: Sequence[str]) -> list[tuple[int, int]]:
    """Runs of sentences of at most MAX_WORDS words, as (first, last + 1)."""
    runs, first, size = [], 0, 0
    for n, sentence in enumerate(sentences):
        length = len(sentence.split())
        if n > first and size + length > MAX_WORDS:
            runs.append((first, n))
            first, size = n, 0
        size += length
    return [*runs, (first, len(sentences))] if sentences else []


def squad(path: Path, excluded: Callable[[str], bool]) -> Iterator[tuple[str, str, list[str], str, int | None]]:
    """(article, question, sentences, paragraph, place of the answer's sentence or None) of a SQuAD 2.0 file."""
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            if excluded(text):
                continue
            spans = sentence_spans(text)
            sentences = [text[a:b] for a, b in spans]
            for item in paragraph["qas"]:
                place = None
                if not item.get("is_impossible"):
                    start = item["answers"][0]["answer_start"]
                    place = next((n for n, (a, b) in enumerate(spans) if a <= start < b), None)
                    if place is None:
                        continue
                yield article["title"], item["question"], sentences, text, place


def public(folder: Path, held_out: Callable[[str, int], bool]) -> Iterator[Example]:
    """Examples from SelQA, SQuAD 2.0 and ClapNQ; held_out(set, place of the group) says which groups are left alone.

    No paragraph that XQuAD holds is among them.
    """
    xquad = json.loads((folder / "xquad/xquad.en.json").read_text(encoding="utf-8"))["data"]
    reserved = {" ".join(p["context"].split()) for article in xquad for p in article["paragraphs"]}
    rows = list(squad(next((folder / "squad2").glob("*.json")), lambda text: " ".join(text.split()) in reserved))
    titles = list(dict.fromkeys(row[0] for row in rows))
    kept = {title for place, title in enumerate(titles) if not held_out("squad2", place)}
    texts: dict[str, dict[str, list[str]]] = {}
    for title, _, sentences, text, _ in rows:
        texts.setdefault(title, {})[text] = sentences
    for n, (title, question, sentences, text, place) in enumerate(rows):
        if title not in kept:
            continue
        windows = _windows(sentences, {place} if place is not None else set())
        if place is not None:
            windows += _windows(_likest(question, texts[title], text), set())[:1]
        yield Example(f"squad-{n}", "squad2", title, "squad", question, "", place is not None, tuple(windows))
    for n, item in enumerate(_selqa(folder)):
        if held_out("selqa", n):
            continue
        windows = _windows(item["candidates"], set(item["answers"]))
        yield Example(f"selqa-{n}", "selqa", item["article"], "selqa", item["question"], "", True, tuple(windows))
    for n, (question, sentences, places) in enumerate(clapnq(folder)):
        if not held_out("clapnq", n // 2):
            windows = _windows(sentences, places)
            yield Example(f"clapnq-{n}", "clapnq", str(n), "clapnq", question, "", bool(places), tuple(windows))


def _selqa(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted((folder / "selqa").glob("*.json")):
        found += json.loads(path.read_text(encoding="utf-8"))
    return found


def clapnq(folder: Path) -> Iterator[tuple[str, list[str], set[int]]]:
    """(question, sentences, places of those that people marked); answerable and not by turns."""
    files = [
        (folder / f"clapnq/dev_{name}.jsonl").read_text(encoding="utf-8").splitlines()
        for name in ("answerable", "unanswerable")
    ]
    for pair in zip(*files, strict=False):
        for line in pair:
            item = json.loads(line)
            sentences = [s for s in item["passages"][0]["sentences"] if s.strip()]
            marked = {
                s.strip().rstrip("&").strip() for out in item["output"] for s in out.get("selected_sentences", [])
            }
            yield item["input"], sentences, {n for n, s in enumerate(sentences) if s.strip() in marked}


def _windows(sentences: Sequence[str], places: set[int]) -> list[Window]:
    return [
        Window(
            tuple(sentences[a:b]),
            tuple(MUST if n in places else NONE for n in range(a, b)),
            sentences[a - 1] if a else "",
        )
        for a, b in cut(sentences)
    ]


def _likest(question: str, texts: Mapping[str, list[str]], own: str) -> list[str]:
    """The sentences of the other paragraph that shares most words with a question, rare words counting more."""
    asked = set(words(question))
    frequency = {word: sum(word in text.lower() for text in texts) for word in asked}
    best, found = -1.0, []
    for text, sentences in texts.items():
        if text != own:
            held = asked & set(words(text))
            score = sum(1 / (1 + frequency[word]) for word in held)
            if score > best:
                best, found = score, sentences
    return found
