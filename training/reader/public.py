"""Questions of SelQA, SQuAD 2.0 and ClapNQ, with labelled windows."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from index.text.sentences import sentence_spans
from index.text.words import words
from training.reader.examples import MUST, NONE, Asked, Window

from bot.answering.evidence.windows import WINDOW_WORDS

SquadRow = tuple[str, str, list[str], str, int | None]


def public(folder: Path, held_out: Callable[[str, int], bool]) -> Iterator[Asked]:
    """Yield the questions of all sets, without paragraphs that XQuAD contains.

    Args:
        folder: The folder of `squad2`, `selqa`, `clapnq` and `xquad`.
        held_out: Tells of the name of a set and the number of a group in it whether to leave it out.
    """
    xquad = json.loads((folder / "xquad/xquad.en.json").read_text(encoding="utf-8"))["data"]
    reserved = {" ".join(p["context"].split()) for article in xquad for p in article["paragraphs"]}
    rows = list(squad(next((folder / "squad2").glob("*.json")), lambda text: " ".join(text.split()) in reserved))
    titles = list(dict.fromkeys(row[0] for row in rows))
    used = {title for n, title in enumerate(titles) if not held_out("squad2", n)}
    texts: dict[str, dict[str, list[str]]] = {}
    for title, _, sentences, text, _ in rows:
        texts.setdefault(title, {})[text] = sentences
    for n, (title, question, sentences, text, index) in enumerate(rows):
        if title not in used:
            continue
        windows = _windows(sentences, {index} if index is not None else set())
        if index is not None:
            windows += _windows(_most_similar(question, texts[title], text), set())[:1]
        yield _asked(f"squad-{n}", "squad2", question, windows, answerable=index is not None)
    for n, item in enumerate(_selqa(folder)):
        if not held_out("selqa", n):
            windows = _windows(item["candidates"], set(item["answers"]))
            yield _asked(f"selqa-{n}", "selqa", item["question"], windows, answerable=True)
    for n, (question, sentences, indexes) in enumerate(clapnq(folder)):
        if not held_out("clapnq", n // 2):
            windows = _windows(sentences, indexes)
            yield _asked(f"clapnq-{n}", "clapnq", question, windows, answerable=bool(indexes))


def squad(path: Path, excluded: Callable[[str], bool]) -> Iterator[SquadRow]:
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


def _asked(name: str, source: str, question: str, windows: Sequence[Window], *, answerable: bool) -> Asked:
    return Asked(name, source, source, question, "", answerable, None, tuple(windows))


def _windows(sentences: Sequence[str], indexes: set[int]) -> list[Window]:
    """Cut sentences into windows; those at the indexes answer."""
    windows: list[Window] = []
    first, size = 0, 0
    for n in range(len(sentences) + 1):
        length = len(sentences[n].split()) if n < len(sentences) else WINDOW_WORDS + 1
        if n > first and size + length > WINDOW_WORDS:
            worth = tuple(MUST if k in indexes else NONE for k in range(first, n))
            windows.append(Window(sentences[first - 1] if first else "", tuple(sentences[first:n]), worth))
            first, size = n, 0
        size += length
    return windows


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
