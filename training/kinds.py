"""Train the classifier of bot/answering/question/kinds.py, and measure it on questions that it was not trained on.

    python -m training.kinds [--opinions FOLDER --learn a,b,… --check f,g,…]

The questions are in training/questions/kinds.txt. Those of --opinions that ask for what an article says are added as
questions of no kind; their words become placeholders, so nothing of them is in the weights.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from index.text.words import STOP_WORDS

from bot.answering.question.kinds import KINDS, Kind, classify, features, vocabulary

QUESTIONS = Path(__file__).parent / "questions" / "kinds.txt"
WEIGHTS = Path(__file__).parent.parent / "bot/answering/question/weights/kinds.json"
SEED = 13
# The most questions that are drawn from one line, of a kind or of none.
PER_LINE, PER_CONTENT_LINE = 40, 100
# A real question counts as much as so many drawn ones; a feature must occur so often, its weight be so large.
REAL_WEIGHT, MIN_COUNT, MIN_WEIGHT = 2.0, 4, 0.1
# Inverse strength of the regularisation.
C = 2.0

Example = tuple[str, frozenset[Kind]]


def read_questions(text: str) -> Iterator[Example]:
    """Yield questions drawn from the lines of a file of forms, with their kinds."""
    chance = random.Random(SEED)
    kinds: frozenset[Kind] = frozenset()
    for line in text.splitlines():
        if heading := re.fullmatch(r"\[(.+)\]", line):
            kinds = frozenset(kind for kind in KINDS if kind in heading[1].split())
            if not kinds and heading[1] != "content":
                raise ValueError(f"unknown kind: {line}")
        elif line.strip() and not line.startswith("# "):
            drawn = {draw(line, chance) for _ in range(4 * PER_LINE)}
            limit = PER_LINE if kinds else PER_CONTENT_LINE
            yield from ((question, kinds) for question in sorted(drawn, key=lambda _: chance.random())[:limit])


def draw(form: str, chance: random.Random) -> str:
    """Choose one alternative at random for each bracket of a form."""
    while (bracket := re.search(r"\(([^()]*)\)", form)) is not None:
        form = form[: bracket.start()] + chance.choice(bracket[1].split("|")) + form[bracket.end() :]
    return " ".join(form.split())


def content_questions(folder: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield the questions of some folders that ask for what an article says."""
    for name in names:
        for line in (folder / name / "questions.jsonl").read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            if item["kind"] != "meta":
                yield item["question"]


def train(examples: Sequence[tuple[str, frozenset[Kind], float]]) -> dict[str, object]:
    """Fit one logistic regression a kind; return the content of the file of weights."""
    words = vocabulary(question for question, kinds, _ in examples if kinds) | STOP_WORDS
    rows = [features(question, words) for question, _, _ in examples]
    counts = Counter(name for row in rows for name in row)
    names = sorted(name for name, count in counts.items() if count >= MIN_COUNT)
    column = {name: n for n, name in enumerate(names)}
    indices = [sorted(column[name] for name in row if name in column) for row in rows]
    table = csr_matrix(
        (
            np.ones(sum(map(len, indices))),
            [n for row in indices for n in row],
            np.cumsum([0, *map(len, indices)]),
        ),
        shape=(len(rows), len(names)),
    )
    weight = np.array([weight for _, _, weight in examples])
    table_of: dict[str, dict[str, float]] = {}
    bias = []
    for number, kind in enumerate(KINDS):
        truth = np.array([kind in kinds for _, kinds, _ in examples])
        model = LogisticRegression(C=C, solver="liblinear", random_state=SEED, max_iter=300)
        model.fit(table, truth, sample_weight=weight)
        bias.append(round(float(model.intercept_[0]), 3))
        for n in np.flatnonzero(np.abs(model.coef_[0]) >= MIN_WEIGHT):
            table_of.setdefault(names[n], {})[str(number)] = round(float(model.coef_[0][n]), 2)
    return {"kinds": list(KINDS), "words": sorted(words), "bias": bias, "features": table_of}


def main() -> None:
    """Train, write the weights, and print what they take for questions about the text among those to check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path)
    parser.add_argument("--learn", default="")
    parser.add_argument("--check", default="")
    arguments = parser.parse_args()
    examples = [(question, kinds, 1.0) for question, kinds in read_questions(QUESTIONS.read_text(encoding="utf-8"))]
    if arguments.opinions:
        learn = filter(None, arguments.learn.split(","))
        examples += [(q, frozenset[Kind](), REAL_WEIGHT) for q in content_questions(arguments.opinions, learn)]
    stored = train(examples)
    WEIGHTS.parent.mkdir(exist_ok=True)
    WEIGHTS.write_text(json.dumps(stored, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(examples):,} questions; {len(stored['features']):,} features; {WEIGHTS.stat().st_size:,} bytes")  # type: ignore[arg-type]
    if arguments.opinions and arguments.check:
        asked = list(content_questions(arguments.opinions, arguments.check.split(",")))
        taken = [(question, found.kinds) for question in asked if (found := classify(question)).kinds]
        print(f"{len(taken)} of {len(asked)} questions for what an article says are taken for another kind")
        for question, kinds in taken:
            print(f"  {', '.join(kinds)}: {question}")


if __name__ == "__main__":
    main()
