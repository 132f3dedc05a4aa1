"""Training examples: questions with windows of sentences, each sentence labelled. Pure except for reading files.

A window is a passage as the index splits it: whole sentences, at most 130 words. Sentences that contain the answer are
labelled 1, sentences that only support it 0.4, all others 0.
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
class LabelledWindow:
    """Consecutive sentences with a label each; before: the sentence before them, "" at the beginning."""

    sentences: tuple[str, ...]
    labels: tuple[float, ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its windows, best first.

    Attributes:
        group: Examples of one group must not be split between training and validation.
        reading, hits, idf, gold: The parsed question and its search results, if an index was searched.
    """

    id: str
    source: str
    group: str
    kind: str
    question: str
    context: str
    answerable: bool
    windows: tuple[LabelledWindow, ...]
    reading: ParsedQuestion | None = None
    hits: tuple[Hit, ...] = ()
    idf: Mapping[str, float] = field(default_factory=dict)
    gold: tuple[Mapping[str, Any], ...] = ()


def label(sentence: str, paragraph: int, gold: Sequence[Mapping[str, Any]]) -> float:
    """Return how much of the gold quotes a sentence contains, 0 to 1."""
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
    """Group sentences into runs of at most MAX_WORDS words, as (first, last + 1)."""
    runs, first, size = [], 0, 0
    for n, sentence in enumerate(sentences):
        length = len(sentence.split())
        if n > first and size + length > MAX_WORDS:
            runs.append((first, n))
            first, size = n, 0
        size += length
    return [*runs, (first, len(sentences))] if sentences else []


def squad(path: Path, excluded: Callable[[str], bool]) -> Iterator[tuple[str, str, list[str], str, int | None]]:
    """Yield (article, question, sentences, paragraph, index of the answer's sentence or None) from a SQuAD 2.0 file."""
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            if excluded(text):
                continue
            spans = sentence_spans(text)
            sentences = [text[a:b] for a, b in spans]
            for item in paragraph["qas"]:
                index = None
                if not item.get("is_impossible"):
                    start = item["answers"][0]["answer_start"]
                    index = next((n for n, (a, b) in enumerate(spans) if a <= start < b), None)
                    if index is None:
                        continue
                yield article["title"], item["question"], sentences, text, index


def public(folder: Path, held_out: Callable[[str, int], bool]) -> Iterator[Example]:
    """Yield examples from SelQA, SQuAD 2.0 and ClapNQ, without paragraphs that XQuAD contains.

    held_out(set, index of the group) tells which groups to leave out.
    """
    xquad = json.loads((folder / "xquad/xquad.en.json").read_text(encoding="utf-8"))["data"]
    reserved = {" ".join(p["context"].split()) for article in xquad for p in article["paragraphs"]}
    rows = list(squad(next((folder / "squad2").glob("*.json")), lambda text: " ".join(text.split()) in reserved))
    titles = list(dict.fromkeys(row[0] for row in rows))
    training_titles = {title for index, title in enumerate(titles) if not held_out("squad2", index)}
    texts: dict[str, dict[str, list[str]]] = {}
    for title, _, sentences, text, _ in rows:
        texts.setdefault(title, {})[text] = sentences
    for n, (title, question, sentences, text, index) in enumerate(rows):
        if title not in training_titles:
            continue
        windows = _windows(sentences, {index} if index is not None else set())
        if index is not None:
            windows += _windows(_most_similar(question, texts[title], text), set())[:1]
        yield Example(f"squad-{n}", "squad2", title, "squad", question, "", index is not None, tuple(windows))
    for n, item in enumerate(_selqa(folder)):
        if held_out("selqa", n):
            continue
        windows = _windows(item["candidates"], set(item["answers"]))
        yield Example(f"selqa-{n}", "selqa", item["article"], "selqa", item["question"], "", True, tuple(windows))
    for n, (question, sentences, indexes) in enumerate(clapnq(folder)):
        if not held_out("clapnq", n // 2):
            windows = _windows(sentences, indexes)
            yield Example(f"clapnq-{n}", "clapnq", str(n), "clapnq", question, "", bool(indexes), tuple(windows))


def _selqa(folder: Path) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for path in sorted((folder / "selqa").glob("*.json")):
        items += json.loads(path.read_text(encoding="utf-8"))
    return items


def clapnq(folder: Path) -> Iterator[tuple[str, list[str], set[int]]]:
    """Yield (question, sentences, indexes of the marked sentences), alternately answerable and not."""
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


def _windows(sentences: Sequence[str], indexes: set[int]) -> list[LabelledWindow]:
    return [
        LabelledWindow(
            tuple(sentences[a:b]),
            tuple(MUST if n in indexes else NONE for n in range(a, b)),
            sentences[a - 1] if a else "",
        )
        for a, b in cut(sentences)
    ]


def _most_similar(question: str, texts: Mapping[str, list[str]], excluded: str) -> list[str]:
    """Return the sentences of the other paragraph that shares most words with a question, weighted by rarity."""
    asked = set(words(question))
    frequency = {word: sum(word in text.lower() for text in texts) for word in asked}
    best, most_similar = -1.0, []
    for text, sentences in texts.items():
        if text != excluded:
            held = asked & set(words(text))
            score = sum(1 / (1 + frequency[word]) for word in held)
            if score > best:
                best, most_similar = score, sentences
    return most_similar
