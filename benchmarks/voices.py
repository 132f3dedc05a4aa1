"""Compare the voice that Byline finds for the sentences of gold quotes with the annotated voice.

    python benchmarks/voices.py [--misses] FOLDER [FOLDER …]

A folder holds articles and a questions.jsonl whose lines give `voice`, `voice_also` and `gold` (with
`paragraph`, `quote` and `role`). Each needed quote is extended to whole sentences. A name is right if its words
contain, or are contained in, those of an accepted name. No index and no model is needed.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from index.articles.article import Article
from index.articles.files import read_folder
from index.text.sentences import sentence_spans
from index.text.words import words

from bot.answering.reply.citations import balanced
from bot.answering.voice.voice import voice_of


class Case(NamedTuple):
    """One gold quote: the article, the offsets of its sentences, and the accepted voices."""

    article: Article
    start: int
    end: int
    wanted: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--misses", action="store_true", help="print the misclassified sentences")
    options = parser.parse_args()
    right: dict[str, list[bool]] = defaultdict(list)
    by_class: dict[str, list[bool]] = defaultdict(list)
    confusion: Counter[tuple[str, str]] = Counter()
    for case in (case for folder in options.folders for case in cases(folder)):
        voice = voice_of(case.article, case.start, case.end)
        kind, ok = kind_of(case.wanted[0]), agrees(voice, case.wanted)
        right[kind].append(ok)
        by_class[kind].append(kind_of(voice) in map(kind_of, case.wanted))
        confusion[kind, "accepted" if ok else kind_of(voice)] += 1
        if options.misses and not ok:
            text = " ".join(case.article.text[case.start : case.end].split())
            print(f"{case.article.id}: {' | '.join(case.wanted)} classified as {voice}: {text}")
    for kind, results in sorted(right.items()):
        also = ", ".join(f"{n} {a}" for (k, a), n in sorted(confusion.items()) if k == kind and a != "accepted")
        print(f"{kind:15}{fmean(results):7.1%}  ignoring names {fmean(by_class[kind]):6.1%}  of {len(results)}: {also}")
    print(f"{'mean':15}{fmean(map(fmean, right.values())):7.1%}")


def cases(folder: Path) -> Iterator[Case]:
    """Yield the gold quotes of a folder's questions, each once for each set of accepted voices."""
    articles = {article.id: article for article in read_folder(folder).articles}
    seen = set()
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        also = question.get("voice_also") or []
        wanted = (question["voice"], *([also] if isinstance(also, str) else also))
        for gold in question["gold"]:
            name = question.get("article") or next(iter(articles))
            span = _sentences(articles[name], gold) if name in articles and gold["role"] == "must" else None
            if span and question["voice"] != "none" and (name, span, wanted) not in seen:
                seen.add((name, span, wanted))
                yield Case(articles[name], *span, wanted)


def kind_of(voice: str) -> str:
    return voice.partition(":")[0]


def agrees(voice: str, wanted: tuple[str, ...]) -> bool:
    """Return whether a voice is one of those accepted."""
    name = _name(voice)
    for accepted in wanted:
        other = _name(accepted)
        if kind_of(voice) == kind_of(accepted) and (
            name == other or (name and other and (name <= other or other <= name))
        ):
            return True
    return False


def _name(voice: str) -> frozenset[str]:
    name = voice.partition(":")[2]
    return frozenset() if name == "unnamed" else frozenset(words(name))


def _sentences(article: Article, gold: dict[str, Any]) -> tuple[int, int] | None:
    """Return the offsets of the sentences (or the head line or note) with a gold quote; None if it is not found."""
    paragraph = article.paragraphs[gold["paragraph"] - 1]
    start, end = _find(article.text, gold["quote"], paragraph.start, paragraph.end)
    if start < 0:
        return None
    if start < paragraph.body_start or article.is_note(start):
        return start, end
    spans = sentence_spans(article.text[paragraph.body_start : paragraph.end])
    sentences = [
        (paragraph.body_start + a, paragraph.body_start + b) for a, b in spans if paragraph.body_start + b > start
    ]
    sentences = [(a, b) for a, b in sentences if a < end]
    return balanced(article.text[sentences[0][0] : sentences[-1][1]], sentences[0][0]) if sentences else (start, end)


def _find(text: str, quote: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets of a quote, ignoring differences in white space; (-1, -1) if it is not found."""
    match = re.search(r"\s+".join(map(re.escape, quote.split())), text[start:end])
    return (start + match.start(), start + match.end()) if match else (-1, -1)


if __name__ == "__main__":
    main()
