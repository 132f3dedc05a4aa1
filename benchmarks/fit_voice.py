"""Fit the weights of bot/answering/voice/features.py on labelled sentences, and print or write them.

    python benchmarks/fit_voice.py [--write] FOLDER [FOLDER …]

A folder holds articles and a sentences.jsonl whose lines give `article`, `paragraph`, `sentence` and `voice`. A
multinomial logistic regression over binary features; rare voices weigh more, but not as much as all others together.
The printed accuracy is that of held-out articles (five folds, split by article).
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from voices import kind_of

from index.articles.files import read_folder

from bot.answering.voice import weights as fitted
from bot.answering.voice.features import SentenceFeatures, sentence_features
from bot.answering.voice.voice import AUTHOR, HEDGED

KINDS = (AUTHOR, HEDGED, "reported")
# A feature seen in fewer articles says more about these articles than about English.
MIN_ARTICLES = 4
STRENGTH = 0.3
# The weight of a voice is its share of the sentences to the power of -RARITY: 0 weighs sentences alike, 1 voices.
RARITY = 0.7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write bot/answering/voice/weights.py")
    options = parser.parse_args()
    rows, labels, groups = [], [], []
    for folder in options.folders:
        for article, sentence, voice in labelled(folder):
            rows.append(sentence.features)
            labels.append(KINDS.index(voice))
            groups.append(f"{folder}/{article}")
    spread = Counter(feature for feature, _ in {(f, g) for row, g in zip(rows, groups, strict=True) for f in row})
    names = sorted(feature for feature, n in spread.items() if n >= MIN_ARTICLES)
    table = np.array([[name in row for name in names] for row in rows], dtype=float)
    truth = np.array(labels)
    guesses = np.zeros_like(truth)
    for train, test in GroupKFold(5, shuffle=True, random_state=0).split(table, truth, groups):
        guesses[test] = fit(table[train], truth[train]).predict(table[test])
    print(f"{len(truth)} sentences of {len(set(groups))} articles; held-out accuracy by voice, ignoring names:")
    shares = [float((guesses[truth == k] == k).mean()) for k in range(3)]
    print(
        ", ".join(f"{kind} {share:.1%}" for kind, share in zip(KINDS, shares, strict=True)),
        f"mean {np.mean(shares):.1%}",
    )
    model = fit(table, truth)
    # Only differences between the classes matter: the author's row is set to zero.
    weights = model.coef_[1:] - model.coef_[0]
    bias = model.intercept_[1:] - model.intercept_[0]
    lines = {"bias": bias, **{name: weights[:, column] for column, name in enumerate(names)}}
    body = "".join(f'    "{name}": ({w[0]:.2f}, {w[1]:.2f}),\n' for name, w in lines.items())
    head = (fitted.__doc__ or "").strip()
    source = f'"""{head}"""\n\nWEIGHTS: dict[str, tuple[float, float]] = {{\n{body}}}\n'
    if options.write:
        Path(fitted.__file__).write_text(source, encoding="utf-8")
    else:
        print(body)


def labelled(folder: Path) -> Iterator[tuple[str, SentenceFeatures, str]]:
    """Yield the labelled sentences of a folder that the splitter finds too: article, features and kind of voice."""
    articles = {article.id: article for article in read_folder(folder).articles}
    ends: dict[tuple[str, int], int] = {}
    for line in (folder / "sentences.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        article, voice = articles.get(label["article"]), kind_of(label["voice"])
        if article is None or voice not in KINDS or label["paragraph"] > len(article.paragraphs):
            continue
        paragraph = article.paragraphs[label["paragraph"] - 1]
        words = re.compile(r"\s+".join(map(re.escape, label["sentence"].split())))
        found = words.search(
            article.text, max(paragraph.start, ends.get((article.id, paragraph.number), 0)), paragraph.end
        )
        if found is None:
            continue
        ends[article.id, paragraph.number] = found.end()
        overlapping = [s for s in sentence_features(article) if s.start < found.end() and found.start() < s.end]
        if len(overlapping) == 1:
            yield article.id, overlapping[0], voice


def fit(table: "np.ndarray", truth: "np.ndarray") -> LogisticRegression:
    counts = Counter(truth.tolist())
    weights = {kind: (len(truth) / n) ** RARITY for kind, n in counts.items()}
    return LogisticRegression(C=STRENGTH, class_weight=weights, max_iter=2_000).fit(table, truth)


if __name__ == "__main__":
    main()
